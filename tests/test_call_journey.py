"""A check-in call from the timetable to the worklist, through HTTP only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.town import AGNES, Phone, Town, enrol_agnes, open_town, until

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 6, 1)
BORN = "1940"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town in which Agnes, who wants calls, has been enrolled by a coordinator and has said yes."""
    with open_town(tmp_path, datetime.combine(MONDAY, time(11, 0), NEW_YORK)) as opened:
        enrol_agnes(opened)
        yield opened


def ring_at_check_in(town: Town) -> Phone:
    """Let the hour of the check-in come; the phone rings, Agnes picks up and waits to be spoken to."""
    town.set_clock(datetime.combine(MONDAY, time(16, 30, 1), NEW_YORK))
    until(lambda: call(town)["status"] == "ringing", "a ringing phone")
    act(town, "answer", {"as": "human"})
    return town.phone(AGNES)


def call(town: Town) -> dict[str, Any]:
    """The last call of Agnes's phone."""
    return town.phone(AGNES).call()


def act(town: Town, what: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer, press keys or speak, and wait until it is Agnes's turn again or the call is over."""
    return town.phone(AGNES).act(what, body)


def said(state: dict[str, Any]) -> str:
    """All the coach has said in a call."""
    return " ".join(line["text"] for line in state["heard"] if line["who"] == "coach")


def test_a_call_asks_score_and_warning_signs_by_key(town: Town) -> None:
    """Nothing about health before it is known who is there; then the two questions, and the score is on record."""
    ring_at_check_in(town)
    greeting = said(call(town))
    assert "9 1 1" in greeting
    assert "legs" not in greeting.lower()
    assert "the year you were born" in said(act(town, "keys", {"digits": "1"}))
    assert "how weak" in said(act(town, "keys", {"digits": BORN}))
    assert "You said 4." in said(act(town, "keys", {"digits": "4"}))
    assert "chest pain" in said(act(town, "keys", {"digits": "1"}))
    ended = act(town, "keys", {"digits": "2"})
    assert "Goodbye" in said(ended)
    until(lambda: call(town)["status"] == "completed", "the end of the call")
    with town.signed_in() as coordinator:
        found = re.search(r'href="(/people/[0-9]+)"', coordinator.get("/people", params={"q": "Agnes"}).text)
        assert found
        person = coordinator.get(f"/api/v1{found[1]}").json()
        assert [day["score"] for day in person["scores"]] == [4]
        assert coordinator.get("/api/v1/worklist").json()["cases"] == []


def test_yes_to_the_warning_signs_is_spoken_texted_and_on_the_worklist(town: Town) -> None:
    """An emergency told by key lands where a text would."""
    agnes = ring_at_check_in(town)
    before = len(agnes.received())
    for keys in ("1", BORN, "4", "1"):
        act(town, "keys", {"digits": keys})
    assert "dial 9 1 1 now" in said(act(town, "keys", {"digits": "1"}))
    assert agnes.gets(before)[0].startswith("Call 911 now")
    with town.signed_in() as coordinator:
        assert [c["level"] for c in coordinator.get("/api/v1/worklist").json()["cases"]] == ["emergency"]


def test_words_of_an_emergency_end_the_menu(town: Town) -> None:
    """Speech is read like a text."""
    ring_at_check_in(town)
    act(town, "keys", {"digits": "1"})
    assert "dial 9 1 1 now" in said(act(town, "say", {"speech": "oh i cant breathe", "confidence": 0.8}))


def test_a_voicemail_hears_nothing_about_health(town: Town) -> None:
    """A machine gets a neutral text and no question."""
    town.set_clock(datetime.combine(MONDAY, time(16, 30, 1), NEW_YORK))
    until(lambda: call(town)["status"] == "ringing", "a ringing phone")
    act(town, "answer", {"as": "voicemail"})
    town.wait(timedelta(minutes=2))
    until(lambda: call(town)["status"] not in {"ringing", "in-progress"} or "call" in said(call(town)), "the words")
    assert not {"legs", "weak", "pain"} & set(said(call(town)).lower().split())
