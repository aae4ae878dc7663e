"""Somebody calls us: a person of the programme, one who has left, a stranger, or nobody knows who."""

from __future__ import annotations

import pytest

from coach.adapters.database.tables import call
from coach.core.events import StatusChanged
from coach.core.model import Language, Status
from coach.ports import Cause
from tests.web.on_the_phone import BORN, ROSA, STRANGER, OnThePhone
from tests.web.phone_line import SCRIPT, Line

HEALTH = ("leg", "weak", "pain", "health", "pierna", "débil", "salud")


def tells_of_health(said: str) -> bool:
    """Whether a word in it is about the body."""
    return any(word in said.replace("Leg Coach", "").lower() for word in HEALTH)


def test_somebody_who_calls_us_chooses_once_it_is_known_who_they_are(line: Line, rosa_calls: OnThePhone) -> None:
    """A menu, and in it the check-in."""
    rosa_calls.picks_up()
    rosa_calls.presses("1")
    assert "Press 1 for your check-in" in rosa_calls.presses(BORN).said
    assert "how weak" in rosa_calls.presses("1").said
    rosa_calls.presses("4")
    rosa_calls.presses("1")
    assert line.scores() == [4]


def test_a_silent_caller_is_told_goodbye_and_the_emergency_number(rosa_calls: OnThePhone) -> None:
    """The voicemail words would make no sense to a caller."""
    rosa_calls.picks_up()
    last = [rosa_calls.is_silent() for _ in range(3)][-1]
    assert (last.ends, "9 1 1" in last.said) == (True, True)


def test_an_unknown_caller_is_asked_nothing(line: Line) -> None:
    """No question is put to a stranger, and no call is kept."""
    answer = line.rings(STRANGER).picks_up()
    assert (answer.ends, tells_of_health(answer.said)) == (True, False)
    assert line.rows(call) == []


@pytest.mark.parametrize("status", [Status.OPTED_OUT, Status.WRONG_PERSON])
def test_nor_to_somebody_who_has_left(line: Line, status: Status) -> None:
    """They may still call; what they hear is neutral."""
    with line.coach.store.begin() as tx:
        conversation = tx.conversation_of_number(ROSA, "US", line.clock())
        tx.record(conversation, (StatusChanged(status),), Cause(), line.clock())
    answer = line.rings().picks_up()
    assert (answer.ends, tells_of_health(answer.said)) == (True, False)


@pytest.mark.parametrize(
    "withheld", ["anonymous", "Restricted", "+", "sip:rosa@example.org", "+1415555\u0660\u0661\u0660\u0661"]
)
@pytest.mark.parametrize("step", ["", "/step/0-ready-en-" + "0" * 32, "/voicemail"])
def test_a_caller_without_a_number_is_told_why_nothing_follows(line: Line, withheld: str, step: str) -> None:
    """There is no telling who it is, so nothing is asked or stored."""
    before = line.everything()
    answer = line.rings(withheld).go(f"/twilio/voice/inbound{step}", Digits="1")
    assert answer.ends
    assert answer.said in {"", " ".join(SCRIPT.line("stranger", Language.EN).split())}
    assert line.everything() == before
