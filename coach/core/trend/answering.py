"""What a reply answers besides the score: the same for a live text and for a line of a file."""

from __future__ import annotations

from coach.core.model import Asked, Intent, Onset, Reply
from coach.core.trend.values import Answers, Seen

_STAIRS_MENU = range(4)  # 0 easy to 3 cannot
_SEEN_MENU = {1: Seen.YES, 2: Seen.BOOKED, 3: Seen.NOT_YET}


def answers_of(reply: Reply, asked: Asked) -> Answers:
    """The answers that count, by what was asked."""
    return Answers(
        onset=_onset(reply, asked),
        seen=_seen(reply) if asked is Asked.SEEN else None,
        trend=reply.trend if asked is Asked.TREND else None,
        stairs=_stairs(reply) if asked is Asked.STAIRS else None,
        falls=_falls(reply) if asked is Asked.FALLS else None,
        chair_stands=_count(reply) if asked is Asked.CHAIR_STANDS else None,
    )


def _onset(reply: Reply, asked: Asked) -> Onset | None:
    """A new beginning counts wherever it is told; "longer" only as an answer, as it may be about something else."""
    if reply.onset is Onset.LONGER and asked is not Asked.ONSET:
        return None
    return reply.onset


def _seen(reply: Reply) -> Seen | None:
    if reply.amount is not None:
        return _SEEN_MENU.get(round(reply.amount))
    if reply.yes is None:
        return None
    return Seen.YES if reply.yes else Seen.NOT_YET


def _falls(reply: Reply) -> int | None:
    return int(reply.yes) if reply.amount is None and reply.yes is not None else _count(reply)


def _stairs(reply: Reply) -> int | None:
    """A number that is none of the choices answers nothing, and is not the worst of them."""
    choice = _count(reply)
    return choice if choice in _STAIRS_MENU else None


def _count(reply: Reply) -> int | None:
    """A cry for help counts nothing, whatever figure stands in it: 911."""
    return None if reply.amount is None or reply.intent is Intent.HELP else round(reply.amount)
