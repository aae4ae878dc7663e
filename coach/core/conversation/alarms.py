"""Which text tells the person of a case, in which words, and how it is said in a call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from coach.core import explain
from coach.core.conversation.hearing import Heard
from coach.core.conversation.history import day_one
from coach.core.conversation.moment import Moment
from coach.core.escalation import telling
from coach.core.events import CheckInClosed, CheckInOpened, Event, MessageQueued, Said
from coach.core.model import Asked, Assessment, Channel, CheckIn, Disposition, Lane, Language, Observation
from coach.core.programme import scores
from coach.core.spelling import spelled

RED_FLAG = "red_flag"
"""The rule of a yes to the list of warning signs."""

WORSENED = "worsened"
"""The rule of a case about what got worse while another was open; the rules beside it are those of the other."""

_SPOKEN = {
    "escalation.self_harm": "voice.self_harm",
    "escalation.urgent": "voice.urgent",
    "escalation.urgent_medicine": "voice.urgent",
    "escalation.routine_sign": "voice.routine",
    "escalation.routine_trend": "voice.routine",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a case is about, as far as its wording needs it."""

    level: Disposition
    rules: tuple[str, ...]
    because: str
    assessment: Assessment  # of the words behind it; empty when they came earlier
    observations: tuple[Observation, ...] = ()  # of those words, not recorded yet


def tell(moment: Moment, told: Told, heard: Heard) -> Iterator[Event]:
    """The text about a case that these words raised or settled, with what is said in a call."""
    if moment.participant.status.has_left and told.level is not Disposition.EMERGENCY:
        return  # staff see the case; whoever left is answered only where a life may depend on it
    template, extra = _wording(moment, told)
    yield _alarm(moment, template, told, extra)
    if template == "escalation.self_harm":
        yield CheckInOpened(Asked.SAFE, moment.today, scheduled=False)
    if moment.channel is Channel.VOICE:
        yield _spoken(moment, template, told.level, extra)
        if told.level.is_serious:
            yield from (_closed_by_alarm(heard, question) for question in moment.open_questions())


def text(moment: Moment, told: Told) -> MessageQueued:
    """The text alone, when no words are being answered."""
    template, extra = _wording(moment, told)
    return _alarm(moment, template, told, extra)


def _alarm(moment: Moment, template: str, told: Told, extra: dict[str, str]) -> MessageQueued:
    lane = {Disposition.EMERGENCY: Lane.EMERGENCY, Disposition.URGENT: Lane.URGENT}.get(told.level, Lane.REPLY)
    return replace(moment.alarm(template, lane, told.because, **extra), tells=True)


def _closed_by_alarm(heard: Heard, question: CheckIn) -> Event:
    """A call that said "hang up and dial" must not go on to ask for a number."""
    answered = question == heard.question and heard.reply.weakness is not None
    return CheckInClosed(question.id, answered=answered)


def _spoken(moment: Moment, template: str, level: Disposition, extra: dict[str, str]) -> Event:
    """The message as it is said in a call, where a spoken form says no less than the text."""
    own = moment.spoken_form(template) or template
    spoken = _SPOKEN.get(template, "voice.emergency" if level is Disposition.EMERGENCY else own)
    numbers = {"em": moment.spoken_number(), "crisis": spelled(moment.values()["crisis"])}
    if extra.get("sign") == moment.text("words.red_flag"):
        extra = extra | {"sign": moment.text("words.red_flag_spoken")}
    return Said(spoken, moment.text(spoken, **(extra | numbers)))


def _wording(moment: Moment, told: Told) -> tuple[str, dict[str, str]]:
    extra = {"sign": sign(moment, told)}
    if not told.level.is_serious and not _from_codes(moment, told.rules):
        return "escalation.routine_trend", _trend_figures(moment, told.observations)
    profile, now = moment.participant.profile, told.assessment.now
    group = telling(moment.handbook.tellings, told.level, _of_level(told), profile, now=now)
    again = told.level is Disposition.EMERGENCY and "self_harm" not in told.rules and _told_lately(moment, told.rules)
    return ("escalation.emergency_again" if again else group), extra


def _of_level(told: Told) -> frozenset[str]:
    """Which of the case's rules have its own level; those of the scores and answers always do."""
    lower = {reason.rule for reason in told.assessment.reasons if reason.level.rank < told.level.rank}
    return frozenset(told.rules) - lower - {WORSENED}


def _told_lately(moment: Moment, rules: tuple[str, ...]) -> bool:
    """Whether the same emergency was told so lately that the short version is enough."""
    return any(
        case.rules == rules
        and case.level is Disposition.EMERGENCY
        and moment.now - case.raised_at <= moment.handbook.limits.alarm_again
        for case in moment.conversation.escalations
    )


def _trend_figures(moment: Moment, heard: tuple[Observation, ...]) -> dict[str, str]:
    """Since when there are scores (days, today included), and the last of them."""
    first = day_one(moment.conversation)
    given = scores((*moment.conversation.observations, *heard))
    counted = [score for score in given if first is None or score.day >= first]
    if not counted:
        return {"days": "1", "score": "0"}
    return {"days": str((moment.today - counted[0].day).days + 1), "score": f"{counted[-1].value or 0:g}"}


def _from_codes(moment: Moment, rules: tuple[str, ...]) -> bool:
    return any(rule in moment.handbook.triage.signs or rule in explain.TESTS for rule in rules)


def sign(moment: Moment, told: Told) -> str:
    """Plain words for the finding that weighs most; never the name of a disease."""
    signs = moment.handbook.triage.signs
    by_weight = [reason.rule for reason in told.assessment.reasons if reason.rule in told.rules]
    fallback = "cannot_stand_new" if told.level is Disposition.EMERGENCY else "weakness_general"
    if RED_FLAG in told.rules:
        return moment.text("words.red_flag")
    code = next((rule for rule in (*by_weight, *told.rules) if rule in signs or rule in explain.TESTS), fallback)
    if code in explain.TESTS:
        return moment.text(explain.TESTS[code])
    named = signs[code].sign_es if moment.language is Language.ES else signs[code].sign_en
    return f"{named}, {moment.text('words.worsened')}" if WORSENED in told.rules else named
