"""`messages/triage/signs.toml` and `combinations.toml` → the rules of triage, refused with file and key when wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from coach.adapters.library.problems import checked
from coach.core.model import Disposition, Onset
from coach.core.triage import Combination, Modifier, SignRule, TriageRules, When

_Level = Literal["emergency", "urgent", "routine", "self_care"]
_Onset = Literal["today", "this_week", "longer"]


class TriageError(ValueError):
    """A triage file cannot be used; the message names the file and the key."""


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
    modifiers: list[_ModifierRow] = []


class _CombinationRow(_WhenRow):
    level: _Level
    meaning: str
    together: list[list[str]] = []
    now: bool = False
    adds: str | None = None
    single_text: bool = False
    sources: list[str]


_Row = TypeVar("_Row", bound=_Strict)


def load_triage(folder: Path) -> TriageRules:
    """Read the two files from `messages` or `messages/triage`; raises TriageError naming file and key."""
    home = folder if (folder / "signs.toml").exists() else folder / "triage"
    signs = {code: _sign(code, row) for code, row in _rows(home / "signs.toml", _SignRow).items()}
    combinations = _rows(home / "combinations.toml", _CombinationRow)
    _check_combinations(combinations, signs)
    for code, sign in signs.items():
        for modifier in sign.modifiers:
            _known(f"signs.toml: {code}.modifiers", modifier.when.codes | modifier.when.no_codes, signs)
    return TriageRules(signs, tuple(_combination(rule, row) for rule, row in combinations.items()))


def _check_combinations(combinations: dict[str, _CombinationRow], signs: dict[str, SignRule]) -> None:
    for rule, row in combinations.items():
        named = {code for group in row.together for code in group} | {*row.codes, *row.no_codes}
        _known(f"combinations.toml: {rule}", named | ({row.adds} if row.adds else set()), signs)


def _rows(file: Path, model: type[_Row]) -> dict[str, _Row]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{file.name} cannot be read: {error}"
        raise TriageError(message) from error
    return {name: checked(f"{file.name}: {name}", model, row, TriageError) for name, row in content.items()}


def _known(where: str, codes: AbstractSet[str], signs: dict[str, SignRule]) -> None:
    for code in sorted(codes - signs.keys()):
        message = f"{where} names the unknown code {code!r}"
        raise TriageError(message)


def _sign(code: str, row: _SignRow) -> SignRule:
    modifiers = tuple(
        Modifier(m.effect == "raise", Disposition(m.level), m.because, m.when(), m.now) for m in row.modifiers
    )
    return SignRule(
        code, Disposition(row.level), row.meaning, row.sign_en, row.sign_es, row.group, modifiers, tuple(row.sources)
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
