"""Why a prompt is not sent, as a code and in words, with the safety rule behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SkipReason(StrEnum):
    """Why a prompt is not sent: held back when it came due, or dropped when it was about to leave."""

    NOT_ACTIVE = "not_active"
    NO_ZONE = "no_zone"
    QUIET_HOURS = "quiet_hours"
    TOO_LATE = "too_late"
    NOT_NEEDED = "not_needed"  # an extra prompt, and nothing calls for it
    AFTER_EMERGENCY = "after_emergency"
    OPEN_CASE = "open_case"
    SILENT = "silent"  # nothing was heard for so long that only check-ins go on
    NOT_SCREENED = "not_screened"  # has not yet said no to the list of warning signs
    NO_SCORE = "no_score"
    SCORE_HIGH = "score_high"
    RECENT_FALL = "recent_fall"
    SICK = "sick"
    CRASH = "crash"
    NOT_CLEARED = "not_cleared"
    MERGED = "merged"
    DAILY_CAP = "daily_cap"
    WEEKLY_CAP = "weekly_cap"
    NO_TEXT_CHANNEL = "no_text_channel"  # only check-ins can be made by call
    BLOCKED_BY_GATE = "blocked_by_gate"  # no text of the group is safe for this profile
    EXPIRED = "expired"  # waited in the outbox until it was of no use
    OPTED_OUT = "opted_out"  # this and the next two: between the decision and the sending
    WRONG_PERSON = "wrong_person"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a prompt is held back: a code, and one plain clause for people."""

    reason: SkipReason
    because: str

    @property
    def gate(self) -> str | None:
        """The safety rule behind it, where there is one."""
        return _GATES.get(self.reason)


_GATES: Mapping[SkipReason, str] = {
    **dict.fromkeys(
        (
            SkipReason.OPEN_CASE,
            SkipReason.NOT_SCREENED,
            SkipReason.NO_SCORE,
            SkipReason.SCORE_HIGH,
            SkipReason.RECENT_FALL,
            SkipReason.SICK,
            SkipReason.NOT_CLEARED,
        ),
        "D5",
    ),
    SkipReason.CRASH: "D6",
}
