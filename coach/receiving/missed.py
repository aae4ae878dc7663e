"""Texts that never reached us: the carrier is asked, every few minutes, what people sent to our number."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coach.ports import RECOVERED_FIELD, Clock, Mailbox, ReceivedText, Store

log = logging.getLogger(__name__)

ASK_EVERY = timedelta(minutes=5)
ASK_AGAIN_AFTER = timedelta(minutes=1)
"""After the carrier could not be asked."""

OVERLAP = timedelta(minutes=15)
LONGEST_BACK = timedelta(days=3)
"""After an outage texts are looked for so far back."""

ON_ITS_WAY = timedelta(minutes=2)
"""A text younger than this may still reach us by itself."""

ASKED = "carrier_list"
"""The mark that the carrier's list was gone through, in the marks of jobs."""

ALARM = "missed_texts"


class NoMailbox:
    """A carrier that cannot be asked what came in."""

    def received_since(self, since: datetime) -> tuple[ReceivedText, ...]:
        """It lists nothing."""
        del since
        return ()


@dataclass
class Missed:
    """Finds what never reached us. It remembers only when to look again; all that matters is stored."""

    store: Store
    mailbox: Mailbox
    clock: Clock
    elapsed: Callable[[], float]  # seconds
    take: Callable[[ReceivedText], None]  # store it and decide about it

    def __post_init__(self) -> None:
        """Nobody was asked yet."""
        self._ask_at: float | None = None
        self._missed_before = False

    def is_time(self) -> bool:
        """Whether the carrier may be asked again: first after a start, then seldom."""
        return self._ask_at is None or self.elapsed() >= self._ask_at

    def catch_up(self) -> int:
        """Take up what the carrier lists and nobody knows. Returns how many texts that were.

        A carrier that cannot be asked changes nothing; it is asked again soon.
        """
        now = self.clock()
        self._ask_at = self.elapsed() + ASK_AGAIN_AFTER.total_seconds()
        since = self._since(now)
        found = self._never_received(since, now) if since is not None else []
        if found is None:
            return 0
        taken = sum(self._recover(text, now) for text in found)
        self._tell(len(found), now)
        if taken < len(found):
            return taken
        self.store.mark_job(ASKED, now, None, "")
        self._ask_at = self.elapsed() + ASK_EVERY.total_seconds()
        return taken

    def _recover(self, text: ReceivedText, now: datetime) -> bool:
        """One text that is refused hinders no other; it is asked for again soon."""
        try:
            self.take(replace(text, raw={**text.raw, RECOVERED_FIELD: now.isoformat()}))
        except Exception:
            log.exception("a text that never reached us could not be taken up")
            return False
        return True

    def _since(self, now: datetime) -> datetime | None:
        """From when on texts may be missing: the last time everything was gone through, else the newest text known.

        None in a new installation: what was sent to the number before is not ours.
        """
        marks = {mark.name: mark.ok_at for mark in self.store.jobs_marked()}
        last = marks.get(ASKED) or self.store.newest_text()
        return None if last is None else max(last - OVERLAP, now - LONGEST_BACK)

    def _never_received(self, since: datetime, now: datetime) -> list[ReceivedText] | None:
        try:
            listed = self.mailbox.received_since(since)
        except ConnectionError as error:
            log.warning("the carrier could not be asked what came in", extra={"error": type(error).__name__})
            return None
        due = [text for text in listed if now - text.message.received_at > ON_ITS_WAY]
        known = self.store.known_inbound([text.message.carrier_id for text in due])
        return [text for text in due if text.message.carrier_id not in known]

    def _tell(self, found: int, now: datetime) -> None:
        """An outage of ours ends by itself; texts that stay away again and again mean that the address is wrong."""
        if found:
            log.error("texts never reached us and were found at the carrier", extra={"code": found})
        if found and self._missed_before:
            because = f"Texts do not reach us by themselves: {found} more were found at the carrier. Check the number."
            self.store.raise_alarm(ALARM, ALARM, because, now)
        elif not found:
            self.store.end_alarm(ALARM, now)
        self._missed_before = bool(found)
