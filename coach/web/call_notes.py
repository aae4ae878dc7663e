"""What a call tells besides its answers: whether a machine took it, and whether somebody did anything in it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from coach.ports import Clock

_log = logging.getLogger(__name__)
_LONGEST = 20  # letters of the longest word the carrier has for who answered


class CallKeeper(Protocol):
    """Keeps it with the attempt; the store does."""

    def note_call(self, attempt_id: str, *, answered_by: str | None = None, talked_at: datetime | None = None) -> None:
        """Keep who the carrier thinks took a call, and when somebody in it pressed a key or spoke."""


@dataclass(frozen=True, slots=True)
class CallNotes:
    """Notes on calls we made. A note that cannot be kept never costs an answer."""

    keeper: CallKeeper
    clock: Clock

    def answered(self, attempt: str, by: str) -> None:
        """The carrier's word for who took the call, such as `human` or `machine_start`; nothing when it has none."""
        if by:
            self._keep(attempt, answered_by=by[:_LONGEST])

    def talked(self, attempt: str) -> None:
        """Somebody pressed a key or gave an answer, so a person is there."""
        self._keep(attempt, talked_at=self.clock())

    def _keep(self, attempt: str, *, answered_by: str | None = None, talked_at: datetime | None = None) -> None:
        try:
            self.keeper.note_call(attempt, answered_by=answered_by, talked_at=talked_at)
        except Exception as error:  # noqa: BLE001 - the call goes on whatever became of the note
            _log.error("a note on a call was lost", extra={"attempt_id": attempt, "error": type(error).__name__})
