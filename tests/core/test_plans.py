"""Whatever the programme, the place and the night: no prompt at night, none above the caps, no two within an hour."""

from __future__ import annotations

import random
import sys
import time as stopwatch
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from coach.core.model import (
    Asked,
    Conversation,
    Density,
    Kind,
    Lane,
    Language,
    Observation,
    Participant,
    Profile,
    QuietHours,
    Sent,
    Status,
)
from coach.core.programme import Due, Programme, PromptKind, suppression, week_of
from coach.core.programme.plan import of_day
from coach.core.schedule import is_quiet
from tests.core.talking import HANDBOOK

DAY = timedelta(days=1)
ZONES = (
    "America/New_York",
    "Europe/Madrid",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
QUARTERS = [time(*divmod(n * 15, 60)) for n in range(96)]
A_PROMPT = "hydration.glass"


@dataclass(frozen=True, slots=True)
class Decided:
    """One prompt that was let through, at the moment at which it would be sent."""

    due: Due
    at: datetime


def test_ten_thousand_plans_keep_to_quiet_hours_caps_and_distance() -> None:
    """Plain chance with a fixed seed."""
    assert _broken(10_000) == []


@pytest.mark.nightly
def test_a_million_plans_keep_to_quiet_hours_caps_and_distance() -> None:
    """The same, for longer.

    A plan is one firing of one slot for one person on one date, decided with all that was sent before it in that week.
    A prompt counts for the date that it was planned for, also when it comes late and the wall shows the next one.
    """
    began = stopwatch.perf_counter()
    assert _broken(1_000_000) == []
    rate = 1_000_000 / (stopwatch.perf_counter() - began)
    sys.stderr.write(f"\n{rate:,.0f} plans a second\n")


def _broken(plans: int) -> list[str]:
    """What is wrong with any of so many plans, in plain words."""
    chance, made, wrong = random.Random(11), 0, set[str]()
    sent = 0
    while made < plans:
        programme, conversation, monday = _anything(chance)
        firings = _firings(programme, conversation.participant, monday, chance)
        gone = tuple(_sent(programme, conversation, firings))
        wrong |= set(_faults(programme, conversation.participant, gone))
        made, sent = made + len(firings), sent + len(gone)
    assert sent > plans / 20, "hardly anything was let through, so little was checked"
    return sorted(wrong)


def _anything(chance: random.Random) -> tuple[Programme, Conversation, date]:
    """Somebody anywhere in a programme whose hours, caps and distances were drawn by lot."""
    programme = _drawn(HANDBOOK.programmes[chance.choice(("legs-12-weeks", "keep-going"))], chance)
    monday = date(2026, 1, 5) + chance.randrange(104) * 7 * DAY
    person = Participant(
        id=1,
        phone="+12025550142",
        status=Status.ACTIVE,
        language=Language.EN,
        country="US",
        zone=chance.choice(ZONES),
        quiet=QuietHours(chance.choice(QUARTERS), chance.choice(QUARTERS)),
        enrolled_on=monday - chance.randrange(12) * 7 * DAY - chance.randrange(7) * DAY,
        density=chance.choice(tuple(Density)),
        ask_at=chance.choice((None, *QUARTERS)),
        profile=Profile(
            conditions=frozenset({"diabetes", "disc_or_stenosis"}) if chance.random() < 0.5 else frozenset()
        ),
    )
    early = datetime.combine(monday, time(), UTC) - DAY
    facts = (
        Observation(Kind.HEARD, early, monday),
        Observation(Kind.SCREENED, early, monday),
        Observation(Kind.WEAKNESS, early, monday, value=chance.randrange(10)),
        Observation(Kind.SIGN, early, monday, chance.choice(("mild_dehydration", "medicine_changed"))),
    )
    hot = frozenset(monday + n * DAY for n in range(7) if chance.random() < 0.3)
    return programme, Conversation(person, observations=facts, hot_days=hot), monday


def _drawn(programme: Programme, chance: random.Random) -> Programme:
    if chance.random() < 0.3:
        return programme
    slots = tuple(replace(slot, at=chance.choice(QUARTERS)) for slot in programme.slots)
    caps = tuple(replace(c, per_day=chance.randint(1, 4), per_week=chance.randint(3, 20)) for c in programme.caps)
    limits = replace(programme.limits, merge=chance.choice((30, 60, 120)) * timedelta(minutes=1))
    return replace(programme, slots=slots, caps=caps, limits=limits)


def _firings(
    programme: Programme, person: Participant, monday: date, chance: random.Random
) -> list[tuple[datetime, Due]]:
    """Every firing of the week in the order of time; one in ten comes late, as after an outage."""
    dues = [due for n in range(7) for due in of_day(programme, person, monday + n * DAY)]
    late = (
        (due.at + (chance.random() * due.slot.useful if chance.random() < 0.1 else timedelta()), due) for due in dues
    )
    return sorted(late, key=lambda firing: (firing[0], firing[1].slot.id))


def _sent(programme: Programme, known: Conversation, firings: list[tuple[datetime, Due]]) -> Iterator[Decided]:
    for now, due in firings:
        if suppression(programme, due, known, now) is None:
            heard = Observation(Kind.HEARD, now, due.day)
            known = replace(
                known,
                sent=(*known.sent, Sent(A_PROMPT, Lane.PROMPT, now)),
                observations=(*known.observations, heard) if due.slot.asked is Asked.WEAKNESS else known.observations,
            )
            yield Decided(due, now)


def _faults(programme: Programme, person: Participant, gone: tuple[Decided, ...]) -> Iterator[str]:
    zone = person.zone or "UTC"
    if any(is_quiet(one.at, zone, person.quiet) or is_quiet(one.due.useful_until, zone, person.quiet) for one in gone):
        yield "in quiet hours, or useful into them"
    for before, after in pairwise(gone):
        if after.at - before.at < programme.limits.merge and not _always_goes(after):
            yield f"{after.due.slot.kind} too soon after {before.due.slot.kind}"
    days, weeks = Counter[date](), Counter[int]()
    for one in gone:
        day, week = one.due.day, week_of(person, one.due.day)
        days[day], weeks[week] = days[day] + 1, weeks[week] + 1
        cap = programme.cap(week, person.density)
        if cap is not None and not _always_goes(one) and (days[day] > cap.per_day or weeks[week] > cap.per_week):
            yield f"{one.due.slot.kind} above the cap"


def _always_goes(one: Decided) -> bool:
    """Check-ins go whatever the caps say: the rules on scores need them."""
    return one.due.slot.kind is PromptKind.CHECK_IN
