"""Safety first: what a heard moment calls for, before anything else is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coach.core import trend
from coach.core.conversation import (
    ask_first,
    began,
    function_answers,
    history,
    self_harm,
    when_it_began,
    worsened,
)
from coach.core.conversation.alarms import RED_FLAG, Told, tell
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import DISTRESS, Moment
from coach.core.events import CheckInOpened, EscalationRaised, Event, MessageQueued, TaskRaised
from coach.core.model import Asked, Channel, Disposition, Lane, Status
from coach.core.programme import scores
from coach.core.trend import Action, Decision

_QUOTE = 300


def safety(moment: Moment, heard: Heard, state: trend.State) -> tuple[Event, ...]:
    """Cases, questions, tasks and notes that this text calls for, with the message that goes out at once.

    `state` is where the trend rules stand after everything heard before (see `history.course`).
    """
    decisions = decide(moment, heard, state)
    if not any(decision.level is Disposition.EMERGENCY for decision in decisions):
        decisions = (*decisions, *_red_flag_answer(heard), *self_harm.unclear(moment, heard))
    answered = began.answered(moment, heard)
    if answered is not None and answered.level is Disposition.EMERGENCY:
        decisions = began.as_emergency(answered, decisions)
    decisions = worsened.as_case(moment, heard, decisions)
    facts = [fact for decision in decisions for fact in _carry_out(moment, heard, decision, decisions)]
    if answered is not None:
        facts += began.settled(moment, heard, answered, decisions)
    facts += self_harm.denied(moment, heard) or self_harm.again(moment, heard, decisions)
    facts += worsened.noted(moment, heard, decisions)
    facts += ask_first.besides(moment, heard, decisions)
    return (*facts, *function_answers.fall_note(moment, heard, facts))


def decide(moment: Moment, heard: Heard, state: trend.State) -> tuple[Decision, ...]:
    """What this moment's facts cause, by the rules that stand there."""
    now = _row(moment, heard, state)
    state, _ = trend.advance(state, now.moment)
    _, decisions = trend.hear(state, now)
    return decisions


def _row(moment: Moment, heard: Heard, state: trend.State) -> trend.Row:
    """This moment as the rules read it, its signs with their reasons in words."""
    return replace(history.now_row(moment, heard.observations, state), assessment=heard.assessment)


def raised(events: tuple[Event, ...]) -> bool:
    """True when the person has just been told to seek care, so that no lesser answer should follow."""
    return any(isinstance(event, EscalationRaised) for event in events)


def told_of_case(events: tuple[Event, ...]) -> bool:
    """True when the person was told of a case, a new one or one that waited for the answer."""
    return raised(events) or any(isinstance(event, MessageQueued) and event.tells for event in events)


def ends_call(events: tuple[Event, ...]) -> bool:
    """True when a call must end now: somebody was told to act at once, or a question of its own was put."""
    serious = any(isinstance(event, EscalationRaised) and event.level.is_serious for event in events)
    told = any(isinstance(event, MessageQueued) and event.lane <= Lane.URGENT for event in events)
    return serious or told or any(isinstance(event, CheckInOpened) for event in events)


def _red_flag_answer(heard: Heard) -> Iterator[Decision]:
    if heard.asked is Asked.RED_FLAG and heard.reply.yes:
        to_distress = heard.question is not None and heard.question.about == DISTRESS
        because = "said that it is an emergency" if to_distress else "answered yes to the list of warning signs"
        yield Decision(1, Action.ESCALATE, Disposition.EMERGENCY, (RED_FLAG,), because)


def _carry_out(
    moment: Moment, heard: Heard, decision: Decision, all_of_them: tuple[Decision, ...]
) -> tuple[Event, ...]:
    match decision.action:
        case Action.ESCALATE:
            return _escalate(moment, heard, decision, all_of_them)
        case Action.RECHECK:
            asked_already = any(when_it_began.is_open(moment, heard, other, all_of_them) for other in all_of_them)
            return () if asked_already else _recheck(moment, heard, decision)
        case Action.TASK:
            return (TaskRaised(decision.rules[0], decision.because),)
        case Action.RECOVERY:
            return _recovery(moment)


def _escalate(moment: Moment, heard: Heard, decision: Decision, all_of_them: tuple[Decision, ...]) -> tuple[Event, ...]:
    held = ask_first.held(moment, heard, decision, all_of_them)
    level = held.level if held else decision.level or Disposition.EMERGENCY
    because = f"{decision.because} {held.because}".strip() if held else decision.because
    case = EscalationRaised(
        level,
        decision.rules,
        because,
        heard.message.body[:_QUOTE],
        min(heard.message.received_at, moment.now),
        moment.handbook.rules_version,
        _explanation(moment, heard, decision, because),
    )
    if held and held.facts:
        return (case, *held.facts)
    assessment = held.assessment if held and held.assessment else heard.assessment
    told = Told(level, decision.rules, decision.because, assessment, heard.observations)
    return (case, *tell(moment, told, heard))


def _explanation(moment: Moment, heard: Heard, decision: Decision, because: str) -> dict[str, object]:
    state = history.course(moment.conversation, moment.handbook.trend).state
    entry = replace(decision, because=because, version=decision.version or moment.handbook.trend.version)
    return dict(history.explanation(moment.conversation, entry, moment.handbook.trend, _row(moment, heard, state)))


def _recheck(moment: Moment, heard: Heard, decision: Decision) -> tuple[Event, ...]:
    if not moment.participant.status.talks:
        return ()
    score = next((given.value for given in scores(heard.observations)), None)
    question = CheckInOpened(Asked.ONSET, moment.today, scheduled=False, base=decision.base, need=decision.need)
    jumped = score is not None and "J1" in decision.rules
    if moment.channel is Channel.VOICE:
        first = (moment.reply("voice.score_up", decision.because),) if jumped else ()
        return (*first, moment.spoken_question(Asked.ONSET), question)
    if jumped:
        return (question, moment.reply("recheck.j1", decision.because, score=f"{score:g}"))
    return (question, moment.reply("recheck.j0", decision.because))


def _recovery(moment: Moment) -> tuple[Event, ...]:
    if moment.participant.status is not Status.ACTIVE:
        return ()
    return (moment.chosen("recovery.note", "the scores have been lower for three days"),)


def emergency_line(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The emergency number for somebody who asks about an emergency, or tells of another person's."""
    if moment.participant.status.has_left:
        return ()
    signs = moment.handbook.triage.signs
    asked_about = [signs[finding.code].level for finding in heard.reply.hypothetical if finding.code in signs]
    if Disposition.EMERGENCY in asked_about:
        return (moment.reply("emergency.line", "a warning sign was mentioned"),)
    return ()
