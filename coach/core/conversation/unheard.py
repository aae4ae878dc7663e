"""While nothing is heard after an emergency: the alarm again, then a call, then a page.

Anything heard ends it, whatever it says; so does somebody of the team who has spoken with the person. An alarm of which
it is known that it did not arrive is called out at once (`coach.core.conversation.unreached`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from coach.core.conversation import unreached, when_it_began
from coach.core.conversation.case_answers import rounds
from coach.core.conversation.moment import Moment
from coach.core.events import CaseStepped, CheckInClosed, Event, MessageQueued, Said
from coach.core.model import (
    Asked,
    CaseStepKind,
    Channel,
    Disposition,
    Escalation,
    EscalationState,
    Kind,
    Lane,
    Language,
)
from coach.core.spelling import spelled

SELF_HARM = "self_harm"
_RED_FLAG = "red_flag"
_SHORT, _IN_FULL = "escalation.urgent", "spoken.escalation_urgent"
_UNNAMED = {Disposition.EMERGENCY: "cannot_stand_new", Disposition.URGENT: "weakness_general"}
_CALL_USEFUL = timedelta(minutes=30)
_RINGS_AGAIN = timedelta(minutes=5)
"""No two alarm calls to a person come closer together, whichever of their cases they are about."""
_TOGETHER = timedelta(minutes=1)
"""Silence that is due so soon is told with the page that goes out anyway."""


def case_of(moment: Moment) -> Escalation | None:
    """The case that a call is about, while its words are of use; the newest one, emergencies first.

    It is one after which nothing at all was heard, else one of which nothing has reached the person.
    """
    newest_first = moment.conversation.escalations[::-1]
    emergencies = [case for case in newest_first if case.level is Disposition.EMERGENCY]
    silent = (case for case in emergencies if _is_silent(moment, case))
    unread = (c for c in (*emergencies, *newest_first) if c.level.is_serious and _waits_for_words(moment, c))
    return next(silent, None) or next(unread, None)


def _is_silent(moment: Moment, case: Escalation) -> bool:
    waits = case.state in (EscalationState.RAISED, EscalationState.ACKNOWLEDGED)
    return waits and not _heard(moment, case) and moment.now - case.raised_at <= unreached.STILL_USEFUL


def _heard(moment: Moment, case: Escalation) -> bool:
    return any(o.kind is Kind.HEARD and o.at > case.raised_at for o in moment.conversation.observations)


def _waits_for_words(moment: Moment, case: Escalation) -> bool:
    return unreached.is_unreached(moment, case) and unreached.is_useful(moment, case)


# --- towards the person ---


def again(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """The alarm once more, by text; where texts do not arrive, or only calls are wished for, also in a call."""
    if not _is_silent(moment, case):
        return ()
    template = "follow_up.still_unsafe" if SELF_HARM in case.rules else "escalation.emergency_again"
    text = moment.alarm(template, Lane.URGENT, "nothing was heard since the alarm")
    again = replace(text, expires_at=case.raised_at + unreached.STILL_USEFUL, escalation_id=case.id)
    by_call = moment.participant.channel is Channel.VOICE or unreached.is_unreached(moment, case)
    return (again, *(_alarm_call(moment, case) if by_call else ()))


def call_again(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """The alarm in a call."""
    return _alarm_call(moment, case) if _is_silent(moment, case) else ()


def unconfirmed(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """The alarm in a call when no carrier has said that it arrived; there may have been one already."""
    known = unreached.was_told(moment, case) or unreached.called_at(case) is not None
    if known or not _is_silent(moment, case):
        return ()
    return _alarm_call(moment, case, "it is not known whether the alarm arrived")


def undelivered(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """The words of a text that was lost, at once in a call."""
    if not unreached.wants_call(moment, case):
        return ()
    return _alarm_call(moment, case, "the text about it did not arrive")


def _alarm_call(
    moment: Moment, case: Escalation, because: str = "nothing was heard since the alarm"
) -> tuple[Event, ...]:
    """A call at any hour. A number that does not take part is not called: we could say nothing personal to it."""
    calls = filter(None, map(unreached.called_at, moment.conversation.escalations))
    rang_just_now = any(moment.now - last < _RINGS_AGAIN for last in calls)
    if rang_just_now or not moment.participant.status.talks:
        return ()
    until = moment.now + _CALL_USEFUL
    call = MessageQueued(unreached.ALARM_CALL, "", Lane.URGENT, until, because, Channel.VOICE, escalation_id=case.id)
    return (call,)


# --- towards staff ---


def human(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """A person finds out, also when it is late: that nothing was heard, or that nothing can have been."""
    over = case.state in (EscalationState.CONTACTED, EscalationState.CLOSED)
    if over or _heard(moment, case) or _is_marked(moment, case):
        return ()
    if unreached.is_unreached(moment, case):
        return (CaseStepped(case.id, CaseStepKind.UNREACHED, note="no word from them either"),)
    return (CaseStepped(case.id, CaseStepKind.SILENT, note="no word since the alarm"),)


def foreseen(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """The same at a look at a case that nobody has, so that its page says it too and no second one follows at once."""
    is_nobodys = case.state is EscalationState.RAISED and case.level is Disposition.EMERGENCY and not rounds(case)
    due = is_nobodys and moment.now >= _silent_at(moment, case) - _TOGETHER
    return human(moment, case) if due and not moment.participant.status.has_left else ()


def _silent_at(moment: Moment, case: Escalation) -> datetime:
    return case.raised_at + moment.handbook.policy.follow_up.emergency.silent_human


def _is_marked(moment: Moment, case: Escalation) -> bool:
    marks, since = (CaseStepKind.SILENT, CaseStepKind.UNREACHED), _silent_at(moment, case) - _TOGETHER
    return any(step.kind in marks and step.at >= since for step in case.steps)


# --- in a call ---


def spoken(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """The alarm once more, said in a call after key 1.

    The call then ends, so no question of it may stay open, unless it waits for when a sign began: an answer may make
    an emergency of what is urgent (rule A5). Before an emergency nothing is asked.
    """
    onset = when_it_began.waiting(moment) if case.level is Disposition.URGENT else None
    open_still = (question for question in moment.open_questions() if question.asked is not Asked.SAFE)
    over = tuple(CheckInClosed(question.id, answered=False) for question in open_still if question != onset)
    if onset is None:
        return (advice(moment, case), *over)
    question = when_it_began.spoken(moment, onset)
    only_asked = unreached.told_text(case) in (None, when_it_began.TEXT)
    return (question, *over) if only_asked else (advice(moment, case), question, *over)


def advice(moment: Moment, case: Escalation) -> Said:
    """What a case calls for, in words for a call and without a question."""
    em, crisis = moment.spoken_number(), spelled(moment.values()["crisis"])
    template = _template(moment, case)
    return Said(template, moment.text(template, em=em, crisis=crisis, sign=_sign(moment, case)))


def _template(moment: Moment, case: Escalation) -> str:
    alone = unreached.is_unreached(moment, case)  # only a text that arrived holds the number, or the steps
    if SELF_HARM in case.rules:
        return "voice.self_harm_alone" if alone else "voice.self_harm"
    if case.level is Disposition.EMERGENCY:
        return "voice.emergency"
    told = unreached.told_text(case)
    own = moment.spoken_form(told) if told not in (_SHORT, when_it_began.TEXT) else None
    return own or (_IN_FULL if alone else "voice.urgent")


def _sign(moment: Moment, case: Escalation) -> str:
    signs = moment.handbook.triage.signs
    if _RED_FLAG in case.rules:
        return moment.text("words.red_flag_spoken")
    sign = signs[next((rule for rule in case.rules if rule in signs), _UNNAMED[case.level])]
    return sign.sign_es if moment.language is Language.ES else sign.sign_en
