"""How a call stands in the conversation that coordinators read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from coach.adapters.database.reports import Reports
from coach.adapters.database.reports_values import Line
from coach.adapters.database.states import OutboxState
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import Panel


@pytest.fixture
def panel(engine: Engine, clock: StoppedClock) -> Panel:
    """An empty panel in an empty database."""
    return Panel(engine, clock())


def thread(panel: Panel, person: int) -> tuple[Line, ...]:
    """The conversation of a person."""
    page = Reports(panel.engine).person(person, panel.now)
    assert page is not None
    return page.lines


def answered(panel: Panel, body: str, carrier_id: str) -> str:
    """Somebody says this in a call; what stands in the conversation."""
    walter = panel.person("Walter Kim", 3, channel="voice")
    panel.received(walter, body, panel.now, channel="voice", carrier_id=carrier_id)
    (line,) = thread(panel, walter)
    return line.text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("voice.check_in", "Check-in call"),
        ("voice.follow_up", "Call to ask what came of a case"),
        ("voice.alarm", "Call about a message that may not have arrived"),
        ("page.call", "Phone call: page.call"),
    ],
)
def test_a_call_says_what_it_was_about(panel: Panel, template: str, words: str) -> None:
    """In words, not by the name of its template."""
    walter = panel.person("Walter Kim", 3, channel="voice")
    panel.sent(walter, "", panel.now, status="completed", channel="voice", template=template)
    (line,) = thread(panel, walter)
    assert line.text == words


def test_what_the_coach_said_in_a_call_stands_there_word_for_word(panel: Panel) -> None:
    """That it was spoken is said once."""
    walter = panel.person("Walter Kim", 3, channel="voice")
    words = "You said 4. If that is right, press 1."
    said = {"channel": "voice", "state": OutboxState.SAID, "because": "It was said in a call."}
    panel.sent(walter, words, panel.now - timedelta(minutes=1), status=None, **said)
    (line,) = thread(panel, walter)
    assert line.delivery is not None
    assert (line.text, line.because, line.delivery.words) == (words, "", "Spoken in the call")


@pytest.mark.parametrize(
    ("stage", "shown"),
    [
        ("question", "1"),
        ("confirm", "1\n[answer to what was read back]"),
        ("menu", "1\n[choice from the menu]"),
        ("ready", "1\n[said before it was known who was there]"),
        ("call_back", "1\n[answer to the offer to call again]"),
    ],
)
def test_a_key_that_answers_no_question_says_what_it_was_for(panel: Panel, stage: str, shown: str) -> None:
    """A 1 that says “that is right” must not be taken for a score."""
    assert answered(panel, "1", f"CA12-4-{stage}") == shown


def test_a_text_is_never_taken_for_an_answer_in_a_call(panel: Panel) -> None:
    """Whatever its id looks like."""
    walter = panel.person("Walter Kim", 3)
    panel.received(walter, "1", panel.now, carrier_id="SM1-menu")
    (line,) = thread(panel, walter)
    assert line.text == "1"
