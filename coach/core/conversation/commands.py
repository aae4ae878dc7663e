"""What a person may ask of the coach at any time, and how leaving and coming back work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from coach.core import explain
from coach.core.conversation import distress, wishes
from coach.core.conversation.enrolment import join_by_text, record_consent, restart
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import Moment
from coach.core.events import CheckInClosed, Event, OutboxCleared, StatusChanged, TaskRaised, TimersCleared, TimerSet
from coach.core.handbook import Word
from coach.core.model import OF_THE_PERSON, Channel, EscalationState, Intent, Kind, Lane, Status, TimerKind
from coach.core.programme import scores

_OF_THE_PROGRAMME = (TimerKind.PROMPT, TimerKind.PROGRAMME_END, TimerKind.REMIND, TimerKind.RESUME)
_PAUSE = timedelta(days=7)
_THANKS_AGAIN = timedelta(hours=12)
_GENERAL_AGAIN = timedelta(days=7)
_NOT_MEDICAL = ("faq.other", "faq.programme")


def stop(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """Opt-out: everything waiting is dropped; one confirmation, unless the carrier has just given it.

    A question about the sender's own words never arises here: the carrier's list matches single words only, while any
    reasonable wording counts (47 CFR 64.1200(a)(10)).
    """
    if moment.participant.status is Status.WRONG_PERSON:
        return (record_consent(moment, "revoked", heard.message.body), *_questions_dropped(moment))
    left = (
        record_consent(moment, "revoked", heard.message.body),
        OutboxCleared((Lane.REPLY, Lane.PROMPT), "opted out"),
        TimersCleared(OF_THE_PERSON),
        StatusChanged(Status.OPTED_OUT),
        *_questions_dropped(moment),
    )
    if moment.participant.status is Status.OPTED_OUT:
        return left
    return (
        *left,
        *_confirmation(moment, heard),
        *_open_case_task(moment),
    )


def _confirmation(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    confirmed_by_carrier = heard.message.opt_out_type == "STOP" or heard.is_word(Word.CARRIER_STOP)
    if confirmed_by_carrier and moment.channel is Channel.SMS:
        return ()
    return (moment.reply("stop.done", "the one confirmation of an opt-out"),)


def _questions_dropped(moment: Moment) -> tuple[Event, ...]:
    return tuple(CheckInClosed(question.id, answered=False) for question in moment.open_questions())


def _open_case_task(moment: Moment) -> tuple[Event, ...]:
    cases = moment.conversation.escalations
    if any(case.level.is_serious and case.state is not EscalationState.CLOSED for case in cases):
        return (TaskRaised("opted_out_with_open_case", "opted out while an urgent case is open"),)
    return ()


def start(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """START from somebody who left after agreeing resumes; from anybody else it is the wish to join."""
    person = moment.participant
    if stopped_since(moment, heard):
        return ()
    if person.status is Status.ACTIVE:
        return (moment.reply("enrol.already", "is already taking part"),)
    if person.status is Status.PAUSED and person.enrolled_on is None:
        return _resume(moment, heard)
    if person.enrolled_on is None:
        return join_by_text(moment, moment.language)
    back = moment.reply("start.back", "came back")
    return (
        record_consent(moment, "confirmed", heard.message.body),
        TimersCleared((TimerKind.RESUME,)),
        StatusChanged(Status.ACTIVE),
        back,
        *restart(moment),
    )


def stopped_since(moment: Moment, heard: Heard) -> bool:
    """A STOP that came after this text was decided before it: the later word holds."""
    return any(
        fact.kind is Kind.HEARD and fact.code == Intent.STOP.value and fact.at > heard.message.received_at
        for fact in moment.conversation.observations
    )


def wrong_person(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """Somebody else has this number: personal content ends at once, and staff find out."""
    return (
        record_consent(moment, "revoked", heard.message.body),
        OutboxCleared((Lane.URGENT, Lane.REPLY, Lane.PROMPT), "wrong person"),
        TimersCleared(OF_THE_PERSON),
        StatusChanged(Status.WRONG_PERSON),
        *_questions_dropped(moment),
        moment.reply("wrong_person.done", "the number belongs to somebody else"),
        TaskRaised("wrong_person", "somebody else answers at this number"),
    )


def _pause(moment: Moment, _heard: Heard) -> tuple[Event, ...]:
    due = moment.now + _PAUSE
    return (
        StatusChanged(Status.PAUSED),
        TimersCleared(_OF_THE_PROGRAMME),
        OutboxCleared((Lane.PROMPT,), "paused"),
        TimerSet(TimerKind.RESUME, f"{TimerKind.RESUME}/{due.date()}", due),
        moment.reply("pause.done", "asked for a pause"),
    )


def _resume(moment: Moment, _heard: Heard) -> tuple[Event, ...]:
    return (
        StatusChanged(Status.ACTIVE),
        TimersCleared((TimerKind.RESUME,)),
        moment.reply("resume.done", "asked to go on"),
        *restart(moment),
    )


def _human(moment: Moment, _heard: Heard) -> tuple[Event, ...]:
    return moment.for_staff("human", "asked for a person", "human.noted")


def _question(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """General knowledge; that it is no diagnosis is said once a week at most."""
    topic = heard.reply.topic or "other"
    answer = f"faq.{topic}" if f"faq.{topic}" in moment.handbook.library.templates else "faq.other"
    said_lately = any(
        s.template.startswith("faq.") and moment.now - s.at < _GENERAL_AGAIN for s in moment.conversation.sent
    )
    is_general = answer not in _NOT_MEDICAL and not said_lately
    if moment.channel is Channel.VOICE:
        lines = (answer, "faq.general_info") if is_general else (answer,)
        return tuple(moment.reply(line, "asked a question") for line in lines)
    tail = " " + moment.text("faq.general_info") if is_general else ""
    return (moment.answer(answer, moment.text(answer) + tail, "asked a question"),)


def _thanks(moment: Moment, _heard: Heard) -> tuple[Event, ...]:
    if moment.already_sent("thanks.reply", _THANKS_AGAIN):
        return ()
    return (moment.reply("thanks.reply", "said thanks"),)


COMMANDS: Mapping[Intent, Callable[[Moment, Heard], tuple[Event, ...]]] = {
    Intent.HELP: distress.called_for_help,
    Intent.PAUSE: _pause,
    Intent.RESUME: _resume,
    Intent.LESS: wishes.less,
    Intent.MORE: wishes.more,
    Intent.CHANGE: wishes.change,
    Intent.HUMAN: _human,
    Intent.QUESTION: _question,
    Intent.THANKS: _thanks,
}
"""What an active person may want, by intent."""


def keyword(moment: Moment, heard: Heard) -> tuple[Event, ...] | None:
    """A word that answers an alarm or asks for the record; None when the text is no such word."""
    if heard.keyword is None:
        return None
    match heard.keyword.word:
        case Word.CALLED:
            return (moment.reply("ack.called", "said that help was called"),)
        case Word.SEEN:
            return (moment.reply("ack.seen", "was seen by a clinician"),)
        case Word.BOOKED:
            return (moment.reply("ack.booked", "booked a visit"),)
        case Word.LOG:
            return (moment.reply("log.summary", "asked for the record", **_figures(moment)),)
        case Word.WHY:
            return (why(moment),)
        case Word.JOIN:
            return (moment.reply("enrol.already", "is already taking part"),)
    return None


def why(moment: Moment) -> Event:
    """What the last advice, or its absence, rested on."""
    grounds = explain.for_person(moment.conversation, moment.handbook, moment.now)
    return moment.reply(grounds.template, "asked why", **grounds.values)


def _figures(moment: Moment) -> dict[str, str]:
    given = scores(moment.conversation.observations)
    if not given:
        return {"days": "0", "score": "-", "lowest": "-", "highest": "-"}
    values = [score.value or 0 for score in given]
    days = (moment.today - given[0].day).days + 1
    figures = {"days": str(days), "score": f"{values[-1]:g}"}
    return figures | {"lowest": f"{min(values):g}", "highest": f"{max(values):g}"}
