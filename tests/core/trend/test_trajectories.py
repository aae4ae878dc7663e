"""The worked courses: what the coach does about each, day by day."""

import datetime as dt
import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coach.adapters.lines.assess import assess_line
from coach.core.model import (
    Asked,
    Assessment,
    Disposition,
    Intent,
    Language,
    Onset,
    Profile,
    Reason,
    Reply,
    TrendAnswer,
)
from coach.core.trend import Answers, Person, Row, Seen, TrendRules

VECTORS = Path(__file__).parents[1] / "vectors"
COURSES = [
    course
    for name in ("trajectories.toml", "worked_courses.toml")
    for course in tomllib.loads((VECTORS / name).read_text("utf-8"))["course"]
]
CORPUS = Path(__file__).parents[4] / "shared" / "clinical" / "trajectories-sample.jsonl"


def _happening(entry: dict[str, Any]) -> Row:
    level = Disposition(entry.get("level", "self_care"))
    sign = entry.get("sign")
    return Row(
        day=entry["day"],
        at=dt.time.fromisoformat(entry.get("at", "16:40")),
        asked=Asked(entry.get("asked", "onset" if "onset" in entry else "weakness")),
        texted="sign" in entry,
        weakness=entry.get("score"),
        answers=Answers(
            onset=Onset(entry["onset"]) if "onset" in entry else None,
            seen=Seen(entry["seen"]) if "seen" in entry else None,
            trend=TrendAnswer(entry["trend"]) if "trend" in entry else None,
            stairs=entry.get("stairs"),
            falls=entry.get("falls"),
            chair_stands=entry.get("chair_stands"),
        ),
        codes=(sign,) if sign else (),
        assessment=Assessment(level, (Reason(sign, level, f"told {sign}"),)) if sign else None,
    )


def _with_happenings(rows: list[Row], entries: list[dict[str, Any]]) -> list[Row]:
    """What came at a time of its own is a row of its own; the rest came with the score of its day."""
    for entry in entries:
        happening = _happening(entry)
        if "at" in entry:
            rows.append(happening)
        else:
            place = next(i for i, row in enumerate(rows) if row.day == entry["day"])
            rows[place] = replace(happening, weakness=rows[place].weakness)
    return rows


@pytest.mark.parametrize("case", COURSES, ids=lambda case: case["name"])
def test_worked_course_is_decided_as_written(
    case: dict[str, Any], course: Callable[[str], list[Row]], told: Callable[..., list[str]]
) -> None:
    """Each course of the file leads to exactly the decisions it lists."""
    rows = _with_happenings(course(case["scores"]), case.get("also", []))
    person = Person("does not walk" in case.get("person", ""), "lives alone" in case.get("person", ""))

    assert told("", *rows, person=person) == case["expect"]


def _nothing_to_read(
    text: str, _asked: Asked, _language: Language, _profile: Profile, _recent: frozenset[str]
) -> tuple[Reply, Assessment]:
    """Stands in for the reading where a text is a bare number or "OK", both without any sign."""
    assert text.isdigit() or text == "OK"
    return Reply(Intent.ANSWER), Assessment(Disposition.SELF_CARE)


def _corpus() -> list[dict[str, Any]]:
    if not CORPUS.exists():
        return []
    return [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]


@pytest.mark.skipif(not CORPUS.exists(), reason="the development corpus of worked series is not beside this repository")
def test_development_corpus_is_decided_entirely_as_labelled(rules: TrendRules) -> None:
    """Every labelled series of the development corpus gets exactly its labelled entries, in their order."""
    wrong = {}
    for series in _corpus():
        answer = assess_line(json.dumps(series), _nothing_to_read, rules)
        got = [{key: entry[key] for key in ("day", "action", "level", "rules")} for entry in answer["decisions"]]
        if got != series["expect"]["decisions"]:
            wrong[series["id"]] = got

    assert wrong == {}
    assert len(_corpus()) == 40
