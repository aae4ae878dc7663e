"""`coach read` and `coach assess`: JSON Lines in, JSON Lines out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import typer

from coach.adapters.library.lexicon import load_lexicon
from coach.adapters.library.trend import load_trend_rules
from coach.adapters.library.triage import load_triage
from coach.adapters.lines.assess import LineError, assess_line
from coach.adapters.lines.read import make_judge, read_line
from coach.adapters.lines.score import score_file
from coach.cli.problems import warn
from coach.resources import folder


def read(
    score: Path = typer.Option(None, "--score", help="Score a labelled file instead, and print a table."),
) -> None:
    """Read replies: one JSON object a line in, one a line out. Bad lines are named on stderr; the others are answered.

    Example: coach read < replies.jsonl
    """
    messages = folder("messages")
    lexicon, triage = load_lexicon(messages), load_triage(messages)
    if score is not None:
        print(score_file(score, lexicon, triage))
        return
    _answer_lines(lambda line: read_line(line, lexicon, triage))


def assess() -> None:
    """Assess series of scores: one participant a line in, their decisions a line out.

    Example: coach assess < series.jsonl
    """
    messages = folder("messages")
    rules = load_trend_rules(messages)
    judge = make_judge(load_lexicon(messages), load_triage(messages))
    _answer_lines(lambda line: assess_line(line, judge, rules))


def _answer_lines(answer: Callable[[str], Mapping[str, object]]) -> None:
    bad = sum(not _answer(number, line, answer) for number, line in enumerate(_lines(), start=1) if line.strip())
    sys.stdout.flush()
    if bad:
        raise typer.Exit(1)


def _lines() -> Iterable[str]:
    return (line.decode("utf-8", errors="replace") for line in sys.stdin.buffer)


def _answer(number: int, line: str, answer: Callable[[str], Mapping[str, object]]) -> bool:
    try:
        found = answer(line)
    except LineError as bad:
        warn(f"line {number}: {bad}")
        return False
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return True


COMMANDS = (read, assess)
