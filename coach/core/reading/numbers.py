"""Numbers in a text, in digits and in words, and what each is a number of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from coach.core.reading.lexicon import Lexicon
from coach.core.reading.normalise import Token

HALF = 0.5
TEN = 10
TENS = 20
HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Number:
    """A number said: `start` and `end` count all words of the text; `of_ten` when said as "7/10" or "out of ten"."""

    value: float
    start: int
    end: int
    of_ten: bool = False
    heard: bool = False  # a word that only sounds like a number
    clock: bool = False  # "8:30"


def numbers_in(tokens: Sequence[Token], lexicon: Lexicon, *, spoken: bool, english: bool) -> list[Number]:
    """Every number of a text, ranges as their higher end."""
    found: list[Number] = []
    known, heard = lexicon.vocabulary.numbers, lexicon.vocabulary.heard_numbers
    words = [token.word for token in tokens]
    for place in [n for n, word in enumerate(words) if word in known or word[0].isdigit() or word in heard]:
        if found and place < found[-1].end:
            continue
        number = _number_at(place, tokens, lexicon, spoken=spoken, english=english)
        if number is not None:
            found.append(_out_of_ten(_with_half(number, tokens, lexicon), tokens, lexicon))
    return _ranges(found, tokens, lexicon)


def _number_at(place: int, tokens: Sequence[Token], lexicon: Lexicon, *, spoken: bool, english: bool) -> Number | None:
    word = tokens[place].word
    if word[0].isdigit():
        return _digits(word, place)
    known = lexicon.vocabulary.numbers
    if word in known and not (english and word in lexicon.set_of("no_english_number")):
        if not english and word in lexicon.set_of("only_english"):
            return None
        return _tens(place, tokens, lexicon)
    heard = lexicon.vocabulary.heard_numbers.get(word)
    return Number(heard, place, place + 1, heard=True) if spoken and english and heard is not None else None


def _digits(word: str, place: int) -> Number:
    if ":" in word:
        return Number(-1, place, place + 1, clock=True)
    first, slash, second = word.partition("/")
    if slash:
        return Number(_plain(first), place, place + 1, of_ten=second == "10", clock=second != "10")
    return Number(_plain(word), place, place + 1)


def _plain(digits: str) -> float:
    """The value of digits: a comma before exactly three more is for thousands, otherwise for decimals."""
    head, comma, tail = digits.replace("/", "").partition(",")
    if comma and len(tail) == len("000"):
        return float(head + tail) if tail.isdigit() and head.isdigit() else -1
    try:
        value = float(digits.replace(",", "."))
    except ValueError:
        return -1
    return value if math.isfinite(value) else -1


def _tens(place: int, tokens: Sequence[Token], lexicon: Lexicon) -> Number:
    """A number word, with the units after "twenty" or "treinta y"."""
    known = lexicon.vocabulary.numbers
    value = known[tokens[place].word]
    if TENS <= value < HUNDRED and value % TEN == 0:
        after = place + 1
        if after < len(tokens) and tokens[after].word in ("y", "and"):
            after += 1
        if after < len(tokens) and 0 < known.get(tokens[after].word, 0) < TEN:
            return Number(value + known[tokens[after].word], place, after + 1)
    if value == HUNDRED:
        return _hundred(place, tokens, lexicon)
    return Number(value, place, place + 1)


def _hundred(place: int, tokens: Sequence[Token], lexicon: Lexicon) -> Number:
    """A hundred with what follows it: "a hundred and one", "cien"."""
    after = place + 1
    if after < len(tokens) and tokens[after].word in ("y", "and"):
        after += 1
    more = lexicon.vocabulary.numbers.get(tokens[after].word, 0) if after < len(tokens) else 0
    return Number(HUNDRED + more, place, after + 1) if more else Number(HUNDRED, place, place + 1)


def _with_half(number: Number, tokens: Sequence[Token], lexicon: Lexicon) -> Number:
    """Add "and a half", "y medio", "point five"."""
    words = [t.word for t in tokens[number.end : number.end + 3]]
    halves = lexicon.set_of("half")
    if words[:1] and words[0] in ("point", "punto") and len(words) > 1 and words[1] in ("five", "cinco", "5"):
        return replace(number, value=number.value + HALF, end=number.end + 2)
    for skip in range(len(words)):
        if (
            words[skip] in halves
            and all(w in ("and", "a", "y", "n") for w in words[:skip])
            and (skip or words[0] == "½")
        ):
            return replace(number, value=number.value + HALF, end=number.end + skip + 1)
    return number


def _out_of_ten(number: Number, tokens: Sequence[Token], lexicon: Lexicon) -> Number:
    """Take in "out of ten" or "de diez"."""
    words = [t.word for t in tokens[number.end : number.end + 4]]
    for skip in range(1, len(words)):
        ten = words[skip] == "10" or lexicon.vocabulary.numbers.get(words[skip]) == TEN
        if (
            ten
            and words[0] in ("out", "de", "of", "sobre")
            and all(w in ("of", "de", "a", "sobre") for w in words[1:skip])
        ):
            return replace(number, of_ten=True, end=number.end + skip + 1)
    return number


def _ranges(found: list[Number], tokens: Sequence[Token], lexicon: Lexicon) -> list[Number]:
    """Join "3 or 4", "3-4", "between 3 and 4", "entre 2 y 3" into the higher number."""
    joined: list[Number] = []
    for number in found:
        if joined and _is_range(joined[-1], number, tokens, lexicon):
            high = max(joined[-1].value, number.value)
            joined[-1] = replace(number, value=high, start=joined[-1].start, of_ten=number.of_ten or joined[-1].of_ten)
        else:
            joined.append(number)
    return joined


def _is_range(left: Number, right: Number, tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    words = [t.word for t in tokens[left.end : right.start]]
    if tokens[left.end - 1].end + 1 == tokens[right.start].start and not words:
        return tokens[left.end - 1].sentence == tokens[right.start].sentence
    if len(words) > 2 or not words or left.clock or right.clock:  # noqa: PLR2004 - "or a", "o un"
        return False
    if words[0] in lexicon.set_of("range"):
        return all(w in lexicon.set_of("range") or w in ("a", "un", "maybe", "quiza", "even") for w in words)
    before = tokens[left.start - 1].word if left.start else ""
    return before in ("between", "entre", "tween") and words[0] in ("and", "y", "n")


def half_up(value: float) -> int:
    """Round half points up: 3.5 is 4."""
    return math.floor(value + HALF)
