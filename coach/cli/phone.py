"""`coach phone`: a simulated phone in the terminal, for texts and calls, on the network of a running `coach demo`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

import typer

from coach.cli.phone_call import TerminalCall
from coach.cli.phone_wire import Json, PhoneWire, Refused, Typed
from coach.cli.problems import WORK_FOUND_PROBLEMS, WRONG_USE, Problem, warn

_LOOK_SECONDS = 0.2
_QUIET_SECONDS = 1.0
"""After an answer there may come another; this long nothing more must have come."""
_ANY_TIME = 24 * 3600.0


def phone(
    call: bool = typer.Option(False, "--call", help="Call the coach, or pick up if it is ringing already."),
    answer: bool = typer.Option(False, "--answer", help="Wait until the coach calls, and pick up."),
    number: str | None = typer.Option(None, metavar="NUMBER", help="Your phone, as +12025550123; left out: the first."),
    url: str = typer.Option("http://127.0.0.1:8000", help="Where coach demo runs."),
    within: float | None = typer.Option(
        None, metavar="SECONDS", help="How long to wait for a text (10) or, with --answer, for a call (a day)."
    ),
) -> None:
    r"""Text the coach of a running `coach demo`, or talk to it, through the same code path as a real phone.

    Each line typed is a text. In a call a line of 0-9, * and # is pressed on the keypad; an empty line is silence
    until something happens; h hangs up; anything else is spoken, and ~0.4 behind it says how surely it is understood.
    In double quotes it is spoken whatever it is. Input may come from a pipe; in a call its end hangs up.

    Examples: coach phone · echo "About a 6" | coach phone --number +12025550123 ·
    printf '1\n1948\nabout a six ~0.4\n\n1\nh\n' | coach phone --call
    """
    if call and answer:
        raise Problem("--call and --answer do different things; leave one of them out.", WRONG_USE)
    wire = PhoneWire(url, number)
    if not (call or answer):
        _text(wire, 10.0 if within is None else within)
        return
    talk = TerminalCall(wire, Typed())
    if call:
        talk.ring()
    else:
        talk.wait_and_answer(_ANY_TIME if within is None else within)
    talk.talk()


def _text(wire: PhoneWire, patience: float) -> None:
    """Send what is typed and print what comes, until the input ends. Exit status 1 when a text was not received."""
    typed, seen, failed = Typed(), _arrived(wire.texts()), False
    if sys.stdin.isatty():
        print(f"You are {wire.name}. Type a text and press Enter; Ctrl+D ends.")
    while not typed.ended:
        line = typed.next(_LOOK_SECONDS)
        if line:
            failed |= not _sent(wire, line)
            if not sys.stdin.isatty():
                seen = _print_answers(wire, seen, patience)
        seen = _print_new(wire, seen)
    if failed:
        raise typer.Exit(WORK_FOUND_PROBLEMS)


def _sent(wire: PhoneWire, line: str) -> bool:
    try:
        webhook = wire.text(line)["webhook"] or {}
    except Refused as refused:
        warn(str(refused))
        return False
    taken = str(webhook.get("status") or "").startswith("2")
    if not taken:
        warn(f"The coach did not take this text: {webhook.get('status') or webhook.get('failure') or 'no answer'}.")
    return taken


def _print_answers(wire: PhoneWire, seen: frozenset[str], patience: float) -> frozenset[str]:
    """Print what comes in answer: until it has been quiet for a second, or nothing came in time."""
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        now = _print_new(wire, seen)
        if now != seen:
            ends = time.monotonic() + _QUIET_SECONDS
        seen = now
        time.sleep(_LOOK_SECONDS)
    return seen


def _print_new(wire: PhoneWire, seen: frozenset[str]) -> frozenset[str]:
    texts = wire.texts()
    for text in texts:
        if text["sid"] in _arrived([text]) - seen:
            print(f"Coach: {text['body']}", flush=True)
    return _arrived(texts)


def _arrived(texts: Iterable[Json]) -> frozenset[str]:
    return frozenset(text["sid"] for text in texts if text["by"] == "coach" and text["status"] == "delivered")
