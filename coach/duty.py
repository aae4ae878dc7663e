"""Duty: what staff on call get, answer and do, over the store. The rules are in coach.core.paging."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from coach.core import paging
from coach.core.conversation import Moment, aftercare, follow_up
from coach.core.escalation import Refusal
from coach.core.events import Event
from coach.core.handbook import Handbook
from coach.core.model import Conversation, Escalation, InboundMessage, Language, Participant
from coach.core.rota import on_duty
from coach.ports import Cause, Clock, DueTimer, Links, PageLink, Store, Transaction

log = logging.getLogger(__name__)

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
        moment = Moment(item.conversation, self.handbook, now)
        asked = follow_up.begin(moment, staffed=bool(on_duty(rota, now)))
        return (*asked, *paging.wake(item.conversation, self.handbook, rota, self._link(now), now))

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
        del message
        tx.settle_inbound(inbound_id, who.id, now)

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
            case = next(c for c in conversation.escalations if c.id == case_id)
            rota = tx.rota()
            promise = paging.promised_by(case, self.handbook.policy.of(case.level), rota.named(staff), now)
            fact = step(case, promise, now)
            if isinstance(fact, Refusal):
                return Refused(fact.sentence)
            events = aftercare.following(Moment(conversation, self.handbook, now), (fact,), staff, rota)
            tx.record(conversation, events, Cause(staff=staff), now)
        return Done(case_id)

    def call_opened(self, attempt_id: str) -> PageCall | None:
        """The first words of a call about a case; None when no page is known by this attempt."""
        del attempt_id
        return None

    def key(self, attempt_id: str, key: str) -> PageCall | None:
        """A key was pressed in a call about a case: 1 takes it, 2 passes it on, 9 says it again."""
        del attempt_id, key
        return None
