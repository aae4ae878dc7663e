"""Log lines: plain for people, one JSON object each for machines. Records carry ids, never a number, name or body."""

from __future__ import annotations

import json
import logging
from typing import Literal

_IDS = ("inbound_id", "timer_id", "attempt_id", "outbox_id", "participant_id", "job", "code", "route", "error")
_NOISY = ("twilio.http_client", "httpx", "urllib3", "uvicorn.access")


def set_up(level: str, form: Literal["console", "json"]) -> None:
    """Begin to log to stderr; libraries that write numbers or addresses are held to warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLines() if form == "json" else PlainLines("%(asctime)s %(levelname)s %(name)s %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that finds the last one at work is no event


def _ids(record: logging.LogRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in _IDS if hasattr(record, name)}


class PlainLines(logging.Formatter):
    """A line for people, with its ids behind it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; an exception keeps only its type and places, for its text may hold what was received."""
        ids = " ".join(f"{name}={value}" for name, value in _ids(record).items())
        return " ".join(part for part in (super().format(record), ids) if part)

    def formatException(self, ei: object) -> str:  # noqa: N802  # the name is logging's
        """The places an exception went through and its type, without its text."""
        return _places(ei)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Level, logger, message, ids, and for an exception its type and places."""
        line: dict[str, object] = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_ids(record),
        }
        if record.exc_info:
            line["exception"] = _places(record.exc_info)
        return json.dumps(line)


def _places(info: object) -> str:
    kind, _, trace = info if isinstance(info, tuple) else (None, None, None)
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}")
        trace = trace.tb_next
    return "\n".join([*(f"  {place}" for place in places), getattr(kind, "__name__", "unknown exception")])
