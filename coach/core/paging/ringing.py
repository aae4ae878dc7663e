"""The first words of a call about a case: why it rings, and what may be done now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from coach.core.escalation import denied_at, may_be_taken_over
from coach.core.model import CaseStepKind, Escalation, EscalationState
from coach.core.rota import OnCall

_NOBODYS: Mapping[str, str] = {"page.silent_take": "page.call_silent", "page.unreached_take": "page.call_unreached"}
_THEIRS: Mapping[str, str] = {
    "page.silent": "page.call_silent_yours",
    "page.unreached": "page.call_unreached_yours",
    "page.not_called": "page.call_not_called",
    "page.late": "page.call_late",
}


def first_words(case: Escalation, who: OnCall, now: datetime) -> str | None:
    """The template of what is said before a key is asked for; None when there is nothing to decide for this person.

    The case may have changed since it began to ring, so how the case stands decides first, and then why it rings.
    """
    why = _why(case, who)
    if case.state is EscalationState.RAISED:
        return _NOBODYS.get(why, "page.call")
    broken = may_be_taken_over(case, now)
    if case.owner == who.handle and (broken or case.state is EscalationState.ACKNOWLEDGED):
        return _THEIRS.get(why) or _as_it_stands(case, broken=broken)
    return "page.call_not_reached" if broken else None


def _why(case: Escalation, who: OnCall) -> str:
    """The wording of the last page to this person, by whichever way: a text may have come while it rang."""
    pages = (s for s in reversed(case.steps) if s.kind is CaseStepKind.PAGED and s.at >= case.clock)
    return next((step.note for step in pages if step.to == who.id), "")


def _as_it_stands(case: Escalation, *, broken: bool) -> str:
    """It rang for another reason than those of whoever has a case: they may have taken it meanwhile."""
    if not broken:
        return "page.call_have"
    return "page.call_not_called" if denied_at(case) is not None else "page.call_late"
