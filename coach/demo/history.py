"""Thirty days of history, made by the coach itself: the real service runs through them on a clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from coach.bootstrap import House, make_coach
from coach.core import schedule
from coach.core.model import Asked, Channel, Conversation, EscalationState, InboundMessage, OutboundMessage
from coach.demo.cast import Player
from coach.demo.rota import STAFF
from coach.jobs import DISPATCH, PLAN, drain
from coach.ports import DeliveryStatus, Outcome, SendResult
from coach.sending import Options
from coach.service import Coach

DAYS = 30
_STEP = timedelta(minutes=30)
_REPLY_AFTER = timedelta(minutes=10)
_WAKING = range(8, 21)
_HANDLING_HOUR = 18
_MOST_ANSWERS = 6
_LAST_HOUR = timedelta(hours=1)


@dataclass
class SteppedClock:
    """A clock that stands where it was put."""

    at: datetime

    def __call__(self) -> datetime:
        """The moment it was put to."""
        return self.at


@dataclass(frozen=True)
class Delivered:
    """One text of the past, for the simulated phones to show."""

    at: datetime
    sender: str
    recipient: str
    body: str
    inbound: bool
    carrier_id: str = ""  # of what people sent: the carrier lists it, and it must not be taken for one more text


@dataclass
class PastCarrier:
    """Takes everything at once and notes it, as a carrier on a good day did."""

    clock: Callable[[], datetime]
    texts: list[Delivered] = field(default_factory=list)
    attempts: list[tuple[str, str]] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    _ids: Iterator[int] = field(default_factory=count)

    def send(self, message: OutboundMessage) -> SendResult:
        """Deliver a text."""
        self.texts.append(Delivered(self.clock(), "", message.recipient, message.body, inbound=False))
        return self._accepted("SM", message)

    def call(self, message: OutboundMessage) -> SendResult:
        """Let the phone ring."""
        return self._accepted("CA", message)

    def find(self, message: OutboundMessage, since: datetime) -> Sequence[str]:
        """Nothing is ever in doubt."""
        del message, since
        return ()

    def redirect(self, carrier_id: str, path: str) -> bool:
        """No call is under way."""
        del carrier_id, path
        return False

    def hang_up(self, carrier_id: str) -> bool:
        """No call is under way."""
        del carrier_id
        return False

    def _accepted(self, prefix: str, message: OutboundMessage) -> SendResult:
        carrier_id = f"{prefix}{next(self._ids):032x}"
        self.attempts.append((message.attempt_id, carrier_id))
        self.reached.add(message.recipient)
        return SendResult(Outcome.ACCEPTED, carrier_id, "queued")


class Past:
    """Runs the coach through the days before now."""

    def __init__(self, house: House, clock: SteppedClock, line: str) -> None:
        """`house` keeps its time by `clock`; `line` is the coach's own number."""
        self._clock = clock
        self._line = line
        self._store = house.store
        self.carrier = PastCarrier(clock)
        options = Options(country=house.settings.country, segments_per_second=1000, senders=1)
        self._coach: Coach = make_coach(house, self.carrier, options)
        self._ids = count()
        self._spoke: set[str] = set()  # numbers heard since staff last looked
        self._answered: set[int] = set()  # questions; what was not understood is not said again and again

    def steps(self, now: datetime) -> list[datetime]:
        """The moments to go through."""
        begin = (now - timedelta(days=DAYS)).replace(minute=0, second=5, microsecond=0)
        return [begin + n * _STEP for n in range(int((now - _LAST_HOUR - begin) / _STEP))]

    def enrol(self, players: Sequence[Player]) -> None:
        """Everybody is invited and agrees on the first day."""
        for player in players:
            self._coach.enrol(player.participant, STAFF)

    def step(self, at: datetime, players: Sequence[Player]) -> None:
        """Let what is due happen, then let people answer and staff act."""
        self._clock.at = at
        drain(PLAN, self._coach)
        self._send()
        for player in (one for one in players if one.participant.phone in self._spoke):
            self._take(player)
        self._spoke.clear()
        for player in players:
            hour = schedule.local(at, player.participant.zone or "UTC").hour
            if player.participant.phone in self.carrier.reached and hour in _WAKING:
                self._live(player, at)
            if hour == _HANDLING_HOUR and player.handled:
                self._handle(player)
        self.carrier.reached.clear()

    def end(self, now: datetime, players: Sequence[Player]) -> None:
        """The last minutes: what somebody wrote just before now, the earlier first."""
        lately = [(player, player.lately) for player in players if player.lately is not None]
        for player, last in sorted(lately, key=lambda pair: -pair[1].minutes):
            self._clock.at = now - timedelta(minutes=last.minutes)
            self._say(player, last.text)
            self._send()
        self._clock.at = now
        drain(PLAN, self._coach)
        self._send()

    def close(self) -> None:
        """End."""
        self._coach.close()

    def _send(self) -> None:
        drain(DISPATCH, self._coach)
        for attempt_id, carrier_id in self.carrier.attempts:
            word = "completed" if carrier_id.startswith("CA") else "delivered"
            self._coach.update_status(DeliveryStatus(attempt_id, carrier_id, word, None, self._clock.at))
        self.carrier.attempts.clear()

    def _live(self, player: Player, at: datetime) -> None:
        for turn in range(_MOST_ANSWERS):
            answer = self._answer(player)
            if not answer:
                break
            self._clock.at = at + _REPLY_AFTER + turn * timedelta(minutes=1)
            self._say(player, answer)
            self._send()

    def _answer(self, player: Player) -> str:
        conversation = self._conversation(player)
        question = conversation.open_check_in
        today = schedule.local(self._clock.at, player.participant.zone or "UTC").date()
        if question is None or question.day != today or question.id in self._answered:
            return ""
        self._answered.add(question.id)
        if question.asked is Asked.JOIN:
            return "Y"
        if question.asked is Asked.RED_FLAG:
            return "2"
        return player.answer(question.asked, self._day(conversation))

    def _say(self, player: Player, body: str) -> None:
        at, phone = self._clock.at, player.participant.phone
        self._spoke.add(phone)
        spoken = player.participant.channel is Channel.VOICE and body != "Y"
        channel = Channel.VOICE if spoken else Channel.SMS
        message = InboundMessage(f"SM{next(self._ids):031x}f", phone, self._line, body, at, channel)
        self._coach.receive(message, {"Body": body})
        if not spoken:
            text = Delivered(at, phone, self._line, body, inbound=True, carrier_id=message.carrier_id)
            self.carrier.texts.append(text)

    def _take(self, player: Player) -> None:
        """Whoever is on call takes what was raised half an hour ago, and phones."""
        for case in self._conversation(player).escalations:
            if case.state is EscalationState.RAISED:
                self._coach.acknowledge(case.id, STAFF)
                self._coach.contacted(case.id, STAFF, "")

    def _handle(self, player: Player) -> None:
        conversation = self._conversation(player)
        for handled in player.handled:
            if handled.day == self._day(conversation):
                self._close_cases(conversation, handled.outcome, handled.note)

    def _close_cases(self, conversation: Conversation, outcome: str, note: str) -> None:
        for case in conversation.escalations:
            if case.state is not EscalationState.CLOSED:
                self._coach.close_case(case.id, STAFF, outcome, note)

    def _conversation(self, player: Player) -> Conversation:
        with self._store.begin() as tx:
            return tx.conversation_of_number(player.participant.phone, player.participant.country, self._clock.at)

    def _day(self, conversation: Conversation) -> int:
        person = conversation.participant
        today = schedule.local(self._clock.at, person.zone or "UTC").date()
        return (today - person.enrolled_on).days + 1 if person.enrolled_on else 0
