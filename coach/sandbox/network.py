"""The local phone network as a whole: one account, its lines, and simulated phones."""

from __future__ import annotations

import time
from dataclasses import dataclass

from coach.sandbox.account import Account
from coach.sandbox.callbacks import Callbacks
from coach.sandbox.calling import Calling
from coach.sandbox.clock import Clock
from coach.sandbox.courier import Courier, Post
from coach.sandbox.delivery import Delivery
from coach.sandbox.faults import Faults
from coach.sandbox.ledger import Ledger
from coach.sandbox.numbers import is_number
from coach.sandbox.optout import DEFAULT_HANDLING, OptOutHandling
from coach.sandbox.pace import NATURAL, Pace
from coach.sandbox.parts import Parts
from coach.sandbox.records import Call, Line, Message, Phone, PicksUp
from coach.sandbox.state import State
from coach.sandbox.texting import Texting
from coach.sandbox.timetable import Timetable

_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the network behaves. Without `background` nothing happens by itself: call `Network.pump`."""

    seed: int = 0
    pace: Pace = NATURAL
    background: bool = True
    opt_out: OptOutHandling = DEFAULT_HANDLING
    post: Post | None = None
    service_sid: str | None = None


class Network:
    """State in memory, threads of its own (until `close`), and the doors for tests and pages."""

    def __init__(  # noqa: PLR0913 - what the account and its number are known by
        self,
        account_sid: str,
        auth_token: str,
        number: str,
        *,
        clock: Clock,
        sms_url: str | None = None,
        voice_url: str | None = None,
        voice_fallback_url: str | None = None,
        conditions: Conditions | None = None,
    ) -> None:
        """`number` is the account's line; its webhooks go to these addresses (None: not set up)."""
        conditions = conditions or Conditions()
        self.clock = clock
        self.account = Account(account_sid, auth_token, conditions.service_sid)
        self.ledger = Ledger(clock)
        self.faults = Faults(conditions.seed)
        self.state = State(clock, conditions.seed)
        self.timetable = Timetable(clock, background=conditions.background)
        self._number = number
        self.add_line(number, sms_url=sms_url, voice_url=voice_url, voice_fallback_url=voice_fallback_url)
        self._build(conditions)

    def _build(self, conditions: Conditions) -> None:
        courier = Courier(self.state, self.ledger, self.account.token, conditions.post)
        parts = Parts(
            self.account, self.state, self.ledger, self.timetable, courier,
            Callbacks(courier, self.faults, self.ledger), self.faults, conditions.pace,
        )  # fmt: skip
        self.delivery = Delivery(parts)
        self.texting = Texting(parts, self.delivery, conditions.opt_out)
        self.calling = Calling(parts)

    # lines and phones

    @property
    def line(self) -> Line:
        """The account's first line, as it is set up now."""
        return self.state.lines()[0]

    def add_line(
        self,
        number: str,
        *,
        sms_url: str | None = None,
        voice_url: str | None = None,
        voice_fallback_url: str | None = None,
    ) -> Line:
        """Give the account another number."""
        now = self.state.now()
        line = Line(
            self.state.new_id("PN"), number, now, now, sms_url,
            voice_url=voice_url, voice_fallback_url=voice_fallback_url, friendly_name=number,
        )  # fmt: skip
        return self.state.put_line(line)

    def add_phone(self, number: str, name: str = "", picks_up: PicksUp = PicksUp.ASK, detected: str = "") -> Phone:
        """Add a simulated phone, or change it. Raises ValueError when `number` is not an E.164 number."""
        if not is_number(number):
            message = f"Not an E.164 number: {number}"
            raise ValueError(message)
        return self.state.set_phone(number, name, picks_up, detected)

    # what people do with their phones

    def text(self, phone: str, body: str, *, to: str | None = None) -> Message:
        """Send a text from `phone`; returns when the webhook has been answered or has failed."""
        line = self.state.line(to) if to else None
        return self.texting.from_phone(phone, body, line or self.line)

    def inbox(self, phone: str) -> tuple[Message, ...]:
        """Return what arrived on `phone`: outbound messages that were delivered, oldest first."""
        return tuple(
            message for message in self.state.messages(phone) if not message.inbound and message.status == "delivered"
        )

    def ring(self, phone: str) -> Call | None:
        """Call the account's voice line from `phone`; None when it takes no calls or the phone is in a call."""
        line = next((line for line in self.state.lines() if line.voice_url), self.line)
        return self.calling.ring(phone, line)

    def wait_for_turn(self, phone: str, seconds: float) -> Call | None:
        """Return the last call of `phone` once it is the person's turn or over, or when real `seconds` have passed."""
        ends = time.monotonic() + seconds
        while not self.calling.awaits_phone(phone) and time.monotonic() < ends:
            time.sleep(_LOOK_SECONDS)
        return self.state.last_call(phone)

    # running

    def pump(self) -> int:
        """Do everything that is due, in this thread; return how many jobs ran."""
        return self.timetable.pump()

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until nothing is under way but what waits for a person; False when time runs out."""
        return self.timetable.settle(seconds)

    def close(self) -> None:
        """Stop the threads; nothing happens any more."""
        self.timetable.close()
