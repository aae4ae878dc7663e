"""What a benchmark found: a table, what was wanted, and words about it, written as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """Something wanted and what was found."""

    what: str
    wanted: str
    found: str
    met: bool

    def line(self) -> str:
        """One line; a miss is called a miss."""
        return f"- {'Met' if self.met else '**MISSED**'}: {self.what}: {self.found} (wanted: {self.wanted})"


@dataclass(frozen=True)
class Found:
    """All that one benchmark has to say."""

    title: str
    about: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        """As a section."""
        parts = [f"## {self.title}", self.about, table(self.head, self.rows)]
        if self.targets:
            parts.append("\n".join(target.line() for target in self.targets))
        return "\n\n".join([*parts, *self.notes])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table that also reads well as it is: the first column to the left, figures to the right."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(row, widths) for row in (head, ruler, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cells[0].ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
    ]
    return f"| {' | '.join(padded)} |"


def at_least(what: str, found: float, wanted: float, unit: str = "") -> Target:
    """More is better."""
    return Target(what, f"at least {wanted:,g}{unit}", _figure(found) + unit, found >= wanted)


def at_most(what: str, found: float, wanted: float, unit: str = "") -> Target:
    """Less is better."""
    return Target(what, f"at most {wanted:,g}{unit}", _figure(found) + unit, found <= wanted)


def _figure(value: float) -> str:
    return f"{value:,.3g}" if value < 100 else f"{value:,.0f}"


def share(values: Sequence[float], part: float) -> float:
    """The value below which that part of them lies, such as 0.99."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
