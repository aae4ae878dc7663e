"""Connecting a caller with the team: one after the other is tried, and only a key takes the caller."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from coach.calls.kept import speech_of, state_of
from coach.calls.values import Ring, Speech
from coach.core import escalation
from coach.core.calling import CallState, Stage, Words
from coach.core.conversation import Moment
from coach.core.events import TaskRaised
from coach.core.model import Channel, Conversation, EscalationState, Language, Participant, Status
from coach.core.rota import OnCall, backups, on_duty
from coach.duty import Duty
from coach.ports import Cause, Store, Transaction

log = logging.getLogger(__name__)

MOST_TRIED = 4
"""So many tries in all; each rings for a while, and the caller should dial meanwhile."""

_ROUNDS = 2  # somebody may be busy with the page about this very case

_TALK_SECONDS = 30
_IN_THE_CALL = "connected in a call"
_OPEN = (EscalationState.RAISED, EscalationState.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Connecting:
    """The way to the team. Thread-safe: all state is in the store.

    Numbers are never rung together: the first machine that picked up would stop the others.
    """

    store: Store
    duty: Duty
    country: str
    wake: Callable[[], None]

    def first(self, speech: Speech, tx: Transaction, now: datetime) -> Speech:
        """The same words with whom to try first, when they connect."""
        return self.with_number(speech, tx, now, 0) if speech.words.connects else speech

    def can_connect(self, tx: Transaction, now: datetime) -> bool:
        """Whether anybody could be tried."""
        return bool(_numbers(tx, now))

    def with_number(self, speech: Speech, tx: Transaction, now: datetime, tried: int) -> Speech:
        """The words with the number of whoever is tried after so many; without one when nobody is left."""
        numbers = _numbers(tx, now)[tried:]
        return replace(speech, number=numbers[0] if numbers else None, tried=tried)

    def nobody(self, ring: Ring) -> Speech:
        """There is nobody to try any more: the same words as after the last one."""
        return self.not_taken(ring, MOST_TRIED)

    def is_taken(self, ring: Ring) -> bool:
        """Whether somebody has taken a case of the caller."""
        with self.store.begin() as tx:
            cases = tx.conversation_of_number(ring.phone, self.country, self.duty.clock()).escalations
        return any(case.level.is_serious and case.state is EscalationState.ACKNOWLEDGED for case in cases)

    def not_taken(self, ring: Ring, tried: int) -> Speech:
        """Somebody did not take the caller: the next one is tried; with nobody left the number is said once more."""
        now = self.duty.clock()
        with self.store.begin() as tx:
            call = tx.call(ring.carrier_id)
            conversation = tx.conversation_of_number(ring.phone, self.country, now)
            language = state_of(call).language if call else conversation.participant.language
            trying = speech_of(CallState(language, stage=Stage.OVER, words=Words(connects=True)))
            following = self.with_number(trying, tx, now, tried + 1)
            if following.number is not None:
                return following
            because = "asked in a call to be connected with somebody on call, and nobody took it"
            task = TaskRaised("not_connected", because, f"not_connected/{ring.carrier_id}")
            tx.record(conversation, (task,), Cause(), now)
        speaker = replace(conversation.participant, language=language)
        moment = Moment(conversation, self.duty.handbook, now, Channel.VOICE).of(speaker)
        lines = (moment.text("call.not_connected", em=moment.spoken_number()),)
        return speech_of(CallState(language, stage=Stage.OVER, words=Words(lines)))

    def accepted(self, carrier_id: str, staff_phone: str) -> Language | None:
        """Somebody on call takes the caller: the case is theirs. None when they are nobody we know."""
        with self.store.begin() as tx:
            who = _by_phone(tx, staff_phone)
            call = tx.call(carrier_id)
            if who is None or call is None:
                return None
            cases = self._open_cases(tx, call.phone)
        for case in cases:
            self.duty.on_case(
                case, who.handle, lambda one, promise, now: escalation.acknowledge(one, who.handle, promise, now)
            )
        self.wake()
        return who.language

    def talked(self, ring: Ring, seconds: int | None) -> None:
        """The caller was connected. Talk of some length counts as having been reached; a shorter one may be none."""
        if (seconds or 0) < _TALK_SECONDS:
            return
        with self.store.begin() as tx:
            cases = [
                (case.id, case.owner)
                for case in tx.conversation_of_number(ring.phone, self.country, self.duty.clock()).escalations
                if case.level.is_serious and case.state is EscalationState.ACKNOWLEDGED and case.owner
            ]
        for case, owner in cases:
            self.duty.on_case(case, owner, lambda one, _promise, _now: escalation.contacted(one, owner, _IN_THE_CALL))  # noqa: B023 - called at once
        self.wake()

    def _open_cases(self, tx: Transaction, phone: str) -> list[int]:
        known = tx.conversation_of_number(phone, self.country, self.duty.clock())
        return [case.id for case in known.escalations if case.level.is_serious and case.state in _OPEN]

    def asked_to_take(self, staff_phone: str) -> tuple[Language, str]:
        """The words to somebody on call before they are connected, which name nobody."""
        language = self._language_of(staff_phone)
        somebody = Conversation(Participant(0, staff_phone, Status.ON_CALL, language, self.country))
        moment = Moment(somebody, self.duty.handbook, self.duty.clock(), Channel.VOICE)
        return language, moment.text("call.whisper")

    def _language_of(self, staff_phone: str) -> Language:
        """Theirs; a database that is away must not keep anybody from taking a caller."""
        try:
            with self.store.begin() as tx:
                who = _by_phone(tx, staff_phone)
        except Exception as error:  # noqa: BLE001 - the words can be had in any language
            log.error("who is on call could not be read", extra={"error": type(error).__name__})  # noqa: TRY400
            return Language.EN
        return who.language if who else Language.EN


def _by_phone(tx: Transaction, phone: str) -> OnCall | None:
    return next((one for one in tx.rota().active if one.phone == phone), None)


def _numbers(tx: Transaction, now: datetime) -> tuple[str, ...]:
    """Who takes calls: whoever is on duty, then the backups."""
    rota = tx.rota()
    serving = dict.fromkeys(one.phone for one in (*on_duty(rota, now), *backups(rota, now)) if one.calls)
    return (tuple(serving) * _ROUNDS)[:MOST_TRIED]
