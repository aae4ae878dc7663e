"""Heat alerts: what staff said is hot is hot for everybody on that clock, on those days, until somebody ends it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Engine

from coach.adapters.database.reports import Reports
from coach.adapters.database.tables import event, heat_alert
from coach.core.model import Status
from tests.adapters.database.scene import Scene

CHICAGO, KIRITIMATI = "America/Chicago", "Pacific/Kiritimati"
TODAY = date(2026, 11, 24)  # in Chicago; on Kiritimati it is the 25th already


def declare(scene: Scene, first: date, last: date, zone: str = CHICAGO, staff: str = "tom") -> int | None:
    """Staff set an alert."""
    return scene.store.declare_heat(zone, first, last, staff, scene.now)


def hot_days(scene: Scene, person: int) -> list[date]:
    """The hot days a decision about a person sees, in order."""
    with scene.store.begin() as tx:
        return sorted(tx.conversation(person, scene.now).hot_days)


def test_the_days_of_an_alert_are_hot_for_everybody_on_that_clock(scene: Scene) -> None:
    """Both ends included; others stay cool."""
    rosa, walter = scene.enrol("Rosa"), scene.enrol("Walter")
    with scene.store.begin() as tx:
        tx.conversation(walter, scene.now)
    declare(scene, TODAY, TODAY + timedelta(days=2))
    declare(scene, TODAY, TODAY, "America/Denver")
    assert hot_days(scene, rosa) == hot_days(scene, walter) == [TODAY + timedelta(days=n) for n in range(3)]


def test_an_alert_elsewhere_heats_nobody_here(scene: Scene) -> None:
    """Zones are told apart."""
    rosa = scene.enrol("Rosa")
    declare(scene, TODAY, TODAY, "America/Denver")
    assert hot_days(scene, rosa) == []


def test_nobody_without_a_time_zone_has_hot_days(scene: Scene) -> None:
    """A stranger lives nowhere yet."""
    declare(scene, TODAY, TODAY)
    with scene.store.begin() as tx:
        assert tx.conversation_of_number("+15550001099", "US", scene.now).hot_days == frozenset()


def test_a_due_timer_brings_the_hot_days_along(scene: Scene) -> None:
    """Prompts are chosen from what a batch loaded."""
    scene.set_timer(scene.enrol("Rosa"), scene.now)
    declare(scene, TODAY, TODAY)
    with scene.store.begin() as tx:
        (due,) = tx.claim_timers(scene.now, 10)
    assert due.conversation.hot_days == {TODAY}


def test_only_yesterday_to_two_weeks_ahead_is_looked_at(scene: Scene) -> None:
    """A long alert does not make a long list."""
    rosa = scene.enrol("Rosa")
    declare(scene, date(2026, 1, 1), date(2027, 1, 1))
    found = hot_days(scene, rosa)
    assert (found[0], found[-1], len(found)) == (TODAY - timedelta(days=1), TODAY + timedelta(days=14), 16)


def test_an_alert_is_over_when_its_last_day_is_two_days_ago_there(scene: Scene) -> None:
    """Yesterday still counts: an answer may come after midnight."""
    rosa = scene.enrol("Rosa")
    declare(scene, TODAY, TODAY)
    scene.clock.advance(days=1)
    assert hot_days(scene, rosa) == [TODAY]
    scene.clock.advance(days=1)
    assert hot_days(scene, rosa) == []


def test_an_ended_alert_heats_no_day_and_leaves_the_others(scene: Scene) -> None:
    """Two alerts may lie over each other."""
    rosa = scene.enrol("Rosa")
    short = declare(scene, TODAY, TODAY)
    declare(scene, TODAY, TODAY + timedelta(days=1))
    assert short is not None
    assert scene.store.end_heat(short, "ines", scene.now)
    assert hot_days(scene, rosa) == [TODAY, TODAY + timedelta(days=1)]


def test_days_that_are_hot_already_are_not_set_again(scene: Scene) -> None:
    """A form sent twice makes one alert; more days, or the same after an end, make another."""
    first = declare(scene, TODAY, TODAY + timedelta(days=3))
    assert declare(scene, TODAY + timedelta(days=1), TODAY + timedelta(days=2)) is None
    assert declare(scene, TODAY, TODAY + timedelta(days=4)) is not None
    assert declare(scene, TODAY, TODAY, "America/Denver") is not None
    assert first is not None
    for number in scene.column(heat_alert, "id"):
        scene.store.end_heat(number, "tom", scene.now)
    assert declare(scene, TODAY, TODAY) is not None


def test_an_alert_is_ended_once(scene: Scene) -> None:
    """The second to try learns of it; so does somebody with a wrong number."""
    number = declare(scene, TODAY, TODAY)
    assert number is not None
    assert scene.store.end_heat(number, "ines", scene.now)
    assert not scene.store.end_heat(number, "tom", scene.now)
    assert not scene.store.end_heat(4711, "tom", scene.now)


def test_every_step_is_a_fact_with_the_name_of_who_took_it(scene: Scene) -> None:
    """Who said that it was hot, and who said that it no longer was?"""
    number = declare(scene, TODAY, TODAY)
    assert number is not None
    scene.store.end_heat(number, "ines", scene.now)
    days = {"zone": CHICAGO, "first_day": "2026-11-24", "last_day": "2026-11-24"}
    assert [(row["kind"], row["staff"], row["participant_id"], row["data"]) for row in scene.rows(event)] == [
        ("HeatAlertDeclared", "tom", None, {"alert_id": number} | days),
        ("HeatAlertEnded", "ines", None, {"alert_id": number}),
    ]


def test_pages_list_what_holds_or_comes_by_the_clock_of_the_place(scene: Scene, engine: Engine) -> None:
    """Where it is tomorrow already, today's alert is over."""
    declare(scene, TODAY + timedelta(days=3), TODAY + timedelta(days=4))
    declare(scene, TODAY, TODAY, KIRITIMATI)
    declare(scene, TODAY, TODAY, staff="ines")
    shown = Reports(engine).heat(scene.now).alerts
    assert [(a.zone, a.first_day, a.staff, a.in_force) for a in shown] == [
        (CHICAGO, TODAY, "ines", True),
        (CHICAGO, TODAY + timedelta(days=3), "tom", False),
    ]
    assert [a.first_day for a in Reports(engine).worklist(scene.now).heat] == [TODAY]


def test_zones_to_choose_from_are_those_of_people_who_take_part(scene: Scene, engine: Engine) -> None:
    """The one with the most people first; who has left is not counted."""
    for name, status in (("Rosa", Status.ACTIVE), ("Walter", Status.INVITED), ("June", Status.OPTED_OUT)):
        scene.enrol(name, status)
    assert Reports(engine).heat(scene.now).zones == ((CHICAGO, 2),)
