"""What the second reader adds to the first: a sign that known texts tell of in other words, and a likelier intent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from coach.core.model import Asked, Disposition, Finding, Intent, Reason, Reply
from coach.core.reading.columns import stretches_of
from coach.core.reading.intents import is_only_a_wish, topic_of
from coach.core.reading.likeness import INTENT, LEVEL, Counts, Likeness, Trust, Weights, Whole, added
from coach.core.reading.persons import by_carer, for_kin
from coach.core.reading.scan import Scan

__all__ = ["INTENT", "LEVEL", "marked_words", "second_reading", "sentences_of", "whole_features"]

RULE = "second_reader"
TOGETHER = 3  # sentences that are read as one
MOST = 2_000  # words; the first reader reads on
LONG_ENOUGH = 4  # words of a text whose level can be told without its signs
FEWEST = 2  # words, not numbers, of a sentence: what is shorter the first reader knows
_INTENTS = {INTENT + intent.value: intent for intent in Intent}
_UNASKED = {label: intent for label, intent in _INTENTS.items() if intent is not Intent.ANSWER}
_OF_THE_PERSON = frozenset({Asked.PROFILE, Asked.CHANGE, Asked.ZONE, Asked.JOIN, Asked.IDENTITY, Asked.SAFE})
_FINAL = frozenset({Intent.STOP, Intent.WRONG_PERSON})  # once worded, only read away when nothing is like it
_NO_WISH = frozenset({Intent.ANSWER, Intent.REPORT, Intent.QUESTION, Intent.THANKS, Intent.UNCLEAR, Intent.HELP})
_VALUED = frozenset({Asked.WEAKNESS, Asked.TREND, Asked.ONSET})  # answered by a value, for the first reader alone
_NOWHERE = frozenset[int]()
_NO_WORDS = frozenset[str]()
FEW = 6  # words of an answer about the person, such as the name of a condition or a medicine, that tells of no sign


@dataclass(frozen=True, slots=True)
class Likely:
    """Scores as log odds, the highest that any stretch of the text has, and of each stretch on its own."""

    scores: Mapping[str, float]
    stretches: Sequence[Sequence[int]]  # the numbers of the sentences
    rows: Sequence[Sequence[float]]  # the scores of each stretch

    def where(self, label: str) -> tuple[int, int]:
        """The first and the last sentence of the stretch that tells of a label most."""
        place = [*self.scores].index(label)
        best = max(range(len(self.rows)), key=lambda number: self.rows[number][place])
        return self.stretches[best][0], self.stretches[best][-1]


def second_reading(first: Reply, scan: Scan, asked: Asked, likeness: Likeness) -> Reply:
    """The first reading with the signs, level and intent that the second reader is sure of. Takes no sign away."""
    if asked in _OF_THE_PERSON and len(scan.words.tokens) <= FEW:
        return first
    sentences = sentences_of(scan, first)
    counting = scan.lexicon.set_of("counting") if first.amount is not None else _NO_WORDS
    unknowing = scan.lexicon.set_of("unknowing")
    spoken = {number: _spoken(words, counting, unknowing) for number, (words, _) in sentences.items()}
    counts = {number: likeness.counts(*part) for number, part in sentences.items()}
    telling = {number: some for number, some in counts.items() if spoken[number] >= FEWEST}
    likely = _likely(telling, likeness.weights)
    level = _level(likely.scores, likeness) if sum(spoken.values()) >= LONG_ENOUGH else None
    codes = _codes(first, scan, likely.scores, likeness)
    codes = codes or _codes_of_level(first, level, likely.scores, likeness)
    intent = _intent_of(first, scan, asked, counts.values(), likeness)
    if not codes and level is None:
        wish = asked not in _OF_THE_PERSON and is_only_a_wish(first, scan)
        intent = first.intent if wish and intent is Intent.ANSWER else intent
        return first if intent is first.intent else _with_intent(first, intent, scan)
    signs = first.signs + tuple(_finding(code, scan, likely, likeness) for code in codes)
    return replace(
        _with_intent(first, intent, scan),
        signs=signs,
        denied=tuple(f for f in first.denied if f.code not in codes),
        hypothetical=tuple(f for f in first.hypothetical if f.code not in codes),
        raised=Reason(RULE, level, "reads like texts that called for this") if level and signs else None,
    )


def _with_intent(first: Reply, intent: Intent, scan: Scan) -> Reply:
    """Another intent, and with a question what it is about; who asks has said neither yes nor no."""
    if intent is not Intent.QUESTION:
        return replace(first, intent=intent, topic=None)
    return replace(first, intent=intent, topic=topic_of(scan), yes=None)


def _spoken(words: list[str], counting: frozenset[str], unknowing: frozenset[str]) -> int:
    """How many words are no numbers; none where a sentence only counts something, or tells that nothing is known."""
    said = [word for word in words if word[-1:].isalpha()]
    return (
        0 if counting.issuperset(said) or unknowing.issuperset(word.rpartition("/")[2] for word in said) else len(said)
    )


def _intent_of(first: Reply, scan: Scan, asked: Asked, said: Iterable[Counts], likeness: Likeness) -> Intent:
    """The likeliest intent, by the words of the whole text and what the first reader made of it."""
    likely = likeness.likely_intents(said, _whole(scan, first, asked))
    sure = scan.has(INTENT + first.intent)
    return _intent(first.intent, likely, likeness.trust, sure=sure, unanswered=asked in _VALUED)


def _likely(counts: Mapping[int, Counts], weights: Weights) -> Likely:
    """The highest scores of any few sentences together: whatever else is said lowers none of them."""
    numbers = list(counts)
    if not numbers:
        return Likely(dict.fromkeys(weights.labels, -math.inf), (), ())
    stretches = [
        numbers[begin:end]
        for begin in range(len(numbers))
        for end in range(begin + 1, min(begin + TOGETHER, len(numbers)) + 1)
    ]
    rows = [weights.scores(added([counts[n] for n in stretch])) for stretch in stretches]
    best = rows[0] if len(rows) == 1 else map(max, *rows)
    return Likely(dict(zip(weights.labels, best, strict=True)), stretches, rows)


def _codes(first: Reply, scan: Scan, likely: Mapping[str, float], likeness: Likeness) -> tuple[str, ...]:
    """The signs that the first reader did not find, and that are likely enough."""
    present = {f.code for f in first.signs}
    least, levels = likeness.least, likeness.levels
    perhaps = [code for code, score in likely.items() if score >= least and code in levels and code not in present]
    if not perhaps:
        return ()
    hinted = {f.code for f in first.hinted}
    denied, spoken_of = {f.code for f in first.denied + first.idioms}, {f.code for f in first.hypothetical}
    trust, lesser = likeness.trust, scan.lexicon.vocabulary.absorbs
    short = len(scan.words.tokens) < FEW

    def enough(code: str, level: Disposition) -> float:
        if code in denied:
            return trust.denied
        if code in spoken_of:
            return trust.spoken_of
        if code in hinted:
            return min(trust.hinted, trust.signs[level])
        return max(trust.short, trust.signs[level]) if short else trust.signs[level]

    found = (code for code in perhaps if likely[code] >= enough(code, levels[code]))
    return tuple(code for code in found if not _better_read(code, likely, lesser.get(code, frozenset())))


def _better_read(code: str, likely: Mapping[str, float], lesser: frozenset[str]) -> bool:
    """True for a sign less likely than not, when a lesser one that such words can mean is likelier."""
    return likely[code] < 0 and any(likely.get(other, -math.inf) > likely[code] for other in lesser)


def _level(likely: Mapping[str, float], likeness: Likeness) -> Disposition | None:
    """The highest level that the text is sure enough to call for."""
    sure = [level for level, enough in likeness.trust.levels.items() if likely[LEVEL + level.value] >= enough]
    return max(sure, key=lambda level: level.rank, default=None)


def _codes_of_level(
    first: Reply, level: Disposition | None, likely: Mapping[str, float], likeness: Likeness
) -> tuple[str, ...]:
    """The likeliest sign of a level that the text calls for, where no sign was found at all."""
    if level is None or first.signs:
        return ()
    not_so = {f.code for f in first.denied + first.idioms + first.hypothetical}
    of_level = [code for code, usual in likeness.levels.items() if usual is level and code not in not_so]
    return tuple(sorted(of_level, key=lambda code: likely[code])[-1:])


def _intent(first: Intent, likely: Mapping[str, float], trust: Trust, *, sure: bool, unanswered: bool) -> Intent:
    """The likeliest intent, when it is likely enough; else the first reader's, who is `sure` where wording says it."""
    choices = filter(_UNASKED.__contains__, likely) if unanswered and first is not Intent.ANSWER else likely
    if first in _FINAL and likely.get(INTENT + first.value, 0) > trust.unlike:
        return first
    label = max(choices, key=likely.__getitem__, default=None)
    if label is None:
        return first
    plain = trust.intent if _INTENTS[label] in _NO_WISH else trust.wish
    return _INTENTS[label] if likely[label] >= (trust.other_intent if sure else plain) else first


def _finding(code: str, scan: Scan, likely: Likely, likeness: Likeness) -> Finding:
    """The sign, at the sentences that tell of it most, with the known text that is nearest."""
    first, last = likely.where(code)
    nearest = likeness.nearest(code).to({*scan.spelled})
    return Finding(code, scan.sentences[first][0], scan.sentences[last][1], f"like “{nearest}”")


def marked_words(scan: Scan) -> Sequence[str]:
    """All words as the lexicon spells them, each with marks: denied, of another, past, asked or imagined."""
    other = _sentences(scan, "cue:other")
    other = frozenset() if other and (by_carer(scan) or for_kin(scan)) else other
    past, imagined = _sentences(scan, "cue:past"), _sentences(scan, "cue:imagined") | scan.words.asked
    if not (other or past or imagined or scan.negators):
        return scan.spelled
    negators = {scan.raw[n] for n in scan.negators}
    marked: list[str] = []
    clause, denied = -1, False
    for place, token in enumerate(scan.words.tokens):
        denied = denied and token.clause == clause
        clause = token.clause
        mark = "no" * denied + "he" * (token.sentence in other)
        mark += "was" * (token.sentence in past) + "if" * (token.sentence in imagined)
        marked.append(f"{mark}/{scan.spelled[place]}" if mark else scan.spelled[place])
        denied = denied or place in negators
    return marked


def _sentences(scan: Scan, label: str) -> frozenset[int]:
    hits = scan.labelled.get(label)
    return frozenset(scan.line.sentences[hit.start] for hit in hits if hit.start < len(scan.raw)) if hits else _NOWHERE


def sentences_of(scan: Scan, reply: Reply) -> dict[int, tuple[list[str], list[str]]]:
    """Each sentence as its marked words, and what the first reader made of it."""
    numbers, marked = scan.columns.sentences[:MOST], marked_words(scan)
    parts: dict[int, tuple[list[str], list[str]]] = {}
    for begin, end in stretches_of(numbers):
        parts[numbers[begin]] = ([*marked[begin:end]], [])
    for standing, found in _standings(reply):
        for finding in found:
            at = _sentence_at(finding.start, scan)
            if at in parts:
                parts[at][1].append(f"{standing}:{finding.code}")
    return parts


def _standings(reply: Reply) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
    return (("is", reply.signs), ("no", reply.denied), ("if", reply.hypothetical), ("hint", reply.hinted))


def _sentence_at(place: int, scan: Scan) -> int | None:
    return next((number for number, (start, end) in scan.sentences.items() if start <= place < end), None)


def whole_features(scan: Scan, reply: Reply, asked: Asked) -> Iterable[str]:
    """What was asked, and what the first reader made of the whole text, as features."""
    return _whole(scan, reply, asked).features()


def _whole(scan: Scan, reply: Reply, asked: Asked) -> Whole:
    return Whole(
        scan.language,
        asked,
        reply.intent,
        reply.trend,
        reply.onset,
        reply.yes,
        weakness=reply.weakness is not None,
        amount=reply.amount is not None,
        asks=bool(scan.words.asked),
    )
