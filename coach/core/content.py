"""What the coach may say: templates in every language, the rules that block them, and how the next one is chosen.

Everything here is a value that a loader filled from messages/; the functions only look up, choose and fill in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from coach.core.model import Language, Participant, Profile, Sent
from coach.core.sms import tidy

PLACEHOLDERS = frozenset(
    "choices crisis days em highest lowest name org score sign support urgent".split()  # noqa: SIM905  # reads better
)
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

    def placeholders(self, language: Language) -> frozenset[str]:
        """The names in braces in the text of a language."""
        return frozenset(_BRACED.findall(self.text[language]))


@dataclass(frozen=True, slots=True)
class Gate:
    """A safety rule: to whom it applies. What it blocks is said by the templates that name it."""

    id: str
    title: str
    conditions: frozenset[str] = frozenset()
    medicines: frozenset[str] = frozenset()
    unless_denied: frozenset[str] = frozenset()  # yes/no profile facts that count as yes until answered "no"
    age_from: int | None = None  # an unknown age counts as old enough

    def applies(self, profile: Profile) -> bool:
        """Whether the rule holds for this person."""
        known = profile.conditions & self.conditions or profile.medicines & self.medicines
        not_denied = any(getattr(profile, fact) is not False for fact in self.unless_denied)
        return bool(known) or not_denied or self._old_enough(profile)

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

    def group(self, name: str) -> tuple[Template, ...]:
        """The templates of a group by id."""
        return tuple(t for _, t in sorted(self.templates.items()) if name in t.groups)


@dataclass(frozen=True, slots=True)
class Blocked:
    """No text of the group may be sent to this person; `gate` is the rule that stopped the first of them."""

    gate: str


def render(template: Template, language: Language, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled, in plain characters. More values than needed are fine.

    Raises:
        ContentError: a placeholder has no value, or is none that we know.
    """
    names = template.placeholders(language)
    missing = sorted(names - values.keys())
    unknown = sorted(names - PLACEHOLDERS)
    if missing or unknown:
        wrong = ", ".join("{" + name + "}" for name in unknown or missing)
        why = "which we do not know" if unknown else "which got no value"
        sentence = f"The text {template.id} ({language}) names {wrong}, {why}."
        raise ContentError(sentence)
    return tidy(_BRACED.sub(lambda match: values[match[1]], template.text[language]))


def choose(
    library: Library, group: str, participant: Participant, sent: Collection[Sent], day: date
) -> Template | Blocked:
    """The text of a group that this person may get and has not had for longest.

    Texts never sent come first, in an order that differs from person to person and day to day but is the same for the
    same two. So nothing comes back while the group has another that was not sent since.

    Raises:
        ContentError: the group has no text at all.
    """
    templates = library.group(group)
    if not templates:
        sentence = f"There is no text in the group {group}."
        raise ContentError(sentence)
    allowed = [t for t in templates if _blocking(library, t, participant.profile) is None]
    if not allowed:
        return Blocked(_blocking(library, templates[0], participant.profile) or "")
    used = _last_used(sent)
    turn = participant.id + day.toordinal()
    order = {t.id: (place + turn) % len(allowed) for place, t in enumerate(allowed)}
    return min(allowed, key=lambda t: (used.get(t.id, 0.0), order[t.id]))


def _blocking(library: Library, template: Template, profile: Profile) -> str | None:
    """The first gate, by id, that keeps a text from this person."""
    shut = [gate for gate in template.gates if library.gates[gate].applies(profile)]
    missed = [gate for gate in template.only if not library.gates[gate].applies(profile)]
    return min(shut + missed, default=None)


def _last_used(sent: Collection[Sent]) -> Mapping[str, float]:
    last: dict[str, datetime] = {}
    for message in sent:
        last[message.template] = max(message.at, last.get(message.template, message.at))
    return {template: at.timestamp() for template, at in last.items()}
