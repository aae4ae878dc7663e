"""`coach people` at the terminal: what calls ask for is set, and a PIN is never printed."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner, Result

from coach.adapters.database.engine import open_engine
from coach.adapters.database.store import SqlStore
from coach.cli.app import app
from coach.cli.problems import WRONG_USE, Problem
from coach.core.model import Channel, Participant
from tests.adapters.database.scene import Scene
from tests.clocks import StoppedClock

PIN = "480215"


@pytest.fixture
def practice(sqlite_url: str, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """An empty practice."""
    monkeypatch.setenv("COACH_DATABASE_URL", sqlite_url)
    return Scene(engine := open_engine(sqlite_url), SqlStore(engine), clock)


def people(*words: str) -> Result:
    """The command with these words."""
    return CliRunner().invoke(app, ["people", *words])


def kept(scene: Scene, person: int = 1) -> Participant:
    """What is known of somebody."""
    with scene.store.begin() as tx:
        return tx.conversation(person, scene.now).participant


def test_somebody_is_enrolled_for_calls_with_a_year_of_birth(practice: Scene) -> None:
    """Or with a PIN; voicemail may be refused."""
    done = people(
        "add", "(212) 555-2368", "--language", "en", "--channel", "voice", "--birth-year", "1940", "--pin", PIN,
        "--no-voicemail",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    agnes = kept(practice)
    assert (agnes.channel, agnes.birth_year, agnes.call_pin) == (Channel.VOICE, 1940, PIN)
    assert agnes.no_voicemail


@pytest.mark.usefixtures("practice")
def test_nobody_is_enrolled_for_calls_without_either() -> None:
    """The sentence says what is missing."""
    done = people("add", "(212) 555-2368", "--language", "en", "--channel", "voice")
    assert isinstance(done.exception, Problem)
    assert "Give the year of birth or a PIN" in str(done.exception)
    assert done.exception.status == WRONG_USE


def test_what_calls_ask_for_is_set_later_and_shown_without_the_pin(practice: Scene) -> None:
    """What is not named stays as it is."""
    practice.enrol("Rosa")
    assert "nothing: they cannot speak of their health" in people("show", "1").stdout
    assert people("calls", "1", "--birth-year", "1950", "--pin", PIN, "--no-voicemail").exit_code == 0
    assert people("calls", "1", "--birth-year", "1951").exit_code == 0
    rosa = kept(practice)
    assert (rosa.birth_year, rosa.call_pin, rosa.no_voicemail) == (1951, PIN, True)
    shown = people("show", "1").stdout
    assert "year of birth 1951, PIN set" in shown
    assert "voicemail\tnever" in shown
    assert PIN not in shown + people("list").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("1", "--pin", "1234"), "harder to guess"),
        (("1", "--birth-year", "40"), "four digits"),
        (("1",), "Nothing was typed"),
        (("7", "--pin", PIN), "There is no such participant."),
    ],
)
def test_what_cannot_be_set_is_refused_with_its_reason(practice: Scene, words: tuple[str, ...], sentence: str) -> None:
    """And nothing changes."""
    practice.enrol("Rosa")
    done = people("calls", *words)
    assert isinstance(done.exception, Problem)
    assert sentence in str(done.exception)
    assert not kept(practice).can_be_identified
