"""Lines out of pieces of bytes, as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from coach.adapters.lines.problems import LineError

LONGEST = 1 << 20
"""Bytes of the longest line that is read; no text is that long, and a line without an end must not fill the memory."""

_BYTE_ORDER_MARK = "\ufeff"


def lines_of(next_piece: Callable[[], bytes]) -> Iterator[bytes]:
    """Each line without its end, once it is complete; of a line over LONGEST only so much that this shows.

    `next_piece` waits for more bytes and gives what there is, or nothing at the end.
    """
    rest = b""
    while piece := next_piece():
        *complete, last = piece.split(b"\n")
        for line in complete:
            yield _added(rest, line)
            rest = b""
        rest = _added(rest, last)
    if rest:
        yield rest


def _added(rest: bytes, more: bytes) -> bytes:
    return rest + more[: LONGEST + 1 - len(rest)]


def text_of(line: bytes, *, first: bool) -> str:
    """A line as text; the mark that some programs write before the first line is dropped.

    Raises:
        LineError: the line is too long or no UTF-8 text.
    """
    if len(line) > LONGEST:
        raise LineError(f"the line is longer than {LONGEST} bytes; split it.")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LineError(f"byte {error.start + 1} is not UTF-8 text; save the file as UTF-8 and run it again.") from None
    return text.removeprefix(_BYTE_ORDER_MARK) if first else text
