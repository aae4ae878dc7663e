"""JSON Lines in, JSON Lines out: each answer leaves before the next line is waited for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from io import BufferedReader
from typing import cast

import typer

from coach.adapters.lines.problems import LineError
from coach.adapters.lines.stream import lines_of, text_of
from coach.cli.problems import warn

_PIECE = 1 << 16  # bytes


def answer_lines(answer: Callable[[str], Mapping[str, object]]) -> None:
    """Answer every line of stdin on stdout; a bad one is named on stderr, and the end is then exit status 1."""
    lines = enumerate(lines_of(_next_piece), start=1)
    bad = sum(not _answer(number, line, answer) for number, line in lines if line.strip())
    sys.stdout.flush()
    if bad:
        raise typer.Exit(1)


def _next_piece() -> bytes:
    """What stdin has, after everything said so far has left: who writes one line and waits gets the answer."""
    sys.stdout.flush()
    return cast("BufferedReader", sys.stdin.buffer).read1(_PIECE)


def _answer(number: int, line: bytes, answer: Callable[[str], Mapping[str, object]]) -> bool:
    try:
        found = answer(text_of(line, first=number == 1))
    except LineError as bad:
        warn(f"line {number}: {bad}")
        return False
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return True
