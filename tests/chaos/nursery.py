"""Workers that are born within milliseconds, each a process of its own: forked from one that has imported everything.

Run as a program it reads orders, one JSON object a line, and answers each with the process id of a worker that does
what `coach worker` does, with the clockwork of several machines. All of them end with it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from coach.adapters.clock import system_clock
from coach.adapters.database.engine import open_engine, postgresql_address
from coach.adapters.database.store import SqlStore
from coach.adapters.library.carrier import load_carrier_codes
from coach.adapters.twilio import CarrierOptions, TwilioCarrier
from coach.clockwork.cluster import ClusterClockwork, ProcrastinateConveyor
from coach.resources import folder
from coach.sending import Options
from coach.service import Coach
from tests.chaos.mortal import Life, MortalCarrier, MortalStore, kill_this_process
from tests.chaos.street import ACCOUNT, LINE, TOKEN
from tests.core.talking import HANDBOOK
from tests.serving import ROOT

TENTH = Options(
    segments_per_second=1000.0,
    senders=2,
    lease=timedelta(seconds=9),
    look_up_after=timedelta(seconds=12),
    decide_after=timedelta(seconds=90),
    repeat_urgent_after=timedelta(seconds=18),
    decide_again_after=timedelta(seconds=1),
)
"""Everything waits a tenth of its usual time, so that what a kill leaves is taken up while others are killed."""

_OFTEN = timedelta(seconds=3)


@dataclass
class Nursery:
    """Where the workers come from, as a test sees it."""

    database: str
    carrier: str
    log: Path
    _process: subprocess.Popen[str] | None = field(default=None, init=False)

    def open(self) -> None:
        """Import everything, once."""
        env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nursery", self.database, self.carrier],
                cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                start_new_session=True,
            )  # fmt: skip

    def close(self) -> None:
        """End it with all its workers."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()

    def bear(self, ends_at: str = "", times: int = 1) -> int:
        """A worker begins, to end when that moment has come so often. Returns its process id."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"ends_at": ends_at, "times": times}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def is_alive(process_id: int) -> bool:
    """Whether a worker still lives; nobody waits for the dead ones."""
    with suppress(ProcessLookupError):
        os.kill(process_id, 0)
        return True
    return False


def main(database: str, carrier: str) -> None:
    """Bear whoever is ordered."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    for order in sys.stdin:
        born = os.fork()
        if not born:
            _work(database, carrier, json.loads(order))
        sys.stdout.write(f"{born}\n")
        sys.stdout.flush()


def _work(database: str, carrier: str, order: Mapping[str, object]) -> None:
    life = Life(str(order["ends_at"]), int(str(order["times"])), kill_this_process)
    given = CarrierOptions(
        ACCOUNT, TOKEN, "http://127.0.0.1:9", from_number=LINE, api_url=carrier, connect_timeout=2, read_timeout=3
    )
    twilio = TwilioCarrier(given, system_clock, load_carrier_codes(folder("messages") / "carrier.toml"))
    store = MortalStore(SqlStore(open_engine(database)), life)
    coach = Coach(store, MortalCarrier(twilio, life), HANDBOOK, system_clock, TENTH)
    ClusterClockwork(coach, ProcrastinateConveyor(postgresql_address(database) or ""), _OFTEN).start()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
