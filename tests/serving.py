"""Serving an application on a free loopback port while a test runs, and programs that can be killed."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

ROOT = Path(__file__).parent.parent
_COACH = (sys.executable, "-c", "from coach.cli import main; main()")
_STARTS_WITHIN = 60.0


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Program:
    """A `coach` command in a process of its own, which can be killed, held still, and started again."""

    arguments: tuple[str, ...]
    folder: Path
    settings: Mapping[str, str]
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        """What it printed, over all its lives."""
        return self.folder / f"{self.arguments[0]}.log"

    @property
    def process_id(self) -> int:
        """Of its present life; 0 when it does not live."""
        return self._process.pid if self._process is not None else 0

    def start(self, address: str | None = None) -> None:
        """Begin a life; with an address, wait until it answers."""
        kept = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **self.settings}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_COACH, *self.arguments], cwd=self.folder, env=kept, stdout=log, stderr=log
            )
        if address is not None:
            self._wait_for(address)

    def kill(self) -> None:
        """SIGKILL: no goodbye, no clearing up."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        self._process = None

    def hold(self) -> None:
        """SIGSTOP: it stands still, with all it has in hand."""
        self._signal(signal.SIGSTOP)

    def let_go(self) -> None:
        """SIGCONT: it goes on as if no time had passed."""
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(what)

    def _wait_for(self, address: str) -> None:
        ends = time.monotonic() + _STARTS_WITHIN
        while not _answers(address):
            gone = self._process is None or self._process.poll() is not None
            if gone or time.monotonic() > ends:
                raise RuntimeError(self.log.read_text(errors="replace"))
            time.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status < 300)
    except OSError:
        return False


@contextmanager
def serve(app: ASGIApp) -> Iterator[str]:
    """Serve `app` in a thread and yield its base URL, such as `http://127.0.0.1:40123`."""
    # asyncio turns off the delaying of small packets only where the protocol is named
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="auto", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    ends = time.monotonic() + 10
    while not server.started:
        if not thread.is_alive() or time.monotonic() > ends:
            message = "The application did not start."
            raise RuntimeError(message)
        time.sleep(0.01)
