"""The life of a case as a state machine on values: raised, acknowledged, closed with a coded outcome."""

from __future__ import annotations

from dataclasses import dataclass

from coach.core.events import EscalationAcknowledged, EscalationClosed
from coach.core.model import Escalation, EscalationState


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """One of the coded ways in which a case may end."""

    id: str
    label: str


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
