"""What a person may change by text: how many messages, the hour of check-ins, texts or calls, the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time, timedelta

from coach.core.conversation.answers import close_question
from coach.core.conversation.hearing import Heard
from coach.core.conversation.meaning import plain
from coach.core.conversation.moment import Moment
from coach.core.conversation.timetable import begin
from coach.core.events import CheckInOpened, ConsentRecorded, DetailsChanged, Event, TaskRaised
from coach.core.model import Asked, Channel, Density, Language
from coach.core.programme import Limits

_FOR_STAFF = ("change", "asked for a change", "change.noted")
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
        return moment.for_staff(*_FOR_STAFF)
    return _ask(moment, "menu", "asked for a change")


def answer(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The answer to the menu or to one of its questions; what cannot be read goes to staff."""
    said = plain(heard.message.body)
    read = _READERS.get(heard.question.about or "menu" if heard.question else "menu", _menu)
    return (*close_question(heard), *read(moment, heard, said))


def _ask(moment: Moment, about: str, because: str) -> tuple[Event, ...]:
    question = CheckInOpened(Asked.CHANGE, moment.today, scheduled=False, about=about)
    return (question, moment.reply(f"change.{about}", because))


def _menu(moment: Moment, _heard: Heard, said: str) -> tuple[Event, ...]:
    about = {"1": "hour", "2": "channel", "3": "language"}.get(said)
    return _ask(moment, about, "chose what to change") if about else moment.for_staff(*_FOR_STAFF)


def _hour(moment: Moment, _heard: Heard, said: str) -> tuple[Event, ...]:
    hour = _hour_in(said, moment.handbook.limits)
    if hour is None:
        if moment.already_sent("change.hour_again", within=_ONE_DAY):
            return moment.for_staff(*_FOR_STAFF)
        question = CheckInOpened(Asked.CHANGE, moment.today, scheduled=False, about="hour")
        return (question, moment.reply("change.hour_again", "the hour could not be read"))
    changed = replace(moment.participant, ask_at=time(hour))
    done = moment.reply("change.hour_done", "chose the hour of check-ins", hour=_shown(hour, moment.language))
    return (DetailsChanged(ask_at=time(hour)), *begin(moment, changed), done)


def _shown(hour: int, language: Language) -> str:
    """An hour as people of the language write it."""
    if language is Language.ES:
        return f"{hour}:00"
    return f"{hour} am" if hour < _NOON else f"{hour - _NOON or _NOON} pm"


def _hour_in(said: str, limits: Limits) -> int | None:
    """The hour meant; one too early without more is an afternoon hour, because the other is not to be had."""
    found = _HOUR.fullmatch(said)
    if found is None:
        return None
    hour = int(found[1])
    if hour < _NOON and (found[2] in ("pm", "tarde") or (found[2] is None and hour < limits.earliest_hour)):
        hour += _NOON
    return hour if limits.earliest_hour <= hour <= limits.latest_hour else None


def _channel(moment: Moment, heard: Heard, said: str) -> tuple[Event, ...]:
    channel = _CHANNELS.get(said)
    if channel is None:
        return moment.for_staff(*_FOR_STAFF)
    version = moment.handbook.library.templates["change.channel"].version
    asked_for = ConsentRecorded("confirmed", "change.channel", version, heard.message.body, channel)
    changed = (asked_for, DetailsChanged(channel=channel))
    if channel is Channel.VOICE and not moment.participant.can_be_identified:
        because = "chose calls, and has neither a birth year nor a PIN that a call could ask for"
        task = TaskRaised("identity_missing", because, "identity")
        return (*changed, task, moment.reply("change.channel_later", because))
    return (*changed, moment.reply(f"change.channel_done_{channel.value}", "chose texts or calls"))


def _language(moment: Moment, _heard: Heard, said: str) -> tuple[Event, ...]:
    language = _LANGUAGES.get(said)
    if language is None:
        return moment.for_staff(*_FOR_STAFF)
    speaking = moment.of(replace(moment.participant, language=language))
    done = speaking.reply("change.language_done", "chose the language")
    return (DetailsChanged(language=language.value), done)


_READERS: Mapping[str, Callable[[Moment, Heard, str], tuple[Event, ...]]] = {
    "menu": _menu,
    "hour": _hour,
    "channel": _channel,
    "language": _language,
}
