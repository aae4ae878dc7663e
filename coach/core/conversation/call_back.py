"""What a person may ask for in a call about calls themselves: to be called later, and to hear the last advice again."""

from __future__ import annotations

from datetime import timedelta

from coach.core import schedule
from coach.core.content import ContentError
from coach.core.conversation import silence, unheard
from coach.core.conversation.moment import ASKED_IN_CALLS, Moment
from coach.core.events import Event, MessageQueued, Said, TimersCleared, TimerSet
from coach.core.model import Channel, Disposition, Escalation, EscalationState, Lane, Status, TimerKind

_USEFUL = timedelta(hours=1)
_HALF_A_DAY, _MOST_CALLS = timedelta(hours=12), 3
_ADVICE = ("exercise.", "hydration.", "education.")
_ADVICE_LASTS = timedelta(days=14)
_QUIET_AFTER = timedelta(hours=24)
"""No coaching so long after an emergency."""


def call_back(moment: Moment, after: timedelta) -> tuple[Event, ...]:
    """Call again so long from now; nothing when that would be in their night, or they take no calls from us."""
    person, due = moment.participant, moment.now + after
    if person.status is not Status.ACTIVE or person.zone is None or schedule.is_quiet(due, person.zone, person.quiet):
        return ()
    if _called_enough(moment):
        return ()
    again = TimerSet(TimerKind.CALL_BACK, f"{TimerKind.CALL_BACK}/{due.isoformat()}", due)
    return (again, TimersCleared((TimerKind.REMIND,)))  # the promised call is the next try


def due(moment: Moment) -> tuple[Event, ...]:
    """The hour has come: the call, unless they left, rest, or it has become night meanwhile."""
    person = moment.participant
    if person.status is not Status.ACTIVE or person.zone is None:
        return ()
    if schedule.is_quiet(moment.now, person.zone, person.quiet) or not _waits(moment):
        return ()
    night = schedule.quiet_starts_after(moment.now, person.zone, person.quiet) - schedule.SECOND
    until, because = min(moment.now + _USEFUL, night), "asked in a call to be called later"
    call = MessageQueued("voice.check_in", "", Lane.PROMPT, until, because, Channel.VOICE)
    return (call, *silence.after_promised_call(moment))


def _waits(moment: Moment) -> bool:
    """Whether anything is left to ask: they may have called us, or texted, meanwhile."""
    put = (c for c in moment.conversation.check_ins if c.asked in ASKED_IN_CALLS)
    return any(moment.is_open(question) for question in put)


def _called_enough(moment: Moment) -> bool:
    """So often in half a day: whatever says “later” again and again may be a machine."""
    calls = (s for s in moment.conversation.sent if s.template == "voice.check_in")
    return sum(moment.now - call.at <= _HALF_A_DAY for call in calls) >= _MOST_CALLS


def last_advice(moment: Moment) -> tuple[Event, ...]:
    """What was said last about what to do: about an open case first, else the newest tip; empty when there is none."""
    case = _open_serious(moment)
    if case is not None:
        return (unheard.advice(moment, case),)
    emergencies = (c.raised_at for c in moment.conversation.escalations if c.level is Disposition.EMERGENCY)
    if any(moment.now - at <= _QUIET_AFTER for at in emergencies):
        return ()
    recent = (s for s in reversed(moment.conversation.sent) if moment.now - s.at <= _ADVICE_LASTS)
    advised = (s.template for s in recent if s.template.startswith(_ADVICE) or _is_tip(moment, s.template))
    tips = (_tip(moment, template) for template in advised)
    found = next((tip for tip in tips if tip is not None), None)
    return (found,) if found is not None else ()


def _open_serious(moment: Moment) -> Escalation | None:
    waits = (EscalationState.RAISED, EscalationState.ACKNOWLEDGED)
    open_cases = (c for c in reversed(moment.conversation.escalations) if c.level.is_serious and c.state in waits)
    return next(open_cases, None)


def _is_tip(moment: Moment, template: str) -> bool:
    return any(text.id == template for text in moment.handbook.library.group("voice.tips"))


def _tip(moment: Moment, template: str) -> Said | None:
    """A text in words again; None when it is not there any more, or held figures of its moment."""
    if template not in moment.handbook.library.templates:
        return None
    try:
        return Said(template, moment.text(template))
    except ContentError:
        return None
