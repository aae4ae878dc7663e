"""Facts to rows: one small function per kind of fact, collected over a batch and written in a few statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import singledispatch
from typing import TypeAlias

from coach.adapters.database.encoding import encode, encode_event, encode_profile, encode_reading
from coach.adapters.database.rows import Linked, Recorded, Row, Rows
from coach.adapters.database.states import OutboxState, TimerState
from coach.core.events import (
    CaseStepped,
    CheckInClosed,
    CheckInOpened,
    ConsentRecorded,
    DetailsChanged,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    EscalationPassed,
    EscalationRaised,
    EscalationRelevelled,
    EscalationReopened,
    Event,
    MessageQueued,
    Observed,
    OutboxCleared,
    PageQueued,
    PagesCleared,
    PromptSkipped,
    ReplyRead,
    Said,
    StatusChanged,
    TaskRaised,
    TimersCleared,
    TimerSet,
)
from coach.core.model import (
    OF_CASES,
    OF_THE_PERSON,
    CaseStepKind,
    Channel,
    Conversation,
    EscalationState,
    Lane,
    Status,
    TimerKind,
)
from coach.core.sms import segments
from coach.ports import Cause

_OF_THE_PARTICIPANT = tuple(lane for lane in Lane if lane not in (Lane.PAGE, Lane.EMERGENCY))


def collect(rows: Rows, conversation: Conversation, events: Sequence[Event], cause: Cause, now: datetime) -> None:
    """Add the rows for one decision."""
    decision = Recorded(conversation.participant, cause, now)
    rows.participants.add(decision.participant.id)
    _mark_cause(rows, decision, events)
    for event in events:
        note(event, rows, decision)
        kept = {"at": now, "kind": type(event).__name__, "data": encode_event(event), "timer_id": cause.timer_id}
        rows.events.append(decision.traced | kept)


def _mark_cause(rows: Rows, decision: Recorded, events: Sequence[Event]) -> None:
    if decision.cause.timer_id is not None:
        rows.fired.append({"b_id": decision.cause.timer_id, "b_at": decision.now})
    if decision.cause.inbound_id is None:
        return
    mark = {"b_id": decision.cause.inbound_id, "b_at": decision.now, "b_participant": decision.participant.id}
    readings = [encode_reading(event) for event in events if isinstance(event, ReplyRead)]
    if readings:
        rows.read.append(mark | {"b_reply": readings[-1]})
    else:
        rows.decided.append(mark)


@singledispatch
def note(event: object, rows: Rows, decision: Recorded) -> None:
    """Add the rows that one fact means.

    Raises:
        TypeError: nobody has said how this kind of fact is recorded.
    """
    del rows, decision
    message = f"{type(event).__name__} has no table"
    raise TypeError(message)


@note.register
def _reply_read(event: ReplyRead, rows: Rows, decision: Recorded) -> None:
    """It stands with the mark on its text."""
    del event, rows, decision


@note.register
def _observed(event: Observed, rows: Rows, decision: Recorded) -> None:
    seen = event.observation
    fact = {"kind": seen.kind, "code": seen.code, "value": seen.value, "asked": seen.asked}
    rows.observations.append(decision.traced | fact | {"at": seen.at, "day": seen.day})


@note.register
def _message_queued(event: MessageQueued, rows: Rows, decision: Recorded) -> None:
    row = _to_the_person(decision) | _words(event, decision) | _waiting(event)
    rows.messages.append(row)
    kind = CaseStepKind.TOLD if event.tells else CaseStepKind.FOLLOWED_UP
    step = _step(event.escalation_id, kind, decision) | {"note": event.template, "channel": event.channel}
    if event.escalation_id is not None:
        rows.linked.append(Linked(row, step))
    elif event.tells and (case := _case_of_this_decision(rows, decision)) is not None:
        rows.linked.append(Linked(row, step, case))


def _case_of_this_decision(rows: Rows, decision: Recorded) -> Row | None:
    """The last one raised; a second decision about the same person is always collected anew."""
    mine = [case for case in rows.cases if case["participant_id"] == decision.participant.id]
    return mine[-1] if mine else None


@note.register
def _page_queued(event: PageQueued, rows: Rows, decision: Recorded) -> None:
    """It goes to a number of staff, so it belongs to their row and never to the participant's thread."""
    to = {
        "participant_id": event.to,
        "inbound_id": None,
        "staff": decision.cause.staff,
        "recipient": event.recipient,
    }
    row = to | _words(event, decision) | _waiting(event)
    rows.messages.append(row)
    if event.escalation_id is not None and event.lane is Lane.PAGE:
        step = _step(event.escalation_id, CaseStepKind.PAGED, decision)
        rows.linked.append(Linked(row, step | {"note": event.template, "to_id": event.to, "channel": event.channel}))


@note.register
def _said(event: Said, rows: Rows, decision: Recorded) -> None:
    spoken = {
        "lane": Lane.REPLY,
        "channel": Channel.VOICE,
        "because": "It was said in a call.",
        "state": OutboxState.SAID,
        "segments": 0,
        "expires_at": decision.now,
        "escalation_id": None,
    }
    rows.messages.append(_to_the_person(decision) | _words(event, decision) | spoken)


def _to_the_person(decision: Recorded) -> Row:
    return decision.traced | {"recipient": decision.participant.phone}


def _words(event: MessageQueued | PageQueued | Said, decision: Recorded) -> Row:
    return {
        "timer_id": decision.cause.timer_id,
        "template": event.template,
        "body": event.body,
        "created_at": decision.now,
        "not_before": decision.now,
        "tries": 0,
    }


def _waiting(event: MessageQueued | PageQueued) -> Row:
    """What the sender goes by, whoever it is for."""
    return {
        "lane": event.lane,
        "channel": event.channel,
        "because": event.because,
        "state": OutboxState.PENDING,
        "segments": segments(event.body) if event.channel is Channel.SMS else 1,
        "expires_at": event.expires_at,
        "escalation_id": event.escalation_id,
    }


@note.register
def _check_in_opened(event: CheckInOpened, rows: Rows, decision: Recorded) -> None:
    person = decision.participant.id
    for earlier in rows.questions:
        if (earlier["participant_id"], earlier["asked"]) == (person, event.asked):
            earlier["closed_at"] = decision.now
    rows.questions_replaced.append({"b_participant": person, "b_asked": event.asked, "b_at": decision.now})
    question: Row = encode(event) | {"day": event.day}
    rows.questions.append(question | {"participant_id": person, "opened_at": decision.now, "closed_at": None})


@note.register
def _check_in_closed(event: CheckInClosed, rows: Rows, decision: Recorded) -> None:
    answered_at = decision.now if event.answered else None
    rows.questions_closed.append(
        {
            "b_id": event.check_in_id,
            "b_participant": decision.participant.id,
            "b_at": decision.now,
            "b_answered": answered_at,
        }
    )


@note.register
def _escalation_raised(event: EscalationRaised, rows: Rows, decision: Recorded) -> None:
    rows.cases.append(
        {
            "participant_id": decision.participant.id,
            "inbound_id": decision.cause.inbound_id,
            "level": event.level,
            "rules": list(event.rules),
            "because": event.because,
            "quote": event.quote,
            "state": EscalationState.RAISED,
            "raised_at": decision.now,
            "caused_at": min(event.clock or decision.now, decision.now),
            "rules_version": event.rules_version,
            "explanation": encode(event.explanation),
        }
    )


@note.register
def _escalation_acknowledged(event: EscalationAcknowledged, rows: Rows, decision: Recorded) -> None:
    rows.acknowledged.append(_case(event, decision) | {"b_contact_by": event.contact_by})
    rows.steps.append(_staff_step(event, CaseStepKind.ACKNOWLEDGED, decision))


@note.register
def _escalation_passed(event: EscalationPassed, rows: Rows, decision: Recorded) -> None:
    rows.passed.append(_case(event, decision))
    rows.steps.append(_staff_step(event, CaseStepKind.PASSED, decision))


@note.register
def _escalation_contacted(event: EscalationContacted, rows: Rows, decision: Recorded) -> None:
    rows.contacted.append(_case(event, decision))
    rows.steps.append(_staff_step(event, CaseStepKind.CONTACTED, decision, event.note))


@note.register
def _escalation_closed(event: EscalationClosed, rows: Rows, decision: Recorded) -> None:
    rows.closed.append(_case(event, decision) | {"b_outcome": event.outcome})
    rows.steps.append(_staff_step(event, CaseStepKind.CLOSED, decision, event.note))


@note.register
def _escalation_reopened(event: EscalationReopened, rows: Rows, decision: Recorded) -> None:
    rows.reopened.append(_case(event, decision))
    rows.steps.append(_staff_step(event, CaseStepKind.REOPENED, decision, event.because))


@note.register
def _escalation_relevelled(event: EscalationRelevelled, rows: Rows, decision: Recorded) -> None:
    rows.relevelled.append(_case(event, decision) | {"b_level": event.level})
    step = _step(event.escalation_id, CaseStepKind.LEVEL, decision)
    rows.steps.append(step | {"staff": decision.cause.staff, "note": f"{event.level}: {event.because}"})


@note.register
def _case_stepped(event: CaseStepped, rows: Rows, decision: Recorded) -> None:
    step = _staff_step(event, event.kind, decision, event.note)
    rows.steps.append(step | {"to_id": event.to, "channel": event.channel})


_Changed: TypeAlias = (
    EscalationAcknowledged
    | EscalationPassed
    | EscalationContacted
    | EscalationClosed
    | EscalationReopened
    | EscalationRelevelled
)


def _case(event: _Changed, decision: Recorded) -> Row:
    return {
        "b_id": event.escalation_id,
        "b_participant": decision.participant.id,
        "b_at": decision.now,
        "b_staff": None if isinstance(event, EscalationRelevelled) else event.staff,
    }


def _step(case_id: int | None, kind: CaseStepKind, decision: Recorded) -> Row:
    """All columns, so that steps of every kind are written in one statement; no case means one of this decision."""
    return {
        "escalation_id": case_id,
        "step": kind,
        "at": decision.now,
        "staff": None,
        "note": "",
        "to_id": None,
        "channel": None,
        "outbox_id": None,
    }


def _staff_step(
    event: EscalationAcknowledged
    | EscalationPassed
    | EscalationContacted
    | EscalationClosed
    | EscalationReopened
    | CaseStepped,
    kind: CaseStepKind,
    decision: Recorded,
    words: str = "",
) -> Row:
    return _step(event.escalation_id, kind, decision) | {"staff": event.staff, "note": words}


@note.register
def _task_raised(event: TaskRaised, rows: Rows, decision: Recorded) -> None:
    rows.tasks.append(
        {
            "participant_id": decision.participant.id,
            "kind": event.kind,
            "because": event.because,
            "inbound_id": decision.cause.inbound_id,
            "raised_at": decision.now,
            "key": event.key,
            "explanation": encode(event.explanation),
        }
    )


@note.register
def _consent_recorded(event: ConsentRecorded, rows: Rows, decision: Recorded) -> None:
    proof: Row = encode(event)
    rows.consents.append(decision.traced | proof | {"at": decision.now})


@note.register
def _status_changed(event: StatusChanged, rows: Rows, decision: Recorded) -> None:
    rows.details.append((decision.participant.id, {"status": event.status, "status_at": decision.now}))
    if event.status is Status.ACTIVE:
        return
    _clear_timers(rows, decision, OF_THE_PERSON if event.status.has_left else (TimerKind.PROMPT,))
    _clear_outbox(rows, decision, _OF_THE_PARTICIPANT if event.status.has_left else (Lane.PROMPT,))


@note.register
def _details_changed(event: DetailsChanged, rows: Rows, decision: Recorded) -> None:
    given = {
        "name": event.name,
        "language": event.language,
        "zone": event.zone,
        "country": event.country,
        "channel": event.channel,
        "enrolled_on": event.enrolled_on,
        "programme": event.programme,
        "programme_on": event.programme_on,
        "density": event.density,
        "ask_at": event.ask_at,
        "profile": event.profile and encode_profile(event.profile),
        "birth_year": event.birth_year,
        "call_pin": event.call_pin,
        "no_voicemail": event.no_voicemail,
    }
    changed = {name: value for name, value in given.items() if value is not None}
    rows.details.append((decision.participant.id, changed | {"changed_at": decision.now}))


@note.register
def _timer_set(event: TimerSet, rows: Rows, decision: Recorded) -> None:
    rows.timers.append(
        {
            "participant_id": decision.participant.id,
            "kind": event.kind,
            "key": event.key,
            "due_at": event.due_at,
            "payload": encode(event.payload),
            "state": TimerState.PENDING,
            "tries": 0,
        }
    )


@note.register
def _timers_cleared(event: TimersCleared, rows: Rows, decision: Recorded) -> None:
    _clear_timers(rows, decision, event.kinds)


@note.register
def _outbox_cleared(event: OutboxCleared, rows: Rows, decision: Recorded) -> None:
    _clear_outbox(rows, decision, event.lanes)


@note.register
def _pages_cleared(event: PagesCleared, rows: Rows, decision: Recorded) -> None:
    """Those already in the table, in the rows of whoever is on call; what this decision itself says stays."""
    del decision
    rows.pages_cleared.append({"b_case": event.escalation_id})


@note.register
def _prompt_skipped(event: PromptSkipped, rows: Rows, decision: Recorded) -> None:
    """Its row in `event` is all there is to keep."""
    del event, rows, decision


def _clear_timers(rows: Rows, decision: Recorded, kinds: Iterable[str]) -> None:
    """Those already in the table, and those this decision set before; never those of cases."""
    cleared = set(kinds) - OF_CASES
    person = decision.participant.id
    rows.timers_cleared.extend({"b_participant": person, "b_kind": kind} for kind in sorted(cleared))
    rows.timers = _without(rows.timers, lambda row: row["participant_id"] == person and row["kind"] in cleared)


def _clear_outbox(rows: Rows, decision: Recorded, lanes: Iterable[Lane]) -> None:
    """Those already in the table; what this decision itself says stays."""
    rows.outbox_cleared.extend({"b_participant": decision.participant.id, "b_lane": lane} for lane in lanes)


def _without(rows: Iterable[Row], dropped: Callable[[Row], bool]) -> list[Row]:
    return [row for row in rows if not dropped(row)]
