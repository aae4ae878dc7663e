"""A call for help that names no sign: the number at once, one closed question, and a case when it stays unanswered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from coach.core.conversation.hearing import Heard
from coach.core.conversation.meaning import plain
from coach.core.conversation.moment import DISTRESS, QUESTION_OPEN, Moment
from coach.core.events import CheckInOpened, EscalationRaised, Event, TaskRaised, TimerSet
from coach.core.model import Asked, Channel, CheckIn, Disposition, Escalation, Lane, Timer, TimerKind

_ASKS_ABOUT_US = frozenset({"help", "info", "ayuda"})
"""Words by which the carriers want the sender to name itself (CTIA, "Messaging Principles", HELP)."""


def called_for_help(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The emergency number and the question whether it is one; a second call before its answer is a case at once."""
    task = TaskRaised("asked_for_help", "called for help without saying more")
    if _case(moment) is not None:
        return (task, *_words(moment, heard))
    if moment.channel is Channel.VOICE:
        said = moment.reply("help.text", "asked for help")
        return (task, said, *moment.ask_by_voice(Asked.RED_FLAG), _held(moment))
    if _waiting(moment) is not None:
        return (task, *_raised(moment, "called for help again before answering whether it is an emergency", moment.now))
    return (task, *_words(moment, heard), _held(moment))


def unanswered(moment: Moment, timer: Timer) -> tuple[Event, ...]:
    """The question was not answered in time: a case, and the number once more; nothing when something came of it."""
    since = datetime.fromisoformat(timer.payload["since"])
    put = [c for c in moment.conversation.check_ins if c.asked is Asked.RED_FLAG and c.opened_at >= since]
    answered = any(question.answered_at is not None for question in put)
    if answered or moment.participant.status.has_left or _grave_since(moment, since):
        return ()
    return _raised(moment, "called for help and did not say whether it is an emergency", since)


def unclear(moment: Moment, question: CheckIn) -> tuple[Event, ...]:
    """The warning signs were asked about, and what came was twice no clear no: held as a call for help is."""
    task = TaskRaised("unread_call", "the answer about warning signs could not be understood", f"unclear/{question.id}")
    return (task, _held(moment, question.opened_at))


def _words(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """Who we are for whoever asked with the carriers' word, then the question."""
    about_us = plain(heard.message.body) in _ASKS_ABOUT_US or heard.message.opt_out_type == "HELP"
    ours = (moment.reply("help.text", "asked for help"),) if about_us or moment.channel is Channel.VOICE else ()
    if moment.channel is Channel.VOICE:
        return (*ours, *moment.ask_by_voice(Asked.RED_FLAG))
    question = CheckInOpened(Asked.RED_FLAG, moment.today, scheduled=False, about=DISTRESS)
    return (*ours, question, moment.reply("distress.ask", "called for help without saying more"))


def _held(moment: Moment, asked_at: datetime | None = None) -> TimerSet:
    since = (asked_at or moment.now).isoformat()
    due = moment.now + moment.handbook.policy.distress
    return TimerSet(TimerKind.HELD, f"{TimerKind.HELD}/{DISTRESS}/{since}", due, {"about": DISTRESS, "since": since})


def _raised(moment: Moment, because: str, clock: datetime) -> tuple[Event, ...]:
    version = moment.handbook.rules_version
    case = EscalationRaised(Disposition.URGENT, (DISTRESS,), because, "", clock, version)
    return (case, replace(moment.alarm("distress.unanswered", Lane.URGENT, because), tells=True))


def _waiting(moment: Moment) -> CheckIn | None:
    open_now = (c for c in moment.open_questions() if c.asked is Asked.RED_FLAG and c.about == DISTRESS)
    return next((c for c in open_now if moment.now - c.opened_at <= QUESTION_OPEN), None)


def _case(moment: Moment) -> Escalation | None:
    """The case that an earlier call for help has opened, while it is open."""
    return next((c for c in moment.conversation.escalations if c.is_open and DISTRESS in c.rules), None)


def _grave_since(moment: Moment, since: datetime) -> bool:
    return any(case.level.is_serious and case.raised_at >= since for case in moment.conversation.escalations)
