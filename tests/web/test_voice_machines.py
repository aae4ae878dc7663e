"""Answering machines: detection comes while the call goes on; the safe words once a day, and none where unwelcome."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coach.adapters.database.tables import attempt, call
from coach.core.model import Language
from tests.web.on_the_phone import CALL, JUAN, OnThePhone, Twiml
from tests.web.phone_line import Line

VOICEMAIL = "/twilio/voice/att-1/voicemail"


def is_detected(rosa: OnThePhone, answered_by: str) -> None:
    """The carrier tells who took the call."""
    answer = rosa.post(f"/twilio/voice/{rosa.attempt}/detected", AnsweredBy=answered_by)
    assert (answer.status_code, answer.content) == (204, b"")


def leaves_words(answer: Twiml) -> bool:
    """Whether the words for a machine are said, twice, after a moment, and nothing else."""
    said_twice = answer.said.count("This is an automated call from Leg Coach.") == 2
    return said_twice and answer.verbs == ["Pause", "Say", "Pause", "Say", "Hangup"]


@pytest.mark.parametrize("answered_by", ["human", "unknown", "machine_start"])
def test_whoever_may_be_a_person_goes_on(line: Line, answered_by: str) -> None:
    """Detection is wrong one time in ten; what it said is kept."""
    rosa = line.rings(attempt=line.places_a_call())
    rosa.picks_up()
    is_detected(rosa, answered_by)
    assert (line.switchboard.redirected, line.switchboard.hung_up) == ([], [])
    assert [row["answered_by"] for row in line.rows(attempt)] == [answered_by]
    assert "year you were born" in rosa.presses("1").said


@pytest.mark.parametrize("answered_by", ["machine_end_beep", "machine_end_silence", "machine_end_other"])
def test_a_machine_that_has_finished_its_greeting_gets_the_safe_words(
    line: Line, rosa: OnThePhone, answered_by: str
) -> None:
    """The carrier is asked to send the call there."""
    rosa.picks_up()
    is_detected(rosa, answered_by)
    assert line.switchboard.redirected == [(CALL, VOICEMAIL)]
    answer = rosa.go(VOICEMAIL)
    assert leaves_words(answer)
    assert not {"leg", "legs", "weak", "health"} & set(answer.said.replace("Leg Coach", "").lower().split())


def test_a_fax_is_hung_up_on(line: Line, rosa: OnThePhone) -> None:
    """There is nobody to talk to."""
    rosa.picks_up()
    is_detected(rosa, "fax")
    assert (line.switchboard.redirected, line.switchboard.hung_up) == ([], [CALL])


@pytest.mark.parametrize("answered_by", ["machine_end_beep", "fax"])
def test_whoever_pressed_a_key_is_no_machine(line: Line, rosa: OnThePhone, answered_by: str) -> None:
    """Whatever detection says, and however late; also once the call is over."""
    rosa.picks_up()
    rosa.presses("1")
    is_detected(rosa, answered_by)
    line.ends()
    is_detected(rosa, answered_by)
    assert (line.switchboard.redirected, line.switchboard.hung_up) == ([], [])


def test_a_key_between_detection_and_voicemail_keeps_the_call(line: Line, rosa: OnThePhone) -> None:
    """Rosa presses 1 just when the carrier takes her for a machine: the question is put again, and she goes on."""
    rosa.picks_up()
    is_detected(rosa, "machine_end_beep")
    rosa.presses("1")
    assert "year you were born" in rosa.go(VOICEMAIL).said
    assert "how weak" in rosa.presses("1940").said
    assert line.rows(call)[0]["voicemail_at"] is None


def test_words_that_cannot_wait_are_heard_though_the_voicemail_came_first(line: Line, rosa: OnThePhone) -> None:
    """She was taken for a machine while she spoke."""
    where = rosa.picks_up().next
    rosa.go(VOICEMAIL)
    rosa.go(where, SpeechResult="help I can't breathe", Confidence="0.9")
    assert line.cases() == ["emergency"]


def test_detection_that_is_told_twice_sends_the_call_there_once(line: Line, rosa: OnThePhone) -> None:
    """Else the words would begin anew."""
    rosa.picks_up()
    is_detected(rosa, "machine_end_beep")
    rosa.go(VOICEMAIL)
    is_detected(rosa, "machine_end_beep")
    assert len(line.switchboard.redirected) == 1


def test_detection_before_the_first_step_is_no_fault(line: Line, rosa: OnThePhone) -> None:
    """Webhooks overtake each other."""
    is_detected(rosa, "machine_end_beep")
    assert leaves_words(rosa.go(VOICEMAIL))
    assert leaves_words(rosa.picks_up())
    assert len(line.rows(call)) == 1


def test_a_repeated_webhook_says_the_same_words(line: Line, rosa: OnThePhone) -> None:
    """It is the same message."""
    rosa.picks_up()
    assert {rosa.go(VOICEMAIL).document for _ in range(3)} == {rosa.go(VOICEMAIL).document}
    assert leaves_words(rosa.go(VOICEMAIL))
    line.ends()


def test_words_are_left_once_a_day(line: Line, rosa: OnThePhone) -> None:
    """The day is the person's; the next call of the day hangs up, and the one of the next day leaves them again."""
    rosa.picks_up()
    assert leaves_words(rosa.go(VOICEMAIL))
    line.clock.advance(hours=6)
    second = replace(rosa, sid="CA2")
    second.picks_up()
    assert second.go(VOICEMAIL).verbs == ["Hangup"]
    line.clock.advance(hours=14)
    third = replace(rosa, sid="CA3")
    third.picks_up()
    assert leaves_words(third.go(VOICEMAIL))


def test_whoever_wants_no_words_left_gets_none(line: Line) -> None:
    """Not after detection, nor after three silences."""
    line.enrol(JUAN, no_voicemail=True)
    juan = line.rings(JUAN, "att-2", "CA2")
    juan.picks_up()
    assert juan.go("/twilio/voice/att-2/voicemail").verbs == ["Hangup"]
    again = line.rings(JUAN, "att-3", "CA3")
    again.picks_up()
    assert [again.is_silent() for _ in range(3)][-1].verbs == ["Hangup"]


def test_a_machine_that_was_not_detected_gets_them_after_three_silences(line: Line, rosa: OnThePhone) -> None:
    """And that counts as the words of the day."""
    rosa.picks_up()
    assert leaves_words([rosa.is_silent() for _ in range(3)][-1])
    assert line.rows(call)[0]["voicemail_at"] == line.clock()


def test_words_for_a_machine_are_in_the_persons_language(line: Line) -> None:
    """As the call would have been."""
    line.enrol(JUAN, Language.ES)
    juan = line.rings(JUAN, "att-2", "CA2")
    juan.picks_up()
    assert "llamada automática" in juan.go("/twilio/voice/att-2/voicemail").said


def test_a_stranger_has_no_voicemail(line: Line) -> None:
    """There is no call to leave words in."""
    answer = line.rings("+12025550111", "att-9", "CA9").go("/twilio/voice/att-9/voicemail")
    assert answer.verbs == ["Hangup"]
