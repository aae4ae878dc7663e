"""`coach read`: one JSON line with a reply in, one line with what was read out of it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.adapters.lines.assess import Judge, LineError
from coach.core.model import Asked, Assessment, Channel, Language, Profile, Reply
from coach.core.reading import Lexicon, read
from coach.core.triage import TriageRules, assess, codes_with_added


class ProfileLine(BaseModel):
    """The optional profile facts of a line."""

    model_config = ConfigDict(extra="ignore")

    conditions: list[str] = []
    medicines: list[str] = []
    baseline: int | None = None
    lives_alone: bool | None = None
    age: int | None = None
    sex: str | None = None
    walking_aid: str | None = None

    def profile(self) -> Profile:
        """The core's value."""
        return Profile(
            conditions=frozenset(self.conditions),
            medicines=frozenset(self.medicines),
            baseline=self.baseline,
            lives_alone=self.lives_alone,
            age=self.age,
            sex=self.sex,
            walking_aid=self.walking_aid,
            fluid_limit=True if "fluid_limit" in self.conditions else None,
        )


class ReplyLine(BaseModel):
    """One input line; further fields, such as `expect`, are left alone."""

    model_config = ConfigDict(extra="ignore")

    id: str | int | None = None
    text: str
    asked: Asked = Asked.NOTHING
    language: Language = Language.EN
    channel: Channel = Channel.SMS
    profile: ProfileLine | None = None


def parse_line(line: str) -> ReplyLine:
    """Check one line; raises LineError that names the field and how to mend it, without quoting the text."""
    try:
        return ReplyLine.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        if not where:
            message = f"{first['msg']}. Write one JSON object on the line, with at least text."
        else:
            message = f"{where}: {first['msg'].lower()}; mend it and run the line again."
        raise LineError(message) from error


def read_line(line: str, lexicon: Lexicon, rules: TriageRules) -> dict[str, Any]:
    """One input line as its output line. Raises LineError when the line cannot be used."""
    return answer(parse_line(line), lexicon, rules)


def make_judge(lexicon: Lexicon, rules: TriageRules) -> Judge:
    """The reader and triage as one function, for records of many texts."""

    def judge(
        text: str, asked: Asked, language: Language, profile: Profile, recent: frozenset[str]
    ) -> tuple[Reply, Assessment]:
        reply = read(text, asked, language, Channel.SMS, lexicon)
        return reply, assess(reply, profile, rules, recent)

    return judge


def answer(line: ReplyLine, lexicon: Lexicon, rules: TriageRules) -> dict[str, Any]:
    """What the text of a checked line was read as."""
    profile = (line.profile or ProfileLine()).profile()
    reply = read(line.text, line.asked, line.language, line.channel, lexicon)
    return {"id": line.id} | _values(reply, profile, rules)


def _values(reply: Reply, profile: Profile, rules: TriageRules) -> dict[str, Any]:
    signs = codes_with_added(reply, profile, rules, single=True)
    return {
        "intent": reply.intent.value,
        "weakness": reply.weakness,
        "trend": reply.trend.value if reply.trend else None,
        "yes": reply.yes,
        "amount": _number(reply.amount),
        "onset": reply.onset.value if reply.onset else None,
        "signs": list(signs),
        "denied": [code for code in reply.denied_codes if code not in signs],
        "topic": reply.topic,
        "disposition": assess(reply, profile, rules, single=True).disposition.value,
    }


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
