"""The life of a case as a state machine on values, and which text tells the person of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coach.core.events import (
    CaseStepped,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    EscalationPassed,
    EscalationRaised,
    EscalationRelevelled,
    EscalationReopened,
    Event,
    TimerSet,
)
from coach.core.model import CaseStepKind, Disposition, Escalation, EscalationState, Profile, TimerKind

_CODES, _FIRST_CODE, _STRIDE = 9000, 1000, 7919
_BACK = pow(_STRIDE, -1, _CODES)
_ANSWER = re.compile(r"\W*(ack|tomo|pass|paso|spoke|habl[eé])(?:\W*(\d{4}))?\W*", re.IGNORECASE)
NOT_REACHED = "not_reached"
"""The note of a step ANSWERED by which the person says that nobody has reached them."""

_WAKING = (
    EscalationRaised,
    EscalationAcknowledged,
    EscalationPassed,
    EscalationContacted,
    EscalationReopened,
    EscalationRelevelled,
)
_WAKING_STEPS = frozenset({CaseStepKind.PAGE_FAILED, CaseStepKind.SILENT, CaseStepKind.UNREACHED})


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """One of the coded ways in which a case may end."""

    id: str
    label: str
    ends_follow_up: bool = False  # after it the person is not asked what came of it


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


def acknowledge(
    case: Escalation, staff: str, contact_by: datetime | None = None, now: datetime | None = None
) -> EscalationAcknowledged | Refusal:
    """Take a case. The second person to try learns who has it, unless the promise to reach the person is broken by now.

    `contact_by` is when the person should have been reached by the one who takes it.
    """
    if case.state is EscalationState.CLOSED:
        return Refusal("This case is already closed; a new sign opens a new one.")
    if case.owner == staff:
        return Refusal("You have this case already.")
    if case.owner is not None and not may_be_taken_over(case, now):
        return Refusal(f"{case.owner} has already taken this case.")
    return EscalationAcknowledged(case.id, staff, contact_by)


def may_be_taken_over(case: Escalation, now: datetime | None) -> bool:
    """Whether somebody has the case and the promise is broken: its time has passed, or the person denies the call."""
    late = now is not None and case.contact_by is not None and case.contact_by < now
    return (late and case.state is EscalationState.ACKNOWLEDGED) or denied_at(case) is not None


def pass_on(case: Escalation, staff: str) -> EscalationPassed | Refusal:
    """Give a case on: whoever has it, or was asked to take it, cannot see to it."""
    if case.state is EscalationState.CLOSED:
        return Refusal("This case is already closed.")
    if case.owner not in (None, staff):
        return Refusal(f"{case.owner} has this case; only they can pass it on.")
    return EscalationPassed(case.id, staff)


def contacted(case: Escalation, staff: str | None, note: str = "") -> EscalationContacted | Refusal:
    """Somebody spoke with the person. It takes a case that nobody has; without `staff` the person said so.

    It may be noted again once the person has denied it.
    """
    if case.state is EscalationState.CLOSED:
        return Refusal("This case is already closed.")
    if case.state is EscalationState.CONTACTED and denied_at(case) is None:
        return Refusal("It is already noted that somebody spoke with the person.")
    if staff is None and case.owner is None:
        return Refusal("Nobody has taken this case yet.")
    return EscalationContacted(case.id, staff, note.strip())


def denied_at(case: Escalation) -> datetime | None:
    """When the person first said that nobody has reached them, after it was noted that somebody spoke with them."""
    if case.state is not EscalationState.CONTACTED:
        return None
    noted = [place for place, step in enumerate(case.steps) if step.kind is CaseStepKind.CONTACTED]
    since = case.steps[noted[-1] + 1 :] if noted else ()
    told = (step.at for step in since if (step.kind, step.note) == (CaseStepKind.ANSWERED, NOT_REACHED))
    return next(told, None)


def close(
    case: Escalation, staff: str, outcome: str, note: str, outcomes: tuple[CaseOutcome, ...]
) -> EscalationClosed | Refusal:
    """End a case with an outcome of the list. Nothing else ever closes one."""
    if case.state is EscalationState.CLOSED:
        return Refusal("This case is already closed.")
    if outcome not in {known.id for known in outcomes}:
        return Refusal("Choose what came of this case from the list.")
    return EscalationClosed(case.id, staff, outcome, note.strip())


def reopen(case: Escalation, staff: str | None, because: str) -> EscalationReopened | Refusal:
    """Open a closed case again; then nobody has it and paging begins anew. Without `staff` an answer did it."""
    if case.is_open:
        return Refusal("This case is still open.")
    if not because.strip():
        return Refusal("Say why this case is opened again.")
    return EscalationReopened(case.id, staff, because.strip())


def relevel(case: Escalation, level: Disposition, because: str) -> EscalationRelevelled | Refusal:
    """Change the level of an open case after an answer."""
    if not case.is_open:
        return Refusal("This case is already closed.")
    if case.level is level:
        return Refusal("This case has that level already.")
    return EscalationRelevelled(case.id, level, because)


def stage(case: Escalation) -> str:
    """How far a case is, in one word for people: its state, or `told` or `paged` while nobody has it."""
    if case.state is not EscalationState.RAISED:
        return case.state.value
    since = [step.kind for step in case.steps if step.at >= case.clock]
    reached = (kind for kind in (CaseStepKind.PAGED, CaseStepKind.TOLD) if kind in since)
    return next(reached, CaseStepKind.RAISED).value


def watch(events: tuple[Event, ...], now: datetime) -> tuple[Event, ...]:
    """The facts of a decision, with a look at the person's cases right after it when it changed any of them."""
    if not any(_wakes(event) for event in events):
        return events
    return (*events, case_timer(now))


def case_timer(at: datetime) -> TimerSet:
    """The next look at all open cases of a person. One lost, doubled or late does no harm."""
    return TimerSet(TimerKind.CASE, f"{TimerKind.CASE}/{at.isoformat()}", at)


def _wakes(event: Event) -> bool:
    return isinstance(event, _WAKING) or (isinstance(event, CaseStepped) and event.kind in _WAKING_STEPS)


def page_code(case_id: int) -> str:
    """Four digits that name a case in a text: codes of neighbours lie far apart, and 9000 cases share none."""
    return str(_FIRST_CODE + case_id * _STRIDE % _CODES)


def case_ids_of(code: str, newest_id: int) -> tuple[int, ...]:
    """The cases up to the newest that a code may name, newest first; none for what is no code."""
    if not (code.isascii() and code.isdigit()) or not _FIRST_CODE <= int(code) < _FIRST_CODE + _CODES:
        return ()
    lowest = (int(code) - _FIRST_CODE) * _BACK % _CODES
    return tuple(case_id for case_id in reversed(range(lowest, newest_id + 1, _CODES)) if case_id)


class PageVerb(StrEnum):
    """What somebody on call may answer to a page."""

    ACK = "ack"
    PASS = "pass"  # noqa: S105 - the word of the answer
    SPOKE = "spoke"


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """An answer to a page, with the code of the case when it was given."""

    verb: PageVerb
    code: str | None = None


_VERBS = {"ack": PageVerb.ACK, "tomo": PageVerb.ACK, "pass": PageVerb.PASS, "paso": PageVerb.PASS}


def page_answer(text: str) -> PageAnswer | None:
    """A text as an answer to a page: the word and the code and nothing else, in either language; else None."""
    found = _ANSWER.fullmatch(text.strip())
    if found is None:
        return None
    return PageAnswer(_VERBS.get(found[1].lower(), PageVerb.SPOKE), found[2])
