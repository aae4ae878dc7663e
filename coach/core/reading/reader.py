"""The one door of reading: `read` turns any text at all into a Reply."""

from __future__ import annotations

from dataclasses import replace

from coach.core.model import Asked, Channel, Finding, Intent, Language, Reply
from coach.core.reading.answers import has_menu, onset_of, trend_of, yes_of
from coach.core.reading.facts import facts_of
from coach.core.reading.intents import Heard, intent_of, topic_of
from coach.core.reading.lexicon import Lexicon
from coach.core.reading.ratings import amount_for, said_numbers, weakness_rating
from coach.core.reading.scan import Scan, scan
from coach.core.reading.second import second_reading
from coach.core.reading.signs import Signs, find_signs

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
    },
)

_FALLS = frozenset({"fall_no_injury", "fall_serious", "head_injury", "faint"})
TWO_FALLS = 2
ONE_SIDE = "one_sided"


def read(text: str, asked: Asked, language: Language, channel: Channel, lexicon: Lexicon) -> Reply:
    """Read a text as the answer to what was asked, and for any sign it speaks of.

    Both languages are understood whatever `language` says; it only decides words that look the same in both.
    Any text returns a Reply, in time linear in its length. The second reader, where the lexicon has one, adds what
    known texts tell of in other words.
    """
    first, seen = first_reading(text, asked, language, channel, lexicon)
    if lexicon.likeness is None:
        return first
    second = second_reading(first, seen, asked, lexicon.likeness)
    if second.signs == first.signs:
        return second
    told = Signs(second.signs, second.denied, second.hypothetical)
    choice = first.amount if has_menu(asked) else None
    return replace(
        second,
        onset=onset_of(seen, told, asked, choice),
        facts=facts_of(seen, second.signs) | _falls_fact(asked, second.amount),
    )


def first_reading(
    text: str, asked: Asked, language: Language, channel: Channel, lexicon: Lexicon
) -> tuple[Reply, Scan]:
    """What the concept grammar alone reads, and the text as it was looked over."""
    seen = scan(text, lexicon, language)
    signs = find_signs(seen)
    numbers = said_numbers(seen, channel)
    weakness, rated = weakness_rating(seen, numbers, asked)
    left = [number for number in numbers if number is not rated]
    amount = amount_for(seen, left, asked) if asked in _COUNTED else None
    choice = amount if has_menu(asked) else None
    signs = _with_falls(signs, asked, amount, text)
    signs = _with_side(signs, seen, asked, text)
    values = Reply(
        intent=Intent.UNCLEAR,
        weakness=weakness,
        trend=trend_of(seen, signs, asked, choice),
        yes=yes_of(seen, asked, choice),
        amount=amount,
        onset=onset_of(seen, signs, asked, choice),
        signs=signs.present,
        denied=signs.denied,
        hypothetical=signs.spoken_of,
        idioms=signs.idioms,
        hinted=signs.hinted,
        facts=facts_of(seen, signs.present) | _falls_fact(asked, amount),
    )
    return _with_intent(values, seen, signs, asked), seen


def _with_falls(signs: Signs, asked: Asked, amount: float | None, text: str) -> Signs:
    """A count of falls tells of falls, unless the text speaks of them otherwise."""
    said = {finding.code for finding in signs.present + signs.spoken_of + signs.denied}
    if asked is not Asked.FALLS or not amount or said & _FALLS:
        return signs
    fall = Finding("fall_no_injury", 0, len(text), "a count of falls")
    return replace(signs, present=(*signs.present, fall))


def _with_side(signs: Signs, seen: Scan, asked: Asked, text: str) -> Signs:
    """As in "since lunch, left leg only": the question was of weakness, so one side named alone is the weak one."""
    if asked is not Asked.ONSET or signs.present or ONE_SIDE not in facts_of(seen, ()):
        return signs
    weaker = Finding("one_leg_weaker", 0, len(text), "one side, told when asked since when")
    return replace(signs, present=(weaker,))


def _falls_fact(asked: Asked, amount: float | None) -> frozenset[str]:
    many = asked is Asked.FALLS and amount is not None and amount >= TWO_FALLS
    return frozenset({"two_falls"} if many else ())


def _with_intent(values: Reply, seen: Scan, signs: Signs, asked: Asked) -> Reply:
    heard = Heard(asked, _answers(values, seen, asked), _reports(values, signs), bool(signs.present))
    intent = intent_of(seen, heard)
    topic = topic_of(seen) if intent is Intent.QUESTION else None
    return replace(values, intent=intent, topic=topic)


def _answers(values: Reply, seen: Scan, asked: Asked) -> bool:
    """True when the text answers the open question."""
    if asked is Asked.NOTHING:
        return False
    if asked is Asked.WEAKNESS:
        return values.weakness is not None
    if asked is Asked.TREND:
        return values.trend is not None
    if asked is Asked.ONSET:
        return values.onset is not None
    return values.yes is not None or values.amount is not None or seen.has(f"{asked}:booked", f"{asked}:answered")


def _reports(values: Reply, signs: Signs) -> bool:
    found = signs.present or signs.denied or signs.spoken_of
    return bool(found) or values.trend is not None or values.weakness is not None or values.onset is not None
