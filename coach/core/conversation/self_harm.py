"""After words of low mood: whether the person thinks of harming themselves, and what their answer calls for.

A no counts as one only where nothing else was asked since. To a newer question it is that question's answer, whatever
that makes of it, and the one of self-harm is put again.
"""

from __future__ import annotations

from collections.abc import Iterator

from coach.core.conversation import when_it_began
from coach.core.conversation.alarms import Told, tell
from coach.core.conversation.asked_signs import times_put
from coach.core.conversation.hearing import Heard
from coach.core.conversation.meaning import plain
from coach.core.conversation.moment import HARM, QUESTION_OPEN, Moment
from coach.core.conversation.waiting_case import Held, about, asks_only, case_of, is_grave, is_told, timer
from coach.core.events import CheckInOpened, Event, TaskRaised
from coach.core.model import Asked, Assessment, Channel, CheckIn, Disposition, Intent, Kind, Lane
from coach.core.trend import Action, Decision

_TEXT = "ask_first.safe"
_TEXT_AGAIN = "ask_first.safe_again"
_SAYS_NEITHER = (Intent.UNCLEAR.value, Intent.REPORT.value, Intent.ANSWER.value)
_AT_MOST = 2
"""So often the question is put within two days before a person asks instead."""


# --- asking ---


def asks(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> bool:
    """Whether words of low mood leave open if they think of harming themselves, and that was not asked within a day."""
    signs, reply = moment.handbook.triage.signs, heard.reply
    low = any(signs[code].ask is Asked.SAFE for code in reply.codes if code in signs)
    if not low or HARM in (*reply.codes, *reply.denied_codes) or is_grave(decisions):
        return False
    return all(moment.now - question.opened_at > QUESTION_OPEN for question in _put(moment))


def question(moment: Moment) -> tuple[Event, ...]:
    """The question, with the emergency line first."""
    because = "feeling low: asked whether they think of harming themselves"
    asked = CheckInOpened(Asked.SYMPTOM, moment.today, scheduled=False, about=HARM)
    return (asked, moment.alarm(_TEXT, Lane.URGENT, because))


def held(moment: Moment, decision: Decision) -> Held | None:
    """By text only: the routine text waits. A call tells it at once, and the question comes as a text."""
    if moment.channel is Channel.VOICE or moment.participant.status.has_left:
        return None
    because = "Asked whether they think of harming themselves."
    return Held(decision.level or Disposition.ROUTINE, because, (*question(moment), timer(moment)))


def besides(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """The question where it holds up no case: after the full text, or after what a call has told."""
    held_for_it = moment.channel is Channel.SMS and any(asks_only(moment, one, Asked.SAFE) for one in decisions)
    if held_for_it or when_it_began.holds_up(moment, heard, decisions) or not asks(moment, heard, decisions):
        return ()
    told_in_call = any(one.action is Action.ESCALATE for one in decisions)
    return question(moment) if moment.channel is Channel.SMS or told_in_call else ()


def _put(moment: Moment) -> list[CheckIn]:
    return [c for c in moment.conversation.check_ins if c.asked is Asked.SYMPTOM and c.about == HARM]


# --- the answer ---


def denied(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """No to the question: the routine text that waited for it, or when it began once more while that is still open."""
    asked = heard.question
    if asked is None or not _is_about_harm(asked) or heard.reply.yes is not False:
        return ()
    case = case_of(moment, asked)
    if case is None or is_told(moment, case):
        return ()
    still_open = when_it_began.once_more(moment, case)
    if still_open is not None:
        return (still_open,)
    told = Told(case.level, case.rules, f"does not think of self-harm: {case.because}", Assessment(case.level))
    return tuple(about(case, tell(moment, told, heard)))


def unclear(moment: Moment, heard: Heard) -> Iterator[Decision]:
    """A second text that is neither yes nor no to the question counts as yes."""
    if _says_neither(heard) and _unclear_before(moment, heard):
        because = "Asked whether they think of harming themselves, gave no clear answer twice."
        yield Decision(1, Action.ESCALATE, Disposition.EMERGENCY, (HARM,), because)


def again(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """The question once more: after a first text that is neither yes nor no, or a no to a newer question."""
    if is_grave(decisions):
        return ()
    if _says_neither(heard) and not _unclear_before(moment, heard):
        return (moment.alarm(_TEXT_AGAIN, Lane.URGENT, "the answer about self-harm was not clear"),)
    return _after_a_no_to_another(moment, heard)


def _is_about_harm(asked: CheckIn) -> bool:
    return asked.asked is Asked.SYMPTOM and asked.about == HARM


def _says_neither(heard: Heard) -> bool:
    if heard.question is None or not _is_about_harm(heard.question):
        return False
    reply = heard.reply
    return reply.yes is None and reply.weakness is None and reply.intent.value in _SAYS_NEITHER


def _unclear_before(moment: Moment, heard: Heard) -> bool:
    opened = heard.question.opened_at if heard.question else moment.now
    said = (fact for fact in moment.conversation.observations if fact.kind is Kind.HEARD and fact.at > opened)
    return any(fact.code in _SAYS_NEITHER and fact.asked is Asked.SYMPTOM for fact in said)


def _after_a_no_to_another(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """A no to what was asked last may have been meant for this one: it is put anew, and is then the last one asked."""
    waiting = _waiting(moment, heard)
    if waiting is None or not _is_no(moment, heard) or HARM in heard.reply.denied_codes:
        return ()
    because = "a no to another question, while the one of self-harm was open"
    if times_put(moment, waiting) >= _AT_MOST:
        return (TaskRaised("self_harm_unanswered", because, key=f"self_harm_unanswered/{waiting.day}"),)
    asked = CheckInOpened(Asked.SYMPTOM, waiting.day, scheduled=False, about=HARM)
    return (asked, moment.alarm(_TEXT_AGAIN, Lane.URGENT, because))


def _waiting(moment: Moment, heard: Heard) -> CheckIn | None:
    """The question while it waits behind what was asked last. A no to the invitation is that and nothing else."""
    here = moment.channel is Channel.SMS and heard.asked is not Asked.JOIN and not moment.participant.status.has_left
    lately = [c for c in _put(moment) if moment.now - c.opened_at <= QUESTION_OPEN]
    if not here or not lately or any(c.answered_at is not None for c in lately) or heard.question in lately:
        return None
    told = (case for case in moment.conversation.escalations if HARM in case.rules)
    return None if any(case.raised_at >= lately[0].opened_at for case in told) else lately[-1]


def _is_no(moment: Moment, heard: Heard) -> bool:
    known, said = moment.handbook.onboarding, plain(heard.message.body)
    return known.is_none(said) or known.yes_or_no(said, heard.message.body) is False
