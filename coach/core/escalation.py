"""The life of a case as a state machine on values, and which text tells the person of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from coach.core.events import EscalationAcknowledged, EscalationClosed
from coach.core.model import Disposition, Escalation, EscalationState, Profile


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """One of the coded ways in which a case may end."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Telling:
    """A group of texts and when it is the right answer; what is empty fits everything.

    Every text is in a group of its own id. A case is told by that one text, so that no alarm depends on a choice; the
    answer to what calls for no care is drawn from its group.
    """

    level: Disposition
    group: str
    rules: frozenset[str] = frozenset()  # one of these signs or combinations is behind the case
    facts: frozenset[str] = frozenset()  # and one of these conditions or medicines is known
    now: bool = False  # and it cannot wait
    beside: frozenset[str] = frozenset()  # may stand beside those without calling for another text
    with_others: bool = False  # also when other signs of the same level stand beside these

    def fits(self, level: Disposition, rules: Collection[str], profile: Profile, *, now: bool) -> bool:
        """Whether this is a text for that case and person; `rules` are those of the case's own level."""
        apart = self.rules and not self.with_others and not (self.rules | self.beside).issuperset(rules)
        by_rule = not self.rules or (not apart and not self.rules.isdisjoint(rules))
        by_fact = not self.facts or profile.has(*self.facts)
        return self.level is level and by_rule and by_fact and (now or not self.now)


def telling(
    tellings: Iterable[Telling], level: Disposition, rules: Collection[str], profile: Profile, *, now: bool
) -> str:
    """The group of the first that fits. The loader has seen to it that each level has one for everybody."""
    return next(one.group for one in tellings if one.fits(level, rules, profile, now=now))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step is not possible, as one sentence for the person who tried."""

    sentence: str


def acknowledge(case: Escalation, staff: str) -> EscalationAcknowledged | Refusal:
    """Take a case. The second person to try learns who has it."""
    if case.state is EscalationState.CLOSED:
        return Refusal("This case is already closed; a new sign opens a new one.")
    if case.state is EscalationState.ACKNOWLEDGED:
        return Refusal(f"{case.owner} has already taken this case.")
    return EscalationAcknowledged(case.id, staff)


def close(
    case: Escalation, staff: str, outcome: str, note: str, outcomes: tuple[CaseOutcome, ...]
) -> EscalationClosed | Refusal:
    """End a case with an outcome of the list. Nothing else ever closes one."""
    if case.state is EscalationState.CLOSED:
        return Refusal("This case is already closed.")
    if outcome not in {known.id for known in outcomes}:
        return Refusal("Choose what came of this case from the list.")
    return EscalationClosed(case.id, staff, outcome, note.strip())
