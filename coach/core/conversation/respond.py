"""One received text, answered. This file is the only place where the order of policy stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from coach.core import escalation
from coach.core.conversation import (
    answers,
    call_plan,
    case_answers,
    commands,
    enrolment,
    function_answers,
    history,
    onboarding,
    question_sets,
    sarc_f,
    standing_watch,
    wishes,
)
from coach.core.conversation.hearing import Heard, hear, language_of
from coach.core.conversation.meaning import plain
from coach.core.conversation.moment import Moment
from coach.core.conversation.safety import emergency_line, ends_call, raised, safety, told_of_case
from coach.core.conversation.settling import settle, unsettled
from coach.core.events import CheckInOpened, EscalationRaised, Event, MessageQueued, Observed, Said, TaskRaised
from coach.core.handbook import Handbook, Word
from coach.core.model import Asked, Channel, Conversation, Disposition, InboundMessage, Intent, Kind, Status
from coach.core.programme import SHORT

_STRANGER_AGAIN = timedelta(days=30)
_WE_WRITE_TO = (Status.INVITED, Status.ACTIVE, Status.PAUSED)


def respond(
    conversation: Conversation, message: InboundMessage, handbook: Handbook, now: datetime
) -> tuple[Event, ...]:
    """Decide about one received text or spoken answer.

    The order: safety of the raw text, always; then opt-out; the open question; commands and questions; unclear.
    """
    moment = Moment(conversation, handbook, now, message.channel)
    if conversation.participant.status is Status.STRANGER:
        moment = moment.of(replace(moment.participant, language=language_of(message.body, moment)))
    heard = hear(moment, message)
    leaving = _leaving(moment, heard)
    safe = moment if leaving is None else moment.of(replace(moment.participant, status=leaving))
    course = history.course(conversation, handbook.trend)
    alarm = safety(safe, heard, course.state)
    asked_about = () if raised(alarm) else emergency_line(safe, heard)
    told = (*alarm, *asked_about)
    answered = _answer(moment, heard, told)
    questions = onboarding.on_start(moment, answered)
    asked = _without_replies(questions) if told else questions
    of_cases = case_answers.of_text(moment, heard)
    facts = escalation.watch((*_kept(moment, heard), *of_cases, *told, *answered, *asked), now)
    return (*facts, *standing_watch.following(moment, facts, course))


def cannot_wait(conversation: Conversation, message: InboundMessage, handbook: Handbook, now: datetime) -> bool:
    """Whether words said before a call has begun must be taken as an answer.

    That is an alarm or a wish to be left alone. Everything else may be an answering machine's.
    """
    moment = Moment(conversation, handbook, now, message.channel)
    heard = hear(moment, message)
    grave = heard.assessment.disposition.is_serious
    return grave or _leaving(moment, heard) is Status.OPTED_OUT


def _leaving(moment: Moment, heard: Heard) -> Status | None:
    """The standing of somebody who leaves with this very text."""
    if heard.reply.intent is Intent.STOP:
        return Status.OPTED_OUT
    if heard.reply.intent is Intent.WRONG_PERSON and moment.participant.status in _WE_WRITE_TO:
        return Status.WRONG_PERSON
    return None


def _kept(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """What is recorded of the text. What another person writes is no observation of the participant."""
    if moment.participant.status is Status.WRONG_PERSON:
        return tuple(fact for fact in heard.facts() if not isinstance(fact, Observed))
    if case_answers.is_word_of_staff(heard):
        return tuple(fact for fact in heard.facts() if not _counts(fact))
    return heard.facts()


def _counts(fact: Event) -> bool:
    """Whether a fact is a figure, which the code of a case must not be taken for."""
    return isinstance(fact, Observed) and fact.observation.value is not None and fact.observation.kind is not Kind.SIGN


def _answer(moment: Moment, heard: Heard, told: tuple[Event, ...]) -> tuple[Event, ...]:
    """What follows after safety. Whoever has been told what matters gets no lesser answer; only facts are added."""
    leaving = _leaving(moment, heard)
    if leaving is Status.OPTED_OUT:
        return commands.stop(moment, heard)
    if leaving is Status.WRONG_PERSON:
        return commands.wrong_person(moment, heard)
    if heard.asked is Asked.SAFE and heard.reply.yes is not None and not told:
        answered = answers.acknowledge(moment, heard)
        said_no_more = moment.participant.status.has_left and heard.reply.yes
        return (*answers.close_question(heard), *(() if said_no_more else answered))
    if case_answers.is_word_of_staff(heard):
        return case_answers.not_on_call(moment) if not told else ()
    if case_answers.answers(heard):
        word = commands.COMMANDS[Intent.HELP] if heard.reply.intent is Intent.HELP else case_answers.thanks
        return (*answers.close_question(heard), *(() if told else word(moment, heard)))
    if moment.participant.status is not Status.ACTIVE:
        return _not_active(moment, heard, told)
    return _active_after(moment, heard, told)


def _active_after(moment: Moment, heard: Heard, told: tuple[Event, ...]) -> tuple[Event, ...]:
    facts = _active(moment, heard)
    if not told:
        return facts
    goes_on = answers.answers_question(heard) and not ends_call(told)
    grave = any(isinstance(fact, EscalationRaised) and fact.level is Disposition.EMERGENCY for fact in told)
    open_yes = () if grave or any(isinstance(fact, TaskRaised) for fact in facts) else unsettled(heard)
    next_one = _next_in_call(moment, heard, told=told_of_case(told)) if goes_on else ()
    return (*_without_replies(facts), *open_yes, *next_one)


def _not_active(moment: Moment, heard: Heard, told: tuple[Event, ...]) -> tuple[Event, ...]:
    status = moment.participant.status
    if status is Status.WRONG_PERSON:
        return _wrong_person_returns(heard)
    if status is Status.INVITED and heard.asked is Asked.JOIN and not told:
        return enrolment.answer_invitation(moment, heard)
    if heard.is_word(Word.JOIN) and status is not Status.PAUSED:
        return _join_or_return(moment, heard)
    if heard.reply.intent in (Intent.START, Intent.RESUME) and status is not Status.STRANGER:
        return commands.start(moment, heard)
    if status is Status.PAUSED:
        return _active_after(moment, heard, told)
    if told or status.has_left:
        return ()
    return _stranger(moment, heard)


def _wrong_person_returns(heard: Heard) -> tuple[Event, ...]:
    """Whoever has this number now must not come back as the participant; staff sort it out."""
    if heard.is_word(Word.JOIN) or heard.reply.intent in (Intent.START, Intent.RESUME):
        return (TaskRaised("wrong_person_returns", "a number marked as another person's asks to take part"),)
    return ()


def _join_or_return(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    if moment.participant.enrolled_on is not None or commands.stopped_since(moment, heard):
        return commands.start(moment, heard)
    language = heard.keyword.language if heard.keyword else moment.language
    return enrolment.join_by_text(moment, language)


def _stranger(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    if heard.reply.intent is Intent.HELP:
        return commands.COMMANDS[Intent.HELP](moment, heard)
    by_word = commands.keyword(moment, heard) if heard.is_word(Word.CALLED) or heard.is_word(Word.SEEN) else None
    if by_word is not None and any(case.is_open for case in moment.conversation.escalations):
        return by_word
    if moment.participant.status is not Status.STRANGER:
        return (TaskRaised("invitation_unclear", "wrote before answering the invitation"),)
    task = TaskRaised("unknown_sender", "a number that is not enrolled wrote in")
    if moment.already_sent("stranger.hello", _STRANGER_AGAIN):
        return (task,)
    return (task, moment.reply("stranger.hello", "the number is not enrolled"))


def _active(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    if heard.is_word(Word.WHY):  # before any question: it answers none, and none is closed by it
        return (commands.why(moment),)
    to_own_question = _to_a_question_of_its_own(moment, heard)
    if to_own_question:
        return _with_one_question(moment, heard, to_own_question)
    if answers.answers_question(heard):
        next_one = _next_in_call(moment, heard, told=False)
        return (*answers.close_question(heard), *_following(moment, heard), *next_one)
    by_word = commands.keyword(moment, heard)
    if by_word is not None:
        return by_word
    if heard.reply.intent in commands.COMMANDS:
        return (*commands.COMMANDS[heard.reply.intent](moment, heard), *unsettled(heard))
    if heard.reply.intent is Intent.START:
        return commands.start(moment, heard)
    return _report_or_unclear(moment, heard)


def _to_a_question_of_its_own(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The answer to a question that has its own way of being read; empty when it is none."""
    if heard.asked is Asked.ZONE and heard.reply.intent not in commands.COMMANDS:
        return enrolment.answer_zone(moment, heard)
    if heard.asked is Asked.CHANGE and _wishes_only(heard):
        return wishes.answer(moment, heard)
    if heard.question is not None and heard.question.about == SHORT and answers.tells_how_they_are(heard):
        return answers.how_they_are(moment, heard)
    return sarc_f.left_out(moment, heard.question, plain(heard.message.body)) or onboarding.answer(moment, heard)


def _following(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The next question of a set, or a word of thanks with the question on joining that waited meanwhile."""
    of_another_answer = function_answers.corrected(moment, heard)
    if of_another_answer:
        return of_another_answer
    if heard.unsettled is not None and moment.channel is Channel.SMS:
        return (*answers.acknowledge(moment, heard), *settle(moment, heard))
    waiting = onboarding.after_answer(moment, heard) or question_sets.taken_up(moment, heard)
    return question_sets.next_of_set(moment, heard) or (*answers.acknowledge(moment, heard), *waiting)


def _with_one_question(moment: Moment, heard: Heard, facts: tuple[Event, ...]) -> tuple[Event, ...]:
    """A sign that must be asked about again comes alone; the question that would follow comes with its reminder."""
    again = settle(moment, heard)
    if not again:
        return facts
    kept = tuple(fact for fact in facts if not isinstance(fact, CheckInOpened | MessageQueued))
    return (*kept, *again)


def _wishes_only(heard: Heard) -> bool:
    """Whether a text can be the answer to a menu: no wish of another kind, and nothing told about the body."""
    other = heard.reply.intent in commands.COMMANDS or heard.keyword is not None
    return not other and not heard.reply.signs and not heard.reply.denied


def _report_or_unclear(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    reply = heard.reply
    figures = (reply.weakness, reply.trend)
    nothing_read = not reply.signs and not reply.denied and figures == (None, None)
    if heard.question is not None and heard.question.about == SHORT and nothing_read:
        return answers.not_fine(moment)
    if not nothing_read:
        noted = moment.chosen(answers.group_for_told(moment, heard), "told how it is")
        return (noted, *settle(moment, heard))
    again = settle(moment, heard)
    return again or onboarding.unreadable(moment, heard) or answers.not_understood(moment, heard)


def _next_in_call(moment: Moment, heard: Heard, *, told: bool) -> tuple[Event, ...]:
    return call_plan.goes_on(moment, heard, told=told) if moment.channel is Channel.VOICE else ()


def _without_replies(events: tuple[Event, ...]) -> tuple[Event, ...]:
    return tuple(event for event in events if not isinstance(event, Said | MessageQueued | CheckInOpened))
