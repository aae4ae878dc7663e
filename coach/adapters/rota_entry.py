"""People on call, shifts and leave as staff type them, in a form or at a terminal, made into values of the rota."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, time

from coach.adapters.days import WRITE_DAY, read_day
from coach.adapters.enrolment import FieldProblem, Rules
from coach.adapters.phones import normalise_phone
from coach.adapters.zones import normalise_zone
from coach.core.model import Language
from coach.core.rota import BACKUP, FIRST, SECOND, Leave, OnCall, Rota, Shift

LAYERS: Mapping[str, int] = {"first": FIRST, "second": SECOND, "backup": BACKUP}
"""Layers by the word they are typed as."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days of the week as they are typed; the place is the number."""

_EVERY_DAY = frozenset({"daily", "every day", "all"})
_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LONGEST_NAME = 80
_WRITE_HANDLE = "Write the name they sign in with, or a short one: small letters, digits, dots and dashes."
_WRITE_TIME = "Write the time with hours and minutes, such as 08:00."
_WRITE_DAYS = "Choose at least one day of the week."
_CHOOSE_PERSON = "Choose somebody who is on call."
_CHOOSE_COVER = "Choose somebody who is on call, or nobody."


def read_on_call(fields: Mapping[str, str], rules: Rules) -> OnCall | tuple[FieldProblem, ...]:
    """A number of staff, or what is wrong field by field: handle, name, phone, zone, language, texts, calls, operator.

    What may be ticked counts as ticked when it holds any word. The person has no id yet.
    """
    found = _Found()
    handle = fields.get("handle", "").strip().casefold()
    name = _tidy(fields.get("name", ""))
    phone = normalise_phone(fields.get("phone", ""), rules.country, allow_fictional=rules.allow_fictional)
    zone = normalise_zone(fields.get("zone", ""))
    language = fields.get("language", "").strip().casefold()
    found.demand("handle", _WRITE_HANDLE, _HANDLE.fullmatch(handle))
    found.demand("name", "Write their name.", name and len(name) <= _LONGEST_NAME)
    found.demand("phone", "" if isinstance(phone, str) else phone.sentence, isinstance(phone, str))
    found.demand("zone", "Choose their time zone, such as America/New_York: shifts go by it.", isinstance(zone, str))
    found.demand("language", "Choose the language of pages: en or es.", language in set(Language))
    found.demand("texts", "Choose texts, calls or both.", fields.get("texts") or fields.get("calls"))
    if found.problems or not isinstance(phone, str) or not isinstance(zone, str):
        return tuple(found.problems)
    ticked = {what: bool(fields.get(what)) for what in ("texts", "calls", "operator")}
    return OnCall(0, handle, name, phone, Language(language), zone, **ticked)


def read_shift(
    fields: Mapping[str, str], days: Iterable[str], rota: Rota, today: date
) -> Shift | tuple[FieldProblem, ...]:
    """A shift, or what is wrong: person (a handle), layer, days, start, end, first_day, last_day."""
    found = _Found()
    who = rota.named(fields.get("person", "").strip().casefold())
    weekdays = weekdays_of(days)
    layer = LAYERS.get(fields.get("layer", "").strip().casefold())
    start, end = (_time(fields.get(field, "")) for field in ("start", "end"))
    first_day = read_day(fields.get("first_day", "")) if fields.get("first_day", "").strip() else today
    last_day = read_day(fields.get("last_day", ""))
    found.demand("person", _CHOOSE_PERSON, who is not None and who.active)
    found.demand("layer", "Choose first, second or backup.", layer is not None)
    found.demand("days", _WRITE_DAYS, weekdays)
    found.demand("start", _WRITE_TIME, start is not None)
    found.demand("end", _WRITE_TIME, end is not None)
    found.demand("first_day", WRITE_DAY, first_day is not None)
    found.demand("last_day", WRITE_DAY, last_day is not None or not fields.get("last_day", "").strip())
    if found.problems or who is None or layer is None or start is None or end is None or first_day is None:
        return tuple(found.problems)
    return Shift(0, who.id, layer, weekdays, start, end, first_day, last_day)


def read_leave(fields: Mapping[str, str], rota: Rota) -> Leave | tuple[FieldProblem, ...]:
    """A leave, or what is wrong: person and cover (handles), first_day, last_day."""
    found = _Found()
    who, wanted = rota.named(fields.get("person", "").strip().casefold()), fields.get("cover", "").strip().casefold()
    cover = rota.named(wanted)
    first_day, last_day = (read_day(fields.get(field, "")) for field in ("first_day", "last_day"))
    found.demand("person", _CHOOSE_PERSON, who is not None)
    found.demand("first_day", WRITE_DAY, first_day is not None)
    found.demand("last_day", WRITE_DAY, last_day is not None)
    found.demand("cover", _CHOOSE_COVER, cover is not None or not wanted)
    if found.problems or who is None or first_day is None or last_day is None:
        return tuple(found.problems)
    return Leave(0, who.id, first_day, last_day, cover.id if cover else None)


def weekdays_of(words: Iterable[str]) -> frozenset[int]:
    """Days such as "mon-fri", "sat", "daily" or their numbers as a set; empty when one of them is no day."""
    days: set[int] = set()
    for word in (part.strip().casefold() for part in words):
        some = _stretch_of_days(word)
        if not some:
            return frozenset()
        days |= some
    return frozenset(days)


def _stretch_of_days(word: str) -> set[int]:
    if word in _EVERY_DAY:
        return set(range(len(DAYS)))
    first, _, last = word.partition("-")
    start, end = _day_number(first), _day_number(last or first)
    if start is None or end is None:
        return set()
    return {day % len(DAYS) for day in range(start, end + 1 if start <= end else end + 1 + len(DAYS))}


def _day_number(word: str) -> int | None:
    if len(word) == 1 and word in "0123456":
        return int(word)
    return DAYS.index(word.strip()[:3]) if word.strip()[:3] in DAYS else None


class _Found:
    """What is wrong so far."""

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []

    def demand(self, field: str, sentence: str, right: object) -> None:
        """Note the sentence unless it is right."""
        if not right:
            self.problems.append(FieldProblem(field, sentence))


def _time(text: str) -> time | None:
    try:
        read = time.fromisoformat("00:00" if text.strip() == "24:00" else text.strip())
    except ValueError:
        return None
    return read.replace(second=0, microsecond=0) if read.tzinfo is None and ":" in text else None


def _tidy(text: str) -> str:
    """One line without characters that hide."""
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} else " " for c in composed)
    return " ".join(seen.split())
