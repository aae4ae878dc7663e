"""The weeks' plan: which prompt is due when for one person, which give way to others, and what holds one back."""

from coach.core.programme.holding import SkipReason, Suppression, group_for, suppression
from coach.core.programme.plan import Due, calendar, due_on, first_timers, next_due, week_of
from coach.core.programme.timetable import Cap, Limits, Programme, PromptKind, Slot, Weeks

__all__ = [
    "Cap",
    "Due",
    "Limits",
    "Programme",
    "PromptKind",
    "SkipReason",
    "Slot",
    "Suppression",
    "Weeks",
    "calendar",
    "due_on",
    "first_timers",
    "group_for",
    "next_due",
    "suppression",
    "week_of",
]
