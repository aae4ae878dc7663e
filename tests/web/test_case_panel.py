"""A case on the page of its person: who has it, by when to phone, who was paged, why it was raised, and each step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, update

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation, escalation_step
from coach.web.explanations import explanation_in_words
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import MINUTE, Panel, Visitor, add, dashboard
from tests.web.on_call import put_on_call


@pytest.fixture
def panel(sqlite_engine: Engine, clock: StoppedClock) -> Panel:
    """Walter, person 1, with an urgent case, number 1; then Ana, Ben and Cleo, who are on call."""
    panel = Panel(sqlite_engine, clock())
    walter = panel.person("Walter Nguyen", 12)
    panel.case(walter, "urgent", "the score rose by 4 in a day", "6", timedelta(hours=1))
    put_on_call(SqlStore(sqlite_engine), clock)
    return panel


@pytest.fixture
def ana(panel: Panel, clock: StoppedClock) -> Visitor:
    """Ana, signed in."""
    visitor = dashboard(panel.engine, clock)
    visitor.sign_in()
    return visitor


CASE = "/people/1/cases/1"


def paged(panel: Panel, person: int, channel: str, status: str, minutes: int) -> None:
    """A page about the case, so long ago, and what became of it."""
    at = panel.now - minutes * MINUTE
    sent = panel.sent(person, "Urgent case", at, status, lane=2, channel=channel, template="page.new")
    step = {"escalation_id": 1, "step": "paged", "at": at, "note": "page.new", "to_id": person, "channel": channel}
    add(panel.engine, escalation_step, staff=None, outbox_id=sent, **step)


def test_taking_a_case_says_by_when_to_phone(ana: Visitor) -> None:
    """The person was promised it."""
    ana.post(f"{CASE}/acknowledge", {"back": "/people/1"})
    page = ana.get("/people/1").text
    assert "Taken, not reached yet" in page
    assert "Phone them by <time" in page
    assert ">today, 11:00</time>" in page


def test_the_trail_says_by_when_a_call_was_promised_by_the_persons_clock(ana: Visitor, panel: Panel) -> None:
    """Like every other time on the page; the lines of the conversation leave it to the text beside them."""
    promise = panel.now + 10 * MINUTE
    step = {"escalation_id": 1, "step": "promised", "at": panel.now, "note": promise.isoformat(), "staff": None}
    add(panel.engine, escalation_step, **step)
    page = ana.get("/people/1").text
    assert "The person was told when to expect a call" in page
    assert ">today, 10:10</time>" in page
    assert promise.isoformat() not in page


def test_the_trail_says_that_a_message_did_not_arrive_in_words(ana: Visitor, panel: Panel) -> None:
    """No ids of texts."""
    for kind, note in (("not_delivered", "escalation.urgent"), ("unreached", "")):
        add(panel.engine, escalation_step, escalation_id=1, step=kind, at=panel.now, note=note, staff=None)
    page = ana.get("/people/1").text
    assert "A message to the person did not arrive" in page
    assert "No message about it has reached the person" in page
    assert "escalation.urgent" not in page


def test_whoever_spoke_with_the_person_says_so_with_a_note(ana: Visitor) -> None:
    """Also without taking the case first; the note is in the trail."""
    answer = ana.post(f"{CASE}/contacted", {"note": "Sees Dr Amin at 3."})
    assert answer.headers["location"] == "/people/1?said=contacted#case-1"
    page = ana.get("/people/1?said=contacted").text
    assert "Noted that you spoke with them." in page
    assert "Spoken with" in page
    assert "Sees Dr Amin at 3." in page
    again = ana.post(f"{CASE}/contacted", {"note": "Twice."})
    assert (again.status_code, "It is already noted" in again.text) == (409, True)


def test_a_note_of_a_call_that_is_too_long_is_refused_and_kept(ana: Visitor) -> None:
    """Nobody types it twice."""
    answer = ana.post(f"{CASE}/contacted", {"note": "x" * 2001})
    assert (answer.status_code, "Shorten the note" in answer.text, "x" * 2001 in answer.text) == (409, True, True)


def test_only_whoever_has_a_case_passes_it_on(ana: Visitor, panel: Panel) -> None:
    """Then nobody has it, and paging goes on."""
    assert ana.post(f"{CASE}/acknowledge").status_code == 303
    assert "Pass it on" in ana.get("/people/1").text
    assert ana.post(f"{CASE}/pass").headers["location"] == "/people/1?said=passed#case-1"
    assert "Take this case" in ana.get("/people/1").text
    with panel.engine.begin() as connection:
        connection.execute(update(escalation).values(owner="ben", state="acknowledged"))
    assert "Pass it on" not in ana.get("/people/1").text
    refused = ana.post(f"{CASE}/pass")
    assert (refused.status_code, "ben has this case; only they can pass it on." in refused.text) == (409, True)


def test_a_case_whose_promise_is_broken_can_be_taken_over(ana: Visitor, panel: Panel) -> None:
    """It is told on the worklist too."""
    with panel.engine.begin() as connection:
        late = {"owner": "ben", "state": "acknowledged", "contact_by": panel.now - 5 * MINUTE}
        connection.execute(update(escalation).values(**late))
    assert "not reached by <time" in ana.get("/").text
    assert "They should have been phoned by" in ana.get("/people/1").text
    assert "Take it over" in ana.get("/people/1").text
    assert ana.post(f"{CASE}/acknowledge").status_code == 303
    assert ana.get("/api/v1/people/1").json()["cases"][0]["owner"] == "ana"


def test_a_case_of_which_the_person_denies_the_call_is_offered_to_others(ana: Visitor, panel: Panel) -> None:
    """Whatever was noted; and whoever has spoken with them by now may say so."""
    with panel.engine.begin() as connection:
        noted = {"owner": "ben", "state": "contacted", "contact_by": panel.now + 5 * MINUTE}
        connection.execute(update(escalation).values(**noted, contacted_at=panel.now))
        step = {"escalation_id": 1, "at": panel.now, "staff": None, "note": ""}
        connection.execute(insert(escalation_step).values(**step | {"step": "contacted", "staff": "ben"}))
    assert "Take it over" not in ana.get("/people/1").text
    with panel.engine.begin() as connection:
        connection.execute(insert(escalation_step).values(**step | {"step": "answered", "note": "not_reached"}))
    page = ana.get("/people/1").text
    assert "They say that nobody phoned" in page
    assert "I spoke with them" in page
    assert "Take it over" in page


def test_a_case_in_time_is_not_taken_over(ana: Visitor, panel: Panel) -> None:
    """Two never phone the same person unawares."""
    with panel.engine.begin() as connection:
        kept = {"owner": "ben", "state": "acknowledged", "contact_by": panel.now + 5 * MINUTE}
        connection.execute(update(escalation).values(**kept))
    assert "Take it over" not in ana.get("/people/1").text
    assert ana.post(f"{CASE}/acknowledge").status_code == 409


def test_a_closed_case_is_opened_again_with_a_reason(ana: Visitor) -> None:
    """Without one it is refused, and the form stays open."""
    ana.post(f"{CASE}/close", {"outcome": "reached_care", "note": ""})
    refused = ana.post(f"{CASE}/reopen", {"because": " "})
    assert (refused.status_code, "Say why this case is opened again." in refused.text) == (409, True)
    answer = ana.post(f"{CASE}/reopen", {"because": "Was not seen after all."})
    assert answer.headers["location"] == "/people/1?said=reopened#case-1"
    page = ana.get("/people/1").text
    assert "Take this case" in page
    assert "Opened again" in page
    assert "Was not seen after all." in page


@pytest.mark.parametrize("step", ["pass", "contacted", "reopen"])
def test_a_step_is_only_taken_through_the_cases_own_person(ana: Visitor, panel: Panel, step: str) -> None:
    """An address put together wrongly changes nothing, nor does another site's form."""
    grace = panel.person("Grace", 13)
    assert ana.post(f"/people/{grace}/cases/1/{step}", {"because": "x"}).status_code == 404
    assert ana.post(f"{CASE}/{step}", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert Visitor(ana.app).post(f"{CASE}/{step}").headers["location"] == "/sign-in"


def test_the_trail_of_pages_names_whom_how_and_what_became_of_each(ana: Visitor, panel: Panel) -> None:
    """The newest first; the conversation is not full of them."""
    paged(panel, 2, "sms", "delivered", 20)
    paged(panel, 2, "voice", "no-answer", 10)
    paged(panel, 4, "sms", "sent", 2)
    page = ana.get("/people/1").text
    assert "Paged, nobody has it yet" in page
    assert "Paged: <bdi>Ana Ruiz</bdi>, <bdi>Cleo Marin</bdi> (3)" in page
    assert page.index("text to <bdi>Cleo Marin</bdi>") < page.index("call to <bdi>Ana Ruiz</bdi>")
    assert '<span class="trouble">Nobody answered</span>' in page
    assert "page.new" not in page
    assert "Paged: urgent case" not in page
    assert "paged, no answer yet" in ana.get("/").text


def test_the_same_is_in_the_json_of_the_person(ana: Visitor, panel: Panel) -> None:
    """For tools of the coordinators' own."""
    paged(panel, 2, "voice", "no-answer", 10)
    (case,) = ana.get("/api/v1/people/1").json()["cases"]
    assert (case["stage"], case["late"], case["contact_by"], case["explanation"]) == ("paged", False, None, None)
    page = case["steps"][-1]
    assert (page["step"], page["to"], page["channel"]) == ("paged", "Ana Ruiz", "voice")
    assert page["delivery"] == {"words": "Nobody answered", "trouble": True}
    assert ana.get("/api/v1/worklist").json()["cases"][0]["stage"] == "paged"


def test_pages_before_a_case_was_opened_again_say_nothing_of_now(ana: Visitor, panel: Panel) -> None:
    """Nobody was paged since."""
    paged(panel, 2, "sms", "delivered", 20)
    add(panel.engine, escalation_step, escalation_id=1, step="reopened", at=panel.now - 5 * MINUTE, note="worse")
    assert ana.get("/api/v1/worklist").json()["cases"][0]["stage"] == "raised"
    assert ana.get("/api/v1/people/1").json()["cases"][0]["stage"] == "raised"


def test_why_a_case_was_raised_is_folded_in_when_it_is_kept(ana: Visitor, panel: Panel) -> None:
    """In the words kept with it, which are shown as words only."""
    explained = {"replies": ["“6”, today"], "nearest": "With <b>5</b> or less nothing would have been sent."}
    assert "Why this case was raised" not in ana.get("/people/1").text
    with panel.engine.begin() as connection:
        connection.execute(update(escalation).values(explanation=explained))
    page = ana.get("/people/1").text
    assert "Why this case was raised" in page
    assert "With &lt;b&gt;5&lt;/b&gt; or less nothing would have been sent." in page
    assert ana.get("/api/v1/people/1").json()["cases"][0]["explanation"] == explained


def test_an_explanation_is_words_under_headings_however_it_is_nested() -> None:
    """What holds nothing to read is left out."""
    kept = {"replies": [{"day": "2026-11-24", "score": 6}, {"text": "6"}], "nearest": "  ", "odd": None, "version": "1"}
    assert explanation_in_words(kept) == (
        ("Replies it rests on", ("2026-11-24, 6", "6")),
        ("Version of the rules", ("1",)),
    )
    assert explanation_in_words(None) == ()
