"""WHY: a participant asks what the last advice, or its absence, rested on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from coach.core.escalation import close
from coach.core.events import CheckInClosed, EscalationRaised, MessageQueued
from coach.core.explain import for_person
from coach.core.model import (
    Conversation,
    Disposition,
    Escalation,
    Kind,
    Lane,
    Language,
    Observation,
    Participant,
    Sent,
    Status,
)
from coach.core.sms import segments
from tests.core.talking import HANDBOOK, Talk, meet, of, templates

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SIGNS = sorted(HANDBOOK.triage.signs)
WORDS = ("WHY", "why?", "Por qué", "¿Por qué?", "porque")


def ruth(language: Language = Language.EN, status: Status = Status.ACTIVE) -> Talk:
    """Ruth takes part in New York since last week."""
    facts = {"status": status, "name": "Ruth", "zone": "America/New_York", "enrolled_on": date(2026, 2, 23)}
    return meet(MONDAY, language=language, **facts)


def _parts(talk: Talk, *cases: Escalation) -> int:
    """In how many parts the answer goes."""
    known = replace(talk.conversation, escalations=(*talk.conversation.escalations, *cases))
    grounds = for_person(known, HANDBOOK, MONDAY)
    return segments(talk.moment().text(grounds.template, **grounds.values))


def asks_why(talk: Talk, word: str = "WHY") -> MessageQueued:
    """The one answer to it."""
    (answer,) = of(talk.says(word), MessageQueued)
    return answer


@pytest.mark.parametrize("word", WORDS)
def test_why_is_understood_in_both_languages(word: str) -> None:
    """With accents or without."""
    assert asks_why(ruth(), word).template == "why.nothing"


def test_after_an_alarm_the_sign_is_named_that_was_told() -> None:
    """Not its cause, and the number to call stands in it again."""
    talk = ruth()
    talk.says("I can't breathe")
    answer = asks_why(talk)
    assert answer.template == "why.emergency"
    assert "trouble breathing" in answer.body or "breath" in answer.body
    assert "911" in answer.body


def test_after_urgent_and_routine_advice_the_sign_is_named_too() -> None:
    """In the language of the person."""
    talk = ruth(Language.ES)
    talk.says("me duele la pantorrilla y la tengo hinchada")
    assert talk.case.level is Disposition.URGENT
    assert asks_why(talk).template == "why.urgent"


def test_thoughts_of_self_harm_are_not_named_again() -> None:
    """The phone may be read by others; the crisis line stands in it."""
    talk = ruth()
    talk.says("I want to kill myself")
    answer = asks_why(talk)
    assert answer.template == "why.safety"
    assert "988" in answer.body
    assert "kill" not in answer.body


def test_an_open_case_goes_before_a_later_score() -> None:
    """Its advice still holds."""
    talk = ruth()
    talk.says("I can't breathe")
    talk.says("4")
    assert asks_why(talk).template == "why.emergency"


def test_the_scores_behind_advice_are_told() -> None:
    """Those up to the case, of two weeks."""
    talk = ruth()
    talk.conversation = _with(talk.conversation, scores=(2, 3, 7), case="P1")
    answer = asks_why(talk)
    assert answer.template == "why.trend"
    assert "The last was 7. In 3 days they went from 2 to 7." in answer.body


def test_a_silence_tells_the_scores_it_rests_on_and_does_not_calm() -> None:
    """It says what the rules do and that they do not see all."""
    talk = ruth()
    talk.conversation = _with(talk.conversation, scores=(2, 3, 2))
    answer = asks_why(talk)
    assert answer.template == "why.scores"
    assert "Your last score was 2. In 3 days they went from 2 to 3." in answer.body
    assert "911" in answer.body


def test_after_a_prompt_the_programme_is_named() -> None:
    """With its week."""
    talk = ruth()
    sent = Sent("hydration.glass", Lane.PROMPT, MONDAY)
    talk.conversation = replace(_with(talk.conversation, scores=(2, 3)), sent=(sent,))
    answer = asks_why(talk)
    assert answer.template == "why.prompt"
    assert "week 2" in answer.body


def test_why_answers_no_question_and_closes_none() -> None:
    """The question stays as it was put, and what comes next answers it."""
    talk = ruth()
    talk.says("I want to kill myself")
    before = talk.conversation.check_ins
    facts = talk.says("WHY")
    assert of(facts, CheckInClosed) == []
    assert talk.conversation.check_ins == before


def test_why_is_answered_in_a_pause_too() -> None:
    """Whoever takes part may ask."""
    assert asks_why(ruth(status=Status.PAUSED)).template == "why.nothing"


@pytest.mark.parametrize("status", [Status.OPTED_OUT, Status.WRONG_PERSON])
def test_whoever_left_is_told_nothing_of_what_was_said(status: Status) -> None:
    """Who holds the phone now may be somebody else."""
    talk = ruth(status=status)
    talk.conversation = _with(talk.conversation, scores=(2, 3, 7), case="P1")
    assert not any(template.startswith("why.") for template in templates(talk.says("WHY")))


def test_a_sign_told_with_why_is_an_alarm_first() -> None:
    """WHY stands alone; anything more is read for signs."""
    facts = ruth().says("why can't I breathe")
    assert of(facts, EscalationRaised)


def test_a_closed_case_is_explained_for_two_weeks() -> None:
    """Also when scores came since: they do not take its advice back."""
    talk = ruth()
    talk.conversation = _with(talk.conversation, scores=(2, 3, 7), case="P1")
    closed = close(talk.case, "ana", "seen_by_clinician", "", HANDBOOK.outcomes)
    talk.keep((closed,))  # type: ignore[arg-type]  # no refusal
    talk.says("3")
    assert asks_why(talk).template == "why.trend"


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("level", [Disposition.EMERGENCY, Disposition.URGENT, Disposition.ROUTINE])
def test_every_answer_about_a_sign_takes_two_parts_at_most(language: Language, level: Disposition) -> None:
    """Whatever the sign, in either language."""
    long = {code: _parts(ruth(language), Escalation(1, 1, level, (code,), "b", "q", MONDAY)) for code in SIGNS}
    assert {code: parts for code, parts in long.items() if parts > 2} == {}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("case", [None, "P1", "self_harm", "red_flag"])
@pytest.mark.parametrize("scores", [(), (10,), (10, 0, 10)])
def test_every_other_answer_takes_two_parts_at_most(
    language: Language, case: str | None, scores: tuple[int, ...]
) -> None:
    """Whatever the figures."""
    talk = ruth(language)
    talk.conversation = _with(talk.conversation, scores=scores, case=case)
    assert _parts(talk) <= 2


def test_the_same_facts_give_the_same_answer() -> None:
    """It is a pure function of what is known."""
    known = _with(ruth().conversation, scores=(1, 2))
    assert for_person(known, HANDBOOK, MONDAY) == for_person(known, HANDBOOK, MONDAY)


def _with(known: Conversation, scores: tuple[int, ...] = (), case: str | None = None) -> Conversation:
    """Scores of the last days, the newest this hour, and a case with the last of them."""
    person: Participant = known.participant
    days = [MONDAY - timedelta(days=ago, hours=1) for ago in reversed(range(len(scores)))]
    given = tuple(
        Observation(Kind.WEAKNESS, at, at.date(), None, float(score)) for at, score in zip(days, scores, strict=True)
    )
    raised = days[-1] if days else MONDAY - timedelta(hours=1)
    cases = (Escalation(1, person.id, Disposition.ROUTINE, (case,), "b", "q", raised),) if case else ()
    return replace(known, observations=given, escalations=cases)
