"""What a text costs and how it is made plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.sms import Encoding, encoding, foreign, segments, tidy


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("é" * 160, 1),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
    ],
)
def test_a_text_is_cut_at_160_then_153_characters_and_with_one_foreign_letter_at_70_then_67(
    text: str, parts: int
) -> None:
    """The carrier bills and paces by these figures."""
    assert segments(text) == parts


def test_a_euro_sign_or_a_bracket_takes_two_places() -> None:
    """Extension characters are sent as an escape and a letter."""
    assert segments("€" * 80) == 1
    assert segments("[" * 81) == 2


def test_an_escape_and_its_letter_never_lie_in_different_parts() -> None:
    """152 letters and a bracket do not fit 153 places, so the bracket opens the next part."""
    assert segments("a" * 152 + "[" + "a" * 151) == 2
    assert segments("a" * 152 + "[" + "a" * 152) == 3


def test_an_emoji_takes_two_places_of_a_foreign_part_and_is_not_split() -> None:
    """66 letters and an emoji do not fit 67 places."""
    assert segments("😀" * 35) == 1
    assert segments("á" * 66 + "😀" + "á" * 65) == 2
    assert segments("á" * 66 + "😀" + "á" * 66) == 3


@pytest.mark.parametrize("letter", "éñü¿¡ÑÉàèìòù@£$_")
def test_some_accents_are_free(letter: str) -> None:
    """These letters are part of the plain alphabet."""
    assert encoding(letter) is Encoding.GSM7


@pytest.mark.parametrize("letter", "áíóúÁÍÓÚ\u2013\u2026\u201c\u2019\t")
def test_other_accents_and_typographic_signs_are_not(letter: str) -> None:
    """One of them makes the whole text foreign, and is named."""
    assert encoding("plain " + letter) is Encoding.UCS2
    assert foreign("plain " + letter) == letter


def test_curly_quotes_long_dashes_and_hard_spaces_become_plain() -> None:
    """What a word processor puts in costs a part and says nothing."""
    assert tidy("\u201cDon\u2019t\u201d\u00a0\u2013\u202fwait\u2026") == '"Don\'t" - wait...'


def test_control_characters_and_direction_marks_vanish_but_line_breaks_stay() -> None:
    """A name must not be able to turn a text round or break it off."""
    assert tidy("a\x00b\x1b\u202ec\r\nd\re\x7f") == "abc\nd\ne"


def test_letters_in_two_pieces_become_one() -> None:
    """An accent sent as a letter and a mark costs twice and shows badly on old phones."""
    assert tidy("cafe\u0301") == "café"


@given(st.text())
def test_tidy_text_stays_as_it_is_and_can_always_be_sent(text: str) -> None:
    """Tidying twice changes nothing, and the result can be encoded."""
    once = tidy(text)
    assert tidy(once) == once
    assert once.encode("utf-16-le").decode("utf-16-le") == once


@given(st.text(alphabet="ab[€áñ😀", max_size=400), st.sampled_from("ab[€áñ😀"))
def test_a_longer_text_never_takes_fewer_parts(text: str, more: str) -> None:
    """Adding a character adds no part or one, unless it makes the text foreign."""
    if encoding(text + more) is encoding(text):
        assert 0 <= segments(text + more) - segments(text) <= 1
    else:
        assert segments(text + more) >= segments(text)
