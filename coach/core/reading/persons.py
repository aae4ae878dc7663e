"""Whose sign it is: the participant's, or somebody else's who is only told of."""

from __future__ import annotations

from coach.core.reading.matching import Hit
from coach.core.reading.places import all_words, parted, same_sentence
from coach.core.reading.scan import Scan

REACH = 14  # words that may lie between a person and what happened to them
BESIDE = 2  # words before a person that tell what part they have
LEAD = 8  # words before a sign that tell whose it is
SIGNED = 5  # words of a text, at least, that somebody signs
NAMED_WITHIN = 14  # words from the start or the end where a writer says who they are
SHORT = 3  # words of a clause in which somebody gives a name


def of_another(hit: Hit, scan: Scan) -> bool:
    """Somebody else is the one it happened to, and nobody writes on the participant's behalf."""
    others = scan.near("cue:other", hit)
    if not others or by_carer(scan):
        return False
    return any(_happened_to(other, hit, scan) for other in others)


def for_kin(scan: Scan) -> bool:
    """Told of the household's own and of nobody else: no word of the writer, no score, nothing long over.

    "Mum can't get up off the floor" comes from the participant's phone; an alarm in it is taken for the participant's.
    """
    words = [token.word for token in scan.words.tokens]
    kin, own = scan.lexicon.set_of("kin"), scan.lexicon.set_of("of_the_writer")
    if kin.isdisjoint(words) or not own.isdisjoint(words) or any(word.isdigit() for word in words):
        return False
    if scan.lexicon.set_of("happening").isdisjoint(words) or scan.words.asked or scan.has("cue:past"):
        return False
    return scan.lexicon.set_of("reported").isdisjoint(words)


def by_carer(scan: Scan) -> bool:
    """Somebody writes for the participant: says so, or gives another name and tells of a relative."""
    return scan.has("cue:carer") or _signed(scan) or _gives_name(scan)


def _signed(scan: Scan) -> bool:
    """True when the text ends with a clause of one word: a name ("… Priya") or what the writer is ("(son)")."""
    tokens = scan.words.tokens
    if len(tokens) < SIGNED or tokens[-1].clause == tokens[-2].clause:
        return False
    end = Hit("", len(scan.raw) - 1, len(scan.raw), frozenset(), "")
    kin = any(scan.raw[cue.end - 1] == len(tokens) - 1 for cue in scan.near("cue:other", end))
    return kin or _unknown(len(tokens) - 1, scan)


def _gives_name(scan: Scan) -> bool:
    """True for "Its Kev" or "soy Rocío" near the start or end: a short clause that ends with an unknown word."""
    count = len(scan.words.tokens)
    places = {*range(1, min(count, NAMED_WITHIN)), *range(max(1, count - NAMED_WITHIN), count)}
    return any(_names(at, scan) for at in places)


def _names(at: int, scan: Scan) -> bool:
    tokens = scan.words.tokens
    clause = tokens[at].clause
    if tokens[at - 1].clause != clause or tokens[at - 1].word not in scan.lexicon.set_of("names_writer"):
        return False
    begins = at < SHORT or tokens[at - SHORT].clause != clause
    ends = at + 1 == len(tokens) or tokens[at + 1].clause != clause
    return begins and ends and _unknown(at, scan)


def _unknown(at: int, scan: Scan) -> bool:
    word = scan.words.tokens[at].word
    return word.isalpha() and word not in scan.lexicon.known and word not in scan.lexicon.set_of("no_name")


def _happened_to(other: Hit, hit: Hit, scan: Scan) -> bool:
    if not same_sentence(other, hit, scan) or other.words <= hit.words:
        return False
    if parted(other, hit, scan) or _no_subject(other, scan):
        return False
    if other.start > hit.start:
        return _named_after(other, hit, scan)
    return hit.start - other.end <= REACH and not _own_at_last(other, hit, scan)


def _no_subject(other: Hit, scan: Scan) -> bool:
    """Somebody who is along ("con mi hermana"), spoken to ("hija, me duele"), or no longer alive."""
    first = scan.raw[other.start]
    before = [token.word for token in scan.words.tokens[max(0, first - BESIDE) : first]]
    if scan.lexicon.set_of("along").intersection(before) or _called(other, before, scan):
        return True
    gone = scan.lexicon.set_of("died")
    return bool(gone.intersection([*before, *all_words(other.end - 1, other.end + 1, scan)]))


def _called(other: Hit, before: list[str], scan: Scan) -> bool:
    """Spoken to: no "my" or "the" before, and a comma after or a word people are called by."""
    if before and before[-1] in scan.lexicon.set_of("determiners"):
        return False
    at = scan.raw[other.end - 1] + 1
    called = scan.lexicon.set_of("called").intersection(scan.line.words[other.start : other.end])
    return bool(called) or (at in scan.words.commas and len(before) < BESIDE)


def _own_at_last(other: Hit, hit: Hit, scan: Scan) -> bool:
    """True when the last person meant before the sign ends is the one who writes: "my wife says my face droops"."""
    own, others = scan.lexicon.set_of("first_person"), scan.lexicon.set_of("third_person")
    tokens, kin = scan.words.tokens, {scan.raw[cue.start] for cue in scan.near("cue:other", hit)}
    for at in range(_end_of(hit, scan) - 1, scan.raw[other.end - 1], -1):
        word = tokens[at].word
        if word in others:
            return False
        if word in own and at + 1 not in kin and not (at and tokens[at - 1].word in ("quien", "who")):
            return True
    return False


def _end_of(hit: Hit, scan: Scan) -> int:
    """One past the last of all words that belong to a sign, with fillers such as the "me" of "hit … me"."""
    tokens, joining = scan.words.tokens, scan.lexicon.set_of("joining")
    fillers = scan.lexicon.set_of("fillers") - joining
    last = scan.raw[hit.end - 1]
    at = last + 1
    while at < len(tokens) and tokens[at].word in fillers and tokens[at].clause == tokens[last].clause:
        at += 1
    return at


def _named_after(other: Hit, hit: Hit, scan: Scan) -> bool:
    """The person comes after the verb: "se desmayó la vecina", "el que se cae es mi perro"."""
    if other.start != hit.end:
        return False
    between = all_words(hit.end - 1, other.start, scan)
    joining = scan.lexicon.set_of("joining")
    if not scan.lexicon.set_of("determiners").intersection(between[-1:]) or joining.intersection(between):
        return False
    first = scan.raw[hit.start]
    said = {t.word for t in scan.words.tokens[max(0, first - LEAD) : scan.raw[hit.end - 1] + 1]}
    return scan.lexicon.set_of("first_person").isdisjoint(said.union(between[:-1]))
