"""Whether a sign found in the words is there now, denied, or only spoken of (past, somebody else, a question)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from coach.core.reading.denial import denial
from coach.core.reading.matching import Hit
from coach.core.reading.persons import for_kin, of_another
from coach.core.reading.places import parted, same_sentence, straddles
from coach.core.reading.scan import Scan

LONG_QUESTION = 40
VERB_REACH = 8  # words in which the verb stands that a "years ago" belongs to


class Standing(Enum):
    """How a sign stands in a text."""

    PRESENT = "present"
    DENIED = "denied"
    SPOKEN_OF = "spoken of"
    IDIOM = "idiom"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A standing, and the place of the words that decided it."""

    standing: Standing
    cue: int | None = None


_PRESENT = Judgement(Standing.PRESENT)


def judge(hit: Hit, scan: Scan) -> Judgement:
    """Decide how one sign stands."""
    if not hit.words.isdisjoint(scan.idioms):
        return Judgement(Standing.IDIOM)
    if _plain(hit, scan):
        return _PRESENT
    if _in_jest(hit, scan):
        return Judgement(Standing.IDIOM)
    cue = denial(hit, scan)
    if cue is not None and not _gone_but_counts(hit, cue, scan):
        return Judgement(Standing.DENIED, cue)
    if _past(hit, scan):
        now = _not_now(hit, scan)
        return Judgement(Standing.SPOKEN_OF if now is None else Standing.DENIED, now)
    return Judgement(Standing.SPOKEN_OF) if told_of_others(hit, scan) else _PRESENT


def _plain(hit: Hit, scan: Scan) -> bool:
    """True where nothing in its sentences can make of a sign anything but one that is there."""
    return bool(hit.words) and not scan.touches(scan.denying, hit) and not scan.touches(scan.turning, hit)


def _not_now(hit: Hit, scan: Scan) -> int | None:
    """Where the sentence goes on to say that what was told of the past is over: "used to be thirsty, not now"."""
    later = (cue for cue in scan.near("cue:not_now", hit) if cue.start >= hit.end and same_sentence(cue, hit, scan))
    return next((cue.start for cue in later), None)


def told_of_others(hit: Hit, scan: Scan) -> bool:
    """True for what happened to somebody else, or is only imagined or asked about."""
    code, vocabulary = hit.code, scan.lexicon.vocabulary
    if of_another(hit, scan) and not (code in vocabulary.severe and for_kin(scan)):
        return True
    return code not in vocabulary.firm and _hypothetical(hit, scan)


def spoken_of(hit: Hit, scan: Scan) -> bool:
    """True for what does not tell how the person is now."""
    if hit.words and not scan.touches(scan.turning, hit):
        return False
    return _past(hit, scan) or told_of_others(hit, scan)


def _in_jest(hit: Hit, scan: Scan) -> bool:
    """Told for fun: "… when I saw the bill", "dizzy with joy"."""
    return any(jest.start == hit.end and same_sentence(jest, hit, scan) for jest in scan.near("cue:jest", hit))


def _gone_but_counts(hit: Hit, cue: int, scan: Scan) -> bool:
    """Some signs matter even when they have passed ("it's gone now")."""
    if hit.code not in scan.lexicon.vocabulary.persists:
        return False
    return any(h.start <= cue < h.end for h in scan.near("cue:resolved", hit))


def _past(hit: Hit, scan: Scan) -> bool:
    """A time long gone in the same clause, or in the short clause before or after it."""
    return any(_dates(cue, hit, scan) for cue in scan.near("cue:past", hit))


def _dates(cue: Hit, hit: Hit, scan: Scan) -> bool:
    if not same_sentence(cue, hit, scan) or straddles(cue, scan) or parted(cue, hit, scan):
        return False
    if _lasting(cue, scan) or _counts_on(cue, scan) or _other_verb(cue, hit, scan):
        return False
    low, high = min(cue.start, hit.start), max(cue.end, hit.end)
    return not any(low <= now.start < high for now in scan.near("cue:still", hit))


def _lasting(cue: Hit, scan: Scan) -> bool:
    """True for a time from which it has gone on: "since last winter", "desde hace años"."""
    return any(on.start < cue.end and cue.start < on.end for on in scan.near("cue:lasting", cue))


def _other_verb(cue: Hit, hit: Hit, scan: Scan) -> bool:
    """True for a "used to" after the sign: it tells of something else ("can't walk, used to go everywhere")."""
    return scan.line.words[cue.start] == "used" and cue.start >= hit.end


def _counts_on(cue: Hit, scan: Scan) -> bool:
    """True for "hace años" beside a verb of the present: it has lasted so long ("no camino hace años")."""
    if scan.line.words[cue.start] != "hace":
        return False
    now, then = scan.lexicon.set_of("verbs_now"), scan.lexicon.set_of("verbs_then")
    tokens, first, last = scan.words.tokens, scan.raw[cue.start], scan.raw[cue.end - 1]
    clause = tokens[first].clause
    for step in range(1, VERB_REACH + 1):
        places = (n for n in (first - step, last + step) if 0 <= n < len(tokens))
        near = {tokens[n].word for n in places if tokens[n].clause == clause}
        if near & (now | then):
            return bool(near & now)
    return False


def _hypothetical(hit: Hit, scan: Scan) -> bool:
    """Asked about, imagined or feared, not told as happening."""
    for cue in scan.near("cue:imagined", hit):
        if cue.start > hit.start or not same_sentence(cue, hit, scan) or parted(cue, hit, scan):
            continue
        asked = scan.line.sentences[hit.start] in scan.words.asked
        if asked or scan.line.clauses[cue.end - 1] == scan.line.clauses[hit.start]:
            return True
    return _conditional(hit, scan) or _in_question(hit, scan)


def _conditional(hit: Hit, scan: Scan) -> bool:
    """In the condition of something that has not come: "if my leg ever went numb", "if I fainted I would call"."""
    if scan.lexicon.set_of("if").isdisjoint(scan.said):
        return False
    tokens, start, end = scan.words.tokens, scan.raw[hit.start], scan.raw[hit.end - 1] + 1
    clause, sentence = tokens[start].clause, tokens[start].sentence
    heads = [n for n in range(max(0, start - LONG_QUESTION), start) if tokens[n].clause == clause]
    head = next((n for n in heads if tokens[n].word in scan.lexicon.set_of("if")), None)
    if head is None or (head and tokens[head - 1].word in scan.lexicon.set_of("as_if")):
        return False
    condition = {t.word for t in tokens[head:end]}
    after = {t.word for t in tokens[end : end + LONG_QUESTION] if t.sentence == sentence}
    return bool(condition & scan.lexicon.set_of("ever") or after & scan.lexicon.set_of("would"))


def _in_question(hit: Hit, scan: Scan) -> bool:
    """In a clause opened like a question ("can", "puede") that is not about the person's own state."""
    tokens, openers = scan.words.tokens, scan.lexicon.set_of("question_openers")
    last = scan.raw[hit.start]
    if tokens[last].sentence not in scan.words.asked and openers.isdisjoint(scan.said):
        return False
    begin = last
    while begin > 0 and tokens[begin - 1].clause == tokens[last].clause:
        begin -= 1
        if last - begin > LONG_QUESTION:
            return False
    clause = [t.word for t in tokens[begin : scan.raw[hit.end - 1] + 1]]
    head = next((n for n, w in enumerate(clause[:4]) if w in openers), None)
    lead_in = scan.lexicon.set_of("lead_in") | scan.lexicon.set_of("soft")
    if head is None or any(word not in lead_in for word in clause[:head]):
        return _mused(clause, scan, asked=tokens[last].sentence in scan.words.asked)
    if clause[head] in scan.lexicon.set_of("weak_openers") and tokens[last].sentence not in scan.words.asked:
        return False
    if _within(begin + head, hit, scan):
        return False
    if clause[head] in ("if", "si"):
        return True
    return _mused(clause[head + 1 :], scan, asked=True)


def _within(place: int, hit: Hit, scan: Scan) -> bool:
    """True when one of all words is among those of the sign."""
    return scan.raw[hit.start] <= place < scan.raw[hit.end - 1] + 1


def _mused(words: list[str], scan: Scan, *, asked: bool) -> bool:
    """Asked in general: about a cause, or without a word of the person's own."""
    own = scan.lexicon.set_of("first_person").intersection(words)
    causal = bool(scan.lexicon.set_of("causing").intersection(words))
    return asked and (causal or (not own and words[:1] != []))
