"""Receiving loses nothing: the database away, the disk full, everything twice, and in whatever order."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, Table, select

from coach.adapters.database.engine import open_engine
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import alarm, escalation, inbound, outbox, participant, status_callback, task
from coach.adapters.spool import Disk, FolderSpool
from coach.adapters.twilio import Verifier
from coach.core.model import Channel, InboundMessage, Lane, Language, Participant, Status
from coach.jobs import REPLAY, drain
from coach.ports import DeliveryStatus
from coach.receiving import TRIES, Door, Receiving
from coach.service import Coach
from coach.web.webhooks import webhooks
from tests.adapters.twilio.posting import ACCOUNT, TOKEN, URL, Poster
from tests.carriers import SilentCarrier
from tests.clocks import StoppedClock
from tests.core.talking import HANDBOOK

LINE, ROSA, WALTER = "+12025550100", "+12025550142", "+12025550143"
NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response />'


class ClosedDisk(Disk):
    """A disk that takes nothing while it is closed."""

    is_closed = False

    def write(self, file: Path, content: bytes) -> None:
        """Write, unless closed."""
        if self.is_closed:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        super().write(file, content)


@dataclass
class Practice:
    """A coach on a SQLite file that can be taken away, with a disk beside it, reached as the carrier reaches it."""

    engine: Engine
    folder: Path
    clock: StoppedClock
    disk: ClosedDisk = field(default_factory=ClosedDisk)

    def __post_init__(self) -> None:
        """The first process starts."""
        self.restart()

    def restart(self) -> None:
        """A new process on the same tables and the same disk."""
        self.spool = FolderSpool(self.folder / "spool", self.disk)
        self.coach = Coach(SqlStore(self.engine), SilentCarrier(), HANDBOOK, self.clock, spool=self.spool)
        app = FastAPI()
        app.include_router(webhooks(self.coach.receiving, Verifier((TOKEN,), URL, ACCOUNT), self.clock))
        self.carrier = Poster(app)

    @property
    def file(self) -> Path:
        """The database."""
        return Path(str(self.engine.url.database))

    def database_goes_away(self) -> None:
        """Nothing can be opened where it was."""
        self.engine.dispose()
        (self.folder / "elsewhere").mkdir()
        for part in self.file.parent.glob(f"{self.file.name}*"):
            shutil.move(part, self.folder / "elsewhere" / part.name)
        self.file.mkdir()

    def database_comes_back(self) -> None:
        """As it was."""
        self.engine.dispose()
        self.file.rmdir()
        for part in (self.folder / "elsewhere").iterdir():
            shutil.move(part, self.file.parent / part.name)
        (self.folder / "elsewhere").rmdir()

    def text(self, body: str, number: int = 1, sender: str = ROSA, **more: str) -> httpx.Response:
        """The carrier posts a text."""
        usual = {"AccountSid": ACCOUNT, "MessageSid": f"SM{number:032x}", "From": sender, "To": LINE, "Body": body}
        return self.carrier.post("/twilio/sms", usual | {"NumMedia": "0"} | more)

    def status(self, attempt_id: str, word: str, sid: str = "SM9") -> int:
        """The carrier tells what became of an attempt."""
        told = {"AccountSid": ACCOUNT, "MessageSid": sid, "MessageStatus": word}
        return self.carrier.post(f"/twilio/status/{attempt_id}", told).status_code

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """All rows in order."""
        with self.engine.begin() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def bodies(self) -> list[str]:
        """The stored texts, in the order they were stored."""
        return [row["body"] for row in self.rows(inbound)]

    def sent(self) -> list[str]:
        """The templates queued to people, in order."""
        return [row["template"] for row in self.rows(outbox) if row["lane"] != Lane.PAGE]

    def wait_on_disk(self) -> int:
        """How much waits there."""
        return len(list(self.spool.waiting()))

    def enrol(self, phone: str = ROSA, **details: Any) -> int:
        """Somebody takes part."""
        person = Participant(0, phone, Status.ACTIVE, Language.EN, "US", name="Rosa", zone="America/Chicago", **details)
        with self.coach.store.begin() as tx:
            return tx.enrol(person, self.clock())


@pytest.fixture
def practice(sqlite_url: str, tmp_path: Path, clock: StoppedClock) -> Iterator[Practice]:
    """Nobody has written yet."""
    engine = open_engine(sqlite_url)
    opened = Practice(engine, tmp_path, clock)
    yield opened
    opened.coach.close()
    engine.dispose()


# --- the database is away ---------------------------------------------------------------------------------------------


def test_a_text_that_comes_while_the_database_is_away_is_on_disk_before_it_is_answered(practice: Practice) -> None:
    """200 with nothing to say, and a file; nothing else is done about it yet."""
    practice.database_goes_away()
    answer = practice.text("6 today")
    assert (answer.status_code, answer.text) == (200, NOTHING_TO_SAY)
    assert practice.wait_on_disk() == 1


def test_it_is_dealt_with_as_soon_as_the_database_is_back(practice: Practice) -> None:
    """As if it had just come in, and the disk is empty again."""
    practice.enrol()
    practice.database_goes_away()
    practice.text("6 today", OptOutType="")
    assert drain(REPLAY, practice.coach) == 0, "the database is still away"
    practice.database_comes_back()
    practice.restart()
    practice.clock.advance(minutes=1)
    assert drain(REPLAY, practice.coach) == 1
    (row,) = practice.rows(inbound)
    assert (row["body"], row["decided_at"], row["received_at"]) == (
        "6 today", practice.clock(), practice.clock() - timedelta(minutes=1),
    )  # fmt: skip
    assert (row["raw"]["MessageSid"], practice.wait_on_disk()) == (row["carrier_id"], 0)
    assert len(practice.sent()) == 1


def test_texts_of_an_outage_are_taken_up_in_their_order_and_before_later_ones(practice: Practice) -> None:
    """An answer stays behind what it corrects, also when the next text is what finds the database back."""
    practice.database_goes_away()
    for number in range(20):
        practice.text(f"text {number}", number)
    practice.database_comes_back()
    practice.text("text 20", 20)
    assert practice.bodies() == [f"text {number}" for number in range(21)]
    assert practice.wait_on_disk() == 0


def test_no_text_of_a_long_outage_is_lost(practice: Practice) -> None:
    """A thousand people, ten at a time: each text was taken, all of them are stored, and none twice."""
    practice.database_goes_away()
    receiving, now = practice.coach.receiving, practice.clock()
    texts = [InboundMessage(f"SM{n:032x}", f"+1202556{n:04d}", LINE, "ok", now) for n in range(1000)]
    with ThreadPoolExecutor(10) as hands:
        assert set(hands.map(lambda text: receiving.text(text, {}), texts)) == {None}
    assert practice.wait_on_disk() == 1000
    practice.database_comes_back()
    Receiving(door_of(practice.coach, lambda _inbound_id: True), practice.spool).replay()
    assert sorted(row["carrier_id"] for row in practice.rows(inbound)) == [text.carrier_id for text in texts]
    assert practice.wait_on_disk() == 0


@pytest.mark.parametrize(
    ("body", "first"),
    [
        ("I can't breathe", "Call 911 now."),
        ("7 and my chest hurts bad", "Call 911 now."),
        ("no puedo respirar", "Llame al 911 ahora."),
        ("I want to kill myself", "Please call 988"),
        ("blah " * 10_000 + "I can't breathe " + "blah " * 10_000, "Call 911 now."),
    ],
)
def test_an_emergency_is_answered_at_once_while_the_database_is_away(practice: Practice, body: str, first: str) -> None:
    """From the text alone, in its language, in the answer to the carrier."""
    practice.database_goes_away()
    answer = practice.text(body)
    assert answer.status_code == 200
    assert f"<Message>{first}" in answer.text.replace("&quot;", '"')
    assert practice.wait_on_disk() == 1


@pytest.mark.parametrize(
    "body", ["6", "STOP", "stop texting me", "PARA", "Y", "my legs feel weaker this week", "ACK 4821", "", "\u202e7"]
)
def test_nothing_but_an_emergency_is_answered_from_the_text_alone(practice: Practice, body: str) -> None:
    """Everything else waits for what is known of the person; somebody who says stop hears nothing at all."""
    practice.database_goes_away()
    assert practice.text(body).text == NOTHING_TO_SAY


def test_an_emergency_of_an_outage_is_one_case_and_said_once_more_afterwards(practice: Practice) -> None:
    """Twice is better than never; what is said afterwards is what is always said, and nothing that contradicts it."""
    practice.enrol()
    practice.database_goes_away()
    said = practice.text("I can't breathe").text
    practice.database_comes_back()
    for _ in range(3):
        drain(REPLAY, practice.coach)
    (case,) = practice.rows(escalation)
    assert (case["level"], practice.sent()) == ("emergency", ["escalation.emergency"])
    assert practice.rows(outbox)[0]["body"].split(".")[0] in said


def test_what_neither_the_database_nor_the_disk_takes_is_refused(practice: Practice) -> None:
    """Never a 2xx for what is not kept; and once the disk takes it, all is well without a restart."""
    practice.database_goes_away()
    practice.disk.is_closed = True
    assert (practice.text("I can't breathe").status_code, practice.status("att-1", "sent")) == (503, 503)
    assert list(practice.spool.folder.iterdir()) == []
    practice.disk.is_closed = False
    assert (practice.text("I can't breathe").status_code, practice.status("att-1", "sent")) == (200, 204)


def test_a_disk_that_fails_hinders_nobody_while_the_database_is_there(practice: Practice) -> None:
    """The spool is for outages only."""
    practice.disk.is_closed = True
    (practice.folder / "spool").write_text("a file where the folder should be")
    assert practice.text("6 today").status_code == 200
    assert practice.bodies() == ["6 today"]


def test_without_a_disk_a_text_that_cannot_be_stored_is_refused(practice: Practice) -> None:
    """As for a coach that was given no spool."""
    practice.coach = Coach(practice.coach.store, SilentCarrier(), HANDBOOK, practice.clock)
    practice.database_goes_away()
    with pytest.raises(OSError, match="no spool"):
        practice.coach.receiving.text(InboundMessage("SM1", ROSA, LINE, "6", practice.clock()), {})


def door_of(coach: Coach, decide: Any) -> Door:
    """The door of a coach with another way to decide."""
    return replace(coach.receiving.door, decide=decide)


def test_a_database_that_hangs_is_not_waited_for(practice: Practice) -> None:
    """The carrier gets its answer, with the emergency message in it, while the database still has the text in hand."""
    let_go = Event()
    door = door_of(practice.coach, lambda _inbound_id: let_go.wait(20))
    receiving = Receiving(door, practice.spool, patience=timedelta(seconds=0.2))
    message = InboundMessage("SM1", ROSA, LINE, "I can't breathe", practice.clock())
    words = receiving.text(message, {})
    assert words is not None
    assert words.startswith("Call 911 now")
    assert practice.wait_on_disk() == 1
    let_go.set()
    receiving.close()
    drain(REPLAY, practice.coach)
    assert (practice.bodies(), len(practice.rows(escalation))) == (["I can't breathe"], 1)


def test_while_the_database_hangs_statuses_go_to_disk_and_texts_wait_only_briefly(practice: Practice) -> None:
    """One was waited for in full. Behind a hundred statuses an emergency is still answered in time."""
    hangs, done = Event(), []

    def update_status(status: DeliveryStatus) -> None:
        done.append(status)
        hangs.wait(20)

    door = replace(door_of(practice.coach, lambda _inbound_id: hangs.wait(20)), update_status=update_status)
    receiving = Receiving(door, practice.spool, patience=timedelta(seconds=1))
    statuses = [DeliveryStatus(f"att-{n}", f"SM{n}", "delivered", None, practice.clock()) for n in range(100)]
    receiving.status(statuses[0])
    began = monotonic()
    for status in statuses[1:]:
        receiving.status(status)
    assert (len(done), practice.wait_on_disk()) == (1, 100)
    words = receiving.text(InboundMessage("SM1", ROSA, LINE, "I can't breathe", practice.clock()), {})
    assert words is not None
    assert (monotonic() - began < 5, practice.wait_on_disk()) == (True, 101)
    hangs.set()
    receiving.replay()
    receiving.status(statuses[0])
    assert (done[-1], practice.wait_on_disk()) == (statuses[0], 0)
    receiving.close()


def test_a_person_whose_row_is_held_stops_nobody_else(practice: Practice) -> None:
    """Walter's text of the outage cannot be decided about; Rosa's emergency is a case all the same."""
    practice.database_goes_away()
    practice.text("6 today", 1, WALTER)
    practice.database_comes_back()
    let_go, held = Event(), Event()

    def decide(inbound_id: int) -> bool:
        if inbound_id == 1:
            held.set()
            let_go.wait(20)
        return practice.coach.receiving.door.decide(inbound_id)

    receiving = Receiving(door_of(practice.coach, decide), practice.spool)
    with ThreadPoolExecutor(1) as hands:
        job = hands.submit(receiving.replay)
        assert held.wait(10)
        message = InboundMessage("SM2", ROSA, LINE, "I can't breathe", practice.clock())
        said = receiving.text(message, {})
        cases = [case["level"] for case in practice.rows(escalation)]
        let_go.set()
        assert job.result(10) == 1
    receiving.close()
    assert (said, cases) == (None, ["emergency"])


def test_a_text_goes_ahead_when_another_thread_cannot_finish_with_the_disk(practice: Practice) -> None:
    """What came in earlier is waited for only briefly."""
    let_go, held = Event(), Event()

    def update_status(_status: DeliveryStatus) -> None:
        held.set()
        let_go.wait(20)

    practice.spool.keep(DeliveryStatus("nobody", "SM9", "sent", None, practice.clock()))
    receiving = Receiving(replace(practice.coach.receiving.door, update_status=update_status), practice.spool)
    with ThreadPoolExecutor(1) as hands:
        job = hands.submit(receiving.replay)
        assert held.wait(10)
        said = receiving.text(InboundMessage("SM2", ROSA, LINE, "I can't breathe", practice.clock()), {})
        cases = [case["level"] for case in practice.rows(escalation)]
        let_go.set()
        assert job.result(10) == 1
    receiving.close()
    assert (said, cases) == (None, ["emergency"])


def test_what_is_said_in_a_call_while_the_database_goes_away_becomes_a_case(practice: Practice) -> None:
    """The line says that something is wrong; the alarm is not lost with the call."""
    practice.enrol()
    practice.database_goes_away()
    said = InboundMessage("CA1-2", ROSA, LINE, "I can't breathe", practice.clock(), Channel.VOICE, confidence=0.9)
    with pytest.raises(ConnectionError):
        practice.coach.receive(said, {"SpeechResult": said.body})
    practice.database_comes_back()
    drain(REPLAY, practice.coach)
    assert [case["level"] for case in practice.rows(escalation)] == ["emergency"]


# --- taking up --------------------------------------------------------------------------------------------------------


def test_a_crash_in_the_middle_of_taking_up_is_harmless(practice: Practice) -> None:
    """Stored and decided, but the file was not yet removed: it is known by its id, and nothing is done twice."""
    practice.database_goes_away()
    practice.text("I can't breathe")
    kept = {file.name: file.read_bytes() for file in practice.spool.folder.iterdir()}
    practice.database_comes_back()
    for _ in range(3):
        for name, content in kept.items():
            (practice.spool.folder / name).write_bytes(content)
        practice.restart()
        drain(REPLAY, practice.coach)
    assert (len(practice.rows(inbound)), len(practice.rows(escalation)), len(practice.sent())) == (1, 1, 1)


def test_a_crash_between_storing_and_deciding_is_made_good(practice: Practice) -> None:
    """What is stored and not decided is taken up by the recovery of texts."""
    practice.database_goes_away()
    practice.text("I can't breathe")
    practice.database_comes_back()
    died = Receiving(door_of(practice.coach, lambda _inbound_id: False), practice.spool)
    died.replay()
    assert (practice.wait_on_disk(), practice.rows(escalation)) == (0, [])
    practice.clock.advance(seconds=30)
    practice.coach.recover()
    assert len(practice.rows(escalation)) == 1


def test_a_file_that_cannot_be_read_is_set_aside_and_somebody_is_told(practice: Practice) -> None:
    """It holds up nobody, is never deleted, and is an alarm until it is gone."""
    practice.database_goes_away()
    practice.text("first", 1)
    practice.text("second", 2)
    damaged = min(practice.spool.folder.iterdir())
    damaged.write_bytes(damaged.read_bytes()[:40])
    practice.database_comes_back()
    drain(REPLAY, practice.coach)
    assert (practice.bodies(), practice.spool.aside()) == (["second"], 1)
    assert [(row["kind"], row["ended_at"]) for row in practice.rows(alarm)] == [("spool", None)]
    (practice.spool.folder / "unreadable" / damaged.name).unlink()
    drain(REPLAY, practice.coach)
    assert [row["ended_at"] for row in practice.rows(alarm)] == [practice.clock()]


def test_another_machine_does_not_end_the_alarm_about_this_ones_disk(practice: Practice) -> None:
    """Each has its own alarm, and only one however often it looks."""
    folder = practice.spool.folder / "unreadable"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text("half a te")
    door, elsewhere = practice.coach.receiving.door, FolderSpool(practice.folder / "elsewhere")
    machines = [
        Receiving(door, spool, machine=name)
        for name, spool in (("one", practice.spool), ("two", elsewhere), ("one", practice.spool))
    ]
    for machine in machines:
        machine.replay()
        machine.close()
    assert [(row["key"], row["kind"], row["ended_at"]) for row in practice.rows(alarm)] == [
        ("spool/one", "spool", None)
    ]


def test_a_text_the_database_refuses_holds_up_nobody(practice: Practice) -> None:
    """It is tried a few times while the others go ahead, then set aside with an alarm."""
    practice.database_goes_away()
    practice.text("first", 1)
    practice.text("second", 2)
    poisoned = min(practice.spool.folder.iterdir())
    told = json.loads(poisoned.read_text())
    poisoned.write_text(json.dumps(told | {"text": told["text"] | {"body": ["no", "text"]}}))
    practice.database_comes_back()
    for _ in range(TRIES):
        assert practice.spool.aside() == 0
        drain(REPLAY, practice.coach)
    assert (practice.bodies(), practice.spool.aside(), practice.wait_on_disk()) == (["second"], 1, 0)
    assert [row["kind"] for row in practice.rows(alarm)] == ["spool"]


def test_nothing_is_set_aside_while_the_database_is_away(practice: Practice) -> None:
    """However often it is tried: the fault is not the text's."""
    practice.database_goes_away()
    practice.text("6 today")
    for _ in range(TRIES * 3):
        drain(REPLAY, practice.coach)
    assert (practice.wait_on_disk(), practice.spool.aside()) == (1, 0)


# --- statuses ---------------------------------------------------------------------------------------------------------


def test_statuses_of_an_outage_are_taken_up_whatever_their_order(practice: Practice) -> None:
    """The first final word stays."""
    person = practice.enrol()
    practice.text("6 today")
    (message,) = practice.coach.store.claim_outbox(
        practice.clock(), 10, timedelta(seconds=90), practice.coach.options.pace
    )
    practice.database_goes_away()
    for word in ("delivered", "queued", "sent", "delivered", "undelivered", "beamed"):
        assert practice.status(message.attempt_id, word) == 204
    practice.database_comes_back()
    drain(REPLAY, practice.coach)
    assert (practice.coach.store.bound_carrier_ids(["SM9"]), practice.wait_on_disk()) == ({"SM9"}, 0)
    assert sorted(row["status"] for row in practice.rows(status_callback)) == [
        "beamed", "delivered", "queued", "sent", "undelivered",
    ]  # fmt: skip
    assert [(row["kind"], row["participant_id"]) for row in practice.rows(task)] == [("unknown_status", person)]


def test_a_status_of_an_attempt_nobody_knows_is_kept(practice: Practice) -> None:
    """During an outage too."""
    practice.database_goes_away()
    assert practice.status("nobody", "sent") == 204
    practice.database_comes_back()
    drain(REPLAY, practice.coach)
    assert [(row["attempt_id"], row["known"]) for row in practice.rows(status_callback)] == [("nobody", False)]


# --- everything twice -------------------------------------------------------------------------------------------------


def test_a_text_that_comes_twenty_times_at_once_is_dealt_with_once(engine: Engine, clock: StoppedClock) -> None:
    """On both databases: one row, one case, one answer, whoever of them was first."""
    coach = Coach(SqlStore(engine), SilentCarrier(), HANDBOOK, clock)
    message = InboundMessage("SM1", ROSA, LINE, "I fell and can't get up", clock())
    with ThreadPoolExecutor(20) as hands:
        words = list(hands.map(lambda _: coach.receiving.text(message, {"Body": message.body}), range(20)))
    with engine.begin() as connection:
        stored = [len(connection.execute(select(table)).all()) for table in (inbound, escalation, participant)]
        lanes = connection.scalars(select(outbox.c.lane)).all()
    coach.close()
    assert (words, stored, lanes) == ([None] * 20, [1, 1, 1], [Lane.EMERGENCY])


def test_two_honest_texts_with_the_same_words_stay_two(practice: Practice) -> None:
    """Only the carrier's id tells a repeat; during an outage too."""
    practice.text("6", 1)
    practice.text("6", 2)
    practice.database_goes_away()
    practice.text("6", 3)
    practice.text("6", 3)
    practice.text("6", 4)
    practice.database_comes_back()
    drain(REPLAY, practice.coach)
    assert practice.bodies() == ["6"] * 4


def test_a_repeat_days_later_changes_nothing(practice: Practice) -> None:
    """An id is remembered for ever."""
    practice.enrol()
    practice.text("6 today")
    before = (practice.sent(), practice.rows(inbound))
    practice.clock.advance(days=40)
    assert practice.text("6 today").status_code == 200
    assert (practice.sent(), practice.rows(inbound)) == before


def test_a_status_for_the_right_attempt_is_told_at_once(practice: Practice) -> None:
    """Nothing goes by way of the disk while the database is there."""
    practice.coach.receiving.status(DeliveryStatus("nobody", "SM9", "sent", None, practice.clock()))
    assert (len(practice.rows(status_callback)), practice.wait_on_disk()) == (1, 0)
