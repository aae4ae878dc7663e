"""Texts that are long, odd or come with pictures: read whole, kept, answered, and never in the way of an emergency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Table, select

from coach.adapters.database.inbox import shortened
from coach.adapters.database.reports import Reports
from coach.adapters.database.reports_media import media_note
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation, inbound, outbox, task
from coach.adapters.twilio.forms import Form
from coach.adapters.twilio.parse import parse_inbound, raw_fields
from coach.core.conversation.received import UNSEEN
from coach.core.events import CheckInOpened
from coach.core.model import BODY_SHOWN, Asked, Lane, Language, Participant, Status
from coach.ports import Cause
from coach.service import Coach
from tests.carriers import SilentCarrier
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

LINE, ROSA = "+12025550100", "+12025550142"
ALARM = "I can't breathe"


@dataclass
class Practice:
    """A coach on a real database, with texts as the carrier posts them."""

    engine: Engine
    clock: StoppedClock
    texts: int = 0

    def __post_init__(self) -> None:
        """Nobody has written yet."""
        self.coach = Coach(SqlStore(self.engine), SilentCarrier(), HANDBOOK, self.clock)

    def enrol(self, status: Status = Status.ACTIVE, language: Language = Language.EN) -> int:
        """Rosa takes part."""
        person = Participant(0, ROSA, status, language, "US", name="Rosa", zone="America/Chicago")
        with self.coach.store.begin() as tx:
            return tx.enrol(person, self.clock())

    def text(self, body: str, *media: str) -> str | None:
        """Rosa texts, perhaps with pictures of these kinds, a minute after the last."""
        self.clock.advance(minutes=1)
        self.texts += 1
        fields = {"MessageSid": f"SM{self.texts}", "From": ROSA, "To": LINE, "Body": body, "NumMedia": str(len(media))}
        fields |= {f"MediaContentType{n}": kind for n, kind in enumerate(media)}
        fields |= {f"MediaUrl{n}": f"https://api.twilio.example/Media/ME{n}" for n in range(len(media))}
        form = Form(tuple(fields.items()))
        return self.coach.receiving.text(parse_inbound(form, self.clock()), raw_fields(form))

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows in order."""
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def sent(self) -> list[str]:
        """The templates queued to Rosa, in order."""
        return [row["template"] for row in self.rows(outbox) if row["lane"] != Lane.PAGE]

    def tasks(self) -> list[str]:
        """The kinds of the tasks."""
        return [row["kind"] for row in self.rows(task)]


@pytest.fixture
def practice(engine: Engine, clock: StoppedClock) -> Iterator[Practice]:
    """On both databases."""
    opened = Practice(engine, clock)
    yield opened
    opened.coach.close()


# --- long -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [0, 9_000, 50_000, 99_000])
def test_an_emergency_is_found_wherever_it_stands_in_a_giant_text(practice: Practice, before: int) -> None:
    """All of it is read, also what nobody is shown."""
    practice.enrol()
    filler = "and then we went on "
    body = filler * (before // len(filler)) + ALARM + ". " + filler * ((100_000 - before) // len(filler))
    practice.text(body)
    assert [row["level"] for row in practice.rows(escalation)] == ["emergency"]
    assert practice.sent() == ["escalation.emergency"]


def test_a_giant_text_is_shown_shortened_and_kept_whole(practice: Practice) -> None:
    """Head and tail are shown, a coordinator hears that it was cut, and nothing of it is lost."""
    practice.enrol()
    body = "head " + "x " * 60_000 + "tail"
    practice.text(body)
    (row,) = practice.rows(inbound)
    assert (len(row["body"]), row["body"][:5], row["body"][-5:]) == (BODY_SHOWN, "head ", " tail")
    assert row["raw"]["coach:whole"] == body
    assert "cut_text" in practice.tasks()


def test_a_text_that_a_crash_left_undecided_is_read_whole_afterwards(practice: Practice) -> None:
    """Its middle is not lost on the way through the table."""
    practice.enrol()
    body = "x " * 30_000 + ALARM + " x" * 30_000
    message = parse_inbound(Form((("MessageSid", "SM1"), ("From", ROSA), ("Body", body))), practice.clock())
    practice.coach.store.keep_inbound(message, {})
    practice.clock.advance(minutes=1)
    practice.coach.recover()
    assert [row["level"] for row in practice.rows(escalation)] == ["emergency"]


@pytest.mark.parametrize("length", [0, 1, BODY_SHOWN - 1, BODY_SHOWN, BODY_SHOWN + 1, BODY_SHOWN * 20])
def test_only_what_is_too_long_is_shortened(length: int) -> None:
    """To ten thousand characters, to the letter."""
    body = "x" * length
    assert len(shortened(body)) == min(length, BODY_SHOWN)
    assert (shortened(body) == body) is (length <= BODY_SHOWN)


def test_a_text_that_can_be_shown_is_no_task(practice: Practice) -> None:
    """Ten thousand characters are not too many."""
    practice.enrol()
    practice.text("6 " + "x" * (BODY_SHOWN - 2))
    assert "cut_text" not in practice.tasks()


# --- odd --------------------------------------------------------------------------------------------------------------

ODD = st.text(
    st.sampled_from(
        "7aé \t\r\n\x00\x0b\u200d\u200e\u202e\u2066\u2069\ud83d\udc4d\ufffd\u0301\U0001f9b5\U0001f3fd'\"<&%=;"
    )
    | st.characters(exclude_categories=()),
    max_size=60,
)


@given(ODD)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_odd_text_is_kept_and_decided(practice: Practice, body: str) -> None:
    """NUL, lone surrogates, joiners, reversed writing: stored, dealt with, and no words for a database that is away."""
    assert practice.text(body) is None
    row = practice.rows(inbound)[-1]
    assert (len(row["body"]), row["decided_at"]) == (len(body), practice.clock())


@pytest.mark.parametrize(
    "body",
    ["{}\r\n", "\u202e{}\u202c", "👩🏽‍🦼 {} \x00", "\ud83d{}", "\u2066{}\u2069", "{}" + "\u0301" * 300, "\ufeff{}"],
)
def test_an_emergency_among_odd_characters_is_found(practice: Practice, body: str) -> None:
    """Nothing around the words hides them."""
    practice.enrol()
    practice.text(body.format(ALARM))
    assert [row["level"] for row in practice.rows(escalation)] == ["emergency"]


# --- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [(Language.EN, "I cannot see pictures"), (Language.ES, "No puedo ver")])
def test_whoever_sends_a_picture_is_asked_for_words(practice: Practice, language: Language, words: str) -> None:
    """In their language, with the emergency number, and nothing else."""
    practice.enrol(language=language)
    practice.text("", "image/jpeg")
    (answer,) = practice.rows(outbox)
    assert (answer["template"], answer["body"].startswith(words), "911" in answer["body"]) == (UNSEEN, True, True)


def test_a_picture_is_kept_with_its_address_and_kind(practice: Practice) -> None:
    """The carrier has it; where is known."""
    practice.enrol()
    practice.text("my knee", "image/jpeg", "video/mp4")
    (row,) = practice.rows(inbound)
    assert (row["media"], row["raw"]["MediaUrl1"]) == (2, "https://api.twilio.example/Media/ME1")
    assert row["raw"]["coach:media"] == "image/jpeg, video/mp4"


def test_the_thread_says_in_words_what_came(practice: Practice) -> None:
    """Under the words of the text."""
    rosa = practice.enrol()
    practice.text("my knee", "image/jpeg", "image/png")
    page = Reports(practice.engine).person(rosa, practice.clock())
    assert page is not None
    assert "my knee\n[came with 2 pictures; to be seen at the carrier]" in [line.text for line in page.lines]


@pytest.mark.parametrize(
    ("media", "kinds", "note"),
    [
        (0, None, ""),
        (1, None, "[came with 1 picture or file; to be seen at the carrier]"),
        (3, "image/jpeg", "[came with 1 picture, 2 pictures or files; to be seen at the carrier]"),
        (2, "audio/amr, text/vcard", "[came with 1 sound recording, 1 contact card; to be seen at the carrier]"),
        (2, "application/x-odd, video/mp4", "[came with 1 file, 1 video; to be seen at the carrier]"),
    ],
)
def test_what_came_is_said_in_words(media: int, kinds: str | None, note: str) -> None:
    """As exactly as the carrier told it."""
    assert media_note(media, kinds) == note


def test_nobody_is_asked_for_words_twice_within_an_hour(practice: Practice) -> None:
    """A second picture is answered like any text that cannot be understood; after an hour it is asked anew."""
    practice.enrol()
    for _ in range(4):
        practice.text("", "image/jpeg")
    assert practice.sent() == [UNSEEN, "unclear.first", "unclear.second"]
    assert "unread_text" in practice.tasks()
    practice.clock.advance(hours=1)
    practice.text("", "image/jpeg")
    assert practice.sent()[-1] == UNSEEN


def test_an_answer_with_a_picture_is_answered_and_words_are_asked_for(practice: Practice) -> None:
    """What was written counts; what was shown is not known."""
    rosa = practice.enrol()
    with practice.coach.store.begin() as tx:
        question = CheckInOpened(Asked.WEAKNESS, practice.clock().date(), scheduled=True)
        tx.record(tx.conversation(rosa, practice.clock()), (question,), Cause(), practice.clock())
    practice.text("4", "image/jpeg")
    first, second = practice.sent()
    assert (first.startswith("ack.score"), second) == (True, UNSEEN)


@pytest.mark.parametrize("body", [ALARM, "I want to kill myself", "one leg is much weaker since this morning"])
def test_a_picture_never_adds_to_a_message_about_an_emergency(practice: Practice, body: str) -> None:
    """What matters stands alone."""
    practice.enrol()
    practice.text(body, "image/jpeg")
    assert practice.rows(escalation)
    assert UNSEEN not in practice.sent()


@pytest.mark.parametrize("status", [Status.INVITED, Status.OPTED_OUT, Status.WRONG_PERSON, Status.STRANGER])
def test_only_who_takes_part_is_asked_for_words(practice: Practice, status: Status) -> None:
    """Before consent and after a STOP nothing more is sent."""
    practice.enrol(status)
    practice.text("", "image/jpeg")
    assert UNSEEN not in practice.sent()


@pytest.mark.parametrize("body", ["STOP", "please stop texting me"])
def test_whoever_leaves_with_a_picture_is_not_asked(practice: Practice, body: str) -> None:
    """The last word is the confirmation."""
    practice.enrol()
    practice.text(body, "image/jpeg")
    assert UNSEEN not in practice.sent()


def test_a_hundred_thousand_characters_are_dealt_with_in_time(practice: Practice) -> None:
    """Long before the carrier would give up."""
    practice.enrol()
    body = "my legs feel fine today and I walked to the shop with my neighbour. " * 1_500
    before = practice.clock()
    assert practice.text(body) is None
    assert practice.rows(inbound)[0]["decided_at"] - before == timedelta(minutes=1)
