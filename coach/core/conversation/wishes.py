"""What a person may change by text: how many messages, the hour of check-ins, texts or calls, the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time, timedelta

from coach.core.conversation.hearing import Heard
from coach.core.conversation.meaning import plain
from coach.core.conversation.moment import Moment
from coach.core.conversation.timetable import begin
from coach.core.events import CheckInClosed, CheckInOpened, ConsentRecorded, DetailsChanged, Event, TaskRaised
from coach.core.model import Asked, Channel, Density, Language

EARLIEST, LATEST = 10, 18
"""The local hours at which check-ins may be asked for; their evening must be left for an answer and its follow-up."""

_NOON = 12
_ONE_DAY = timedelta(days=1)
_HOUR = re.compile(
    r"(?:a las |at )?(\d{1,2})(?: 00)?(?: ?h| hrs?| horas| oclock)?(?: (?:de la )?(am|pm|tarde|manana))?"
)
_LANGUAGES = {"1": Language.EN, "english": Language.EN, "ingles": Language.EN}
_LANGUAGES |= {"2": Language.ES, "spanish": Language.ES, "espanol": Language.ES}
_CHANNELS = {"1": Channel.SMS, "texts": Channel.SMS, "text": Channel.SMS, "mensajes": Channel.SMS}
_CHANNELS |= {"2": Channel.VOICE, "calls": Channel.VOICE, "call": Channel.VOICE, "llamadas": Channel.VOICE}


def less(moment: Moment, _heard: Heard) -> tuple[Event, ...]:
    """Fewer prompts, one degree at a time; check-ins stay, because the rules on scores need them."""
    return _shifted(moment, -1, "less")


def more(moment: Moment, _heard: Heard) -> tuple[Event, ...]:
    """More prompts, one degree at a time."""
    return _shifted(moment, 1, "more")


def _shifted(moment: Moment, by: int, wish: str) -> tuple[Event, ...]:
    degrees = tuple(Density)
    place = moment.participant.density.rank + by
    if not 0 <= place < len(degrees):
        end = {"less": "less.least", "more": "more.most"}[wish]
        return (moment.reply(end, f"asked for {wish} than there is"),)
    density = degrees[place]
    changed = replace(moment.participant, density=density)
    done = moment.reply(f"{wish}.done", f"asked for {wish} messages")
    return (DetailsChanged(density=density), *begin(moment, changed), done)


def change(moment: Moment, _heard: Heard) -> tuple[Event, ...]:
    """What should change? One menu, then one question."""
    if moment.channel is Channel.VOICE:
        return _for_staff(moment)
    return _ask(moment, "menu", "asked for a change")


def answer(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The answer to the menu or to one of its questions; what cannot be read goes to staff."""
    said = plain(heard.message.body)
    closed = (CheckInClosed(heard.question.id, answered=True),) if heard.question else ()
    read = _READERS.get(heard.question.about or "menu" if heard.question else "menu", _menu)
    return (*closed, *read(moment, heard, said))


def _ask(moment: Moment, about: str, because: str) -> tuple[Event, ...]:
    question = CheckInOpened(Asked.CHANGE, moment.today, scheduled=False, about=about)
    return (question, moment.reply(f"change.{about}", because))


def _menu(moment: Moment, _heard: Heard, said: str) -> tuple[Event, ...]:
    about = {"1": "hour", "2": "channel", "3": "language"}.get(said)
    return _ask(moment, about, "chose what to change") if about else _for_staff(moment)


def _hour(moment: Moment, _heard: Heard, said: str) -> tuple[Event, ...]:
    hour = _hour_in(said)
    if hour is None:
        if moment.already_sent("change.hour_again", within=_ONE_DAY):
            return _for_staff(moment)
        question = CheckInOpened(Asked.CHANGE, moment.today, scheduled=False, about="hour")
        return (question, moment.reply("change.hour_again", "the hour could not be read"))
    changed = replace(moment.participant, ask_at=time(hour))
    done = moment.reply("change.hour_done", "chose the hour of check-ins", hour=f"{hour}:00")
    return (DetailsChanged(ask_at=time(hour)), *begin(moment, changed), done)


def _hour_in(said: str) -> int | None:
    """The hour meant; 1 to 6 without more are afternoon hours, because the others are not to be had."""
    found = _HOUR.fullmatch(said)
    if found is None:
        return None
    hour = int(found[1])
    if hour < _NOON and (found[2] in ("pm", "tarde") or (found[2] is None and hour < EARLIEST)):
        hour += _NOON
    return hour if EARLIEST <= hour <= LATEST else None


def _channel(moment: Moment, heard: Heard, said: str) -> tuple[Event, ...]:
    channel = _CHANNELS.get(said)
    if channel is None:
        return _for_staff(moment)
    version = moment.handbook.library.templates["change.channel"].version
    asked_for = ConsentRecorded("confirmed", "change.channel", version, heard.message.body, channel)
    done = moment.reply(f"change.channel_done_{channel.value}", "chose texts or calls")
    return (asked_for, DetailsChanged(channel=channel), done)


def _language(moment: Moment, _heard: Heard, said: str) -> tuple[Event, ...]:
    language = _LANGUAGES.get(said)
    if language is None:
        return _for_staff(moment)
    person = replace(moment.participant, language=language)
    speaking = replace(moment, conversation=replace(moment.conversation, participant=person))
    done = speaking.reply("change.language_done", "chose the language")
    return (DetailsChanged(language=language.value), done)


def _for_staff(moment: Moment) -> tuple[Event, ...]:
    because = "asked for a change"
    return (TaskRaised("change", because), moment.reply("change.noted", because))


_READERS: Mapping[str, Callable[[Moment, Heard, str], tuple[Event, ...]]] = {
    "menu": _menu,
    "hour": _hour,
    "channel": _channel,
    "language": _language,
}
