"""Opt-out as the network itself handles it: keywords, its fixed replies, and the block list."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import StrEnum


class Keyword(StrEnum):
    """What a one-word text asks of the network; also the value of `OptOutType`."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


@dataclass(frozen=True, slots=True)
class OptOutHandling:
    """How the network handles keywords. `names_type` adds `OptOutType` to webhooks (Advanced Opt-Out)."""

    enabled: bool = True
    names_type: bool = False
    stop: frozenset[str] = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
    start: frozenset[str] = frozenset({"START", "YES", "UNSTOP"})
    help: frozenset[str] = frozenset({"HELP", "INFO"})
    replies: dict[Keyword, str] = field(
        default_factory=lambda: {
            Keyword.STOP: "You have successfully been unsubscribed. You will not receive any more messages from "
            "this number. Reply START to resubscribe.",
            Keyword.START: "You have successfully been re-subscribed to messages from this number. Reply HELP for "
            "help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
            Keyword.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
        }
    )

    def keyword(self, body: str) -> Keyword | None:
        """Return the keyword a text is, or None: the whole text must be the one word."""
        word = body.strip().upper()
        if not self.enabled:
            return None
        if word in self.stop:
            return Keyword.STOP
        if word in self.start:
            return Keyword.START
        return Keyword.HELP if word in self.help else None


class BlockList:
    """Pairs of sender (a number or messaging service) and phone that must get nothing. Thread-safe."""

    def __init__(self) -> None:
        """Nobody is blocked at first."""
        self._lock = threading.Lock()
        self._pairs: set[tuple[str, str]] = set()

    def blocks(self, sender: str, phone: str) -> bool:
        """True when messages from `sender` to `phone` are refused."""
        with self._lock:
            return (sender, phone) in self._pairs

    def apply(self, keyword: Keyword, sender: str, phone: str) -> bool:
        """Do what `keyword` asks; True when the network replies (a second STOP and an idle START get none)."""
        with self._lock:
            pair, blocked = (sender, phone), (sender, phone) in self._pairs
            if keyword is Keyword.STOP:
                self._pairs.add(pair)
                return not blocked
            if keyword is Keyword.START:
                self._pairs.discard(pair)
                return blocked
            return True


DEFAULT_HANDLING = OptOutHandling()
"""What a line has unless Advanced Opt-Out is set up."""
