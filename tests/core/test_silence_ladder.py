"""The silence ladder by its reason: what never arrived, what was not answered, what a machine took, what was ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from coach.core import schedule
from coach.core.conversation.timetable import begin
from coach.core.events import MessageQueued, TaskRaised
from coach.core.model import Channel, Conversation, Fate, Lane, Language, Profile, Status
from tests.core.talking import Talk, groups, meet, of

ZONE = "America/New_York"
MONDAY = date(2026, 3, 16)
BEGUN = date(2026, 3, 2)
OFFERS = {"silence_offer", "silence_offer_calls", "silence_offer_undelivered"}
LADDER = {"check_in_short", "silence_reminder", "voice.check_in", *OFFERS}


class Line(Talk):
    """A talk whose carrier says the same of every prompt."""

    fate = Fate.DELIVERED

    def known(self) -> Conversation:
        """With what the carrier told."""
        known = super().known()
        told = (replace(s, fate=self.fate) if s.lane is Lane.PROMPT else s for s in known.sent)
        self.conversation = replace(known, sent=tuple(told))
        return self.conversation


def rosa(fate: Fate, channel: Channel = Channel.SMS) -> Line:
    """Rosa answered on Monday of week 3 and not again; check-ins come Monday, Wednesday and Friday."""
    facts: dict[str, object] = {
        "status": Status.ACTIVE,
        "zone": ZONE,
        "channel": channel,
        "enrolled_on": BEGUN,
        "profile": Profile(age=50, fluid_limit=False),
    }
    start = meet(datetime(2026, 3, 16, 12, 0, tzinfo=UTC), **facts)
    talk = Line(start.now, start.conversation)
    talk.fate = fate
    talk.keep(begin(talk.moment(), talk.conversation.participant))
    talk.at(wall(16, "16:31"))
    talk.says("3")
    return talk


def wall(day: int, at: str) -> datetime:
    """A wall time in March."""
    return schedule.to_utc(date(2026, 3, day), time.fromisoformat(at), ZONE)


def ladder(talk: Talk, until: datetime) -> list[tuple[str, str]]:
    """The steps of the ladder by time alone: local date and hour, and what."""
    found = []
    while talk.now < until:
        before = len(talk.queued)
        talk.at(min(talk.now + timedelta(minutes=30), until))
        for name, message in zip(groups(talk.queued[before:]), talk.queued[before:], strict=True):
            if name in LADDER and message.lane is Lane.PROMPT:
                found.append((f"{schedule.local(talk.now, ZONE):%a %H:%M}", name))
    return found


def test_delivered_and_silent_goes_from_a_reminder_to_a_call() -> None:
    """Wednesday the reminder, Friday a short question, Monday the offer and three hours later a call."""
    steps = ladder(rosa(Fate.DELIVERED), wall(24, "12:00"))
    assert [name for _, name in steps] == ["silence_reminder", "check_in_short", "silence_offer", "voice.check_in"]
    assert steps[-1][0].startswith("Mon 19:")


def test_its_reasons_are_told_with_every_step() -> None:
    """For “why did I get this” and for staff."""
    talk = rosa(Fate.DELIVERED)
    ladder(talk, wall(24, "12:00"))
    call = next(m for m in reversed(talk.queued) if m.channel is Channel.VOICE)
    assert call.because == (
        "a call, because 3 check-ins in a row were not answered. The last check-in was delivered and not answered."
    )


def test_the_reason_is_in_the_coordinators_task() -> None:
    """Beside what the rules say."""
    talk = rosa(Fate.DELIVERED)
    found: list[TaskRaised] = []
    while talk.now < wall(30, "12:00"):
        talk.at(talk.now + timedelta(hours=1))
        found += [task for task in of(talk.last, TaskRaised) if task.kind.startswith("silence")]
    assert "delivered and not answered" in found[0].because


def test_what_never_arrived_is_work_about_the_number_the_same_day_and_no_second_text() -> None:
    """A text or call to a number that takes none helps nobody; one task a silence."""
    talk = rosa(Fate.NOT_DELIVERED)
    steps = ladder(talk, wall(24, "12:00"))
    assert [name for _, name in steps] == ["check_in_short", "silence_offer_undelivered"]
    assert talk.raised.count("number") == 1


def test_the_work_about_the_number_comes_within_hours() -> None:
    """On the day itself."""
    talk = rosa(Fate.NOT_DELIVERED)
    talk.at(wall(18, "19:31"))
    assert talk.raised.count("number") == 1


def test_a_call_that_a_machine_took_is_made_again_three_hours_later() -> None:
    """Once."""
    steps = ladder(rosa(Fate.MACHINE, Channel.VOICE), wall(19, "12:00"))
    assert [name for _, name in steps] == ["voice.check_in", "voice.check_in"]
    assert steps[1][0].startswith("Wed 19:")


def test_a_call_that_nobody_took_is_made_again_too() -> None:
    """As a reminder."""
    steps = ladder(rosa(Fate.NO_ANSWER, Channel.VOICE), wall(19, "12:00"))
    assert [name for _, name in steps] == ["voice.check_in", "voice.check_in"]


def test_a_call_that_somebody_ended_is_followed_by_a_text() -> None:
    """Half an hour later, when the call is surely over."""
    steps = ladder(rosa(Fate.HUNG_UP, Channel.VOICE), wall(19, "12:00"))
    assert [name for _, name in steps] == ["voice.check_in", "silence_reminder"]
    assert steps[1][0].startswith("Wed 17:")


def test_at_the_third_missed_call_a_text_offers_a_pause() -> None:
    """The other channel, for people who are called."""
    talk = rosa(Fate.MACHINE, Channel.VOICE)
    steps = ladder(talk, wall(24, "12:00"))
    assert steps[-1][1] == "silence_offer_calls"
    texts = [m for m in of(talk.queued, MessageQueued) if m.lane is Lane.PROMPT and m.channel is Channel.SMS]
    assert len(texts) == 1


def test_words_that_cannot_be_read_are_no_silence_but_work_after_two_check_ins() -> None:
    """Not understood is our failure, not theirs."""
    talk = rosa(Fate.DELIVERED)
    for day in (18, 20):
        talk.at(wall(day, "16:45"))
        talk.says("xyzzy plugh")
    talk.at(wall(20, "19:59"))
    assert talk.raised.count("not_understood") == 1
    assert not any(kind.startswith("silence") for kind in talk.raised)


@pytest.mark.parametrize("fate", list(Fate))
@pytest.mark.parametrize("channel", list(Channel))
def test_nothing_of_the_ladder_comes_in_the_night(fate: Fate, channel: Channel) -> None:
    """Whatever the reason: nothing between 20:00 and 9:00."""
    talk = rosa(fate, channel)
    talk.at(wall(31, "12:00"))
    hours = {schedule.local(s.at, ZONE).hour for s in talk.conversation.sent if s.lane is Lane.PROMPT}
    assert hours <= set(range(9, 20))


@pytest.mark.parametrize(
    ("fate", "channel", "language", "asked", "never"),
    [
        (Fate.MACHINE, Channel.VOICE, Language.EN, "fewer calls", "too much"),
        (Fate.MACHINE, Channel.VOICE, Language.ES, "menos llamadas", "muchos mensajes"),
        (Fate.NOT_DELIVERED, Channel.SMS, Language.EN, "did not reach you", "too much"),
        (Fate.NOT_DELIVERED, Channel.SMS, Language.ES, "No le llegaron", "muchos mensajes"),
    ],
)
def test_the_offer_speaks_of_what_the_person_gets(
    fate: Fate, channel: Channel, language: Language, asked: str, never: str
) -> None:
    """Nobody who is called, or to whom no text comes, is asked whether these texts are too much."""
    talk = rosa(fate, channel)
    talk.conversation = replace(
        talk.conversation, participant=replace(talk.conversation.participant, language=language)
    )
    ladder(talk, wall(24, "12:00"))
    offered = [m.body for m in talk.queued if not OFFERS.isdisjoint(groups([m]))]
    assert asked in offered[-1]
    assert never not in " ".join(offered)
