"""What a decision means for the call: the words that follow, and the question that is open now."""

from __future__ import annotations

from dataclasses import replace

from coach.core.calling.saying import asks, ends, question_words, says, text, waits
from coach.core.calling.values import Ear, Stage, Step, Turn
from coach.core.conversation import ASKED_IN_CALLS, memory
from coach.core.conversation.moment import HARM
from coach.core.events import (
    CheckInOpened,
    EscalationRaised,
    EscalationRelevelled,
    Event,
    Said,
    StatusChanged,
    TaskRaised,
)
from coach.core.model import CheckIn, Disposition

_ALARMS = frozenset({"voice.emergency", "voice.self_harm", "voice.self_harm_alone"})
_NAMED_LEVELS = (EscalationRaised, EscalationRelevelled)


def follow(turn: Turn, events: tuple[Event, ...], *before: str) -> Step:
    """The call goes on with what a decision wants said; `before` is said first.

    Until it is known who is there, only neutral words are: see `unchecked`.
    """
    if not turn.state.identified:
        return unchecked(turn, events)
    lines = (*before, *(event.body for event in events if isinstance(event, Said)))
    if is_alarm(events):
        return _after_alarm(turn, _alarm_lines(events) or lines, events)
    question = _open_after(turn, events)
    if question is None:
        return ends(turn, lines or says(turn, "voice.goodbye"), *events)
    is_put = any(isinstance(event, CheckInOpened) and event.asked is question.asked for event in events)
    spoken = question_words(turn, question.asked)
    return asks(turn, question.asked, lines if is_put or spoken in lines else (*lines, spoken), events)


def is_alarm(events: tuple[Event, ...]) -> bool:
    """Whether the person has just been told to get help at once."""
    levels = (event.level for event in events if isinstance(event, _NAMED_LEVELS))
    said = (event.template for event in events if isinstance(event, Said))
    return Disposition.EMERGENCY in levels or not _ALARMS.isdisjoint(said)


def _alarm_lines(events: tuple[Event, ...]) -> tuple[str, ...]:
    """What to do at once; nothing of less weight is said before or after it."""
    return tuple(event.body for event in events if isinstance(event, Said) and event.template in _ALARMS)


def _after_alarm(turn: Turn, lines: tuple[str, ...], events: tuple[Event, ...]) -> Step:
    """Nothing more is asked; whoever cannot dial may be connected with somebody on call."""
    if not turn.can_connect:
        return ends(turn, lines, *events)
    offer = (*lines, text(turn.moment, "call.offer_connect"))
    return waits(turn, Stage.CONNECT, offer, Ear(), events=events, pending=turn.state.pending)


def _open_after(turn: Turn, events: tuple[Event, ...]) -> CheckIn | None:
    """The question of the call that is open once the facts are kept; none for somebody who leaves or rests."""
    after = memory.after(turn.moment.conversation, events, turn.moment.now)
    moment = replace(turn.moment, conversation=after)
    question = moment.question()
    left = any(isinstance(event, StatusChanged) for event in events) or not after.participant.status.talks
    if left or question is None or question.asked not in ASKED_IN_CALLS or not moment.is_open(question):
        return None
    return question


def unchecked(turn: Turn, events: tuple[Event, ...]) -> Step:
    """What may be said before it is known who is there: what to do, never a word about anybody's health.

    What the decision would have said is not heard, so no fact claims it.
    """
    is_told = is_alarm(events)
    events = tuple(event for event in events if not isinstance(event, Said))
    raised = [event for event in events if isinstance(event, EscalationRaised)]
    levels = {event.level for event in raised}
    if any(HARM in event.rules for event in raised):
        return _after_alarm(turn, says(turn, "call.crisis_unchecked"), events)
    if is_told:
        return _after_alarm(turn, says(turn, "call.emergency_unchecked"), events)
    if Disposition.URGENT in levels:
        return ends(turn, says(turn, "call.urgent_unchecked"), *events)
    if any(isinstance(event, StatusChanged) and event.status.has_left for event in events):
        return ends(turn, says(turn, "call.stopped"), *events)
    step = _goes_on(turn, asked_for_help=any(isinstance(event, TaskRaised) for event in events))
    return replace(step, events=events)


def _goes_on(turn: Turn, *, asked_for_help: bool) -> Step:
    """Whoever cried for help hears the number, and then what was waited for."""
    told = ("call.if_emergency", "call.team_told") if asked_for_help else ("call.if_emergency",)
    lines = (*says(turn, *told), *turn.state.question)
    misses = turn.state.misses + 1
    if misses >= turn.moment.handbook.calls.patience:
        return ends(turn, says(turn, *told, "call.silent_goodbye"))
    ear = turn.state.words.ear or Ear()
    step = waits(turn, turn.state.stage, lines, ear, question=turn.state.question)
    return replace(step, state=replace(step.state, misses=misses))
