"""The heartbeat: an address outside is asked for while all is well. Its watcher tells somebody when that stops."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import requests

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
_TIMEOUT_SECONDS = 5.0
_FIRST_ERROR = 400


class HttpHeartbeat:
    """Asks for an address without telling it anything, at most once a minute. Safe to share between threads."""

    def __init__(self, url: str, elapsed: Callable[[], float] = time.monotonic) -> None:
        """`url` is https or loopback (the settings see to it) and secret: it never gets into the log."""
        self._url = url
        self._elapsed = elapsed
        self._last: float | None = None

    def beat(self, *, well: bool) -> None:
        """Ask once when all is well and the last time is a minute ago; otherwise do nothing. Never raises."""
        now = self._elapsed()
        if not well or (self._last is not None and now - self._last < EVERY_SECONDS):
            return
        self._last = now
        try:
            self._ask()
        except requests.RequestException as error:
            log.warning("the heartbeat was not taken", extra={"error": type(error).__name__})

    def _ask(self) -> None:
        """No data, and wherever the answer would lead, nobody follows."""
        with requests.get(self._url, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
            if answer.status_code >= _FIRST_ERROR:
                log.warning("the heartbeat was not taken", extra={"code": answer.status_code})
