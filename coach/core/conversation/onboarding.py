"""Getting to know somebody by text: one question a message, for a week, each of them free to be left out.

Whoever is reached by calls is not asked by text. What staff told on the form is not asked again; a form left wholly
empty told nothing. What nobody has told counts as the careful side (the gates marked `careful`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from coach.core import schedule
from coach.core.conversation import asking
from coach.core.conversation.answers import answers_question, close_question
from coach.core.conversation.enrolment import move_to
from coach.core.conversation.hearing import Heard
from coach.core.conversation.meaning import plain
from coach.core.conversation.moment import Moment
from coach.core.events import (
    CheckInClosed,
    CheckInOpened,
    DetailsChanged,
    Event,
    TaskRaised,
    TimersCleared,
    TimerSet,
)
from coach.core.model import Channel, Intent, Lane, Participant, Status, Timer, TimerKind
from coach.core.onboarding import COUNTRY, ELSEWHERE, SKIPPED, Answer, Form, Question, recorded, taken
from coach.core.programme import PromptKind, calendar, has_room

UNKNOWN_COUNTRY = "ZZ"
"""ISO 3166 keeps this code free for a country that is not known; its numbers are those that work almost everywhere."""

_AGAIN = (timedelta(hours=24), timedelta(hours=48))
"""How long an open question waits before it is put again: once after a day, once more after three."""

_PUT_AT_MOST = 3
_NOT_SO_SOON = timedelta(hours=3)

_ROOM = timedelta(hours=2)
"""So long after another question was put, that one is left to be answered first."""

_LAST_WORD = "onboarding.done"


# --- beginning and going on -------------------------------------------------------------------------------------------


def on_start(moment: Moment, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """What follows a decision that started the programme: the first question, or the next one of somebody back."""
    started = next((e for e in events if isinstance(e, DetailsChanged) and e.enrolled_on), None)
    if started is None or any(isinstance(event, CheckInOpened) for event in events):
        return ()
    person = moment.participant
    new = person.enrolled_on is None or person.status.has_left
    there = replace(person, zone=started.zone or person.zone, enrolled_on=started.enrolled_on, status=Status.ACTIVE)
    known = moment.of(there)
    if asking.begun(known) is not None:
        return go_on(known)
    return _begin(known) if new else ()


def _begin(moment: Moment) -> tuple[Event, ...]:
    person = moment.participant
    untold = moment.handbook.onboarding.untold_of(person.profile)
    known = moment.of(replace(person, profile=replace(person.profile, untold=untold)))
    details = (DetailsChanged(profile=known.participant.profile),) if untold else ()
    if not person.is_called:
        return (*details, *_next(known, moment.now))
    return (*details, *(_incomplete(known, "is reached by calls, so nobody has asked") if untold else ()))


def go_on(moment: Moment) -> tuple[Event, ...]:
    """Put the next question of a run that is going on, or end it; nothing for somebody who has none."""
    begun = asking.begun(moment)
    return _next(moment, begun) if begun is not None else ()


def after_answer(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The question that waited while another one was answered; not at once, and not for ever."""
    known = _afterwards(moment, heard, moment.participant)
    waiting = [question for question in asking.put(known) if question.answered_at is None]
    if len(waiting) >= _PUT_AT_MOST or (waiting and moment.now - waiting[-1].opened_at < _NOT_SO_SOON):
        return ()
    return go_on(known)


def _next(moment: Moment, begun: datetime) -> tuple[Event, ...]:
    if not _may_be_asked(moment):
        return ()
    question = asking.next_question(moment)
    if question is None:
        return _done(moment, begun)
    if _calm_from(moment) > moment.now:
        return _timer(moment, begun, _calm_from(moment), again=0)
    message = moment.reply(question.text, _why(question), **_choices(moment, question))
    return _put(moment, question, message, begun, again=1)


def _may_be_asked(moment: Moment) -> bool:
    person = moment.participant
    return person.status is Status.ACTIVE and not person.is_called and moment.channel is not Channel.VOICE


def _calm_from(moment: Moment) -> datetime:
    """When enough time has passed since the last emergency message; long ago for most people."""
    wait = moment.handbook.limits.after_emergency
    told = (message.at for message in moment.conversation.sent if message.lane is Lane.EMERGENCY)
    return max(told, default=moment.now - 2 * wait) + wait


def _put(moment: Moment, question: Question, message: Event, begun: datetime, again: int) -> tuple[Event, ...]:
    opened = CheckInOpened(question.asked, moment.today, scheduled=False, about=question.id)
    due = moment.now + _AGAIN[again - 1] if again <= len(_AGAIN) else begun + asking.WINDOW
    return (opened, message, *_timer(moment, begun, due, again))


def _timer(moment: Moment, begun: datetime, due: datetime, again: int) -> tuple[Event, ...]:
    """The one timer of a run: it puts the question again, and in the end closes the run."""
    person, closes = moment.participant, begun + asking.WINDOW
    by_day = schedule.first_allowed(due, person.zone or "UTC", person.quiet)
    at = min(by_day, closes)
    payload = {"begun": begun.isoformat(), "again": str(again)}
    timer = TimerSet(TimerKind.ONBOARDING, f"{TimerKind.ONBOARDING}/{at.isoformat()}", at, payload)
    return (TimersCleared((TimerKind.ONBOARDING,)), timer)


def _why(question: Question) -> str:
    return f"a question on joining: {question.fact}"


def _choices(moment: Moment, question: Question) -> dict[str, str]:
    return {"choices": question.choices(moment.language)} if question.options else {}


def _done(moment: Moment, begun: datetime) -> tuple[Event, ...]:
    if not asking.put(moment) or any(s.template == _LAST_WORD and s.at >= begun for s in moment.conversation.sent):
        return ()
    thanks = moment.reply(_LAST_WORD, "the last question was answered")
    return (TimersCleared((TimerKind.ONBOARDING,)), thanks, *_incomplete(moment, "has had every question"))


def _incomplete(moment: Moment, how: str) -> tuple[Event, ...]:
    facts = asking.missing(moment)
    return (TaskRaised("profile_incomplete", f"{how}; not known: {', '.join(facts)}"),) if facts else ()


# --- answers ----------------------------------------------------------------------------------------------------------


def answer(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """What an answer to the open question, or the wish to go on, causes; empty when the text is neither."""
    if heard.reply.intent is Intent.RESUME and moment.participant.status is Status.ACTIVE:
        return go_on(moment)
    question = asking.current(moment, heard.question)
    if question is None:
        return ()
    said = _read(moment, question, heard)
    return _answered(moment, heard, question, said) if said is not None else ()


def _read(moment: Moment, question: Question, heard: Heard) -> Answer | None:
    body = heard.message.body
    said = moment.handbook.onboarding.read(question, plain(body), body)
    if said is None and question.form is Form.OTHER and answers_question(heard):
        return Answer()
    return said


def _answered(moment: Moment, heard: Heard, question: Question, said: Answer) -> tuple[Event, ...]:
    """Closed as answered also when it was left out: it has had its turn."""
    questions = moment.handbook.onboarding.questions
    person = replace(moment.participant, profile=recorded(question, said, moment.participant.profile, questions))
    facts = (DetailsChanged(profile=person.profile),) if person != moment.participant else ()
    after = _afterwards(moment, heard, person)
    if question.field == ELSEWHERE:
        rest = _country(after, said)
    elif question.field == COUNTRY and said.yes is False:
        rest = _not_theirs(after)
    else:
        rest = go_on(after)
    return (*close_question(heard), *facts, *_tasks(question, said), *rest)


def _not_theirs(moment: Moment) -> tuple[Event, ...]:
    """The number named until now is wrong, so no alarm may name it again, whatever becomes of the next question."""
    known = moment.of(replace(moment.participant, country=UNKNOWN_COUNTRY))
    return (DetailsChanged(country=UNKNOWN_COUNTRY), *go_on(known))


def _tasks(question: Question, said: Answer) -> Iterable[Event]:
    for option in taken(question, said):
        if option.task is not None:
            yield TaskRaised(option.task, f"answered the question on joining: {question.fact}")
    if question.is_too_low(said):
        yield TaskRaised("under_age", f"says that they are {said.value} years old; the coach is for adults")


def _country(moment: Moment, said: Answer) -> tuple[Event, ...]:
    """Another country: its emergency number from now on, and its time zone when theirs is not there.

    Whoever does not say where they live must not go on hearing a number that they called wrong.
    """
    country = said.value or UNKNOWN_COUNTRY
    known = moment.of(replace(moment.participant, country=country))
    details = DetailsChanged(country=country)
    if country == UNKNOWN_COUNTRY:
        because = "the emergency number is not theirs, and their country is not on the list"
        task = () if said.options and said.options[0].task else (TaskRaised("emergency_number", because),)
        word = known.reply("onboarding.other_country", because)
        return (details, *task, word, *go_on(known))
    moved = move_to(known)
    asks_zone = any(isinstance(event, CheckInOpened) for event in moved)
    return (details, *moved, *(() if asks_zone else go_on(known)))


def unreadable(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """A text that is no answer: the question comes once more, then it counts as left out and a person reads it."""
    question = asking.current(moment, heard.question)
    if question is None or heard.question is None or moment.channel is Channel.VOICE:
        return ()
    opened = heard.question.opened_at
    if any(s.template == "onboarding.again" and s.at >= opened for s in moment.conversation.sent):
        task = TaskRaised("unread_text", "two answers to a question on joining could not be read")
        return (task, *_answered(moment, heard, question, SKIPPED))
    words = f"{moment.text('onboarding.again')} {moment.text(question.text, **_choices(moment, question))}"
    return (moment.answer("onboarding.again", words, "the answer could not be read"),)


def _afterwards(moment: Moment, heard: Heard, person: Participant) -> Moment:
    """The moment with what this text has told: the question closed, its facts known."""
    known = moment.conversation
    closed = tuple(
        replace(c, closed_at=moment.now, answered_at=moment.now) if c == heard.question else c for c in known.check_ins
    )
    observations = (*known.observations, *heard.observations)
    after = replace(known, participant=person, check_ins=closed, observations=observations)
    return replace(moment, conversation=after)


# --- time -------------------------------------------------------------------------------------------------------------


def remind(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """Put the open question again, later if this is no good time; after a week end the run."""
    person, again = moment.participant, int(timer.payload["again"])
    begun = datetime.fromisoformat(timer.payload["begun"])
    if not person.status.talks:
        return ()
    if moment.now >= begun + asking.WINDOW or person.is_called:
        return _close(moment)
    question = asking.next_question(moment)
    if question is None:
        return ()
    later = _better_time(moment)
    return _timer(moment, begun, later, again) if later else _put_again(moment, question, begun, again + 1)


def _better_time(moment: Moment) -> datetime | None:
    """When to try again if now is no good time: at night, in a pause, too near another question, or one too many."""
    person, zone = moment.participant, moment.participant.zone or "UTC"
    if _calm_from(moment) > moment.now:
        return _calm_from(moment)
    if schedule.is_quiet(moment.now, zone, person.quiet):
        return schedule.first_allowed(moment.now, zone, person.quiet)
    if person.status is Status.PAUSED or not _has_room(moment):
        return schedule.to_utc(moment.today + schedule.DAY, person.quiet.end, zone)
    other = moment.question()
    waits = other is not None and asking.current(moment, other) is None and moment.now - other.opened_at < _ROOM
    return moment.now + _ROOM if waits else None


def _has_room(moment: Moment) -> bool:
    """Whether the caps leave room beside the check-ins that are still to come that day, which always go."""
    programme = moment.handbook.programmes[moment.participant.programme]
    planned = calendar(programme, moment.participant, moment.now, 1)
    check_ins = sum(due.slot.kind is PromptKind.CHECK_IN for due in planned)
    return has_room(programme, moment.conversation, moment.today, kept_free=check_ins)


def _put_again(moment: Moment, question: Question, begun: datetime, again: int) -> tuple[Event, ...]:
    night = schedule.quiet_starts_after(moment.now, moment.participant.zone or "UTC", moment.participant.quiet)
    until, because = min(night - schedule.SECOND, begun + asking.WINDOW), f"{_why(question)}, not yet answered"
    message = moment.prompt(moment.named(question.text), until, because, **_choices(moment, question))
    return _put(moment, question, message, begun, again)


def _close(moment: Moment) -> tuple[Event, ...]:
    still_open = (c for c in moment.open_questions() if asking.current(moment, c) is not None)
    closed = tuple(CheckInClosed(question.id, answered=False) for question in still_open)
    return (*closed, *_incomplete(moment, "did not answer every question on joining within a week"))
