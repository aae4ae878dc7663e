"""Text as tokens: lower case, no accents, short forms spelled out, and where each word stood in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r"[a-z]\d+(?![a-z\d])|"
    r"(?<![a-z\x01'])[ap]\.[ ]?m(?![a-z])|"
    r"[a-z][a-z\x01]*(?:'[a-z\x01]+)*|\d+(?:[.,:/]\d+)*|%|½|[.!?;\n…]+|[,:()\-]|\U0001f44d|\U0001f44c|\U0001f64f",
)
_SENTENCE_END = frozenset(".!?;\n…")
_CLAUSE_END = frozenset(",:()-")
_APOSTROPHES = dict.fromkeys((0x2019, 0x2018, 0xB4, 0x60, 0x2BC, 0xFF07), "'")
_KEEP_S = frozenset({"it", "that", "he", "she", "what", "who", "there", "here", "let", "how", "where"})
_PICTURES = {"\U0001f44d": "ok", "\U0001f44c": "ok", "\U0001f64f": "thanks"}
_NOTHING = "\x01"  # stands for a mark that adds nothing, so that offsets stay true
_JOINERS = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
LONG = 2_000  # characters; no text message and no spoken answer is longer
_PIECE = re.compile(r"[^.!?;\n…]{1,200}[^\s.!?;\n…]*[.!?;\n…]*|[.!?;\n…]+")
_REPEATED = re.compile(r"([a-z])\1{2,}")


class Token(NamedTuple):
    """One word or number. `start` and `end` are offsets in the original text."""

    word: str
    start: int
    end: int
    clause: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Words:
    """All tokens of a text, and which sentences were asked as questions."""

    tokens: tuple[Token, ...]
    asked: frozenset[int]  # sentence numbers that end in a question mark
    commas: frozenset[int]  # token numbers that a comma stands before


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    """One character as one plain lower-case character, so that offsets stay true."""
    if char == "½":
        return char
    if char in _JOINERS or unicodedata.combining(char):
        return _NOTHING
    plain = unicodedata.normalize("NFKD", char.translate(_APOSTROPHES))
    base = plain[:1].lower()
    return base[:1] if base else " "


def fold(text: str) -> str:
    """Lower case without accents; the result is exactly as long as the text."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_char, text))


def _bare(word: str) -> str:
    """A word without apostrophes; the possessive or "is" after a noun goes too."""
    if "'" not in word:
        return word
    head, _, tail = word.rpartition("'")
    if tail == "s" and head not in _KEEP_S:
        return head.replace("'", "")
    return word.replace("'", "")


def shorten(word: str, known: frozenset[str] | Mapping[str, object]) -> str:
    """Fold letters written three times or more: "heeelp", "noooo"."""
    if not _REPEATED.search(word):
        return word
    for keep in (r"\1\1", r"\1"):
        short = _REPEATED.sub(keep, word)
        if short in known:
            return short
    return _REPEATED.sub(r"\1", word)


def said_once(folded: str) -> str:
    """A very long text with everything blanked that it has said before, so that offsets stay true.

    Nobody texts so much; repeating a sentence adds nothing to what it says.
    """
    if len(folded) <= LONG:
        return folded
    seen: set[str] = set()
    pieces: list[str] = []
    for found in _PIECE.finditer(folded):
        piece = found.group()
        said = piece.strip()
        pieces.append(" " * len(piece) if said in seen else piece)
        seen.add(said)
    return "".join(pieces)


class Piece(NamedTuple):
    """What a stretch of letters, digits or marks stands for: words, the end of a clause or that of a sentence."""

    words: tuple[str, ...]
    parts: bool = False  # a clause begins with it, or ends at it
    ends: bool = False  # a sentence ends at it
    asks: bool = False


def piece_of(
    written: str,
    short_forms: Mapping[str, tuple[str, ...]],
    breakers: frozenset[str],
    known: frozenset[str],
) -> Piece:
    """What a stretch stands for.

    `short_forms` spells out chat forms ("xq" is "porque"); `breakers` are words that begin a new clause ("but").
    """
    if written[0] in _SENTENCE_END:
        return Piece((), ends=True, asks="?" in written)
    if written[0] in _CLAUSE_END:
        return Piece((), parts=written != "-")
    if written[1:2] == "." and written[0].isalpha():  # "a.m."
        written = f"{written[0]}m"
    word = shorten(_bare(_PICTURES.get(written, written).replace(_NOTHING, "")), known)
    return Piece(short_forms.get(word, (word,)), parts=word in breakers)


def tokenise(text: str, pieces: Callable[[str], Piece]) -> Words:
    """Split a text into words with their clause and sentence numbers; `pieces` tells what each stretch stands for."""
    tokens: list[Token] = []
    asked: set[int] = set()
    commas: set[int] = set()
    clause = sentence = 0
    for found in _TOKEN.finditer(said_once(fold(text))):
        words, parts, ends, asks = pieces(found.group())
        if words:
            clause += parts
            start, end = found.span()
            for word in words:
                tokens.append(Token(word, start, end, clause, sentence))  # noqa: PERF401 - nearly always one
        elif ends:
            if asks:
                asked.add(sentence)
            sentence += 1
            clause += 1
        elif parts:
            clause += 1
            commas.add(len(tokens))
    return Words(tuple(tokens), frozenset(asked), frozenset(commas))
