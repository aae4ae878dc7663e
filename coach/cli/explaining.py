"""`coach read --explain`: one text, and how it is read."""

from __future__ import annotations

import re
from dataclasses import replace

from coach.adapters.clock import system_clock
from coach.adapters.library.person import WrongPerson, situation_of
from coach.adapters.lines.explain import Told, explain
from coach.cli.loading import load_reader
from coach.cli.problems import WRONG_USE, Problem
from coach.core.model import Asked, Channel, Language, Profile
from coach.core.triage import TriageRules

_BASELINE = re.compile(r"(?:^|\s)baseline=(\S*)")
_SCORE = re.compile(r"\d|10")


def explained(text: str, asked: Asked, language: Language | None, channel: Channel, facts: str) -> str:
    """The reasoning in words; raises Problem when the facts of the person cannot be used.

    Without a language, the one that the facts name counts.
    """
    lexicon, rules = load_reader()
    profile, spoken = _person(facts, rules)
    return explain(Told(text, asked, language or spoken, channel, profile), lexicon, rules)


def _person(facts: str, rules: TriageRules) -> tuple[Profile, Language]:
    """The facts as `coach check --profile` takes them, and the usual score."""
    try:
        person = situation_of(_BASELINE.sub("", facts), rules.signs, system_clock().date()).participant
    except WrongPerson as wrong:
        raise Problem(str(wrong), WRONG_USE) from None
    profile = person.profile
    limited = True if profile.has("fluid_limit") else profile.fluid_limit
    return replace(profile, baseline=_baseline(facts), fluid_limit=limited), person.language


def _baseline(facts: str) -> int | None:
    """The usual weakness, 0 to 10; triage depends on it, the choice of texts does not."""
    found = _BASELINE.findall(facts)
    if len(found) > 1:
        raise Problem("baseline is given twice; leave one of them out.", WRONG_USE)
    if found and not _SCORE.fullmatch(found[0]):
        raise Problem(f"baseline is “{found[0]}”; write a whole number from 0 to 10.", WRONG_USE)
    return int(found[0]) if found else None
