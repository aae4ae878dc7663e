"""`coach people`: enrol and look up participants."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from coach.adapters.call_details import read_call_details
from coach.adapters.enrolment import Rules, read_person
from coach.adapters.people_csv import Parsed, read_people
from coach.bootstrap import make_silent_coach
from coach.cli.opening import open_fitting
from coach.cli.problems import WRONG_USE, Problem, warn
from coach.cli.progress import with_progress
from coach.core.events import DetailsChanged
from coach.core.model import Participant
from coach.service import Coach, Refused

app = typer.Typer(help="Participants.", no_args_is_help=True)

STAFF = "command line"


@app.command()
def add(
    phone: str = typer.Argument(help="Their number; without a country code it is one of COACH_COUNTRY."),
    language: str = typer.Option(help="en or es."),
    name: str = typer.Option("", help="Their name."),
    zone: str = typer.Option("", help="IANA time zone, such as America/Chicago; asked by text when left out."),
    quiet_start: str = typer.Option("", help="Start of their night, such as 20:00."),
    quiet_end: str = typer.Option("", help="End of their night, such as 09:00."),
    channel: str = typer.Option("", help="sms or voice."),
    age: str = typer.Option("", help="Years."),
    sex: str = typer.Option("", help="f or m."),
    lives_alone: str = typer.Option("", help="yes or no."),
    walking_aid: str = typer.Option("", help="cane, walker and so on."),
    fluid_limit: str = typer.Option("", help="yes or no; left out means not known, which counts as yes."),
    conditions: str = typer.Option("", help="Codes such as diabetes;ckd."),
    medicines: str = typer.Option("", help="Codes such as statin;diuretic."),
    baseline: str = typer.Option("", help="Usual weakness, 0 to 10."),
    country: str = typer.Option("", help="Two letters: whose emergency number to name."),
    density: str = typer.Option("", help="How many messages: less, usual or more."),
    ask_at: str = typer.Option("", help="The local hour of check-ins, such as 10:00; left out: the programme's own."),
    birth_year: str = typer.Option("", help="Year of birth: calls ask for it, so that only they hear of their health."),
    pin: str = typer.Option(
        "", help="4 to 8 digits that calls ask for, for somebody who would rather not tell the year."
    ),
    no_voicemail: bool = typer.Option(False, "--no-voicemail", help="Never speak to their answering machine."),
) -> None:
    """Enrol one person. One invitation goes out by day; nothing else until they answer Y.

    Example: coach people add "(212) 555-2368" --language en --name "Ruth Abbott" --zone America/New_York
    """
    given = {key: value for key, value in locals().items() if value}
    house = open_fitting()
    person = read_person(given, Rules(house.settings.country), house.clock().date())
    if not isinstance(person, Participant):
        raise Problem("\n".join(f"{p.field}: {p.sentence}" for p in person), WRONG_USE)
    done = make_silent_coach(house).enrol(person, STAFF)
    if isinstance(done, Refused):
        raise Problem(done.sentence)
    print(f"Enrolled as participant {done.id}; the invitation goes out when it is day there.")


@app.command("import")
def import_(
    file: Path = typer.Argument(help="CSV with a row of column names; - reads standard input."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would happen."),
    skip_bad_rows: bool = typer.Option(False, "--skip-bad-rows", help="Enrol the good rows although others are bad."),
) -> None:
    """Enrol the people of a CSV file: all of them, or nobody when a row is wrong.

    Example: coach people import clinic.csv --dry-run
    """
    house = open_fitting()
    parsed = read_people(_text(file), house.settings.country, house.clock().date())
    for problem in parsed.problems:
        place = f"row {problem.row}" + (f", {problem.column}" if problem.column else "")
        warn(f"{place}: {problem.sentence}")
    people = parsed.importable(despite_problems=skip_bad_rows)
    refused = [] if dry_run else _enrol_all(make_silent_coach(house), people)
    _report(parsed, people, refused, dry_run)


def _text(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise Problem(f"{file} cannot be read ({error.strerror}); check the path.", WRONG_USE) from None
    except UnicodeDecodeError:
        raise Problem(f"{file} is not UTF-8 text; save it as CSV UTF-8.", WRONG_USE) from None


def _enrol_all(coach: Coach, people: list[Participant]) -> list[str]:
    refused = []
    for person in with_progress(people, len(people), "Enrolling"):
        done = coach.enrol(person, STAFF)
        if isinstance(done, Refused):
            refused.append(f"{_masked(person.phone)}: {done.sentence}")
    return refused


def _report(parsed: Parsed, people: list[Participant], refused: list[str], dry_run: bool) -> None:
    for sentence in refused:
        warn(sentence)
    did = "would be enrolled" if dry_run else "enrolled"
    print(f"{len(people) - len(refused)} {did}, {len(parsed.problems)} problems, {len(refused)} refused.")
    if parsed.problems or refused:
        raise typer.Exit(1)


def _masked(phone: str) -> str:
    return "…" + phone[-4:]


@app.command("list")
def list_(search: str = typer.Argument("", help="Part of a name or number.")) -> None:
    """Show participants, a line each.

    Example: coach people list abbott
    """
    house = open_fitting()
    for person in house.reports.people(search, house.clock()).rows:
        print(f"{person.id}\t{_masked(person.phone)}\t{person.name}\t{person.status}")


@app.command()
def calls(
    participant_id: int,
    birth_year: str = typer.Option("", help="Year of birth, four digits."),
    pin: str = typer.Option("", help="4 to 8 digits; it is shown nowhere."),
    voicemail: bool | None = typer.Option(None, help="Whether a call may leave words on their voicemail."),
) -> None:
    """Set what a call to somebody asks for before it speaks of their health, and whether it may speak to a machine.

    Example: coach people calls 12 --birth-year 1950
    """
    house = open_fitting()
    no_voicemail = {None: "", True: "no", False: "yes"}[voicemail]
    typed = {"birth_year": birth_year, "pin": pin, "no_voicemail": no_voicemail}
    details = read_call_details(typed, house.clock().date())
    if not isinstance(details, DetailsChanged):
        raise Problem("\n".join(f"{p.field}: {p.sentence}" for p in details), WRONG_USE)
    done = make_silent_coach(house).details.change(participant_id, details, STAFF)
    if isinstance(done, Refused):
        raise Problem(done.sentence, WRONG_USE)
    print("It is kept, and holds from their next call on.")


@app.command()
def show(participant_id: int) -> None:
    """Show one participant's standing, cases and next prompts.

    Example: coach people show 12
    """
    house = open_fitting()
    page = house.reports.person(participant_id, house.clock())
    if page is None:
        raise Problem(f"There is no participant {participant_id}; coach people list shows them all.", WRONG_USE)
    person = page.participant
    print(f"{person.name or 'no name'}\t{_masked(person.phone)}\t{person.status}")
    asked = [f"year of birth {person.birth_year}"] if person.birth_year is not None else []
    asked += ["PIN set"] if person.call_pin else []
    print(f"calls ask for\t{', '.join(asked) or 'nothing: they cannot speak of their health'}")
    print(f"voicemail\t{'never' if person.no_voicemail else 'at most once a day'}")
