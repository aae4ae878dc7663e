"""The log holds ids and fixed sentences: never a number, a name, or a word of what anybody wrote."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coach import logs
from coach.sandbox.faults import RestFault, RestRule
from tests.town import AGNES, ANA, BEN, Town, enrol_agnes, open_town, until

CODE = Path(logs.__file__).parent
MAY_STAND = {
    "time", "level", "logger", "event", "exception", "inbound_id", "timer_id", "outbox_id", "participant_id",
    "escalation_id", "attempt_id", "carrier_id", "job", "code", "route", "error",
}  # fmt: skip
WORST = "7 and my quadriceps wobble fearfully, call me on 212-555-7788, yours Zebulon"
LEVELS = {"debug", "info", "warning", "error", "exception"}


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What is logged, as JSON lines; afterwards logging is as it was."""
    root, hook = logging.getLogger(), threading.excepthook
    level, handlers = root.level, list(root.handlers)
    stream = io.StringIO()
    for handler in handlers:
        root.removeHandler(handler)
    logs.set_up("DEBUG", "json", stream)
    yield stream
    threading.excepthook = hook
    logging.basicConfig(level=level, handlers=handlers, force=True)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines as objects."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the program that writes a line, with where it stands."""
    for file in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
                logger = node.func.value
                if isinstance(logger, ast.Name) and logger.id.lower() in {"log", "_log", "logger"}:
                    yield f"{file.relative_to(CODE)}:{node.lineno}", node


def sentences() -> set[str]:
    """The sentences the program can log."""
    first = (call.args[0] for _, call in log_calls() if call.args)
    return {str(one.value) for one in first if isinstance(one, ast.Constant)}


def test_every_line_of_ours_is_a_fixed_sentence() -> None:
    """With nothing filled in, so that it can be searched for and can hold nobody's words."""
    loose = [place for place, call in log_calls() if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant)]
    assert loose == []
    assert "deciding failed" in sentences()


def test_every_id_beside_a_line_is_on_the_list() -> None:
    """One that is not would silently not be written."""
    given = (word.value for _, call in log_calls() for word in call.keywords if word.arg == "extra")
    keys = {
        key.value
        for extra in given
        if isinstance(extra, ast.Dict)
        for key in extra.keys
        if isinstance(key, ast.Constant)
    }
    assert keys
    assert keys <= MAY_STAND


def test_a_line_is_one_object_with_time_level_event_and_ids(told: io.StringIO) -> None:
    """And nothing that is not on the list."""
    ids = {"inbound_id": 7, "attempt_id": "0f" * 16, "name": "x", "phone": "+15550001001", "body": WORST}
    extra = {key: value for key, value in ids.items() if key != "name"}
    logging.getLogger("coach.service").warning("deciding failed", extra=extra)
    (line,) = lines(told)
    assert datetime.fromisoformat(line.pop("time")).utcoffset() is not None
    assert line == {
        "level": "warning", "logger": "coach.service", "event": "deciding failed",
        "inbound_id": 7, "attempt_id": "0f" * 16,
    }  # fmt: skip


@pytest.mark.parametrize("key", ["participant_id", "attempt_id", "carrier_id", "job", "route", "error"])
@pytest.mark.parametrize("value", ["+15550001001", "Zebulon Quetzal", "my legs", "5550001001, he said"])
def test_a_value_that_is_no_such_id_is_not_written(told: io.StringIO, key: str, value: str) -> None:
    """It only shows that there was something."""
    logging.getLogger("coach.service").error("posting raised", extra={key: value})
    assert lines(told)[0][key] == "?"


def fail() -> None:
    """As an exception that quotes what somebody wrote."""
    raise ValueError(WORST)


def test_an_exception_tells_its_type_and_places_only(told: io.StringIO) -> None:
    """Its text may quote what was received."""
    try:
        fail()
    except ValueError:
        logging.getLogger("coach.service").exception("deciding failed")
    (line,) = lines(told)
    assert line["exception"].splitlines()[-1] == "ValueError"
    assert "test_logs.py" in line["exception"]
    assert "Zebulon" not in told.getvalue()


def test_a_thread_that_ends_by_an_exception_tells_the_same(told: io.StringIO) -> None:
    """Python would print its text."""
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert [line["event"] for line in lines(told)] == ["a thread ended by an exception"]
    assert "Zebulon" not in told.getvalue()


def test_a_library_is_heard_from_warnings_on_and_without_its_values(told: io.StringIO) -> None:
    """What it has filled in itself is told by its place."""
    library = logging.getLogger("twilio.http_client")
    library.info("POST %s", "https://api.example/Messages.json?To=+15550001001")
    library.warning("no answer for %s", "+15550001001")
    library.warning(f"no answer for {AGNES}")
    events = [line["event"] for line in lines(told)]
    assert events[0] == "no answer for %s"
    assert re.fullmatch(r"something was said at test_logs\.py:\d+", events[1])
    assert len(events) == 2


def test_lines_for_people_hold_no_more_than_those_for_machines() -> None:
    """Only their form differs."""
    record = logging.makeLogRecord({"name": "coach.service", "levelname": "ERROR", "msg": "posting raised"})
    record.__dict__ |= {"attempt_id": "0f" * 16, "participant_id": "+15550001001", "body": WORST}
    line = logs.PlainLines().format(record)
    assert line.endswith(f"ERROR coach.service posting raised participant_id=? attempt_id={'0f' * 16}")


def forget_how_to_read(town: Town, number: str) -> None:
    """A slip in somebody's row: reading it raises, and the text of the exception quotes it."""
    with closing(sqlite3.connect(town.database)) as other:
        other.execute("UPDATE participant SET language = 'Zebulon Quetzal' WHERE phone = ?", (number,))
        other.commit()


def test_a_journey_with_everything_going_wrong_leaves_no_name_number_or_word(told: io.StringIO, tmp_path: Path) -> None:
    """Enrolment, a page, a refused webhook, a carrier that fails, a decision that raises."""
    start = datetime(2026, 3, 2, 9, 40, tzinfo=ZoneInfo("America/New_York"))
    with open_town(tmp_path, start) as town:
        agnes = enrol_agnes(town)
        agnes.says_and_gets("I fell on the escalator and cannot move my left leg")
        town.web.post("/twilio/sms", data={"From": AGNES, "Body": WORST}, headers={"X-Twilio-Signature": "x" * 28})
        town.network.faults.add_rule(RestRule(RestFault.BROKEN))
        agnes.text("HELP")
        until(lambda: "in_doubt" in town.web.get("/metrics").text, "a send that fails")
        forget_how_to_read(town, AGNES)
        agnes.text(WORST)
        until(lambda: "deciding failed" in told.getvalue(), "a decision that raises")
        bodies = [m["body"] for number in (AGNES, ANA.phone, BEN.phone) for m in town.phone(number).messages()]
    written = lines(told)
    assert {key for line in written for key in line} <= MAY_STAND
    ours = [line for line in written if line["logger"].startswith("coach")]
    assert {line["event"] for line in ours} <= sentences()
    assert {"a webhook was refused", "deciding failed"} <= {line["event"] for line in ours}
    private = words(*bodies, WORST, "Agnes Moreau", "Zebulon Quetzal", ANA.name, BEN.name) - words(*sentences())
    assert private & words(*(str(value) for line in written for value in values(line))) == set()
    digits = re.sub(r"[^\d\n]", "", re.sub(r'"time": "[^"]*"', "", told.getvalue()))
    assert not [number for number in (AGNES, ANA.phone, BEN.phone, "2125557788") if number.strip("+") in digits]


def values(line: dict[str, Any]) -> Iterator[object]:
    """All of a line but what can only be ours: its level, logger, and the places in the program."""
    return (value for key, value in line.items() if key not in {"time", "level", "logger", "exception"})


def words(*texts: str) -> set[str]:
    """The words of texts from three letters on."""
    return {word.casefold() for text in texts for word in re.findall(r"[^\W\d_]{3,}", text)}
