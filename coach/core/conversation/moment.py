"""The moment of a decision: what is known, what may be said, and the small steps every rule needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from coach.core import schedule
from coach.core.content import Choice, ContentError, Situation, choose, render
from coach.core.events import CheckInOpened, Event, MessageQueued, Said, TaskRaised
from coach.core.handbook import Handbook
from coach.core.model import Asked, Channel, CheckIn, Conversation, Lane, Language, Participant, PassedOver
from coach.core.programme import reported, step_of, week_of
from coach.core.spelling import spelled

REPLY_USEFUL = timedelta(hours=14)
"""An answer to somebody's own text is worth sending this long: longer than the night, which it waits for when late."""

ALARM_USEFUL = timedelta(hours=24)
"""An emergency or urgent message is worth sending this long, at any hour."""

QUESTION_OPEN = timedelta(hours=24)
"""How long an ordinary question may be answered."""

_LONG_QUESTION_OPEN = timedelta(days=7)
CORRECTION = timedelta(minutes=15)
"""How long a score, or a no to a sign, may be taken back."""

_CAME_BETWEEN = (Asked.SAFE, Asked.ONSET, Asked.REACHED)
CASE_QUESTIONS = (*_CAME_BETWEEN, Asked.SEEN)
"""The questions that are only put about a case or a jump of the score."""

_LONG_QUESTIONS = (Asked.JOIN, Asked.ZONE)
SCREEN = "screen"
"""What a list of warning signs that is asked by text is about; in a call it is about nothing else."""

DISTRESS = "distress"
"""What the question after a call for help is about, and the rule of the case when it is not answered."""

HARM = "self_harm"
"""The sign that the question after low mood is about."""

ASKED_IN_CALLS = {
    Asked.WEAKNESS: "voice.ask_score",
    Asked.RED_FLAG: "voice.ask_red_flag",
    Asked.ONSET: "voice.ask_onset",
    Asked.SEEN: "voice.ask_seen",
    Asked.REACHED: "voice.ask_reached",
    Asked.TREND: "voice.ask_trend",
    Asked.FALLS: "voice.ask_falls",
    Asked.STAIRS: "voice.ask_stairs",
    Asked.SIDE_EFFECTS: "voice.ask_side_effects",
}
"""The questions that may be asked in a call, with their words."""


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
        """The question that a text now would answer.

        That is the newest one put, while it is open and not out of date; older ones do not come back to life, because a
        number would be taken for what nobody has in mind any more. A score may be corrected for some minutes.
        """
        put = [c for c in self.conversation.check_ins if self._may_be_meant(c)]
        if put and (self.is_open(put[-1]) or self._is_correctable(put[-1])):
            return put[-1]
        waiting = [c for c in put if c.asked in _LONG_QUESTIONS and self.is_open(c)]
        return waiting[-1] if waiting else None

    def _may_be_meant(self, question: CheckIn) -> bool:
        """Not a question of a call, seen from a text, nor the other way about, and not one that came between."""
        if self.channel is Channel.VOICE and self.handbook.onboarding.of(question.about) is not None:
            return False
        if question.asked is Asked.RED_FLAG and question.about is None and self.channel is not Channel.VOICE:
            return False
        came_between = question.asked in _CAME_BETWEEN or question.about in (DISTRESS, HARM)
        return question.closed_at is None or not came_between

    def unanswered_score(self) -> CheckIn | None:
        """Today's question for the score, when it is still open."""
        asked = (c for c in self.conversation.check_ins if c.asked is Asked.WEAKNESS and c.day == self.today)
        return next((c for c in asked if self.is_open(c)), None)

    def correctable(self) -> CheckIn | None:
        """The score that was given just now and may still be taken back."""
        given = [c for c in self.conversation.check_ins if self._is_correctable(c)]
        return given[-1] if given else None

    def open_questions(self) -> tuple[CheckIn, ...]:
        """Every question that is still open, answerable or not."""
        return tuple(c for c in self.conversation.check_ins if c.closed_at is None)

    def is_open(self, question: CheckIn) -> bool:
        """Whether a question may still be answered."""
        return question.closed_at is None and self._is_fresh(question)

    def _is_correctable(self, question: CheckIn) -> bool:
        if self.channel is Channel.VOICE or question.asked is not Asked.WEAKNESS or question.answered_at is None:
            return False
        return self.now - question.answered_at <= CORRECTION

    def _is_fresh(self, question: CheckIn) -> bool:
        is_long = question.asked in _LONG_QUESTIONS or self.handbook.onboarding.of(question.about) is not None
        limit = _LONG_QUESTION_OPEN if is_long else QUESTION_OPEN
        return self.now - question.opened_at <= limit

    def of(self, person: Participant) -> Moment:
        """The same moment with other facts about the person."""
        return replace(self, conversation=replace(self.conversation, participant=person))

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
        return render(found, self.language, self.values(**extra), self.participant.country)

    def reply(self, template: str, because: str, **extra: str) -> Event:
        """An answer on the channel the person used, in its spoken form where there is one and it is a call."""
        name = (self.channel is Channel.VOICE and self.spoken_form(template)) or template
        return self.answer(name, self.text(name, **(self._spoken_numbers() | extra)), because)

    def spoken_form(self, template: str | None) -> str | None:
        """The words for a call in the place of a text that would not do there, where there are such."""
        spoken = f"spoken.{(template or '').replace('.', '_')}"
        return spoken if spoken in self.handbook.library.templates else None

    def chosen(self, group: str, because: str, **extra: str) -> Event:
        """An answer of a group: the text that is safe for the person and came longest ago.

        Raises:
            ContentError: no text of the group is safe for them; groups of answers have one for everybody.
        """
        choice = self.choose(group)
        if choice.template is None:
            sentence = f"No text of the group {group} may be sent to this person."
            raise ContentError(sentence)
        words = self.text(choice.template.id, **(self._spoken_numbers() | extra))
        return self.answer(choice.template.id, words, because, choice.passed_over)

    def prompt(self, choice: Choice, until: datetime, because: str, **extra: str) -> MessageQueued:
        """A text that comes unasked, of use until then, with what was passed over for it.

        Raises:
            ContentError: the choice found no text.
        """
        if choice.template is None:
            sentence = f"There is no text for this: {because}."
            raise ContentError(sentence)
        name = choice.template.id
        body = self.text(name, **extra)
        return MessageQueued(name, body, Lane.PROMPT, until, because, passed_over=choice.passed_over)

    def named(self, template: str) -> Choice:
        """The one text of that id, for prompts of which there are no others."""
        return Choice(self.handbook.library.templates[template])

    def for_staff(self, kind: str, because: str, template: str) -> tuple[Event, ...]:
        """Work for a coordinator, and the word to the person that somebody will see to it."""
        return (TaskRaised(kind, because), self.reply(template, because))

    def answer(self, template: str, body: str, because: str, passed_over: tuple[PassedOver, ...] = ()) -> Event:
        """Words that are ready, as an answer on the channel the person used."""
        if self.channel is Channel.VOICE:
            return Said(template, body)
        return MessageQueued(template, body, Lane.REPLY, self.now + REPLY_USEFUL, because, passed_over=passed_over)

    def choose(self, group: str, day: date | None = None) -> Choice:
        """The text of a group for this person on a day, today unless told otherwise."""
        return choose(self.handbook.library, group, self.situation(day or self.today))

    def situation(self, day: date) -> Situation:
        """What the choice of a text depends on."""
        programme = self.handbook.programmes[self.participant.programme]
        told = reported(self.conversation, self.now, programme.limits.reported)
        return Situation(
            participant=self.participant,
            day=day,
            sent=self.conversation.sent,
            week=week_of(self.participant, day),
            step=step_of(programme, self.conversation, day),
            hot=day in self.conversation.hot_days,
            reported=told,
            repeat=programme.limits.repeat,
        )

    def alarm(self, template: str, lane: Lane, because: str, **extra: str) -> MessageQueued:
        """A text about an emergency or an urgent finding, sent at any hour."""
        return MessageQueued(template, self.text(template, **extra), lane, self.now + ALARM_USEFUL, because)

    def spoken_number(self) -> str:
        """The emergency number digit by digit, so that a synthetic voice does not say nine hundred and eleven."""
        return " ".join(self.handbook.library.numbers_for(self.participant.country).emergency)

    def _spoken_numbers(self) -> dict[str, str]:
        """The numbers to dial, as an answer in a call must have them; a text has them as they are."""
        if self.channel is not Channel.VOICE:
            return {}
        return {"em": self.spoken_number(), "crisis": spelled(self.values()["crisis"])}

    def ask_by_voice(self, asked: Asked, day: date | None = None) -> tuple[Event, ...]:
        """Open a question of the call, about today unless told otherwise, and speak it."""
        about = self.handbook.library.templates[ASKED_IN_CALLS[asked]].yes_means
        return (self.spoken_question(asked), CheckInOpened(asked, day or self.today, scheduled=False, about=about))

    def spoken_question(self, asked: Asked) -> Event:
        """The words of a question of the call."""
        template = ASKED_IN_CALLS[asked]
        return Said(template, self.text(template, em=self.spoken_number()))

    def already_sent(self, template: str, within: timedelta) -> bool:
        """True when this text was queued within that time."""
        return any(s.template == template and self.now - s.at <= within for s in self.conversation.sent)
