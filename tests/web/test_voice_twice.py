"""Steps of a call that come twice, late, crosswise or at once: nothing is recorded twice, and nothing grave is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from coach.adapters.database.tables import call
from coach.calls import ABANDONED
from coach.core.model import Channel, InboundMessage
from tests.web.on_the_phone import BORN, CALL, OURS, ROSA, OnThePhone, Twiml
from tests.web.phone_line import Line

AT_ONCE = 4


def at_once(*work: Callable[[], object]) -> list[object]:
    """Start all of it together, in a thread each."""
    barrier = Barrier(len(work))

    def start(one: Callable[[], object]) -> object:
        barrier.wait(10)
        return one()

    with ThreadPoolExecutor(len(work)) as threads:
        return [future.result(30) for future in [threads.submit(start, one) for one in work]]


# --- again, and older ---


def test_a_repeated_step_gives_the_same_words_and_records_nothing(line: Line, rosa: OnThePhone) -> None:
    """The carrier repeats when it did not hear us; the person must not be asked twice."""
    where = rosa.is_known().last.next  # type: ignore[union-attr]
    first = rosa.go(where, Digits="7")
    before = line.everything()
    assert {rosa.go(where, Digits="7").document for _ in range(3)} == {first.document}
    assert line.everything() == before


def test_an_older_step_gives_what_is_being_said_now(line: Line, rosa: OnThePhone) -> None:
    """Whatever is in it that is no alarm."""
    greeting = rosa.picks_up().next
    rosa.presses("1")
    question = rosa.presses(BORN).next
    rosa.presses("7")
    now = rosa.presses("1")
    before = line.everything()
    assert rosa.go(greeting, Digits="2").document == now.document
    assert rosa.go(question, Digits="7").document == now.document
    assert rosa.picks_up().document == now.document
    assert line.everything() == before


def test_an_alarm_in_an_older_step_is_a_case(line: Line, rosa: OnThePhone) -> None:
    """The carrier told of silence first, and of the words afterwards."""
    where = rosa.is_known().last.next  # type: ignore[union-attr]
    rosa.is_silent()
    rosa.go(where, SpeechResult="I can't breathe", Confidence="0.9")
    assert line.cases() == ["emergency"]


def test_one_key_counts_once_however_many_posts_bring_it(line: Line, rosa: OnThePhone) -> None:
    """At the same time, to two processes."""
    other = line.process(line.new_coach())
    rosa.is_known()
    where = rosa.presses("7").next
    twin = replace(rosa, carrier=other)
    posts = [lambda: rosa.post(where, Digits="1"), lambda: twin.post(where, Digits="1")] * (AT_ONCE // 2)
    answers = {answer.text for answer in at_once(*posts)}  # type: ignore[attr-defined]
    assert len(answers) == 1
    assert (line.scores(), line.heard()) == ([7], ["7", "1"])


def test_a_call_that_is_opened_twice_at_once_is_one_call(line: Line, rosa: OnThePhone) -> None:
    """And both hear the same."""
    answers = at_once(*[lambda: rosa.post("/twilio/voice/att-1").text] * AT_ONCE)
    assert len(set(answers)) == 1
    assert len(line.rows(call)) == 1


def test_two_processes_take_turns_in_a_call(line: Line, rosa: OnThePhone) -> None:
    """None of them remembers anything."""
    processes = [line.process(line.new_coach()) for _ in range(2)]
    steps = [rosa.picks_up, *[lambda keys=keys: rosa.presses(keys) for keys in ("1", BORN, "7", "1", "2")]]
    for number, step in enumerate(steps):
        rosa.carrier = processes[number % 2]
        step()
    assert rosa.last is not None
    assert (rosa.last.ends, line.scores()) == (True, [7])


# --- the end ---


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
def test_an_answer_that_waits_is_settled_once_by_whatever_ends_the_call(
    line: Line, rosa: OnThePhone, status: str
) -> None:
    """Told twice, and with older news after it."""
    rosa.is_known()
    rosa.presses("7")
    for told in ("in-progress", status, "ringing", status, "completed"):
        assert line.ends(status=told) == 204
    line.clock.advance(ABANDONED * 2)
    line.coach.recover()
    assert line.scores() == [7]


@pytest.mark.parametrize("answer", ["by key", "by word"])
def test_an_answer_that_was_confirmed_is_not_settled_again(line: Line, rosa: OnThePhone, answer: str) -> None:
    """Also when it was the last one of the call."""
    rosa.to_the_signs()
    if answer == "by key":
        last = rosa.presses("2")
    else:
        rosa.says("no")
        last = rosa.presses("1")
    assert last.ends
    before = line.everything()[2:]
    line.ends()
    assert line.everything()[2:] == before


def test_a_call_of_which_nobody_told_that_it_ended_is_settled(line: Line, rosa: OnThePhone) -> None:
    """Once it has stood still long enough, and once."""
    rosa.is_known()
    rosa.presses("7")
    line.coach.recover()
    assert line.scores() == []
    line.clock.advance(ABANDONED * 2)
    for _ in range(2):
        line.coach.recover()
    assert line.scores() == [7]


def test_a_call_that_cannot_be_settled_holds_up_no_other_and_is_a_task(line: Line, rosa: OnThePhone) -> None:
    """Such as one that a later version of the program has kept."""
    spoiled = line.rings(attempt="att-0", sid="CA0")
    spoiled.picks_up()
    with line.coach.store.begin() as tx:
        kept = tx.call("CA0")
        assert kept is not None
        tx.keep_call(replace(kept, state={**kept.state, "stage": "singing"}))
    line.clock.advance(seconds=1)
    rosa.is_known()
    rosa.presses("7")
    line.clock.advance(ABANDONED * 2)
    assert line.coach.recover() == 2
    assert (line.scores(), line.tasks()) == ([7], ["unconfirmed_answer"])
    assert line.coach.recover() == 0


def test_words_that_come_after_the_end_are_not_lost(line: Line, rosa: OnThePhone) -> None:
    """Rosa hangs up while she speaks, and the carrier tells of the end first."""
    where = rosa.is_known().last.next  # type: ignore[union-attr]
    line.ends()
    answer = rosa.go(where, SpeechResult="I can't breathe", Confidence="0.9")
    assert answer.ends
    assert line.cases() == ["emergency"]
    assert line.ends() == 204


def test_a_key_that_comes_after_the_end_is_an_answer_to_a_question_only(line: Line, rosa: OnThePhone) -> None:
    """A key to what was read back would be misread by itself: 2 for “change it” is no “no”."""
    rosa.to_the_signs()
    where = rosa.says("no").next
    line.ends()
    before = line.everything()[2:4]
    rosa.go(where, Digits="2")
    assert line.everything()[2:4] == before
    assert line.tasks() == ["late_answer"]


@pytest.mark.parametrize("seed", range(3))
def test_a_step_and_the_end_at_once_leave_one_score(line: Line, rosa: OnThePhone, seed: int) -> None:
    """Whichever is first."""
    rosa.is_known()
    where = rosa.presses("7").next
    work: list[Callable[[], object]] = [lambda: rosa.post(where, Digits="1"), line.ends]
    at_once(*(work if seed % 2 else work[::-1]))
    line.clock.advance(ABANDONED * 2)
    line.coach.recover()
    assert line.scores() == [7]


# --- with the job that takes up what was left behind ---


def test_a_step_whose_words_the_job_has_taken_up_goes_on_without_them(line: Line, rosa: OnThePhone) -> None:
    """The webhook waited too long between storing and deciding."""
    where = rosa.is_known().last.next  # type: ignore[union-attr]

    def the_job_comes_first() -> None:
        line.clock.advance(minutes=1)
        line.coach.recover()

    # The first transaction stores the words, the next takes the step.
    store = line.store
    keep = store.store.keep_inbound

    def keep_inbound(message: InboundMessage, raw: dict[str, str]) -> object:
        kept = keep(message, raw)
        the_job_comes_first()
        return kept

    store.instead["keep_inbound"] = keep_inbound
    answer = rosa.go(where, SpeechResult="I can't breathe", Confidence="0.9")
    assert line.cases() == ["emergency"]
    assert not answer.ends


@pytest.mark.parametrize(("stage", "scores"), [("question", [7]), ("confirm", [4])])
def test_a_process_that_died_in_a_step_leaves_no_wrong_answer(
    line: Line, rosa: OnThePhone, stage: str, scores: list[float]
) -> None:
    """A key that was stored and not decided counts only where it is an answer."""
    rosa.is_known()
    if stage == "confirm":
        rosa.presses("4")
    assert rosa.last is not None
    turn = rosa.last.next.rpartition("/")[2].partition("-")[0]
    keys = "7" if stage == "question" else "2"
    died = InboundMessage(f"{CALL}-{turn}-{stage}", ROSA, OURS, keys, line.clock(), Channel.VOICE)
    line.coach.store.keep_inbound(died, {"Digits": keys})
    line.clock.advance(ABANDONED * 2)
    for _ in range(2):
        line.coach.recover()
    assert line.scores() == scores


def test_a_call_in_circles_is_ended_and_its_last_words_are_heard(line: Line, rosa: OnThePhone) -> None:
    """No call goes on for ever."""
    rosa.is_known()
    with line.coach.store.begin() as tx:
        kept = tx.call(CALL)
        assert kept is not None
        tx.keep_call(replace(kept, turn=60, state={**kept.state, "turn": 60}))
    here = Twiml(rosa.post("/twilio/voice/att-1").text).next
    answer = rosa.go(here, SpeechResult="I can't breathe", Confidence="0.9")
    assert not answer.gather
    assert line.cases() == ["emergency"]
