"""`coach rota` and what `coach doctor` says of it, at the terminal."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine
from coach.adapters.database.store import SqlStore
from coach.cli.app import app
from coach.cli.problems import WORK_FOUND_PROBLEMS, WRONG_USE, Problem
from coach.core.model import Language, Participant, Status
from tests.adapters.twilio.loopback import Answer, loopback

LINE = "+12127365099"
ANA, BEN = "(212) 736-5000", "+12127365001"


@pytest.fixture
def carrier() -> Iterator[str]:
    """A carrier that knows our number and calls us about it."""
    with loopback(Answer(200)) as listening:
        ours = {
            "phone_number": LINE,
            "sms_url": f"{listening.url}/twilio/sms",
            "voice_url": f"{listening.url}/twilio/voice/inbound",
        }
        listening.answers = [Answer(200, {"incoming_phone_numbers": [ours]})]
        yield listening.url


@pytest.fixture
def installation(sqlite_url: str, carrier: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    """An empty installation with all its settings."""
    settings = {
        "DATABASE_URL": sqlite_url,
        "PUBLIC_URL": carrier,
        "TWILIO_API_URL": carrier,
        "SPOOL": str(tmp_path / "spool"),
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "1" * 32,
        "TWILIO_FROM_NUMBER": LINE,
        "SECRET_KEY": "s" * 48,
        "ENCRYPTION_KEYS": "one:" + base64.b64encode(b"k" * 32).decode(),
        "HEARTBEAT_URL": "https://watcher.example.org/beat",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"COACH_{name}", value)
    return SqlStore(open_engine(sqlite_url))


def run(command: str, *more: str) -> Result:
    """One command, its words parted by blanks, then words with blanks of their own."""
    return CliRunner().invoke(app, [*command.split(), *more])


def said(command: str, *more: str) -> str:
    """What a command prints when all is well."""
    done = run(command, *more)
    assert (done.exit_code, done.exception) == (0, None)
    return done.stdout


def refused(command: str, *more: str) -> Problem:
    """What ends a command early."""
    problem = run(command, *more).exception
    assert isinstance(problem, Problem)
    return problem


def add(handle: str, phone: str, *more: str) -> str:
    """Somebody in New York."""
    return said(f"rota add {handle} --name {handle.capitalize()} --zone America/New_York", phone, *more)


def test_a_rota_is_made_by_commands_alone(installation: SqlStore) -> None:
    """People, hours, a backup; then every hour is covered."""
    assert add("ana", ANA, "--operator") == "Ana is on call as ana.\n"
    assert "backup, every day all day" in add("ben", BEN, "--backup")
    assert said("rota shift ana --days mon-fri").startswith("Shift 2: ana, first, mon tue wed thu fri all day, from ")
    said("rota shift ana --days sat,sun --layer first")
    assert said("rota check") == "Every hour of the next 14 days is covered.\n"
    with installation.begin() as tx:
        assert [(one.handle, one.operator) for one in tx.rota().people] == [("ana", True), ("ben", False)]


def test_the_list_shows_hours_and_no_whole_number(installation: SqlStore) -> None:
    """A terminal is looked at over shoulders."""
    del installation
    add("ana", ANA)
    said("rota shift ana --days daily --from 08:00 --to 20:00")
    add("ben", BEN)
    said("rota leave ana --first 2099-07-14 --last 2099-07-18 --cover ben")
    shown = said("rota list")
    assert "ana\tAna\t…5000\tAmerica/New_York\ttexts, calls" in shown
    assert "  shift 1\tfirst, every day 08:00 to 20:00" in shown
    assert "  leave 1\t2099-07-14 to 2099-07-18, covered by ben" in shown
    assert "736" not in shown


@pytest.mark.parametrize(
    ("command", "sentence", "status"),
    [
        ("rota shift zed --days daily", "person: Choose somebody who is on call.", WRONG_USE),
        ("rota shift ana --days someday", "days: Choose at least one day of the week.", WRONG_USE),
        ("rota shift ana --days daily --from 8", "start: Write the time with hours and minutes", WRONG_USE),
        ("rota leave ana --first soon --last 2099-01-01", "first_day: Choose a day", WRONG_USE),
        ("rota off", "Name one person, or one --shift, or one --leave.", WRONG_USE),
        ("rota off zed", "Nobody on call is named zed; coach rota list shows everybody.", WRONG_USE),
        ("rota off --shift 99", "This shift has already ended.", WORK_FOUND_PROBLEMS),
        ("rota off ana", "Ana is the last one on call", WORK_FOUND_PROBLEMS),
        ("rota off --shift 1", "Then nobody would be on call from", WORK_FOUND_PROBLEMS),
        ("rota check", "There is no backup", WORK_FOUND_PROBLEMS),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    installation: SqlStore, command: str, sentence: str, status: int
) -> None:
    """Ana alone has all hours."""
    del installation
    add("ana", ANA)
    said("rota shift ana --days daily")
    problem = refused(command)
    assert str(problem).startswith(sentence)
    assert problem.status == status


def test_a_number_of_a_participant_is_refused(installation: SqlStore) -> None:
    """It would be read as staff."""
    rosa = Participant(0, BEN, Status.ACTIVE, Language.ES, "US", name="Rosa")
    with installation.begin() as tx:
        tx.enrol(rosa, system_clock())
    problem = refused(f"rota add ben {BEN} --name Ben --zone America/New_York")
    assert "belongs to somebody in the programme" in str(problem)
    with installation.begin() as tx:
        assert tx.rota().people == ()


def test_staff_on_call_are_not_among_the_participants(installation: SqlStore) -> None:
    """Neither listed nor shown."""
    del installation
    add("ana", ANA)
    assert said("people list") == ""
    assert "There is no participant 1" in str(refused("people show 1"))


def test_the_doctor_is_content_with_a_whole_rota_only(installation: SqlStore) -> None:
    """Exit status 1 while an hour is uncovered or nobody is the backup."""
    del installation
    nobody = run("doctor")
    assert nobody.exit_code == 1
    assert "MEND  rota: Nobody is on call: nobody would be paged." in nobody.stdout
    add("ana", ANA)
    add("ben", BEN, "--backup")
    said("rota shift ana --days mon-fri")
    uncovered = run("doctor")
    assert uncovered.exit_code == 1
    assert "times in the next 14 days, first from" in uncovered.stdout
    said("rota shift ana --days sat,sun")
    assert "ok    rota\n" in run("doctor").stdout


def test_the_doctor_advises_an_outside_watcher(installation: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has stopped cannot say so; the installation is fit to send all the same."""
    del installation
    add("ana", ANA)
    add("ben", BEN, "--backup")
    said("rota shift ana --days daily")
    assert "ok    heartbeat\n" in run("doctor").stdout
    monkeypatch.delenv("COACH_HEARTBEAT_URL")
    without = run("doctor")
    assert without.exit_code == 0
    assert "note  heartbeat: nobody outside would notice" in without.stdout


def test_the_doctor_asks_nothing_of_a_database_that_is_not_there(
    installation: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so, and is not broken itself."""
    del installation
    monkeypatch.setenv("COACH_DATABASE_URL", "sqlite:////nowhere/at/all.db")
    ill = run("doctor")
    assert ill.exit_code == 1
    assert "MEND  database" in ill.stdout
