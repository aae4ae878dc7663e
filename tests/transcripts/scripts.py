"""What a script says: its settings as a scene, and its lines by who does what and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coach.core import schedule
from coach.core.model import Channel, Language, Participant, Profile, Status
from coach.core.rota import BACKUP, FIRST, SECOND, Leave, OnCall, Rota, Shift

ZONE = "America/New_York"
FIRST_DAY = date(2026, 3, 2)
STARTS = schedule.to_utc(FIRST_DAY, time(8), ZONE)
_PHONE = "+12025550142"
_LAYERS = {"first": FIRST, "second": SECOND, "backup": BACKUP}
_READ = re.compile(r"[#@>~]")
_WHEN = re.compile(r"\w{3} (\d{1,2}) (\w{3}) (\d\d):(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class NotAScript(Exception):
    """A line cannot be read; the sentence names it."""


@dataclass(frozen=True)
class Line:
    """One line with which something happens. `words` is empty where only time passes."""

    mark: str
    at: datetime
    words: str


@dataclass(frozen=True)
class Scene:
    """Who takes part, who is on call, and what runs."""

    person: Participant
    rota: Rota
    programme_runs: bool
    with_phones: bool


@dataclass(frozen=True)
class Script:
    """A script as it was read: the lines that are kept as they stand, the scene, and what happens."""

    kept: tuple[str, ...]
    scene: Scene
    lines: tuple[Line, ...]


def read(script: str) -> Script:
    """Read the lines that bear a mark.

    Raises:
        NotAScript: a time or a name in it cannot be read.
    """
    given = [line.rstrip() for line in script.splitlines() if _READ.match(line)]
    settings = [line[1:].strip() for line in given if line.startswith("@")]
    kept = tuple(line for line in given if line[0] in "#@")
    return Script(kept, _scene(settings), tuple(_line(line) for line in given if line[0] in ">~"))


def local(at: datetime) -> datetime:
    """A moment by the clock of everybody in a script."""
    return schedule.local(at, ZONE)


def stamp(at: datetime) -> str:
    """A moment as a script writes it."""
    wall = local(at)
    return f"{wall:%a} {wall.day} {wall:%b %H:%M}"


def _line(line: str) -> Line:
    found = _WHEN.match(line[2:])
    if found is None:
        raise NotAScript(f"no time such as “Mon 2 Mar 10:00” in: {line}")
    day, month, hour, minute = found.groups()
    at = schedule.to_utc(_day(f"{day} {month}"), time(int(hour), int(minute)), ZONE)
    return Line(line[0], at, line[2 + found.end() :].strip())


def _day(words: str) -> date:
    day, month = words.split()
    return date(2026, _MONTHS.index(month) + 1, int(day))


def _scene(settings: list[str]) -> Scene:
    said = dict(line.split(": ", 1) for line in settings if ": " in line)
    return Scene(
        _person(said),
        _rota(said),
        programme_runs="programme runs" in settings,
        with_phones="with phones and dashboard" in settings,
    )


def _person(said: Mapping[str, str]) -> Participant:
    name, language, *more = [word.strip() for word in said.get("person", "Ruth Ames, en").split(",")]
    born = next((word.removeprefix("born ") for word in more if word.startswith("born ")), "1948")
    pin = next((word.removeprefix("PIN ") for word in more if word.startswith("PIN ")), None)
    facts = frozenset(word.strip() for word in said.get("has", "").split(",") if word.strip())
    return Participant(
        1,
        _PHONE,
        Status(said.get("status", "active")),
        Language(language),
        "US",
        name=name,
        zone=ZONE,
        channel=Channel.VOICE if "by call" in more else Channel.SMS,
        enrolled_on=FIRST_DAY,
        birth_year=None if born == "unknown" else int(born),
        call_pin=pin,
        profile=Profile(
            age=50, fluid_limit=False, conditions=facts, medicines=facts, lives_alone="lives alone" in more
        ),
    )


def _rota(said: Mapping[str, str]) -> Rota:
    if "on call" not in said:
        return Rota()
    people: list[OnCall] = []
    shifts: list[Shift] = []
    for number, entry in enumerate(said["on call"].split(","), 1):
        handle, layer = entry.split()
        people.append(OnCall(number, handle, handle.title(), f"+1202555019{number}", Language.EN, ZONE))
        since = FIRST_DAY - timedelta(days=9)
        shifts.append(Shift(number, number, _LAYERS[layer], frozenset(range(7)), time(0), time(0), since))
    rota = Rota(tuple(people), tuple(shifts))
    return Rota(rota.people, rota.shifts, tuple(_leaves(said, rota)))


def _leaves(said: Mapping[str, str], rota: Rota) -> Iterator[Leave]:
    if "away" not in said:
        return
    handle, days, cover = [part.strip() for part in said["away"].split(",")]
    first, last = (_day(part) for part in days.split(" to "))
    away, instead = rota.named(handle), rota.named(cover.removesuffix(" covers"))
    if away is None:
        raise NotAScript(f"nobody on call is named {handle}")
    yield Leave(1, away.id, first, last, instead.id if instead else None)
