"""How long things take on the network, in seconds of its clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Times of single happenings.

    `hop` between two statuses of a message, `slow` before a slow delivery, `dial` until a phone rings,
    `pickup` until a scripted phone reacts, `word` to say one word.
    """

    hop: float = 0.5
    slow: float = 900.0
    dial: float = 1.0
    pickup: float = 3.0
    word: float = 0.3


NATURAL = Pace()
"""About as fast as the real thing."""
INSTANT = Pace(hop=0.0, slow=900.0, dial=0.0, pickup=0.0, word=0.0)
"""Nothing takes time but what waits for a person."""
