"""How two places of a text lie to each other: in one clause, one sentence, parted by a comma or by "but"."""

from __future__ import annotations

from coach.core.reading.matching import Hit
from coach.core.reading.scan import Scan


def same_sentence(one: Hit, other: Hit, scan: Scan) -> bool:
    """True when both begin in one sentence. Words that are all fillers stand nowhere among those that count."""
    if not (one.words and other.words):
        return False
    return scan.line.sentences[one.start] == scan.line.sentences[other.start]


def straddles(hit: Hit, scan: Scan) -> bool:
    """True when a hit reaches over the end of a clause."""
    return scan.line.clauses[hit.start] != scan.line.clauses[hit.end - 1]


def parted(cue: Hit, hit: Hit, scan: Scan) -> bool:
    """True when more than one comma, or a word such as "but", lies between the beginnings of two hits."""
    low, high = sorted((cue.start, hit.start))
    contrast = scan.lexicon.set_of("contrast")
    joined = 0 if any(word in contrast for word in scan.between(low, high)) else 1
    return abs(scan.line.clauses[cue.start] - scan.line.clauses[hit.start]) > joined


def all_words(start: int, end: int, scan: Scan) -> list[str]:
    """All words, fillers too, that lie between one counting word and another, both left out."""
    first = scan.raw[start] + 1
    last = scan.raw[end] if end < len(scan.raw) else len(scan.words.tokens)
    return [token.word for token in scan.words.tokens[first:last]]


def next_word(place: int, scan: Scan) -> str:
    """The word after a counting word, filler or not, in the same clause; empty at its end."""
    tokens, at = scan.words.tokens, scan.raw[place]
    return tokens[at + 1].word if at + 1 < len(tokens) and tokens[at + 1].clause == tokens[at].clause else ""
