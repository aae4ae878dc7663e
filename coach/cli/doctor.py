"""`coach doctor`: is this installation fit to send, and would somebody be told of what it finds?"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeAlias
from zoneinfo import ZoneInfo

import requests
import typer

from coach.adapters.clock import system_clock
from coach.adapters.database.maintenance import check as look_for_damage
from coach.adapters.database.maintenance import database_clock, folder_of, last_backup, writing_problem
from coach.adapters.database.months import months_problem
from coach.adapters.database.processes import processes_problem
from coach.adapters.library.handbook import load_handbook
from coach.adapters.spool import FolderSpool
from coach.adapters.twilio.checkup import Checkup, ask_carrier, fallback_problem
from coach.bootstrap import carrier_options, open_house
from coach.cli.content import content_problems
from coach.core.rota import problems
from coach.ports import Clock, Store
from coach.resources import folder
from coach.settings import Settings, Use, environment, is_loopback, read_settings
from coach.watching.checks import read_rota

CLOCKS_DIFFER = timedelta(minutes=1)
"""Between two clocks that are set by a time server there is less; more and a send in doubt is not found again."""

BACKUP_LASTS = timedelta(hours=26)
"""A backup each night is never older."""

ROOM = 200_000_000
"""Bytes of disk below which there may be no room for a day's texts and the copy of the database that SQLite makes."""

Ask: TypeAlias = "Callable[[Patient], str | None]"
"""Looks at one thing: None when it is well, else one plain sentence that says what to do."""


@dataclass(frozen=True)
class Patient:
    """The installation that is looked at. What several questions need is found out once."""

    settings: Settings
    clock: Clock

    @cached_property
    def damage(self) -> str | None:
        """What is wrong with the database before anything is read from it."""
        return "; ".join(look_for_damage(self.settings.database_url)) or None

    @cached_property
    def carrier(self) -> Checkup:
        """The carrier's answer."""
        return ask_carrier(carrier_options(self.settings))


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing; without `mend` it is a note, and the installation is fit to send with it."""

    name: str
    sentence: str | None
    mend: bool

    def __str__(self) -> str:
        mark = "ok  " if self.sentence is None else "MEND" if self.mend else "note"
        return f"{mark}  {self.name}{': ' + self.sentence if self.sentence else ''}"


def doctor() -> None:
    """Say whether this installation is fit to send: carrier, database, clock, disk, content, who is on call, backup.

    Example: coach doctor
    """
    patient = Patient(read_settings(environment(), Use.LIVE), system_clock)
    found = []
    for finding in findings(patient):
        print(finding)
        found.append(finding)
    if unfit(found):
        raise typer.Exit(1)


def findings(patient: Patient, only: Collection[str] = ()) -> Iterator[Finding]:
    """What each question finds, or only those named, one by one; one that fails itself is also a finding."""
    for questions, mend in ((_QUESTIONS, True), (_ADVICE, False)):
        for name, ask in questions.items():
            if not only or name in only:
                yield Finding(name, _asked(ask, patient), mend)


def unfit(found: Sequence[Finding]) -> bool:
    """Whether anything must be mended before this installation may send."""
    return any(finding.mend and finding.sentence for finding in found)


def _asked(ask: Ask, patient: Patient) -> str | None:
    try:
        return ask(patient)
    except Exception as error:  # noqa: BLE001 - the other questions are asked all the same
        return f"this cannot be found out ({type(error).__name__}); mend what stands above and ask again."


def _carrier(patient: Patient) -> str | None:
    return patient.carrier.account


def _addresses(patient: Patient) -> str | None:
    return patient.carrier.addresses


def _database(patient: Patient) -> str | None:
    return patient.damage or writing_problem(patient.settings.database_url)


def _disk(patient: Patient) -> str | None:
    """Of the database when it is a file, and of the texts that wait for it when it is away."""
    folders = (folder_of(patient.settings.database_url), patient.settings.spool.resolve().parent)
    for place in folders:
        if place is not None and place.is_dir() and (free := shutil.disk_usage(place).free) < ROOM:
            return f"only {free // 1_000_000} MB are free at {place}; make room there."
    return None


def _spool(patient: Patient) -> str | None:
    problem = FolderSpool(patient.settings.spool).problem()
    return f"COACH_SPOOL: the folder {patient.settings.spool} cannot be written ({problem})." if problem else None


def _spool_shut(patient: Patient) -> str | None:
    """Advice, since each file in it is shut by itself."""
    place = patient.settings.spool
    is_open = FolderSpool(place).is_open_to_others()
    return f"other accounts may look into {place}; run chmod 700 {place}." if is_open else None


def _clock(patient: Patient) -> str | None:
    """The carrier's, since a send in doubt is looked for by its time there; the database's, when it has its own."""
    ours = patient.clock()
    others = {"the carrier's": patient.carrier.at}
    if patient.damage is None:
        others["the database's"] = database_clock(patient.settings.database_url)
    for whose, theirs in others.items():
        if theirs is not None and abs(ours - theirs) > CLOCKS_DIFFER:
            return f"this machine's clock is {_apart(ours - theirs)} {whose}; let a time server (NTP) set it."
    return None


def _apart(by: timedelta) -> str:
    minutes = round(abs(by) / timedelta(minutes=1))
    span = f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004
    return f"{span} {'ahead of' if by > timedelta(0) else 'behind'}"


def _content(_patient: Patient) -> str | None:
    found = content_problems()
    return f"{len(found)} problems; coach check names them." if found else None


def _zones(_patient: Patient) -> str | None:
    """Every zone that people can choose must be known here, with its rules."""
    choices = load_handbook(folder("messages"), "Leg Coach").library.zones.values()
    names = {"America/New_York", *(zone.zone for zones in choices for zone in zones)}
    noon = datetime(2026, 7, 1, 12)  # noqa: DTZ001 - a wall time, to be placed in each zone
    unknown = [name for name in sorted(names) if not _has_rules(name, noon)]
    return f"{len(unknown)} time zones are not known here, such as {unknown[0]}; reinstall tzdata." if unknown else None


def _has_rules(name: str, at: datetime) -> bool:
    try:
        return ZoneInfo(name).utcoffset(at) is not None
    except (LookupError, ValueError, OSError):
        return False


def _rota(patient: Patient) -> str | None:
    return _read(patient, lambda store: " ".join(problems(read_rota(store), patient.clock())))


def _read(patient: Patient, what: Callable[[Store], str]) -> str | None:
    """What the store tells, where it can be read; None for nothing."""
    if patient.damage:
        return "it cannot be read before the database is mended."
    house = open_house(patient.settings, patient.clock)
    try:
        return what(house.store) or None
    finally:
        house.close()


def _lines(patient: Patient) -> str | None:
    """Numbers and services that the carrier refuses as a whole."""
    return _read(patient, lambda store: "; ".join(line.because for line in store.stopped_lines()))


def _backup(patient: Patient) -> str | None:
    settings = patient.settings
    if folder_of(settings.database_url) is None:
        return "copies of a PostgreSQL database are not known here; see that they are made (docs/operating.md)."
    made = None if patient.damage else last_backup(settings.database_url)
    if made is None:
        return "no copy was made yet; let coach db backup run each night."
    age = patient.clock() - made
    hours = age // timedelta(hours=1)
    return f"the last copy is {hours} hours old; let coach db backup run each night." if age > BACKUP_LASTS else None


def _months(patient: Patient) -> str | None:
    """Advice, since nothing is lost without them."""
    return None if patient.damage else months_problem(patient.settings.database_url, patient.clock())


def _processes(patient: Patient) -> str | None:
    """Advice, since the work of one that stopped may well be done by another."""
    return None if patient.damage else processes_problem(patient.settings.database_url, patient.clock())


def _heartbeat(patient: Patient) -> str | None:
    unwatched = "nobody outside would notice that all of this had stopped; set COACH_HEARTBEAT_URL."
    return None if patient.settings.heartbeat_url else unwatched


def _call_fallback(patient: Patient) -> str | None:
    """Advice. On this machine alone nobody calls."""
    settings = patient.settings
    if is_loopback(settings.public_url):
        return None
    return fallback_problem(settings.public_url, settings.voice_fallback_url, patient.carrier)


def _answers(patient: Patient) -> str | None:
    """Whether a process of ours is to be reached from here; it may not have been started yet."""
    address = patient.settings.public_url
    try:
        well = requests.get(f"{address}/healthz", timeout=5).text.strip() == "ok"
    except requests.RequestException:
        well = False
    return None if well else f"no coach answers at {address} yet; start it, and see that TLS and the proxy lead to it."


_QUESTIONS: dict[str, Ask] = {
    "carrier": _carrier,
    "webhook address": _addresses,
    "database": _database,
    "disk": _disk,
    "spool": _spool,
    "clock": _clock,
    "content": _content,
    "time zones": _zones,
    "rota": _rota,
    "lines": _lines,
}
_ADVICE: dict[str, Ask] = {  # fit to send without them
    "spool folder": _spool_shut,
    "processes": _processes,
    "months": _months,
    "backup": _backup,
    "heartbeat": _heartbeat,
    "call fallback": _call_fallback,
    "address": _answers,
}
