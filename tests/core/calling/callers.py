"""Calls that nobody planned: people of every kind, and whatever may be pressed, said or left unsaid."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from coach.core import calling
from coach.core.events import CheckInOpened, Observed
from coach.core.model import Asked, Channel, Kind, Language, Observation, Status
from tests.core.phoning import PhoneCall
from tests.core.talking import Talk, meet

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)  # ten in the morning in New York
BORN, PIN = 1948, "48213"
NAME = "Rosalinda Ames"

GRAVE = (
    "I have chest pain",
    "I can't breathe",
    "my face is drooping and I can't speak right",
    "suddenly I can't move my legs",
    "I want to kill myself",
    "tengo dolor de pecho",
    "no puedo respirar",
    "quiero matarme",
)
STOPS = ("stop", "stop calling me", "no me llame más", "unsubscribe")
NUMBERS = ("three", "seven", "ten", "one", "zero", "tres", "siete", "diez", "uno", "no, four", "no, cinco", "it is 6")
CHOICES = ("yes", "no", "better", "worse", "about the same", "sí", "mejor", "peor", "igual", "today", "hoy")
SMALL = ("repeat", "otra vez", "español", "english", "help", "ayuda", "check in", "advice", "a person", "stop calls")
ODD = (
    "mm",
    "who is this",
    "the cat is on the table",
    "no sé qué decirle",
    "my score was 7 but I fell yesterday",
    "I am a little dizzy",
    "please leave a message after the tone",
    "well " * 400,
    "nineteen forty eight",
    str(BORN),
    "1 9 4 8",
    "\U0001f642",
)
SPOKEN = (*NUMBERS, *CHOICES, *SMALL, *ODD)
KEYS = (*"0123456789*#", "12", "10", "1*", "1949", "0000", "99999")


@dataclass(frozen=True)
class Act:
    """One thing a person does; silence when both are empty."""

    keys: str = ""
    speech: str = ""
    confidence: float | None = 0.9
    hangs_up: bool = False


def somebody(chance: Random) -> PhoneCall:
    """Somebody who takes part or nearly so, on the phone with us."""
    facts: dict[str, object] = {
        "status": chance.choices((Status.ACTIVE, Status.PAUSED, Status.INVITED, Status.OPTED_OUT), (12, 2, 1, 1))[0],
        "zone": "America/New_York",
        "name": NAME,
        "language": chance.choice([*Language]),
        "channel": chance.choice((Channel.SMS, Channel.VOICE)),
        "enrolled_on": date(2026, 2, 20),
        "birth_year": chance.choice((BORN, BORN, BORN, None)),
        "call_pin": chance.choice((None, None, PIN)),
    }
    talk = meet(MONDAY, **facts)
    talk.texts_arrive = chance.random() < 0.8
    for history in chance.sample(_HISTORIES, chance.choice((0, 1, 1, 2))):
        history(talk)
    talk.now += timedelta(minutes=chance.choice((1, 20, 200)))
    return PhoneCall(talk, inbound=chance.random() < 0.5, can_connect=chance.random() < 0.5)


def _asked(asked: Asked) -> Callable[[Talk], object]:
    return lambda talk: talk.keep((CheckInOpened(asked, talk.moment().today, scheduled=True),))


def _scored(talk: Talk) -> None:
    days = range(9, 0, -1)
    at = (talk.now - timedelta(days=n) for n in days)
    talk.keep(tuple(Observed(Observation(Kind.WEAKNESS, day, day.date(), value=2.0)) for day in at))


_HISTORIES: tuple[Callable[[Talk], object], ...] = (
    *map(_asked, (Asked.WEAKNESS, Asked.TREND, Asked.SEEN, Asked.FALLS, Asked.RED_FLAG, Asked.SAFE)),
    lambda talk: talk.says("I can't breathe"),
    lambda talk: talk.says("I fell and hit my head"),
    lambda talk: talk.says("my legs have been numb for three weeks"),
    _scored,
)


def something(chance: Random, call: PhoneCall) -> Act:
    """What is done next; mostly what leads further into the call."""
    dice = chance.random()
    if dice < 0.04:
        return Act(hangs_up=True)
    if dice < 0.16:
        return Act()
    if dice < 0.22:
        return Act(speech=chance.choice(GRAVE), confidence=chance.choice((None, 0.2, 0.9)))
    if dice < 0.23:
        return Act(speech=chance.choice(STOPS))
    if dice < 0.45:
        return Act(speech=chance.choice(SPOKEN), confidence=chance.choice((None, 0.3, 0.9)))
    if dice < 0.62:
        return Act(chance.choice(KEYS))
    return Act(_useful(chance, call))


def _useful(chance: Random, call: PhoneCall) -> str:
    if call.state.stage is calling.Stage.IDENTITY:
        person = call.talk.conversation.participant
        return person.call_pin or str(person.birth_year)
    return chance.choice("1123")


def stored(state: calling.CallState) -> calling.CallState:
    """The same call after a night in the table."""
    kept = json.loads(json.dumps([calling.as_stored(state), calling.words_as_stored(state.words)]))
    return calling.from_stored(*kept)
