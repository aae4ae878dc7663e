"""While nothing is heard after an emergency: the alarm again, then a call, then a page.

Anything heard ends it, whatever it says; so does somebody of the team who has spoken with the person.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

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

SELF_HARM = "self_harm"
_RED_FLAG = "red_flag"
_STILL_USEFUL = timedelta(hours=2)
"""So long after an alarm it may be said again, and a call is about it."""
_CALL_USEFUL = timedelta(minutes=30)


def case_of(moment: Moment) -> Escalation | None:
    """The newest case of an emergency after which nothing at all was heard, while its alarm may be said again."""
    cases = (c for c in reversed(moment.conversation.escalations) if c.level is Disposition.EMERGENCY)
    return next((case for case in cases if _is_silent(moment, case)), None)


def _is_silent(moment: Moment, case: Escalation) -> bool:
    waits = case.state in (EscalationState.RAISED, EscalationState.ACKNOWLEDGED)
    heard = any(o.kind is Kind.HEARD and o.at > case.raised_at for o in moment.conversation.observations)
    return waits and not heard and moment.now - case.raised_at <= _STILL_USEFUL


def again(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """The alarm once more, by text; to whoever is reached by calls only also in a call."""
    if not _is_silent(moment, case):
        return ()
    template = "follow_up.still_unsafe" if SELF_HARM in case.rules else "escalation.emergency_again"
    text = moment.alarm(template, Lane.URGENT, "nothing was heard since the alarm")
    again = replace(text, expires_at=case.raised_at + _STILL_USEFUL, escalation_id=case.id)
    by_call = moment.participant.channel is Channel.VOICE
    return (again, *(_alarm_call(moment, case) if by_call else ()))


def call_again(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """The alarm in a call."""
    return _alarm_call(moment, case) if _is_silent(moment, case) else ()


def _alarm_call(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """A call at any hour. A number that does not take part is not called: we could say nothing personal to it."""
    if not moment.participant.status.talks:
        return ()
    until, because = moment.now + _CALL_USEFUL, "nothing was heard since the alarm"
    return (MessageQueued("voice.alarm", "", Lane.URGENT, until, because, Channel.VOICE, escalation_id=case.id),)


def human(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """A person finds out, also when it is late."""
    heard = any(o.kind is Kind.HEARD and o.at > case.raised_at for o in moment.conversation.observations)
    if heard or case.state in (EscalationState.CONTACTED, EscalationState.CLOSED):
        return ()
    return (CaseStepped(case.id, CaseStepKind.SILENT, note="no word since the alarm"),)


def spoken(moment: Moment, case: Escalation) -> tuple[Event, ...]:
    """The alarm once more, said in a call after key 1. The call then ends, so no question of it may stay open."""
    em = moment.spoken_number()
    if SELF_HARM in case.rules:
        words = Said("voice.self_harm", moment.text("voice.self_harm", em=em))
    else:
        words = Said("voice.emergency", moment.text("voice.emergency", em=em, sign=_sign(moment, case)))
    asked = (question for question in moment.open_questions() if question.asked is not Asked.SAFE)
    return (words, *(CheckInClosed(question.id, answered=False) for question in asked))


def _sign(moment: Moment, case: Escalation) -> str:
    signs = moment.handbook.triage.signs
    if _RED_FLAG in case.rules:
        return moment.text("words.red_flag")
    sign = signs[next((rule for rule in case.rules if rule in signs), "cannot_stand_new")]
    return sign.sign_es if moment.language is Language.ES else sign.sign_en
