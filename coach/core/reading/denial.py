"""What denies a sign: a negator before, inside or after its words, or words that say it is over."""

from __future__ import annotations

from coach.core.reading.matching import Hit
from coach.core.reading.places import next_word, parted, same_sentence, straddles
from coach.core.reading.scan import AND, COMMA, OR, Scan

REACH = 14  # words a denial may reach forward
AFTER_REACH = 2
LIST_COMMAS = 2


def denial(hit: Hit, scan: Scan) -> int | None:
    """The place of the word that denies a sign, if any does."""
    if not scan.touches(scan.denying, hit):
        return None
    negative = _negative(hit, scan)  # then further ones only stress it: "no puedo dar ni un paso"
    inside = None if negative else _denied_inside(hit, scan)
    if inside is not None:
        return inside
    before = denied_before(hit, scan)
    if before is not None:
        return before
    return None if negative else _denied_after(hit, scan) or _over(hit, scan)


def _negative(hit: Hit, scan: Scan) -> bool:
    """True when the sign itself is put as a denial: "can't walk", "no siento los pies"."""
    if not hit.words.isdisjoint(scan.negators):
        return True
    words = scan.line.words
    return not scan.lexicon.set_of("negative").isdisjoint([words[place] for place in hit.words])


def _denied_inside(hit: Hit, scan: Scan) -> int | None:
    """A negator between the words of the sign that leads to one of them: "my face is not drooping"."""
    if hit.end - hit.start == len(hit.words):
        return None
    for place in range(hit.start + 1, hit.end - 1):
        if place in scan.negators and place not in hit.words and _leads_in(place, hit, scan):
            back = any(place < cue.start < hit.end for cue in scan.near("cue:back_again", hit))
            return None if back else place
    return None


def _leads_in(negator: int, hit: Hit, scan: Scan) -> bool:
    """True unless another statement begins between a negator and the next word of the sign."""
    if not _reaches_on(negator, scan):
        return False
    for place in range(negator, hit.end - 1):
        if scan.line.clauses[place] != scan.line.clauses[place + 1] or AND in scan.links(place):
            return False
        if place + 1 in hit.words:
            return True
        if place + 1 not in scan.light:
            return False
    return False


def denied_before(hit: Hit, scan: Scan) -> int | None:
    """The place of a negator before the sign from which only words lead to it that a denial passes over."""
    within_reach = range(hit.start - REACH, hit.start)
    return None if scan.negators.isdisjoint(within_reach) else _walk_back(hit, scan)


def _walk_back(hit: Hit, scan: Scan) -> int | None:
    own = _own_negators(hit, scan)
    for place in range(hit.start - 1, max(-1, hit.start - 1 - REACH), -1):
        if scan.line.sentences[place] != scan.line.sentences[hit.start]:
            return None
        links = scan.links(place)
        if _anew_after(place, scan) or not _link_carries(hit, place, links, scan):
            return None
        if place in scan.negators:
            if place not in own:
                return place if _reaches_on(place, scan) else None
            continue
        if place in scan.light and not _of_another_sign(place, hit, scan):
            continue
        if not _item_before(place, hit, links, scan):
            return None
    return None


def _anew_after(place: int, scan: Scan) -> bool:
    """True where a statement of the person's own begins without a comma: "there isnt any up left i feel so low"."""
    first, last = scan.raw[place], scan.raw[place + 1]
    tokens, thinks = scan.words.tokens, scan.lexicon.set_of("thinks") | scan.lexicon.set_of("or")
    begins = scan.lexicon.set_of("begins_anew")
    return any(tokens[n].word in begins and tokens[n - 1].word not in thinks for n in range(first + 1, last))


def _item_before(place: int, hit: Hit, links: frozenset[str], scan: Scan) -> bool:
    """True for the end of another item of the list that the denial opens."""
    if place in scan.covered:
        return bool(links) or _or_ahead(place, hit, scan)
    return OR in links


def _reaches_on(place: int, scan: Scan) -> bool:
    """False for a negator that stands for itself: "no, my leg …", "uh no i cant …", "i didnt legs too weak"."""
    word, following = scan.line.words[place], next_word(place, scan)
    if place + 1 < len(scan.raw) and COMMA in scan.links(place):
        return word in scan.lexicon.set_of("or")
    if word in scan.lexicon.set_of("answering") and following in scan.lexicon.set_of("new_statement"):
        return False
    if word in scan.lexicon.set_of("auxiliary_no") and place + 1 in scan.body:
        return False
    return not (word in scan.lexicon.set_of("lacking") and _unable_before(place, scan))


def _unable_before(place: int, scan: Scan) -> bool:
    """True for "can't walk a block without pain": two denials tell that it is there."""
    unable = scan.lexicon.set_of("unable")
    for n in range(place - 1, max(-1, place - 1 - REACH), -1):
        if scan.line.clauses[n] != scan.line.clauses[place]:
            return False
        if scan.line.words[n] in unable:
            return True
    return False


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
    misspelt = next_word(place, scan) == "e"  # "no e dejado" is "no he dejado"
    return AND not in links or misspelt or _bare(hit, scan)


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
    """A denial that follows the sign: "chest pain: none", "fever no"."""
    for after in scan.near("cue:denied_after", hit):
        if after.start != hit.end or after.words & scan.pseudo or not _same_breath(hit, after, scan):
            continue
        if not (straddles(hit, scan) and scan.line.words[after.start] in scan.lexicon.set_of("all_well")):
            return after.start
    return None


def _same_breath(hit: Hit, after: Hit, scan: Scan) -> bool:
    if scan.line.sentences[hit.end - 1] != scan.line.sentences[after.start]:
        return False
    return _ends_clause(after, scan)


def _ends_clause(hit: Hit, scan: Scan) -> bool:
    return hit.end >= len(scan.raw) or scan.line.clauses[hit.end] != scan.line.clauses[hit.end - 1]


def _over(hit: Hit, scan: Scan) -> int | None:
    """Words that say an ailment is over: "the tingling went away", "se me quitó el dolor"."""
    if not scan.has("cue:resolved"):
        return None
    ailments = scan.lexicon.set_of("ailments")
    named = {place for place in hit.words if scan.line.words[place] in ailments}
    if not named:
        return None
    for cue in scan.near("cue:resolved", hit):
        verbs = cue.words - named
        if not same_sentence(cue, hit, scan) or parted(cue, hit, scan) or (verbs and verbs <= hit.words):
            continue
        if any(_adjoins(cue, place, hit, scan) and _final(cue, place, scan) for place in named):
            return cue.start
    return None


def _final(cue: Hit, ailment: int, scan: Scan) -> bool:
    """A word such as "gone" says so only at the end of what is said: not in "gone numb"."""
    last = scan.line.words[cue.end - 1]
    if cue.start < ailment and last in scan.lexicon.set_of("needs_end"):
        return last in scan.lexicon.set_of("goes_before")
    if last not in scan.lexicon.set_of("needs_end") or _ends_clause(cue, scan):
        return True
    return next_word(cue.end - 1, scan) in scan.lexicon.set_of("after_end")


def _adjoins(cue: Hit, place: int, hit: Hit, scan: Scan) -> bool:
    """True when only words that say nothing of their own stand between an ailment and the words that end it."""
    if place in cue.words:
        return True
    low, high = (place + 1, cue.start) if place < cue.start else (cue.end, place)
    between = range(low, high)
    passed = scan.lexicon.set_of("passed_over")
    if any(n in scan.negators or n in scan.pseudo for n in (*between, cue.start - 1)):
        return False
    return all(n in scan.light or n in hit.words or scan.line.words[n] in passed for n in between)
