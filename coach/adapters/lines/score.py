"""How well the reader does on labelled lines: one row per question that matters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from coach.adapters.lines.problems import LineError, unknown
from coach.adapters.lines.read import ReplyLine, answer, parse_as
from coach.core.model import Disposition, Intent, Onset, TrendAnswer
from coach.core.reading import Lexicon
from coach.core.triage import TriageRules


class Expected(BaseModel):
    """What a line should be read as; a field left out is nothing, or none."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    intent: Intent
    weakness: Annotated[int, Field(ge=0, le=10)] | None = None
    trend: TrendAnswer | None = None
    yes: bool | None = None
    amount: float | None = None
    onset: Onset | None = None
    signs: list[str] = []
    denied: list[str] = []
    topic: str | None = None
    disposition: Disposition


class LabelledLine(ReplyLine):
    """One input line with its labels."""

    expect: Expected


FIELDS = tuple(Expected.model_fields)
"""What is compared, in the order of the output line."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled line: what was expected and what was read."""

    id: str
    text: str
    want: Mapping[str, Any]
    got: Mapping[str, Any]

    def differing(self) -> tuple[str, ...]:
        """The fields that were read otherwise than expected."""
        return tuple(name for name in FIELDS if self.want[name] != self.got[name])


def read_pair(line: str, number: int, lexicon: Lexicon, rules: TriageRules) -> Pair:
    """A labelled line through the reader; `number` names it when it has no id.

    Raises:
        LineError: naming the field to mend.
    """
    labelled = parse_as(LabelledLine, line)
    want = labelled.expect.model_dump(mode="json")
    for name in ("signs", "denied"):
        want[name] = _known_codes(name, want[name], rules)
    name = f"line {number}" if labelled.id is None else str(labelled.id)
    return Pair(name, labelled.text, want, answer(labelled, lexicon, rules))


def _known_codes(field: str, codes: Iterable[str], rules: TriageRules) -> list[str]:
    for code in codes:
        if code not in rules.signs:
            raise LineError(f"expect.{field}: {unknown('sign', code, sorted(rules.signs))}")
    return sorted(set(codes))


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


def _share(pairs: Iterable[Pair], holds: Callable[[Pair], bool]) -> float:
    results = [holds(pair) for pair in pairs]
    return sum(results) / len(results) if results else 1.0


def _rank(values: Mapping[str, Any]) -> int:
    return Disposition(values["disposition"]).rank


def _recall(pairs: list[Pair], level: str) -> float:
    """The share of texts of a level that got at least that level."""
    least = Disposition(level).rank
    return _share([p for p in pairs if p.want["disposition"] == level], lambda p: _rank(p.got) >= least)


def _f1(pairs: list[Pair], name: str) -> float:
    want, got = ([{*values[name]} for values in side] for side in ([p.want for p in pairs], [p.got for p in pairs]))
    hits = sum(len(w & g) for w, g in zip(want, got, strict=True))
    total = sum(map(len, want)) + sum(map(len, got))
    return 2 * hits / total if total else 1.0
