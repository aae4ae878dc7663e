"""What staff change of somebody's calls: what a call asks for first, and whether it may speak to a machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from coach.adapters.enrolment import FieldProblem
from coach.adapters.identity import checked_pin, checked_year
from coach.core.events import DetailsChanged


def read_call_details(fields: Mapping[str, str], today: date) -> DetailsChanged | tuple[FieldProblem, ...]:
    """The change, or what is wrong field by field: birth_year, pin, no_voicemail.

    A year or PIN that is empty stays as it is; `no_voicemail` is `yes` or `no`, or empty to stay as it is.
    """
    checks: Mapping[str, Callable[[str], str]] = {
        "birth_year": lambda value: checked_year(value, today.year),
        "pin": checked_pin,
    }
    typed = {name: fields.get(name, "").strip() for name in checks}
    problems = tuple(FieldProblem(name, why) for name in checks if (why := _why(checks[name], typed[name])))
    if problems:
        return problems
    return DetailsChanged(
        birth_year=int(typed["birth_year"]) if typed["birth_year"] else None,
        call_pin=typed["pin"] or None,
        no_voicemail={"yes": True, "no": False}.get(fields.get("no_voicemail", "")),
    )


def _why(check: Callable[[str], str], value: str) -> str | None:
    try:
        check(value)
    except ValueError as refusal:
        return str(refusal)
    return None
