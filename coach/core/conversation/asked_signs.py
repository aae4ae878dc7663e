"""Questions by text about a sign: which still waits behind a newer question, and which was answered just now."""

from __future__ import annotations

from datetime import datetime, timedelta

from coach.core.conversation.moment import CORRECTION, QUESTION_OPEN, Moment
from coach.core.model import Asked, Channel, CheckIn, Disposition

_ABOUT_SIGNS = (Asked.SYMPTOM, Asked.SIDE_EFFECTS, Asked.RED_FLAG)


def waiting_behind(moment: Moment, newest: CheckIn | None) -> CheckIn | None:
    """The gravest question by text about a sign that waits for an answer behind the newest question.

    One that a later question about another sign took the place of still waits; the day runs from its first putting.
    """
    if moment.channel is not Channel.SMS:
        return None
    firsts: dict[str | None, CheckIn] = {}
    for question in _put_lately(moment):
        firsts.setdefault(question.about, question)
    answered = {c.about for c in _answered_within(moment, QUESTION_OPEN)}
    waiting = [
        c
        for about, c in firsts.items()
        if about not in answered
        and moment.now - c.opened_at <= QUESTION_OPEN
        and (newest is None or newest.about != about)
    ]
    return max(waiting, key=lambda question: _gravity(moment, question), default=None)


def _about_signs(moment: Moment) -> list[CheckIn]:
    """The questions by text about a sign, oldest first."""
    return [c for c in moment.conversation.check_ins if c.about is not None and c.asked in _ABOUT_SIGNS]


def _put_lately(moment: Moment) -> list[CheckIn]:
    return [c for c in _about_signs(moment) if moment.now - c.opened_at <= 2 * QUESTION_OPEN]


def _answered_within(moment: Moment, limit: timedelta) -> list[CheckIn]:
    return [c for c in _about_signs(moment) if c.answered_at is not None and moment.now - c.answered_at <= limit]


def _gravity(moment: Moment, question: CheckIn) -> tuple[int, datetime]:
    sign = moment.handbook.triage.signs.get(question.about or "")
    level = Disposition.EMERGENCY if question.asked is Asked.RED_FLAG else sign.level if sign else None
    return (level.rank if level else 0), question.opened_at


def times_put(moment: Moment, question: CheckIn) -> int:
    """How often a question about a sign was put within two days."""
    return sum(c.about == question.about for c in _put_lately(moment))


def answered_lately(moment: Moment) -> CheckIn | None:
    """The question about a sign that was answered some minutes ago, and whose no may be taken back."""
    given = _answered_within(moment, CORRECTION)
    return given[-1] if given and moment.channel is Channel.SMS else None


def answered_since(moment: Moment, question: CheckIn) -> bool:
    """Whether another question was answered after this one, so that a bare word is more likely about that."""
    at = question.answered_at
    later = (c.answered_at for c in moment.conversation.check_ins if c.answered_at is not None)
    return at is not None and any(answered > at for answered in later)
