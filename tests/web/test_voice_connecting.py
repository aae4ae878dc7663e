"""After an emergency a caller may be connected with somebody on call, who presses a key first."""

from __future__ import annotations

import pytest

from coach.adapters.database.tables import escalation, participant
from coach.core.model import EscalationState
from tests.web.on_call import ANA, CLEO, put_on_call
from tests.web.on_the_phone import OURS, OnThePhone, Twiml
from tests.web.phone_line import Line

DIALLED, WHISPER, WHISPERED = (f"/twilio/voice/att-1/{where}" for where in ("dialled/0", "whisper", "whispered"))


@pytest.fixture
def offered(line: Line, rosa: OnThePhone) -> OnThePhone:
    """Rosa told of a warning sign, and Ana is on call."""
    put_on_call(line.coach.store, line.clock)
    answer = rosa.to_the_signs().presses("1")
    assert "dial 9 1 1 now" in answer.said
    assert "press 1 and I try to connect you" in answer.said
    return rosa


def staff_leg(line: Line, where: str, who: str = ANA.phone, **given: str) -> Twiml:
    """The carrier asks what somebody who was rung for the caller is to hear."""
    leg = line.rings(who, "att-1", "CA" + "5" * 32)
    return leg.go(where, **{"From": OURS, "ParentCallSid": "CA" + "1" * 32, **given})


def nobody_takes(caller: OnThePhone, **how: str) -> Twiml:
    """One after the other does not take the caller; gives what is said in the end."""
    answer = caller.presses("1")
    while "Dial" in answer.verbs:
        answer = caller.go(answer.dial.get("action", ""), **how)
    return answer


def owners(line: Line) -> list[tuple[str, str | None]]:
    """Who has the cases."""
    return [(row["state"], row["owner"]) for row in line.rows(escalation)]


def test_nobody_is_offered_where_nobody_is_on_call(line: Line, rosa: OnThePhone) -> None:
    """The last word is the emergency number."""
    answer = rosa.to_the_signs().presses("1")
    assert (answer.ends, "connect" in answer.said) == (True, False)
    assert line.cases() == ["emergency"]


def test_key_1_rings_whoever_is_on_duty(offered: OnThePhone) -> None:
    """From our number; each hears the whisper first, and how it went comes back to us."""
    dial = offered.presses("1").dial
    assert [number.text for number in dial] == [ANA.phone]
    assert [number.get("url") for number in dial] == [WHISPER]
    assert (dial.get("callerId"), dial.get("action"), dial.get("answerOnBridge")) == (OURS, DIALLED, "true")


def test_the_pages_go_on_meanwhile(line: Line, offered: OnThePhone) -> None:
    """A call that is tried is no answer."""
    offered.presses("1")
    line.coach.fire_due()
    line.coach.dispatch()
    assert any(message.recipient == ANA.phone for message in line.switchboard.posted)


def test_the_whisper_names_nobody_and_nothing(line: Line, offered: OnThePhone) -> None:
    """One key, no speech: a machine presses none."""
    offered.presses("1")
    answer = staff_leg(line, WHISPER)
    assert answer.gather["input"] == "dtmf"
    assert answer.next == WHISPERED
    assert not {"rosa", "diaz", "pain", "emergency", "health"} & set(answer.said.lower().replace(".", "").split())


def test_the_whisper_is_in_the_language_of_whoever_hears_it(line: Line, offered: OnThePhone) -> None:
    """Cleo speaks Spanish."""
    offered.presses("1")
    assert "oprima 1" in staff_leg(line, WHISPER, CLEO.phone).said.lower()


def test_key_1_connects_the_two_and_takes_the_case(line: Line, offered: OnThePhone) -> None:
    """Pressed twice, it stays hers."""
    offered.presses("1")
    for _ in range(2):
        assert staff_leg(line, WHISPERED, Digits="1").verbs == []
    assert owners(line) == [(EscalationState.ACKNOWLEDGED, "ana")]


@pytest.mark.parametrize("keys", ["", "2", "*", "11"])
def test_without_that_key_only_this_end_hangs_up(line: Line, offered: OnThePhone, keys: str) -> None:
    """A voicemail box must not take somebody in an emergency."""
    offered.presses("1")
    assert staff_leg(line, WHISPERED, Digits=keys).verbs == ["Hangup"]
    assert owners(line) == [(EscalationState.RAISED, None)]


def test_a_number_nobody_knows_takes_no_case_and_becomes_nobody(line: Line, offered: OnThePhone) -> None:
    """No row is made for it either."""
    offered.presses("1")
    people = len(line.rows(participant))
    assert "Press 1" in staff_leg(line, WHISPER, "+12025550177").said
    assert staff_leg(line, WHISPERED, "+12025550177", Digits="1").verbs == ["Hangup"]
    assert owners(line) == [(EscalationState.RAISED, None)]
    assert len(line.rows(participant)) == people


def test_so_does_a_key_in_a_call_that_was_connected_with_none(line: Line, offered: OnThePhone) -> None:
    """It names no caller, or one who is not known."""
    offered.presses("1")
    assert staff_leg(line, WHISPERED, Digits="1", ParentCallSid="CA-nobody").verbs == ["Hangup"]
    assert staff_leg(line, WHISPERED, Digits="1", ParentCallSid="").verbs == ["Hangup"]


def test_a_database_that_goes_away_keeps_nobody_apart(line: Line, offered: OnThePhone) -> None:
    """Ana can be asked, and takes the caller; the case is noted by the pages, which go on."""
    offered.presses("1")
    line.store.is_away = True
    assert "Press 1" in staff_leg(line, WHISPER).said
    assert staff_leg(line, WHISPERED, Digits="1").verbs == []


def test_after_they_talked_the_call_is_over(line: Line, offered: OnThePhone) -> None:
    """Nothing more is said, and nothing is a task."""
    offered.presses("1")
    assert offered.go(DIALLED, DialCallStatus="completed", DialBridged="true").verbs == ["Hangup"]
    assert "not_connected" not in line.tasks()


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled", "something new"])
def test_a_caller_nobody_took_hears_the_number_once_more_and_is_a_task(
    line: Line, offered: OnThePhone, status: str
) -> None:
    """Once, however often the carrier says so."""
    answer = nobody_takes(offered, DialCallStatus=status)
    assert (answer.ends, "dial 9 1 1 now" in answer.said) == (True, True)
    again = offered.go(DIALLED.replace("/0", "/9"), DialCallStatus=status)
    assert again.document == answer.document
    assert line.tasks().count("not_connected") == 1


def test_so_does_one_who_reached_a_machine(line: Line, offered: OnThePhone) -> None:
    """It was answered, and nobody pressed the key."""
    answer = nobody_takes(offered, DialCallStatus="completed", DialBridged="false")
    assert "dial 9 1 1 now" in answer.said
    assert line.tasks().count("not_connected") == 1


def test_a_repeated_step_rings_the_same_people_again(offered: OnThePhone) -> None:
    """The carrier did not hear us the first time."""
    assert offered.last is not None
    where = offered.last.next
    assert offered.go(where, Digits="1").document == offered.go(where, Digits="1").document
    assert offered.last.dial is not None


def test_the_next_one_is_tried_when_the_first_does_not_take_the_caller(offered: OnThePhone) -> None:
    """Never two at once: a machine that picked up first would stop the others."""
    first = offered.presses("1").dial
    second = offered.go(DIALLED, DialCallStatus="no-answer").dial
    assert [len(list(first)), len(list(second))] == [1, 1]
    assert first[0].text != second[0].text


@pytest.mark.parametrize(("seconds", "state"), [("95", EscalationState.CONTACTED), ("4", EscalationState.ACKNOWLEDGED)])
def test_talk_of_some_length_counts_as_having_been_reached(
    line: Line, offered: OnThePhone, seconds: str, state: EscalationState
) -> None:
    """A few seconds may have been a dropped line: the case stays taken, and its promise holds."""
    offered.presses("1")
    staff_leg(line, WHISPERED, Digits="1")
    offered.go(DIALLED, DialCallStatus="completed", DialBridged="true", DialCallDuration=seconds)
    assert owners(line) == [(state, "ana")]
