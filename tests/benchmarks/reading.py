"""The reading benchmark: how fast and how well coach reads, beside medspaCy and negspaCy on the same texts.

Run it by hand, never as part of the tests:

    uv run --isolated --group benchmark python tests/benchmarks/reading.py

`--isolated` keeps the other readers out of the project's environment, where a package of theirs named `tests` would
hide the tests of the project. Without them coach's own figures are printed, and what to install.
Times are processor time of one core. Rates count after the first round, which fills the caches of all readers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from reading_measures import (
    Negation,
    Said,
    Timing,
    clock_seconds,
    found_by_all,
    labelled_pairs,
    negation,
    processor_seconds,
    time_rounds,
)
from reading_peers import build_peers
from reading_phrases import count, phrases_of, token_patterns_of
from reading_texts import Case, load_cases, long_texts

from coach.adapters.library.lexicon import load_lexicon
from coach.adapters.library.triage import load_triage
from coach.adapters.lines.read import read_line
from coach.core.model import Asked, Channel, Language
from coach.core.reading import Lexicon, read
from coach.core.triage import TriageRules

ROOT = Path(__file__).parents[2]
REPLIES = ROOT / "tests" / "core" / "vectors" / "replies"
COMMAND = "uv run --isolated --group benchmark python tests/benchmarks/reading.py"
READ, LINES = "coach read", "coach lines"
LENGTHS = (1_000, 10_000, 100_000)
LONG_TEXTS = 2  # of each kind and length, of which the faster counts
START = "from coach.cli import main; main()"
TOO_SLOW, NO_TEXTS = 1, 2

Reader = Callable[[Sequence[Case]], list[Said]]


def main() -> int:
    """Print the tables. Exit status: 0 fine, 1 slower than `--at-least` asked for, 2 no texts."""
    options = _options()
    files = options.files or sorted(REPLIES.glob("*.jsonl"))
    cases = load_cases(files, options.texts)
    if not cases:
        _print(iter([f"There are no labelled replies in {REPLIES}; name files of them after the command."]))
        return NO_TEXTS
    lexicon, rules = load_lexicon(ROOT / "messages"), load_triage(ROOT / "messages")
    readers, notes = _readers(lexicon, rules)
    timings = time_rounds({name: _of(reader, cases) for name, reader in readers.items()}, options.rounds)
    _print(notes, _speed(timings, cases, options.rounds), _quality(readers, cases))
    if not options.brief:
        _print(_lengths([case.parts.text for case in cases], lexicon), _start_up(cases[0], options.starts))
    return _verdict(timings, options.at_least, options.beside)


def _options() -> Namespace:
    parser = ArgumentParser(description="How fast and how well coach reads, beside medspaCy and negspaCy.")
    parser.add_argument("files", nargs="*", type=Path, help=f"labelled replies as JSON Lines; left out: {REPLIES}")
    parser.add_argument("--texts", type=int, default=1_000, help="time at most so many texts, spread over the files")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the best counts")
    parser.add_argument("--starts", type=int, default=5, help="starts of `coach read` of which the best counts")
    parser.add_argument("--brief", action="store_true", help="leave out long texts and start-up")
    parser.add_argument("--at-least", type=float, metavar="N", help="fail unless coach reads N times as fast")
    parser.add_argument("--beside", default="", metavar="NAME", help="with --at-least: only as readers with this name")
    return parser.parse_args()


def _print(*parts: Iterator[str]) -> None:
    for part in parts:
        sys.stdout.write("\n".join(part) + "\n\n")
        sys.stdout.flush()


def _readers(lexicon: Lexicon, rules: TriageRules) -> tuple[dict[str, Reader], Iterator[str]]:
    targets = {"phrases": phrases_of(lexicon), "patterns": token_patterns_of(lexicon)}
    peers, missing = build_peers(targets)
    others: dict[str, Reader] = {
        name: lambda cases, peer=peer: peer([case.parts.text for case in cases]) for name, peer in peers.items()
    }
    coach: dict[str, Reader] = {
        READ: lambda cases: [_read(case, lexicon) for case in cases],
        LINES: lambda cases: [_read_line(case, lexicon, rules) for case in cases],
    }
    return coach | others, _notes({kind: count(some) for kind, some in targets.items()}, missing)


def _notes(counts: Mapping[str, int], missing: Sequence[str]) -> Iterator[str]:
    yield "Others look for " + " or ".join(f"{number:,} {kind}" for kind, number in counts.items()) + " of the signs."
    if missing:
        yield f"Not installed: {', '.join(missing)}. To compare with medspaCy and negspaCy run: {COMMAND}"


def _of(reader: Reader, cases: Sequence[Case]) -> Callable[[], object]:
    return lambda: reader(cases)


def _read(case: Case, lexicon: Lexicon) -> Said:
    parts = case.parts
    reply = read(parts.text, parts.asked, parts.language, parts.channel, lexicon)
    return frozenset(reply.codes), frozenset(reply.denied_codes)


def _read_line(case: Case, lexicon: Lexicon, rules: TriageRules) -> Said:
    values = read_line(case.line, lexicon, rules)
    json.dumps(values, ensure_ascii=False)
    return frozenset(values["signs"]), frozenset(values["denied"])


def _speed(timings: Mapping[str, Timing], cases: Sequence[Case], rounds: int) -> Iterator[str]:
    letters = sum(len(case.parts.text) for case in cases) / len(cases)
    yield f"Texts a second on one core; {len(cases)} texts of {letters:.0f} characters, best of {rounds} rounds"
    yield f"{'':26}{'first round':>14}{'best round':>14}{READ + ' is':>16}{LINES + ' is':>16}"
    for name, taken in timings.items():
        rates = f"{len(cases) / taken.first:>14,.0f}{len(cases) / taken.best:>14,.0f}"
        yield f"{name:26}{rates}" + "".join(f"{taken.best / timings[own].best:>15.2f}x" for own in (READ, LINES))


def _quality(readers: Mapping[str, Reader], cases: Sequence[Case]) -> Iterator[str]:
    pairs = labelled_pairs([(case.present, case.denied) for case in cases])
    readings = {name: reader(cases) for name, reader in readers.items()}
    common = found_by_all(pairs, [*readings.values()])
    for title, some in (("All labelled signs", pairs), ("Signs that every reader found", common)):
        figures = {name: negation(some, said) for name, said in readings.items()}
        yield from _negation_table(title, figures)
    yield "The words of coach may have been written with these replies in view; fresh ones are the fairer measure."


def _negation_table(title: str, figures: Mapping[str, Negation]) -> Iterator[str]:
    own = figures[LINES]
    yield f"{title}: {own.pairs}, {own.denied} of them denied. Is a denied sign told from a present one?"
    yield f"{'':26}{'found':>10}{'precision':>12}{'recall':>10}{'F1':>10}{LINES + ' F1 is':>20}"
    for name, one in figures.items():
        shares = f"{one.precision:>12.3f}{one.recall:>10.3f}{one.f1:>10.3f}"
        ratio = f"{own.f1 / one.f1:>19.2f}x" if one.f1 else f"{'-':>20}"
        yield f"{name:26}{one.found:>10}{shares}{ratio}"


def _lengths(texts: Sequence[str], lexicon: Lexicon) -> Iterator[str]:
    yield "Milliseconds for one long text, never read before; ten times the length should take ten times as long"
    yield f"{'':26}" + "".join(f"{length:>12,}" for length in LENGTHS) + f"{'last two':>12}"
    made = {length: [long_texts(texts, length, seed) for seed in range(LONG_TEXTS)] for length in LENGTHS}
    for kind in made[LENGTHS[0]][0]:
        taken = [min(_milliseconds(some[kind], lexicon) for some in made[length]) for length in LENGTHS]
        yield f"{kind:26}" + "".join(f"{one:>12.1f}" for one in taken) + f"{taken[-1] / taken[-2]:>11.1f}x"


def _milliseconds(text: str, lexicon: Lexicon) -> float:
    return 1000 * processor_seconds(lambda: read(text, Asked.NOTHING, Language.EN, Channel.SMS, lexicon))


def _start_up(case: Case, starts: int) -> Iterator[str]:
    def once() -> None:
        subprocess.run(
            [sys.executable, "-c", START, "read"],
            input=case.line.encode(),
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
            check=True,
        )

    best = min(clock_seconds(once) for _ in range(starts))
    yield f"`coach read` from its start to the answer of one line: {best:.2f} s, best of {starts}"


def _verdict(timings: Mapping[str, Timing], at_least: float | None, beside: str) -> int:
    """Speed fails a run only when that was asked for."""
    if at_least is None:
        return 0
    others = {name: taken for name, taken in timings.items() if name not in (READ, LINES) and beside in name}
    slower = [name for name, taken in others.items() if taken.best < at_least * timings[READ].best]
    wrong = [f"{READ} is less than {at_least:g} times as fast as {name}." for name in slower]
    if not others:
        wrong = [f"There was nothing to compare with; run: {COMMAND}"]
    _print(iter(wrong))
    return TOO_SLOW if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
