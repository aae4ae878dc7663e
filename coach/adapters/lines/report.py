"""The score of labelled lines as text: the figures, the levels crossed with each other, and every miss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from coach.adapters.lines.score import Pair, score
from coach.core.model import Disposition

_LEVELS = tuple(reversed(Disposition))
_WIDTH = 12


def report(pairs: list[Pair]) -> str:
    """All that `coach read --score` prints."""
    parts = (_table(score(pairs)), _counts(pairs), _confusion(pairs), _misses(pairs))
    return "\n\n".join("\n".join(part) for part in parts)


def _table(figures: Mapping[str, float]) -> Iterator[str]:
    return (f"{name:<24}{value:7.1%}" for name, value in figures.items())


def _counts(pairs: list[Pair]) -> Iterator[str]:
    """How many texts there are of each level that a life or a day may depend on."""
    yield f"{'texts':<24}{len(pairs):6}"
    for level in (Disposition.EMERGENCY, Disposition.URGENT):
        of_level = [pair for pair in pairs if pair.want["disposition"] == level]
        low = sum(Disposition(pair.got["disposition"]).rank < level.rank for pair in of_level)
        read = sum(pair.got["disposition"] == level for pair in pairs)
        yield f"{level:<24}{len(of_level):6} expected, {read} read, {low} raised too low"


def _confusion(pairs: list[Pair]) -> Iterator[str]:
    """Dispositions: a row for each that was expected, a column for each that was read."""
    counts = Counter((pair.want["disposition"], pair.got["disposition"]) for pair in pairs)
    yield f"{'expected / read':<24}" + "".join(f"{level:>{_WIDTH}}" for level in _LEVELS)
    for want in _LEVELS:
        yield f"{want:<24}" + "".join(f"{counts[want, got]:{_WIDTH}}" for got in _LEVELS)


def _misses(pairs: Iterable[Pair]) -> Iterator[str]:
    """Each text that was read otherwise than expected, with each field that differs."""
    missed = [pair for pair in pairs if pair.differing()]
    yield f"{len(missed)} read otherwise than expected" + (":" if missed else "")
    for pair in missed:
        yield f"{pair.id}: {pair.text}"
        for name in pair.differing():
            yield f"    {name}: expected {_said(pair.want[name])}, read {_said(pair.got[name])}"


def _said(value: object) -> str:
    """A value as a person writes it."""
    if value is None or value == []:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
