"""`coach doctor`: one plain sentence for whatever would keep this installation from sending, and 0 or 1 at the end."""

from __future__ import annotations

import base64
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine
from coach.adapters.database.lines import stop
from coach.adapters.database.maintenance import cannot_write, note_backup
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import metadata, send_rate
from coach.cli.app import app
from coach.cli.doctor import ROOM, Finding, Patient, findings, unfit
from coach.cli.problems import Problem
from coach.sandbox.app import create_app
from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Network
from coach.settings import Settings
from tests.adapters.twilio.twiml_rules import check_twiml, spoken
from tests.serving import serve

ACCOUNT, TOKEN, LINE = "AC" + "0123456789abcdef" * 2, "the-account-token", "+12025550100"
PUBLIC = "https://coach.example.org"
BIN = "https://handler.twilio.com/twiml/EH1"
TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def network() -> Iterator[Network]:
    """The phone network; its number calls the coach where it should."""
    network = Network(
        ACCOUNT,
        TOKEN,
        LINE,
        clock=AdjustableClock(system_clock(), time.monotonic),
        sms_url=f"{PUBLIC}/twilio/sms#rc=2&rp=all",
        voice_url=f"{PUBLIC}/twilio/voice/inbound",
    )
    yield network
    network.close()


@pytest.fixture
def carrier(network: Network) -> Iterator[str]:
    """The same at a loopback address."""
    with serve(create_app(network)) as address:
        yield address


def turn_to(network: Network, address: str | None) -> None:
    """Give our number a fallback for calls."""
    (line,) = network.state.lines()
    network.state.put_line(replace(line, voice_fallback_url=address))


@pytest.fixture
def settings(carrier: str, sqlite_url: str, tmp_path: Path) -> Settings:
    """Of an installation that is well."""
    return Settings.model_validate(
        {
            "database_url": sqlite_url,
            "public_url": PUBLIC,
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": TOKEN,
            "twilio_from_number": LINE,
            "twilio_api_url": carrier,
            "spool": tmp_path / "spool",
        }
    )


def changed(settings: Settings, **what: object) -> Settings:
    """The same with something else in it."""
    return settings.model_copy(update=what)


def found(settings: Settings, name: str, clock: Callable[[], datetime] = system_clock) -> str | None:
    """What the doctor says of one thing."""
    (finding,) = findings(Patient(settings, clock), {name})
    return finding.sentence


@pytest.mark.parametrize(
    "name", ["carrier", "webhook address", "database", "disk", "spool", "clock", "time zones", "lines"]
)
def test_an_installation_that_is_well_has_nothing_to_mend(settings: Settings, name: str) -> None:
    """Rules for repeats behind a webhook address are no part of it."""
    assert found(settings, name) is None


def test_credentials_the_carrier_refuses_are_named(settings: Settings) -> None:
    """Both settings, not their values."""
    sentence = found(changed(settings, twilio_auth_token=Settings(twilio_auth_token="x").twilio_auth_token), "carrier")
    assert sentence == (
        "it refuses COACH_TWILIO_ACCOUNT_SID with COACH_TWILIO_AUTH_TOKEN; copy both from the Twilio console."
    )


def test_a_carrier_that_cannot_be_reached_is_named(settings: Settings) -> None:
    """With what to look at."""
    away = changed(settings, twilio_api_url="http://127.0.0.1:9")
    assert found(away, "carrier") == ("it cannot be reached at 127.0.0.1; check the network and COACH_TWILIO_API_URL.")


def test_a_number_that_calls_elsewhere_is_told_where_to_call(settings: Settings) -> None:
    """Without this texts would arrive nowhere, and nobody would see an error."""
    moved = changed(settings, public_url="https://new.example.org")
    assert found(moved, "webhook address") == (
        "let the number call https://new.example.org/twilio/sms and https://new.example.org/twilio/voice/inbound"
        " in the Twilio console."
    )


def test_a_number_of_another_account_is_named(settings: Settings) -> None:
    """Nothing could be sent from it."""
    other = changed(settings, twilio_from_number="+12025550111")
    assert found(other, "webhook address") == (
        "COACH_TWILIO_FROM_NUMBER is not a number of this account; copy it from the Twilio console."
    )


@pytest.mark.parametrize(("off", "words"), [(TWO_HOURS, "2 h 0 min ahead of"), (-TWO_HOURS, "2 h 0 min behind")])
def test_a_clock_two_hours_off_the_carriers_is_named(settings: Settings, off: timedelta, words: str) -> None:
    """A send in doubt is looked for by its time at the carrier, so this matters."""
    sentence = found(settings, "clock", lambda: system_clock() + off)
    assert sentence == f"this machine's clock is {words} the carrier's; let a time server (NTP) set it."


def test_a_clock_off_the_databases_is_named(postgres_url: str, settings: Settings) -> None:
    """Also when the carrier tells no time."""
    alone = changed(settings, database_url=postgres_url, twilio_api_url="http://127.0.0.1:9")
    sentence = found(alone, "clock", lambda: system_clock() - timedelta(minutes=5))
    assert sentence == "this machine's clock is 5 min behind the database's; let a time server (NTP) set it."
    assert found(alone, "clock") is None


def test_a_database_that_can_only_be_read_is_named(settings: Settings) -> None:
    """Reading would go on working, and hide it."""
    file = settings.database_url.removeprefix("sqlite:///")
    read_only = changed(settings, database_url=f"sqlite:///file:{file}?mode=ro&uri=true")
    assert found(read_only, "database") == (
        "The database can only be read; let the account that runs coach write the file and its folder."
    )


def test_a_postgresql_database_that_can_only_be_read_is_named(postgres_url: str, settings: Settings) -> None:
    """Such as a replica that somebody gave by mistake."""
    assert found(changed(settings, database_url=postgres_url), "database") is None
    read_only = changed(settings, database_url=f"{postgres_url}&options=-c default_transaction_read_only=on")
    assert str(found(read_only, "database")).startswith("The database can only be read;")


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """As the driver tells it when a page finds no room."""
    with closing(sqlite3.connect(tmp_path / "full.db")) as full:
        full.execute("CREATE TABLE a (b)")
        full.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as no_room:
            full.execute("INSERT INTO a VALUES (zeroblob(100000))")
    assert cannot_write(no_room.value) == "The disk of the database is full; make room on it."
    assert ROOM > 0


def test_a_trial_write_leaves_nothing_behind(settings: Settings) -> None:
    """The tables are as they were."""
    assert found(settings, "database") is None
    engine = open_engine(settings.database_url)
    with engine.connect() as connection:
        assert connection.execute(metadata.tables["job_mark"].select()).all() == []
    engine.dispose()


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("0002", "The database is not at the newest version; run: coach db upgrade"),
        ("9999", "The database was made by a newer coach than this one; install that version of coach."),
    ],
)
def test_an_older_and_a_newer_database_are_told_apart(settings: Settings, version: str, sentence: str) -> None:
    """Each with what helps."""
    stamp(settings.database_url, version)
    assert found(settings, "database") == sentence


@pytest.mark.parametrize("command", ["serve", "web", "worker"])
@pytest.mark.parametrize(("version", "words"), [("0002", "run: coach db upgrade"), ("9999", "install that version")])
def test_no_service_starts_on_a_database_of_another_version(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, command: str, version: str, words: str
) -> None:
    """It would write what the other does not understand."""
    stamp(settings.database_url, version)
    status, printed = run_to_its_end((command,), settings, monkeypatch)
    assert (status, len(printed.splitlines())) == (2, 1)
    assert words in printed


def test_an_upgrade_of_a_newer_database_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sentence."""
    stamp(settings.database_url, "9999")
    refusal = "The database was made by a newer coach; install that version, then run this again."
    assert run_to_its_end(("db", "upgrade"), settings, monkeypatch) == (2, refusal)


def test_a_spool_that_others_may_look_into_is_named(settings: Settings) -> None:
    """It holds what people wrote."""
    assert found(settings, "spool folder") is None
    settings.spool.mkdir()
    settings.spool.chmod(0o755)
    place = settings.spool
    assert found(settings, "spool folder") == f"other accounts may look into {place}; run chmod 700 {place}."


def test_a_line_that_the_carrier_refuses_is_named(settings: Settings) -> None:
    """With what mends it."""
    assert found(settings, "lines") is None
    engine = open_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(insert(send_rate).values(id=1, line=f"sms:{LINE}", tokens=0.0, refilled_at=system_clock()))
        stop(connection, f"sms:{LINE}", 30034, system_clock())
    engine.dispose()
    assert found(settings, "lines") == (
        "Texts have stopped: the carrier refuses the number or service they leave from (code 30034). "
        f"Mend it at the carrier, then run: coach lines resume sms:{LINE}"
    )


def test_processes_that_stopped_are_named(settings: Settings) -> None:
    """Also when another does their work; this is advice."""
    start = "start coach serve, or coach web and coach worker."
    assert found(settings, "processes") == f"no process has been at work; {start}"
    engine = open_engine(settings.database_url)
    store, now = SqlStore(engine), datetime(2026, 11, 24, 15, tzinfo=UTC)
    store.mark_job("plan", now - timedelta(hours=3), None, "one/11")
    store.mark_job("plan", now, None, "two/22")
    engine.dispose()
    assert found(settings, "processes", lambda: now) == (
        "1 at work; stopped: one/11 (last seen 24 Nov 12:00 UTC). Unless that was on purpose, see their logs."
    )


def test_months_without_their_tables_are_named(settings: Settings, postgres_url: str) -> None:
    """On SQLite there are none; this is advice, since nothing is lost."""
    far = datetime(2041, 3, 1, tzinfo=UTC)
    assert found(settings, "months", lambda: far) is None
    assert found(changed(settings, database_url=postgres_url), "months", lambda: far) == (
        "March 2041 has no table for its facts; run coach db months, and see that a worker runs."
    )


def test_the_age_of_the_last_copy_is_known(settings: Settings) -> None:
    """Once a night is enough; this is advice."""
    now = datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert found(settings, "backup", lambda: now) == "no copy was made yet; let coach db backup run each night."
    note_backup(settings.database_url, now)
    assert found(settings, "backup", lambda: now + timedelta(hours=25)) is None
    sentence = found(settings, "backup", lambda: now + timedelta(hours=30))
    assert sentence == "the last copy is 30 hours old; let coach db backup run each night."


@pytest.mark.parametrize(
    ("ours", "numbers", "missing"),
    [
        (None, None, "COACH_VOICE_FALLBACK_URL and the number's fallback for calls"),
        (BIN, None, "the number's fallback for calls"),
        (None, BIN, "COACH_VOICE_FALLBACK_URL"),
        (BIN, f"{PUBLIC}/twilio/voice/fallback", "the number's fallback for calls"),
    ],
)
def test_calls_that_would_end_in_an_error_while_we_are_away_are_named(
    settings: Settings, network: Network, ours: str | None, numbers: str | None, missing: str
) -> None:
    """An address of our own is away when we are."""
    turn_to(network, numbers)
    sentence = found(changed(settings, voice_fallback_url=ours), "call fallback")
    assert sentence == f"while we are away calls end in an error; set {missing}: coach fallback says how."


def test_a_fallback_elsewhere_for_both_ways_is_well(settings: Settings, network: Network) -> None:
    """And a coach that only this machine reaches has nobody who calls."""
    turn_to(network, BIN)
    assert found(changed(settings, voice_fallback_url=BIN), "call fallback") is None
    assert found(changed(settings, public_url="http://127.0.0.1:8000"), "call fallback") is None


def test_a_carrier_that_does_not_answer_leaves_the_setting_to_be_named(settings: Settings) -> None:
    """What the number has is not known then."""
    away = changed(settings, twilio_api_url="http://127.0.0.1:9")
    assert found(away, "call fallback") == (
        "while we are away calls end in an error; set COACH_VOICE_FALLBACK_URL: coach fallback says how."
    )


def test_the_words_for_a_twiml_bin_are_printed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """In both languages, with the country's emergency number and the voices that are set."""
    monkeypatch.setenv("COACH_VOICE_ES", "es-MX:Polly.Mia-Neural")
    status, printed = run_to_its_end(("fallback",), settings, monkeypatch)
    assert status == 0
    check_twiml(printed)
    assert "dial 911: 9 1 1." in spoken(printed)
    assert "marque el 911: 9 1 1." in spoken(printed)
    assert 'voice="Polly.Mia-Neural"' in printed


def test_a_copy_of_an_older_database_leaves_it_as_it_is(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made before an upgrade."""
    stamp(settings.database_url, "0002")
    copy = tmp_path / "copy.db"
    done = run_to_its_end(("db", "backup", str(copy)), settings, monkeypatch)
    assert done == (0, f"The copy is in {copy}.\n")


def test_only_what_must_be_mended_makes_an_installation_unfit() -> None:
    """Advice does not."""
    assert unfit([Finding("database", "mend it", mend=True)])
    assert not unfit([Finding("database", None, mend=True), Finding("backup", "make one", mend=False)])
    lines = [str(Finding("rota", None, mend=True)), str(Finding("backup", "make one.", mend=False))]
    assert lines == ["ok    rota", "note  backup: make one."]


def stamp(url: str, version: str) -> None:
    """Let the database say that it has that version."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
        other.execute("UPDATE alembic_version SET version_num = ?", (version,))
        other.commit()


def run_to_its_end(arguments: tuple[str, ...], settings: Settings, here: pytest.MonkeyPatch) -> tuple[int, str]:
    """A command at the terminal: its exit status and what it printed, an error as the sentence it ends with."""
    told = {
        "DATABASE_URL": settings.database_url,
        "PUBLIC_URL": settings.public_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM_NUMBER": LINE,
        "TWILIO_API_URL": str(settings.twilio_api_url),
        "SECRET_KEY": "s" * 48,
        "ENCRYPTION_KEYS": "one:" + base64.b64encode(b"k" * 32).decode(),
        "SPOOL": str(settings.spool),
    }
    for name, value in told.items():
        here.setenv(f"COACH_{name}", value)
    done = CliRunner().invoke(app, arguments)
    if isinstance(done.exception, Problem):
        return done.exception.status, str(done.exception)
    return done.exit_code, done.stdout
