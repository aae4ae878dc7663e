"""The silence ladder by its reason: what never arrived, what was not answered, what a machine took, what was ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from coach.core import schedule
from coach.core.conversation.timetable import begin
from coach.core.events import MessageQueued, TaskRaised
from coach.core.model import Channel, Conversation, Fate, Lane, Language, Profile, QuietHours, Sent, Status
from coach.core.programme import missed_in_a_row
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


def tried(talk: Talk, until: datetime) -> list[tuple[str, str]]:
    """What was made to reach somebody who is called, with the local day and hour."""
    talk.at(until)
    prompts = (s for s in talk.conversation.sent if s.lane is Lane.PROMPT)
    ways = {Channel.VOICE: "call", Channel.SMS: "text"}
    wanted = ((schedule.local(s.at, ZONE), ways[s.channel]) for s in prompts)
    return [(f"{at:%d %H:%M}", what) for at, what in wanted if at.date() > MONDAY]


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


@pytest.mark.parametrize("fate", [Fate.NO_ANSWER, Fate.MACHINE])
def test_a_call_that_no_person_took_is_made_twice_more_that_evening_and_then_followed_by_a_text(fate: Fate) -> None:
    """Half an hour apart: nobody, a line that is busy, a voicemail, a fax."""
    tries = tried(rosa(fate, Channel.VOICE), wall(19, "12:00"))
    assert tries == [("18 16:30", "call"), ("18 17:00", "call"), ("18 17:30", "call"), ("18 18:00", "text")]


def test_a_machine_never_answers_for_a_person() -> None:
    """The question stays open and counts as missed, however often a voicemail took the call."""
    talk = rosa(Fate.MACHINE, Channel.VOICE)
    talk.at(wall(19, "12:00"))
    assert talk.moment().unanswered_score() is None
    assert missed_in_a_row(talk.conversation) == 1


def test_no_call_is_made_again_in_the_night() -> None:
    """Rosa has chosen the last hour there is, and her night begins at seven: one more call, and nothing after it."""
    talk = rosa(Fate.NO_ANSWER, Channel.VOICE)
    talk.at(wall(17, "12:00"))
    late = replace(talk.conversation.participant, ask_at=time(18), quiet=QuietHours(time(19), time(9)))
    talk.conversation = replace(talk.conversation, participant=late)
    talk.timers.clear()
    talk.keep(begin(talk.moment(), late))
    assert tried(talk, wall(19, "12:00")) == [("18 18:00", "call"), ("18 18:30", "call")]


def test_no_text_follows_the_calls_where_texts_do_not_arrive() -> None:
    """A landline."""
    talk = rosa(Fate.NO_ANSWER, Channel.VOICE)
    lost = Sent("enrol.welcome", Lane.REPLY, talk.now, Channel.SMS, Fate.NOT_DELIVERED)
    talk.conversation = replace(talk.conversation, sent=(*talk.conversation.sent, lost))
    assert [what for _, what in tried(talk, wall(19, "12:00"))] == ["call"] * 3


def test_a_call_that_was_answered_in_part_is_not_made_again() -> None:
    """Rosa gave her score and hung up: it is kept, and nobody rings for it again."""
    talk = rosa(Fate.TALKED, Channel.VOICE)
    talk.at(wall(18, "16:31"))
    talk.call_opens()
    talk.says("4", Channel.VOICE)
    assert [at for at, _ in tried(talk, wall(19, "12:00"))] == ["18 16:30"]
    assert talk.conversation.observations[-1].value == 4


def test_the_second_missed_day_is_called_as_often_but_gets_no_second_text() -> None:
    """The ladder asks less and less."""
    tries = tried(rosa(Fate.NO_ANSWER, Channel.VOICE), wall(21, "12:00"))
    assert [what for at, what in tries if at.startswith("20")] == ["call"] * 3


def test_whoever_stays_silent_is_called_once_a_day() -> None:
    """From the fourth missed check-in on a coordinator finds out, and more calls help nobody."""
    tries = tried(rosa(Fate.NO_ANSWER, Channel.VOICE), wall(26, "12:00"))
    assert [at for at, _ in tries if at.startswith("25")] == ["25 16:30"]


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
    assert [min(groups([text])) for text in texts] == ["silence_reminder", "silence_offer_calls"]


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
