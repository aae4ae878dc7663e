"""`coach read`: one JSON line with a reply in, one line with what was read out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from coach.adapters.lines.problems import LineError, sentence_of, unknown
from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS
from coach.core.model import Asked, Channel, Language, Profile, Reply
from coach.core.reading import Lexicon, read
from coach.core.triage import TriageRules, assess, codes_with_added

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_OLDEST = 130  # years
_Line = TypeVar("_Line", bound="ReplyLine")


def _only(what: str, known: Mapping[str, str]) -> AfterValidator:
    """Refuses a name that is not known."""

    def check(name: str) -> str:
        if name not in known:
            raise PydanticCustomError("unknown_name", "{sentence}", {"sentence": unknown(what, name, sorted(known))})
        return name

    return AfterValidator(check)


_Condition = Annotated[str, _only("condition", CONDITION_LABELS)]
_Medicine = Annotated[str, _only("medicine", MEDICINE_LABELS)]


class ProfileLine(BaseModel):
    """The optional profile facts of a line."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    conditions: list[_Condition] = []
    medicines: list[_Medicine] = []
    baseline: Annotated[float, Field(ge=0, le=10)] | None = None
    lives_alone: bool | None = None
    age: Annotated[int, Field(ge=0, le=_OLDEST)] | None = None
    sex: Literal["f", "m"] | None = None
    walking_aid: str | None = None

    def profile(self) -> Profile:
        """The core's value; half a point of the baseline rounds up."""
        return Profile(
            conditions=frozenset(self.conditions),
            medicines=frozenset(self.medicines),
            baseline=None if self.baseline is None else int(self.baseline + 0.5),
            lives_alone=self.lives_alone,
            age=self.age,
            sex=self.sex,
            walking_aid=self.walking_aid,
            fluid_limit=True if "fluid_limit" in self.conditions else None,
        )


class ReplyLine(BaseModel):
    """One input line. `expect`, which labelled lines have, is left alone."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: str | int | None = None
    text: str
    asked: Asked = Asked.NOTHING
    language: Language = Language.EN
    channel: Channel = Channel.SMS
    profile: ProfileLine | None = None
    expect: Any = None


def parse_line(line: str) -> ReplyLine:
    """Check one line; raises LineError that names the field and how to mend it, without quoting the text."""
    return parse_as(ReplyLine, line)


def parse_as(model: type[_Line], line: str) -> _Line:
    """Check one line as a model, which may have more fields; raises LineError as `parse_line`."""
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        raise LineError(_sentence(error.errors(include_input=False)[0], model)) from None


def _sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    parents = error["loc"][:-1]
    known = ProfileLine if parents == ("profile",) else model
    return sentence_of(error, known.model_fields, "with at least text")


def read_line(line: str, lexicon: Lexicon, rules: TriageRules) -> dict[str, Any]:
    """One input line as its output line. Raises LineError when the line cannot be used."""
    return answer(parse_line(line), lexicon, rules)


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
        "amount": plain_number(reply.amount),
        "onset": reply.onset.value if reply.onset else None,
        "signs": list(signs),
        "denied": [code for code in reply.denied_codes if code not in signs],
        "topic": reply.topic,
        "disposition": assess(reply, profile, rules, single=True).disposition.value,
    }


def plain_number(value: float | None) -> float | int | None:
    """A whole number without its point."""
    return int(value) if value is not None and value == int(value) else value
