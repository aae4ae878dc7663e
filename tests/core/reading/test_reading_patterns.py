"""The pattern language of the lexicon does what its description says."""

from typing import Any

import pytest

from coach.core.reading import Entry, Vocabulary, build_lexicon
from coach.core.reading.board import Line


def _found(pattern: str, text: str, fillers: frozenset[str] = frozenset({"my", "the"})) -> bool:
    vocabulary = Vocabulary(
        concepts={"leg": ("leg", "legs", "lower limb"), "pain": ("pain", "hurt*")},
        entries=(Entry("x:y", (pattern,)),),
        words={"fillers": fillers},
        short_forms={},
        numbers={},
        heard_numbers={},
    )
    words = text.split()
    flags = [w in fillers for w in words]
    counts = [sum(not f for f in flags[:n]) for n in range(len(words) + 1)]
    line = Line(words, [0] * len(words), [0] * len(words), flags, counts)
    return bool(build_lexicon(vocabulary).matcher.find(line))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("chest pain", "the chest pain", True),
        ("chest pain", "chest and pain", False),
        ("chest .. pain", "chest with some pain", True),
        ("chest .. pain", "chest one two three four pain", False),
        ("<leg> & <pain>", "hurting in my leg", True),
        ("<leg> & <pain>", "lower limb hurts", True),
        ("swell*", "swelling", True),
        ("left|right leg", "right leg", True),
        ("left|right leg", "bad leg", False),
        ("(go away|ease off)", "it will ease off", True),
        ("?left leg hurt*", "leg hurts", True),
        ("^ stop $", "stop", True),
        ("^ stop $", "stop it", False),
        ("sugar .. #20-69", "sugar was 58", True),
        ("sugar .. #20-69", "sugar was 120", False),
        ("=my leg", "the leg", False),
    ],
)
def test_pattern(pattern: str, text: str, found: Any) -> None:
    """Words in order, gaps, any order, beginnings, choices, numbers, anchors and fillers."""
    assert _found(pattern, text) is found


def test_an_undefined_concept_is_refused() -> None:
    """A pattern cannot mention a concept that nobody has defined."""
    with pytest.raises(ValueError, match="<nowhere>"):
        _found("<nowhere> pain", "pain")


def test_a_pattern_without_words_is_refused() -> None:
    """A pattern must have something to find."""
    with pytest.raises(ValueError, match="without any word"):
        _found("^ $", "pain")
