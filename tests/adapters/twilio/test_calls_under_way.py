"""Changing a call while it goes on: sent elsewhere or ended, and never an error for whoever asks."""

from __future__ import annotations

import logging

import pytest

from tests.adapters.twilio.loopback import Answer, loopback
from tests.adapters.twilio.test_sending import ACCOUNT, ROSA, call_at_carrier, carrier_at, refusal

CALL = "CA" + "1" * 32


def test_a_call_under_way_is_sent_to_another_address_of_ours() -> None:
    """Such as the words for an answering machine, once it is known that one took it."""
    with loopback(Answer(200, call_at_carrier(CALL, status="in-progress"))) as server:
        assert carrier_at(server.url).redirect(CALL, "/twilio/voice/att-1/voicemail?lang=es")
        (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json")
    assert asked.form == {
        "Url": ["https://coach.example.org/twilio/voice/att-1/voicemail?lang=es"],
        "Method": ["POST"],
    }


def test_a_call_is_ended() -> None:
    """Answered or still ringing: the carrier takes the same word for both."""
    with loopback(Answer(200, call_at_carrier(CALL, status="completed"))) as server:
        assert carrier_at(server.url).hang_up(CALL)
        (asked,) = server.asked
    assert (asked.path, asked.form) == (f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json", {"Status": ["completed"]})


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, refusal(21220, f"Call {ROSA} is not in-progress. Cannot redirect.")),
        Answer(404, refusal(20404)),
        Answer(429, refusal(20429), headers={"Retry-After": "2"}),
        Answer(500, "<html>"),
        Answer(200, "no JSON"),
        Answer(drop=True),
        Answer(wait=0.6),
    ],
    ids=["over", "unknown", "throttled", "fault", "unreadable", "dropped", "slow"],
)
def test_a_carrier_that_will_not_is_told_and_never_raised(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    """The call goes on as before; the log has the call's id and nothing that was said or dialled."""
    with loopback(answer) as server, caplog.at_level(logging.INFO):
        carrier = carrier_at(server.url)
        assert (carrier.redirect(CALL, "/twilio/voice/x"), carrier.hang_up(CALL)) == (False, False)
    told = [record for record in caplog.records if record.name == "coach.adapters.twilio.carrier"]
    assert [record.__dict__["carrier_id"] for record in told] == [CALL, CALL]
    assert ROSA not in caplog.text


def test_a_carrier_that_cannot_be_reached_is_no_error() -> None:
    """Nobody listens there."""
    carrier = carrier_at("http://127.0.0.1:9")
    assert (carrier.redirect(CALL, "/twilio/voice/x"), carrier.hang_up(CALL)) == (False, False)
