"""How long things take on the network, in seconds of its clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Times of single happenings.

    `hop` between two statuses of a message, `slow` before a slow delivery, `dial` until a phone rings,
    `pickup` until a scripted phone reacts, `word` to say one word, `rest` for each second of a break between words,
    `detect` until machine detection knows a person or a fax, `greeting` until a voicemail box has spoken and beeped.
    """

    hop: float = 0.5
    slow: float = 900.0
    dial: float = 1.0
    pickup: float = 3.0
    word: float = 0.3
    rest: float = 1.0
    detect: float = 3.0
    greeting: float = 8.0


NATURAL = Pace()
"""About as fast as the real thing."""
INSTANT = Pace(hop=0.0, slow=900.0, dial=0.0, pickup=0.0, word=0.0, rest=0.0, detect=0.0, greeting=0.0)
"""Nothing takes time but what waits for a person."""
