"""The pattern language of the lexicon does what its description says."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from coach.core.reading import Entry, Vocabulary, build_lexicon
from coach.core.reading.board import Line
from coach.core.reading.matching import Hit

FILLERS = frozenset({"my", "the"})
SWOLLEN_LEG = (
    Entry("cue:now", ("now", "right now")),
    Entry("sign:swelling", ("swollen", "<leg> & swollen", "hot .. swollen", "left leg & hot .. swollen")),
    Entry("sign:redness", ("red", "red|hot", "red ?hot")),
)


def _found(pattern: str, text: str, fillers: frozenset[str] = FILLERS) -> bool:
    return bool(_hits([Entry("x:y", (pattern,))], text, fillers=fillers))


def _hits(
    entries: Sequence[Entry], text: str, common: Mapping[str, float] | None = None, fillers: frozenset[str] = FILLERS
) -> list[Hit]:
    vocabulary = Vocabulary(
        concepts={"leg": ("leg", "legs", "lower limb"), "pain": ("pain", "hurt*")},
        entries=tuple(entries),
        words={"fillers": fillers},
        short_forms={},
        numbers={},
        heard_numbers={},
    )
    words = text.split()
    flags = [w in fillers for w in words]
    counts = [sum(not f for f in flags[:n]) for n in range(len(words) + 1)]
    line = Line(words, [0] * len(words), [0] * len(words), flags, counts)
    return build_lexicon(vocabulary, common).matcher.find(line)


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


def test_of_one_sign_the_pattern_with_most_words_comes_first() -> None:
    """So the rule named to a reader is the one that tells most, and with as many words the earlier one in the files."""
    hits = _hits(SWOLLEN_LEG, "left leg red hot and swollen")
    assert [hit.source for hit in hits] == [
        "left leg & hot .. swollen",
        "<leg> & swollen",
        "hot .. swollen",
        "swollen",
        "red ?hot",
        "red",
        "red|hot",
        "red|hot",
        "red ?hot",
    ]


def test_other_patterns_come_in_the_order_of_the_files() -> None:
    """What is no sign is found in the order in which it is written down."""
    assert [hit.source for hit in _hits(SWOLLEN_LEG, "swollen right now")] == ["now", "right now", "swollen"]


@pytest.mark.parametrize("common", [{"swollen": 0.9}, {"leg": 0.5, "left": 0.4, "hot": 0.3}, {"now": 1, "unheard": 1}])
def test_how_common_words_are_changes_nothing_that_is_found(common: Mapping[str, float]) -> None:
    """It only decides by which of its words a pattern is looked for."""
    text = "the left leg red hot and swollen right now"
    assert _hits(SWOLLEN_LEG, text, common) == _hits(SWOLLEN_LEG, text)
