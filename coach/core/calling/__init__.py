"""A call with a person, as a state machine: what is said, what came, what is said next. Pure, like all of the core.

Every answer is decided by `coach.core.conversation`, as if it had been texted; here is only how it is asked for.
"""

from coach.core.calling.dialogue import MOST_TURNS, ended, go_on, is_kept, may_be_alarm, over
from coach.core.calling.opening import begin
from coach.core.calling.stored import as_stored, from_stored, words_as_stored
from coach.core.calling.values import CallState, Ear, Given, Pending, Stage, Step, Turn, Words

__all__ = [
    "MOST_TURNS",
    "CallState",
    "Ear",
    "Given",
    "Pending",
    "Stage",
    "Step",
    "Turn",
    "Words",
    "as_stored",
    "begin",
    "ended",
    "from_stored",
    "go_on",
    "is_kept",
    "may_be_alarm",
    "over",
    "words_as_stored",
]
