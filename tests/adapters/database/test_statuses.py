"""Status callbacks in any order come to the same end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import permutations

import pytest

from coach.adapters.database.engine import open_engine
from coach.adapters.database.statuses import RANK
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import attempt, metadata, outbox, status_callback, task
from coach.core.model import Lane
from coach.ports import Outcome
from tests.adapters.database.scene import Scene
from tests.clocks import StoppedClock

SIX = ("accepted", "queued", "sending", "sent", "delivered", "undelivered")


def end_of(scene: Scene, order: Sequence[str], number: int) -> str:
    """What an attempt ends as when callbacks come in this order."""
    message = scene.claim(limit=1)[0]
    for word in order:
        scene.callback(message.attempt_id, word, f"SM{number}")
    (row,) = scene.rows(attempt, id=message.attempt_id)
    return str(row["status"])


def check_orders(scene: Scene, orders: Sequence[tuple[str, ...]]) -> None:
    """In each order the first final word stays, and each word is kept once."""
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, *(scene.message(Lane.REPLY, "legs?") for _ in orders))
    ends = [end_of(scene, order, number) for number, order in enumerate(orders)]
    assert ends == [next(word for word in order if RANK[word] == RANK["delivered"]) for order in orders]
    assert len(scene.rows(status_callback)) == 6 * len(orders)


def test_all_720_orders_end_with_the_first_final_word(clock: StoppedClock) -> None:
    """A lower rank never overwrites a higher one."""
    engine = open_engine("sqlite://")
    metadata.create_all(engine)
    check_orders(Scene(engine, SqlStore(engine), clock), list(permutations(SIX)))
    engine.dispose()


def test_a_sample_of_orders_ends_the_same_on_both_databases(scene: Scene) -> None:
    """Forty of them, always the same."""
    check_orders(scene, random.Random(7).sample(list(permutations(SIX)), 40))


LIFE = ("queued", "sending", "sent", "delivered", "undelivered")


def test_all_orders_of_a_life_told_twice_end_alike_on_both_databases(scene: Scene) -> None:
    """Each word comes once in each order, and once more in another: the state never goes back."""
    orders = [order + order[2:] + order[:2] for order in permutations(LIFE)]
    rosa = scene.enrol("Rosa")
    scene.decide(rosa, *(scene.message(Lane.REPLY, "legs?") for _ in orders))
    for number, order in enumerate(orders):
        message = scene.claim(limit=1)[0]
        reached = -1
        for word in order:
            scene.callback(message.attempt_id, word, f"SM{number}")
            (row,) = scene.rows(attempt, id=message.attempt_id)
            assert RANK[row["status"]] >= reached, order
            reached = RANK[row["status"]]
        assert row["status"] == next(word for word in order if RANK[word] == RANK["delivered"])
    assert len(scene.rows(status_callback)) == len(LIFE) * len(orders)


ANSWER = "the answer to the post"


@pytest.mark.parametrize("order", list(permutations((ANSWER, "sending", "sent", "delivered"))))
def test_the_answer_to_the_post_may_come_at_any_moment(scene: Scene, order: tuple[str, ...]) -> None:
    """Also after every callback, each of which comes twice: one id, one state, nothing in doubt."""
    scene.queue(scene.enrol("Rosa"))
    message = scene.claim_one()
    for what in order:
        if what == ANSWER:
            scene.finish(message, Outcome.ACCEPTED, carrier_id="SM1", status="queued")
        else:
            scene.callback(message.attempt_id, what, "SM1")
            scene.callback(message.attempt_id, what, "SM1")
    (row,) = scene.rows(attempt)
    assert (row["carrier_id"], row["status"], row["outcome"]) == ("SM1", "delivered", "accepted")
    assert scene.column(outbox, "state") == ["accepted"]


def sent(scene: Scene, lane: Lane = Lane.REPLY) -> str:
    """The id of an attempt under way."""
    scene.queue(scene.enrol("Rosa"), lane)
    return scene.claim_one().attempt_id


def test_the_words_of_a_call_have_their_order(scene: Scene) -> None:
    """Initiated, ringing, in progress, completed."""
    attempt_id = sent(scene)
    for word in ("ringing", "initiated", "in-progress", "queued", "completed", "ringing"):
        scene.callback(attempt_id, word)
    assert scene.column(attempt, "status") == ["completed"]


def test_a_repeated_callback_is_kept_once(scene: Scene) -> None:
    """The carrier repeats itself."""
    attempt_id = sent(scene)
    assert scene.callback(attempt_id, "sent")
    assert scene.callback(attempt_id, "sent")
    assert len(scene.rows(status_callback)) == 1


def test_a_callback_that_overtakes_the_answer_binds_the_id(scene: Scene) -> None:
    """And the answer that follows lowers nothing."""
    scene.queue(scene.enrol("Rosa"))
    message = scene.claim_one()
    scene.callback(message.attempt_id, "delivered", "SM1")
    scene.finish(message, Outcome.ACCEPTED, carrier_id="SM1", status="queued")
    (row,) = scene.rows(attempt)
    assert (row["carrier_id"], row["status"], row["outcome"]) == ("SM1", "delivered", "accepted")
    assert scene.column(outbox, "state") == ["accepted"]


def test_a_callback_saves_an_attempt_whose_answer_never_came(scene: Scene) -> None:
    """A timeout after the callback is no doubt any more."""
    scene.queue(scene.enrol("Rosa"))
    message = scene.claim_one()
    scene.callback(message.attempt_id, "sent", "SM1")
    scene.finish(message, Outcome.IN_DOUBT)
    scene.clock.advance(minutes=5)
    assert (scene.store.expire_leases(scene.now), scene.column(outbox, "state")) == (0, ["accepted"])


def test_a_callback_ends_a_doubt(scene: Scene) -> None:
    """The message exists."""
    scene.queue(scene.enrol("Rosa"))
    message = scene.claim_one()
    scene.finish(message, Outcome.IN_DOUBT)
    scene.callback(message.attempt_id, "queued", "SM1")
    assert scene.column(outbox, "state") == ["accepted"]
    assert scene.store.bound_carrier_ids(["SM1"]) == {"SM1"}


@pytest.mark.parametrize(("word", "again"), [("delivered", 0), ("sent", 0), ("failed", 1), ("undelivered", 1)])
def test_a_callback_calls_back_the_second_try_unless_the_first_failed(scene: Scene, word: str, again: int) -> None:
    """The doubt was settled by sending again, and then the first one speaks."""
    scene.queue(scene.enrol("Rosa"), Lane.EMERGENCY)
    message = scene.claim_one()
    scene.finish(message, Outcome.IN_DOUBT)
    scene.store.settle(message, None, send_again=True, now=scene.now)
    scene.callback(message.attempt_id, word, "SM1")
    assert len(scene.claim()) == again


def test_an_unknown_attempt_is_kept_and_reported(scene: Scene) -> None:
    """Somebody should look at it."""
    assert not scene.callback("nobody", "sent")
    assert [(row["attempt_id"], row["known"]) for row in scene.rows(status_callback)] == [("nobody", False)]


def test_an_unknown_word_is_kept_and_changes_no_status(scene: Scene) -> None:
    """The carrier may invent words; the id in it is still true."""
    attempt_id = sent(scene)
    assert scene.callback(attempt_id, "partially_delivered", "SM1")
    assert scene.column(status_callback, "known") == [False]
    assert [(row["status"], row["carrier_id"]) for row in scene.rows(attempt)] == [(None, "SM1")]


def test_an_unknown_word_is_shown_to_somebody_once(scene: Scene) -> None:
    """However many messages it comes about: it may mean that texts do not arrive."""
    rosa = scene.enrol("Rosa")
    for number in range(3):
        scene.queue(rosa)
        scene.callback(scene.claim_one().attempt_id, "partially_delivered", f"SM{number}")
    scene.callback("nobody", "beamed")
    (work,) = scene.rows(task)
    assert (work["kind"], work["participant_id"], work["outbox_id"]) == ("unknown_status", rosa, 1)
    assert "“partially_delivered”" in work["because"]


def test_an_endless_word_of_an_endless_attempt_is_kept_as_far_as_it_fits(scene: Scene) -> None:
    """Nothing the carrier may say is refused by a column."""
    assert not scene.callback("a" * 300, "b" * 300, "SM1")
    scene.queue(scene.enrol("Rosa"))
    assert scene.callback(scene.claim_one().attempt_id, "c" * 300, "SM2")
    assert [row["status"] for row in scene.rows(status_callback)] == ["b" * 40, "c" * 40]


def test_an_id_of_another_attempt_is_kept_and_changes_nothing(scene: Scene) -> None:
    """Two attempts never share a message."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa)
    scene.queue(rosa)
    first, second = scene.claim()
    scene.callback(first.attempt_id, "sent", "SM1")
    assert scene.callback(second.attempt_id, "delivered", "SM1")
    found = {row["id"]: (row["status"], row["carrier_id"]) for row in scene.rows(attempt)}
    assert found == {first.attempt_id: ("sent", "SM1"), second.attempt_id: (None, None)}
    assert scene.column(status_callback, "known") == [True, False]


def test_a_second_id_for_one_attempt_is_kept_and_changes_nothing(scene: Scene) -> None:
    """The first id is the attempt's."""
    attempt_id = sent(scene)
    scene.callback(attempt_id, "sent", "SM1")
    scene.callback(attempt_id, "failed", "SM2")
    assert [(row["status"], row["carrier_id"]) for row in scene.rows(attempt)] == [("sent", "SM1")]


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.URGENT])
@pytest.mark.parametrize("word", ["undelivered", "failed"])
def test_an_important_message_that_did_not_arrive_becomes_one_task(scene: Scene, lane: Lane, word: str) -> None:
    """However often the carrier says so."""
    attempt_id = sent(scene, lane)
    for each in (word, word, "failed", "undelivered"):
        scene.callback(attempt_id, each, code=30003)
    assert [(row["kind"], row["outbox_id"]) for row in scene.rows(task)] == [("undelivered", 1)]
    assert scene.column(attempt, "code") == [30003]


@pytest.mark.parametrize("lane", [Lane.REPLY, Lane.PROMPT])
def test_an_ordinary_message_that_did_not_arrive_is_no_task(scene: Scene, lane: Lane) -> None:
    """Phones are off; tomorrow is another prompt."""
    scene.callback(sent(scene, lane), "undelivered", code=30003)
    assert scene.rows(task) == []


def test_an_important_message_that_arrived_is_no_task(scene: Scene) -> None:
    """Also when a contrary word follows: the first final one stays."""
    attempt_id = sent(scene, Lane.EMERGENCY)
    scene.callback(attempt_id, "delivered")
    scene.callback(attempt_id, "undelivered")
    assert (scene.rows(task), scene.column(attempt, "status")) == ([], ["delivered"])
