"""One APScheduler job in the database for each prompt, as one would first build it: cost, losses, doubles."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, func, select

from coach.adapters.clock import system_clock
from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import outbox
from coach.core.events import MessageQueued, TimerSet
from coach.core.model import Lane, TimerKind
from coach.ports import Cause, DueTimer
from tests.benchmarks.figures import Found, Target, at_least
from tests.benchmarks.naive_process import fill, note, scheduler
from tests.benchmarks.place import KINDS, Place, say
from tests.benchmarks.processes import Running, running, until
from tests.benchmarks.seeding import seed
from tests.benchmarks.template import TABLES, Template

NAIVE = "from tests.benchmarks.naive_process import naive; naive()"
COACH = "from tests.benchmarks.naive_process import coach; coach()"
_POST = 0.05  # seconds that a post takes
_HISTORY = ("consent", "inbound", "event", "check_in", "observation", "task", "outbox", "attempt", "status_callback")
assert {*_HISTORY, "participant", "timer"} == {table.name for table in TABLES}


@dataclass(frozen=True)
class Fate:
    """What became of so many prompts that were due once each."""

    lost: int
    doubled: int
    crashed: bool = False

    def words(self) -> str:
        """In a cell of the table."""
        return f"{self.lost} lost, {self.doubled} twice{', one died' if self.crashed else ''}"


def run(place: Place) -> Found:
    """Both databases."""
    many, prompts = (30, 20) if place.quick else (1000, 400)
    rows, targets = [], []
    for kind in KINDS:
        say(f"naive: {kind}, cost of {many} prompts")
        naive, ours = _naive_cost(place, kind, many), _coach_cost(place, kind, many)
        say(f"naive: {kind}, {prompts} prompts, one process killed, then two at once")
        fates = (_naive_killed(place, kind, prompts), _naive_twice(place, kind, prompts))
        our_fates = (_coach_killed(place, kind, prompts), _coach_twice(place, kind, prompts))
        rows.append((f"{kind}, job per prompt", f"{naive:.2f}", *(fate.words() for fate in fates)))
        rows.append((f"{kind}, coach", f"{ours:.2f}", *(fate.words() for fate in our_fates)))
        targets.append(at_least(f"{kind}, cost of the naive way against ours", naive / ours, 2, " x"))
        found = " and ".join(fate.words() for fate in our_fates)
        exact = not any(fate.lost or fate.doubled or fate.crashed for fate in our_fates)
        targets.append(Target(f"{kind}, coach", "0 lost, 0 twice", found, exact))
    about = (
        f"Cost: CPU of one process for {many:,} due prompts, set and carried out. The naive way is an APScheduler 3 "
        "job in an SQLAlchemyJobStore for each, whose function notes that it ran; ours a timer claimed with its "
        "person, its message and its next timer recorded; neither decides anything. "
        f"Safety: {prompts} prompts due at once, each naive post {_POST * 1000:.0f} ms; a process is killed by SIGKILL "
        "when a third is done, and started again; then two processes share one database from the start. "
        "The naive way is counted at its posts, the coach at its queue."
    )
    head = ("", "ms CPU a prompt", "killed and started again", "two processes")
    return Found("The naive way: one scheduler job for each prompt", about, head, rows, targets)


# cost -----------------------------------------------------------------------------------------------------------------


def _naive_cost(place: Place, kind: str, many: int) -> float:
    on, done = scheduler(place.database(kind)), place.folder / f"done-{uuid4().hex}"
    on.start(paused=True)
    begun = time.process_time()
    fill(on, many, str(done), 0.0, system_clock())
    on.resume()
    until(lambda: done.exists() and len(done.read_text().split()) >= many, f"{many} jobs", seconds=300)
    spent = time.process_time() - begun
    on.shutdown()
    return spent * 1000 / many


def _coach_cost(place: Place, kind: str, many: int) -> float:
    url, template = place.database(kind), place.template(1)
    at = _one_prompt_each(url, template, many)
    with place.opened(url) as engine:
        store, begun = SqlStore(engine), time.process_time()
        while _carry_out(store, at):
            pass
        spent = time.process_time() - begun
        fired = _fired(engine)
    if sum(fired.values()) != many:
        raise SystemExit(f"{sum(fired.values())} of {many} prompts were queued")
    return spent * 1000 / many


def _carry_out(store: SqlStore, at: datetime) -> int:
    with store.begin() as tx:
        due = tx.claim_timers(at, 50)
        for item in due:
            tx.record(item.conversation, _facts(item, at), Cause(timer_id=item.timer.id), at)
    return len(due)


def _facts(item: DueTimer, at: datetime) -> tuple[MessageQueued, TimerSet]:
    message = MessageQueued("legs.today", "How are your legs today?", Lane.PROMPT, at + timedelta(hours=9), "planned")
    return message, TimerSet(
        TimerKind(item.timer.kind), f"{item.timer.key}/next", at + timedelta(days=1), item.timer.payload
    )


def _one_prompt_each(url: str, template: Template, people: int) -> datetime:
    """Everybody has the same first prompt waiting; the moment it is due."""
    first = next(row for row in template.pending() if row["kind"] == "prompt")
    only = Template({**template.rows, "timer": [first]}, template.until, template.days)
    seed(url, only, people, without=_HISTORY)
    due: datetime = first["due_at"]
    return due


# what is lost and doubled ---------------------------------------------------------------------------------------------


def _filled(place: Place, kind: str, prompts: int) -> tuple[str, Path]:
    url, file = place.database(kind), place.folder / f"sent-{uuid4().hex}"
    on = scheduler(url)
    on.start(paused=True)
    fill(on, prompts, str(file), _POST, system_clock() + timedelta(seconds=3 + prompts / 100))
    on.shutdown()  # before they are due: one that is shut down while jobs are due drops them
    note(file, "")
    return url, file


def _naive_killed(place: Place, kind: str, prompts: int) -> Fate:
    url, file = _filled(place, kind, prompts)
    with running(NAIVE, (url, str(file)), place.folder, {}) as first:
        until(lambda: len(_sent(file)) >= prompts // 3, "a third", (first,))
        first.kill()
    with running(NAIVE, (url, str(file)), place.folder, {}) as again:
        _end((again,))
    return _fate(Counter(_sent(file)), prompts)


def _naive_twice(place: Place, kind: str, prompts: int) -> Fate:
    url, file = _filled(place, kind, prompts)
    with ExitStack() as stack:
        both = [stack.enter_context(running(NAIVE, (url, str(file)), place.folder, {})) for _ in range(2)]
        _end(both)
        crashed = any("JobLookupError" in one.words() or "Exception in thread" in one.words() for one in both)
    return _fate(Counter(_sent(file)), prompts, crashed=crashed)


def _sent(file: Path) -> list[str]:
    return file.read_text(encoding="ascii").split()


def _coach_killed(place: Place, kind: str, prompts: int) -> Fate:
    url = place.database(kind)
    arguments = (url, _one_prompt_each(url, place.template(1), prompts).isoformat())
    with place.opened(url) as engine:
        with running(COACH, arguments, place.folder, {}) as first:
            until(lambda: _fired(engine).total() >= prompts // 3, "a third", (first,))
            first.kill()
        with running(COACH, arguments, place.folder, {}) as again:
            _end((again,))
        return _fate(_fired(engine), prompts)


def _coach_twice(place: Place, kind: str, prompts: int) -> Fate:
    url = place.database(kind)
    arguments = (url, _one_prompt_each(url, place.template(1), prompts).isoformat())
    with place.opened(url) as engine, ExitStack() as stack:
        both = [stack.enter_context(running(COACH, arguments, place.folder, {})) for _ in range(2)]
        _end(both)
        crashed = any(one.process.returncode for one in both)
        return _fate(_fired(engine), prompts, crashed=crashed)


def _fired(engine: Engine) -> Counter[str]:
    """How many messages each person's prompt has caused."""
    with engine.connect() as connection:
        rows = connection.execute(select(outbox.c.participant_id, func.count()).group_by(outbox.c.participant_id))
        return Counter({str(person): number for person, number in rows})


def _end(all_of_them: tuple[Running, ...] | list[Running]) -> None:
    ended: Callable[[], bool] = lambda: all(one.process.poll() is not None for one in all_of_them)  # noqa: E731
    until(ended, "the end", seconds=300)


def _fate(times: Counter[str], prompts: int, *, crashed: bool = False) -> Fate:
    return Fate(prompts - len(times), sum(often > 1 for often in times.values()), crashed)
