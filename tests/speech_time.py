"""How long words take to be spoken in a call, to hold them against what people can follow and what a call may cost."""

from __future__ import annotations

import re

from coach.adapters.twilio.twiml import DIGIT_PAUSE, SPEAKING_RATE

WORDS_A_MINUTE = 150
"""Of a voice at its own speed.

Its maker gives no figure, since voices differ: https://docs.aws.amazon.com/polly/latest/dg/voice-speed-vip.html.
Other synthetic voices were measured at 170 to 180, and people at about 150 (radio: 154, doi 10.21767/2471-7975.100016).
The slower figure makes a call seem longer than it is, never shorter.
"""
SHARE = float(SPEAKING_RATE.removesuffix("%")) / 100
"""Our rate as a part of the voice's own speed."""
_PAUSE = float(DIGIT_PAUSE.removesuffix("ms")) / 1000
_WORD = re.compile(r"\d|[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W\d_]+)*")
_SPELLED = re.compile(r"(?<!\d)\d(?: \d)+(?!\d)")


def seconds(words: str) -> float:
    """Speaking time at our rate, in seconds. Every digit counts as a word, and the pauses between told digits count."""
    pauses = sum(found.group().count(" ") for found in _SPELLED.finditer(words))
    return len(_WORD.findall(words)) * 60 / (WORDS_A_MINUTE * SHARE) + pauses * _PAUSE
