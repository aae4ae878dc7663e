"""Safety first: what a heard moment calls for, before anything else is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coach.core import trend
from coach.core.conversation.hearing import Heard
from coach.core.conversation.history import day_one, row, rows
from coach.core.conversation.moment import Moment
from coach.core.escalation import telling
from coach.core.events import CheckInClosed, CheckInOpened, EscalationRaised, Event, Said, TaskRaised
from coach.core.model import Asked, Channel, CheckIn, Disposition, Lane, Language, Status
from coach.core.programme import scores
from coach.core.trend import Action, Decision

_QUOTE = 300
_RED_FLAG = "red_flag"
_SPOKEN = {
    "escalation.self_harm": "voice.self_harm",
    "escalation.urgent": "voice.urgent",
    "escalation.urgent_medicine": "voice.urgent",
    "escalation.routine_sign": "voice.routine",
    "escalation.routine_trend": "voice.routine",
}


def safety(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """Cases, questions, tasks and notes that this text calls for, with the message that goes out at once."""
    decisions = decide(moment, heard)
    if not any(decision.level is Disposition.EMERGENCY for decision in decisions):
        decisions = (*decisions, *_red_flag_answer(heard))
    return tuple(fact for decision in decisions for fact in _carry_out(moment, heard, decision))


def decide(moment: Moment, heard: Heard) -> tuple[Decision, ...]:
    """Run the rules over the whole history and return what this moment's facts cause."""
    person = moment.participant
    facts = trend.Person(
        non_ambulatory=person.profile.has("non_ambulatory"), lives_alone=bool(person.profile.lives_alone)
    )
    state = trend.start(facts, moment.handbook.trend)
    for past in rows(moment.conversation):
        state, _ = trend.hear(state, past)
    now = row(moment.now, heard.observations, zone=person.zone or "UTC", day_one=day_one(moment.conversation))
    now = replace(now, assessment=heard.assessment)  # with its reasons in words
    today = replace(now, day=max(now.day, state.day))  # a clock set back must not silence the rules
    state, _ = trend.advance(state, today.moment)
    _, decisions = trend.hear(state, today)
    return decisions


def raised(events: tuple[Event, ...]) -> bool:
    """True when the person has just been told to seek care, so that no lesser answer should follow."""
    return any(isinstance(event, EscalationRaised) for event in events)


def ends_call(events: tuple[Event, ...]) -> bool:
    """True when a call must end now: somebody was told to act at once, or a question of its own was put."""
    serious = any(isinstance(event, EscalationRaised) and event.level.is_serious for event in events)
    return serious or any(isinstance(event, CheckInOpened) for event in events)


def _red_flag_answer(heard: Heard) -> Iterator[Decision]:
    if heard.asked is Asked.RED_FLAG and heard.reply.yes:
        because = "answered yes to the list of warning signs"
        yield Decision(1, Action.ESCALATE, Disposition.EMERGENCY, (_RED_FLAG,), because)


def _carry_out(moment: Moment, heard: Heard, decision: Decision) -> tuple[Event, ...]:
    match decision.action:
        case Action.ESCALATE:
            return _escalate(moment, heard, decision)
        case Action.RECHECK:
            return _recheck(moment, heard, decision)
        case Action.TASK:
            return (TaskRaised(decision.rules[0], decision.because),)
        case Action.RECOVERY:
            return _recovery(moment)


def _escalate(moment: Moment, heard: Heard, decision: Decision) -> tuple[Event, ...]:
    level = decision.level or Disposition.EMERGENCY
    quote = heard.message.body[:_QUOTE]
    clock = min(heard.message.received_at, moment.now)
    version = moment.handbook.rules_version
    case = EscalationRaised(level, decision.rules, decision.because, quote, clock, version)
    return (case, *_tell(moment, heard, decision, level))


def _tell(moment: Moment, heard: Heard, decision: Decision, level: Disposition) -> Iterator[Event]:
    if moment.participant.status.has_left and level is not Disposition.EMERGENCY:
        return  # staff see the case; whoever left is answered only where a life may depend on it
    template, extra = _wording(moment, heard, decision, level)
    lane = {Disposition.EMERGENCY: Lane.EMERGENCY, Disposition.URGENT: Lane.URGENT}.get(level, Lane.REPLY)
    yield replace(moment.alarm(template, lane, decision.because, **extra), tells=True)
    if template == "escalation.self_harm":
        yield CheckInOpened(Asked.SAFE, moment.today, scheduled=False)
    if moment.channel is Channel.VOICE:
        yield _spoken(moment, template, level, extra)
        if level.is_serious:
            yield from (_closed_by_alarm(heard, question) for question in moment.open_questions())


def _closed_by_alarm(heard: Heard, question: CheckIn) -> Event:
    """A call that said "hang up and dial" must not go on to ask for a number."""
    answered = question == heard.question and heard.reply.weakness is not None
    return CheckInClosed(question.id, answered=answered)


def _spoken(moment: Moment, template: str, level: Disposition, extra: dict[str, str]) -> Event:
    """The message as it is said in a call, where a spoken form says no less than the text."""
    spoken = _SPOKEN.get(template, "voice.emergency" if level is Disposition.EMERGENCY else template)
    numbers = {"em": moment.spoken_number(), "crisis": " ".join(moment.values()["crisis"])}
    return Said(spoken, moment.text(spoken, **(extra | numbers)))


def _wording(moment: Moment, heard: Heard, decision: Decision, level: Disposition) -> tuple[str, dict[str, str]]:
    sign = {"sign": _sign(moment, heard, decision.rules, level)}
    if not level.is_serious and not _from_codes(moment, decision.rules):
        return "escalation.routine_trend", _trend_figures(moment, heard)
    profile, now = moment.participant.profile, heard.assessment.now
    text = telling(moment.handbook.tellings, level, _of_level(heard, decision, level), profile, now=now)
    again = level is Disposition.EMERGENCY and "self_harm" not in decision.rules and _told_lately(moment, decision)
    return ("escalation.emergency_again" if again else text), sign


def _of_level(heard: Heard, decision: Decision, level: Disposition) -> frozenset[str]:
    """Which of the case's rules have its own level; those of the scores and answers always do."""
    lower = {reason.rule for reason in heard.assessment.reasons if reason.level.rank < level.rank}
    return frozenset(decision.rules) - lower


def _told_lately(moment: Moment, decision: Decision) -> bool:
    """Whether the same was told so lately that the short version is enough."""
    return any(
        case.rules == decision.rules and moment.now - case.raised_at <= moment.handbook.limits.alarm_again
        for case in moment.conversation.escalations
    )


def _trend_figures(moment: Moment, heard: Heard) -> dict[str, str]:
    """Since when there are scores (days, today included), and the last of them."""
    first = day_one(moment.conversation)
    given = scores((*moment.conversation.observations, *heard.observations))
    counted = [score for score in given if first is None or score.day >= first]
    if not counted:
        return {"days": "1", "score": "0"}
    return {"days": str((moment.today - counted[0].day).days + 1), "score": f"{counted[-1].value or 0:g}"}


def _from_codes(moment: Moment, rules: tuple[str, ...]) -> bool:
    return any(rule in moment.handbook.triage.signs for rule in rules)


def _sign(moment: Moment, heard: Heard, rules: tuple[str, ...], level: Disposition) -> str:
    """Plain words for the finding that weighs most; never the name of a disease."""
    signs = moment.handbook.triage.signs
    by_weight = [reason.rule for reason in heard.assessment.reasons if reason.rule in rules]
    fallback = "cannot_stand_new" if level is Disposition.EMERGENCY else "weakness_general"
    if _RED_FLAG in rules:
        return moment.text("words.red_flag")
    code = next((rule for rule in (*by_weight, *rules) if rule in signs), fallback)
    return signs[code].sign_es if moment.language is Language.ES else signs[code].sign_en


def _recheck(moment: Moment, heard: Heard, decision: Decision) -> tuple[Event, ...]:
    if not moment.participant.status.talks:
        return ()
    score = next((given.value for given in scores(heard.observations)), None)
    question = CheckInOpened(Asked.ONSET, moment.today, scheduled=False, base=decision.base, need=decision.need)
    if score is not None and "J1" in decision.rules:
        return (question, moment.reply("recheck.j1", decision.because, score=f"{score:g}"))
    if moment.channel is Channel.VOICE:
        return (question, moment.spoken_question(Asked.ONSET))
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
