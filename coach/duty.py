"""Duty: what staff on call get, answer and do, over the store. The rules are in coach.core.paging."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from coach.core import paging
from coach.core.conversation import Moment, aftercare
from coach.core.conversation.case_look import look
from coach.core.escalation import PageAnswer, PageVerb, Refusal, page_answer
from coach.core.events import Event, PageQueued
from coach.core.handbook import Handbook, Word
from coach.core.model import Channel, Conversation, Escalation, InboundMessage, Lane, Language, Participant
from coach.core.paging import Unchanged
from coach.core.rota import OnCall
from coach.ports import Cause, Clock, DueTimer, Links, PageLink, Store, Transaction
from coach.refusals import texts_back, texts_stopped

log = logging.getLogger(__name__)

_STARTS = frozenset({"start", "unstop"})
_AN_HOUR, _HELPS_AN_HOUR = timedelta(hours=1), 3

LOOK_AGAIN = timedelta(minutes=1)
"""A look at cases that failed is tried again so soon, and never given up."""


@dataclass(frozen=True, slots=True)
class Done:
    """A staff action that was carried out."""

    id: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A staff action that was not possible, with one sentence that says why."""

    sentence: str


@dataclass(frozen=True, slots=True)
class PageCall:
    """What a call about a case says now; `asks` means wait for one key afterwards, else hang up."""

    language: Language
    lines: tuple[str, ...]
    asks: bool = False


class NoLinks:
    """There is no dashboard to open."""

    def page(self, case_id: int, person: int, now: datetime) -> str:
        """No address."""
        del case_id, person, now
        return ""

    def read(self, token: str, now: datetime) -> PageLink | None:
        """No address says anything."""
        del token, now
        return None


@dataclass(frozen=True, slots=True)
class Duty:
    """Everything about staff on call. Thread-safe: all state is in the store."""

    store: Store
    handbook: Handbook
    clock: Clock
    links: Links

    def wake(self, tx: Transaction, item: DueTimer, now: datetime) -> tuple[Event, ...]:
        """A look at the open cases of a person: their pages, the questions after them, and the next look."""
        rota = tx.rota()
        if not paging.anybody_to_page(rota):
            log.error("nobody on call can be paged", extra={"participant_id": item.conversation.participant.id})
        return look(Moment(item.conversation, self.handbook, now), rota, self._link(now))

    def _link(self, now: datetime) -> paging.Link:
        return lambda case_id, person: self.links.page(case_id, person, now)

    def plain_page(self, tx: Transaction, conversation: Conversation, now: datetime) -> tuple[Event, ...]:
        """The page of last resort after a look that failed; nothing when not even that is possible."""
        try:
            return paging.plain_pages(conversation, self.handbook, tx.rota(), now)
        except Exception:
            log.exception("no page could be made", extra={"participant_id": conversation.participant.id})
            return ()

    def hear(self, tx: Transaction, who: Participant, message: InboundMessage, inbound_id: int, now: datetime) -> None:
        """A text from a number on call: an answer to a page, or the word how to answer. Never a participant's text."""
        tx.settle_inbound(inbound_id, who.id, now)
        person = tx.rota().person(who.id)
        said = page_answer(message.body)
        if person is None or self._of_the_carrier(tx, person, message, now):
            return
        if said is None or not person.active:
            self._help(tx, person, now)
            return
        named = self._named(tx, person, said)
        if isinstance(named, Unchanged):
            self._say(tx, tx.conversation(person.id, now), person, named, now)
            return
        refusal = self._answer(tx, person, named, said, now)
        if refusal is not None:
            self._say(tx, tx.conversation(person.id, now), person, refusal, now)

    def _of_the_carrier(self, tx: Transaction, who: OnCall, message: InboundMessage, now: datetime) -> bool:
        """Whether a text was for the carrier: after STOP it takes none for this number until START."""
        bare = message.body.strip().casefold()
        keyword = self.handbook.keywords.get(bare)
        if message.opt_out_type == "STOP" or (keyword is not None and keyword.word is Word.CARRIER_STOP):
            texts_stopped(tx, who.id, now)
            return True
        if message.opt_out_type == "START" or bare in _STARTS:
            texts_back(tx, who.id, now)
        return False

    def _help(self, tx: Transaction, who: OnCall, now: datetime) -> None:
        """How to answer, a few times an hour at most: the other end may be a machine that answers everything."""
        conversation = tx.conversation(who.id, now)
        numbers = self.handbook.library.numbers_for(conversation.participant.country)
        told = paging.help_of(who, numbers, self.handbook)
        lately = [sent for sent in conversation.sent if sent.template == told.template and now - sent.at < _AN_HOUR]
        if len(lately) < _HELPS_AN_HOUR:
            self._say(tx, conversation, who, told, now)

    def _say(self, tx: Transaction, own: Conversation, who: OnCall, told: Unchanged, now: datetime) -> None:
        """The word to an answer that changed nothing, kept under their own number."""
        because = "it answers what they sent"
        until = now + paging.ANSWERS_LAST
        said = PageQueued(who.id, who.phone, Channel.SMS, told.template, told.sentence, until, because)
        tx.record(own, (said,), Cause(staff=who.handle), now)

    def _named(self, tx: Transaction, who: OnCall, said: PageAnswer) -> int | Unchanged:
        """The case that an answer means; without a code the only one that waits for this person."""
        if said.code is not None:
            found = tx.case_by_code(said.code)
            return paging.unchanged("page.unknown", who, self.handbook, code=said.code) if found is None else found
        known = tx.cases_known_to(who)
        waiting = paging.waiting_for(known, who, said.verb)
        if len(waiting) == 1:
            return waiting[0].id
        return paging.which(waiting or known, who, self.handbook)

    def _answer(self, tx: Transaction, who: OnCall, case_id: int, said: PageAnswer, now: datetime) -> Unchanged | None:
        conversation = tx.conversation_of_escalation(case_id, now)
        case = _case(conversation, case_id)
        answered = paging.answer(conversation, case, who, said, self.handbook, now, self._link(now))
        if isinstance(answered, Unchanged):
            return answered
        events = aftercare.following(Moment(conversation, self.handbook, now), answered, who.handle, tx.rota())
        tx.record(conversation, events, Cause(staff=who.handle), now)
        return None

    def on_case(
        self, case_id: int, staff: str, step: Callable[[Escalation, datetime, datetime], Event | Refusal]
    ) -> Done | Refused:
        """A step of a case by staff; `step` gets the case, by when the person would be promised a call, and now."""
        now = self.clock()
        with self.store.begin() as tx:
            try:
                conversation = tx.conversation_of_escalation(case_id, now)
            except KeyError:
                return Refused("There is no such case.")
            case = _case(conversation, case_id)
            rota = tx.rota()
            promise = paging.promised_by(self.handbook.policy.of(case.level), rota.named(staff), now)
            fact = step(case, promise, now)
            if isinstance(fact, Refusal):
                return Refused(fact.sentence)
            events = aftercare.following(Moment(conversation, self.handbook, now), (fact,), staff, rota)
            tx.record(conversation, events, Cause(staff=staff), now)
        return Done(case_id)

    def call_opened(self, attempt_id: str) -> PageCall | None:
        """The first words of a call about a case; None when no page is known by this attempt."""
        return self._in_call(attempt_id, lambda _tx, answering, _now: _opened(answering))

    def key(self, attempt_id: str, key: str) -> PageCall | None:
        """A key was pressed in a call about a case: 1 takes it, 2 passes it on, 9 says it again.

        A key that comes twice finds the case as the first one left it, and says so.
        """
        verb = _KEYS.get(key)
        if verb is None:
            return self.call_opened(attempt_id)
        return self._in_call(attempt_id, lambda tx, answering, now: self._pressed(tx, answering, verb, now))

    def _in_call(
        self, attempt_id: str, step: Callable[[Transaction, paging.Answering, datetime], PageCall]
    ) -> PageCall | None:
        now = self.clock()
        message = self.store.message_of_attempt(attempt_id)
        if message is None or message.lane is not Lane.PAGE:
            return None
        with self.store.begin() as tx:
            who, case_id = tx.rota().person(message.participant_id), tx.case_of_attempt(attempt_id)
            if who is None:
                return None
            if case_id is None:
                return PageCall(who.language, (message.body,))
            conversation = tx.conversation_of_escalation(case_id, now)
            case = _case(conversation, case_id)
            return step(tx, paging.Answering(conversation, case, who, self.handbook, now), now)

    def _pressed(self, tx: Transaction, answering: paging.Answering, verb: PageVerb, now: datetime) -> PageCall:
        who = answering.who
        refusal = self._answer(tx, who, answering.case.id, PageAnswer(verb), now)
        return PageCall(who.language, (refusal.sentence if refusal else answering.last_words(verb),))


_KEYS = {"1": PageVerb.ACK, "2": PageVerb.PASS}


def _opened(answering: paging.Answering) -> PageCall:
    line, asks = answering.first_words()
    return PageCall(answering.who.language, (line,), asks)


def _case(conversation: Conversation, case_id: int) -> Escalation:
    return next(case for case in conversation.escalations if case.id == case_id)
