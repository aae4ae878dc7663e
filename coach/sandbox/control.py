"""The JSON control API below `/phone/api`: what a person can do on the pages, for scripts and tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, HTTPException

from coach.sandbox.clock import AdjustableClock
from coach.sandbox.control_json import call_json, entry_json, message_json, phone_json
from coach.sandbox.detection import RESULTS
from coach.sandbox.faults import CallbackChaos, RestFault, RestRule
from coach.sandbox.network import Network
from coach.sandbox.numbers import is_number
from coach.sandbox.records import Call, PicksUp
from coach.sandbox.resources import Json
from coach.sandbox.segments import MAXIMUM_CHARACTERS

JsonBody = Annotated[dict[str, Any], Body()]
OptionalJsonBody = Annotated[dict[str, Any] | None, Body()]
LONGEST_WAIT = 30.0
CLEARLY_SPOKEN = 0.9
NO_CALL = "There is no call on this phone."


def control_router(network: Network) -> APIRouter:
    """Return the routes of the control API."""
    router = APIRouter(prefix="/phone/api")
    _add_phone_routes(router, network)
    _add_call_routes(router, network)
    _add_running_routes(router, network)
    return router


def _add_phone_routes(router: APIRouter, network: Network) -> None:
    @router.get("/phones")
    def phones() -> Json:
        return {"phones": [phone_json(network, phone) for phone in network.state.phones()]}

    @router.post("/phones", status_code=201)
    def add_phone(body: JsonBody) -> Json:
        number, name = _number(body.get("number")), str(body.get("name", ""))
        picks_up, detected = _picks_up(body.get("picks_up", PicksUp.ASK)), _detected(body.get("detected"))
        return phone_json(network, network.add_phone(number, name, picks_up, detected))

    @router.get("/phones/{number}/messages")
    def messages(number: str) -> Json:
        return {"messages": [message_json(message) for message in network.state.messages(_number(number))]}

    @router.post("/phones/{number}/texts", status_code=201)
    def send_text(number: str, body: JsonBody) -> Json:
        return message_json(network.text(_number(number), text_body(body.get("body")), to=body.get("to")))


def _add_call_routes(router: APIRouter, network: Network) -> None:
    @router.get("/phones/{number}/call")
    def last_call(number: str, wait: float = 0.0) -> Json:
        return _waited(network, _number(number), wait)

    @router.post("/phones/{number}/{act}")
    def act_on_call(number: str, act: str, body: OptionalJsonBody = None, wait: float = 0.0) -> Json:
        phone = _number(number)
        if do_with_phone(network, phone, act, body or {}) is None:
            raise HTTPException(409, NO_CALL)
        return _waited(network, phone, wait)


def do_with_phone(network: Network, phone: str, act: str, body: Mapping[str, Any]) -> Call | None:
    """Answer, press keys, speak, hang up or ring the coach. Raises HTTPException for anything else."""
    calling = network.calling
    match act:
        case "answer":
            return calling.answer(phone, _picks_up(body.get("as", PicksUp.HUMAN)), _detected(body.get("detected")))
        case "keys":
            return calling.press(phone, keys(body.get("digits")))
        case "say":
            return calling.say(phone, text_body(body.get("speech")), confidence(body.get("confidence")))
        case "hang-up":
            return calling.hang_up(phone)
        case "ring":
            return network.ring(phone)
    raise HTTPException(404, "A phone can answer, press keys, say, hang up and ring.")


def _add_running_routes(router: APIRouter, network: Network) -> None:
    @router.get("/clock")
    def clock() -> Json:
        return clock_json(network)

    @router.post("/clock")
    def set_clock(body: JsonBody) -> Json:
        change_clock(network, body)
        return clock_json(network)

    @router.get("/ledger")
    def ledger(event: str | None = None, after: int = 0) -> Json:
        return {"entries": [entry_json(entry) for entry in network.ledger.entries(event, after=after)]}

    @router.post("/faults")
    def faults(body: JsonBody) -> Json:
        try:
            set_faults(network, body)
        except (ValueError, TypeError, AttributeError) as error:
            raise HTTPException(400, f"These faults cannot be set: {error}") from error
        return {"set": True}

    @router.delete("/faults")
    def clear_faults() -> Json:
        network.faults.clear()
        return {"set": False}


def change_clock(network: Network, wish: dict[str, Any]) -> None:
    """Set the clock to `{"rate": 60}`, `{"at": ISO time}` or `{"next_morning": zone}`. Raises HTTPException."""
    clock = network.clock
    if not isinstance(clock, AdjustableClock):
        raise HTTPException(409, "This network runs on a clock that cannot be changed.")
    try:
        if "next_morning" in wish:
            clock.run_to_next_morning(ZoneInfo(str(wish["next_morning"])))
        elif "at" in wish:
            clock.jump_to(datetime.fromisoformat(str(wish["at"])))
        else:
            clock.set_rate(float(wish["rate"]))
    except (KeyError, ValueError, OSError) as error:
        raise HTTPException(400, f"The clock cannot be set so: {error}") from error


def set_faults(network: Network, wish: dict[str, Any]) -> None:
    """Set faults from `{"clear": true, "outcomes": {number: [...]}, "callbacks": {...}, "requests": [{...}]}`.

    Raises ValueError or TypeError for names and values that do not exist.
    """
    if wish.get("clear"):
        network.faults.clear()
    for number, outcomes in wish.get("outcomes", {}).items():
        network.faults.set_outcomes(number, [str(outcome) for outcome in outcomes])
    if "callbacks" in wish:
        network.faults.set_chaos(CallbackChaos(**wish["callbacks"]))
    for rule in wish.get("requests", ()):
        network.faults.add_rule(RestRule(**{**rule, "fault": RestFault(str(rule.get("fault")))}))


def clock_json(network: Network) -> Json:
    """Return the network's time and how fast it runs (`rate` null when it cannot be changed)."""
    clock = network.clock
    adjustable = clock if isinstance(clock, AdjustableClock) else None
    until = adjustable.running_until if adjustable else None
    return {
        "now": clock().isoformat(),
        "rate": adjustable.rate if adjustable else None,
        "until": until.isoformat() if until else None,
    }


def text_body(value: object) -> str:
    """Return a text fit to be sent from a phone. Raises HTTPException."""
    body = str(value or "")
    if not body.strip():
        raise HTTPException(400, "Type a text first.")
    if len(body) > MAXIMUM_CHARACTERS:
        raise HTTPException(400, f"A text has at most {MAXIMUM_CHARACTERS} characters.")
    return body


def keys(value: object) -> str:
    """Return keys of a telephone keypad. Raises HTTPException for anything else."""
    digits = str(value or "")
    if not digits or set(digits) - set("0123456789*#"):
        raise HTTPException(400, "Press keys 0 to 9, * or #.")
    return digits


def confidence(value: object) -> float:
    """Return how sure speech recognition is, 0 to 1; clearly spoken when not given. Raises HTTPException."""
    try:
        sure = CLEARLY_SPOKEN if value in (None, "") else float(str(value))
    except ValueError:
        sure = -1.0
    if not 0 <= sure <= 1:
        raise HTTPException(400, "The confidence lies between 0 and 1.")
    return sure


def set_manner(network: Network, phone: str, manner: object, detected: object) -> None:
    """Script what a phone does when the coach calls. Raises HTTPException."""
    network.state.set_phone(phone, picks_up=_picks_up(manner), detected=_detected(detected))


def _detected(value: object) -> str:
    result = str(value or "")
    if result and result not in RESULTS:
        raise HTTPException(400, f"Machine detection says one of: {', '.join(sorted(RESULTS))}.")
    return result


def _waited(network: Network, number: str, seconds: float) -> Json:
    """Return a phone's last call, once it is the person's turn or over, or when `seconds` have passed."""
    call = network.wait_for_turn(number, min(seconds, LONGEST_WAIT))
    if call is None:
        raise HTTPException(404, NO_CALL)
    return call_json(call)


def _number(value: object) -> str:
    number = str(value or "").strip()
    number = number if number.startswith("+") else f"+{number}"
    if not is_number(number):
        raise HTTPException(400, "Write the number in international form, such as +12025550123.")
    return number


def _picks_up(value: object) -> PicksUp:
    try:
        return PicksUp(str(value))
    except ValueError as error:
        raise HTTPException(400, f"One of: {', '.join(PicksUp)}.") from error
