"""Hanging up loses no answer, counts none twice, and makes none up."""

from __future__ import annotations

import pytest

from coach.core.events import Event, Observed
from coach.core.model import Kind
from tests.core.calling.people import known, ruth
from tests.core.talking import of, tasks


def figure(events: tuple[Event, ...]) -> list[float | None]:
    """The scores that were noted."""
    return [fact.observation.value for fact in of(events, Observed) if fact.observation.kind is Kind.WEAKNESS]


@pytest.mark.parametrize("last", ["1", "2"])
def test_an_answer_counts_once_also_when_it_was_the_last_of_the_call(last: str) -> None:
    """The end of the call does not settle it again."""
    call = known(ruth())
    call.presses("3")
    call.presses("1")
    call.says("no")
    call.presses(last)
    noted = len(of(call.events, Observed))
    call.hangs_up()
    assert len(of(call.events, Observed)) == noted


def test_an_answer_that_waited_counts_when_she_hangs_up() -> None:
    """It was pressed, or heard surely."""
    pressed, said = known(ruth()), known(ruth())
    pressed.presses("6")
    said.says("six", 0.8)
    assert figure(pressed.hangs_up()) == [6]
    assert figure(said.hangs_up()) == [6]


def test_one_that_was_not_heard_surely_is_read_by_a_person() -> None:
    """Nothing is lost, and nothing is made up."""
    call = known(ruth())
    call.says("six", 0.4)
    facts = call.hangs_up()
    assert (figure(facts), tasks(facts)) == ([], ["unconfirmed_answer"])


def test_nothing_is_said_to_somebody_who_has_hung_up() -> None:
    """No fact claims that they heard it."""
    call = known(ruth())
    call.presses("6")
    assert not [fact for fact in call.hangs_up() if type(fact).__name__ == "Said"]
