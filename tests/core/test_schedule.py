"""Wall clock and UTC on ordinary days, and on every day a clock is changed."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.model import QuietHours
from coach.core.schedule import (
    FAR,
    allowed_time,
    exists,
    first_allowed,
    is_quiet,
    known_zone,
    local,
    occurrence,
    quiet_starts_after,
    to_utc,
)

CASES = tomllib.loads((Path(__file__).parent / "vectors" / "clock_changes.toml").read_text(encoding="utf-8"))["case"]
NIGHT = QuietHours()
DAILY = frozenset(range(7))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
QUARTERS = [time(q // 4, q % 4 * 15) for q in range(96)]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['zone']} {c['day']} {c['at']}")
def test_a_wall_time_happens_once_on_its_date_also_when_the_clock_is_changed(case: dict[str, Any]) -> None:
    """The first moment after a gap; the first of two; and no second firing on the same date."""
    day, at, zone = case["day"], case["at"], case["zone"]
    assert local(to_utc(day, at, zone), zone).replace(tzinfo=None) == case["shows"]
    assert to_utc(day, at, zone) == case["utc"]
    assert [o.at for o in _fired(day, at, zone) if o.day == day] == [case["utc"]]


def test_there_are_forty_such_cases() -> None:
    """The fast tier keeps the awkward zones in sight."""
    zones = {case["zone"] for case in CASES}
    awkward = {"Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "Africa/Cairo", "America/Santiago"}
    assert len(CASES) == 40
    assert awkward <= zones


def test_a_date_that_apia_never_had_has_no_firing_and_its_neighbours_have_one_each() -> None:
    """30 December 2011 was left out when the islands crossed the date line."""
    assert [o.day.day for o in _fired(date(2011, 12, 30), time(16, 30), "Pacific/Apia")] == [28, 29, 31, 1]
    assert not exists(date(2011, 12, 30), "Pacific/Apia")


def test_a_missing_date_as_such_means_its_first_moment_after() -> None:
    """to_utc always answers: here with midnight of the next date there was."""
    moment = to_utc(date(2011, 12, 30), time(10), "Pacific/Apia")
    assert local(moment, "Pacific/Apia").replace(tzinfo=None) == datetime(2011, 12, 31)  # noqa: DTZ001 - wall time


def test_leap_day_and_new_year_are_days_like_others() -> None:
    """29 February, and the night between two years in the zone that is first to have it."""
    assert to_utc(date(2028, 2, 29), time(9), "America/New_York") == datetime(2028, 2, 29, 14, tzinfo=UTC)
    assert to_utc(date(2027, 1, 1), time(0), "Pacific/Kiritimati") == datetime(2026, 12, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("19:59", False), ("20:00", True), ("23:59", True), ("00:00", True), ("08:59", True), ("09:00", False)],
)
def test_the_night_begins_with_its_first_minute_and_ends_before_its_last(clock: str, quiet: bool) -> None:  # noqa: FBT001
    """20:00 to 09:00 by the person's wall clock."""
    moment = to_utc(date(2026, 6, 1), time.fromisoformat(clock), "America/Chicago")
    assert is_quiet(moment, "America/Chicago", NIGHT) is quiet


def test_somebody_may_have_no_quiet_hours() -> None:
    """Equal start and end."""
    none = QuietHours(time(0), time(0))
    now = datetime(2026, 6, 1, 3, tzinfo=UTC)
    assert not is_quiet(now, "Europe/Madrid", none)
    assert quiet_starts_after(now, "Europe/Madrid", none) == FAR
    assert first_allowed(now, "Europe/Madrid", none) == now


@pytest.mark.parametrize(
    ("planned", "allowed"),
    [("16:30", "16:30"), ("07:00", "09:00"), ("06:00", "09:00"), ("05:59", None), ("21:00", None), ("09:00", "09:00")],
)
def test_a_prompt_in_the_night_moves_to_the_morning_when_that_is_near(planned: str, allowed: str | None) -> None:
    """At most three hours, on the same date; else it is left out."""
    expected = time.fromisoformat(allowed) if allowed else None
    assert allowed_time(time.fromisoformat(planned), NIGHT) == expected


def test_a_gap_never_pushes_a_prompt_into_the_night() -> None:
    """In Cairo 00:15 becomes 01:00 on the spring day, which is Amira's night."""
    night = QuietHours(time(1), time(7))
    assert occurrence(date(2026, 4, 24), time(0, 15), "Africa/Cairo", night) is None
    assert occurrence(date(2026, 4, 25), time(0, 15), "Africa/Cairo", night) is not None


def test_zones_are_known_by_their_exact_names() -> None:
    """Nothing but names of the time-zone data, letter for letter."""
    assert known_zone("America/Argentina/Buenos_Aires")
    for name in ("america/new_york", "America", "", "../etc/passwd", "localtime", "EST5EDT4"):
        assert not known_zone(name)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
walls = st.times().map(lambda t: t.replace(second=0, microsecond=0))
zones = st.sampled_from(sorted({case["zone"] for case in CASES}))


@settings(max_examples=300)
@given(moments, zones, walls, walls)
def test_the_first_allowed_moment_is_never_in_the_night_nor_later_than_need_be(
    now: datetime, zone: str, start: time, end: time
) -> None:
    """It is now, or the very moment at which the night ends."""
    quiet = QuietHours(start, end)
    allowed = first_allowed(now, zone, quiet)
    assert allowed >= now
    assert not is_quiet(allowed, zone, quiet)
    assert allowed == now or is_quiet(allowed - timedelta(seconds=1), zone, quiet)


@settings(max_examples=300)
@given(moments, zones, walls, walls)
def test_between_now_and_the_start_of_the_night_nothing_is_quiet(
    now: datetime, zone: str, start: time, end: time
) -> None:
    """The answer is the start of the next night, so a minute before it is day."""
    quiet = QuietHours(start, end)
    night = quiet_starts_after(now, zone, quiet)
    if night == FAR:
        assert start == end
        return
    assert is_quiet(night, zone, quiet)
    if not is_quiet(now, zone, quiet):
        step = (night - now) / 40
        assert not any(is_quiet(now + n * step, zone, quiet) for n in range(40))


@settings(max_examples=300)
@given(moments, zones, walls, walls, walls)
def test_no_plan_ever_fires_in_the_night(now: datetime, zone: str, at: time, start: time, end: time) -> None:
    """Whatever the plan, the zone and the night."""
    quiet = QuietHours(start, end)
    found = occurrence(local(now, zone).date(), at, zone, quiet)
    assert found is None or not is_quiet(found.at, zone, quiet)


def test_twenty_thousand_plans_never_fire_in_the_night() -> None:
    """Plain chance with a fixed seed, on any date of eight years."""
    assert _fired_in_the_night(20_000) == 0


@pytest.mark.nightly
def test_a_million_plans_never_fire_in_the_night() -> None:
    """The same, for longer."""
    assert _fired_in_the_night(1_000_000) == 0


@pytest.mark.nightly
def test_every_zone_and_every_clock_change_from_2024_to_2032_fires_once_per_date() -> None:
    """Each quarter hour around each change, against a list of the minutes as the wall showed them."""
    checked = 0
    for zone in sorted(available_timezones() - {"localtime", "Factory"}):
        for change in _changes(zone):
            checked += _check_around(zone, change)
    assert checked > 100_000


def _fired_in_the_night(plans: int) -> int:
    chance, names = random.Random(7), sorted(available_timezones() - {"localtime", "Factory"})
    found = 0
    for _ in range(plans):
        at, start, end = (time(chance.randrange(24), chance.randrange(60)) for _ in range(3))
        zone, quiet = chance.choice(names), QuietHours(start, end)
        fired = occurrence(date(2024, 1, 1) + chance.randrange(3287) * DAY, at, zone, quiet)
        found += fired is not None and is_quiet(fired.at, zone, quiet)
    return found


def _fired(day: date, at: time, zone: str) -> list[Any]:
    """Every firing from two days before a date to two days after it."""
    around = (occurrence(day + offset * DAY, at, zone) for offset in range(-2, 3))
    return [one for one in around if one is not None]


def _changes(zone: str) -> Iterator[datetime]:
    info, moment = ZoneInfo(zone), datetime(2024, 1, 1, tzinfo=UTC)
    while moment.year < 2033:
        later = moment + DAY
        if moment.astimezone(info).utcoffset() != later.astimezone(info).utcoffset():
            yield moment
        moment = later


def _check_around(zone: str, change: datetime) -> int:
    """Compare with the plainest oracle there is: walk through the minutes and look at the wall."""
    info = ZoneInfo(zone)
    minutes = [change + n * MINUTE for n in range(-3 * 1440, 4 * 1440)]
    shown = [m.astimezone(info).replace(tzinfo=None) for m in minutes]
    first: dict[datetime, datetime] = {}
    for wall, moment in zip(shown, minutes, strict=True):
        first.setdefault(wall, moment)
    days = [change.astimezone(info).date() + n * DAY for n in (-1, 0, 1)]
    for at in QUARTERS:
        expected = [_oracle(first, datetime.combine(day, at)) for day in days]
        assert [to_utc(day, at, zone) for day in days] == expected, (zone, at)
        fired = [o for o in _fired(days[1], at, zone) if o.day in days]
        assert [(o.day, o.at) for o in fired] == list(zip(days, expected, strict=True)), (zone, at)
    return len(QUARTERS) * len(days)


def _oracle(first: dict[datetime, datetime], wall: datetime) -> datetime:
    while wall not in first:
        wall += MINUTE
    return first[wall]
