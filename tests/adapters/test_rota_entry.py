"""People on call, shifts and leave as they are typed."""

from __future__ import annotations

from datetime import date, time

import pytest

from coach.adapters.enrolment import FieldProblem, Rules
from coach.adapters.rota_entry import read_leave, read_on_call, read_shift, weekdays_of
from coach.core.model import Language
from coach.core.rota import BACKUP, Leave, OnCall, Rota, Shift

ANA = OnCall(7, "ana", "Ana Ruiz", "+12025550181", Language.EN, "America/New_York")
ROTA = Rota((ANA,))
TODAY = date(2026, 11, 24)
PERSON = {
    "handle": " Dora ", "name": "Dora  Lund", "phone": "(202) 555-0184", "zone": "america/chicago", "language": "EN",
    "texts": "yes",
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "days"),
    [
        (["mon-fri"], {0, 1, 2, 3, 4}),
        (["sat", "sun"], {5, 6}),
        (["daily"], {0, 1, 2, 3, 4, 5, 6}),
        (["fri-mon"], {4, 5, 6, 0}),
        (["Monday", "wednesday"], {0, 2}),
        (["0", "6"], {0, 6}),
        (["mon", "someday"], set()),
        (["7"], set()),
        ([""], set()),
        ([], set()),
    ],
)
def test_days_are_read_as_people_write_them(words: list[str], days: set[int]) -> None:
    """Nothing when one of them is no day: half a shift is worse than a question."""
    assert weekdays_of(words) == days


def test_a_person_is_read_and_tidied() -> None:
    """Small letters for the handle, the zone as it is written elsewhere."""
    dora = read_on_call(PERSON, Rules("US", allow_fictional=True))
    assert dora == OnCall(
        0, "dora", "Dora Lund", "+12025550184", Language.EN, "America/Chicago", texts=True, calls=False
    )


def test_every_field_that_is_wrong_is_named_at_once() -> None:
    """Nobody corrects a form field by field."""
    problems = read_on_call({}, Rules("US"))
    assert isinstance(problems, tuple)
    assert [problem.field for problem in problems] == ["handle", "name", "phone", "zone", "language", "texts"]


def test_a_shift_is_from_today_until_further_notice_unless_said() -> None:
    """24:00 is midnight."""
    typed = {"person": "ANA", "layer": "backup", "start": "20:00", "end": "24:00"}
    assert read_shift(typed, ["daily"], ROTA, TODAY) == Shift(
        0, 7, BACKUP, frozenset(range(7)), time(20), time(0), TODAY
    )


@pytest.mark.parametrize("hour", ["8", "25:00", "08:00+02:00", "noon", ""])
def test_what_is_no_time_of_day_is_refused(hour: str) -> None:
    """With an example."""
    typed = {"person": "ana", "layer": "first", "start": hour, "end": "20:00"}
    assert read_shift(typed, ["mon"], ROTA, TODAY) == (
        FieldProblem("start", "Write the time with hours and minutes, such as 08:00."),
    )


def test_a_leave_names_people_by_their_handles() -> None:
    """A cover nobody knows is refused."""
    days = {"first_day": "2026-11-26", "last_day": "2026-11-27"}
    assert read_leave(days | {"person": "ana"}, ROTA) == Leave(0, 7, date(2026, 11, 26), date(2026, 11, 27))
    wrong = read_leave(days | {"person": "ana", "cover": "zed"}, ROTA)
    assert wrong == (FieldProblem("cover", "Choose somebody who is on call, or nobody."),)
