"""`coach rota`: who is on call when, and which hours nobody covers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import typer

from coach.adapters.enrolment import FieldProblem, Rules
from coach.adapters.phones import pretty_phone
from coach.adapters.rota_entry import DAYS, LAYERS, read_leave, read_on_call, read_shift
from coach.bootstrap import House, make_silent_coach
from coach.cli.opening import open_fitting
from coach.cli.problems import WRONG_USE, Problem
from coach.core.rota import LOOK_AHEAD, Leave, OnCall, Rota, Shift, gaps, on_duty, problems
from coach.core.rota_changes import gap_in_words
from coach.core.schedule import local
from coach.rostering import Rostering
from coach.service import Done, Refused

app = typer.Typer(help="Who is on call.", no_args_is_help=True)

STAFF = "command line"
_WORD_OF_LAYER = {layer: word for word, layer in LAYERS.items()}


def _rostering(house: House) -> Rostering:
    return make_silent_coach(house).rostering


@app.command()
def add(
    handle: str = typer.Argument(help="The name they sign in with, or a short name."),
    phone: str = typer.Argument(help="Their number; without a country code it is one of COACH_COUNTRY."),
    name: str = typer.Option(help="Their name, as others see it in texts and trails."),
    zone: str = typer.Option(help="IANA time zone; their shifts go by it."),
    language: str = typer.Option("en", help="Language of pages: en or es."),
    texts: bool = typer.Option(True, help="Whether they are paged by text."),
    calls: bool = typer.Option(True, help="Whether they are paged by call."),
    operator: bool = typer.Option(False, "--operator", help="They hear of alarms about the program."),
    backup: bool = typer.Option(False, "--backup", help="They are the backup at all hours."),
) -> None:
    """Put a number of staff on call; `coach rota shift` gives them their hours.

    Example: coach rota add ana "(212) 555-2368" --name "Ana Ruiz" --zone America/New_York
    """
    house = open_fitting()
    ticks = {"texts": texts, "calls": calls, "operator": operator}
    typed = {"handle": handle, "phone": phone, "name": name, "zone": zone, "language": language}
    person = read_on_call(typed | {k: "yes" if v else "" for k, v in ticks.items()}, Rules(house.settings.country))
    if not isinstance(person, OnCall):
        raise _wrong(person)
    rostering = _rostering(house)
    _done(rostering.add(person, STAFF))
    print(f"{person.name} is on call as {person.handle}.")
    if backup:
        _give_shift(house, {"person": person.handle, "layer": "backup", "start": "00:00", "end": "00:00"}, ["daily"])


@app.command()
def shift(
    handle: str = typer.Argument(help="Whose shift; coach rota list shows everybody."),
    days: str = typer.Option(help="On which it starts: mon-fri, or sat,sun, or daily."),
    start: str = typer.Option("00:00", "--from", help="By their own clock, such as 08:00."),
    end: str = typer.Option("00:00", "--to", help="The same time as --from: the whole day; an earlier one: next day."),
    layer: str = typer.Option("first", help="first, second or backup."),
    first: str = typer.Option("", help="The first day, such as 2026-07-14; today when left out."),
    last: str = typer.Option("", help="The last day; for good when left out."),
) -> None:
    """Give somebody hours of each week.

    Example: coach rota shift ana --days mon-fri --from 08:00 --to 20:00
    """
    fields = {"person": handle, "layer": layer, "start": start, "end": end, "first_day": first, "last_day": last}
    _give_shift(open_fitting(), fields, days.split(","))


def _give_shift(house: House, fields: Mapping[str, str], days: list[str]) -> None:
    rostering = _rostering(house)
    rota = rostering.rota()
    shift = read_shift(fields, days, rota, _today(rota, fields["person"], house))
    if not isinstance(shift, Shift):
        raise _wrong(shift)
    added = _done(rostering.add_shift(shift, STAFF))
    print(f"Shift {added.id}: {fields['person']}, {shift_in_words(shift)}.")


def _today(rota: Rota, handle: str, house: House) -> date:
    who = rota.named(handle)
    return local(house.clock(), who.zone if who else None).date()


@app.command()
def leave(
    handle: str = typer.Argument(help="Who is away."),
    first: str = typer.Option(help="The first day away, such as 2026-07-14."),
    last: str = typer.Option(help="The last day away."),
    cover: str = typer.Option("", help="Who takes their hours; needed where nobody else has them."),
) -> None:
    """Say that somebody is away.

    Example: coach rota leave ana --first 2026-07-14 --last 2026-07-18 --cover ben
    """
    rostering = _rostering(open_fitting())
    away = read_leave({"person": handle, "first_day": first, "last_day": last, "cover": cover}, rostering.rota())
    if not isinstance(away, Leave):
        raise _wrong(away)
    added = _done(rostering.add_leave(away, STAFF))
    print(f"Leave {added.id}: {handle} is away from {first} to {last}" + (f"; {cover} covers." if cover else "."))


@app.command("list")
def list_() -> None:
    """Show who is on call now, everybody's hours, and leave.

    Example: coach rota list
    """
    house = open_fitting()
    rota = _rostering(house).rota()
    now = house.clock()
    print("Now: " + (", then ".join(one.name for one in on_duty(rota, now)) or "nobody"))
    for one in rota.people:
        print(f"{one.handle}\t{one.name}\t{_masked(one.phone)}\t{one.zone}\t{_how(one)}")
        for shift in (s for s in rota.shifts if s.person == one.id):
            print(f"  shift {shift.id}\t{shift_in_words(shift)}")
        for away in (a for a in rota.leaves if a.person == one.id):
            cover = rota.person(away.cover) if away.cover is not None else None
            covered = f", covered by {cover.handle}" if cover else ""
            print(f"  leave {away.id}\t{away.first_day} to {away.last_day}{covered}")


@app.command()
def check() -> None:
    """Say which hours of the next 14 days nobody covers, and what else is wrong with the rota.

    Example: coach rota check
    """
    house = open_fitting()
    rota = _rostering(house).rota()
    now = house.clock()
    found = problems(rota, now)
    zone = rota.active[0].zone if rota.active else "UTC"
    for gap in gaps(rota, now, now + LOOK_AHEAD) if rota.active else ():
        print(f"Nobody: {gap_in_words(gap, zone)}")
    if found:
        raise Problem("\n".join(found))
    print("Every hour of the next 14 days is covered.")


@app.command()
def off(
    handle: str = typer.Argument("", help="Who is paged no more: their shifts and leave end."),
    shift: int = typer.Option(0, metavar="NUMBER", help="Only this shift ends; coach rota list shows the numbers."),
    leave: int = typer.Option(0, metavar="NUMBER", help="Only this leave ends: they are back."),
) -> None:
    """Take somebody off call, or end one shift or leave. Refused when nobody would be left for some hour.

    Example: coach rota off ben · coach rota off --shift 3
    """
    if sum(map(bool, (handle, shift, leave))) != 1:
        raise Problem("Name one person, or one --shift, or one --leave.", WRONG_USE)
    rostering = _rostering(open_fitting())
    if shift or leave:
        _done(rostering.end_shift(shift, STAFF) if shift else rostering.end_leave(leave, STAFF))
        print("Ended.")
        return
    who = rostering.rota().named(handle.strip().casefold())
    if who is None:
        raise Problem(f"Nobody on call is named {handle}; coach rota list shows everybody.", WRONG_USE)
    _done(rostering.take_off(who.id, STAFF))
    print(f"{who.name} is not on call any more.")


def shift_in_words(shift: Shift) -> str:
    """Such as "first, mon tue wed 08:00 to 20:00, from 2026-07-14"."""
    days = "every day" if len(shift.weekdays) == len(DAYS) else " ".join(DAYS[day] for day in sorted(shift.weekdays))
    hours = "all day" if shift.start == shift.end else f"{shift.start:%H:%M} to {shift.end:%H:%M}"
    last = f" to {shift.last_day}" if shift.last_day else ""
    return f"{_WORD_OF_LAYER.get(shift.layer, 'backup')}, {days} {hours}, from {shift.first_day}{last}"


def _how(one: OnCall) -> str:
    if not one.active:
        return "not on call"
    ways = [word for word, right in (("texts", one.texts), ("calls", one.calls), ("operator", one.operator)) if right]
    return ", ".join(ways)


def _masked(phone: str) -> str:
    return "…" + pretty_phone(phone)[-4:]


def _done(result: Done | Refused) -> Done:
    if isinstance(result, Refused):
        raise Problem(result.sentence)
    return result


def _wrong(found: tuple[FieldProblem, ...]) -> Problem:
    return Problem("\n".join(f"{problem.field}: {problem.sentence}" for problem in found), WRONG_USE)
