"""The delivered programme: what somebody really gets in twelve weeks, and how a broken one is refused."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from coach.adapters.library.content import load_library
from coach.adapters.library.problems import LibraryError
from coach.adapters.library.programmes import load_programmes
from coach.core.model import (
    Asked,
    Conversation,
    Density,
    Kind,
    Lane,
    Language,
    Observation,
    Participant,
    Profile,
    QuietHours,
    Sent,
    Status,
)
from coach.core.programme import Programme, PromptKind, calendar, next_due, suppression, week_of
from coach.core.schedule import is_quiet, local
from tests.adapters.small_content import change

MESSAGES = Path(__file__).parents[2] / "messages"
DAY = timedelta(days=1)
ANA = Participant(
    id=9,
    phone="+15550100009",
    status=Status.ACTIVE,
    language=Language.ES,
    country="US",
    zone="America/New_York",
    enrolled_on=date(2026, 9, 7),  # a Monday; the clock changes in week 8
    profile=Profile(age=70),
)


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The default programme."""
    return load_programmes(MESSAGES)["legs-12-weeks"]


def lived(programme: Programme, person: Participant) -> list[tuple[str, date, Asked, datetime]]:
    """Every prompt that really goes out when each score is 3, as the timers would cause it."""
    now = datetime.combine(person.enrolled_on or date.min, time(0), UTC)
    before = now - DAY
    screened = Observation(Kind.SCREENED, before, before.date(), value=1)
    talk = Conversation(person, observations=(screened, Observation(Kind.WEAKNESS, now, now.date(), value=3)))
    waiting = {slot.id: next_due(programme, slot, person, now) for slot in programme.slots}
    gone: list[tuple[str, date, Asked, datetime]] = []
    while due := min((d for d in waiting.values() if d), key=lambda d: (d.at, d.slot.id), default=None):
        if suppression(programme, due, talk, due.at) is None:
            gone.append((due.slot.id, due.day, due.slot.asked, due.at))
            score = Observation(Kind.WEAKNESS, due.at, due.day, value=3)
            talk = replace(
                talk,
                sent=(*talk.sent, Sent("x", Lane.PROMPT, due.at)),
                observations=(*talk.observations, *((score,) if due.slot.asked is Asked.WEAKNESS else ())),
            )
        waiting[due.slot.id] = next_due(programme, due.slot, person, due.at)
    return gone


@pytest.mark.parametrize("start", [date(2026, 9, 7) + n * DAY for n in range(7)], ids=lambda d: f"{d:%a}")
def test_twelve_weeks_keep_the_caps_the_gaps_and_the_night_from_any_weekday(programme: Programme, start: date) -> None:
    """Counted from what goes out, not from what is planned."""
    person = replace(ANA, enrolled_on=start)
    gone = lived(programme, person)
    per_day, per_week = Counter(g[1] for g in gone), Counter(week_of(person, g[1]) for g in gone)
    for week, (day_cap, week_cap) in {1: (3, 20), 2: (3, 20), 3: (3, 15), 6: (2, 10), 9: (2, 7), 12: (2, 7)}.items():
        assert 5 <= per_week[week] <= week_cap, week
        assert max(n for day, n in per_day.items() if week_of(person, day) == week) <= day_cap
    assert all(later[3] - one[3] >= timedelta(hours=1) for one, later in pairwise(gone))
    assert not any(is_quiet(g[3], "America/New_York", person.quiet) for g in gone)
    assert {g[1] for g in gone} <= {start + n * DAY for n in range(84)}


def test_check_ins_come_daily_for_two_weeks_then_three_times_a_week_and_the_set_on_sunday(
    programme: Programme,
) -> None:
    """At half past four by Ana's clock, also after the clocks went back."""
    gone = lived(programme, ANA)
    asked = [(g[1], g[2]) for g in gone if g[2] in {Asked.WEAKNESS, Asked.TREND}]
    first_day = ANA.enrolled_on or date.min
    expected = [(first_day + n * DAY, Asked.WEAKNESS) for n in range(14)]
    for n in range(14, 84):
        day = first_day + n * DAY
        if day.weekday() in {0, 2, 4}:
            expected.append((day, Asked.WEAKNESS))
        if day.weekday() == 6:
            expected.append((day, Asked.TREND))
    assert asked == expected
    clocks = {local(g[3], "America/New_York").time() for g in gone if g[2] is Asked.WEAKNESS}
    assert clocks == {time(16, 30)}


def test_every_lesson_and_every_chair_test_arrives(programme: Programme) -> None:
    """None is crowded out by the caps."""
    gone = [g[0] for g in lived(programme, ANA)]
    for_all = [slot for slot in programme.slots if slot.kind is PromptKind.EDUCATION and not slot.is_extra]
    lessons = [slot.id for slot in for_all if not slot.only_for and slot.density is not Density.MORE]
    assert [name for name in gone if name.startswith("lesson")] == [
        name for name in lessons if name.startswith("lesson")
    ]
    assert [name for name in gone if name.startswith("chair")] == [f"chair-test-{w}" for w in ("02", "04", "08", "12")]


def test_the_calendar_agrees_with_what_goes_out_except_for_the_weeks_cap(programme: Programme) -> None:
    """Staff see what will come."""
    shown = calendar(programme, ANA, datetime(2026, 9, 7, 4, tzinfo=UTC), 84)
    gone = {(g[0], g[1]) for g in lived(programme, ANA)}
    assert gone <= {(due.slot.id, due.day) for due in shown}
    assert len(shown) - len(gone) <= 12


def test_the_sunday_set_goes_on_with_falls_stairs_and_new_medicines(programme: Programme) -> None:
    """One question per text."""
    weekly = programme.slot("weekly")
    assert weekly is not None
    assert weekly.asked is Asked.TREND
    assert weekly.followed_by == (Asked.FALLS, Asked.STAIRS, Asked.SIDE_EFFECTS)
    assert programme.slot("nothing") is None


def test_a_late_riser_gets_the_morning_prompt_at_the_end_of_the_night(programme: Programme) -> None:
    """Quiet until 12:00: the drink of 10:00 and the moves of 10:30 become one text at noon."""
    late = replace(ANA, quiet=QuietHours(time(22), time(12)))
    name, day, _, moment = lived(programme, late)[0]
    assert (name, day) == ("exercise-monday", ANA.enrolled_on)
    assert local(moment, "America/New_York").time() == time(12)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('days = "daily"', 'days = "always"', "“days” is wrong|“daily” is wrong|days"),
        ("weeks = [3, 12]", "weeks = [12, 3]", "first and the last week"),
        ('id = "check-in"', 'id = "check-in-daily"', "check-in-daily: This slot id is used twice"),
        ('asked = "trend"', 'asked = "mood"', "“asked” is wrong"),
        ("useful_hours = 3", "useful_hours = 0", "“useful_hours” is wrong"),
        ('followed_by = ["falls", "stairs", "side_effects"]', 'followed_by = ["mood"]', "“followed_by” is wrong"),
    ],
)
def test_a_broken_programme_is_refused_with_the_slot_and_a_sentence(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """Before anybody is prompted by it."""
    shutil.copytree(MESSAGES / "programmes", tmp_path / "programmes")
    change(tmp_path, "programmes/legs-12-weeks.toml", old, new)
    with pytest.raises(LibraryError, match=said):
        load_programmes(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("score_high = 7", "", "limits.toml: “score_high” is missing; add it."),
        ("fall_hours = 48", "fall_days = 2", "limits.toml, line 18: “fall_days” is unknown"),
        ("fall_hours = 48", "fall_hours = 1.5", "limits.toml, line 18: “fall_hours” is wrong"),
        ("latest_hour = 18", "latest_hour = 9", "“latest_hour” is wrong: it must not lie before earliest_hour."),
    ],
)
def test_broken_limits_are_refused_once_and_by_the_name_of_their_file(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    """All programmes share them, so none can be used without."""
    shutil.copytree(MESSAGES / "programmes", tmp_path / "programmes")
    change(tmp_path, "programmes/limits.toml", old, new)
    with pytest.raises(LibraryError) as refused:
        load_programmes(tmp_path)
    told = [str(problem) for problem in refused.value.problems]
    assert any(said in one for one in told)
    assert len(set(told)) == len(told)
    assert {problem.file for problem in refused.value.problems} == {"limits.toml"}


def test_all_programmes_share_the_limits_and_a_time_in_them_has_the_unit_of_its_key(programme: Programme) -> None:
    """Minutes, hours and days are told apart by the end of the key."""
    both = load_programmes(MESSAGES).values()
    assert [one.id for one in both] == ["keep-going", "legs-12-weeks"]
    assert all(one.limits == programme.limits for one in both)
    limits = programme.limits
    assert (limits.merge, limits.fall, limits.crash) == (timedelta(minutes=60), timedelta(hours=48), timedelta(days=7))
    assert limits.crash_conditions == {"mecfs", "long_covid"}


def test_the_texts_name_the_hours_that_may_be_chosen(programme: Programme) -> None:
    """In both languages, when they ask for the hour and when they ask again."""
    hours = (programme.limits.earliest_hour, programme.limits.latest_hour)
    texts = load_library(MESSAGES).templates
    for name in ("change.hour", "change.hour_again"):
        for words in texts[name].text.values():
            assert all(re.search(rf"\b{hour}\b", words) for hour in hours), words


def test_without_limits_no_programme_can_be_used(tmp_path: Path) -> None:
    """The file of the limits is none itself."""
    shutil.copytree(MESSAGES / "programmes", tmp_path / "programmes")
    (tmp_path / "programmes" / "limits.toml").unlink()
    with pytest.raises(LibraryError, match=r"^limits.toml: The file cannot be read"):
        load_programmes(tmp_path)


def test_a_folder_without_programmes_is_refused(tmp_path: Path) -> None:
    """There must be one."""
    with pytest.raises(LibraryError, match="There is no programme"):
        load_programmes(tmp_path)
