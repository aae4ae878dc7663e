"""Whether what a person answers to a question about a case says that it got worse.

“Have you been seen?” is a menu, so “3 worse” is its third answer and a worsening besides. In doubt it counts as worse:
only what may come, or is denied, does not.
"""

from __future__ import annotations

import re

from coach.core.conversation.moment import QUESTION_OPEN, Moment
from coach.core.model import Asked, CheckIn, InboundMessage, TrendAnswer
from coach.core.reading import read

_OF_CASES = (Asked.SEEN, Asked.REACHED)
_WORSE = (TrendAnswer.WORSE, TrendAnswer.MUCH_WORSE)
_FIGURES = re.compile(r"\d+")
_MAY_COME = re.compile(
    r"\b(?:if (?:it|i|this|they|things|my legs?)|could|might|will it|would it) (?:be|get|gets|becomes?|feels?)"
    r" (?:any |much |a lot )?(?:worse|weaker)\b"
)
_NO_CHANGE = re.compile(r"\b(?:bad|terrible|horrible|mal|fatal|p[eé]simo)\b")
"""How it is, not how it has moved: “bad news” is no worsening."""


def question_of_case(moment: Moment) -> CheckIn | None:
    """The question about a case that was put last of all, answered or not; None when something else was asked since."""
    newest = moment.conversation.check_ins[-1:]
    fresh = (c for c in newest if c.asked in _OF_CASES and moment.now - c.opened_at <= QUESTION_OPEN)
    return next(fresh, None)


def says_worse(moment: Moment, message: InboundMessage) -> TrendAnswer | None:
    """Worse or much worse, where a text tells so in either language; its figures belong to the menu."""
    said = message.body.casefold()
    for pattern in (_FIGURES, _MAY_COME, _NO_CHANGE):
        said = pattern.sub(" ", said)
    told = read(said, Asked.TREND, moment.language, message.channel, moment.handbook.lexicon).trend
    return told if told in _WORSE else None


def is_worse(trend: TrendAnswer | None) -> bool:
    """Whether an answer is that it got worse."""
    return trend in _WORSE
