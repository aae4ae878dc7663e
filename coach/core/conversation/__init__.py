"""The only composer: a received text, a due timer or a call, turned into facts. Pure, like all of the core."""

from coach.core.conversation.calls import greeting, open_call
from coach.core.conversation.enrolment import invite_later
from coach.core.conversation.moment import ASKED_IN_CALLS, Moment
from coach.core.conversation.prompts import fire, following
from coach.core.conversation.received import receive
from coach.core.conversation.rehearsal import Habits, Rehearsed, rehearse
from coach.core.conversation.respond import cannot_wait, respond
from coach.core.conversation.unrecorded import emergency_text

__all__ = [
    "ASKED_IN_CALLS",
    "Habits",
    "Moment",
    "Rehearsed",
    "cannot_wait",
    "emergency_text",
    "fire",
    "following",
    "greeting",
    "invite_later",
    "open_call",
    "receive",
    "rehearse",
    "respond",
]
