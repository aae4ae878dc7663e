"""What staff type to enrol somebody, checked field by field. The dashboard's form and CSV import both use it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Annotated, TypeVar

import phonenumbers
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo, field_validator

from coach.adapters.identity import NOTHING_TO_ASK, YOUNGEST, checked_pin, checked_year, disagreement
from coach.adapters.phones import Problem, normalise_phone
from coach.adapters.profile_facts import CONDITION_LABELS, FLUID_LIMIT, MEDICINE_LABELS, WALKING_AIDS
from coach.adapters.zones import normalise_zone
from coach.core import schedule
from coach.core.model import Channel, Density, Language, Participant, Profile, QuietHours, Status

LONGEST_NAME = 120
OLDEST = 120

_LANGUAGES = {
    "en": Language.EN, "english": Language.EN, "es": Language.ES, "spanish": Language.ES,
    "español": Language.ES, "espanol": Language.ES,
}  # fmt: skip
_CHANNELS = {
    "": Channel.SMS, "sms": Channel.SMS, "text": Channel.SMS, "texts": Channel.SMS,
    "voice": Channel.VOICE, "call": Channel.VOICE, "calls": Channel.VOICE,
}  # fmt: skip
_DENSITIES = {
    "": Density.USUAL, "usual": Density.USUAL, "less": Density.LESS, "fewer": Density.LESS, "more": Density.MORE,
}  # fmt: skip
_ANSWERS = {
    **dict.fromkeys(("", "unknown", "not known", "?"), None),
    **dict.fromkeys(("yes", "y", "true", "1", "sí", "si"), True),
    **dict.fromkeys(("no", "n", "false", "0"), False),
}
_SEXES = {"": None, "f": "f", "female": "f", "woman": "f", "m": "m", "male": "m", "man": "m"}
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation allows: the default country, and whether fictional numbers may be used."""

    country: str
    allow_fictional: bool = False


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that cannot be used, and why."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Context:
    rules: Rules
    year: int


def read_person(fields: Mapping[str, str], rules: Rules, today: date) -> Participant | tuple[FieldProblem, ...]:
    """Make a participant of what was typed, or list every field that is wrong.

    The names of the fields are the columns of `Typed`; missing ones count as empty. The participant has no id yet.
    """
    try:
        typed = Typed.model_validate({**_defaults(rules), **fields}, context=_Context(rules, today.year))
    except ValidationError as error:
        return tuple(FieldProblem(str(e["loc"][0]), _sentence(dict(e))) for e in error.errors())
    if typed.quiet_start == typed.quiet_end:
        return (FieldProblem("quiet_end", "Quiet hours must start and end at different times."),)
    person = typed.participant()
    return tuple(_contradictions(person, today)) or person


def _contradictions(person: Participant, today: date) -> Iterator[FieldProblem]:
    """Fields that are right by themselves and not together."""
    if person.ask_at is not None and schedule.covers(person.quiet, person.ask_at):
        yield FieldProblem("ask_at", "Choose an hour for check-ins outside their quiet hours.")
    if person.channel is Channel.VOICE and not person.can_be_identified:
        yield FieldProblem("birth_year", NOTHING_TO_ASK)
    wrong = disagreement(person.profile.age, person.birth_year, today.year)
    if wrong:
        yield FieldProblem("birth_year", wrong)


def _defaults(rules: Rules) -> dict[str, str]:
    return {**dict.fromkeys(Typed.model_fields, ""), "country": rules.country}


def _sentence(error: dict[str, object]) -> str:
    context = error.get("ctx")
    reason = context.get("error") if isinstance(context, dict) else None
    return str(reason) if reason else str(error["msg"])


def _tidy(value: object) -> str:
    """One line without control characters: they hide things, and PostgreSQL refuses some of them."""
    text = unicodedata.normalize("NFC", str(value if value is not None else ""))
    seen = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} else " " for c in text)
    return " ".join(seen.split())


def _codes(value: object) -> str:
    return " ".join(re.split(r"[\s,|;]+", _tidy(value).casefold())).strip()


Line = Annotated[str, BeforeValidator(_tidy)]
Codes = Annotated[str, BeforeValidator(_codes)]


class Typed(BaseModel):
    """The fields as they come from a form or a row; each validator gives one plain sentence when it refuses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: Line  # before the phone, which is read with it
    phone: Line
    name: Line
    language: Line
    zone: Line
    quiet_start: Line
    quiet_end: Line
    channel: Line
    density: Line
    ask_at: Line
    age: Line
    sex: Line
    lives_alone: Line
    walking_aid: Line
    fluid_limit: Line
    conditions: Codes
    medicines: Codes
    baseline: Line
    programme: Line
    birth_year: Line
    pin: Line
    no_voicemail: Line

    @field_validator("country")
    @classmethod
    def _country(cls, value: str, info: ValidationInfo) -> str:
        code = value.upper() or _context(info).rules.country
        return _demand(code in phonenumbers.SUPPORTED_REGIONS, code, "Write the country as two letters, such as US.")

    @field_validator("phone")
    @classmethod
    def _phone(cls, value: str, info: ValidationInfo) -> str:
        rules = _context(info).rules
        country = info.data.get("country", rules.country)
        return _value(normalise_phone(value, country, allow_fictional=rules.allow_fictional))

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        return _demand(len(value) <= LONGEST_NAME, value, f"Shorten the name to {LONGEST_NAME} characters.")

    @field_validator("language")
    @classmethod
    def _language(cls, value: str) -> str:
        return _one_of(_LANGUAGES, value, "Choose the language: en for English or es for Spanish.")

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return _value(normalise_zone(value)) if value else ""

    @field_validator("quiet_start", "quiet_end")
    @classmethod
    def _hour(cls, value: str, info: ValidationInfo) -> str:
        usual = QuietHours().start if info.field_name == "quiet_start" else QuietHours().end
        return _hour_of_day(value) if value else usual.isoformat("minutes")

    @field_validator("ask_at")
    @classmethod
    def _ask_at(cls, value: str) -> str:
        return _hour_of_day(value) if value else ""

    @field_validator("density")
    @classmethod
    def _density(cls, value: str) -> str:
        return _one_of(_DENSITIES, value, "Choose how many messages they get: less, usual or more.")

    @field_validator("channel")
    @classmethod
    def _channel(cls, value: str) -> str:
        return _one_of(_CHANNELS, value, "Choose how to reach them: text or voice.")

    @field_validator("age")
    @classmethod
    def _age(cls, value: str) -> str:
        return _whole(value, YOUNGEST, OLDEST, f"Write the age in years, {YOUNGEST} to {OLDEST}, or leave it empty.")

    @field_validator("baseline")
    @classmethod
    def _baseline(cls, value: str) -> str:
        return _whole(value, 0, 10, "Write the usual weakness as a whole number from 0 to 10, or leave it empty.")

    @field_validator("sex")
    @classmethod
    def _sex(cls, value: str) -> str:
        return _one_of(_SEXES, value, "Write f or m, or leave it empty.") or ""

    @field_validator("birth_year")
    @classmethod
    def _birth_year(cls, value: str, info: ValidationInfo) -> str:
        return checked_year(value, _context(info).year)

    @field_validator("pin")
    @classmethod
    def _pin(cls, value: str) -> str:
        return checked_pin(value)

    @field_validator("lives_alone", "fluid_limit", "no_voicemail")
    @classmethod
    def _answer(cls, value: str) -> str:
        answer = _one_of(_ANSWERS, value, "Write yes or no, or leave it empty when it is not known.")
        return "" if answer is None else ("yes" if answer else "no")

    @field_validator("walking_aid")
    @classmethod
    def _aid(cls, value: str) -> str:
        known = {"": "", **{aid: aid for aid in WALKING_AIDS}}
        return _one_of(known, value, f"Write one of {', '.join(WALKING_AIDS)}, or leave it empty.")

    @field_validator("conditions")
    @classmethod
    def _conditions(cls, value: str) -> str:
        return _known_codes(value, CONDITION_LABELS, "condition")

    @field_validator("medicines")
    @classmethod
    def _medicines(cls, value: str) -> str:
        return _known_codes(value, MEDICINE_LABELS, "medicine")

    def participant(self) -> Participant:
        """The checked fields as a participant who is to be invited; the store gives the id."""
        person = Participant(
            id=0,
            phone=self.phone,
            status=Status.INVITED,
            language=Language(self.language),
            country=self.country,
            name=self.name,
            zone=self.zone or None,
            quiet=QuietHours(time.fromisoformat(self.quiet_start), time.fromisoformat(self.quiet_end)),
            channel=Channel(self.channel),
            density=Density(self.density),
            ask_at=time.fromisoformat(self.ask_at) if self.ask_at else None,
            profile=self._profile(),
            birth_year=int(self.birth_year) if self.birth_year else None,
            call_pin=self.pin or None,
            no_voicemail=_ANSWERS[self.no_voicemail] is True,
        )
        return replace(person, programme=self.programme) if self.programme else person

    def _profile(self) -> Profile:
        conditions = frozenset(self.conditions.split())
        limited = True if FLUID_LIMIT in conditions else _ANSWERS[self.fluid_limit]
        return Profile(
            conditions=conditions | {FLUID_LIMIT} if limited else conditions,
            medicines=frozenset(self.medicines.split()),
            baseline=int(self.baseline) if self.baseline else None,
            lives_alone=_ANSWERS[self.lives_alone],
            age=int(self.age) if self.age else None,
            sex=self.sex or None,
            walking_aid=self.walking_aid or None,
            fluid_limit=limited,
        )


def _context(info: ValidationInfo) -> _Context:
    if not isinstance(info.context, _Context):
        message = "only read_person makes a Typed"
        raise TypeError(message)
    return info.context


def _demand(holds: bool, value: str, sentence: str) -> str:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise ValueError(sentence)
    return value


def _value(result: str | Problem) -> str:
    if isinstance(result, str):
        return result
    raise ValueError(result.sentence)


def _one_of(known: Mapping[str, _Value], value: str, sentence: str) -> _Value:
    if value.casefold() not in known:
        raise ValueError(sentence)
    return known[value.casefold()]


def _whole(value: str, lowest: int, highest: int, sentence: str) -> str:
    if not value:
        return ""
    fits = re.fullmatch(r"[0-9]{1,3}", value) is not None and lowest <= int(value) <= highest
    return _demand(fits, value, sentence)


def _hour_of_day(value: str) -> str:
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])(:00)?", value)
    if not found:
        message = "Write the time as hours and minutes, such as 20:00."
        raise ValueError(message)
    return f"{int(found[1]):02d}:{found[2]}"


def _known_codes(value: str, known: Mapping[str, str], kind: str) -> str:
    unknown = [code for code in value.split() if code not in known]
    if unknown:
        message = f"“{unknown[0][:40]}” is no {kind} code; use codes such as {', '.join(list(known)[:3])}."
        raise ValueError(message)
    return value
