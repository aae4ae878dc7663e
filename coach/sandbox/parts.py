"""The parts of the network that its message and voice sides share."""

from __future__ import annotations

from dataclasses import dataclass

from coach.sandbox.account import Account
from coach.sandbox.callbacks import Callbacks
from coach.sandbox.courier import Courier
from coach.sandbox.faults import Faults
from coach.sandbox.ledger import Ledger
from coach.sandbox.pace import Pace
from coach.sandbox.state import State
from coach.sandbox.timetable import Timetable


@dataclass(frozen=True, slots=True)
class Parts:
    """Built once by `Network`."""

    account: Account
    state: State
    ledger: Ledger
    timetable: Timetable
    courier: Courier
    callbacks: Callbacks
    faults: Faults
    pace: Pace
