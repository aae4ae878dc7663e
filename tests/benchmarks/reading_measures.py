"""What the reading benchmark measures: processor time, and how well denied signs are told from present ones."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

Said = tuple[frozenset[str], frozenset[str]]  # codes present, codes denied
Pair = tuple[int, str, bool]  # which text, which sign, and whether it is labelled as denied


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of processor time for all texts: of the first round, which fills the caches, and of the best one."""

    first: float
    best: float


@dataclass(frozen=True, slots=True)
class Negation:
    """How denied signs are told from present ones; the shares are between 0 and 1."""

    pairs: int
    denied: int  # of them labelled as denied
    found: int  # pairs that the reader said anything of
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def time_rounds(readers: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Timing]:
    """Every reader once a round, each round beginning with another one and every second one in reverse."""
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for number in range(rounds):
        for name in _order([*readers], number):
            seconds[name].append(processor_seconds(readers[name]))
    return {name: Timing(taken[0], min(taken)) for name, taken in seconds.items()}


def _order(names: Sequence[str], number: int) -> list[str]:
    turned = number % len(names)
    order = [*names[turned:], *names[:turned]]
    return order[::-1] if number % 2 else order


def processor_seconds(work: Callable[[], object]) -> float:
    """Processor time of this process: what other processes do on a busy machine does not count."""
    gc.collect()
    begin = process_time()
    work()
    return process_time() - begin


def clock_seconds(work: Callable[[], object]) -> float:
    """Time as it passes, for work that other processes do."""
    begin = perf_counter()
    work()
    return perf_counter() - begin


def labelled_pairs(labels: Sequence[Said]) -> list[Pair]:
    """Each sign that a text is labelled with, whether present or denied."""
    return [
        (number, code, is_denied)
        for number, (present, denied) in enumerate(labels)
        for codes, is_denied in ((present, False), (denied, True))
        for code in sorted(codes)
    ]


def found_by_all(pairs: Sequence[Pair], readings: Sequence[Sequence[Said]]) -> list[Pair]:
    """The pairs that every reader said something of, so that only the telling apart is compared."""
    return [pair for pair in pairs if all(_found(pair, said) for said in readings)]


def negation(pairs: Sequence[Pair], said: Sequence[Said]) -> Negation:
    """How one reader told the labelled signs apart; a sign that it did not find was not told as denied."""
    told = [pair for pair in pairs if pair[1] in said[pair[0]][1]]
    right = sum(is_denied for _, _, is_denied in told)
    denied = sum(is_denied for _, _, is_denied in pairs)
    return Negation(
        pairs=len(pairs),
        denied=denied,
        found=sum(_found(pair, said) for pair in pairs),
        precision=right / len(told) if told else 0.0,
        recall=right / denied if denied else 0.0,
    )


def _found(pair: Pair, said: Sequence[Said]) -> bool:
    present, denied = said[pair[0]]
    return pair[1] in present or pair[1] in denied
