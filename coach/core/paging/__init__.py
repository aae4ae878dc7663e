"""Who is paged about open cases, when and in which words, computed from the case, its steps, the policy and the rota.

Nothing is remembered between looks: a look that is lost, doubled or late does no harm.
"""

from coach.core.escalation import NOT_REACHED
from coach.core.paging.answers import (
    Answering,
    Unchanged,
    answer,
    help_of,
    promised_by,
    stand_down,
    unchanged,
    waiting_for,
    which,
)
from coach.core.paging.looks import anybody_to_page, cleared, plain_pages, wake
from coach.core.paging.stages import LOOK_AT_LEAST, SILENT_AT_MOST, Due, due
from coach.core.paging.texts import ANSWERS_LAST, Link, at_the_clock, initials, of_case, page, page_to_try, text, word
from coach.core.paging.turns import Page, is_reachable

__all__ = [
    "ANSWERS_LAST",
    "LOOK_AT_LEAST",
    "NOT_REACHED",
    "SILENT_AT_MOST",
    "Answering",
    "Due",
    "Link",
    "Page",
    "Unchanged",
    "answer",
    "anybody_to_page",
    "at_the_clock",
    "cleared",
    "due",
    "help_of",
    "initials",
    "is_reachable",
    "of_case",
    "page",
    "page_to_try",
    "plain_pages",
    "promised_by",
    "stand_down",
    "text",
    "unchanged",
    "waiting_for",
    "wake",
    "which",
    "word",
]
