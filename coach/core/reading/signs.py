"""The signs of a text: found, judged in their context, and the lesser ones dropped where a graver one says it all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coach.core.model import Finding
from coach.core.reading.context import Judgement, Standing, judge, spoken_of
from coach.core.reading.denial import denied_before
from coach.core.reading.matching import Hit
from coach.core.reading.places import straddles
from coach.core.reading.scan import AND, Scan

TIGHT = 3  # words that may lie between those of a sign that still says one thing


@dataclass(frozen=True, slots=True)
class Signs:
    """The findings of a text by how they stand, each code once and in the order of the text."""

    present: tuple[Finding, ...]
    denied: tuple[Finding, ...]
    spoken_of: tuple[Finding, ...]
    idioms: tuple[Finding, ...] = ()  # only a way of speaking
    hinted: tuple[Finding, ...] = ()  # wording that is often harmless, and not believed without a second reading


_NO_CODES = frozenset[str]()
_KINDS = frozenset({"sign", "hint", "absent"})
Judged = tuple[Hit, Judgement]
ByWord = Mapping[int, list[Judged]]


def find_signs(scan: Scan) -> Signs:
    """All signs of a text."""
    if _KINDS.isdisjoint(scan.hits):
        return Signs((), (), ())
    sure = [(hit, judge(hit, scan)) for hit in _in_order("sign", scan)]
    hints = [(hit, judge(hit, scan)) for hit in _in_order("hint", scan)]
    judged = [*sure, *hints]
    well = [hit for hit in scan.hits.get("absent", ()) if _says_so(hit, scan)]
    absent = [(hit, Judgement(Standing.DENIED, hit.start)) for hit in well]
    denied = _standing(judged, Standing.DENIED)
    present = _told(_standing(sure, Standing.PRESENT), denied, absent, scan)
    codes = {hit.code for hit, _ in present}
    by_word = _by_word(present) if denied or absent or hints else {}
    denials = _lesser_dropped([*denied, *absent], scan)
    denied = [pair for pair in denials if pair[0].code not in codes and not _part_of(pair, by_word)]
    spoken_of = _lesser_dropped(_standing(judged, Standing.SPOKEN_OF), scan)
    hinted = _not_explained(_standing(hints, Standing.PRESENT), denied, absent, scan)
    hinted = [pair for pair in hinted if pair[0].code not in codes and not _absorbed(pair, by_word, scan)]
    idioms = _standing(judged, Standing.IDIOM)
    return Signs(*[_findings(found, scan) for found in (present, denied, spoken_of, idioms, hinted)])


def _told(present: list[Judged], denied: list[Judged], absent: list[Judged], scan: Scan) -> list[Judged]:
    """The signs that are there, after those have gone that a denial or a graver sign explains."""
    present = _not_explained(present, denied, absent, scan)
    replaced = _replaced(scan.lexicon.vocabulary.replaces, present)
    return [pair for pair in _lesser_dropped(present, scan) if pair[0].code not in replaced]


def _not_explained(present: list[Judged], denied: list[Judged], absent: list[Judged], scan: Scan) -> list[Judged]:
    """The signs whose words no denial and no statement that all is well explains."""
    if not (denied or absent):
        return present
    denials, statements = _by_word(denied), _by_word(absent)
    return [
        pair for pair in present if not _contradicted(pair[0], denials, scan) and not _restated(pair[0], statements)
    ]


def _says_so(absent: Hit, scan: Scan) -> bool:
    """False when wording that all is well is denied or only spoken of: "not able to stand", "used to walk fine"."""
    if straddles(absent, scan) or _broken(absent, scan):
        return False
    negative = scan.lexicon.set_of("negative")
    if scan.line.words[absent.start] in negative:
        return not spoken_of(absent, scan)
    before = scan.line.words[absent.start - 1] if absent.start else ""
    ceased = scan.lexicon.set_of("ceased")
    return before not in negative | ceased and denied_before(absent, scan) is None and not spoken_of(absent, scan)


def _broken(absent: Hit, scan: Scan) -> bool:
    """True when a denial or an "and" stands between the words, so that they belong to two statements."""
    inner = range(absent.start, absent.end - 1)
    return any((n in scan.negators and n not in absent.words) or AND in scan.links(n) for n in inner)


def _in_order(kind: str, scan: Scan) -> list[Hit]:
    return sorted(scan.hits.get(kind, ()), key=lambda h: (h.start, -h.end, h.label))


def _standing(judged: list[Judged], standing: Standing) -> list[Judged]:
    return [pair for pair in judged if pair[1].standing is standing]


def _by_word(judged: Iterable[Judged]) -> ByWord:
    places: dict[int, list[Judged]] = {}
    for pair in judged:
        for word in pair[0].words:
            places.setdefault(word, []).append(pair)
    return places


def _touching(hit: Hit, by_word: ByWord) -> list[Judged]:
    """Those that share a word with a hit."""
    return [pair for word in hit.words for pair in by_word.get(word, ())]


def _contradicted(hit: Hit, denials: ByWord, scan: Scan) -> bool:
    """A match over words that are denied as the same sign, or as a graver one that says it all."""
    return any(_denies(other, judgement, hit, scan) for other, judgement in _touching(hit, denials))


def _denies(other: Hit, judgement: Judgement, hit: Hit, scan: Scan) -> bool:
    if judgement.cue in hit.words or _says_anew(hit, other, scan):
        return False
    vocabulary = scan.lexicon.vocabulary
    code = hit.code
    if other.code == code:
        closer = other.end - other.start < hit.end - hit.start or other.words == hit.words
        return closer or code not in vocabulary.severe or _one_more(other, judgement, hit)
    absorbs = code in vocabulary.absorbs.get(other.code, ())
    return absorbs and not _cut(other, judgement) and _overlap(other, hit, scan)


def _says_anew(hit: Hit, denied: Hit, scan: Scan) -> bool:
    """True where a denial of its own opens the sign after what is denied: "no falls but can't get up"."""
    vocabulary, word = scan.lexicon.set_of, scan.line.words[hit.start]
    return denied.start < hit.start and word in vocabulary("negative") - vocabulary("lacking") - vocabulary("or")


def _one_more(other: Hit, judgement: Judgement, hit: Hit) -> bool:
    """True when what is denied is the same with one more word: "ya no me late raro el corazón"."""
    before = judgement.cue is not None and judgement.cue < other.start
    return before and hit.words <= other.words and other.end - other.start == hit.end - hit.start + 1


def _restated(hit: Hit, absent: ByWord) -> bool:
    """Words that state its absence, or that of something else ("no siento pesadas las piernas" is no numbness)."""
    code = hit.code
    return any(other.code == code or len(other.words & hit.words) > 1 for other, _ in _touching(hit, absent))


def _part_of(pair: Judged, present: ByWord) -> bool:
    """A "denied" sign all of whose words, or whose negator, belong to one that is present ("can't feel my toes")."""
    hit, judgement = pair
    if judgement.cue is not None and judgement.cue in present:
        return True
    return any(hit.words <= other.words for other, _ in _touching(hit, present))


def _lesser_dropped(judged: list[Judged], scan: Scan) -> list[Judged]:
    absorbers = scan.lexicon.absorbers
    codes = {hit.code for hit, _ in judged}
    if all(absorbers[code].isdisjoint(codes) for code in codes if code in absorbers):
        return judged
    by_word = _by_word(judged)
    return [pair for pair in judged if not _absorbed(pair, by_word, scan)]


def _absorbed(pair: Judged, by_word: ByWord, scan: Scan) -> bool:
    graver = scan.lexicon.absorbers.get(pair[0].code, _NO_CODES)
    return bool(graver) and any(
        _absorbs(other, pair, scan) for other in _touching(pair[0], by_word) if other[0].code in graver
    )


def _absorbs(graver: Judged, lesser: Judged, scan: Scan) -> bool:
    """True when the graver sign, which may absorb the lesser one, is the better reading of the lesser one's words."""
    (hit, verdict), (other, judgement) = graver, lesser
    if _cut(hit, verdict) and (verdict.cue != judgement.cue or not other.words <= hit.words):
        return False
    return _overlap(hit, other, scan)


def _cut(hit: Hit, judgement: Judgement) -> bool:
    """True when the denial stands inside the words of the sign, so that they may belong to two statements."""
    return judgement.cue is not None and judgement.cue > hit.start


def _overlap(graver: Hit, lesser: Hit, scan: Scan) -> bool:
    """The two rest on the same words, not merely on the same body part or on items of one list."""
    shared = graver.words & lesser.words
    if graver.end - graver.start > len(graver.words) + TIGHT or not (shared - scan.body or shared == lesser.words):
        return False
    own_part = lesser.words & scan.body - graver.words
    return not own_part or lesser.end - lesser.start > graver.end - graver.start


def _replaced(table: Mapping[str, frozenset[str]], judged: list[Judged]) -> frozenset[str]:
    return _NO_CODES.union(*[table[hit.code] for hit, _ in judged if hit.code in table])


def _findings(judged: list[Judged], scan: Scan) -> tuple[Finding, ...]:
    if not judged:
        return ()
    first: dict[str, Finding] = {}
    for hit, judgement in judged:
        code = hit.code
        if code not in first:
            start, end = scan.offsets(hit)
            cue = scan.line.words[judgement.cue] if judgement.cue is not None else None
            first[code] = Finding(code, start, end, hit.source, cue)
    return tuple(first.values())
