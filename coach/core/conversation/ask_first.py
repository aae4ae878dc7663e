"""The one question before the full text, where what a case calls for depends on its answer (rule A5).

When it began, or whether they think of harming themselves: the answer, or half an hour without one, settles which text
follows. Weak legs without a figure: the figure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from coach.core.conversation import distress, self_harm, when_it_began
from coach.core.conversation.alarms import Told, text
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import DISTRESS, Moment
from coach.core.conversation.waiting_case import Held, asks, asks_only, case_of, needs_no_text
from coach.core.events import CheckInOpened, Event
from coach.core.model import Asked, Assessment, Channel, Kind, Status, Timer
from coach.core.trend import Decision


def held(moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]) -> Held | None:
    """What a case waits for before its full text; None when it is told at once at its own level."""
    began = when_it_began.is_open(moment, heard, decision, decisions)
    if began and when_it_began.may_wait(moment, heard, decision):
        until = when_it_began.held(moment, heard, decision, decisions)
        of_harm = bool(until.facts) and self_harm.asks(moment, heard, decisions)
        first = self_harm.question(moment) if of_harm else ()
        return replace(until, facts=(*first, *until.facts))  # the last question put is the one a figure answers
    if asks_only(moment, decision, Asked.SAFE) and self_harm.asks(moment, heard, decisions):
        return self_harm.held(moment, decision)
    return None


def besides(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """The questions that come without holding up a case: of self-harm, when a sign began, and for the score."""
    if moment.participant.status.has_left:
        return ()
    of_harm = self_harm.besides(moment, heard, decisions)
    return (*of_harm, *when_it_began.besides(moment, heard, decisions)) or _score_wanted(moment, heard, decisions)


def unanswered(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """A HELD timer came due: without an answer the full text goes out; the case is there already."""
    if timer.payload.get("about") == DISTRESS:
        return distress.unanswered(moment, timer)
    put_at = datetime.fromisoformat(timer.payload["at"])
    put = [c for c in moment.conversation.check_ins if c.opened_at == put_at and c.about is not None]
    question = min(put, key=lambda c: c.asked is not Asked.ONSET, default=None)
    case = case_of(moment, question) if question is not None else None
    if question is None or case is None or question.answered_at is not None or needs_no_text(moment, case):
        return ()
    because = f"did not say when it began, so it counts as urgent: {case.because}"
    if question.asked is not Asked.ONSET:
        because = f"did not answer the question of self-harm: {case.because}"
    rules = tuple(sorted(case.rules, key=lambda rule: not asks(moment, rule, Asked.ONSET)))
    told = Told(case.level, rules, because, Assessment(case.level))
    return (replace(text(moment, told), escalation_id=case.id),)


def _score_wanted(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """Weak legs told without a figure on a day that has none: the figure, by which the rules on scores can judge."""
    idle = moment.participant.status is Status.ACTIVE and moment.channel is Channel.SMS and heard.question is None
    if heard.reply.ask is not Asked.WEAKNESS or decisions or not idle or _has_score_today(moment):
        return ()
    question = CheckInOpened(Asked.WEAKNESS, moment.today, scheduled=False)
    return (question, moment.reply("check_in.weakness", "told of weak legs without a score"))


def _has_score_today(moment: Moment) -> bool:
    facts = moment.conversation.observations
    return any(fact.kind is Kind.WEAKNESS and fact.day == moment.today for fact in facts)
