"""The weeks' plan: which prompt is due when for one person, which give way to others, and what holds one back."""

from coach.core.model import Weeks
from coach.core.programme.fitness import unfit
from coach.core.programme.holding import (
    SHORT,
    displaced,
    group_for,
    had_emergency,
    has_room,
    offer_group,
    screens,
    suppression,
)
from coach.core.programme.lately import missed_in_a_row, reported, scores, silent_for
from coach.core.programme.plan import Due, calendar, due_on, firing, first_day, first_timers, next_due, week_of
from coach.core.programme.progress import MOVE, step_of
from coach.core.programme.reasons import SkipReason, Suppression
from coach.core.programme.timetable import Cap, Limits, Programme, Progression, PromptKind, Slot

__all__ = [
    "MOVE",
    "SHORT",
    "Cap",
    "Due",
    "Limits",
    "Programme",
    "Progression",
    "PromptKind",
    "SkipReason",
    "Slot",
    "Suppression",
    "Weeks",
    "calendar",
    "displaced",
    "due_on",
    "firing",
    "first_day",
    "first_timers",
    "group_for",
    "had_emergency",
    "has_room",
    "missed_in_a_row",
    "next_due",
    "offer_group",
    "reported",
    "scores",
    "screens",
    "silent_for",
    "step_of",
    "suppression",
    "unfit",
    "week_of",
]
