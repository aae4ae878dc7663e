"""Answers to the weekly questions that stand in words, or among other numbers: stairs, the chair test, counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from coach.core.model import Asked, Finding
from coach.core.reading.denial import denial
from coach.core.reading.intents import is_question
from coach.core.reading.matching import Hit
from coach.core.reading.numbers import Number
from coach.core.reading.scan import OR, Scan
from coach.core.reading.signs import Signs

_ONE_AT_A_TIME, _CANNOT, _UNABLE = "stairs:one_at_a_time", "stairs:cannot", "stairs:unable"
_EASY, _WELL = "stairs:easy", "stairs:well"
_ALONE = frozenset({_UNABLE, _WELL})  # all that a clause says
_ARMS, _NOT_WITHOUT = "chair_stands:arms", "chair_stands:not_without"
CANNOT = 3
FOLLOWING = 5  # words, fillers too, in which a list of what cannot be done goes on
_PLACES = ((CANNOT, _CANNOT), (CANNOT, _UNABLE), (2, _ONE_AT_A_TIME), (1, "stairs:rail"), (0, _EASY), (0, _WELL))
STAIRS = range(CANNOT + 1)
WEAK, STUCK = "proximal_weakness", "cannot_stand_new"
_UNABLE_TO = frozenset({_CANNOT, _NOT_WITHOUT})
_SAY_IT_ALL = frozenset({WEAK, STUCK, "sudden_weakness", "fall_serious"})
_TELLING = {
    Asked.STAIRS: (_CANNOT, "stairs:hard"),
    Asked.CHAIR_STANDS: (_NOT_WITHOUT, _ARMS),
}
_OF_STRENGTH = frozenset({Asked.FALLS, *_TELLING})


def stairs_in_words(scan: Scan) -> float | None:
    """The place in the menu that the words come to, the hardest of several: 0 easy to 3 cannot."""
    if "stairs" not in scan.hits:
        return None
    easy = frozenset(word for hit in _said(scan, _EASY) for word in hit.words)
    said = ((place, hit) for place, label in _PLACES for hit in _said(scan, label))
    return next((float(place) for place, hit in said if not place or hit.words.isdisjoint(easy)), None)


def with_test(signs: Signs, scan: Scan, asked: Asked, amount: float | None) -> Signs:
    """Stairs that are hard and arms that are needed tell of weak thighs where the question was of just that."""
    can = asked is Asked.STAIRS and amount is not None and amount < CANNOT
    labels = [label for label in _TELLING.get(asked, ()) if not (can and label == _CANNOT)]
    hits = [hit for label in labels for hit in _said(scan, label)]
    if asked in _OF_STRENGTH and not hits and not signs.present and not is_question(scan):
        return replace(signs, present=tuple(hint for hint in signs.hinted if hint.code == STUCK))
    if asked not in _TELLING:
        return _no_stairs(signs, scan)
    if not hits or is_question(scan):
        return signs
    kept = _unexplained(signs, hits, scan)
    if not _SAY_IT_ALL.isdisjoint(finding.code for finding in kept):
        return replace(signs, present=kept)
    return _weak(signs, kept, hits[0], scan)


def _no_stairs(signs: Signs, scan: Scan) -> Signs:
    """Unasked too, "can't get up the stairs" tells of weak thighs, and not that getting up is impossible."""
    if all(finding.code != STUCK for finding in signs.present):
        return signs
    hits = [*_said(scan, _CANNOT)]
    kept = _unexplained(signs, hits, scan)
    if len(kept) == len(signs.present):
        return signs
    said = not _SAY_IT_ALL.isdisjoint(finding.code for finding in kept)
    return replace(signs, present=kept) if said else _weak(signs, kept, hits[0], scan)


def _unexplained(signs: Signs, hits: Iterable[Hit], scan: Scan) -> tuple[Finding, ...]:
    """The signs there, without a getting up that is only that of the test."""
    explained = [scan.offsets(hit) for hit in hits if _one_thing(hit, scan) and not _said_again(hit, scan)]
    said = (f for f in signs.present if f.code == STUCK and any(a <= f.start < f.end <= b for a, b in explained))
    gone = next(said, None)
    return tuple(finding for finding in signs.present if finding is not gone)


def _weak(signs: Signs, kept: tuple[Finding, ...], hit: Hit, scan: Scan) -> Signs:
    weak = Finding(WEAK, *scan.offsets(hit), hit.source)
    return replace(signs, present=(*kept, weak), denied=tuple(f for f in signs.denied if f.code != WEAK))


def _one_thing(hit: Hit, scan: Scan) -> bool:
    """Where nothing is listed, "can't get up the stairs" and "can't get up without my arms" are no "can't get up"."""
    if hit.label not in _UNABLE_TO:
        return False
    words, between = scan.line.words[hit.start : hit.end], {*range(hit.start, hit.end)} - hit.words
    listed = any(scan.links(place) for place in range(hit.start, hit.end - 1)) or not scan.negators.isdisjoint(between)
    if listed or _goes_on(hit, scan) or words.count(words[0]) > 1:
        return False
    return _with_own_arms(hit, scan) if hit.label == _NOT_WITHOUT else not between


def _goes_on(hit: Hit, scan: Scan) -> bool:
    """More that cannot be done follows: "can't get up the stairs or out of bed"; not "and my knees hurt"."""
    if hit.end < len(scan.raw) and OR in scan.links(hit.end - 1):
        return True
    after = scan.raw[hit.end - 1] + 1
    following = (token.word for token in scan.words.tokens[after : after + FOLLOWING])
    return not scan.lexicon.set_of("more_unable").isdisjoint(following)


def _said_again(hit: Hit, scan: Scan) -> bool:
    """Not getting up is told once more, beside the words of the test."""
    others = (other for other in scan.of(f"sign:{STUCK}") if denial(other, scan) is None)
    return any(other.start >= hit.end or other.end <= hit.start for other in others)


def _with_own_arms(hit: Hit, scan: Scan) -> bool:
    """Without the arms, and not without somebody who lifts."""
    tokens, clause = scan.words.tokens, scan.line.clauses[hit.end - 1]
    said = (token.word for token in tokens[scan.raw[hit.start] :] if token.clause <= clause)
    return scan.lexicon.set_of("helped_up").isdisjoint(said)


def _said(scan: Scan, label: str) -> Iterable[Hit]:
    """Where something is said, and neither denied, a way of speaking, nor the mere posture of the test."""
    posture = frozenset(w for h in scan.of("chair_stands:posture") for w in h.words if label == _ARMS)
    for hit in scan.of(label):
        denied = hit.words.isdisjoint(scan.negators) and denial(hit, scan) is not None
        if not denied and not hit.words & (scan.idioms | posture) and (label not in _ALONE or _ends_clause(hit, scan)):
            yield hit


def _ends_clause(hit: Hit, scan: Scan) -> bool:
    clauses = scan.line.clauses
    return hit.end >= len(clauses) or clauses[hit.end] != clauses[hit.end - 1]


def in_place(numbers: list[Number], scan: Scan) -> list[Number]:
    """The numbers of a stairs answer that can be a place in the menu: not the "one" of "one step at a time"."""
    counted = _numbers_of(_ONE_AT_A_TIME, scan)
    return [n for n in numbers if n.value in STAIRS and counted.isdisjoint(range(n.start, n.end))]


def still_said(numbers: list[Number], scan: Scan) -> list[Number]:
    """Without those of another time or taken back, as in "8 last week, 10 this week", unless nothing else is left."""
    return numbers_now(numbers, scan) or numbers


def numbers_now(numbers: list[Number], scan: Scan) -> list[Number]:
    """Without those of another time or taken back."""
    then = _numbers_of("number:then", scan) | _numbers_of("number:taken_back", scan)
    return [n for n in numbers if then.isdisjoint(range(n.start, n.end))]


def on_a_day(numbers: list[Number], scan: Scan) -> list[Number]:
    """Those of a day that is named: the 2 of "none today, 2 yesterday"."""
    named = _numbers_of("number:on_a_day", scan)
    return [n for n in numbers if not named.isdisjoint(range(n.start, n.end))]


def fell_on_a_day(scan: Scan) -> bool:
    """A fall on a day that is named, beside a none for another: "no falls today but fell yesterday"."""
    return any(denial(hit, scan) is None for hit in scan.of("number:fell_on_a_day"))


def counted_at_all(numbers: list[Number], scan: Scan) -> list[Number]:
    """Without the one of "not even one", which counts nothing."""
    none = _numbers_of("number:none", scan)
    return [n for n in numbers if none.isdisjoint(range(n.start, n.end))]


def summed(numbers: list[Number], scan: Scan) -> Number | None:
    """The number that the others come to, as in "2 coffees and 3 waters so 5"."""
    total = _numbers_of("number:total", scan)
    return next((n for n in numbers[1:] if not total.isdisjoint(range(n.start, n.end))), None)


def _numbers_of(label: str, scan: Scan) -> frozenset[int]:
    """The places among all words that belong to what was found."""
    return frozenset(scan.raw[word] for hit in scan.of(label) for word in hit.words)
