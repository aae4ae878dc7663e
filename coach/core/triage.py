"""What a reply calls for: a level for each sign, changed by its modifiers, the profile and what comes together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from coach.core.model import Asked, Assessment, Disposition, Onset, Profile, Reason, Reply

TWO_FALLS = 2


@dataclass(frozen=True, slots=True)
class When:
    """Conditions that must all hold. Empty ones hold always; see messages/triage/signs.toml."""

    codes: frozenset[str] = frozenset()  # one of these signs, here or in the 48 hours before
    no_codes: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()  # all of these
    any_facts: frozenset[str] = frozenset()  # one of these
    no_facts: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()  # all of these, in the same sentence as the sign
    profile: frozenset[str] = frozenset()  # one of these conditions or medicines
    told: frozenset[str] = frozenset()  # or else one of these facts, where the profile does not say so
    no_profile: frozenset[str] = frozenset()
    onset: frozenset[Onset] = frozenset()
    alone: bool = False  # no other sign in the text
    within_usual: int | None = None  # the score is at most this much above the usual
    score: int | None = None  # the score said in the text
    usual_at_most: int | None = None  # the usual score, where not known counts as low
    usual_at_least: int | None = None
    score_up: int | None = None  # the score is at least this much above the usual
    routine_groups: int = 0  # so many kinds of routine signs


@dataclass(frozen=True, slots=True)
class Modifier:
    """Raises or lowers the level of a sign."""

    raises: bool
    level: Disposition
    because: str
    when: When
    now: bool = False


@dataclass(frozen=True, slots=True)
class SignRule:
    """One sign: its usual level, its wording for messages, and its modifiers."""

    code: str
    level: Disposition
    meaning: str
    sign_en: str
    sign_es: str
    group: str
    modifiers: tuple[Modifier, ...] = ()
    sources: tuple[str, ...] = ()
    ask: Asked | None = None  # what to ask where the text leaves open what the level depends on


@dataclass(frozen=True, slots=True)
class Combination:
    """Signs and profile facts that mean more together; `adds` is a code that they stand for."""

    rule: str
    level: Disposition
    meaning: str
    when: When
    together: tuple[frozenset[str], ...] = ()
    now: bool = False
    adds: str | None = None
    single_text: bool = False  # only for a text on its own: with a history the trend rules decide
    sources: tuple[str, ...] = ()
    members: frozenset[str] = field(init=False, compare=False)  # the signs of `together`, one of which the text has

    def __post_init__(self) -> None:
        """Put the groups together."""
        object.__setattr__(self, "members", frozenset[str]().union(*self.together))


@dataclass(frozen=True, slots=True)
class TriageRules:
    """All signs by code, and the combinations in order."""

    signs: Mapping[str, SignRule] = field(default_factory=dict)
    combinations: tuple[Combination, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """One text with all that bears on it."""

    reply: Reply
    profile: Profile
    rules: TriageRules
    recent: frozenset[str]
    codes: frozenset[str]
    single: bool


_Found = tuple[Reason, bool]


def assess(
    reply: Reply,
    profile: Profile,
    rules: TriageRules,
    recent: frozenset[str] = frozenset(),
    *,
    single: bool = False,
) -> Assessment:
    """The disposition of one reply with its reasons, highest first.

    `recent` are the codes logged in the 48 hours before; `single` judges the text as the only one there is, so that a
    score of 10 counts by itself (otherwise the trend rules weigh it). A reply without any sign is self-care. What the
    second reader is sure of counts too, unless the text gave a reason to lower every sign.
    """
    case = _Case(reply, profile, rules, recent, frozenset(reply.codes), single)
    found = [_of_sign(rules.signs[code], case) for code in reply.codes if code in rules.signs]
    found = _raised(found, reply.raised, rules)
    found += [_of_combination(c) for c in _applying(case)]
    found.sort(key=lambda pair: (-pair[0].level.rank, not pair[1]))
    if not found:
        return Assessment(Disposition.SELF_CARE)
    top = found[0][0].level
    return Assessment(top, tuple(reason for reason, _ in found), now=any(n for r, n in found if r.level is top and n))


def _raised(found: list[_Found], raised: Reason | None, rules: TriageRules) -> list[_Found]:
    """The gravest of the signs at the level that the second reader is sure of, unless every sign was lowered."""
    standing = [pair for pair in found if pair[0].level.rank >= rules.signs[pair[0].rule].level.rank]
    if raised is None or not standing:
        return found
    gravest = max(standing, key=lambda pair: pair[0].level.rank)
    if gravest[0].level.rank >= raised.level.rank:
        return found
    because = f"{gravest[0].because}; {raised.because}"
    lifted = (Reason(gravest[0].rule, raised.level, because), False)
    return [lifted if pair is gravest else pair for pair in found]


def codes_with_added(
    reply: Reply,
    profile: Profile,
    rules: TriageRules,
    recent: frozenset[str] = frozenset(),
    *,
    single: bool = False,
) -> tuple[str, ...]:
    """Sorted codes of the reply and those that a combination adds, such as `low_blood_sugar` for shaky on insulin."""
    case = _Case(reply, profile, rules, recent, frozenset(reply.codes), single)
    added = {c.adds for c in _applying(case) if c.adds}
    replaced = {"numbness_tingling"} if "ascending_weakness" in added else set()
    return tuple(sorted((set(reply.codes) | added) - replaced))


def question_for(reply: Reply, found: Assessment, rules: TriageRules) -> Asked | None:
    """The one question whose answer the level of an assessed reply depends on: that of its highest sign with one open.

    None for an emergency, which is answered at once, and where the text has said it already.
    """
    if found.disposition is Disposition.EMERGENCY:
        return None
    asks = (_open_question(rules.signs[r.rule], r, reply) for r in found.reasons if r.rule in rules.signs)
    return next((ask for ask in asks if ask), None)


def with_question(reply: Reply, found: Assessment, rules: TriageRules) -> Reply:
    """The assessed reply with the one question to ask about it, if its level depends on one."""
    return replace(reply, ask=question_for(reply, found, rules))


def _open_question(rule: SignRule, reason: Reason, reply: Reply) -> Asked | None:
    """What to ask about a sign, unless the text answers it: in so many words, or by what lowered its level."""
    told = {
        Asked.ONSET: reply.onset is not None,
        Asked.WEAKNESS: reply.weakness is not None,
        Asked.SAFE: bool({"self_harm"} & {*reply.codes, *reply.denied_codes}),
    }
    lowered = reason.level.rank < rule.level.rank
    return None if rule.ask is None or lowered or told.get(rule.ask, False) else rule.ask


def _of_sign(rule: SignRule, case: _Case) -> _Found:
    """The level of one sign: the highest raise, else the lowest lowering, else its own level."""
    active = [m for m in rule.modifiers if _holds(m.when, case, rule.code)]
    raises = [m for m in active if m.raises and m.level.rank >= rule.level.rank]
    if raises:
        best = max(raises, key=lambda m: (m.level.rank, m.now))
        return Reason(rule.code, best.level, best.because), best.now
    lowers = [m for m in active if not m.raises]
    if lowers:
        least = min(lowers, key=lambda m: m.level.rank)
        return Reason(rule.code, least.level, least.because), False
    return Reason(rule.code, rule.level, rule.meaning), False


def _of_combination(rule: Combination) -> _Found:
    return Reason(rule.rule, rule.level, rule.meaning), rule.now


def _applying(case: _Case) -> list[Combination]:
    """The combinations that apply, in order."""
    codes = case.codes
    perhaps = [c for c in case.rules.combinations if not (c.members and c.members.isdisjoint(codes))]
    return [combination for combination in perhaps if _applies(combination, case)]


def _applies(rule: Combination, case: _Case) -> bool:
    """All groups have a code, here or before, and the conditions hold."""
    if rule.single_text and not case.single:
        return False
    known = case.codes | case.recent
    return all(group & known for group in rule.together) and _holds(rule.when, case, None)


def _holds(when: When, case: _Case, code: str | None) -> bool:
    return (
        _codes_hold(when, case, code)
        and _facts_hold(when, case.reply.facts, code)
        and _profile_holds(when, case)
        and (not when.onset or case.reply.onset in when.onset)
        and _score_holds(when, case)
        and len(_routine_groups(case)) >= when.routine_groups
    )


def _codes_hold(when: When, case: _Case, code: str | None) -> bool:
    known = case.codes | case.recent
    if when.codes and not when.codes & known:
        return False
    return not when.no_codes & known and not (when.alone and case.codes - {code})


def _facts_hold(when: When, facts: frozenset[str], code: str | None) -> bool:
    if not when.facts <= facts or when.no_facts & facts:
        return False
    if when.any_facts and not when.any_facts & facts:
        return False
    return all(f"{fact}:{code}" in facts for fact in when.near)


def _profile_holds(when: When, case: _Case) -> bool:
    if when.profile and not (case.profile.has(*when.profile) or when.told & case.reply.facts):
        return False
    return not case.profile.has(*when.no_profile)


def _score_holds(when: When, case: _Case) -> bool:
    score, usual = case.reply.weakness, case.profile.baseline
    if when.score is not None and score != when.score:
        return False
    if when.usual_at_most is not None and usual is not None and usual > when.usual_at_most:
        return False
    if when.usual_at_least is not None and (usual is None or usual < when.usual_at_least):
        return False
    rise = None if score is None or usual is None else score - usual
    if when.within_usual is not None and (rise is None or rise > when.within_usual):
        return False
    return when.score_up is None or (rise is not None and rise >= when.score_up)


def _routine_groups(case: _Case) -> frozenset[str]:
    signs = case.rules.signs
    present: Iterable[SignRule] = (signs[code] for code in case.codes if code in signs)
    return frozenset(rule.group for rule in present if rule.level is Disposition.ROUTINE)
