"""Keys as answers: where 1 is a yes, and where a number word alone is the key that was meant."""

from __future__ import annotations

from coach.core.conversation.moment import DISTRESS, Moment
from coach.core.model import Asked, Channel, CheckIn

_YES_NO = (Asked.RED_FLAG, Asked.SIDE_EFFECTS)
_MENUS = (*_YES_NO, Asked.TREND, Asked.ONSET, Asked.SEEN, Asked.REACHED)


def mean_yes_or_no(moment: Moment, question: CheckIn | None) -> bool:
    """Whether 1 is a yes to a question and 2 a no: as a call reads it out, and after a call for help."""
    if question is None:
        return False
    by_voice = moment.channel is Channel.VOICE and question.asked in _YES_NO
    return by_voice or (question.asked is Asked.RED_FLAG and question.about == DISTRESS)


def said(moment: Moment, body: str, question: CheckIn | None) -> str:
    """What was said; “two” alone is key 2, where a call has read out a menu."""
    if moment.channel is not Channel.VOICE or question is None or question.asked not in _MENUS:
        return body
    number = moment.handbook.lexicon.vocabulary.numbers.get(body.strip(" .!").casefold())
    return body if number is None else f"{number:g}"
