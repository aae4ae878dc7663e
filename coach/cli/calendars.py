"""`coach check --calendar`: two weeks of an invented person, for clinicians to read."""

from __future__ import annotations

from pathlib import Path

from coach.adapters.library.calendars import calendar
from coach.adapters.library.handbook import load_handbook
from coach.adapters.library.rehearsals import load_rehearsals
from coach.cli.problems import WRONG_USE, Problem


def written_out(messages: Path, name: str) -> str:
    """The page of one person of rehearsals.toml."""
    try:
        people, handbook = load_rehearsals(messages), load_handbook(messages, "Leg Coach")
    except ValueError as error:
        raise Problem(f"{error}\nThe calendar cannot be made before this is mended.") from None
    if name not in people:
        raise Problem(f"There is nobody named {name} in rehearsals.toml; there are {', '.join(people)}.", WRONG_USE)
    return calendar(handbook, people[name])
