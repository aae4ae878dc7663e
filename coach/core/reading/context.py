"""Whether a sign found in the words is there now, denied, or only spoken of (past, somebody else, a question)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from coach.core.reading.matching import Hit
from coach.core.reading.scan import AND, COMMA, OR, Scan

REACH = 14  # words a denial may reach forward
OTHER_REACH = 14
AFTER_REACH = 2
LONG_QUESTION = 40
LIST_COMMAS = 2


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


def judge(hit: Hit, scan: Scan) -> Judgement:
    """Decide how one sign stands."""
    if hit.words & scan.idioms:
        return Judgement(Standing.IDIOM)
    cue = denial(hit, scan)
    if cue is not None and not _gone_but_counts(hit, cue, scan):
        return Judgement(Standing.DENIED, cue)
    if _past(hit, scan):
        now = next((h.start for h in scan.near("cue:resolved", hit) if _after_in_sentence(h, hit, scan)), None)
        return Judgement(Standing.SPOKEN_OF if now is None else Standing.DENIED, now)
    firm = _code(hit) in scan.lexicon.vocabulary.firm
    if _of_another(hit, scan) or (not firm and _hypothetical(hit, scan)):
        return Judgement(Standing.SPOKEN_OF)
    return Judgement(Standing.PRESENT)


def _after_in_sentence(later: Hit, hit: Hit, scan: Scan) -> bool:
    return later.start >= hit.end and scan.line.sentences[later.start] == scan.line.sentences[hit.start]


def _code(hit: Hit) -> str:
    return hit.label.partition(":")[2]


def _gone_but_counts(hit: Hit, cue: int, scan: Scan) -> bool:
    """Some signs matter even when they have passed ("it's gone now")."""
    if _code(hit) not in scan.lexicon.vocabulary.persists:
        return False
    return any(h.start <= cue < h.end for h in scan.near("cue:resolved", hit))


def denial(hit: Hit, scan: Scan) -> int | None:
    """The place of the word that denies a sign, if any does."""
    negative = bool(hit.words & scan.negators)  # then further ones only stress it: "no puedo dar ni un paso"
    inside = [n for n in range(hit.start + 1, hit.end - 1) if n in scan.negators and n not in hit.words]
    if inside and not negative:
        return inside[0]
    before = _denied_before(hit, scan)
    return before if before is not None or negative else _denied_after(hit, scan)


def _denied_before(hit: Hit, scan: Scan) -> int | None:
    """Walk back from the sign to a negator, over words that a denial passes over."""
    own = _own_negators(hit, scan)
    for place in range(hit.start - 1, max(-1, hit.start - 1 - REACH), -1):
        if scan.line.sentences[place] != scan.line.sentences[hit.start]:
            return None
        links = scan.links(place)
        if not _link_carries(hit, place, links, scan):
            return None
        if place in scan.negators:
            if place not in own:
                return place
            continue
        if place in scan.light and not _of_another_sign(place, hit, scan):
            continue
        if not (links or (place in scan.covered and _or_ahead(place, hit, scan))):
            return None
    return None


def _of_another_sign(place: int, hit: Hit, scan: Scan) -> bool:
    """True for the "pain" of "no chest pain just tired" when tired is judged: that item of the list is over."""
    if place in scan.body or place not in scan.covered:
        return False
    return any(place in other.words and not other.words & hit.words for other in scan.near("sign", hit))


def _own_negators(hit: Hit, scan: Scan) -> frozenset[int]:
    """Words of negators that are part of the sign itself, as "ya no" before "no quiero vivir"."""
    cues = scan.near("cue:negator", hit)
    plain = {cue.start for cue in cues if len(cue.words) == 1}
    return frozenset(n for cue in cues if cue.words & hit.words & plain for n in range(cue.start, cue.end))


def _link_carries(hit: Hit, place: int, links: frozenset[str], scan: Scan) -> bool:
    """Whether a denial to the left of this joint reaches what is right of it."""
    apart = scan.line.clauses[place] != scan.line.clauses[place + 1]
    if apart and COMMA not in links:
        return False
    if COMMA in links and OR not in links:
        return _listed(hit, place, scan)
    severe = _code(hit) in scan.lexicon.vocabulary.severe
    return not (AND in links and severe and not _bare(hit, scan))


def _or_ahead(place: int, hit: Hit, scan: Scan) -> bool:
    last = min(len(scan.raw) - 1, hit.end + AFTER_REACH)
    return any(OR in scan.links(n) for n in range(place, last))


def _bare(hit: Hit, scan: Scan) -> bool:
    """True when the sign stands alone between its joints: a noun in a list, not a sentence of its own."""
    end_free = hit.end >= len(scan.raw) or scan.line.clauses[hit.end] != scan.line.clauses[hit.end - 1]
    first_person = scan.lexicon.set_of("subject")
    before = scan.raw[hit.start - 1] + 1 if hit.start else 0
    words = (t.word for t in scan.words.tokens[before : scan.raw[hit.end - 1] + 1])
    return (end_free or bool(scan.links(hit.end - 1))) and not any(w in first_person for w in words)


def _listed(hit: Hit, place: int, scan: Scan) -> bool:
    """A comma carries a denial only inside a list: bare items, and an "or" or at least three of them."""
    if not _bare(hit, scan):
        return False
    sentence = scan.line.sentences[place]
    joints = [
        scan.links(n)
        for n in range(max(0, place - REACH), min(len(scan.raw) - 1, hit.end + REACH))
        if scan.line.sentences[n] == sentence == scan.line.sentences[n + 1]
    ]
    return any(OR in j for j in joints) or sum(COMMA in j for j in joints) >= LIST_COMMAS


def _denied_after(hit: Hit, scan: Scan) -> int | None:
    """A denial that follows the sign: "chest pain: none", "fever no", "swelling is gone"."""
    for after in scan.near("cue:denied_after", hit):
        if after.start == hit.end and not after.words & scan.pseudo and _same_breath(hit, after, scan):
            return after.start
    return None


def _same_breath(hit: Hit, after: Hit, scan: Scan) -> bool:
    if scan.line.sentences[hit.end - 1] != scan.line.sentences[after.start]:
        return False
    return after.end >= len(scan.raw) or scan.line.clauses[after.end] != scan.line.clauses[after.end - 1]


def _past(hit: Hit, scan: Scan) -> bool:
    """A time long gone in the same clause, or in the short clause before or after it."""
    for cue in scan.near("cue:past", hit):
        if scan.line.sentences[cue.start] != scan.line.sentences[hit.start]:
            continue
        if abs(scan.line.clauses[cue.start] - scan.line.clauses[hit.start]) <= _comma_between(cue, hit, scan):
            low, high = min(cue.start, hit.start), max(cue.end, hit.end)
            if not any(low <= now.start < high for now in scan.near("cue:still", hit)):
                return True
    return False


def _comma_between(cue: Hit, hit: Hit, scan: Scan) -> int:
    """1 when only a comma parts the two clauses, 0 when a word such as "but" does."""
    low, high = sorted((cue.start, hit.start))
    contrast = scan.lexicon.set_of("contrast")
    return 0 if any(w in contrast for w in scan.between(low, high)) else 1


def _of_another(hit: Hit, scan: Scan) -> bool:
    """Somebody else is the one it happened to, and nobody writes on the participant's behalf."""
    if scan.has("cue:carer"):
        return False
    own = scan.lexicon.set_of("first_person")
    for cue in scan.near("cue:other", hit):
        if scan.line.sentences[cue.start] != scan.line.sentences[hit.start] or cue.start > hit.start:
            continue
        if hit.start - cue.end > OTHER_REACH or not _comma_between(cue, hit, scan) or _with(cue, scan):
            continue
        if cue.words <= hit.words:
            continue
        if cue.end >= hit.end or own.isdisjoint(_said_between(cue, hit, scan)):
            return True
    return False


def _said_between(cue: Hit, hit: Hit, scan: Scan) -> set[str]:
    """All words from a person named to the end of the sign's clause, as far as it has only fillers left."""
    tokens, fillers = scan.words.tokens, scan.lexicon.set_of("fillers")
    last = scan.raw[hit.end - 1]
    while (
        last + 1 < len(tokens) and tokens[last + 1].word in fillers and tokens[last + 1].clause == tokens[last].clause
    ):
        last += 1
    return {t.word for t in tokens[scan.raw[cue.end] : last + 1]}


def _with(cue: Hit, scan: Scan) -> bool:
    """True for somebody who is only along: "tripped over the dog", "con mi hermana"."""
    place = scan.raw[cue.start]
    near = (t.word for t in scan.words.tokens[max(0, place - 2) : place])
    return any(word in scan.lexicon.set_of("along") for word in near)


def _hypothetical(hit: Hit, scan: Scan) -> bool:
    """Asked about, imagined or feared, not told as happening."""
    sentence = scan.line.sentences[hit.start]
    for cue in scan.near("cue:imagined", hit):
        if scan.line.sentences[cue.start] == sentence and cue.start <= hit.start and _comma_between(cue, hit, scan):
            return True
    return _in_question(hit, scan)


def _in_question(hit: Hit, scan: Scan) -> bool:
    """In a clause opened like a question ("can", "puede") that is not about the person's own state."""
    tokens = scan.words.tokens
    last = scan.raw[hit.start]
    begin = last
    while begin > 0 and tokens[begin - 1].clause == tokens[last].clause:
        begin -= 1
        if last - begin > LONG_QUESTION:
            return False
    clause = [t.word for t in tokens[begin : scan.raw[hit.end - 1] + 1]]
    openers = scan.lexicon.set_of("question_openers")
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
