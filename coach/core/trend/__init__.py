"""The trend rules: a fold over one participant's rows, from which escalations, questions, tasks and good news follow.

    state = start(person, rules)
    state, decisions = hear(state, row)   # for every row, by day

`decide` does the whole of it for a finished record, and `explained` adds to each of its entries the replies it rests
on, the version of the rules, and the nearest change with which it would not have come.
"""

from __future__ import annotations

from coach.core.trend.answering import answers_of
from coach.core.trend.because import explained
from coach.core.trend.fold import advance, decide, end_of_day, finish, hear, passed, start
from coach.core.trend.listing import merged
from coach.core.trend.passing import next_moment
from coach.core.trend.rules import TrendRules
from coach.core.trend.state import State
from coach.core.trend.values import Action, Answers, Decision, Person, Row, Rule, Seen

__all__ = [
    "Action",
    "Answers",
    "Decision",
    "Person",
    "Row",
    "Rule",
    "Seen",
    "State",
    "TrendRules",
    "advance",
    "answers_of",
    "decide",
    "end_of_day",
    "explained",
    "finish",
    "hear",
    "merged",
    "next_moment",
    "passed",
    "start",
]
