"""What became of a check-in call, from the phone network to the coach's memory: machine, hung up, talked, nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coach.adapters.database.engine import open_engine
from coach.adapters.database.store import SqlStore
from coach.core.model import Fate
from tests.town import AGNES, Town, enrol_agnes, open_town, until

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 6, 1)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town in which the check-in call of Agnes rings."""
    with open_town(tmp_path, datetime.combine(MONDAY, time(11, 0), NEW_YORK)) as opened:
        enrol_agnes(opened)
        opened.set_clock(datetime.combine(MONDAY, time(16, 30, 1), NEW_YORK))
        until(lambda: status(opened) == "ringing", "a ringing phone")
        yield opened


def call(town: Town) -> dict[str, Any]:
    """The last call of Agnes's phone."""
    return town.phone(AGNES).call()


def status(town: Town) -> str:
    """How that call stands."""
    return str(call(town)["status"])


def act(town: Town, what: str, body: dict[str, Any] | None = None) -> None:
    """Answer, press keys, speak or hang up, and wait until it is Agnes's turn again or the call is over."""
    town.phone(AGNES).act(what, body)


def fate(town: Town) -> Fate:
    """What the coach knows of its last call to Agnes."""
    engine = open_engine(f"sqlite:///{town.database}")
    try:
        with SqlStore(engine).begin() as tx:
            sent = tx.conversation_of_number(AGNES, "US", town.clock()).sent
    finally:
        engine.dispose()
    return next(one.fate for one in reversed(sent) if one.template == "voice.check_in")


def voicemail(town: Town) -> None:
    """Her machine takes it; let it run out."""
    act(town, "answer", {"as": "voicemail"})

    def is_over() -> bool:
        town.wait(timedelta(seconds=10))
        return status(town) == "completed"

    until(is_over, "the end of the message")


def picked_up_and_put_down(town: Town) -> None:
    """She hears the greeting and hangs up."""
    act(town, "answer", {"as": "human"})
    act(town, "hang-up")


def wondered_and_put_down(town: Town) -> None:
    """She says something that is no answer, and hangs up."""
    act(town, "answer", {"as": "human"})
    act(town, "say", {"speech": "who is this", "confidence": 0.9})
    act(town, "hang-up")


def pressed_one_and_put_down(town: Town) -> None:
    """She is there, but has no time for the questions."""
    act(town, "answer", {"as": "human"})
    act(town, "keys", {"digits": "1"})
    act(town, "hang-up")


def cried_for_help(town: Town) -> None:
    """She presses nothing and says what is the matter."""
    act(town, "answer", {"as": "human"})
    act(town, "say", {"speech": "help I cannot breathe", "confidence": 0.9})
    act(town, "hang-up")


def let_it_ring(town: Town) -> None:
    """Nobody is at home."""
    town.wait(timedelta(minutes=2))


def declined(town: Town) -> None:
    """She pushes it away."""
    act(town, "answer", {"as": "busy"})


@pytest.mark.parametrize(
    ("does", "becomes"),
    [
        (voicemail, Fate.MACHINE),
        (picked_up_and_put_down, Fate.HUNG_UP),
        (wondered_and_put_down, Fate.HUNG_UP),
        (pressed_one_and_put_down, Fate.TALKED),
        (cried_for_help, Fate.TALKED),
        (let_it_ring, Fate.NO_ANSWER),
        (declined, Fate.NO_ANSWER),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_coach_knows_what_became_of_its_call(town: Town, does: Callable[[Town], None], becomes: Fate) -> None:
    """The next step after a missed check-in depends on it."""
    does(town)
    until(lambda: status(town) not in {"queued", "ringing", "in-progress"}, "the end of the call")
    until(lambda: fate(town) is becomes, f"{becomes}, not {fate(town)}")


def test_the_carrier_is_asked_who_took_a_check_in_call(town: Town) -> None:
    """And says so."""
    act(town, "answer", {"as": "human"})
    assert call(town)["answered_by"] == "human"
