"""Lines out of pieces: complete ones at once, no matter how the bytes come."""

from collections.abc import Iterator

import pytest

from coach.adapters.lines.problems import LineError
from coach.adapters.lines.stream import LONGEST, lines_of, text_of


def split(*pieces: bytes) -> list[bytes]:
    """The lines of these pieces."""
    source: Iterator[bytes] = iter((*pieces, b""))
    return list(lines_of(lambda: next(source)))


def test_lines_are_the_same_however_the_bytes_come() -> None:
    """Whole, by the byte, with and without an end."""
    text = b"one\n\ntwo\nthree"
    assert split(text) == split(*(bytes([byte]) for byte in text)) == [b"one", b"", b"two", b"three"]
    assert split(text + b"\n") == [b"one", b"", b"two", b"three"]
    assert split() == []


def test_a_line_is_given_before_the_next_piece_is_waited_for() -> None:
    """Who writes one line and waits must get the answer."""
    source = iter((b"one\ntw",))  # more would raise
    assert next(lines_of(lambda: next(source))) == b"one"


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    """What is kept only shows that it is too long; the next line is whole again."""
    piece = b"a" * (LONGEST // 2)
    long, after = split(*[piece] * 6, b"\nafter\n")
    assert len(long) == LONGEST + 1
    assert after == b"after"
    with pytest.raises(LineError, match="longer than"):
        text_of(long, first=False)


def test_bytes_that_are_no_text_are_refused_with_their_place() -> None:
    """A file in an old encoding must be saved anew; guessing would lose words."""
    with pytest.raises(LineError, match=r"byte 6 is not UTF-8 text; save the file as UTF-8"):
        text_of("señora ñ".encode()[:4] + "más".encode("latin-1"), first=False)


def test_the_mark_before_the_first_line_is_dropped() -> None:
    """Some programs write it; JSON does not know it."""
    assert text_of("\ufeff{}".encode(), first=True) == "{}"
    assert text_of("\ufeff{}".encode(), first=False) == "\ufeff{}"
