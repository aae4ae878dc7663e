"""`messages/triage` → the rules of triage, refused with file, line and entry when wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, RootModel

from coach.adapters.library.lines import line_of
from coach.adapters.library.problems import Problem, read
from coach.adapters.library.triage_checks import Known, wrong_combination, wrong_modifiers
from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS
from coach.core.model import Asked, Disposition, Onset
from coach.core.triage import Combination, Modifier, SignRule, TriageRules, When

SIGNS, COMBINATIONS = "signs.toml", "combinations.toml"
_Level = Literal["emergency", "urgent", "routine", "self_care"]
_Onset = Literal["today", "this_week", "longer"]
_Ask = Literal["onset", "weakness", "safe"]
_FACT = re.compile(r"(?m)^\[fact\.(\w+)\]")


class TriageError(ValueError):
    """The triage files cannot be used; the message tells every problem with its file, line and entry."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _WhenRow(_Strict):
    """The conditions shared by modifiers and combinations."""

    codes: list[str] = []
    no_codes: list[str] = []
    facts: list[str] = []
    any_facts: list[str] = []
    no_facts: list[str] = []
    near: list[str] = []
    profile: list[str] = []
    told: list[str] = []
    no_profile: list[str] = []
    onset: list[_Onset] = []
    alone: bool = False
    within_usual: int | None = None
    score: int | None = None
    usual_at_most: int | None = None
    usual_at_least: int | None = None
    score_up: int | None = None
    routine_groups: int = 0

    def when(self) -> When:
        """The core's value of the conditions."""
        return When(
            codes=frozenset(self.codes),
            no_codes=frozenset(self.no_codes),
            facts=frozenset(self.facts),
            any_facts=frozenset(self.any_facts),
            no_facts=frozenset(self.no_facts),
            near=frozenset(self.near),
            profile=frozenset(self.profile),
            told=frozenset(self.told),
            no_profile=frozenset(self.no_profile),
            onset=frozenset(Onset(o) for o in self.onset),
            alone=self.alone,
            within_usual=self.within_usual,
            score=self.score,
            usual_at_most=self.usual_at_most,
            usual_at_least=self.usual_at_least,
            score_up=self.score_up,
            routine_groups=self.routine_groups,
        )


class _ModifierRow(_WhenRow):
    effect: Literal["raise", "lower"]
    level: _Level
    because: str
    now: bool = False


class _SignRow(_Strict):
    level: _Level
    meaning: str
    sign_en: str
    sign_es: str
    group: str
    sources: list[str]
    ask: _Ask | None = None
    modifiers: list[_ModifierRow] = []


class _CombinationRow(_WhenRow):
    level: _Level
    meaning: str
    together: list[list[str]] = []
    now: bool = False
    adds: str | None = None
    single_text: bool = False
    sources: list[str]


class _Signs(RootModel[dict[str, _SignRow]]):
    pass


class _Combinations(RootModel[dict[str, _CombinationRow]]):
    pass


def load_triage(folder: Path) -> TriageRules:
    """Read the two files from `messages` or `messages/triage`.

    Raises:
        TriageError: with every problem: what cannot be read, what is unknown, and rules that can never decide.
    """
    home = folder if (folder / SIGNS).exists() else folder / "triage"
    problems: list[Problem] = []
    signs, combinations = read(home / SIGNS, _Signs, problems), read(home / COMBINATIONS, _Combinations, problems)
    _raise_if_any(problems)
    rules = TriageRules(
        {code: _sign(code, row) for code, row in (signs.root if signs else {}).items()},
        tuple(_combination(rule, row) for rule, row in (combinations.root if combinations else {}).items()),
    )
    _raise_if_any(_problems(rules, home, _known(rules, home.parent / "lexicon")))
    return rules


def _raise_if_any(problems: Iterable[Problem]) -> None:
    found = "\n".join(str(problem) for problem in problems)
    if found:
        raise TriageError(found)


def _known(rules: TriageRules, lexicon: Path) -> Known:
    """The names that conditions may use; without a lexicon beside it, any fact."""
    sources = (file.read_text(encoding="utf-8") for file in sorted(lexicon.glob("*.toml")))
    facts = frozenset(name for source in sources for name in _FACT.findall(source))
    return Known(frozenset(rules.signs), facts, frozenset({*CONDITION_LABELS, *MEDICINE_LABELS}))


def _problems(rules: TriageRules, home: Path, known: Known) -> Iterator[Problem]:
    """What is wrong in the rules, modifiers first, each at its line."""
    source = (home / SIGNS).read_text(encoding="utf-8")
    for code, rule in rules.signs.items():
        for place, sentence in wrong_modifiers(rule, known):
            yield Problem(SIGNS, code, sentence, line_of(source, f"{code}.modifiers", place))
    source = (home / COMBINATIONS).read_text(encoding="utf-8")
    for combination in rules.combinations:
        for sentence in wrong_combination(combination, known):
            yield Problem(COMBINATIONS, combination.rule, sentence, line_of(source, combination.rule))


def _sign(code: str, row: _SignRow) -> SignRule:
    modifiers = tuple(
        Modifier(m.effect == "raise", Disposition(m.level), m.because, m.when(), m.now) for m in row.modifiers
    )
    return SignRule(
        code=code,
        level=Disposition(row.level),
        meaning=row.meaning,
        sign_en=row.sign_en,
        sign_es=row.sign_es,
        group=row.group,
        modifiers=modifiers,
        sources=tuple(row.sources),
        ask=Asked(row.ask) if row.ask else None,
    )


def _combination(rule: str, row: _CombinationRow) -> Combination:
    return Combination(
        rule=rule,
        level=Disposition(row.level),
        meaning=row.meaning,
        when=row.when(),
        together=tuple(frozenset(group) for group in row.together),
        now=row.now,
        adds=row.adds,
        single_text=row.single_text,
        sources=tuple(row.sources),
    )
