"""The main job from one end to the other, through HTTP only, with the local phone network as the carrier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.town import Phone, Town, open_town, until

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 3, 2)  # the clocks go forward on the Sunday after
SCORES = (5, 5, 6, 5, 5, 4, 5, 5, 5, 6, 5, 5, 4, 5)
RUTH, CONTROL = "+12025550142", "+12025550143"


@dataclass(frozen=True)
class Speech:
    """What somebody texts in a language, and what they look for in the answers."""

    keyword: str
    yes: str
    eastern: str
    see_a_doctor: str
    emergency: str
    alarm: str
    stop: str
    stopped: str


ENGLISH = Speech(
    keyword="LEGS",
    yes="Y",
    eastern="1",
    see_a_doctor="Please book a doctor visit",
    emergency="I can't pee and I'm numb between my legs",
    alarm="Call 911 now",
    stop="STOP",
    stopped="unsubscribed",
)
SPANISH = Speech(
    keyword="PIERNAS",
    yes="Sí",
    eastern="1",
    see_a_doctor="cita con su médico",
    emergency="no puedo orinar y tengo dormida la entrepierna",
    alarm="Llame al 911 ahora",
    stop="por favor no me manden más mensajes",
    stopped="START",
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town on a Monday morning in New York."""
    with open_town(tmp_path, datetime.combine(MONDAY, time(9, 40), NEW_YORK)) as opened:
        yield opened


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall time in New York."""
    return datetime.combine(day, time(hour, minute), NEW_YORK)


def enrol(town: Town, number: str, speech: Speech) -> Phone:
    """Keyword, Y and the time zone, each answered before the next."""
    phone = town.phone(number)
    phone.says_and_gets(speech.keyword)
    phone.says_and_gets(speech.yes, answers=2)
    phone.says_and_gets(speech.eastern)
    return phone


def live_a_day(town: Town, phone: Phone, day: date, score: int) -> list[str]:
    """Let a day's prompts come at their hours, answer the check-in, and give back what the answer brought."""
    for hour, minute in ((10, 0), (10, 30), (11, 30), (14, 0)):
        town.set_clock(max(at(day, hour, minute) + timedelta(seconds=1), town.clock()))
        settle(town)
    before = len(phone.received())
    town.set_clock(at(day, 16, 30) + timedelta(seconds=1))
    phone.gets(before)
    return phone.says_and_gets(str(score))


def settle(town: Town) -> None:
    """Wait until nothing is due and nothing waits to be sent."""

    def idle() -> bool:
        figures = town.web.get("/metrics").text
        waiting = re.findall(r"^coach_(?:backlog_messages|oldest_due_seconds)\S* ([\d.e+-]+)$", figures, re.MULTILINE)
        return all(float(value) == 0 for value in waiting)

    until(idle, "an idle coach")


@pytest.mark.parametrize("speech", [ENGLISH, SPANISH], ids=["English", "Spanish"])
def test_from_the_first_text_to_stop(town: Town, speech: Speech) -> None:
    """Enrol, be prompted at local times, be told once to see a doctor, be helped in an emergency, and be left alone."""
    ruth = enrol(town, RUTH, speech)
    control = enrol(town, CONTROL, ENGLISH)

    days = enumerate(SCORES, start=1)
    answers = {day: live_a_day(town, ruth, MONDAY + timedelta(days=day - 1), score) for day, score in days}
    told = [day for day, texts in answers.items() if any(speech.see_a_doctor in text for text in texts)]
    assert told == [14], "weakness that lasted is told on day 14, and once"

    tuesday, thursday_after_the_change = MONDAY + timedelta(days=1), MONDAY + timedelta(days=10)
    assert prompt_hours(ruth, tuesday) == {(10, 0), (11, 30), (16, 30)}, "three a day at most, by local time"
    assert prompt_hours(ruth, thursday_after_the_change) == {(10, 0), (14, 0), (16, 30)}

    day_15 = MONDAY + timedelta(days=14)
    town.set_clock(at(day_15, 9, 15))
    alarm = ruth.says_and_gets(speech.emergency)
    assert any(text.startswith(speech.alarm) for text in alarm)

    with town.signed_in() as coordinator:
        cases = worklist(coordinator)
        assert [case["level"] for case in cases] == ["emergency", "routine"], "the worst case stands first"
        assert cases[0]["quote"] == speech.emergency
        take = f"/people/{cases[0]['participant_id']}/cases/{cases[0]['id']}/acknowledge"
        assert coordinator.post(take).status_code == httpx.codes.OK
        assert worklist(coordinator)[0]["owner"] == "ana"

    goodbye = ruth.says_and_gets(speech.stop)
    assert speech.stopped in goodbye[-1]
    silence_begins = len(ruth.messages())
    heard_by_control = len(control.received())
    for day in range(14, 18):
        town.set_clock(at(MONDAY + timedelta(days=day), 16, 30) + timedelta(seconds=1))
        settle(town)
    assert len(control.received()) > heard_by_control, "prompts go on for others"
    assert len(ruth.messages()) == silence_begins, "nothing further is sent after the confirmation"


def prompt_hours(phone: Phone, day: date) -> set[tuple[int, int]]:
    """The New York wall times at which texts were made on a day."""
    moments = [
        datetime.fromisoformat(m["created"]).astimezone(NEW_YORK) for m in phone.messages() if m["by"] == "coach"
    ]
    return {(m.hour, m.minute) for m in moments if m.date() == day}


def worklist(coordinator: httpx.Client) -> list[dict[str, Any]]:
    """The open cases from the top."""
    return list(coordinator.get("/api/v1/worklist").json()["cases"])
