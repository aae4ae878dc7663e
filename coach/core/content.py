"""What the coach may say: templates in every language, the rules that block them, and how the next one is chosen.

Everything here is a value that a loader filled from messages/; the functions only look up, choose and fill in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zlib import crc32

from coach.core import schedule
from coach.core.model import Language, Participant, PassedOver, Profile, Sent, Weeks
from coach.core.sms import tidy

PLACEHOLDERS = frozenset(
    {
        "amount", "answer", "choices", "code", "crisis", "days", "em", "highest", "hour", "initials", "level", "link",
        "lowest", "moves", "name", "org", "owner", "score", "scores", "sign", "support", "time", "until", "urgent",
        "week", "who",
    }
)  # fmt: skip
"""Every name that may stand in braces in a text."""

ELSEWHERE = "default"
"""The country code of the numbers for every country that has no entry of its own."""

_BRACED = re.compile(r"\{([^{}]*)\}")


class ContentError(Exception):
    """A text cannot be filled in or found; the sentence says which and why."""


@dataclass(frozen=True, slots=True)
class Template:
    """One wording in every language. `groups` are the sets it may be chosen from."""

    id: str
    version: str
    groups: frozenset[str]
    text: Mapping[Language, str]
    gates: frozenset[str] = frozenset()  # not for people to whom one of these gates applies
    only: frozenset[str] = frozenset()  # only for people to whom all of these gates apply
    regional: Mapping[str, str] = field(default_factory=dict)  # by language and country, such as "es-ES"
    weeks: Weeks | None = None  # of the programme
    step: int | None = None  # difficulty of a move, from 1
    after: frozenset[str] = frozenset()  # signs that bring it forward when they were just told
    facts: frozenset[str] = frozenset()  # conditions and medicines that bring it forward
    yes_means: str | None = None  # the sign that a yes to its question shows

    def wording(self, language: Language, country: str = "") -> str:
        """The text as it is written in a language and a country (ISO 3166 alpha-2)."""
        return self.regional.get(f"{language.value}-{country.upper()}", self.text[language])

    def placeholders(self, language: Language, country: str = "") -> frozenset[str]:
        """The names in braces in the text of a language."""
        return frozenset(_BRACED.findall(self.wording(language, country)))


class Careful(StrEnum):
    """What a gate does while one of its facts was asked of the person and has not been told."""

    APPLIES = "applies"  # as if it were so: the texts for these people are safe for everybody
    BLOCKS = "blocks"  # its texts are kept back; those for these people only go to nobody who has not told


@dataclass(frozen=True, slots=True)
class Gate:
    """A safety rule: to whom it applies. What it blocks is said by the templates that name it."""

    id: str
    title: str
    conditions: frozenset[str] = frozenset()
    medicines: frozenset[str] = frozenset()
    unless_denied: frozenset[str] = frozenset()  # yes/no profile facts that count as yes until answered "no"
    age_from: int | None = None  # an unknown age counts as old enough
    in_heat: bool = False  # on days with a heat alert, to everybody
    with_signs: frozenset[str] = frozenset()  # and then only while one of these signs was told lately
    careful: Careful | None = None

    def applies(self, profile: Profile, *, hot: bool = False, reported: frozenset[str] = frozenset()) -> bool:
        """Whether the rule holds for this person on a day, with a heat alert or not, after these signs."""
        in_doubt = self.careful is Careful.APPLIES and self._untold(profile)
        return self._is_time(reported) and (in_doubt or self._is_known(profile, hot=hot))

    def blocks(self, profile: Profile, *, hot: bool = False, reported: frozenset[str] = frozenset()) -> bool:
        """Whether texts that name the rule are kept from this person: it holds, or nobody has told that it does not."""
        in_doubt = self.careful is not None and self._untold(profile)
        return self._is_time(reported) and (in_doubt or self._is_known(profile, hot=hot))

    def _is_time(self, reported: frozenset[str]) -> bool:
        return not self.with_signs or not self.with_signs.isdisjoint(reported)

    def _is_known(self, profile: Profile, *, hot: bool) -> bool:
        known = profile.conditions & self.conditions or profile.medicines & self.medicines
        not_denied = any(getattr(profile, fact) is not False for fact in self.unless_denied)
        return bool(known) or not_denied or self._old_enough(profile) or (self.in_heat and hot)

    def _untold(self, profile: Profile) -> bool:
        return not profile.untold.isdisjoint(self.conditions | self.medicines)

    def _old_enough(self, profile: Profile) -> bool:
        return self.age_from is not None and (profile.age is None or profile.age >= self.age_from)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The telephone numbers that texts name in one country."""

    country: str
    emergency: str
    urgent: str
    crisis_words: Mapping[Language, str]  # the crisis number with how to use it, such as "988 (or text 988)"


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """One answer to "which time zone", as people of the country call it."""

    zone: str
    labels: Mapping[Language, str]

    def label(self, language: Language) -> str:
        """The everyday name of the zone."""
        return self.labels[language]


@dataclass(frozen=True, slots=True)
class Library:
    """All content. `version` is the hash of the files it was read from."""

    templates: Mapping[str, Template]
    gates: Mapping[str, Gate]
    numbers: Mapping[str, Numbers]  # by country, and ELSEWHERE
    zones: Mapping[str, tuple[ZoneChoice, ...]]
    version: str

    def numbers_for(self, country: str) -> Numbers:
        """The numbers of a country (ISO 3166 alpha-2), or those that work in most of the world."""
        return self.numbers.get(country.upper(), self.numbers[ELSEWHERE])

    def zone_choices(self, country: str) -> tuple[ZoneChoice, ...]:
        """The zones to offer, in the order of their reply numbers from 1; empty for a country we do not know."""
        return self.zones.get(country.upper(), ())

    groups: Mapping[str, tuple[Template, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Sort the templates into their groups, by id."""
        names = {name for template in self.templates.values() for name in template.groups}
        by_id = [template for _, template in sorted(self.templates.items())]
        groups = {name: tuple(t for t in by_id if name in t.groups) for name in names}
        object.__setattr__(self, "groups", groups)

    def group(self, name: str) -> tuple[Template, ...]:
        """The templates of a group by id; empty when there is no such group."""
        return self.groups.get(name, ())

    def applying(
        self, profile: Profile, *, hot: bool = False, reported: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        """The ids of the gates that apply to a person on a day."""
        gates = self.gates.values()
        return frozenset(gate.id for gate in gates if gate.applies(profile, hot=hot, reported=reported))

    def blocking(
        self, profile: Profile, *, hot: bool = False, reported: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        """The ids of the gates whose texts are kept from a person on a day: those that apply, and more in doubt."""
        gates = self.gates.values()
        return frozenset(gate.id for gate in gates if gate.blocks(profile, hot=hot, reported=reported))


@dataclass(frozen=True, slots=True)
class Situation:
    """What the choice of a text depends on beside the library."""

    participant: Participant
    day: date
    sent: Collection[Sent] = ()
    week: int = 1
    step: int = 1
    hot: bool = False  # a heat alert where the person lives
    reported: frozenset[str] = frozenset()  # signs told in the last days
    repeat: timedelta = timedelta(days=21)  # no text comes back sooner while there are others


@dataclass(frozen=True, slots=True)
class Choice:
    """The text chosen, if any is safe for the person; those that were not; and why this one, in a plain clause."""

    template: Template | None
    passed_over: tuple[PassedOver, ...] = ()
    because: str = ""


def render(template: Template, language: Language, values: Mapping[str, str], country: str = "") -> str:
    """The text with its placeholders filled, in plain characters. More values than needed are fine.

    Raises:
        ContentError: a placeholder has no value, or is none that we know.
    """
    names = template.placeholders(language, country)
    missing = sorted(names - values.keys())
    unknown = sorted(names - PLACEHOLDERS)
    if missing or unknown:
        wrong = ", ".join("{" + name + "}" for name in unknown or missing)
        why = "which we do not know" if unknown else "which got no value"
        sentence = f"The text {template.id} ({language}) names {wrong}, {why}."
        raise ContentError(sentence)
    return tidy(_BRACED.sub(lambda match: values[match[1]], template.wording(language, country)))


def choose(library: Library, group: str, situation: Situation) -> Choice:
    """The text of a group that fits this person today and has not come for longest.

    Gates come first. A text that came within `situation.repeat` waits while there are others. Of the rest those come
    first that answer what was just told, then the move nearest to the person's step, then what never came, then what
    came longest ago. Texts that never came begin with those written for the person's own rules, then those that fit
    their conditions and medicines; what still ties is ordered by a number made of the person's and the text's id. So
    the same facts give the same text, and nobody hears the same few for ever.

    Raises:
        ContentError: the group has no text at all.
    """
    texts, passed_over = fitting(library, group, situation)
    if not texts:
        return Choice(None, passed_over)
    used = _last_used(situation.sent)
    chosen = min(texts, key=lambda template: _rank(template, situation, used))
    return Choice(chosen, passed_over, _because(chosen, situation, library))


def fitting(library: Library, group: str, situation: Situation) -> tuple[tuple[Template, ...], tuple[PassedOver, ...]]:
    """The texts of a group that are safe for this person today, whatever came before; and those that a gate stopped.

    Raises:
        ContentError: the group has no text at all.
    """
    templates = library.group(group)
    if not templates:
        sentence = f"There is no text in the group {group}."
        raise ContentError(sentence)
    profile = situation.participant.profile
    applying = library.applying(profile, hot=situation.hot, reported=situation.reported)
    blocking = library.blocking(profile, hot=situation.hot, reported=situation.reported)
    meant = [t for t in templates if t.only <= applying and _in_time(t, situation)]
    passed_over = tuple(PassedOver(t.id, min(t.gates & blocking)) for t in meant if t.gates & blocking)
    return tuple(t for t in meant if not t.gates & blocking), passed_over


def _in_time(template: Template, situation: Situation) -> bool:
    in_week = template.weeks is None or situation.week in template.weeks
    return in_week and (template.step is None or template.step <= situation.step)


def _rank(template: Template, situation: Situation, used: Mapping[str, datetime]) -> tuple[float, ...]:
    """Sorts the text that should come next first; each part decides only where the ones before it tie."""
    last = used.get(template.id)
    came = last.timestamp() if last else 0.0
    again = last is not None and situation.day - _day(last, situation.participant) < situation.repeat
    return (
        again,
        came if again else 0.0,
        -len(template.after & situation.reported),
        situation.step - (template.step or situation.step),
        came,
        -len(template.only),
        -len(_own_facts(template, situation.participant.profile)),
        crc32(f"{situation.participant.id}/{template.id}".encode()),
    )


def _day(at: datetime, participant: Participant) -> date:
    return schedule.local(at, participant.zone or "UTC").date()


def _own_facts(template: Template, profile: Profile) -> frozenset[str]:
    return template.facts & (profile.conditions | profile.medicines)


def _because(template: Template, situation: Situation, library: Library) -> str:
    if template.only:
        return "rule " + ", ".join(f"{gate} ({library.gates[gate].title})" for gate in sorted(template.only))
    for why, codes in (
        ("told of", template.after & situation.reported),
        ("fits", _own_facts(template, situation.participant.profile)),
    ):
        if codes:
            return f"{why} {', '.join(sorted(codes)).replace('_', ' ')}"
    return ""


def _last_used(sent: Collection[Sent]) -> Mapping[str, datetime]:
    last: dict[str, datetime] = {}
    for message in sent:
        last[message.template] = max(message.at, last.get(message.template, message.at))
    return last
