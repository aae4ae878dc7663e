"""What is wrong with rules of triage that can be read: unknown names, and rules that can never decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coach.core.triage import Combination, Modifier, SignRule, When


@dataclass(frozen=True, slots=True)
class Known:
    """The names that conditions may use."""

    signs: frozenset[str]
    facts: frozenset[str]  # empty where the word lists are not there to tell
    profile: frozenset[str]  # conditions and medicines


def wrong_modifiers(rule: SignRule, known: Known) -> Iterator[tuple[int, str]]:
    """A sentence for each slip in the modifiers of a sign, with the place of the modifier counted from 1."""
    for place, modifier in enumerate(rule.modifiers, start=1):
        sentences = [
            *unknown(modifier.when, known),
            *contradictions(modifier.when, frozenset({rule.code})),
            *_wrong_effect(modifier, rule),
            *_hidden(place - 1, rule.modifiers),
        ]
        yield from ((place, sentence) for sentence in sentences)


def wrong_combination(rule: Combination, known: Known) -> Iterator[str]:
    """A sentence for each slip in a combination."""
    named = frozenset[str]().union(*rule.together) | ({rule.adds} if rule.adds else frozenset())
    yield from _unknown("sign", named, known.signs)
    yield from unknown(rule.when, known)
    yield from contradictions(rule.when, frozenset())
    for group in rule.together:
        if group <= rule.when.no_codes:
            yield f"All of {_list(group)} stands under no_codes too, so the rule never applies; remove one of them."


def unknown(when: When, known: Known) -> Iterator[str]:
    """A sentence for each name in the conditions that is none."""
    yield from _unknown("sign", when.codes | when.no_codes, known.signs)
    if known.facts:
        facts = when.facts | when.any_facts | when.no_facts | when.near | when.told
        yield from _unknown("fact", facts, known.facts)
    yield from _unknown("profile fact", when.profile | when.no_profile, known.profile)


def _unknown(what: str, names: Iterable[str], known: frozenset[str]) -> Iterator[str]:
    for name in sorted(set(names) - known):
        yield f"There is no {what} {name}; mend its spelling."


def contradictions(when: When, own: frozenset[str]) -> Iterator[str]:
    """A sentence for each pair of conditions that cannot both hold; `own` is the sign that they are about."""
    wanted = when.facts | when.near
    pairs = (
        (wanted & when.no_facts, "no_facts"),
        (when.any_facts if when.any_facts <= when.no_facts else frozenset(), "no_facts"),
        (own & when.no_codes, "no_codes"),
        (when.codes if when.codes <= when.no_codes else frozenset(), "no_codes"),
        (when.profile if when.profile <= when.no_profile and not when.told else frozenset(), "no_profile"),
    )
    for names, key in pairs:
        if names:
            yield f"{_list(names)} is wanted and stands under {key} too, so the rule never applies; remove one of them."
    if when.told and not when.profile:
        yield "“told” counts in place of “profile”, which is missing; add it, or use “any_facts”."
    least, most = when.usual_at_least, when.usual_at_most
    if least is not None and most is not None and least > most:
        yield "“usual_at_least” is above “usual_at_most”, so the rule never applies; mend one of them."


def _wrong_effect(modifier: Modifier, rule: SignRule) -> Iterator[str]:
    """A raise that does not raise, or a lowering that does not lower; urgent may be raised to urgent-now."""
    rise = modifier.level.rank - rule.level.rank
    if modifier.raises and (rise < 0 or (rise == 0 and not modifier.now)):
        yield f"It raises to {modifier.level}, but the sign is {rule.level} already; mend the level or write “lower”."
    if not modifier.raises and rise >= 0:
        yield f"It lowers to {modifier.level}, but the sign is only {rule.level}; mend the level or write “raise”."


def _hidden(place: int, modifiers: tuple[Modifier, ...]) -> Iterator[str]:
    """Another modifier always holds when this one does, and decides."""
    own = modifiers[place]
    for other, rival in enumerate(modifiers):
        if other != place and implies(own.when, rival.when) and _decides(rival, own, earlier=other < place):
            yield (
                f"It can never decide: whenever it holds, “{rival.because}” does too and goes before; "
                "narrow that one or remove this one."
            )
            return


def _decides(rival: Modifier, own: Modifier, *, earlier: bool) -> bool:
    """Whether the rival wins where both hold. What raises goes before what lowers."""
    if rival.raises != own.raises:
        return rival.raises
    if own.raises:
        theirs, ours = (rival.level.rank, rival.now), (own.level.rank, own.now)
    else:
        theirs, ours = (-rival.level.rank, False), (-own.level.rank, False)
    return theirs > ours or (theirs == ours and earlier)


def implies(narrow: When, wide: When) -> bool:
    """Whether `wide` holds in every case in which `narrow` does."""
    told = narrow.facts | narrow.near
    facts = (
        wide.facts <= told
        and wide.near <= narrow.near
        and wide.no_facts <= narrow.no_facts
        and (not wide.any_facts or bool(wide.any_facts & told) or _one_of(narrow.any_facts, wide.any_facts))
    )
    codes = wide.no_codes <= narrow.no_codes and (not wide.codes or _one_of(narrow.codes, wide.codes))
    profile = wide.no_profile <= narrow.no_profile and (
        not wide.profile or (_one_of(narrow.profile, wide.profile) and narrow.told <= wide.told)
    )
    onset = not wide.onset or (bool(narrow.onset) and narrow.onset <= wide.onset)
    alone = narrow.alone or not wide.alone
    return facts and codes and profile and onset and alone and _scores_imply(narrow, wide)


def _one_of(narrow: frozenset[str], wide: frozenset[str]) -> bool:
    """Whether having one of the narrow names is having one of the wide ones."""
    return bool(narrow) and narrow <= wide


def _scores_imply(narrow: When, wide: When) -> bool:
    return (
        wide.score in (None, narrow.score)
        and _at_most(narrow.within_usual, wide.within_usual)
        and _at_most(narrow.usual_at_most, wide.usual_at_most)
        and _at_least(narrow.usual_at_least, wide.usual_at_least)
        and _at_least(narrow.score_up, wide.score_up)
        and narrow.routine_groups >= wide.routine_groups
    )


def _at_most(narrow: int | None, wide: int | None) -> bool:
    return wide is None or (narrow is not None and narrow <= wide)


def _at_least(narrow: int | None, wide: int | None) -> bool:
    return wide is None or (narrow is not None and narrow >= wide)


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
