"""Log lines: plain for people, one JSON object each for machines. They carry ids, never a number, a name or a body.

What is not on a list here is not written. A line of ours is a fixed sentence with ids behind it, each of the form that
its kind of id has; a line of a library is its pattern without the values, for nobody knows what those hold. Of an
exception only its type and the places it went through are told.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TextIO

_NUMBERED = re.compile("")  # a whole number, never a text: its digits might be a telephone number's
_WORD = re.compile(r"[a-z0-9][a-z0-9_./:-]{0,60}")
_RANDOM = re.compile(r"[0-9a-f-]{16,64}")
_KIND = re.compile(r"[A-Za-z_][\w.]{0,80}( at [\w./-]{1,200}:\d{1,6})?")
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "inbound_id": _NUMBERED,
    "timer_id": _NUMBERED,
    "outbox_id": _NUMBERED,
    "participant_id": _NUMBERED,
    "escalation_id": _NUMBERED,
    "attempt_id": _RANDOM,
    "carrier_id": re.compile(r"[A-Z]{2}[0-9a-f]{32}"),
    "job": _WORD,
    "code": _WORD,
    "route": re.compile(r"/[\w/{}.:-]{0,120}"),
    "error": _KIND,
}
"""Every key a line may carry beside its time, level, logger, event and exception, and the form its value has."""

_OURS = "coach"
_OPEN = (
    "uvicorn",
    "uvicorn.error",
)  # tell where they listen, and nothing of anybody's
_CHATTY = ("uvicorn.access", "urllib3", "twilio.http_client")  # a line for each request would be made for nobody
_ERRORS_ONLY = "apscheduler"  # a tick that finds the last one at work is no event


def set_up(level: str, form: Literal["console", "json"], stream: TextIO | None = None) -> None:
    """Begin to log to stderr, or to a stream; also what ends a thread. A library is heard from warnings on."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(_is_wanted)
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    threading.excepthook = _thread_ended


def _is_wanted(record: logging.LogRecord) -> bool:
    if record.name.split(".")[0] == _OURS or record.name in _OPEN:
        return True
    least = logging.ERROR if record.name.split(".")[0] == _ERRORS_ONLY else logging.WARNING
    return record.levelno >= least


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_type is not SystemExit:
        told = (ended.exc_type, ended.exc_value or ended.exc_type(), ended.exc_traceback)
        logging.getLogger(__name__).error("a thread ended by an exception", exc_info=told)


class PlainLines(logging.Formatter):
    """A line for people, with its ids behind it."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, event and ids; then the places of an exception, a line each."""
        ids = [f"{name}={value}" for name, value in _ids(record).items()]
        line = " ".join((_time(record), record.levelname, record.name, _event(record), *ids))
        return "\n".join((line, _places(record.exc_info))) if record.exc_info else line


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, event, ids, and for an exception its places."""
        line: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
            **_ids(record),
        }
        if record.exc_info:
            line["exception"] = _places(record.exc_info)
        return json.dumps(line)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _event(record: logging.LogRecord) -> str:
    """The sentence without its values. A library's sentence that is already filled in is only said by its place."""
    if record.name in _OPEN:
        return record.getMessage().strip()
    if record.name.split(".")[0] == _OURS or record.args:
        return str(record.msg)
    return f"something was said at {record.filename}:{record.lineno}"


def _ids(record: logging.LogRecord) -> dict[str, object]:
    return {name: _shaped(shape, record.__dict__[name]) for name, shape in _SHAPES.items() if name in record.__dict__}


def _shaped(shape: re.Pattern[str], value: object) -> object:
    """The value when it has the form of such an id; else a mark that there was something."""
    if isinstance(value, int):
        return value if shape in (_NUMBERED, _WORD) else "?"
    return str(value) if shape is not _NUMBERED and shape.fullmatch(str(value)) else "?"


def _places(info: object) -> str:
    kind, _, trace = info if isinstance(info, tuple) else sys.exc_info()
    places = []
    while isinstance(trace, TracebackType):
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}")
        trace = trace.tb_next
    return "\n".join([*(f"  {place}" for place in places), getattr(kind, "__name__", "unknown exception")])
