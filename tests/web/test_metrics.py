"""`/metrics`: the figures as Prometheus reads them, with and without a database, with and without a spool."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from coach.adapters.database.figures import (
    CaseFigures,
    Figures,
    JobFigures,
    LaneFigures,
    ProcessFigures,
    SendFigures,
)
from coach.adapters.database.reports import Reports
from coach.watching import INTERVALS
from coach.web.app import create_app
from coach.web.metrics import SpoolFigures, prometheus_text
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import Visitor, dashboard

BUSY = Figures(
    lanes=(LaneFigures("emergency", 0, 0.0), LaneFigures("prompt", 2, 3.5)),
    oldest_due_seconds=3.5,
    undecided=1,
    cases=(CaseFigures("urgent", 2, 1, 60.0),),
    tasks=4,
    alarms=1,
    sends=(SendFigures("sms", "accepted", 7), SendFigures("voice", "rejected", 1)),
    in_doubt=1,
    in_doubt_oldest_seconds=12.0,
    answers=tuple(float(second) for second in range(1, 101)),
    jobs=(JobFigures("plan", 1.0, failing=False), JobFigures("reconcile", None, failing=True)),
    processes=(ProcessFigures("worker/7", 4.0),),
)


def told(figures: Figures | None, spool: SpoolFigures | None = None) -> dict[str, float]:
    """Every sample by its name and label values, as Prometheus's own parser reads it."""
    families = text_string_to_metric_families(prometheus_text(figures, spool).decode())
    return {" ".join((s.name, *s.labels.values())): s.value for family in families for s in family.samples}


class Unreachable(Reports):
    """Reports over a database that has gone away."""

    def gauges(self, now: datetime) -> Figures:
        """It cannot be asked."""
        del now
        message = "connection to server at db.example failed"
        raise OSError(message)


def test_every_figure_has_its_own_name_and_labels() -> None:
    """In a form that Prometheus's own parser takes."""
    samples = told(BUSY)
    wanted = {
        "coach_database_up": 1, "coach_backlog_messages prompt": 2, "coach_backlog_oldest_seconds prompt": 3.5,
        "coach_sends_recent sms accepted": 7, "coach_in_doubt_messages": 1, "coach_in_doubt_oldest_seconds": 12,
        "coach_open_cases urgent": 2, "coach_unowned_cases urgent": 1, "coach_unowned_case_oldest_seconds urgent": 60,
        "coach_open_tasks": 4, "coach_open_alarms": 1, "coach_job_failing reconcile": 1, "coach_job_failing plan": 0,
        "coach_process_seen_seconds worker/7": 4,
    }  # fmt: skip
    assert {name: samples[name] for name in wanted} == wanted


def test_how_soon_texts_are_answered_is_told_by_shares() -> None:
    """Of a hundred answers the half came within 50 seconds, 99 within 99, the last after 100."""
    samples = told(BUSY)
    shares = [samples[f"coach_answer_seconds {share}"] for share in ("0.5", "0.9", "0.99", "1")]
    assert shares == [50, 90, 99, 100]
    assert not [name for name in told(replace(BUSY, answers=())) if name.startswith("coach_answer_seconds")]


def test_a_job_that_never_worked_is_told_too() -> None:
    """Infinitely long ago, so that one rule catches both."""
    samples = told(replace(BUSY, jobs=()))
    assert {samples[f"coach_job_ok_seconds {name}"] for name in INTERVALS} == {float("inf")}
    assert told(BUSY)["coach_job_ok_seconds plan"] == 1


def test_a_spool_is_told_where_there_is_one() -> None:
    """And nothing is told of one where there is none."""
    assert told(BUSY, SpoolFigures(3, 20.0))["coach_spool_entries"] == 3
    assert not [name for name in told(BUSY) if "spool" in name]


def test_a_database_that_is_away_is_a_figure_and_no_error(sqlite_engine: Engine, clock: StoppedClock) -> None:
    """The scrape answers, without a word of what the driver said."""
    parts = dashboard(sqlite_engine, clock).app.state.parts
    away = replace(parts, reports=Unreachable(sqlite_engine), spool=lambda: SpoolFigures(2, 5.0))
    answer = Visitor(create_app(away)).get("/metrics")
    assert answer.status_code == 200
    assert "coach_database_up 0.0" in answer.text
    assert "coach_spool_entries 2.0" in answer.text
    assert "db.example" not in answer.text
