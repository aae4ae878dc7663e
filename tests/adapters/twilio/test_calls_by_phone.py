"""The adapter against the local phone network: what we order, what the network tells, and what we change meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import APIRouter, Depends, FastAPI, Response

from coach.adapters.library.carrier import load_carrier_codes
from coach.adapters.twilio import CarrierOptions, TwilioCarrier, Verifier
from coach.adapters.twilio.forms import DETECTION, DIALLED, DIALOGUE, Form, Webhook
from coach.adapters.twilio.parse import Detection, Dialled, parse_detection, parse_dialled
from coach.adapters.twilio.twiml import Dialling, ask_key, bridge, dial, tell
from coach.core.model import Channel, Lane, Language, OutboundMessage
from coach.core.voices import STANDARD
from coach.ports import Outcome
from coach.sandbox.app import Beside, create_app
from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Conditions, Network
from coach.sandbox.pace import INSTANT
from coach.sandbox.records import Call, PicksUp
from coach.web.webhooks import signed
from tests.serving import serve

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROSA, ANA, LINE = "+12025550123", "+12025550141", "+12025550100"
ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "the-account-token"
CODES = load_carrier_codes(Path(__file__).parents[3] / "messages" / "carrier.toml")
START = "/twilio/voice/att-1"


@dataclass
class Exchange:
    """The network, the adapter over it, and what our addresses were told."""

    network: Network
    clock: AdjustableClock
    carrier: TwilioCarrier
    detected: list[Detection] = field(default_factory=list)
    dialled: list[Dialled] = field(default_factory=list)

    def call_rosa(self, lane: Lane = Lane.PROMPT) -> Call:
        """Let her phone ring."""
        message = OutboundMessage(1, "att-1", 1, ROSA, "", lane, Channel.VOICE, NOON, NOON + timedelta(minutes=10))
        assert self.carrier.call(message).outcome is Outcome.ACCEPTED
        until(lambda: self.last(ROSA).status == "ringing")
        return self.last(ROSA)

    def last(self, phone: str) -> Call:
        """The last call of a phone."""
        return next(reversed(self.network.state.calls(phone)))

    def rings(self, phone: str) -> bool:
        """Whether a call waits to be answered."""
        return any(call.status == "ringing" for call in self.network.state.calls(phone))

    def said(self, phone: str) -> list[str]:
        """What we have said in the last call."""
        return [line.text for line in self.last(phone).heard if line.who == "coach"]

    def let_pass(self, condition: Callable[[], bool]) -> None:
        """Let the network's time pass until something is so."""

        def later() -> bool:
            self.clock.jump_to(self.clock() + timedelta(seconds=1))
            return condition()

        until(later)

    def menu(self, form: Form) -> str:
        """Rosa's first words: 1 puts her through to Ana."""
        if form.get("Digits") != "1":
            return ask_key(("Press 1.",), Language.EN, START)
        connect = Dialling((ANA,), "/twilio/whisper", "/twilio/dialled", LINE)
        return dial(("One moment.",), Language.EN, STANDARD, connect)

    def whisper(self, form: Form) -> str:
        """What Ana hears, and nobody else."""
        assert form.get("ParentCallSid") == self.last(ROSA).sid
        if form.get("Digits") == "1":
            return bridge()
        return ask_key(("Press 1 to take it.",), Language.EN, "/twilio/whisper")

    def found(self, form: Form) -> str:
        """Who took the call."""
        self.detected.append(parse_detection(form))
        return bridge()

    def ended(self, form: Form) -> str:
        """What became of putting her through."""
        self.dialled.append(parse_dialled(form))
        return tell(("We talked." if self.dialled[-1].talked else "Sorry.",), Language.EN)

    def hooks(self, verifier: Verifier) -> APIRouter:
        """Our addresses, which believe only what the network signed."""
        router = APIRouter()
        voicemail = tell(("Please call us.",), Language.EN, pause=1, times=2)
        answers: list[tuple[str, Webhook, Callable[[Form], str]]] = [
            (START, DIALOGUE, self.menu),
            (f"{START}/voicemail", DIALOGUE, lambda _: voicemail),
            (f"{START}/detected", DETECTION, self.found),
            ("/twilio/whisper", DIALOGUE, self.whisper),
            ("/twilio/dialled", DIALLED, self.ended),
        ]
        for path, webhook, words in answers:
            router.add_api_route(path, _answering(words, signed(verifier, webhook)), methods=["POST"])
        return router


def _answering(words: Callable[[Form], str], check: Callable[..., Form]) -> Callable[[Form], Response]:
    def answer(form: Form = Depends(check)) -> Response:  # noqa: B008 - made for each address
        return Response(words(form), media_type="text/xml")

    answer.__annotations__ = {}
    return answer


def until(condition: Callable[[], bool]) -> None:
    """Wait for the network's threads."""
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """A network whose clock stands still, with our addresses beside it."""
    clock, hooks = AdjustableClock(NOON, time.monotonic, rate=0), FastAPI()
    network = Network(ACCOUNT, TOKEN, LINE, clock=clock, conditions=Conditions(pace=INSTANT))
    with serve(Beside(create_app(network), hooks)) as address:
        detect = "DetectMessageEnd"
        options = CarrierOptions(ACCOUNT, TOKEN, address, from_number=LINE, api_url=address, machine_detection=detect)
        exchange = Exchange(network, clock, TwilioCarrier(options, lambda: NOON, CODES))
        hooks.include_router(exchange.hooks(Verifier((TOKEN,), address, ACCOUNT)))
        yield exchange
        exchange.carrier.close()
        network.close()


@pytest.mark.parametrize(
    ("manner", "machine"), [(PicksUp.HUMAN, False), (PicksUp.VOICEMAIL, True)], ids=["person", "machine"]
)
def test_we_speak_at_once_and_learn_meanwhile_who_took_the_call(
    exchange: Exchange, manner: PicksUp, *, machine: bool
) -> None:
    """Nobody waits in silence for it."""
    call = exchange.call_rosa()
    exchange.network.calling.answer(ROSA, manner)
    until(lambda: bool(exchange.detected))
    assert exchange.said(ROSA)[0] == "Press 1."
    assert (exchange.detected[0].carrier_id, exchange.detected[0].is_recording) == (call.sid, machine)


def test_a_call_of_an_alarm_learns_nothing_of_it(exchange: Exchange) -> None:
    """It was not asked for."""
    exchange.call_rosa(Lane.URGENT)
    exchange.network.calling.answer(ROSA, PicksUp.VOICEMAIL)
    exchange.let_pass(lambda: len(exchange.said(ROSA)) > 1)
    exchange.carrier.hang_up(exchange.last(ROSA).sid)
    assert exchange.detected == []


def test_a_call_that_a_machine_took_is_sent_to_the_words_for_it(exchange: Exchange) -> None:
    """They are said twice, and the call ends."""
    call = exchange.call_rosa()
    exchange.network.calling.answer(ROSA, PicksUp.VOICEMAIL)
    until(lambda: bool(exchange.detected))
    assert exchange.carrier.redirect(call.sid, f"{START}/voicemail")
    exchange.let_pass(lambda: not exchange.last(ROSA).live)
    assert exchange.said(ROSA)[-2:] == ["Please call us."] * 2


def test_a_call_under_way_is_ended_and_one_that_is_over_is_not_changed(exchange: Exchange) -> None:
    """The carrier says which."""
    call = exchange.call_rosa()
    exchange.network.calling.answer(ROSA, PicksUp.HUMAN)
    until(lambda: bool(exchange.said(ROSA)))
    assert exchange.carrier.hang_up(call.sid)
    until(lambda: not exchange.last(ROSA).live)
    assert not exchange.carrier.redirect(call.sid, START)
    assert not exchange.carrier.hang_up("CA" + "f" * 32)


@pytest.mark.parametrize(("key", "said"), [("1", "We talked."), (None, "Sorry.")], ids=["accepted", "declined"])
def test_a_caller_is_put_through_to_whoever_accepts(exchange: Exchange, key: str | None, said: str) -> None:
    """Who hangs up on the whisper is never connected."""
    exchange.call_rosa()
    exchange.network.calling.answer(ROSA, PicksUp.HUMAN)
    until(lambda: bool(exchange.last(ROSA).listening))
    exchange.network.calling.press(ROSA, "1")
    until(lambda: exchange.rings(ANA))
    exchange.network.calling.answer(ANA, PicksUp.HUMAN)
    until(lambda: bool(exchange.last(ANA).listening))
    if key:
        exchange.network.calling.press(ANA, key)
        until(lambda: bool(exchange.last(ANA).peer))
    exchange.network.calling.hang_up(ANA)
    until(lambda: bool(exchange.dialled))
    until(lambda: exchange.said(ROSA)[-1] == said)
    assert exchange.dialled[0].talked is (key is not None)
