"""A call with time moved by hand: pages answered from a table, and Rosa at the phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from coach.sandbox.courier import Reply
from coach.sandbox.network import Conditions, Network
from coach.sandbox.orders import CallOrder, NewScript
from coach.sandbox.pace import INSTANT, Pace
from coach.sandbox.records import Call, PicksUp
from tests.sandbox.conftest import ACCOUNT, COACH, MORNING, ROSA, TOKEN

BASE = "http://coach.test"


@dataclass
class Script:
    """Answers requests for TwiML from a table of paths, and writes them down."""

    pages: dict[str, str]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    status: int = 200
    failing: dict[str, Reply] = field(default_factory=dict)

    def __call__(self, method: str, url: str, body: str, headers: Mapping[str, str]) -> Reply:
        """Answer one request."""
        assert headers["X-Twilio-Signature"]
        path = url.removeprefix(BASE)
        self.asked.append((f"{method} {path}", dict(parse_qsl(body, keep_blank_values=True))))
        if path in self.failing:
            return self.failing[path]
        return Reply(self.status, f"<Response>{self.pages.get(path, '')}</Response>", "text/xml")

    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [asked for asked, _ in self.asked]


class Scene:
    """A call to Rosa, answered, with time moved by hand."""

    def __init__(
        self,
        pages: dict[str, str],
        manner: PicksUp = PicksUp.HUMAN,
        pace: Pace = INSTANT,
        *,
        failing: dict[str, Reply] | None = None,
        **wishes: Any,
    ) -> None:
        self.now = MORNING
        self.script = Script(pages, failing=failing or {})
        conditions = Conditions(background=False, post=self.script, pace=pace)
        self.network = Network(ACCOUNT, TOKEN, COACH, clock=lambda: self.now, conditions=conditions)
        call = self.network.calling.accept(CallOrder(ROSA, COACH, f"{BASE}/start", **wishes))
        self.network.calling.release(call.sid)
        self.network.pump()
        self.wait(pace.dial)
        self.network.calling.answer(ROSA, manner)
        self.network.pump()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self.network.pump()

    def press(self, digits: str, phone: str = ROSA) -> None:
        """Rosa, or somebody else, presses keys."""
        self.network.calling.press(phone, digits)
        self.network.pump()

    def say(self, speech: str, confidence: float = 0.9, phone: str = ROSA) -> None:
        """Rosa, or somebody else, speaks."""
        self.network.calling.say(phone, speech, confidence)
        self.network.pump()

    def answer(self, phone: str, manner: PicksUp = PicksUp.HUMAN) -> None:
        """Somebody's phone, which rings, is picked up or not."""
        assert self.network.calling.answer(phone, manner) is not None
        self.network.pump()

    def hang_up(self, phone: str = ROSA) -> None:
        """Rosa, or somebody else, hangs up."""
        self.network.calling.hang_up(phone)
        self.network.pump()

    def redirect(self, path: str, sid: str = "") -> None:
        """The coach gives the running call another script."""
        self.network.calling.redirect(sid or self.call.sid, NewScript(url=f"{BASE}{path}"))
        self.network.pump()

    def last(self, phone: str) -> Call:
        """The last call of a phone as it stands."""
        return self.network.state.calls(phone)[-1]

    def transcript(self, phone: str = ROSA) -> list[str]:
        """Everything heard on a phone: who, and what."""
        return [f"{line.who}: {line.text}" for line in self.last(phone).heard]

    def forms(self, path: str) -> list[dict[str, str]]:
        """The fields of every request to one path."""
        return [form for asked, form in self.script.asked if asked.split()[1] == path]

    @property
    def call(self) -> Call:
        """The call as it stands."""
        return self.network.state.calls(ROSA)[-1]

    @property
    def said(self) -> list[str]:
        """What the coach has said."""
        return [line.text for line in self.call.heard if line.who == "coach"]

    @property
    def notes(self) -> list[str]:
        """What was noted down."""
        return [line.text for line in self.call.heard if line.who == "note"]

    @property
    def last_form(self) -> dict[str, str]:
        """The fields of the last request."""
        return self.script.asked[-1][1]
