"""What a call asks for first, on the enrolment form and on the page of a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from coach.adapters.database.engine import open_engine
from coach.adapters.database.tables import event, participant
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import Panel, Visitor, dashboard
from tests.web.test_dashboard_pages import words

PIN = "480215"
ASKED = "so that only they hear anything about their health"
FORM = {"phone": "(202) 555-0150", "name": "Agnes Moreau", "language": "en", "country": "US", "channel": "voice"}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Engine]:
    """A fresh SQLite file."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def panel(database: Engine, clock: StoppedClock) -> Panel:
    """An empty panel."""
    return Panel(database, clock())


@pytest.fixture
def ana(database: Engine, clock: StoppedClock) -> Visitor:
    """Ana, who is signed in."""
    visitor = dashboard(database, clock)
    visitor.sign_in()
    return visitor


def kept(database: Engine, person: int) -> tuple[int | None, str | None, bool]:
    """Year, PIN and whether voicemail is refused."""
    columns = (participant.c.birth_year, participant.c.call_pin, participant.c.no_voicemail)
    with database.begin() as connection:
        row = connection.execute(select(*columns).where(participant.c.id == person)).one()
    return row.birth_year, row.call_pin, row.no_voicemail


def test_the_form_says_why_it_asks_for_a_year_or_a_pin(ana: Visitor) -> None:
    """Whoever enrols somebody can tell them."""
    assert ASKED in words(ana.get("/people/new").text)


def test_nobody_is_enrolled_for_calls_that_could_not_speak_of_their_health(ana: Visitor) -> None:
    """One plain sentence, beside the year and in the summary; the year or a PIN is enough."""
    answer = ana.post("/people/new", FORM)
    assert answer.status_code == 422
    assert words(answer.text).count("Give the year of birth or a PIN") == 2
    assert ana.post("/people/new", FORM | {"birth_year": "1940"}).status_code == 303
    assert ana.post("/people/new", FORM | {"phone": "(202) 555-0151", "pin": PIN}).status_code == 303


def test_a_pin_that_was_typed_is_not_given_back_by_the_form(ana: Visitor) -> None:
    """It is to be typed again, and the form says so."""
    answer = ana.post("/people/new", FORM | {"phone": "12", "pin": PIN})
    assert answer.status_code == 422
    assert PIN not in answer.text
    assert "Type the PIN again" in words(answer.text)


def test_a_page_says_when_a_call_cannot_make_sure_of_somebody(ana: Visitor, panel: Panel) -> None:
    """With what to do about it."""
    page = words(ana.get(f"/people/{panel.person('Rosa', 50)}").text)
    assert "A call cannot make sure that it is them, so it says nothing about their health." in page
    assert "Set a year of birth or a PIN." in page


def test_staff_set_what_a_call_asks_for(ana: Visitor, panel: Panel, database: Engine) -> None:
    """The page shows the year, and of the PIN only that there is one."""
    rosa = panel.person("Rosa", 50)
    answer = ana.post(f"/people/{rosa}/calls", {"birth_year": "1955", "pin": PIN, "no_voicemail": "yes"})
    assert answer.headers["location"] == f"/people/{rosa}?said=calls#calls-title"
    assert kept(database, rosa) == (1955, PIN, True)
    page = ana.get(f"/people/{rosa}?said=calls").text
    for label, value in (("Year of birth", "1955"), ("PIN", "Set"), ("Voicemail", "Never")):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in page
    assert PIN not in page
    assert "It is kept, and holds from their next call on." in words(page)


def test_a_pin_that_is_left_empty_stays_and_a_box_that_is_not_ticked_allows_voicemail(
    ana: Visitor, panel: Panel, database: Engine
) -> None:
    """A browser sends no box that is not ticked."""
    agnes = panel.person("Agnes", 51, birth_year=1940, call_pin=PIN, no_voicemail=True)
    ana.post(f"/people/{agnes}/calls", {"birth_year": "1941", "pin": ""})
    assert kept(database, agnes) == (1941, PIN, False)


def test_who_set_it_is_on_record_and_the_pin_is_not(ana: Visitor, panel: Panel, database: Engine) -> None:
    """The fact says that a PIN was set."""
    ana.post(f"/people/{panel.person('Rosa', 50)}/calls", {"pin": PIN})
    with database.begin() as connection:
        (fact,) = connection.execute(select(event.c.kind, event.c.staff, event.c.data)).all()
    assert (fact.kind, fact.staff, fact.data["call_pin"]) == ("DetailsChanged", "ana", "set")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"birth_year": "55"}, "Write the year of birth as four digits, 1900 to 2008"),
        ({"birth_year": "2015"}, "Write the year of birth as four digits, 1900 to 2008"),
        ({"pin": "123"}, "Write the PIN as 4 to 8 digits"),
        ({"pin": "7777"}, "Choose a PIN that is harder to guess"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(
    ana: Visitor, panel: Panel, database: Engine, typed: dict[str, str], sentence: str
) -> None:
    """The form is open, with what was typed but for the PIN."""
    rosa = panel.person("Rosa", 50)
    answer = ana.post(f"/people/{rosa}/calls", {"birth_year": "1955", "no_voicemail": "yes"} | typed)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert '<details class="more" open>' in answer.text
    assert typed.get("pin", "no pin") not in answer.text
    assert kept(database, rosa) == (None, None, False)


def test_somebody_who_is_not_there_is_not_changed(ana: Visitor) -> None:
    """The page says that there is nobody."""
    assert ana.post("/people/77/calls", {"birth_year": "1955"}).status_code == 404
