"""Everything at once: senders, callbacks, decisions and schedulers in threads; nothing is lost, doubled or stuck."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from coach.adapters.database.tables import attempt, outbox, timer
from coach.core.events import Event, OutboxCleared, StatusChanged, TimersCleared, TimerSet
from coach.core.model import Lane, OutboundMessage, Status
from coach.ports import Cause, Outcome
from tests.adapters.database.scene import Scene

ROUNDS = 25
PEOPLE = 8


class Practice:
    """What the threads do, each with chances of its own, and what the carrier saw."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.people = [scene.enrol(f"person {n}", phone=f"+1555000{n:04d}") for n in range(PEOPLE)]
        self.posted: Counter[int] = Counter()
        self.carrier_ids = count(1)

    def decide(self, chance: random.Random) -> None:
        """Somebody writes: messages and timers come and go."""
        person = chance.choice(self.people)
        facts: list[Event] = [
            self.scene.message(chance.choice(list(Lane)), "legs?"),
            TimerSet("prompt", str(chance.random()), self.scene.now),
        ]
        if chance.random() < 0.2:
            facts += [OutboxCleared((Lane.PROMPT,), "test"), TimersCleared(("prompt",))]
        if chance.random() < 0.1:
            facts += [StatusChanged(Status.PAUSED), StatusChanged(Status.ACTIVE)]
        self.scene.decide(person, *facts)

    def fire(self, chance: random.Random) -> None:
        """Due timers become prompts."""
        del chance
        with self.scene.store.begin() as tx:
            for due in tx.claim_timers(self.scene.now, 5):
                said = self.scene.message(Lane.PROMPT, "prompt")
                tx.record(due.conversation, (said,), Cause(timer_id=due.timer.id), self.scene.now)

    def send(self, chance: random.Random) -> None:
        """Claim, post, and tell how it went; sometimes the callback is first."""
        for message in self.scene.claim(limit=5):
            outcome = chance.choice((Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.NOT_SENT, Outcome.IN_DOUBT))
            if outcome is not Outcome.NOT_SENT:
                self.posted[message.outbox_id] += 1
            self.report(message, outcome, first=chance.random() < 0.5)

    def report(self, message: OutboundMessage, outcome: Outcome, *, first: bool) -> None:
        """The answer to the post and the callback, in either order; a doubt gets its callback too."""
        carrier_id = f"SM{next(self.carrier_ids)}"
        answer = {"carrier_id": carrier_id, "status": "queued"} if outcome is Outcome.ACCEPTED else {}
        if first and outcome is not Outcome.NOT_SENT:
            self.scene.callback(message.attempt_id, "sent", carrier_id)
        self.scene.finish(message, outcome, **answer)
        if outcome is not Outcome.NOT_SENT:
            self.scene.callback(message.attempt_id, "delivered", carrier_id)

    def recover(self, chance: random.Random) -> None:
        """No lease has run out, so there is nothing to take."""
        del chance
        assert self.scene.store.expire_leases(self.scene.now) == 0


def drain(practice: Practice) -> None:
    """Go on alone until nothing waits."""
    scene, chance = practice.scene, random.Random(1)
    while scene.rows(timer, state="pending") or scene.rows(outbox, state="pending"):
        scene.clock.advance(seconds=30)
        practice.fire(chance)
        practice.send(chance)


def test_threads_that_do_everything_at_once_end_well(scene: Scene) -> None:
    """No deadlock, no message posted twice, none left half done, every timer fired or cleared."""
    practice = Practice(scene)
    work = [practice.decide, practice.decide, practice.fire, practice.send, practice.send, practice.recover]

    def repeat(job: Callable[[random.Random], None], seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(ROUNDS):
            job(chance)

    with ThreadPoolExecutor(len(work)) as pool:
        for done in [pool.submit(repeat, job, seed) for seed, job in enumerate(work)]:
            done.result(120)
    drain(practice)
    assert practice.posted
    assert set(practice.posted.values()) == {1}
    assert set(scene.column(outbox, "state")) <= {"accepted", "cancelled"}
    assert set(scene.column(timer, "state")) <= {"fired", "cancelled"}
    assert {row["outcome"] for row in scene.rows(attempt)} == {"accepted", "not_sent"}
    delivered = {row["outbox_id"] for row in scene.rows(attempt) if row["status"] == "delivered"}
    assert delivered == set(practice.posted)
