"""messages/escalation.toml → how a case may end, and what the person is told when it begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field

from coach.adapters.library.lines import entry_lines
from coach.adapters.library.problems import Problem, Strict, raise_if_any, read
from coach.adapters.library.triage import TriageError, load_triage
from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS
from coach.core.escalation import CaseOutcome, Telling
from coach.core.explain import TESTS
from coach.core.model import Asked, Disposition
from coach.core.trend import Rule

FILE = "escalation.toml"
_LEVELS = tuple(Disposition)


class _Outcome(Strict):
    id: str = Field(pattern=r"^[a-z_]+$")
    label: str = Field(min_length=1)
    ends_follow_up: bool = False


class _Telling(Strict):
    level: Literal["emergency", "urgent", "routine", "self_care"]
    group: str = Field(min_length=1)
    rules: list[str] = Field(default_factory=list)
    facts: list[str] = Field(default_factory=list)
    now: bool = False
    beside: list[str] = Field(default_factory=list)
    with_others: bool = False


class _File(Strict):
    outcome: list[_Outcome] = Field(min_length=1)
    telling: list[_Telling] = Field(min_length=1)
    policy_version: object = None  # this and what follows: see coach.adapters.library.policy
    page: object = None
    follow_up: object = None
    ask_first: object = None
    distress: object = None
    silence: object = None
    calls: object = None
    watch: object = None


def load_outcomes(folder: Path) -> tuple[CaseOutcome, ...]:
    """The coded ways in which a case may end, in the order staff see them.

    Raises:
        LibraryError: naming every entry to mend.
    """
    problems: list[Problem] = []
    file = read(folder / FILE, _File, problems)
    ids = [entry.id for entry in file.outcome] if file else []
    if len(set(ids)) < len(ids):
        problems.append(Problem(FILE, "outcome", "An id is used twice; give one of them another."))
    raise_if_any(problems)
    return tuple(CaseOutcome(e.id, e.label, e.ends_follow_up) for e in file.outcome) if file else ()


def load_tellings(folder: Path) -> tuple[Telling, ...]:
    """What people are told, the more particular first.

    Raises:
        LibraryError: naming every entry to mend.
    """
    problems: list[Problem] = []
    tellings = read_tellings(folder, problems)
    raise_if_any(problems)
    return tellings


def read_tellings(folder: Path, problems: list[Problem]) -> tuple[Telling, ...]:
    """The same without raising: what is wrong goes to `problems`."""
    file = read(folder / FILE, _File, problems)
    tellings = tuple(map(_telling, file.telling)) if file else ()
    if file:
        lines = entry_lines((folder / FILE).read_text(encoding="utf-8"), "telling")
        problems += (*_without_end(tellings), *_unknown_facts(tellings, lines))
    return tellings


def unknown_rules(folder: Path) -> Iterator[Problem]:
    """What people are told of rules that there are not: they would be told something more general instead."""
    known = _rules_of_cases(folder)
    file = read(folder / FILE, _File, [])
    if not file or not known:
        return
    lines = entry_lines((folder / FILE).read_text(encoding="utf-8"), "telling")
    for line, entry in zip(lines, file.telling, strict=True):
        for rule in sorted(set(entry.rules) - known):
            sentence = f"No sign, combination or rule on scores is named {rule}; mend its spelling."
            yield Problem(FILE, entry.group, sentence, line)


def _rules_of_cases(folder: Path) -> frozenset[str]:
    """All that may be behind a case; nothing when the triage data cannot be used, which its own loader tells."""
    try:
        triage = load_triage(folder)
    except TriageError:
        return frozenset()
    return frozenset({*triage.signs, *(one.rule for one in triage.combinations), *Rule, *TESTS, Asked.RED_FLAG})


def _telling(entry: _Telling) -> Telling:
    return Telling(
        level=Disposition(entry.level),
        group=entry.group,
        rules=frozenset(entry.rules),
        facts=frozenset(entry.facts),
        now=entry.now,
        beside=frozenset(entry.beside),
        with_others=entry.with_others,
    )


def _without_end(tellings: Iterable[Telling]) -> Iterator[Problem]:
    """Somebody whom no entry fits would be told nothing at all."""
    known = tuple(tellings)
    for level in _LEVELS:
        if not any(one.level is level and not (one.rules or one.facts or one.now) for one in known):
            yield Problem(
                FILE, level.value, "No entry fits everybody; add one without rules, facts and now, as the last."
            )


def _unknown_facts(tellings: Iterable[Telling], lines: Iterable[int]) -> Iterator[Problem]:
    for line, one in zip(lines, tellings, strict=True):
        for fact in sorted(one.facts - CONDITION_LABELS.keys() - MEDICINE_LABELS.keys()):
            yield Problem(FILE, one.group, f"No profile has the fact {fact}; mend its spelling.", line)
