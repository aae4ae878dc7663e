"""What ends a command early, as one sentence."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track

WORK_FOUND_PROBLEMS = 1
WRONG_USE = 2
_T = TypeVar("_T")


class Problem(Exception):
    """A sentence for the person at the terminal, with the exit status."""

    def __init__(self, sentence: str, status: int = WORK_FOUND_PROBLEMS) -> None:
        """`status` as in the contract: 1 the work found problems, 2 wrong usage or configuration."""
        super().__init__(sentence)
        self.status = status


def warn(sentence: str) -> None:
    """Say something on stderr without ending."""
    print(sentence, file=sys.stderr)


def with_progress(items: Iterable[_T], total: int, doing: str) -> Iterator[_T]:
    """The items with a progress bar on stderr when that is a terminal."""
    console = Console(stderr=True)
    yield from track(items, total=total, description=doing, console=console, disable=not console.is_terminal)
