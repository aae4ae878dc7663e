"""It got worse while a case is open: told as an answer to what is asked after the case.

That is a case of its own, so that somebody is paged about it whatever became of the first, and the person is told to be
seen today. After an emergency it is one again. The question that was asked stays open unless the text answers it too.
"""

from __future__ import annotations

from collections.abc import Iterator

from coach.core.conversation.alarms import WORSENED
from coach.core.conversation.case_answers import has_told, is_about
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import DISTRESS, Moment
from coach.core.conversation.told_worse import is_worse, question_of_case
from coach.core.events import CaseStepped, Event
from coach.core.model import CaseStepKind, Channel, CheckIn, Disposition, Escalation, EscalationState, Lane, Status
from coach.core.trend import Action, Decision, Rule, Seen

_NOT_CARRIED = frozenset({*Rule, DISTRESS, WORSENED})
"""Rules that judge scores, or an answer that was not given; the signs behind a case are behind the worsening too."""


def as_case(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """The decisions, with one case at least as grave as the worsening calls for; one text says all of it."""
    before = _case(moment, heard)
    if before is None or _is_paged(moment, before):
        return decisions
    level, cases = _calls_for(before), [one for one in decisions if one.action is Action.ESCALATE]
    if any(one.level is not None and one.level.rank >= level.rank for one in cases):
        return decisions
    carried = (rule for rule in before.rules if rule not in _NOT_CARRIED)
    rules = dict.fromkeys((*carried, *(rule for one in cases for rule in one.rules), WORSENED))
    because = " ".join(("Asked what came of a case, said that it got worse.", *(one.because for one in cases)))
    day = decisions[0].day if decisions else 1
    worse = Decision(day, Action.ESCALATE, level, tuple(rules), because)
    return (worse, *(one for one in decisions if one.action not in (Action.ESCALATE, Action.RECHECK)))


def noted(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> Iterator[Event]:
    """The step of the case that was asked about; said again while a page about it waits, the advice once more."""
    before, asked = _case(moment, heard), question_of_case(moment)
    if before is None or asked is None:
        return
    for case in moment.conversation.escalations:
        if is_about(asked, case):
            yield CaseStepped(case.id, CaseStepKind.ANSWERED, note="told that it got worse")
    told = any(one.action is Action.ESCALATE for one in decisions) or moment.participant.status.has_left
    if not told:
        yield moment.alarm("escalation.repeat_noted", Lane.URGENT, "said again that it got worse")


def _case(moment: Moment, heard: Heard) -> Escalation | None:
    """The gravest case that the worsening may be of: the one asked about, or an open one they were not seen for."""
    asked = question_of_case(moment)
    if asked is None or not is_worse(heard.reply.trend) or moment.participant.status is Status.WRONG_PERSON:
        return None
    return max(_may_be_meant(moment, asked), key=lambda case: (case.level.rank, case.id), default=None)


def _may_be_meant(moment: Moment, asked: CheckIn) -> Iterator[Escalation]:
    for case in moment.conversation.escalations:
        if is_about(asked, case) or (case.is_open and not has_told(case, Seen.YES)):
            yield case


def _calls_for(case: Escalation) -> Disposition:
    return max(case.level, Disposition.URGENT, key=lambda level: level.rank)


def _is_paged(moment: Moment, case: Escalation) -> bool:
    """Whether a case about the worsening waits already for somebody to take it; by text, and no emergency."""
    if moment.channel is Channel.VOICE or case.level is Disposition.EMERGENCY:
        return False
    waiting = (c for c in moment.conversation.escalations if c.state is EscalationState.RAISED)
    return any(WORSENED in other.rules for other in waiting)
