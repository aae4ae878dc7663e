"""Answers to what was asked: better or worse, since when, yes or no, done or not."""

from __future__ import annotations

from coach.core.model import Asked, Finding, Onset, TrendAnswer
from coach.core.reading.denial import denial
from coach.core.reading.matching import Hit
from coach.core.reading.scan import Scan
from coach.core.reading.signs import Signs

_TREND = (TrendAnswer.BETTER, TrendAnswer.SAME, TrendAnswer.WORSE, TrendAnswer.MUCH_WORSE)
_ONSET = (Onset.TODAY, Onset.THIS_WEEK, Onset.LONGER)
_YES_NO = frozenset(
    {
        Asked.HYDRATION,
        Asked.EXERCISE,
        Asked.SEEN,
        Asked.SAFE,
        Asked.JOIN,
        Asked.IDENTITY,
        Asked.RED_FLAG,
        Asked.SYMPTOM,
        Asked.SIDE_EFFECTS,
        Asked.PROFILE,
    },
)
_DONE = frozenset({Asked.HYDRATION, Asked.EXERCISE, Asked.SEEN})
SHORT = 30  # characters of a sentence that says little but a time
_OTHERS = frozenset(
    {"weakness_general", "rapid_worsening", "tired_heavy_legs", "one_leg_weaker", "proximal_weakness"},
)
_DURATIONS = frozenset({"post_exertion_crash"})  # "two days in bed" tells how long a crash lasts, not when it began
_SEEN_MENU = {1: True, 3: False}  # 2 is booked
_DIGIT_MENUS = frozenset({Asked.TREND, Asked.ONSET, Asked.SEEN})


def trend_of(scan: Scan, signs: Signs, asked: Asked, choice: float | None) -> TrendAnswer | None:
    """How the weakness or the overall state has moved; not how another sign has."""
    if asked is Asked.TREND and choice is not None and choice <= len(_TREND):
        return _TREND[int(choice) - 1]
    if not ("trend" in scan.hits or "trend_asked" in scan.hits):
        return None
    said = {name for name in _TREND if _said_of_legs(scan, signs, f"trend:{name}")}
    if asked is Asked.TREND:
        said |= {name for name in _TREND if _said(scan, f"trend_asked:{name}")}
    for name in reversed(_TREND):
        if name in said:
            return name
    return None


def _said(scan: Scan, label: str) -> bool:
    return any(denial(h, scan) is None and not h.words & scan.idioms for h in scan.of(label))


def _said_of_legs(scan: Scan, signs: Signs, label: str) -> bool:
    hits = [h for h in scan.of(label) if denial(h, scan) is None and not h.words & scan.idioms]
    return any(not _beside(h, scan, signs.present + signs.denied, _OTHERS) for h in hits)


def _beside(hit: Hit, scan: Scan, found: tuple[Finding, ...], without: frozenset[str]) -> bool:
    """True when a sign, other than those of `without`, is told in the same clause."""
    low, high = scan.clause_at(hit.start)
    return any(f.code not in without and low <= f.start < high for f in found)


def onset_of(scan: Scan, signs: Signs, asked: Asked, choice: float | None) -> Onset | None:
    """When it began, as told of a sign in the same sentence or in a sentence of its own.

    Of a choice in the menu and words beside it the later beginning counts: "3 this morning" is today.
    """
    told = _onset_told(scan, signs, asked)
    if asked is not Asked.ONSET or choice is None or choice > len(_ONSET):
        return told
    chosen = _ONSET[int(choice) - 1]
    return next(name for name in _ONSET if name in (told, chosen))


def _onset_told(scan: Scan, signs: Signs, asked: Asked) -> Onset | None:
    """The latest beginning that words tell; a bare time of day is one of today."""
    clock = asked is Asked.ONSET and any(":" in word for word in scan.said)
    if not ("onset" in scan.hits or "onset_asked" in scan.hits):
        return Onset.TODAY if clock else None
    undated = frozenset(w for other in scan.of("cue:undated", "onset:undated") for w in other.words)
    hits = [h for h in scan.hits.get("onset", ()) if not h.words & undated]
    if asked is Asked.ONSET:
        hits = hits or scan.hits.get("onset_asked", [])
    else:
        hits = [h for h in hits if _dates_a_sign(h, scan, signs)]
    names = {h.code for h in hits}
    return next((name for name in _ONSET if name in names), None)


def _dates_a_sign(hit: Hit, scan: Scan, signs: Signs) -> bool:
    sentence = scan.line.sentences[hit.start]
    low, high = scan.sentences[sentence]
    short = high - low <= SHORT
    dated = [f for f in signs.present if f.code not in _DURATIONS]
    return bool(dated) and (short or any(f.start < high and low < f.end for f in dated))


def yes_of(scan: Scan, asked: Asked, choice: float | None) -> bool | None:
    """The answer to a yes/no or done question; None when the text leaves it open."""
    if asked not in _YES_NO or _knows_not(scan):
        return None
    if asked is Asked.SEEN and (choice is not None or scan.has("seen:booked")):
        return _SEEN_MENU.get(int(choice or 0))
    kinds = ["yes", str(asked)] if asked is not Asked.JOIN else ["yes", "join"]
    no = any(scan.has(f"{kind}:no") for kind in kinds)
    yes = any(scan.has(f"{kind}:yes") for kind in kinds)
    if asked in _DONE and not no:
        yes = yes or _said(scan, f"{asked}:done")
        no = not yes and any(denial(h, scan) is not None for h in scan.of(f"{asked}:done"))
    if yes == no:
        return None if not yes else _first_said(scan, kinds)
    return yes


def _knows_not(scan: Scan) -> bool:
    """The "no" of "no sé" is no answer."""
    return scan.has("yes:unknown") and scan.said <= scan.lexicon.set_of("unknowing")


def _first_said(scan: Scan, kinds: list[str]) -> bool:
    yes = min((h.start for k in kinds for h in scan.of(f"{k}:yes")), default=0)
    no = min((h.start for k in kinds for h in scan.of(f"{k}:no")), default=0)
    return yes < no


def takes_yes(asked: Asked) -> bool:
    """True for questions that a yes or a no answers."""
    return asked in _YES_NO


def has_menu(asked: Asked) -> bool:
    """True for questions answered by a menu digit."""
    return asked in _DIGIT_MENUS
