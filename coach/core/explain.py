"""What the last advice, or its absence, rested on, told to the participant: what they told us, and never a cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coach.core.content import render
from coach.core.handbook import Handbook
from coach.core.model import Asked, Conversation, Disposition, Escalation, Lane, Language, Observation
from coach.core.programme import scores, week_of
from coach.core.schedule import local
from coach.core.trend.function_tests import CHAIR_STANDS, SARC_F, STAIRS

LOOKED_BACK = timedelta(days=14)
"""How far back scores are told of, and closed cases."""

TESTS = {STAIRS: "words.stairs", CHAIR_STANDS: "words.chair_stands", SARC_F: "words.sarc_f"}
"""The rules of cases that are function tests, with the text that holds the words for each."""

_SELF_HARM, _RED_FLAG, _UNNAMED = "self_harm", "red_flag", "weakness_general"
_BY_LEVEL = {Disposition.EMERGENCY: "why.emergency", Disposition.URGENT: "why.urgent"}


@dataclass(frozen=True, slots=True)
class Grounds:
    """A text, and what stands in it besides what stands in every text."""

    template: str
    values: Mapping[str, str] = field(default_factory=dict)


def for_person(conversation: Conversation, handbook: Handbook, now: datetime) -> Grounds:
    """The answer to WHY: an open case first, then what came last: a prompt, advice, or a score that called for none."""
    given = scores(conversation.observations)
    known = [case for case in conversation.escalations if case.is_open or now - case.raised_at <= LOOKED_BACK]
    if any(case.is_open for case in known):
        grave = max((case for case in known if case.is_open), key=lambda case: (case.level.rank, case.id))
        return _of_case(grave, conversation, handbook)
    if _prompted_since(conversation, [*(case.raised_at for case in known), *(score.at for score in given[-1:])]):
        return Grounds("why.prompt", {"week": _week(conversation, now)})
    if known:
        return _of_case(known[-1], conversation, handbook)
    return _of_scores(conversation, given, now)


def _prompted_since(conversation: Conversation, others: list[datetime]) -> bool:
    prompted = [sent.at for sent in conversation.sent if sent.lane is Lane.PROMPT]
    return bool(prompted) and (not others or prompted[-1] > max(others))


def _of_case(case: Escalation, conversation: Conversation, handbook: Handbook) -> Grounds:
    if _SELF_HARM in case.rules:
        return Grounds("why.safety")
    given = [score for score in scores(conversation.observations) if score.at <= case.raised_at]
    sign = _sign(case, conversation.participant.language, handbook)
    if sign is None and given:
        return Grounds("why.trend", _figures(given, case.raised_at))
    named = sign or _named(_UNNAMED, conversation.participant.language, handbook)
    return Grounds(_BY_LEVEL.get(case.level, "why.routine"), {"sign": named})


def _of_scores(conversation: Conversation, given: Sequence[Observation], now: datetime) -> Grounds:
    if not given:
        return Grounds("why.nothing")
    asked = any(c.asked is Asked.ONSET and c.closed_at is None for c in conversation.check_ins)
    return Grounds("why.recheck" if asked else "why.scores", _figures(given, now))


def _figures(given: Sequence[Observation], now: datetime) -> dict[str, str]:
    """The last score, and between which the scores of the time before it lay."""
    lately = [score for score in given if now - score.at <= LOOKED_BACK] or list(given[-1:])
    values = [score.value or 0 for score in lately]
    days = (lately[-1].day - lately[0].day).days + 1
    figures = {"score": values[-1], "lowest": min(values), "highest": max(values)}
    return {name: f"{value:g}" for name, value in figures.items()} | {"days": str(days)}


def _sign(case: Escalation, language: Language, handbook: Handbook) -> str | None:
    """Plain words for the gravest sign of a case, else for its function test; None when only scores are behind it."""
    if _RED_FLAG in case.rules:
        return render(handbook.library.templates["words.red_flag"], language, {})
    signs = handbook.triage.signs
    told = sorted((code for code in case.rules if code in signs), key=lambda code: -signs[code].level.rank)
    if told:
        return _named(told[0], language, handbook)
    test = next((TESTS[rule] for rule in case.rules if rule in TESTS), None)
    return render(handbook.library.templates[test], language, {}) if test is not None else None


def _named(code: str, language: Language, handbook: Handbook) -> str:
    sign = handbook.triage.signs[code]
    return sign.sign_es if language is Language.ES else sign.sign_en


def _week(conversation: Conversation, now: datetime) -> str:
    person = conversation.participant
    return str(max(1, week_of(person, local(now, person.zone or "UTC").date())))
