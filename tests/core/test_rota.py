"""Who is on call when: shifts by the wall clock, leave and cover, hours nobody covers, and what is said of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.model import Language
from coach.core.rota import (
    BACKUP,
    FIRST,
    SECOND,
    Gap,
    Leave,
    OnCall,
    Rota,
    Shift,
    backups,
    gaps,
    on_duty,
    operators,
    problems,
)

EVERY_DAY = frozenset(range(7))
WORKDAYS = frozenset(range(5))
MONDAY = datetime(2026, 5, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


def person(number: int, name: str, zone: str = "UTC") -> OnCall:
    """Somebody who may be paged."""
    return OnCall(number, name.lower(), name, f"+1555000000{number}", Language.EN, zone)


ANA, BEN, CLEO = person(1, "Ana"), person(2, "Ben"), person(3, "Cleo")


def shift(who: OnCall, start: str = "00:00", end: str = "00:00", layer: int = FIRST) -> Shift:
    """Daily hours from the first of May on."""
    begins, ends = time.fromisoformat(start), time.fromisoformat(end)
    return Shift(who.id, who.id, layer, EVERY_DAY, begins, ends, date(2026, 5, 1))


def rota(*shifts: Shift, leaves: tuple[Leave, ...] = (), people: tuple[OnCall, ...] = (ANA, BEN, CLEO)) -> Rota:
    """A rota of three people."""
    return Rota(people, shifts, leaves)


def names(found: tuple[OnCall, ...]) -> list[str]:
    """The names in their order."""
    return [one.name for one in found]


def test_those_on_duty_come_by_layer_and_the_backup_apart() -> None:
    """The second layer is paged after the first, the backup after both."""
    known = rota(shift(CLEO, layer=BACKUP), shift(ANA, layer=SECOND), shift(BEN))
    assert names(on_duty(known, MONDAY)) == ["Ben", "Ana"]
    assert names(backups(known, MONDAY)) == ["Cleo"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("07:59", ["Ben"]),
        ("08:00", ["Ana"]),
        ("19:59", ["Ana"]),
        ("20:00", ["Ben"]),
    ],
)
def test_a_shift_ends_where_the_next_begins(at: str, expected: list[str]) -> None:
    """The first minute belongs to a shift, the last one no more; a night shift crosses midnight."""
    known = rota(shift(ANA, "08:00", "20:00"), shift(BEN, "20:00", "08:00"))
    assert names(on_duty(known, datetime.combine(MONDAY, time.fromisoformat(at), UTC))) == expected
    assert gaps(known, MONDAY, MONDAY + WEEK) == ()


def test_hours_are_those_of_the_person_s_own_clock() -> None:
    """Eight in the morning in New York is noon in London's summer less one."""
    anna = person(1, "Anna", "America/New_York")
    known = rota(shift(anna, "08:00", "16:00"), people=(anna,))
    assert names(on_duty(known, MONDAY + 12 * HOUR)) == ["Anna"]
    assert on_duty(known, MONDAY + 11 * HOUR) == ()


def test_a_night_on_which_the_clock_is_changed_leaves_no_gap() -> None:
    """Two shifts that meet at two in the morning meet there also when two o'clock does not exist."""
    anna, bert = person(1, "Anna", "Europe/Berlin"), person(2, "Bert", "Europe/Berlin")
    known = Rota((anna, bert), (shift(anna, "02:30", "14:00"), shift(bert, "14:00", "02:30")))
    march = datetime(2027, 3, 27, tzinfo=UTC)
    assert gaps(known, march, march + WEEK) == ()


def test_who_covers_a_leave_takes_its_hours() -> None:
    """The dates are local and both count."""
    away = Leave(1, ANA.id, date(2026, 5, 5), date(2026, 5, 6), BEN.id)
    known = rota(shift(ANA), leaves=(away,))
    seen = [names(on_duty(known, MONDAY + n * 24 * HOUR)) for n in range(4)]
    assert seen == [["Ana"], ["Ben"], ["Ben"], ["Ana"]]
    assert gaps(known, MONDAY, MONDAY + WEEK) == ()


def test_a_cover_who_is_away_too_covers_nothing() -> None:
    """There are no chains of cover: the hours are a gap and are said to be one."""
    leaves = (
        Leave(1, ANA.id, date(2026, 5, 5), date(2026, 5, 5), BEN.id),
        Leave(2, BEN.id, date(2026, 5, 5), date(2026, 5, 5), CLEO.id),
    )
    known = rota(shift(ANA), leaves=leaves)
    assert gaps(known, MONDAY, MONDAY + WEEK) == (Gap(MONDAY + 24 * HOUR, MONDAY + 48 * HOUR),)
    assert "Ben is to cover for Ana from 05 May to 05 May and is away then too." in problems(known, MONDAY)


def test_a_shift_is_served_by_nobody_once_its_person_is_not_active() -> None:
    """And it is said that the shift names nobody."""
    known = rota(shift(ANA), people=(replace(ANA, active=False), BEN))
    assert on_duty(known, MONDAY) == ()
    assert any("belongs to nobody who is active" in one for one in problems(known, MONDAY))


def test_an_uncovered_hour_is_named_with_its_time() -> None:
    """The first gap is told, and how many there are."""
    known = rota(shift(ANA, "08:00", "07:00"), shift(CLEO, layer=BACKUP))
    assert problems(known, MONDAY) == (
        "Nobody is on call 14 times in the next 14 days, first from Mon 04 May 07:00 to Mon 04 May 08:00 UTC.",
    )


def test_a_rota_that_names_nobody_is_said_to() -> None:
    """An empty rota is the worst of all."""
    assert problems(Rota(), MONDAY) == ("Nobody is on call: nobody would be paged. Add people and their shifts.",)
    assert gaps(Rota(), MONDAY, MONDAY + HOUR) == (Gap(MONDAY, MONDAY + HOUR),)


def test_a_complete_rota_has_nothing_wrong() -> None:
    """Every hour covered, a backup, and numbers that can be reached."""
    assert problems(rota(shift(ANA), shift(CLEO, layer=BACKUP)), MONDAY) == ()


def test_a_number_that_takes_neither_texts_nor_calls_is_named() -> None:
    """Nobody can be paged there."""
    known = rota(shift(BEN), shift(CLEO, layer=BACKUP), people=(replace(ANA, texts=False, calls=False), BEN, CLEO))
    assert problems(known, MONDAY) == ("Ana can be paged neither by text nor by call.",)


def test_alarms_go_to_operators_else_to_backups_else_to_everybody() -> None:
    """Somebody hears of them in any case."""
    known = rota(shift(BEN), shift(CLEO, layer=BACKUP))
    assert names(operators(known)) == ["Cleo"]
    assert names(operators(replace(known, people=(replace(ANA, operator=True), BEN, CLEO)))) == ["Ana"]
    assert names(operators(rota(shift(BEN)))) == ["Ana", "Ben", "Cleo"]


SHIFTS = st.builds(
    Shift,
    id=st.integers(1, 9),
    person=st.sampled_from([1, 2, 3]),
    layer=st.sampled_from([FIRST, SECOND, BACKUP]),
    weekdays=st.frozensets(st.integers(0, 6)),
    start=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    end=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    first_day=st.dates(date(2026, 4, 25), date(2026, 5, 8)),
    last_day=st.none() | st.dates(date(2026, 5, 1), date(2026, 5, 12)),
)
LEAVES = st.builds(
    lambda number, who, day, days, cover: Leave(number, who, day, day + timedelta(days=days), cover),
    st.integers(1, 9),
    st.sampled_from([1, 2, 3]),
    st.dates(date(2026, 5, 1), date(2026, 5, 10)),
    st.integers(0, 4),
    st.none() | st.sampled_from([1, 2, 3]),
)
ZONES = st.sampled_from(["UTC", "America/Bogota", "Asia/Kathmandu"])
PEOPLE = st.tuples(*(st.builds(person, st.just(n), st.just(str(n)), ZONES) for n in (1, 2, 3)))


@settings(max_examples=150)
@given(PEOPLE, st.lists(SHIFTS, max_size=4), st.lists(LEAVES, max_size=3), st.integers(0, 7 * 24 * 60))
def test_a_moment_is_a_gap_exactly_when_nobody_is_on_duty(
    people: tuple[OnCall, ...], shifts: list[Shift], leaves: list[Leave], minute: int
) -> None:
    """What the page asks and what the strip of days shows never differ."""
    known = Rota(people, tuple(shifts), tuple(leaves))
    at = MONDAY + timedelta(minutes=minute)
    in_gap = any(gap.start <= at < gap.end for gap in gaps(known, MONDAY, MONDAY + 8 * 24 * HOUR))
    assert in_gap is (on_duty(known, at) == ())
