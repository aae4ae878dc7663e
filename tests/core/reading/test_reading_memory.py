"""What makes reading fast changes no answer: remembered words, phrasings found by their words, long texts."""

from collections.abc import Sequence

import pytest

from coach.core.reading import Entry, Vocabulary, build_lexicon
from coach.core.reading.board import LONG, Line
from coach.core.reading.matching import Hit, Matcher
from coach.core.reading.memory import Memory
from coach.core.reading.phrasings import phrasings_of

SENTENCES = (
    "no chest pain today",
    "walked far",
    "the pain is in her chest",
    "the leg and the knee hurt",
    "her leg is ok",
)
PATTERNS = ("chest pain", "<pain> .. chest", "<leg> & <pain>", "<leg> && ok", "^ no", "far $", "<leg>", "knee &&& far")


def test_what_is_remembered_is_worked_out_once() -> None:
    """Asked twice for a word, the memory works it out once."""
    asked: list[str] = []

    def letters(word: str) -> int:
        asked.append(word)
        return len(word)

    lengths = Memory(letters)
    assert [lengths["leg"], lengths["knee"], lengths["leg"]] == [3, 4, 3]
    assert asked == ["leg", "knee"]


def test_a_full_memory_forgets_and_still_answers() -> None:
    """Whatever texts come, it holds no more than it was told to."""
    upper = Memory(str.upper, most=2)
    assert [upper[letter] for letter in "abcabc"] == [*"ABCABC"]
    assert len(upper) <= 2


@pytest.mark.parametrize(
    ("said", "nearest"),
    [
        ("my calf is hot", "calf hot"),
        ("so it is today", "so hot today"),
        ("the calf", "calf hot"),
        ("nothing of it", "so hot today"),  # none is nearer than the first
    ],
)
def test_the_nearest_phrasing_shares_most_words_and_is_the_first_of_equals(said: str, nearest: str) -> None:
    """Staff see the known text that a reply is most like."""
    known = phrasings_of(["so hot today", "calf hot", "hot calf"])
    assert known.to(frozenset(said.split())) == nearest


def test_without_phrasings_none_is_nearest() -> None:
    """A sign with no phrasings kept does not fail."""
    assert phrasings_of([]).to(frozenset({"calf"})) == ""


def _matcher() -> Matcher:
    vocabulary = Vocabulary(
        concepts={"leg": ("leg", "knee", "leg and the knee"), "pain": ("pain", "hurt*")},
        entries=tuple(Entry(f"x:{number}", (pattern,)) for number, pattern in enumerate(PATTERNS)),
        words={},
        short_forms={},
        numbers={},
        heard_numbers={},
    )
    return build_lexicon(vocabulary).matcher


def _line(sentences: Sequence[str]) -> Line:
    words = [word for sentence in sentences for word in sentence.split()]
    numbers = [number for number, sentence in enumerate(sentences) for _ in sentence.split()]
    return Line(words, numbers, numbers, [False] * len(words), range(len(words) + 1), whole=[0] * len(words))


def _places(hits: Sequence[Hit], shift: int = 0) -> set[tuple[str, int, int]]:
    return {(hit.source, hit.start + shift, hit.end + shift) for hit in hits}


def test_a_long_text_is_searched_like_its_sentences() -> None:
    """Where a pattern needs one sentence, what stands before and after it changes nothing."""
    matcher, rounds = _matcher(), 20
    size = sum(len(sentence.split()) for sentence in SENTENCES)
    assert rounds * size > LONG
    found = _places(matcher.find(_line(SENTENCES * rounds)))
    once = _places(matcher.find(_line(SENTENCES)))
    inner = {place for place in once if place[0] not in ("^ no", "far $", "knee &&& far")}
    assert len(inner) > len(SENTENCES)
    repeated = {(source, start + n * size, end + n * size) for source, start, end in inner for n in range(rounds)}
    assert {place for place in found if place[0] in {source for source, _, _ in inner}} == repeated
    assert ("^ no", 0, 1) in found
    assert sum(source == "knee &&& far" for source, _, _ in found) == rounds
