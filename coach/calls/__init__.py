"""Calls with people, over the store. How a call goes is in coach.core.calling.

Nothing is remembered in a process: any of them can take any step. A step that comes twice, or late, changes nothing and
hears what is being said now.
"""

from coach.calls.connecting import Connecting
from coach.calls.machines import Machines
from coach.calls.steps import ABANDONED, Calls
from coach.calls.values import Heard, Place, Ring, Speech, Undecided

__all__ = ["ABANDONED", "Calls", "Connecting", "Heard", "Machines", "Place", "Ring", "Speech", "Undecided"]
