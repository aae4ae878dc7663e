"""What the words of a person do to their cases: called, seen, booked, reached or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from coach.core import escalation
from coach.core.conversation.hearing import Heard
from coach.core.conversation.meaning import plain
from coach.core.conversation.moment import DISTRESS, Moment
from coach.core.escalation import PageVerb
from coach.core.events import CaseStepped, EscalationContacted, Event, Said, TaskRaised
from coach.core.handbook import Word
from coach.core.model import (
    Asked,
    CaseStepKind,
    Channel,
    CheckIn,
    Disposition,
    Escalation,
    EscalationState,
    Kind,
    Status,
)
from coach.core.paging import NOT_REACHED
from coach.core.trend import Seen

_ABOUT = "case/"
_CALLED = "has called for help"
_NOTES = {Seen.YES: "was seen by a clinician", Seen.BOOKED: "has booked a visit", Seen.NOT_YET: "not seen yet"}


def about(case: Escalation) -> str:
    """What a question about a case is about, so that its answer finds the case again."""
    return f"{_ABOUT}{case.id}"


def is_about(question: CheckIn, case: Escalation) -> bool:
    """Whether a question was put about a case."""
    return question.about == about(case)


def rounds(case: Escalation) -> int:
    """How often the case was opened again; questions and work of an earlier round are over."""
    return sum(step.kind is CaseStepKind.REOPENED for step in case.steps)


def not_seen(case: Escalation, because: str) -> TaskRaised:
    """Work for a coordinator, once for each round of a case: the person still has to be seen or to book."""
    kind = "urgent_not_seen" if case.level.is_serious else "routine_not_booked"
    return TaskRaised(kind, because, key=f"{kind}/{case.id}/{rounds(case)}")


def of_text(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The steps of the cases that a text answers. It never closes a case; “not yet” opens a closed one again."""
    if moment.participant.status is Status.WRONG_PERSON:
        return ()
    facts = (*_called(moment, heard), *_seen(moment, heard), *_reached(moment, heard))
    return (*facts, escalation.case_timer(moment.now)) if _wants_look(facts) else facts


def _wants_look(facts: tuple[Event, ...]) -> bool:
    """A step ANSWERED alone wakes nobody; that nobody phoned must."""
    steps = (fact for fact in facts if isinstance(fact, CaseStepped))
    return any(step.note == NOT_REACHED for step in steps)


def answers(heard: Heard) -> bool:
    """Whether a text answers a question of ours that anybody may be asked, whether they take part or not."""
    ours = heard.asked is Asked.REACHED or (heard.question is not None and heard.question.about == DISTRESS)
    return ours and heard.reply.yes is not None


def is_word_of_staff(heard: Heard) -> bool:
    """Whether a text, from a number that is not on call, answers a page: with a code, or ACK alone."""
    said = escalation.page_answer(heard.message.body)
    return said is not None and (said.code is not None or plain(heard.message.body) == PageVerb.ACK)


def not_on_call(moment: Moment) -> tuple[Event, ...]:
    """Said plainly, so that nobody believes they have taken a case; nothing to whoever has left."""
    if moment.participant.status.has_left:
        return ()
    return (moment.reply("page.not_on_call", "answered a page from a number that is not on call"),)


def thanks(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The word back to such an answer."""
    if heard.asked is Asked.REACHED:
        template = "reached.yes" if heard.reply.yes else "reached.no"
        word = moment.reply(template, "said whether somebody from the team phoned")
    else:
        word = moment.reply("distress.no", "said that it is no emergency")
    if moment.channel is not Channel.VOICE:
        return (word,)
    return (word, Said("voice.goodbye", moment.text("voice.goodbye")))


def knows_what_to_do(case: Escalation) -> bool:
    """Whether the person has said since the case began that they called for help, or were seen."""
    called = (
        (step.kind, step.note) == (CaseStepKind.ANSWERED, _CALLED) for step in case.steps if step.at >= case.clock
    )
    return has_told(case, Seen.YES) or any(called)


def has_told(case: Escalation, *what: Seen) -> bool:
    """Whether the person has answered one of these about this very case since it was opened."""
    notes = {_NOTES[one] for one in what}
    since = case.clock
    return any(s.kind is CaseStepKind.ANSWERED and s.note in notes and s.at >= since for s in case.steps)


def _called(moment: Moment, heard: Heard) -> Iterator[Event]:
    if not heard.is_word(Word.CALLED):
        return
    case = _newest(moment, Disposition.EMERGENCY) or _newest(moment, Disposition.URGENT) or _newest(moment)
    if case is not None:
        yield CaseStepped(case.id, CaseStepKind.ANSWERED, note=_CALLED)


def _seen(moment: Moment, heard: Heard) -> Iterator[Event]:
    told = next((Seen(str(fact.code)) for fact in heard.observations if fact.kind is Kind.SEEN), None)
    case = _asked_about(moment, heard) if heard.asked is Asked.SEEN else None
    case = case or (_fitting(moment, told) if told is not None else None)
    if told is None or case is None:
        return
    yield CaseStepped(case.id, CaseStepKind.ANSWERED, note=_NOTES[told])
    if told is Seen.NOT_YET:
        yield from _still_unseen(moment, case)


def _still_unseen(moment: Moment, case: Escalation) -> Iterator[Event]:
    because = "told that no clinician has seen them yet"
    again = escalation.reopen(case, None, because)
    if not isinstance(again, escalation.Refusal):
        yield again
        return
    last_day = timedelta(days=max(moment.handbook.policy.follow_up.routine.days))
    if case.level.is_serious or moment.today - _local_day(moment, case) >= last_day:
        yield not_seen(case, because)


def _reached(moment: Moment, heard: Heard) -> Iterator[Event]:
    """A yes is believed for every case that the same person on call has; a no has them paged."""
    asked = _asked_about(moment, heard) if heard.asked is Asked.REACHED else None
    if asked is None or heard.reply.yes is None:
        return
    for case in moment.conversation.escalations:
        if case.is_open and (case.id == asked.id or _was_due_then(case, asked, heard)):
            yield _told_reached(case, reached=heard.reply.yes)


def _was_due_then(case: Escalation, asked: Escalation, heard: Heard) -> bool:
    """Whether the same person was to have phoned about this case too when it was asked; a newer one is another call."""
    same = case.state is EscalationState.ACKNOWLEDGED and case.owner == asked.owner
    put = heard.question.opened_at if heard.question is not None else None
    return same and put is not None and case.contact_by is not None and case.contact_by <= put


def _told_reached(case: Escalation, *, reached: bool) -> Event:
    if not reached:
        return CaseStepped(case.id, CaseStepKind.ANSWERED, note=NOT_REACHED)
    fact = escalation.contacted(case, None, "told by the person")
    if isinstance(fact, EscalationContacted):
        return fact
    return CaseStepped(case.id, CaseStepKind.ANSWERED, note="was phoned by the team")


def _asked_about(moment: Moment, heard: Heard) -> Escalation | None:
    question = heard.question
    cases = moment.conversation.escalations
    return next((case for case in cases if question is not None and is_about(question, case)), None)


def _fitting(moment: Moment, told: Seen) -> Escalation | None:
    """The newest open case that the word may be about: a booking rather a routine one, a visit any."""
    if told is Seen.BOOKED:
        return _newest(moment, Disposition.ROUTINE) or _newest(moment)
    return _newest(moment)


def _newest(moment: Moment, level: Disposition | None = None) -> Escalation | None:
    fitting = [c for c in moment.conversation.escalations if c.is_open and level in (None, c.level)]
    return fitting[-1] if fitting else None


def _local_day(moment: Moment, case: Escalation) -> date:
    return Moment(moment.conversation, moment.handbook, case.clock).today
