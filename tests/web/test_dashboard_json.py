"""The JSON interface and what machines ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from coach.adapters.database.engine import open_engine
from coach.web.app import create_app
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import Panel, Visitor, busy_morning, dashboard


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Engine]:
    """A fresh SQLite file."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def ana(database: Engine, clock: StoppedClock) -> Visitor:
    """Ana, signed in, on a busy morning."""
    busy_morning(Panel(database, clock()))
    visitor = dashboard(database, clock)
    visitor.sign_in()
    return visitor


def test_the_worklist_as_json_has_the_order_of_the_page(ana: Visitor) -> None:
    """A tool of the coordinators' own shows the same first."""
    cases = ana.get("/api/v1/worklist").json()["cases"]
    assert [case["name"].split(" ")[0] for case in cases] == ["Inez", "Rosa", "Walter", "", "Harold", "Grace"]
    assert cases[1]["raised_at"] == "2026-11-24T14:54:00Z"
    assert cases[1]["scores"][-1] == {"day": "2026-11-24", "score": 8.0}


def test_a_person_as_json_has_conversation_scores_and_cases(ana: Visitor) -> None:
    """The same facts as the page."""
    rosa = ana.get("/api/v1/people/1").json()
    assert rosa["participant"]["phone"] == "+12025550111"
    choices = {name: rosa["participant"][name] for name in ("programme", "programme_on", "density", "ask_at")}
    assert choices == {"programme": "legs-12-weeks", "programme_on": None, "density": "usual", "ask_at": None}
    assert rosa["lines"][-1]["delivery"] == {"words": "Not delivered: this number cannot take texts", "trouble": True}
    assert [case["state"] for case in rosa["cases"]] == ["raised", "closed"]


def test_a_person_as_json_tells_the_year_calls_ask_for_and_never_the_pin(
    ana: Visitor, database: Engine, clock: StoppedClock
) -> None:
    """A PIN is known to the person alone, and to the program."""
    agnes = Panel(database, clock()).person("Agnes", 78, birth_year=1940, call_pin="480215", no_voicemail=True)
    answer = ana.get(f"/api/v1/people/{agnes}")
    told = {name: answer.json()["participant"][name] for name in ("birth_year", "can_be_identified", "no_voicemail")}
    assert told == {"birth_year": 1940, "can_be_identified": True, "no_voicemail": True}
    assert "480215" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/people/77", 404), ("/api/v1/people/x", 404), ("/api/v1/no", 404)]
)
def test_what_is_missing_is_told_in_json(ana: Visitor, path: str, status: int) -> None:
    """One sentence, no page."""
    answer = ana.get(path)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_json_needs_a_session(ana: Visitor) -> None:
    """The same one as the pages."""
    answer = Visitor(ana.app).get("/api/v1/worklist")
    assert (answer.status_code, answer.json()) == (401, {"error": "You are not signed in. Sign in and try again."})


def test_the_description_names_every_address_and_nothing_else(ana: Visitor) -> None:
    """Pages and webhooks are no part of the interface."""
    described = Visitor(ana.app).get("/api/v1/openapi.json").json()
    assert sorted(described["paths"]) == ["/api/v1/people/{person_id}", "/api/v1/rota", "/api/v1/worklist"]
    assert ana.get("/docs").status_code == 404


def test_alive_says_ok_without_asking_the_database(database: Engine, clock: StoppedClock) -> None:
    """It is about the process only."""
    visitor = dashboard(database, clock)
    database.dispose()
    assert (visitor.get("/healthz").status_code, visitor.get("/healthz").text) == (200, "ok\n")


def test_ready_means_every_probe_has_nothing_to_say(database: Engine, clock: StoppedClock) -> None:
    """A probe that fails is a probe that says no, and its own words stay inside."""

    def broken() -> str | None:
        message = "password=hunter2"
        raise RuntimeError(message)

    well = dashboard(database, clock, probes={"database": lambda: None})
    assert well.get("/readyz").json() == {"ready": True, "checks": {"database": "ok"}}
    probes = {"database": lambda: None, "migrations": lambda: "Run coach db upgrade.", "backlog": broken}
    ill = Visitor(create_app(replace(well.app.state.parts, probes=probes)))
    answer = ill.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["checks"]["migrations"] == "Run coach db upgrade."
    assert "hunter2" not in answer.text


def test_metrics_are_figures_without_anything_personal(ana: Visitor, database: Engine, clock: StoppedClock) -> None:
    """A canary in names, numbers and words is nowhere."""
    panel = Panel(database, clock())
    canary = panel.person("Quetzalina Canary", 77)
    panel.case(canary, "urgent", "canary reason", "canary quote", timedelta(hours=1))
    panel.sent(canary, "canary body", panel.now - timedelta(minutes=3), status=None, state="pending", lane=0)
    text = Visitor(ana.app).get("/metrics").text
    assert 'coach_open_cases{level="urgent"} 3' in text
    assert 'coach_backlog_messages{lane="emergency"} 1' in text
    assert "coach_oldest_due_seconds 180" in text
    assert "canary" not in text.lower()
    assert "5550177" not in text
