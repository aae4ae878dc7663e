"""`coach costs`: a month as a table for people or as values for a program."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coach.adapters.database.engine import open_engine
from coach.adapters.database.store import SqlStore
from coach.cli.app import app
from coach.cli.costs import month_of
from coach.cli.problems import WRONG_USE, Problem
from coach.core.model import Lane
from coach.ports import Outcome
from tests.adapters.database.scene import Scene
from tests.adapters.twilio.loopback import Answer, loopback
from tests.clocks import StoppedClock


@pytest.fixture
def practice(sqlite_url: str, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Rosa got two texts in November 2026."""
    monkeypatch.setenv("COACH_DATABASE_URL", sqlite_url)
    engine = open_engine(sqlite_url)
    scene = Scene(engine, SqlStore(engine), clock)
    rosa = scene.enrol("Rosa")
    for number in (1, 2):
        scene.queue(rosa, Lane.REPLY)
        scene.finish(scene.claim_one(), Outcome.ACCEPTED, carrier_id=f"SM{number}", status="queued")
    return scene


def costs(*options: str) -> Result:
    """The command with these options."""
    return CliRunner().invoke(app, ["costs", "--month", "2026-11", *options])


def test_a_month_is_a_table_with_its_sum_and_its_source(practice: Scene) -> None:
    """Who reads it sees how much of it is an estimate."""
    del practice
    printed = costs().stdout
    assert "2026-11 (UTC)" in printed
    assert "0.0254 USD: 0.0000 by the carrier, 0.0254 estimated." in printed
    assert "messages/prices.toml, as of 2026-11" in printed


def test_a_month_can_be_read_by_a_program(practice: Scene) -> None:
    """A row for each channel, way and country."""
    del practice
    (row,) = csv.DictReader(io.StringIO(costs("--csv").stdout))
    assert row == {
        "month": "2026-11", "channel": "sms", "way": "out", "country": "US", "messages": "2", "units": "2",
        "currency": "USD", "carrier": "0.0000", "estimate": "0.0254", "unpriced": "0",
    }  # fmt: skip


def test_a_month_without_messages_costs_nothing(practice: Scene) -> None:
    """Not an error."""
    del practice
    done = CliRunner().invoke(app, ["costs", "--month", "2026-10", "--csv"])
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1)


def test_the_carrier_is_asked_when_wanted(practice: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it tells is kept, and asked for no more."""
    del practice
    told = {"messages": [{"sid": "SM1", "price": "-0.0083", "price_unit": "USD"}], "next_page_uri": None}
    with loopback(Answer(200, told), Answer(200, {"calls": [], "next_page_uri": None})) as carrier:
        settings = {
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM_NUMBER": "+12125550100",
            "TWILIO_API_URL": carrier.url, "SECRET_KEY": "s" * 48, "SPOOL": str(tmp_path),
            "ENCRYPTION_KEYS": "one:" + "a" * 43 + "=",
        }  # fmt: skip
        for name, value in settings.items():
            monkeypatch.setenv(f"COACH_{name}", value)
        asked = costs("--ask")
    assert "The carrier told the price of 1 of our messages." in asked.stderr
    assert "0.0210 USD: 0.0083 by the carrier, 0.0127 estimated." in asked.stdout
    assert "0.0083 by the carrier" in costs().stdout


@pytest.mark.parametrize("text", ["november", "2026-13", "2026", "11-2026"])
def test_what_is_no_month_is_refused_with_how_to_write_one(text: str) -> None:
    """Exit status 2."""
    with pytest.raises(Problem, match="such as 2026-11") as refused:
        month_of(text, datetime(2026, 11, 24, tzinfo=UTC))
    assert refused.value.status == WRONG_USE


def test_a_month_ends_where_the_next_begins() -> None:
    """Also at the year's end; without a name it is the present one."""
    december = month_of("2026-12", datetime(2026, 11, 24, tzinfo=UTC))
    assert (december.begin, december.end) == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert december.last_day.isoformat() == "2026-12-31"
    assert month_of("", datetime(2026, 11, 24, tzinfo=UTC)).name == "2026-11"
