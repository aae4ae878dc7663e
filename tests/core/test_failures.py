"""What a failure calls for: again later, a bad number, or a line that stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from coach.core.failures import Failed, FailureClass, Meaning, Verdict, decide
from coach.core.model import Lane

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PHONE_OFF = Meaning(FailureClass.RETRY, (15 * MINUTE, 45 * MINUTE), days=3)
UNREGISTERED = Meaning(FailureClass.LINE)
NO_ROUTE = Meaning(FailureClass.LINE, people=3)


def failed(lane: Lane = Lane.PROMPT, useful: timedelta = timedelta(hours=8), **seen: int) -> Failed:
    """A message that failed just now."""
    return Failed(lane, NOON, NOON + useful, **seen)


@pytest.mark.parametrize(("before", "pause"), [(0, 15 * MINUTE), (1, 45 * MINUTE)])
def test_it_goes_again_after_each_pause_of_the_table(before: int, pause: timedelta) -> None:
    """The pauses grow."""
    assert decide(PHONE_OFF, failed(before=before)) == Verdict(NOON + pause)


def test_it_goes_no_oftener_than_the_table_says() -> None:
    """Two pauses, two repeats."""
    assert decide(PHONE_OFF, failed(before=2)) == Verdict()


def test_it_does_not_go_again_when_it_would_come_too_late() -> None:
    """A question about the morning is not put in the evening."""
    assert decide(PHONE_OFF, failed(useful=15 * MINUTE)) == Verdict()


@pytest.mark.parametrize("lane", [Lane.EMERGENCY, Lane.URGENT, Lane.PAGE])
@pytest.mark.parametrize("meaning", [PHONE_OFF, UNREGISTERED, Meaning(FailureClass.ACCOUNT)])
def test_what_must_arrive_never_waits(lane: Lane, meaning: Meaning) -> None:
    """Its case takes another way at once."""
    assert decide(meaning, failed(lane)).again_at is None


@pytest.mark.parametrize(("days", "is_bad"), [(1, False), (2, True), (5, True)])
def test_a_number_is_bad_once_it_failed_on_so_many_days(days: int, *, is_bad: bool) -> None:
    """A network may lose a number for a day."""
    assert decide(Meaning(FailureClass.NUMBER, days=2), failed(days=days)) == Verdict(number_is_bad=is_bad)


def test_a_number_is_not_called_bad_while_it_is_still_tried() -> None:
    """Only when the last repeat has failed too."""
    assert not decide(PHONE_OFF, failed(days=3, before=1)).number_is_bad
    assert decide(PHONE_OFF, failed(days=3, before=2)).number_is_bad


def test_a_line_that_the_carrier_does_not_know_stops_at_once_and_the_message_waits() -> None:
    """Nobody's message is to blame, so none is lost."""
    assert decide(UNREGISTERED, failed()) == Verdict(NOON, line_stops=True)


@pytest.mark.parametrize(("people", "stops"), [(1, False), (2, False), (3, True)])
def test_what_may_be_one_numbers_fault_stops_the_line_only_for_several_people(people: int, *, stops: bool) -> None:
    """A message that itself may be the odd one does not wait at the head of the queue."""
    assert decide(NO_ROUTE, failed(people=people)) == Verdict(line_stops=stops)


@pytest.mark.parametrize("failure", [FailureClass.UNKNOWN, FailureClass.CONTENT, FailureClass.EXPIRED])
def test_what_is_not_understood_is_not_repeated(failure: FailureClass) -> None:
    """It may have arrived, or would fail again."""
    assert decide(Meaning(failure), failed()) == Verdict()
