"""`coach phone`: texts and calls from the terminal, on a network with a listener in the coach's place."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from coach.cli.app import app
from coach.cli.phone_call import Wish, wish_of
from coach.cli.problems import WORK_FOUND_PROBLEMS, WRONG_USE, Problem
from coach.sandbox.app import create_app
from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Conditions, Network
from coach.sandbox.orders import CallOrder
from coach.sandbox.pace import INSTANT
from tests.sandbox.conftest import ACCOUNT, COACH, MORNING, ROSA, TOKEN, WALTER, Listener
from tests.serving import serve

ROOT = Path(__file__).parents[2]
ASKS = '<Response><Gather input="dtmf speech" numDigits="1" action="/ready"><Say>Press 1.</Say></Gather></Response>'
SCORE = '<Response><Gather input="dtmf speech" action="/score"><Say>How weak are your legs?</Say></Gather></Response>'
THANKS = "<Response><Say>Thank you. Good-bye.</Say></Response>"


@dataclass
class Place:
    """A network on the air with somebody who listens where the coach would."""

    network: Network
    listener: Listener
    url: str

    def run(self, *arguments: str, given: str = "") -> Result:
        """The command with this on stdin."""
        return CliRunner().invoke(app, ["phone", "--url", self.url, *arguments], input=given)

    def piped(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """The command in a process of its own, with this in its pipe."""
        code = "from coach.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", code, "phone", "--url", self.url, *arguments],
            cwd=ROOT, input=given, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    def coach_calls(self, phone: str = ROSA) -> None:
        """The coach places a call."""
        call = self.network.calling.accept(CallOrder(phone, COACH, url=f"{self.listener.base}/script"))
        self.network.calling.release(call.sid)


@pytest.fixture
def place() -> Iterator[Place]:
    """Rosa's and Walter's phones."""
    listener = Listener()
    with serve(listener) as listener.base:
        clock = AdjustableClock(MORNING, time.monotonic)
        hooks: dict[str, Any] = {"sms_url": f"{listener.base}/sms", "voice_url": f"{listener.base}/voice"}
        network = Network(ACCOUNT, TOKEN, COACH, clock=clock, conditions=Conditions(pace=INSTANT), **hooks)
        network.add_phone(ROSA, "Rosa Delgado")
        network.add_phone(WALTER, "Walter Kim")
        listener.answers |= {"/voice": lambda _: ASKS, "/script": lambda _: ASKS, "/ready": lambda _: SCORE}
        listener.answers["/score"] = lambda _: THANKS
        with serve(create_app(network)) as url:
            yield Place(network, listener, url)
        network.close()


# texts


def test_a_line_is_a_text_and_the_answer_is_printed(place: Place) -> None:
    """From the first phone, unless another is named."""
    place.listener.answers["/sms"] = lambda form: f"<Response><Message>Got {form['Body']}</Message></Response>"
    done = place.run("--within", "5", given="About a 6\n\n")
    assert (done.exit_code, done.stdout) == (0, "Coach: Got About a 6\n")
    assert (place.listener.values("/sms", "From"), place.listener.values("/sms", "Body")) == ([ROSA], ["About a 6"])


def test_another_phone_is_named_by_its_number(place: Place) -> None:
    """Walter's."""
    place.run("--number", WALTER, "--within", "0", given="7\n")
    assert place.listener.values("/sms", "From") == [WALTER]


def test_a_text_the_coach_does_not_take_is_named(place: Place) -> None:
    """Exit status 1; the next text is sent all the same."""
    place.listener.statuses["/sms"] = 500
    done = place.run("--within", "0", given="one\ntwo\n")
    assert (done.exit_code, len(place.listener.at("/sms"))) == (WORK_FOUND_PROBLEMS, 2)
    assert "The coach did not take this text: 500." in done.stderr


def test_a_text_no_phone_would_send_is_named(place: Place) -> None:
    """In the words of the network."""
    done = place.run("--within", "0", given="a" * 1601 + "\n")
    assert (done.exit_code, "at most 1600 characters" in done.stderr) == (WORK_FOUND_PROBLEMS, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--number", "555"), "+12025550123"),
        (("--call", "--answer"), "leave one of them out"),
        (("--url", "http://127.0.0.1:9"), "start one with: coach demo"),
        (("--url", "nowhere"), "start one with: coach demo"),
    ],
)
def test_wrong_use_is_one_sentence(place: Place, arguments: tuple[str, ...], words: str) -> None:
    """Exit status 2, and what to do."""
    done = place.run(*arguments)
    assert isinstance(done.exception, Problem)
    assert (done.exception.status, words in str(done.exception)) == (WRONG_USE, True)


def test_a_network_without_phones_wants_a_number() -> None:
    """Nobody is made up."""
    empty = Network(ACCOUNT, TOKEN, COACH, clock=AdjustableClock(MORNING, time.monotonic))
    with serve(create_app(empty)) as url:
        done = CliRunner().invoke(app, ["phone", "--url", url])
    empty.close()
    assert "give yours with --number" in str(done.exception)


def test_help_shows_examples(place: Place) -> None:
    """And how to press, speak, wait and hang up."""
    shown = place.run("--help").stdout
    assert all(part in shown for part in ("Examples:", "coach phone --call", "~0.4", "hangs up"))


# calls


def test_a_call_is_talked_through_from_a_pipe(place: Place) -> None:
    """A real process and a real pipe: a key, then speech."""
    done = place.piped("--call", given="1\nabout a six ~0.4\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Coach: Press 1.", "You: pressed 1", "Coach: How weak are your legs?", "You: about a six",
        "Coach: Thank you. Good-bye.", "(The call is over after 0 seconds.)",
    ]  # fmt: skip
    assert place.listener.values("/ready", "Digits") == ["1"]
    assert place.listener.values("/score", "Confidence") == ["0.4"]


def test_a_ringing_call_is_picked_up(place: Place) -> None:
    """No second call is made."""
    place.coach_calls()
    place.network.settle()
    done = place.run("--call", given="1\nh\n")
    (call,) = place.network.state.calls(ROSA)
    assert (call.direction, call.status, "Coach: Press 1." in done.stdout) == ("outbound-api", "completed", True)


def test_a_call_is_waited_for(place: Place) -> None:
    """Until the coach calls."""
    place.coach_calls()
    done = place.run("--answer", "--within", "20", given="1\nsix\n")
    assert (done.exit_code, place.listener.values("/score", "SpeechResult")) == (0, ["six"])


def test_a_call_that_does_not_come_is_a_problem(place: Place) -> None:
    """Exit status 1 and a sentence."""
    done = place.run("--answer", "--within", "0")
    assert isinstance(done.exception, Problem)
    assert (done.exception.status, "did not call" in str(done.exception)) == (WORK_FOUND_PROBLEMS, True)


def test_a_phone_in_a_call_cannot_call(place: Place) -> None:
    """It is said why."""
    place.network.ring(ROSA)
    place.network.settle()
    done = place.run("--call")
    assert "No call is possible" in str(done.exception)


def test_a_call_nobody_takes_is_a_problem(place: Place) -> None:
    """The coach's line rejects it."""
    place.listener.answers["/voice"] = lambda _: "<Response><Reject reason='busy'/></Response>"
    done = place.run("--call")
    assert isinstance(done.exception, Problem)
    assert (done.exception.status, str(done.exception)) == (WORK_FOUND_PROBLEMS, "Nobody took the call: busy.")


def test_the_end_of_the_input_hangs_up(place: Place) -> None:
    """Nobody is left in a call."""
    place.run("--call", given="1\n")
    call = place.network.state.calls(ROSA)[-1]
    assert (call.status, place.listener.at("/score")) == ("completed", [])


def test_an_empty_line_is_silence(place: Place) -> None:
    """Until the coach goes on."""
    again = '<Response><Gather timeout="0.3" action="/ready"/><Say>Are you there?</Say><Gather/></Response>'
    place.listener.answers["/voice"] = lambda _: again
    done = place.run("--call", given="\nh\n")
    assert done.stdout.splitlines()[0] == "Coach: Are you there?"


def test_the_person_one_is_put_through_to_is_heard(place: Place) -> None:
    """As the other one."""
    place.listener.answers["/voice"] = lambda _: f"<Response><Dial>{WALTER}</Dial></Response>"
    place.network.state.set_phone(WALTER)
    place.network.ring(ROSA)
    place.network.settle()
    done = place.run("--number", WALTER, "--call", given="Hello Rosa\nh\n")
    assert f"(Connected with {ROSA}.)" in done.stdout
    assert [line.text for line in place.network.state.calls(ROSA)[-1].heard if line.who == "other"] == ["Hello Rosa"]


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        ("10#", Wish("keys", (("digits", "10#"),))),
        ("*", Wish("keys", (("digits", "*"),))),
        ("", Wish("wait")),
        ("h", Wish("hang-up")),
        ("H", Wish("hang-up")),
        ("about a six", Wish("say", (("speech", "about a six"), ("confidence", 0.9)))),
        ("about a six ~0.4", Wish("say", (("speech", "about a six"), ("confidence", 0.4)))),
        ("yes~1", Wish("say", (("speech", "yes"), ("confidence", 1.0)))),
        ('"7"', Wish("say", (("speech", "7"), ("confidence", 0.9)))),
        ('"h" ~0.5', Wish("say", (("speech", "h"), ("confidence", 0.5)))),
        ("~7", Wish("say", (("speech", "~7"), ("confidence", 0.9)))),
    ],
)
def test_a_line_is_keys_or_speech(line: str, wish: Wish) -> None:
    """Plainly."""
    assert wish_of(line) == wish
