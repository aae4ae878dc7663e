"""The heartbeat: an address outside is asked for while all is well; a failure leaves a line in the log, no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from coach.adapters.heartbeat import HttpHeartbeat
from coach.settings import Use, WrongSettings, read_settings


@dataclass
class Watcher:
    """The service outside that expects the beats."""

    url: str = ""
    asked: list[tuple[str, str, str, str | None]] = field(default_factory=list)  # method, path, body, cookie
    status: int = 200
    leads_to: str = ""


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    """One on a loopback port."""
    known = Watcher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the library's
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            known.asked.append((self.command, self.path, body, self.headers.get("Cookie")))
            self.send_response(known.status)
            if known.leads_to:
                self.send_header("Location", known.leads_to)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    known.url = f"http://127.0.0.1:{server.server_port}/ping/secret-token"
    yield known
    server.shutdown()
    server.server_close()


@dataclass
class Seconds:
    """A stopwatch moved by hand."""

    at: float = 0.0

    def __call__(self) -> float:
        """The seconds it shows."""
        return self.at


def test_it_beats_at_most_once_a_minute_while_all_is_well(watcher: Watcher) -> None:
    """It sends no data: what is asked for is the address alone."""
    seconds = Seconds()
    heart = HttpHeartbeat(watcher.url, seconds)
    for seconds.at in (0, 30, 59, 60, 90, 120):
        heart.beat(well=True)
    assert watcher.asked == [("GET", "/ping/secret-token", "", None)] * 3


def test_it_does_not_beat_when_something_is_amiss(watcher: Watcher) -> None:
    """That it stops is the message; and it goes on at once when all is well."""
    seconds = Seconds()
    heart = HttpHeartbeat(watcher.url, seconds)
    heart.beat(well=False)
    assert watcher.asked == []
    heart.beat(well=True)
    assert len(watcher.asked) == 1


def test_it_follows_nobody(watcher: Watcher) -> None:
    """An answer that leads elsewhere is an answer."""
    watcher.status, watcher.leads_to = 302, "/elsewhere"
    HttpHeartbeat(watcher.url).beat(well=True)
    assert [path for _, path, _, _ in watcher.asked] == ["/ping/secret-token"]


def test_a_watcher_that_cannot_be_reached_hurts_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The log says so without the address, which is a secret; the next beat comes a minute later."""
    seconds = Seconds()
    heart = HttpHeartbeat("http://127.0.0.1:9/ping/secret-token", seconds)
    for seconds.at in (0, 30, 60):
        heart.beat(well=True)
    assert [record.message for record in caplog.records if record.name.startswith("coach")] == [
        "the heartbeat was not taken"
    ] * 2
    assert "secret" not in caplog.text


def test_a_watcher_that_refuses_is_noted(watcher: Watcher, caplog: pytest.LogCaptureFixture) -> None:
    """By the code of its answer."""
    watcher.status = 404
    HttpHeartbeat(watcher.url).beat(well=True)
    (record,) = [record for record in caplog.records if record.name == "coach.adapters.heartbeat"]
    assert record.__dict__["code"] == 404


@pytest.mark.parametrize("url", ["http://watch.example.org/x", "ftp://127.0.0.1/x", "watch.example.org"])
def test_only_https_and_this_machine_are_asked(url: str) -> None:
    """Whoever can read the way could keep the beat going after our death."""
    with pytest.raises(WrongSettings, match="COACH_HEARTBEAT_URL"):
        read_settings({"COACH_HEARTBEAT_URL": url}, Use.DATA, None)


@pytest.mark.parametrize("url", ["https://watch.example.org/x", "http://127.0.0.1:9/x", "http://localhost/x"])
def test_https_and_this_machine_may_be_asked(url: str) -> None:
    """And nothing at all, which is the default."""
    assert read_settings({"COACH_HEARTBEAT_URL": url}, Use.DATA, None).heartbeat_url == url
