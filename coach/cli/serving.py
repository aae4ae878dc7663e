"""`coach serve`, `web`, `worker` and `demo`: the long-running commands."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import typer
import uvicorn

from coach import logs
from coach.adapters.clock import system_clock
from coach.adapters.database.engine import postgresql_address
from coach.adapters.database.maintenance import version_problem
from coach.bootstrap import LiveHouse, open_live_house, settle_in
from coach.cli.problems import WRONG_USE, Problem
from coach.clockwork.cluster import ClusterClockwork, ProcrastinateConveyor
from coach.clockwork.embedded import EmbeddedClockwork, Lookout
from coach.demo import run as run_demo
from coach.jobs import REPLAY, WATCH
from coach.settings import Use, environment, read_settings
from coach.web.compose import make_app

_Host = typer.Option("127.0.0.1", help="Address to listen on.")
_Port = typer.Option(8000, help="Port to listen on.")


def serve(host: str = _Host, port: int = _Port) -> None:
    """Web, scheduler and sender in one process.

    Example: coach serve --port 8000
    """
    live = _live(receives=True)
    clockwork = EmbeddedClockwork(live.coach)
    clockwork.start()
    try:
        _listen(live, host, port)
    finally:
        clockwork.close()
        live.close()


def web(host: str = _Host, port: int = typer.Option(8000, envvar="PORT", help="Port to listen on.")) -> None:
    """Only the web: webhooks, calls and the dashboard. Any number may run beside any number of workers.

    Example: coach web --port 8000
    """
    live = _live(receives=True)
    lookouts = [Lookout(live.coach, job=job) for job in (WATCH, REPLAY)]
    for lookout in lookouts:
        lookout.start()
    try:
        _listen(live, host, port)
    finally:
        for lookout in lookouts:
            lookout.close()
        live.close()


def worker() -> None:
    """Only the scheduler and the sender. Any number may run; on PostgreSQL they share what is to be sent.

    Example: coach worker
    """
    live = _live()
    clockwork = _clockwork(live)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    clockwork.start()
    stop.wait()
    clockwork.close()
    live.close()


def demo(
    port: int = typer.Option(8000, help="Port to listen on."),
    database: Path = typer.Option(Path("coach-demo.db"), help="The demo's SQLite file; it is made anew each time."),
) -> None:
    """The whole product on this machine, with simulated phones and a clock that can be sped up.

    Example: coach demo
    """
    run_demo(port, database)


def _live(*, receives: bool = False) -> LiveHouse:
    """Whatever takes webhooks must be able to keep what comes in while the database is away."""
    settings = read_settings(environment(), Use.LIVE)
    logs.set_up(settings.log_level, settings.log_format)
    outdated = version_problem(settings.database_url)
    if outdated:
        raise Problem(outdated, WRONG_USE)
    live = open_live_house(settings, system_clock)
    problem = live.house.spool.problem() if receives else None
    if problem:
        folder = live.house.spool.folder
        sentence = f"COACH_SPOOL: the folder {folder} cannot be written ({problem}); give one that can be."
        raise Problem(sentence, WRONG_USE)
    settle_in()
    return live


def _clockwork(live: LiveHouse) -> EmbeddedClockwork | ClusterClockwork:
    """PostgreSQL may have workers on several machines; a SQLite file has one."""
    address = postgresql_address(live.house.settings.database_url)
    if address is None:
        return EmbeddedClockwork(live.coach)
    return ClusterClockwork(live.coach, ProcrastinateConveyor(address))


def _listen(live: LiveHouse, host: str, port: int) -> None:
    uvicorn.run(make_app(live), host=host, port=port, log_config=None, server_header=False)
