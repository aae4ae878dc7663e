"""Questions that are asked one by one, each once the one before is answered: Sunday's, and the five of SARC-F."""

from __future__ import annotations

from datetime import date

from coach.core.conversation import sarc_f
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import Moment
from coach.core.events import CheckInOpened, Event
from coach.core.model import SARC_F_ITEMS, Asked, Channel, CheckIn
from coach.core.programme import week_of


def next_of_set(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The next question of the set that the answered one belongs to; empty when there is none."""
    if moment.channel is Channel.VOICE or heard.question is None:
        return ()
    if heard.asked in SARC_F_ITEMS:
        following = sarc_f.following(moment, heard.question, heard.reply)
    else:
        following = _following(moment, heard.question)
    return _put(moment, following, heard.question.day) if following is not None else ()


def taken_up(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The question at which SARC-F was left off, after the score of a check-in; empty when there is none."""
    following = sarc_f.left_off_at(moment, heard.question, heard.reply)
    return _put(moment, following, moment.today) if following is not None else ()


def ends_set(moment: Moment, answered: CheckIn) -> bool:
    """Whether it was the last question of a set that looks back at the week, as Sunday's does."""
    order = set_of(moment, answered)
    return len(order) > 1 and answered.asked is order[-1] and answered.asked not in SARC_F_ITEMS


def _put(moment: Moment, asked: Asked, day: date) -> tuple[Event, ...]:
    choice = moment.choose(asked.value)
    text = choice.template
    if text is None:
        return ()
    question = CheckInOpened(asked, day, scheduled=False, about=text.yes_means)
    because = "the next question of the set"
    return (question, moment.answer(text.id, moment.text(text.id), because, choice.passed_over))


def _following(moment: Moment, answered: CheckIn) -> Asked | None:
    order = set_of(moment, answered)
    later = order[order.index(answered.asked) + 1 :] if answered.asked in order else ()
    return later[0] if later else None


def set_of(moment: Moment, answered: CheckIn) -> tuple[Asked, ...]:
    """The questions asked one by one on that day, this one among them; empty when there is no such set."""
    programme = moment.handbook.programmes[moment.participant.programme]
    week = week_of(moment.participant, answered.day)
    for slot in programme.slots:
        order = (slot.asked, *slot.followed_by)
        is_of_day = week in slot.weeks and answered.day.weekday() in slot.weekdays
        if slot.followed_by and answered.asked in order and is_of_day:
            return order
    return ()
