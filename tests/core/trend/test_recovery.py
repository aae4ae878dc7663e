"""The good news: clearly better for three scored days."""

import datetime as dt
from collections.abc import Callable

from coach.core.model import Asked
from coach.core.trend import Answers, Row, Seen

Told = Callable[..., list[str]]


def test_third_better_day_gets_a_note_once(told: Told) -> None:
    """Mira came from 6 and stands at 4 or less from day 9 on."""
    assert told("6 6 6 6 6 6 4 4 4 4 4 4 4") == ["day 11: recovery recovery"]


def test_missed_day_does_not_break_the_run(told: Told) -> None:
    """Nils skips a day within the run."""
    assert told("6 6 6 6 6 6 4 4 4 4 ? 4") == ["day 12: recovery recovery"]


def test_note_is_not_made_up_for_when_its_day_had_an_escalation(told: Told) -> None:
    """Olga falls into a big jump on the third better day; the fourth is not the third."""
    jump = Row(day=11, at=dt.time(9, 0), weakness=9)

    assert "recovery" not in " ".join(told("6 6 6 6 6 6 4 4 4 4 4 4 4", jump))


def test_visit_moves_the_reference_and_ends_the_run(told: Told) -> None:
    """Pia was seen on the third better day before her score: the level of that day is the new reference."""
    visit = Row(day=11, at=dt.time(9, 0), asked=Asked.SEEN, answers=Answers(seen=Seen.YES))

    assert told("6 6 6 6 6 6 4 4 4 4 4 4 4", visit) == []
