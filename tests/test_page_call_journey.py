"""A page call from the text that caused it to the case that is taken, through the local phone network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from coach.adapters.database.engine import open_engine
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import escalation_step
from coach.core.model import Language, Participant, Status
from tests import town as streets
from tests.town import Phone, Town, open_town, until

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 6, 1)
NOON = datetime.combine(MONDAY, time(12, 0), NEW_YORK)
RUTH, ANA, BEN = "+12025550151", streets.ANA.phone, streets.BEN.phone
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Clinic:
    """A town in which Ruth takes part; Ana is on call, and Ben is her backup."""

    town: Town

    @property
    def ruth(self) -> Phone:
        """Ruth's phone."""
        return self.town.phone(RUTH)

    def case(self) -> dict[str, Any]:
        """The one case, as the dashboard's interface gives it."""
        with self.town.signed_in() as coordinator:
            (case,) = coordinator.get("/api/v1/worklist").json()["cases"]
        return dict(case)

    def steps(self, kind: str) -> list[tuple[str | None, int | None]]:
        """The steps of one kind: by whom and to whom."""
        engine = open_engine(f"sqlite:///{self.town.database}")
        try:
            with engine.connect() as connection:
                columns = (escalation_step.c.staff, escalation_step.c.to_id)
                rows = connection.execute(select(*columns).where(escalation_step.c.step == kind))
                return [(row.staff, row.to_id) for row in rows]
        finally:
            engine.dispose()

    def call(self, phone: str) -> dict[str, Any]:
        """The last call of a phone."""
        return self.town.phone(phone).call()

    def rings(self, phone: str) -> None:
        """Wait until a phone rings."""
        until(lambda: self.call(phone)["status"] == "ringing", f"a ringing phone at {phone}")

    def act(self, phone: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Answer, press keys, speak or hang up; then how the call stands when it is the phone's turn again or over."""
        return self.town.phone(phone).act(what, body)

    def is_over(self, phone: str) -> bool:
        """Whether the last call of a phone has ended."""
        return self.call(phone)["status"] not in {"queued", "ringing", "in-progress", "none"}

    def is_over_when_time_passes(self, phone: str) -> bool:
        """The same, a few seconds later."""
        self.town.wait(timedelta(seconds=5))
        return self.is_over(phone)


def said(call: dict[str, Any]) -> str:
    """All the coach has said in a call."""
    return " ".join(line["text"] for line in call["heard"] if line["who"] == "coach")


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """A clinic at noon."""
    with open_town(tmp_path, NOON) as town:
        with store_of(town) as store, store.begin() as tx:
            ruth = Participant(0, RUTH, Status.ACTIVE, Language.EN, "US", name="Ruth Ames", zone="America/New_York")
            tx.enrol(ruth, NOON)
        yield Clinic(town)


@contextmanager
def store_of(town: Town) -> Iterator[SqlStore]:
    """The town's tables."""
    engine = open_engine(f"sqlite:///{town.database}")
    try:
        yield SqlStore(engine)
    finally:
        engine.dispose()


def test_a_call_rings_and_key_1_takes_the_case(clinic: Clinic) -> None:
    """Ruth cannot breathe; Ana's phone rings, says level and initials, and she takes it."""
    clinic.ruth.text("I can't breathe")
    clinic.rings(ANA)
    words = said(clinic.act(ANA, "answer", {"as": "human"}))
    assert "R. A." in words
    assert not any(word in words for word in ("Ruth", "Ames", "breath", RUTH))
    clinic.act(ANA, "keys", {"digits": "1"})
    until(lambda: clinic.is_over(ANA), "the end of the call")
    assert (clinic.case()["state"], clinic.case()["owner"]) == ("acknowledged", "ana")


def test_the_second_who_was_paged_is_told_who_has_it(clinic: Clinic) -> None:
    """Ana does not answer, so Ben is called too; then Ana takes it, and Ben's phone says so."""
    clinic.ruth.text("I can't breathe")
    clinic.rings(ANA)
    clinic.act(ANA, "answer", {"as": "no-answer"})
    clinic.town.wait(11 * MINUTE)
    clinic.rings(BEN)
    clinic.rings(ANA)
    clinic.act(ANA, "answer", {"as": "human"})
    clinic.act(ANA, "keys", {"digits": "1"})
    until(lambda: any("ana has it" in text for text in clinic.town.phone(BEN).received()), "the word to Ben")
    after = clinic.act(BEN, "answer", {"as": "human"})
    assert "ana has it" in said(after)
    until(lambda: clinic.is_over(BEN), "the end of Ben's call")
    assert clinic.case()["owner"] == "ana"


def test_a_machine_takes_no_case(clinic: Clinic) -> None:
    """It hears what is open and presses nothing; paging goes on."""
    clinic.ruth.text("I can't breathe")
    clinic.rings(ANA)
    clinic.act(ANA, "answer", {"as": "voicemail"})
    until(lambda: clinic.is_over_when_time_passes(ANA), "the end of the recording")
    assert (clinic.case()["state"], clinic.steps("acknowledged")) == ("raised", [])
    before = len(clinic.steps("paged"))
    clinic.town.wait(5 * MINUTE)
    until(lambda: len(clinic.steps("paged")) > before, "another page")


def test_what_is_said_in_a_page_call_is_no_answer(clinic: Clinic) -> None:
    """A greeting may hold any word."""
    clinic.ruth.text("I can't breathe")
    clinic.rings(ANA)
    clinic.act(ANA, "answer", {"as": "human"})
    after = clinic.act(ANA, "say", {"speech": "one", "confidence": 0.9})
    assert any(line["text"] == "Speech was not listened to." for line in after["heard"])
    assert clinic.case()["state"] == "raised"


def test_key_2_passes_it_on_and_key_9_says_it_again(clinic: Clinic) -> None:
    """Passed on, it is Ben's turn."""
    clinic.ruth.text("I can't breathe")
    clinic.rings(ANA)
    first = said(clinic.act(ANA, "answer", {"as": "human"}))
    assert said(clinic.act(ANA, "keys", {"digits": "9"})) == f"{first} {first}"
    clinic.act(ANA, "keys", {"digits": "2"})
    clinic.rings(BEN)
    assert clinic.case()["state"] == "raised"


def test_the_address_in_the_text_opens_the_case_after_signing_in(clinic: Clinic) -> None:
    """From the page on Ana's phone to the person's page."""
    clinic.ruth.text("I can't breathe")
    beginning = f"{clinic.town.address}/page/"
    until(lambda: any(beginning in text for text in clinic.town.phone(ANA).received()), "the page")
    (address,) = (w for text in clinic.town.phone(ANA).received() for w in text.split() if w.startswith(beginning))
    path = urlsplit(address).path
    first = clinic.town.web.get(path)
    assert (first.status_code, urlsplit(first.headers["location"]).path) == (303, "/sign-in")
    with clinic.town.signed_in() as coordinator:
        opened = coordinator.get(path)
    assert (opened.status_code, opened.url.fragment) == (200, f"case-{clinic.case()['id']}")
    assert "Ruth Ames" in opened.text
    assert clinic.case()["state"] == "raised"
