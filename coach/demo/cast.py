"""The invented people of the demonstration, read from people.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coach.adapters.profile_facts import NONE
from coach.core.model import Asked, Channel, Language, Participant, Profile, Status

_FILE = Path(__file__).parent / "people.toml"


@dataclass(frozen=True, slots=True)
class Handled:
    """What a coordinator did on a programme day about whatever was open."""

    day: int
    outcome: str
    note: str


@dataclass(frozen=True, slots=True)
class Lately:
    """A text some minutes before the demonstration begins."""

    minutes: int
    text: str


@dataclass(frozen=True, slots=True)
class Player:
    """One person with what they answer."""

    participant: Participant
    scores: tuple[str, ...]  # one a day from enrolment; empty for no answer
    answers: Mapping[Asked, str]
    handled: tuple[Handled, ...]
    lately: Lately | None = None

    def answer(self, asked: Asked, day: int) -> str:
        """What they text back on that day of the programme; empty for nothing."""
        if asked is Asked.WEAKNESS:
            return self.scores[day - 1] if 0 < day <= len(self.scores) else ""
        return self.answers.get(asked, "")


_USUAL = {
    Asked.TREND: "2",
    Asked.FALLS: "0",
    Asked.STAIRS: "1",
    Asked.SIDE_EFFECTS: "N",
    Asked.SYMPTOM: "N",
    Asked.PROFILE: "skip",
    Asked.ONSET: "3",
    Asked.SAFE: "Y",
    Asked.REACHED: "Y",
}
_FACTS = ("age", "sex", "lives_alone", "walking_aid", "fluid_limit")


def cast() -> tuple[Player, ...]:
    """Everybody, in the order of the file."""
    people = tomllib.loads(_FILE.read_text(encoding="utf-8"))["person"]
    return tuple(_player(entry) for entry in people)


def _player(entry: Mapping[str, object]) -> Player:
    answers = {Asked(asked): str(text) for asked, text in _table(entry.get("answers")).items()}
    handled = tuple(Handled(int(str(h["day"])), str(h["outcome"]), str(h["note"])) for h in _rows(entry.get("handled")))
    scores = entry["scores"]
    texts = tuple(str(score) for score in scores) if isinstance(scores, list) else ()
    usual = {} if not any(texts[19:]) else _USUAL
    recent = _table(entry.get("lately"))
    lately = Lately(int(str(recent["minutes"])), str(recent["text"])) if recent else None
    return Player(_participant(entry), texts, {**usual, **answers}, handled, lately)


def _participant(entry: Mapping[str, object]) -> Participant:
    return Participant(
        id=0,
        phone=str(entry["phone"]),
        status=Status.STRANGER,
        language=Language(str(entry["language"])),
        country=str(entry.get("country", "US")),
        name=str(entry["name"]),
        zone=str(entry["zone"]),
        channel=Channel(str(entry.get("channel", "sms"))),
        profile=_profile(entry),
        birth_year=int(str(entry["birth_year"])),
        call_pin=str(entry["pin"]) if "pin" in entry else None,
    )


def _profile(entry: Mapping[str, object]) -> Profile:
    facts = {name: entry[name] for name in _FACTS if name in entry}
    conditions, medicines = (_codes(entry.get(name)) or frozenset({NONE}) for name in ("conditions", "medicines"))
    return Profile(conditions=conditions, medicines=medicines, **facts)  # type: ignore[arg-type]  # the file is ours, and a test reads it


def _codes(value: object) -> frozenset[str]:
    return frozenset(str(code) for code in value) if isinstance(value, list) else frozenset()


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[Mapping[str, object]]:
    return value if isinstance(value, list) else []
