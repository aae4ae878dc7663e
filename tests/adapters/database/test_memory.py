"""What a rehearsal remembers is what the store would have loaded: a dialogue kept in both, compared at every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import timer
from coach.core.conversation.memory import REMEMBERED, recalled
from coach.core.events import (
    CaseStepped,
    CheckInClosed,
    CheckInOpened,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    EscalationPassed,
    EscalationRelevelled,
    EscalationReopened,
    Event,
)
from coach.core.model import (
    Asked,
    CaseStep,
    CaseStepKind,
    Channel,
    Conversation,
    Disposition,
    Escalation,
    EscalationState,
    Fate,
    Status,
)
from coach.ports import Cause, Outcome
from tests.adapters.database.scene import PHONES, Scene
from tests.clocks import StoppedClock
from tests.core.talking import Talk, templates

MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
_NUMBER = PHONES["Rosa"]


@dataclass
class TwiceKept(Talk):
    """A dialogue whose every decision is kept in memory and in the store, which must then know the same."""

    scene: Scene = field(kw_only=True)
    cause: Cause = field(default_factory=Cause)
    compared: int = 0

    def says(self, body: str, channel: Channel = Channel.SMS, opt_out_type: str | None = None) -> tuple[Event, ...]:
        """The text is stored first, as in life."""
        self.scene.clock.set(self.now + timedelta(minutes=1))
        self.cause = Cause(inbound_id=self.scene.receive("Rosa", body))
        return super().says(body, channel, opt_out_type)

    def keep(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """Keep the facts twice, send what is to be sent, and compare."""
        self.scene.clock.set(self.now)
        person, cause = self.conversation.participant.id, self.cause
        fired = [row["id"] for row in self._pending().values() if row["key"] not in self.timers]
        if fired:
            cause = Cause(timer_id=fired[0])
        with self.scene.store.begin() as tx:
            tx.record(tx.conversation(person, self.now), events, cause, self.now)
        self._send_all()
        kept = super().keep(events)
        self.cause = Cause()
        self.compare()
        return kept

    def _send_all(self) -> None:
        for number, message in enumerate(self.scene.claim(limit=50)):
            sent = f"SM{message.outbox_id}-{number}"
            self.scene.finish(message, Outcome.ACCEPTED, carrier_id=sent, status="sent")

    def _pending(self) -> Mapping[str, Mapping[str, Any]]:
        return {row["key"]: row for row in self.scene.rows(timer, state="pending")}

    def compare(self) -> None:
        """The conversation and the timers, as both know them now."""
        person = self.conversation.participant.id
        with self.scene.store.begin() as tx:
            stored = tx.conversation(person, self.now)
        assert _without_ids(recalled(self.conversation, self.now)) == _without_ids(stored)
        in_store = {key: (row["kind"], row["due_at"], row["payload"]) for key, row in self._pending().items()}
        assert {key: (t.kind, t.due_at, dict(t.payload)) for key, t in self.timers.items()} == in_store
        self.compared += 1


def _without_ids(known: Conversation) -> Conversation:
    return replace(
        known,
        check_ins=tuple(replace(question, id=0) for question in known.check_ins),
        escalations=tuple(replace(case, id=0, steps=_trail(case)) for case in known.escalations),
        sent=tuple(replace(message, fate=Fate.UNKNOWN) for message in known.sent),  # only the carrier can tell
    )


def _trail(case: Escalation) -> tuple[CaseStep, ...]:
    return tuple(replace(step, outbox_id=None) for step in case.steps)


@pytest.fixture
def rosa(sqlite_engine: Engine) -> TwiceKept:
    """A stranger who is about to write her first word."""
    clock = StoppedClock(MONDAY)
    scene = Scene(sqlite_engine, SqlStore(sqlite_engine), clock)
    with scene.store.begin() as tx:
        stranger = tx.conversation_of_number(_NUMBER, "US", MONDAY)
    return TwiceKept(MONDAY, stranger, scene=scene, texts_arrive=False)


def test_a_whole_dialogue_is_remembered_as_it_is_stored(rosa: TwiceKept) -> None:
    """Joining, questions, scores, a correction, an emergency that staff end, wishes, weeks of prompts, leaving."""
    for words in ("LEGS", "Y", "1", "Y", "71", "skip", "none", "none"):
        rosa.says(words)
    for day in range(1, 6):
        for prompt in rosa.prompted(MONDAY + day * DAY + timedelta(hours=7, minutes=10)):
            assert prompt.body
        rosa.says("4" if day < 4 else "6")
        rosa.says("sorry I meant 5")
    rosa.says("how much water should I drink?")
    rosa.says("DONE")
    assert "escalation.emergency" in templates(rosa.says("I can't breathe and my chest hurts"))
    _staff_end_the_case(rosa)
    for words in ("LESS", "CHANGE", "1", "5 pm", "N", "PAUSE", "RESUME"):
        rosa.says(words)
    rosa.at(rosa.now + 50 * DAY)
    rosa.says("MORE")
    sent = rosa.known().sent
    assert sent[0].at < rosa.now - REMEMBERED
    assert len(sent) < len(rosa.queued)
    rosa.says("STOP")
    assert rosa.compared > 100
    assert rosa.conversation.participant.status is Status.OPTED_OUT
    assert rosa.timers == {}


def test_an_answer_counts_also_when_the_question_is_put_again_at_once(rosa: TwiceKept) -> None:
    """Whatever the order of the facts, it was answered before it was replaced."""
    put = CheckInOpened(Asked.ONSET, MONDAY.date(), scheduled=False)
    rosa.keep((put,))
    rosa.keep((put, CheckInClosed(rosa.conversation.check_ins[-1].id, answered=True)))
    assert [question.answered_at is None for question in rosa.conversation.check_ins] == [False, True]


def test_a_call_is_remembered_as_it_is_stored(rosa: TwiceKept) -> None:
    """What was said in it counts as sent."""
    for words in ("LEGS", "Y", "1"):
        rosa.says(words)
    rosa.now += DAY
    rosa.call_opens()
    for words in ("4", "no"):
        rosa.says(words, Channel.VOICE)
    assert rosa.conversation.sent[-1].template == "voice.goodbye"


def _staff_end_the_case(talk: TwiceKept) -> None:
    case = talk.conversation.escalations[-1]
    talk.keep((EscalationAcknowledged(case.id, "nora"),))
    talk.now += timedelta(hours=1)
    talk.keep((EscalationClosed(case.id, "nora", "seen_by_clinician", ""),))
    assert talk.conversation.escalations[-1].state is EscalationState.CLOSED


def test_the_life_of_a_case_is_remembered_as_it_is_stored(rosa: TwiceKept) -> None:
    """Taken, passed on, taken over, reached, of another level, ended, open again."""
    for words in ("LEGS", "Y", "1", "Y", "71", "skip", "none", "none"):
        rosa.says(words)
    rosa.says("I cannot breathe")
    case = rosa.known().escalations[-1].id
    soon = timedelta(minutes=15)
    facts: tuple[Event, ...] = (
        EscalationAcknowledged(case, "nora", rosa.now + soon),
        EscalationAcknowledged(case, "ana", rosa.now + soon),
        EscalationPassed(case, "nora"),
        CaseStepped(case, CaseStepKind.PAGE_FAILED, note="unreachable"),
        EscalationAcknowledged(case, "ana", rosa.now + soon),
        EscalationContacted(case, None, "told by the person"),
        EscalationRelevelled(case, Disposition.URGENT, "for longer"),
        EscalationClosed(case, "ana", "seen_by_clinician", "well"),
        CaseStepped(case, CaseStepKind.ANSWERED, note="not_yet"),
        EscalationReopened(case, None, "was not seen"),
        EscalationAcknowledged(case, "ana", rosa.now + soon),
    )
    for fact in facts:
        rosa.now += timedelta(minutes=1)
        rosa.keep((fact,))
    rosa.now += timedelta(hours=1)
    rosa.keep((EscalationAcknowledged(case, "nora", rosa.now + soon),))
    assert rosa.known().escalations[-1].owner == "nora", "the promise had passed"
