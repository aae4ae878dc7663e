"""Once somebody sees to a case the others hear of it, and pages that nobody needs any more are not sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from coach.core import escalation
from coach.core.conversation import aftercare
from coach.core.escalation import CaseOutcome, page_code
from coach.core.events import EscalationRaised, Event, PageQueued, PagesCleared
from coach.core.model import CaseStepKind, Disposition, Escalation, Status
from tests.core.duty_roster import ANA, BEN, THREE
from tests.core.talking import Talk, meet, of

MONDAY_MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 10:00 in New York
MINUTE = timedelta(minutes=1)
SEEN = CaseOutcome("seen", "Seen")


def emergency(minutes: float = 0) -> Talk:
    """An emergency about Ruth Ames, so many minutes later."""
    talk = meet(MONDAY_MORNING, status=Status.ACTIVE, zone="America/New_York", name="Ruth Ames")
    talk.rota = THREE
    another(talk)
    return talk.at(MONDAY_MORNING + minutes * MINUTE)


def another(talk: Talk) -> None:
    """One more case about her, now."""
    raised = EscalationRaised(Disposition.EMERGENCY, ("chest_pain",), "a sign", "it hurts")
    talk.keep(escalation.watch((raised,), talk.now))


def dashboard(talk: Talk, staff: str, *steps: Event | escalation.Refusal) -> tuple[Event, ...]:
    """Staff do something on the dashboard."""
    facts = tuple(step for step in steps if not isinstance(step, escalation.Refusal))
    assert len(facts) == len(steps)
    return talk.keep(aftercare.following(talk.moment(), facts, staff, talk.rota))


def cleared(events: tuple[Event, ...]) -> list[int]:
    """The cases whose waiting pages are not sent any more."""
    return [fact.escalation_id for fact in of(events, PagesCleared)]


def told(events: tuple[Event, ...]) -> dict[int, str]:
    """What others on call hear."""
    return {page.to: page.body for page in of(events, PageQueued)}


def closed(case: Escalation, staff: str) -> Event | escalation.Refusal:
    """The end of a case."""
    return escalation.close(case, staff, "seen", "", (SEEN,))


def facts(talk: Talk, body: str) -> tuple[Event, ...]:
    """What Ben answers by text, with what comes of it."""
    answered = talk.answers_page(f"{body} {page_code(talk.case.id)}", BEN)
    assert isinstance(answered, tuple)
    return answered


@pytest.mark.parametrize("body", ["ACK", "SPOKE"])
def test_pages_that_wait_are_not_sent_once_somebody_sees_to_the_case(body: str) -> None:
    """Whether they take it or have spoken with the person already."""
    assert cleared(facts(emergency(12), body)) == [1]


def test_whoever_passes_a_case_on_keeps_no_page_back() -> None:
    """Somebody must still take it."""
    assert cleared(facts(emergency(12), "PASS")) == []


def test_a_case_closed_at_once_needs_no_page() -> None:
    """Nobody took it first."""
    talk = emergency(12)
    assert cleared(dashboard(talk, "cy", closed(talk.case, "cy"))) == [1]


def test_one_page_about_two_cases_is_sent_while_nobody_has_one_of_them() -> None:
    """The older case lives by the repeat that names the newer one; once it is taken too, nothing is left to send."""
    talk = emergency(1)
    another(talk)
    talk.at(MONDAY_MORNING + 7 * MINUTE)
    older, newer = talk.conversation.escalations
    assert {s.at for s in older.steps if s.kind is CaseStepKind.PAGED} & {s.at for s in newer.steps}
    assert cleared(dashboard(talk, "ana", escalation.acknowledge(newer, "ana"))) == []
    assert cleared(dashboard(talk, "ana", escalation.acknowledge(older, "ana"))) == [1, 2]


def test_who_takes_both_cases_clears_both() -> None:
    """By one answer."""
    talk = emergency(1)
    another(talk)
    assert cleared(facts(talk.at(MONDAY_MORNING + 12 * MINUTE), "ACK")) == [1, 2]


def test_the_others_hear_that_somebody_spoke_with_the_person_though_nobody_had_the_case() -> None:
    """As if it had been taken first."""
    said = told(facts(emergency(12), "SPOKE"))
    assert said[ANA.id] == "EMERGENCY case 8919: ben has it since 10:12."
    assert set(said) == {ANA.id, BEN.id}


def test_the_others_hear_that_a_case_is_closed_that_nobody_had() -> None:
    """Else they would go on looking for it."""
    talk = emergency(12)
    said = told(dashboard(talk, "cy", closed(talk.case, "cy")))
    assert said == dict.fromkeys((ANA.id, BEN.id), "Case 8919 was closed at 10:12 by cy.")


def test_the_others_hear_nothing_new_of_a_case_somebody_has() -> None:
    """They were told when it was taken."""
    talk = emergency(12)
    talk.taken("ben")
    assert told(dashboard(talk, "ben", escalation.contacted(talk.case, "ben"))) == {}
    assert told(dashboard(talk, "ben", closed(talk.case, "ben"))) == {}


@pytest.mark.parametrize("body", ["ACK", "SPOKE"])
def test_a_case_given_back_is_paged_anew_at_once(body: str) -> None:
    """The others stood down, and what waited for them was not sent: their pages from before do not count."""
    talk = emergency(1)
    facts(talk, body)
    talk.at(MONDAY_MORNING + 3 * MINUTE)
    before = len(talk.paged)
    facts(talk, "PASS")
    talk.at(MONDAY_MORNING + 3 * MINUTE)
    again = [page for page in talk.paged[before:] if page.escalation_id == 1]
    assert [(page.to, page.template) for page in again] == [(ANA.id, "page.new")] * 2
