"""Programs in processes of their own, on one core where that is what is measured, and ended by their id."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import ROOT, free_port

ACCOUNT, TOKEN, LINE = "AC" + "0123456789abcdef" * 2, "the-account-token", "+12025550100"
COACH = "from coach.cli import main; main()"
_STARTS_WITHIN = 90.0


@dataclass(frozen=True)
class Running:
    """A program that runs."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """SIGKILL: no goodbye, no clearing up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def cpu(self) -> float:
        """Seconds of processor time it has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def words(self) -> str:
        """What it printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def running(
    code: str, arguments: Sequence[str], folder: Path, settings: dict[str, str], core: int | None = None
) -> Iterator[Running]:
    """Run Python code with arguments; on one core, the last if there are fewer, when one is named."""
    cores = sorted(os.sched_getaffinity(0))
    chosen = {cores[min(core, len(cores) - 1)]} if core is not None else set(cores)
    pinned = f"import os; os.sched_setaffinity(0, {chosen}); {code}"
    kept = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **settings}
    path = folder / f"log-{time.monotonic_ns()}"
    with path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", pinned, *arguments], cwd=folder, env=kept, stdout=log, stderr=log
        )
    try:
        yield Running(process, path)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(
    condition: Callable[[], bool], what: str, running: Sequence[Running] = (), seconds: float = _STARTS_WITHIN
) -> None:
    """Wait for what other processes bring about; one that ends meanwhile ends the benchmark with its words."""
    ends = time.monotonic() + seconds
    while not condition():
        gone = [one for one in running if one.process.poll() is not None]
        if gone or time.monotonic() > ends:
            raise SystemExit(f"waited in vain for {what}\n" + "\n".join(one.words()[-2000:] for one in running))
        time.sleep(0.05)


def settings(url: str, folder: Path, carrier: str, port: int | None = None) -> dict[str, str]:
    """Settings that meet nobody outside this machine, and send as fast as may be."""
    return {
        "COACH_DATABASE_URL": url,
        "COACH_SPOOL": str(folder / "spool"),
        "COACH_PUBLIC_URL": f"http://127.0.0.1:{port or free_port()}",
        "COACH_TWILIO_API_URL": carrier,
        "COACH_TWILIO_ACCOUNT_SID": ACCOUNT,
        "COACH_TWILIO_AUTH_TOKEN": TOKEN,
        "COACH_TWILIO_FROM_NUMBER": LINE,
        "COACH_SEND_RATE": "100000",
        "COACH_LOG_LEVEL": "WARNING",
        "COACH_SECRET_KEY": base64.b64encode(os.urandom(48)).decode(),
        "COACH_ENCRYPTION_KEYS": "1:" + base64.b64encode(os.urandom(32)).decode(),
    }
