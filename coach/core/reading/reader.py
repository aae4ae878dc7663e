"""The one door of reading: `read` turns any text at all into a Reply."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from coach.core.model import SARC_F_ITEMS, Asked, Channel, Finding, Intent, Language, Onset, Reply, TrendAnswer
from coach.core.reading.amounts import amount_for
from coach.core.reading.answers import has_menu, onset_of, trend_of, yes_of
from coach.core.reading.days import THESE_DAYS, tells_these_days
from coach.core.reading.facts import facts_of, told_facts
from coach.core.reading.intents import Heard, intent_of, topic_of
from coach.core.reading.lexicon import Lexicon
from coach.core.reading.matching import Hit
from coach.core.reading.ratings import said_numbers, weakness_rating
from coach.core.reading.scan import Scan, scan
from coach.core.reading.second import second_reading
from coach.core.reading.signs import Signs, find_signs
from coach.core.reading.weekly import with_test

_COUNTED = frozenset(
    {
        Asked.HYDRATION,
        Asked.EXERCISE,
        Asked.FALLS,
        Asked.STAIRS,
        Asked.CHAIR_STANDS,
        Asked.TREND,
        Asked.ONSET,
        Asked.SEEN,
        *SARC_F_ITEMS,
    },
)

FALL = "fall_no_injury"
_FALLS = frozenset({FALL, "fall_serious", "head_injury", "faint"})
TWO_FALLS = 2
MANY = "two_falls"
EFFORT = "faint_feature"
_OF_THESE_DAYS = frozenset({THESE_DAYS, MANY})
ONE_SIDE = "one_sided"
_NEITHER = frozenset({Intent.QUESTION, Intent.STOP})  # who asks or leaves has said neither yes nor no
_ANSWERED = ("booked", "answered", "hard", "arms", "not_without")  # without a number, and neither yes nor no


class _Values(NamedTuple):
    """What a text answers beside its signs."""

    weakness: int | None
    trend: TrendAnswer | None
    yes: bool | None
    amount: float | None
    onset: Onset | None


def read(text: str, asked: Asked, language: Language, channel: Channel, lexicon: Lexicon) -> Reply:
    """Read a text as the answer to what was asked, and for any sign it speaks of.

    Both languages are understood whatever `language` says; it only decides words that look the same in both.
    Any text returns a Reply, in time linear in its length. The second reader, where the lexicon has one, adds what
    known texts tell of in other words.
    """
    first, seen, told = _first_reading(text, asked, language, channel, lexicon)
    if lexicon.likeness is None:
        return first
    second = second_reading(first, seen, asked, lexicon.likeness)
    if second.signs == first.signs:
        return second
    signs = Signs(second.signs, second.denied, second.hypothetical)
    choice = first.amount if has_menu(asked) else None
    return replace(
        second,
        onset=onset_of(seen, signs, asked, choice),
        facts=_with_asked(facts_of(told, second.signs, seen), asked, second.amount) | first.facts & _OF_THESE_DAYS,
    )


def first_reading(
    text: str, asked: Asked, language: Language, channel: Channel, lexicon: Lexicon
) -> tuple[Reply, Scan]:
    """What the concept grammar alone reads, and the text as it was looked over."""
    reply, seen, _ = _first_reading(text, asked, language, channel, lexicon)
    return reply, seen


def _first_reading(
    text: str, asked: Asked, language: Language, channel: Channel, lexicon: Lexicon
) -> tuple[Reply, Scan, list[Hit]]:
    """The first reading, the text as it was looked over, and where facts are told in it."""
    seen = scan(text, lexicon, language)
    numbers = said_numbers(seen, channel)
    weakness, rated = weakness_rating(seen, numbers, asked)
    left = [number for number in numbers if number is not rated]
    amount = amount_for(seen, left, asked) if asked in _COUNTED else None
    choice = amount if has_menu(asked) else None
    told = told_facts(seen)
    lately = asked is Asked.SARC_F_FALLS and tells_these_days(seen, left)
    falls = amount_for(seen, left, Asked.FALLS) if lately else amount if asked is Asked.FALLS else None
    signs = _with_falls(find_signs(seen), falls, text)
    signs = with_test(_with_side(signs, told, asked, text), seen, asked, amount)
    values = _Values(
        weakness=weakness,
        trend=trend_of(seen, signs, asked, choice),
        yes=_yes(seen, asked, choice, amount),
        amount=amount,
        onset=onset_of(seen, signs, asked, choice),
    )
    heard = Heard(asked, _answers(values, seen, asked), _reports(values, signs), bool(signs.present))
    intent = intent_of(seen, heard)
    reply = Reply(
        intent=intent,
        weakness=values.weakness,
        trend=values.trend,
        yes=None if intent in _NEITHER else values.yes,
        amount=values.amount,
        onset=values.onset,
        signs=signs.present,
        denied=signs.denied,
        topic=topic_of(seen) if intent is Intent.QUESTION else None,
        hypothetical=signs.spoken_of,
        idioms=signs.idioms,
        hinted=signs.hinted,
        facts=_with_asked(facts_of(told, signs.present, seen), asked, amount) | _of_these_days(falls, lately=lately),
    )
    return reply, seen, told


def _with_falls(signs: Signs, falls: float | None, text: str) -> Signs:
    """A count of falls tells of falls, unless the text speaks of them otherwise."""
    said = {finding.code for finding in signs.present + signs.spoken_of + signs.denied}
    if not falls or (said & _FALLS and not _none_otherwise(signs)):
        return signs
    fall = Finding(FALL, 0, len(text), "a count of falls")
    denied = tuple(finding for finding in signs.denied if finding.code != FALL)
    return replace(signs, present=(*signs.present, fall), denied=denied)


def _none_otherwise(signs: Signs) -> bool:
    """No more is said of falls than that there were none, which the count tells of another day."""
    said = {finding.code for finding in signs.present + signs.spoken_of} & _FALLS
    return not said and {finding.code for finding in signs.denied} & _FALLS == {FALL}


def _with_side(signs: Signs, told: Iterable[Hit], asked: Asked, text: str) -> Signs:
    """As in "since lunch, left leg only": the question was of weakness, so one side named alone is the weak one."""
    if asked is not Asked.ONSET or signs.present or all(hit.code != ONE_SIDE for hit in told):
        return signs
    weaker = Finding("one_leg_weaker", 0, len(text), "one side, told when asked since when")
    return replace(signs, present=(weaker,))


def _yes(seen: Scan, asked: Asked, choice: float | None, amount: float | None) -> bool | None:
    """Yes or no; an amount of exercise that is more than a bare number is exercise done."""
    yes = yes_of(seen, asked, choice)
    done = asked is Asked.EXERCISE and bool(amount) and len(seen.words.tokens) > 1
    return True if done and yes is None else yes


def _of_these_days(falls: float | None, *, lately: bool) -> frozenset[str]:
    """The facts that falls within two weeks add where a year was asked about."""
    return frozenset({THESE_DAYS, *({MANY} if falls and falls >= TWO_FALLS else ())}) if lately else frozenset()


def _with_asked(facts: frozenset[str], asked: Asked, amount: float | None) -> frozenset[str]:
    """The facts with what the question adds: how many falls, and that a faint at the chair test was one in effort."""
    if asked is Asked.CHAIR_STANDS and amount:
        return facts | {EFFORT}
    if asked is not Asked.FALLS or amount is None:
        return facts
    return facts | {MANY} if amount >= TWO_FALLS else frozenset(f for f in facts if amount or not f.startswith(MANY))


def _answers(values: _Values, seen: Scan, asked: Asked) -> bool:
    """True when the text answers the open question."""
    if asked is Asked.NOTHING:
        return False
    if asked is Asked.WEAKNESS:
        return values.weakness is not None
    if asked is Asked.TREND:
        return values.trend is not None
    if asked is Asked.ONSET:
        return values.onset is not None
    return values.yes is not None or values.amount is not None or seen.has(*(f"{asked}:{said}" for said in _ANSWERED))


def _reports(values: _Values, signs: Signs) -> bool:
    found = signs.present or signs.denied or signs.spoken_of
    return bool(found) or values.trend is not None or values.weakness is not None or values.onset is not None
