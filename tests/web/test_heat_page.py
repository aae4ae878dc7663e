"""The page of heat alerts, without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from coach.core.content import Library, ZoneChoice
from coach.core.model import Language
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import Panel, Visitor, dashboard

ARIZONA = ZoneChoice("America/Phoenix", {Language.EN: "Arizona", Language.ES: "Arizona"})
LIBRARY = Library(templates={}, gates={}, numbers={}, zones={"US": (ARIZONA,)}, version="1")
FORM = {"zone": "America/New_York", "first_day": "2026-11-24", "last_day": "2026-11-26"}


@pytest.fixture
def ana(sqlite_engine: Engine, clock: StoppedClock) -> Visitor:
    """Ana, signed in; Walter lives in New York."""
    Panel(sqlite_engine, clock()).person("Walter Nguyen", 12)
    visitor = dashboard(sqlite_engine, clock, library=LIBRARY)
    visitor.sign_in()
    return visitor


def test_an_alert_is_set_listed_and_told_on_the_worklist(ana: Visitor) -> None:
    """With its days, the people it is about, and who set it."""
    answer = ana.post("/heat", FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/heat?said=hot")
    page = ana.get("/heat?said=hot").text
    for words in ("The heat alert is set.", "America/New York", "In force", "today to 26 Nov", "1 person", "ana"):
        assert words in page
    assert "America/New York until 26 Nov." in ana.get("/").text


def test_ending_an_alert_takes_it_from_both_pages(ana: Visitor) -> None:
    """The second to end it is told."""
    ana.post("/heat", FORM)
    assert ana.post("/heat/1/end").headers["location"] == "/heat?said=cool"
    assert "No heat alert is in force or coming." in ana.get("/heat").text
    assert '/heat">Heat alert' not in ana.get("/").text
    again = ana.post("/heat/1/end")
    assert (again.status_code, "This heat alert has already ended." in again.text) == (409, True)


def test_a_coming_alert_is_not_on_the_worklist_yet(ana: Visitor) -> None:
    """It waits for its day."""
    ana.post("/heat", FORM | {"first_day": "2026-11-25"})
    assert "Coming" in ana.get("/heat").text
    assert "in force" not in ana.get("/").text


def test_a_days_alert_says_today(ana: Visitor) -> None:
    """No date to reckon with."""
    ana.post("/heat", FORM | {"last_day": "2026-11-24"})
    assert "America/New York today." in ana.get("/").text


def test_zones_are_those_of_people_and_those_people_are_offered(ana: Visitor) -> None:
    """An alert may come before the first person there."""
    page = ana.get("/heat").text
    assert '<option value="America/New_York">America/New York: 1 person</option>' in page
    assert '<option value="America/Phoenix">America/Phoenix, Arizona</option>' in page
    assert ana.post("/heat", FORM | {"zone": "America/Phoenix"}).status_code == 303


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"zone": ""}, "Choose a time zone from the list."),
        ({"zone": "Mars/Base"}, "Choose a time zone from the list."),
        ({"first_day": "soon"}, "Choose a day, or write it as year, month and day, such as 2026-07-14."),
        ({"last_day": "2026-11-23"}, "The last day lies before the first; choose the same day or a later one."),
        ({"first_day": "2026-11-20", "last_day": "2026-11-23"}, "These days are over; choose today or later."),
        ({"last_day": "2062-11-26"}, "Choose a last day within the next 30 days."),
    ],
)
def test_a_wrong_alert_is_refused_in_one_sentence_and_what_was_typed_stays(
    ana: Visitor, wrong: dict[str, str], sentence: str
) -> None:
    """Nothing is set."""
    form = FORM | wrong
    answer = ana.post("/heat", form)
    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2  # in the summary and beside its field
    assert f'value="{form["last_day"]}"' in answer.text
    assert "No heat alert is in force or coming." in answer.text


def test_the_same_days_are_not_set_twice(ana: Visitor) -> None:
    """A form sent again says so."""
    ana.post("/heat", FORM)
    answer = ana.post("/heat", FORM)
    assert (answer.status_code, "There is already a heat alert for these days." in answer.text) == (422, True)


def test_heat_needs_a_session(ana: Visitor) -> None:
    """After signing in one is where one wanted to be."""
    assert Visitor(ana.app).get("/heat").headers["location"] == "/sign-in?next=%2Fheat"
    assert Visitor(ana.app).post("/heat", FORM).status_code in {303, 401}
    assert "No heat alert is in force or coming." in ana.get("/heat").text


def test_today_is_the_date_where_the_heat_is(ana: Visitor, clock: StoppedClock) -> None:
    """Late in the American evening it is tomorrow in London."""
    clock.advance(timedelta(hours=11))  # 02:00 UTC on the 25th, nine in the evening of the 24th in New York
    ana.sign_in()
    ana.post("/heat", FORM | {"last_day": "2026-11-24"})
    assert "America/New York today." in ana.get("/").text
