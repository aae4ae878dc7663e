"""The page of who is on call, without scripts, and what it says on every other page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import outbox
from coach.core.model import Language
from coach.core.rota import FIRST, LOOK_AHEAD, Gap, Leave, OnCall, Rota, Shift, gaps
from coach.core.schedule import to_utc
from coach.web.dashboard.rosters import days_in_words, shift_in_words
from coach.web.strip import StripDay, short_names, strip, strip_zone
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import Panel, Visitor, dashboard
from tests.web.on_call import ALWAYS, ANA, BEN, DAY, EVERY_DAY, NEW_YORK, SINCE, put_on_call

PERSON = {
    "name": "Dora Lund", "handle": "dora", "phone": "(202) 555-0184", "zone": "America/Chicago", "language": "en",
    "texts": "yes", "calls": "yes",
}  # fmt: skip
SHIFT = {"person": "cleo", "layer": "second", "days": ["0", "1"], "start": "09:00", "end": "17:00"}
LEAVE = {"person": "ana", "first_day": "2026-11-26", "last_day": "2026-11-27", "cover": "cleo"}


@pytest.fixture
def ana(sqlite_engine: Engine, clock: StoppedClock) -> Visitor:
    """Ana, signed in; she, Ben and Cleo are on call."""
    put_on_call(SqlStore(sqlite_engine), clock)
    visitor = dashboard(sqlite_engine, clock)
    visitor.sign_in()
    return visitor


@pytest.fixture
def alone(sqlite_engine: Engine, clock: StoppedClock) -> Visitor:
    """Ana, signed in; nobody is on call."""
    visitor = dashboard(sqlite_engine, clock)
    visitor.sign_in()
    return visitor


def rota(visitor: Visitor) -> Any:
    """The rota as JSON."""
    return visitor.get("/api/v1/rota").json()


# What is shown --------------------------------------------------------------------------------------------------------


def test_the_page_says_who_is_on_call_now_and_that_every_hour_is_covered(ana: Visitor) -> None:
    """The answer to the first question stands first."""
    page = ana.get("/rota").text
    assert "Now: <b><bdi>Ana</bdi></b>; backup <bdi>Cleo</bdi>." in page
    assert "Every hour is covered." in page
    assert page.count('<li class="strip-day">') == 14
    assert "What needs attention" not in page


def test_hours_without_anybody_are_named_in_words_on_their_day(
    ana: Visitor, sqlite_engine: Engine, clock: StoppedClock
) -> None:
    """Not by colour alone."""
    with SqlStore(sqlite_engine).begin() as tx:
        tx.end_shift(2, "somebody earlier", clock())
    page = ana.get("/rota").text
    assert '<span class="trouble">20:00 to 24:00 nobody</span>' in page
    assert '<span class="trouble">00:00 to 08:00 nobody</span>' in page
    assert "14 stretches with nobody." in page
    assert [gap["start"] for gap in rota(ana)["gaps"]][:2] == ["2026-11-25T01:00:00Z", "2026-11-26T01:00:00Z"]


@pytest.mark.parametrize("path", ["/", "/people", "/people/new", "/heat"])
def test_what_is_wrong_with_the_rota_is_on_every_page(alone: Visitor, path: str) -> None:
    """With the way to mend it."""
    page = alone.get(path).text
    assert "Nobody is on call: nobody would be paged." in page
    assert '<a href="/rota">See who is on call</a>' in page


def test_nothing_is_said_of_the_rota_while_it_is_in_order(ana: Visitor) -> None:
    """What is always there is never read."""
    assert "attention-alarm" not in ana.get("/").text
    assert 'class="attention"' not in ana.get("/").text


def test_nobody_learns_of_the_rota_before_signing_in(alone: Visitor) -> None:
    """Names and gaps are the practice's own."""
    assert "On call" not in Visitor(alone.app).get("/sign-in").text


def test_an_alarm_is_on_every_page_until_it_is_over(ana: Visitor, sqlite_engine: Engine, clock: StoppedClock) -> None:
    """Whoever looks after it is named, so that two do not do the same."""
    store = SqlStore(sqlite_engine)
    store.raise_alarm("job", "job_late", "The sending of texts has stopped.", clock())
    assert "The sending of texts has stopped." in ana.get("/people").text
    assert ana.post("/rota/alarms/1/see").headers["location"] == "/rota?said=seen"
    assert "<bdi>ana</bdi> looks after it" in ana.get("/").text
    assert ana.post("/rota/alarms/1/see").status_code == 409
    assert rota(ana)["alarms"][0]["seen_by"] == "ana"
    store.end_alarm("job", clock())
    assert "The sending of texts" not in ana.get("/").text


def test_staff_on_call_are_no_people_of_the_programme(ana: Visitor, sqlite_engine: Engine, clock: StoppedClock) -> None:
    """Neither in the list nor with a page of their own."""
    Panel(sqlite_engine, clock()).person("Walter Nguyen", 12)
    page = ana.get("/people").text
    assert "Walter Nguyen" in page
    assert "1 person." in page
    assert ana.get("/people?q=0181").text.count("Ana Ruiz") == 1  # herself, signed in
    assert ana.get("/people/1").status_code == 404
    assert ana.get("/api/v1/people/1").status_code == 404


# Changing it ----------------------------------------------------------------------------------------------------------


def test_a_person_is_added_and_given_hours(alone: Visitor) -> None:
    """From an empty rota to one that is in order, by the forms alone."""
    assert alone.post("/rota/people", PERSON).headers["location"] == "/rota?said=on_call"
    assert alone.post("/rota/people", PERSON | {"handle": "eli", "phone": "(202) 555-0185"}).status_code == 303
    hours = {"days": list("0123456"), "start": "00:00", "end": "00:00"}
    assert alone.post("/rota/shifts", hours | {"person": "dora", "layer": "first"}).status_code == 303
    assert alone.post("/rota/shifts", hours | {"person": "eli", "layer": "backup"}).status_code == 303
    found = rota(alone)
    assert (found["problems"], found["gaps"]) == ([], [])
    assert [one["name"] for one in found["on_duty"]] == ["Dora Lund"]
    assert found["shifts"][0]["first_day"] == "2026-11-24"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Write their name."),
        ({"handle": "Dora Lund"}, "Write the name they sign in with, or a short one: small letters, digits"),
        ({"phone": "555"}, "This number has too few digits"),
        ({"phone": ANA.phone}, "This number is already on call."),
        ({"zone": "Mars/Base"}, "Choose their time zone, such as America/New_York: shifts go by it."),
        ({"texts": "", "calls": ""}, "Choose texts, calls or both."),
        ({"language": "fr"}, "Choose the language of pages: en or es."),
    ],
)
def test_a_wrong_person_is_refused_and_what_was_typed_stays(ana: Visitor, wrong: dict[str, str], sentence: str) -> None:
    """In the summary and beside the field."""
    answer = ana.post("/rota/people", PERSON | wrong)
    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    assert "Nobody was added." in answer.text
    assert f'value="{(PERSON | wrong)["name"]}"' in answer.text
    assert len(rota(ana)["people"]) == 3


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"person": "nobody"}, "Choose somebody who is on call."),
        ({"days": []}, "Choose at least one day of the week."),
        ({"start": "late"}, "Write the time with hours and minutes, such as 08:00."),
        ({"last_day": "2026-11-01"}, "The last day is over, or lies before the first"),
        ({"layer": "third"}, "Choose first, second or backup."),
    ],
)
def test_a_wrong_shift_is_refused(ana: Visitor, wrong: dict[str, Any], sentence: str) -> None:
    """Nothing is set."""
    answer = ana.post("/rota/shifts", SHIFT | wrong)
    assert (answer.status_code, answer.text.count(sentence)) == (422, 2)
    assert len(rota(ana)["shifts"]) == 3


def test_leave_without_cover_is_refused_beside_the_cover(ana: Visitor) -> None:
    """Where it is mended."""
    answer = ana.post("/rota/leaves", LEAVE | {"cover": ""})
    assert answer.status_code == 422
    assert 'id="leave-cover-problem">Then nobody would be on call from Thu 26 Nov 08:00' in answer.text
    assert 'value="2026-11-27"' in answer.text
    assert rota(ana)["leaves"] == []


def test_leave_with_cover_is_set_shown_and_ended(ana: Visitor) -> None:
    """The strip names whoever covers."""
    assert ana.post("/rota/leaves", LEAVE).headers["location"] == "/rota?said=leave"
    page = ana.get("/rota?said=leave").text
    assert "The leave is set." in page
    assert "Away 26 Nov to 27 Nov, covered by <bdi>Cleo Marin</bdi>" in page
    assert "08:00 to 20:00 <bdi>Cleo</bdi>" in page
    assert ana.post("/rota/leaves/1/end").headers["location"] == "/rota?said=back"


def test_ending_hours_that_nobody_else_has_is_refused_with_the_hours(ana: Visitor) -> None:
    """And nothing ended."""
    answer = ana.post("/rota/shifts/1/end")
    assert answer.status_code == 409
    assert "Not done. Then nobody would be on call from Tue 24 Nov 10:00" in answer.text
    assert ana.post("/rota/people/1/off").status_code == 409
    assert len(rota(ana)["shifts"]) == 3


def test_whoever_is_taken_off_call_can_be_put_back(ana: Visitor) -> None:
    """Cleo is only the backup."""
    assert ana.post("/rota/people/3/off").headers["location"] == "/rota?said=off"
    assert "There is no backup" in ana.get("/").text
    assert ana.post("/rota/people/3/on").headers["location"] == "/rota?said=on_call"


def test_a_test_page_is_sent_and_what_became_of_it_is_shown(ana: Visitor, sqlite_engine: Engine) -> None:
    """Beside the number it went to."""
    assert ana.post("/rota/people/1/page").headers["location"] == "/rota?said=tested"
    page = ana.get("/rota?said=tested").text
    assert "A test page is on its way." in page
    assert "Last text to this number <time" in page
    assert '<span class="delivery">Waiting to be sent</span>' in page
    with sqlite_engine.connect() as connection:
        assert connection.scalar(select(outbox.c.recipient)) == ANA.phone


def test_the_rota_needs_a_session_and_one_of_our_own_pages(ana: Visitor) -> None:
    """Nobody else may say who is on call."""
    assert Visitor(ana.app).get("/rota").headers["location"] == "/sign-in?next=%2Frota"
    assert Visitor(ana.app).get("/api/v1/rota").status_code == 401
    for path in ("/rota/people", "/rota/shifts", "/rota/leaves", "/rota/shifts/1/end", "/rota/people/1/off"):
        assert ana.post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403
        assert Visitor(ana.app).post(path).headers["location"] == "/sign-in"
    assert len(rota(ana)["shifts"]) == 3


# Words and bars -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "words"),
    [({*range(7)}, "every day"), ({0, 1, 2, 3, 4}, "Mon to Fri"), ({5, 6}, "Sat, Sun"), ({0, 2, 5}, "Mon, Wed, Sat")],
)
def test_days_are_told_as_people_say_them(days: set[int], words: str) -> None:
    """Short enough for a row."""
    assert days_in_words(frozenset(days)) == words


def test_a_shift_that_has_yet_to_begin_says_when(clock: StoppedClock) -> None:
    """And when it ends for good."""
    shift = Shift(1, 1, FIRST, EVERY_DAY, BEN_START, BEN_END, date(2026, 12, 1), date(2027, 1, 31))
    assert shift_in_words(shift, clock()) == (
        "First: every day, 20:00 to 08:00 next morning, from 1 Dec, until 31 Jan 2027"
    )


BEN_START, BEN_END = DAY[1], DAY[0]


def days_of(rota: Rota, now: datetime) -> tuple[StripDay, ...]:
    """The strip in New York."""
    return strip(rota, now, NEW_YORK)


def test_each_day_of_the_strip_is_whole_also_when_the_clock_changes() -> None:
    """25 hours on the first of November, 23 on the second Sunday of March."""
    for first, hours in ((date(2026, 10, 30), 25), (date(2027, 3, 12), 23)):
        found = days_of(Rota((replace(ANA, id=1),)), to_utc(first, ALWAYS[0], NEW_YORK))
        lengths = {day.day: sum((h.end - h.start for h in day.hours), timedelta()) for day in found}
        assert lengths[first + timedelta(days=2)] == timedelta(hours=hours)
        assert {day.clock(day.hours[-1].end) for day in found} == {"24:00"}


def test_the_strip_and_the_gaps_tell_the_same(clock: StoppedClock) -> None:
    """Leave of somebody in another zone cuts a day where that zone has its midnight."""
    ana, ben = replace(ANA, id=1), replace(BEN, id=2, zone="Europe/Madrid")
    shifts = (Shift(1, 1, FIRST, EVERY_DAY, *DAY, SINCE), Shift(2, 2, FIRST, EVERY_DAY, *ALWAYS, SINCE))
    leaves = (Leave(1, 2, date(2026, 11, 27), date(2026, 11, 27)),)
    rota = Rota((ana, ben), shifts, leaves)
    found = [(day, one) for day in days_of(rota, clock()) for one in day.hours if not one.on_duty]
    told = [(str(day.day), day.clock(one.start), day.clock(one.end)) for day, one in found]
    assert told == [("2026-11-26", "20:00", "24:00"), ("2026-11-27", "00:00", "08:00")]
    assert gaps(rota, clock(), clock() + LOOK_AHEAD) == (Gap(found[0][1].start, found[1][1].end),)


def test_two_of_one_first_name_are_told_apart() -> None:
    """On the strip; others go by their first name."""
    people = (replace(ANA, id=1), OnCall(2, "ana2", "Ana Vega", "+1", Language.EN, NEW_YORK), replace(BEN, id=3))
    assert short_names(people) == {1: "Ana Ruiz", 2: "Ana Vega", 3: "Ben"}


def test_the_strip_is_in_the_zone_of_most(clock: StoppedClock) -> None:
    """Without anybody, in the installation's."""
    people = (replace(ANA, id=1), replace(BEN, id=2), replace(BEN, id=3, zone="Europe/Madrid"))
    assert strip_zone(Rota(people)) == NEW_YORK
    assert strip_zone(Rota(), "America/Chicago") == "America/Chicago"
    assert not any(one.on_duty for day in strip(Rota(), clock(), "UTC") for one in day.hours)
