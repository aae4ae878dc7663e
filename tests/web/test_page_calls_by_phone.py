"""Page calls over the local phone network: dialled by the real carrier adapter, signed and answered as in life."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from coach.adapters.library.carrier import load_carrier_codes, load_voice_script
from coach.adapters.twilio import CarrierOptions, TwilioCarrier, Verifier
from coach.core.model import Channel, Lane, Language, OutboundMessage
from coach.ports import Outcome
from coach.sandbox.app import Beside, create_app
from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Conditions, Network
from coach.sandbox.pace import INSTANT
from coach.sandbox.records import Call, PicksUp
from coach.service import PageCall
from coach.web.call_notes import CallNotes
from coach.web.page_calls import page_calls
from tests.serving import serve

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "the-account-token"
LINE, ANA, BEN = "+12025550100", "+12025550190", "+12025550191"
CARRIER_FILE = Path(__file__).parents[2] / "messages" / "carrier.toml"
SCRIPT = load_voice_script(CARRIER_FILE, "Harbor Clinic", None, "911")
OPEN = "EMERGENCY case, R. A. To take it press 1. To pass it on press 2. To hear it again press 9."
WHO = {"att-ana": "ana", "att-ben": "ben"}


class CaseBook:
    """Stands in for the coach: one case, and who has it."""

    def __init__(self) -> None:
        """Nobody has it."""
        self.owner = ""
        self.talked: set[str] = set()

    def page_call_opened(self, attempt_id: str) -> PageCall | None:
        """What is open, or who has it."""
        if self.owner:
            return PageCall(Language.EN, (f"{self.owner} has it.",))
        return PageCall(Language.EN, (OPEN,), asks=True) if attempt_id in WHO else None

    def page_key(self, attempt_id: str, key: str) -> PageCall | None:
        """Take it, or say again what is open."""
        if key == "1" and self.owner in {"", WHO[attempt_id]}:
            self.owner = WHO[attempt_id]
            return PageCall(Language.EN, ("It is yours.",))
        return self.page_call_opened(attempt_id)

    def note_call(self, attempt_id: str, *, answered_by: str | None = None, talked_at: datetime | None = None) -> None:
        """Keep where somebody talked; page calls do not ask who took them."""
        assert answered_by is None
        if talked_at:
            self.talked.add(attempt_id)


@dataclass(frozen=True)
class Exchange:
    """The network, the carrier adapter over it, and the case."""

    network: Network
    carrier: TwilioCarrier
    book: CaseBook
    clock: AdjustableClock

    def page(self, attempt: str, phone: str) -> None:
        """Place a page call and wait until the phone rings."""
        expires = NOON + timedelta(minutes=10)
        message = OutboundMessage(1, attempt, 1, phone, OPEN, Lane.PAGE, Channel.VOICE, NOON, expires)
        assert self.carrier.call(message).outcome is Outcome.ACCEPTED
        until(lambda: self.last(phone).status == "ringing")

    def last(self, phone: str) -> Call:
        """The last call of a phone."""
        return next(reversed(self.network.state.calls(phone)))

    def pick_up(self, phone: str, manner: PicksUp = PicksUp.HUMAN) -> None:
        """Answer, and hear what is said first."""
        self.network.calling.answer(phone, manner)
        until(lambda: bool(self.words(phone)) and (bool(self.last(phone).listening) or not self.last(phone).live))

    def press(self, phone: str, key: str) -> None:
        """Press a key and hear what is said then."""
        before = len(self.words(phone))
        self.network.calling.press(phone, key)
        until(lambda: len(self.words(phone)) > before)

    def words(self, phone: str) -> list[str]:
        """What the coach has said in the last call."""
        return [line.text for line in self.last(phone).heard if line.who == "coach"]

    def is_over(self, phone: str) -> bool:
        """Whether the last call has ended."""
        return not self.last(phone).live


def until(condition: Callable[[], bool]) -> None:
    """Wait for the network's threads."""
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """A network whose clock stands still, with the coach's routes beside it."""
    clock = AdjustableClock(NOON, time.monotonic, rate=0)
    hooks = FastAPI()
    network = Network(ACCOUNT, TOKEN, LINE, clock=clock, conditions=Conditions(pace=INSTANT))
    with serve(Beside(create_app(network), hooks)) as address:
        book = CaseBook()
        hooks.include_router(
            page_calls(book, Verifier((TOKEN,), address, ACCOUNT), SCRIPT, CallNotes(book, lambda: NOON))
        )
        options = CarrierOptions(ACCOUNT, TOKEN, address, from_number=LINE, api_url=address, machine_detection="Enable")
        carrier = TwilioCarrier(options, lambda: NOON, load_carrier_codes(CARRIER_FILE))
        yield Exchange(network, carrier, book, clock)
        carrier.close()
        network.close()


def test_the_phone_rings_and_key_1_takes_the_case(exchange: Exchange) -> None:
    """The words, one key, the word back, and the end."""
    exchange.page("att-ana", ANA)
    exchange.pick_up(ANA)
    assert exchange.words(ANA) == [OPEN]
    assert exchange.last(ANA).listening == frozenset({"dtmf"})
    exchange.press(ANA, "1")
    until(lambda: exchange.is_over(ANA))
    assert exchange.words(ANA) == [OPEN, "It is yours."]
    assert (exchange.book.owner, exchange.book.talked) == ("ana", {"att-ana"})


def test_the_second_who_picks_up_hears_who_has_it(exchange: Exchange) -> None:
    """Both phones rang at once."""
    exchange.page("att-ana", ANA)
    exchange.page("att-ben", BEN)
    exchange.pick_up(BEN)
    exchange.pick_up(ANA)
    exchange.press(ANA, "1")
    exchange.press(BEN, "1")
    assert exchange.words(BEN) == [OPEN, "ana has it."]
    until(lambda: exchange.is_over(BEN))
    assert exchange.book.owner == "ana"


def test_a_machine_hears_it_twice_and_takes_nothing(exchange: Exchange) -> None:
    """It presses no key, and was not asked about beforehand: a person would have waited in silence."""
    exchange.page("att-ana", ANA)
    exchange.pick_up(ANA, PicksUp.VOICEMAIL)
    for _ in range(4):
        exchange.clock.jump_to(exchange.clock() + timedelta(seconds=30))
        time.sleep(0.05)
    until(lambda: exchange.is_over(ANA))
    not_heard, goodbye = (SCRIPT.line(name, Language.EN) for name in ("page_not_heard", "page_goodbye"))
    assert exchange.words(ANA) == [OPEN, not_heard, OPEN, goodbye]
    assert (exchange.last(ANA).answered_by, exchange.book.owner, exchange.book.talked) == (None, "", set())


def test_words_spoken_into_a_page_call_are_not_heard(exchange: Exchange) -> None:
    """Nor sent to us."""
    exchange.page("att-ana", ANA)
    exchange.pick_up(ANA)
    exchange.network.calling.say(ANA, "one", 0.9)
    until(lambda: any("not listened to" in line.text for line in exchange.last(ANA).heard))
    assert (exchange.words(ANA), exchange.book.owner) == ([OPEN], "")


@pytest.mark.parametrize("key", ["#", "*", "5"])
def test_a_slip_of_the_finger_is_forgiven(exchange: Exchange, key: str) -> None:
    """It is said once more, and the right key counts."""
    exchange.page("att-ana", ANA)
    exchange.pick_up(ANA)
    exchange.press(ANA, key)
    until(lambda: exchange.words(ANA) == [OPEN, SCRIPT.line("page_not_heard", Language.EN), OPEN])
    until(lambda: bool(exchange.last(ANA).listening))
    exchange.press(ANA, "1")
    assert exchange.book.owner == "ana"
