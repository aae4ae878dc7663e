"""How well the reader does on a labelled file: one row per question that matters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.adapters.lines.read import answer, parse_line
from coach.core.model import Disposition
from coach.core.reading import Lexicon
from coach.core.triage import TriageRules


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled line: what was expected and what was read."""

    id: str
    text: str
    want: dict[str, Any]
    got: dict[str, Any]


def load_pairs(file: Path, lexicon: Lexicon, rules: TriageRules) -> list[Pair]:
    """Read a labelled file through the reader."""
    pairs = []
    for line in file.read_text(encoding="utf-8").splitlines():
        got = answer(parse_line(line), lexicon, rules)
        row = json.loads(line)
        pairs.append(Pair(str(row["id"]), row["text"], row["expect"], got))
    return pairs


def score_file(file: Path, lexicon: Lexicon, rules: TriageRules) -> str:
    """A labelled file scored, as a table to print."""
    return table(score(load_pairs(file, lexicon, rules)))


def score(pairs: list[Pair]) -> dict[str, float]:
    """Shares between 0 and 1; see the names."""
    return {
        "emergency recall": _recall(pairs, "emergency"),
        "urgent recall": _recall(pairs, "urgent"),
        "disposition right": _share(pairs, lambda p: p.want["disposition"] == p.got["disposition"]),
        "raised too high": _share(pairs, lambda p: _rank(p.got) > _rank(p.want)),
        "raised too low": _share(pairs, lambda p: _rank(p.got) < _rank(p.want)),
        "sign F1": _f1(pairs, "signs"),
        "denied F1": _f1(pairs, "denied"),
        "denied told as present": _share(
            [p for p in pairs if p.want["denied"]], lambda p: bool({*p.want["denied"]} & {*p.got["signs"]})
        ),
        "weakness right": _share(pairs, lambda p: p.want["weakness"] == p.got["weakness"]),
        "intent right": _share(pairs, lambda p: p.want["intent"] == p.got["intent"]),
        "opt-out recall": _share([p for p in pairs if p.want["intent"] == "stop"], lambda p: p.got["intent"] == "stop"),
        "opt-out false": _share([p for p in pairs if p.want["intent"] != "stop"], lambda p: p.got["intent"] == "stop"),
        "trend right": _share(pairs, lambda p: p.want["trend"] == p.got["trend"]),
        "yes right": _share(pairs, lambda p: p.want["yes"] == p.got["yes"]),
        "amount right": _share(pairs, lambda p: p.want["amount"] == p.got["amount"]),
        "onset right": _share(pairs, lambda p: p.want["onset"] == p.got["onset"]),
        "topic right": _share(pairs, lambda p: p.want["topic"] == p.got["topic"]),
    }


def table(figures: dict[str, float]) -> str:
    """The figures as lines of text."""
    return "\n".join(f"{name:<24}{value:7.1%}" for name, value in figures.items())


def _share(pairs: Iterable[Pair], holds: Callable[[Pair], bool]) -> float:
    results = [holds(pair) for pair in pairs]
    return sum(results) / len(results) if results else 1.0


def _rank(values: dict[str, Any]) -> int:
    return Disposition(values["disposition"]).rank


def _recall(pairs: list[Pair], level: str) -> float:
    """The share of texts of a level that got at least that level."""
    least = Disposition(level).rank
    return _share([p for p in pairs if p.want["disposition"] == level], lambda p: _rank(p.got) >= least)


def _f1(pairs: list[Pair], name: str) -> float:
    want = [{(p.id, code) for code in p.want[name]} for p in pairs]
    got = [{(p.id, code) for code in p.got[name]} for p in pairs]
    hits = sum(len(w & g) for w, g in zip(want, got, strict=True))
    total = sum(map(len, want)) + sum(map(len, got))
    return 2 * hits / total if total else 1.0
