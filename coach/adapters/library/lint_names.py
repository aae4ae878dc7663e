"""Does every name in messages/ mean something: signs, facts, gates, groups, items, programmes?

A name that is misspelt fails silently: a gate that never closes, a text that never comes forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields

from coach.adapters.library.desk import Desk, of_text
from coach.adapters.library.limits import FILE as LIMITS_FILE
from coach.adapters.library.problems import Problem
from coach.adapters.library.templates import Text
from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS
from coach.core.content import Gate
from coach.core.programme import Limits, Programme, Slot

_LAST_WEEK = 104
_FACTS = frozenset({*CONDITION_LABELS, *MEDICINE_LABELS})


def check_names(desk: Desk) -> Iterator[Problem]:
    """Every name that leads nowhere."""
    items = {item.id for item in desk.items}
    for text in desk.texts:
        yield from (of_text(text, sentence) for sentence in _in_text(desk, text, items))
    for gate in desk.library.gates.values():
        yield from _in_gate(gate, desk.signs)
    for programme in list(desk.programmes.values())[:1]:  # all share the same
        yield from _in_limits(programme.limits, desk.signs)
    for programme in desk.programmes.values():
        yield from _in_slots(desk, programme)
        yield from _followed(programme, desk.programmes)


def no_sign(codes: Iterable[str], signs: frozenset[str]) -> Iterator[str]:
    """A sentence for each code that is no sign; none when the signs are not known."""
    for code in sorted(set(codes) - signs) if signs else ():
        yield f"No text can show the sign {code}; mend its spelling."


def no_fact(codes: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """A sentence for each code that no profile has."""
    for fact in sorted(set(codes) - set(known)):
        yield f"No profile has the fact {fact}; mend its spelling."


def _in_text(desk: Desk, text: Text, items: set[str]) -> Iterator[str]:
    template = text.template
    yield from no_sign({*template.after, *filter(None, [template.yes_means])}, desk.signs)
    yield from no_fact(template.facts, _FACTS)
    for item in sorted(text.covers - items):
        yield f"There is no item {item} in article.toml; mend its name under covers."
    both = template.gates & template.only
    if both:
        yield f"Rule {min(both)} stands under gates and under only, so nobody gets this text; remove one of them."
    weeks = template.weeks
    if weeks and not 1 <= weeks.first <= weeks.last <= _LAST_WEEK:
        yield f"“weeks” must be the first and the last week, between 1 and {_LAST_WEEK}; mend their order."
    steps = max((len(p.progression.first_weeks) for p in desk.programmes.values()), default=0)
    if template.step is not None and template.step > steps > 0:
        yield f"No programme reaches step {template.step}; write one from 1 to {steps}."


def _in_gate(gate: Gate, signs: frozenset[str]) -> Iterator[Problem]:
    """A misspelt fact would silently open a gate."""
    found = (
        *no_fact(gate.conditions, CONDITION_LABELS),
        *no_fact(gate.medicines, MEDICINE_LABELS),
        *no_sign(gate.with_signs, signs),
    )
    yield from (Problem("gates.toml", gate.id, sentence) for sentence in found)


def _in_limits(limits: Limits, signs: frozenset[str]) -> Iterator[Problem]:
    """A misspelt sign would silently let an exercise prompt through."""
    for key in (field.name for field in fields(limits) if field.name.endswith("_codes")):
        yield from (Problem(LIMITS_FILE, key, sentence) for sentence in no_sign(getattr(limits, key), signs))
    unknown = no_fact(limits.crash_conditions, CONDITION_LABELS)
    yield from (Problem(LIMITS_FILE, "crash_conditions", sentence) for sentence in unknown)


def _in_slots(desk: Desk, programme: Programme) -> Iterator[Problem]:
    for slot in programme.slots:
        found = (*_undrawn(desk, slot), *no_sign(slot.only_after, desk.signs), *no_fact(slot.only_for, _FACTS))
        yield from (Problem(_file(programme), slot.id, sentence) for sentence in found)


def _undrawn(desk: Desk, slot: Slot) -> Iterator[str]:
    """The groups of a slot without a text. A question of a set without one would end the set in silence."""
    if not desk.is_whole:
        return
    for group in filter(None, (slot.group, slot.easy_group)):
        if not desk.library.group(group):
            yield f"No text is in the group {group}; write one or mend the group's name."
    for asked in slot.followed_by:
        if not desk.library.group(asked):
            yield f"No text is in the group {asked}, which puts that question; write one or mend “followed_by”."


def _followed(programme: Programme, programmes: Mapping[str, Programme]) -> Iterator[Problem]:
    """A programme that in the end follows itself would never end."""
    path = [programme.id]
    following = programme.next_programme
    while following is not None and following in programmes and following not in path:
        path.append(following)
        following = programmes[following].next_programme
    if programme.next_programme is not None and programme.next_programme not in programmes:
        sentence = f"There is no programme {programme.next_programme}; mend its name or remove “next_programme”."
        yield Problem(_file(programme), "next_programme", sentence)
    if following == programme.id:
        sentence = f"The programmes follow each other in a circle ({' → '.join([*path, following])}); break it."
        yield Problem(_file(programme), "next_programme", sentence)


def _file(programme: Programme) -> str:
    return f"{programme.id}.toml"
