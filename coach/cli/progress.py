"""A progress bar on stderr for what takes its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress

PATIENCE = 2.0
"""Seconds that may pass without a bar."""

_T = TypeVar("_T")


def with_progress(items: Iterable[_T], total: int, doing: str) -> Iterator[_T]:
    """The items; when they take longer than PATIENCE and stderr is a terminal, with a progress bar there."""
    console = Console(stderr=True)
    bar = Progress(console=console, disable=not console.is_terminal)
    task = bar.add_task(doing, total=total)
    begun = monotonic()
    try:
        for done, item in enumerate(items):
            if not bar.live.is_started and monotonic() - begun > PATIENCE:
                bar.start()
            bar.update(task, completed=done)
            yield item
        bar.update(task, completed=total)
    finally:
        bar.stop()
