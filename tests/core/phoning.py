"""A phone call in memory: the state machine of calls over a conversation that a test holds in its hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from coach.core import calling
from coach.core.calling import CallState, Given, Stage, Turn, Words
from coach.core.conversation import Moment
from coach.core.events import DetailsChanged, Event
from coach.core.model import Channel, InboundMessage
from tests.core.talking import HANDBOOK, Talk

OURS = "+12025550100"
_STEP = timedelta(seconds=12)


@dataclass
class PhoneCall:
    """One call with the person of a talk. Each step gives what is said next."""

    talk: Talk
    inbound: bool = False
    can_connect: bool = False
    state: CallState = field(init=False)
    events: list[Event] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # everything the coach said, in order
    kept: list[InboundMessage] = field(default_factory=list)  # what was stored
    over: bool = False
    wrong_before: int = 0  # wrong birth years or PINs in other calls of the day

    def __post_init__(self) -> None:
        """Somebody, or something, has picked up."""
        self.state = calling.begin(self.talk.known(), HANDBOOK, self.talk.now, inbound=self.inbound)
        self.said.append(self.words)

    @property
    def words(self) -> str:
        """What is being said now."""
        words = self.state.words
        return " ".join((*words.lines, words.other_language)).strip()

    @property
    def listens(self) -> bool:
        """Whether anything may follow."""
        return self.state.words.ear is not None and not self.over

    def presses(self, keys: str) -> str:
        """Keys."""
        return self._gives(Given(keys))

    def says(self, words: str, confidence: float | None = 0.9) -> str:
        """Words, as they were recognised."""
        return self._gives(Given("", words, confidence))

    def is_silent(self) -> str:
        """Nothing at all."""
        return self._gives(Given())

    def gives(self, keys: str, words: str, confidence: float | None) -> str:
        """Whatever it is, silence too."""
        return self._gives(Given(keys, words, None if keys or not words else confidence))

    def hangs_up(self) -> tuple[Event, ...]:
        """The call ends; gives what that settles."""
        if self.over:
            return ()
        self.over = True
        pending = self.state.pending
        body = pending.body if pending else ""
        message = InboundMessage("CA-end", self._phone, "", body, self.talk.now, Channel.VOICE)
        facts = calling.over(self._turn(Given(), message))
        self._keeps(facts)
        self.state = calling.ended(self.state)
        return facts

    @property
    def _phone(self) -> str:
        return self.talk.conversation.participant.phone

    def _gives(self, given: Given) -> str:
        assert self.listens, f"the call waits for nothing in {self.state.stage}"
        self.talk.now += _STEP
        message = self._message(given)
        turn = self._turn(given, message)
        if message is not None and (calling.is_kept(self.state.stage, given) or calling.may_be_alarm(turn)):
            self.kept.append(message)
        else:
            turn = replace(turn, message=None)
        step = calling.go_on(turn)
        self._keeps(step.events)
        self.state = step.state
        self.said.append(self.words)
        return self.words

    def _message(self, given: Given) -> InboundMessage | None:
        body = " ".join(part for part in (given.keys, given.speech) if part)
        if not body:
            return None
        name = f"CA-{self.state.turn}-{self.state.stage}"
        return InboundMessage(name, self._phone, OURS, body, self.talk.now, Channel.VOICE, confidence=given.confidence)

    def _turn(self, given: Given, message: InboundMessage | None, state: CallState | None = None) -> Turn:
        known = self.talk.known()
        now = state or self.state
        person = replace(known.participant, language=now.language)
        moment = Moment(replace(known, participant=person), HANDBOOK, self.talk.now, Channel.VOICE)
        language = known.participant.language
        return Turn(now, moment, given, message, self.can_connect, self.wrong_before, language)

    def _keeps(self, facts: tuple[Event, ...]) -> None:
        self.events += facts
        self.talk.keep(facts)


def identified(call: PhoneCall) -> PhoneCall:
    """The person is ready and tells the year of their birth."""
    call.presses("1")
    call.presses(str(call.talk.conversation.participant.birth_year))
    return call


__all__ = ["CallState", "DetailsChanged", "PhoneCall", "Stage", "Words", "identified"]
