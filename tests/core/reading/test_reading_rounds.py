"""The labelled replies of the project are valid, and read at least as well as the figures committed beside them."""

import json
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.adapters.library.triage import load_triage
from coach.adapters.lines.read import parse_as
from coach.adapters.lines.score import LabelledLine, read_pair, score
from coach.core.reading import Lexicon
from coach.core.triage import TriageRules

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "core" / "vectors"
BOUNDS = tomllib.loads((VECTORS / "reading_floors.toml").read_text(encoding="utf-8"))
HELD = "held_"
WEEKLY = "held_9_weekly_answers"
SAMPLE = 2_500
FEW_WORDS = 5

Figures = dict[str, float]


def _lines(*, held: bool) -> Iterator[tuple[str, str]]:
    """Each labelled reply with the file and line where it stands."""
    for file in sorted((VECTORS / "replies").glob("*.jsonl")):
        if file.name.startswith(HELD) is held:
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                yield f"{file.name}:{number}", line


def _mixed(line: str) -> int:
    """An order that has nothing to do with what a reply says."""
    return zlib.crc32(str(json.loads(line)["id"]).encode())


def _everywhere() -> list[tuple[str, str]]:
    return [*_lines(held=False), *_lines(held=True)]


def _scored(lines: list[str], lexicon: Lexicon, rules: TriageRules) -> Figures:
    return score([read_pair(line, number, lexicon, rules) for number, line in enumerate(lines, start=1)])


@pytest.fixture(scope="module")
def rules() -> TriageRules:
    """The triage rules as they are delivered."""
    return load_triage(ROOT / "messages")


@pytest.fixture(scope="module")
def learnt(lexicon: Lexicon, rules: TriageRules) -> Figures:
    """Always the same few of the replies that the second reader learnt from, scored once."""
    lines = sorted((line for _, line in _lines(held=False)), key=_mixed)
    return _scored(lines[:SAMPLE], lexicon, rules)


@pytest.fixture(scope="module")
def held(lexicon: Lexicon, rules: TriageRules) -> Figures:
    """The replies that it never saw, scored once."""
    return _scored([line for _, line in _lines(held=True)], lexicon, rules)


@pytest.fixture(scope="module")
def held_weekly(lexicon: Lexicon, rules: TriageRules) -> Figures:
    """Those of them that answer the weekly questions, scored once."""
    return _scored([line for place, line in _lines(held=True) if place.startswith(WEEKLY)], lexicon, rules)


@pytest.mark.parametrize(("name", "floor"), BOUNDS["learnt"].items())
def test_what_was_learnt_is_read_well(name: str, floor: float, learnt: Figures) -> None:
    """No change of the reader loses what it knew."""
    assert learnt[name] >= floor


@pytest.mark.parametrize(("name", "floor"), BOUNDS["held"].items())
def test_what_was_never_seen_is_read_well(name: str, floor: float, held: Figures) -> None:
    """These figures tell how new wording is read: nothing was ever learnt from these replies."""
    assert held[name] >= floor


@pytest.mark.parametrize(("name", "floor"), BOUNDS["held_weekly"].items())
def test_weekly_answers_never_seen_are_read_well(name: str, floor: float, held_weekly: Figures) -> None:
    """An answer to a weekly question is an answer, in other words than those that were learnt too."""
    assert held_weekly[name] >= floor


def test_every_line_is_a_labelled_reply(rules: TriageRules) -> None:
    """A line with an unknown field, or a code that is no sign, is a slip of the pen."""
    wrong = []
    for place, text in _everywhere():
        line = parse_as(LabelledLine, text)
        unknown = {*line.expect.signs, *line.expect.denied} - rules.signs.keys()
        if line.id is None or not line.text.strip() or unknown:
            wrong.append(place)
    assert wrong == []


def test_no_sign_is_told_and_denied_at_once() -> None:
    """A label says one thing."""
    both = []
    for place, text in _everywhere():
        expect = parse_as(LabelledLine, text).expect
        both += [place] if set(expect.signs) & set(expect.denied) else []
    assert both == []


def test_every_line_has_a_name_of_its_own() -> None:
    """A reply that is spoken of can be found."""
    names = Counter(parse_as(LabelledLine, text).id for _, text in _everywhere())
    assert [name for name, times in names.items() if times > 1] == []


def _told(*, held: bool) -> list[tuple[str, str]]:
    """Where each longer text stands, and its words."""
    lines = ((place, parse_as(LabelledLine, line).text.casefold()) for place, line in _lines(held=held))
    return [(place, " ".join(text.split())) for place, text in lines if len(text.split()) > FEW_WORDS]


def test_no_held_reply_is_among_the_learnt() -> None:
    """A text that was learnt proves nothing; short ones such as "stop" or "3" are everyone's."""
    seen = {text for _, text in _told(held=False)}
    assert [place for place, text in _told(held=True) if text in seen] == []
