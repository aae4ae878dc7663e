"""The moment of a decision: what is known, what may be said, and the small steps every rule needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coach.core import schedule
from coach.core.content import render
from coach.core.events import CheckInOpened, Event, MessageQueued, Said
from coach.core.handbook import Handbook
from coach.core.model import Asked, Channel, CheckIn, Conversation, Lane, Language, Participant

REPLY_USEFUL = timedelta(hours=12)
"""An answer to somebody's own text is worth sending this long, at any hour."""

ALARM_USEFUL = timedelta(hours=24)
"""An emergency or urgent message is worth sending this long, at any hour."""

_QUESTION_OPEN = timedelta(hours=24)
_LONG_QUESTION_OPEN = timedelta(days=7)
_LONG_QUESTIONS = (Asked.JOIN, Asked.ZONE)
_TEXT_PARTS_SPOKEN = {Asked.WEAKNESS: "voice.ask_score", Asked.RED_FLAG: "voice.ask_red_flag"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One participant at one instant, with the handbook in hand. Every rule takes it and returns facts."""

    conversation: Conversation
    handbook: Handbook
    now: datetime
    channel: Channel = Channel.SMS

    @property
    def participant(self) -> Participant:
        """The person it is about."""
        return self.conversation.participant

    @property
    def language(self) -> Language:
        """The language to answer in."""
        return self.participant.language

    @property
    def today(self) -> date:
        """The person's calendar date; UTC's while the zone is not known."""
        return schedule.local(self.now, self.participant.zone or "UTC").date()

    def question(self) -> CheckIn | None:
        """The open question that a text now would answer: the newest that is not out of date."""
        fresh = [c for c in self.conversation.check_ins if c.closed_at is None and self._is_fresh(c)]
        return fresh[-1] if fresh else None

    def _is_fresh(self, question: CheckIn) -> bool:
        limit = _LONG_QUESTION_OPEN if question.asked in _LONG_QUESTIONS else _QUESTION_OPEN
        return self.now - question.opened_at <= limit

    def values(self, **extra: str) -> Mapping[str, str]:
        """What the texts' placeholders stand for, for this person."""
        numbers = self.handbook.library.numbers_for(self.participant.country)
        common = {
            "org": self.handbook.organisation,
            "support": self.handbook.support_phone or self.handbook.organisation,
            "name": self.participant.name,
            "em": numbers.emergency,
            "crisis": numbers.crisis_words[self.language],
            "urgent": numbers.urgent,
        }
        return common | extra

    def text(self, template: str, **extra: str) -> str:
        """The wording of a template for this person."""
        found = self.handbook.library.templates[template]
        return render(found, self.language, self.values(**extra))

    def reply(self, template: str, because: str, **extra: str) -> Event:
        """An answer on the channel the person used."""
        body = self.text(template, **extra)
        if self.channel is Channel.VOICE:
            return Said(template, body)
        return MessageQueued(template, body, Lane.REPLY, self.now + REPLY_USEFUL, because)

    def alarm(self, template: str, lane: Lane, because: str, **extra: str) -> Event:
        """A text about an emergency or an urgent finding, sent at any hour."""
        return MessageQueued(template, self.text(template, **extra), lane, self.now + ALARM_USEFUL, because)

    def spoken_number(self) -> str:
        """The emergency number digit by digit, so that a synthetic voice does not say nine hundred and eleven."""
        return " ".join(self.handbook.library.numbers_for(self.participant.country).emergency)

    def ask_by_voice(self, asked: Asked, *, scheduled: bool = False) -> tuple[Event, ...]:
        """Open a question of the call and speak it."""
        return (self.spoken_question(asked), CheckInOpened(asked, self.today, scheduled=scheduled))

    def spoken_question(self, asked: Asked) -> Event:
        """The words of a question of the call."""
        template = _TEXT_PARTS_SPOKEN.get(asked, "voice.ask_score")
        return Said(template, self.text(template, em=self.spoken_number()))

    def already_sent(self, template: str, within: timedelta) -> bool:
        """True when this text was queued within that time."""
        return any(s.template == template and self.now - s.at <= within for s in self.conversation.sent)
