"""`coach read --score`: a labelled file through the reader, and how well it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from coach.adapters.lines.problems import LineError
from coach.adapters.lines.report import report
from coach.adapters.lines.score import Pair, read_pair
from coach.adapters.lines.stream import text_of
from coach.cli.loading import load_reader
from coach.cli.problems import WRONG_USE, Problem, warn
from coach.cli.progress import with_progress


def print_score(file: Path) -> None:
    """Print the figures of a labelled file; lines that cannot be used are named on stderr, and the exit is then 1."""
    lines = _lines(file)
    bad: list[int] = []
    pairs = list(_pairs(with_progress(lines, len(lines), "Reading"), bad))
    if not pairs:
        raise Problem(f"{file} has no labelled line that can be scored.")
    print(report(pairs))
    if bad:
        raise typer.Exit(1)


def _lines(file: Path) -> list[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Problem(f"{file} cannot be read ({error.strerror}); check the path.", WRONG_USE) from None
    return [(number, line) for number, line in enumerate(data.split(b"\n"), start=1) if line.strip()]


def _pairs(lines: Iterable[tuple[int, bytes]], bad: list[int]) -> Iterator[Pair]:
    lexicon, rules = load_reader()
    for number, line in lines:
        try:
            yield read_pair(text_of(line, first=number == 1), number, lexicon, rules)
        except LineError as error:
            warn(f"line {number}: {error}")
            bad.append(number)
