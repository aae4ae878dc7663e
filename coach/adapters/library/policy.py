"""messages/escalation.toml → who is paged how often, and what is asked of the person afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import time, timedelta
from hashlib import sha256
from pathlib import Path

from coach.adapters.library.cases import FILE
from coach.adapters.library.policy_file import FollowUpEntry, HoursEntry, LevelEntry, PolicyFile, SilenceEntry
from coach.adapters.library.problems import Problem, raise_if_any, read
from coach.core.model import Channel, Disposition, Fate
from coach.core.policy import (
    ContactFollowUp,
    EmergencyFollowUp,
    FollowUps,
    LevelPolicy,
    OperatorPolicy,
    Policy,
    RoutineFollowUp,
    SilenceStep,
    UrgentFollowUp,
    WatchPolicy,
    WhenUndelivered,
    WorkingHours,
)

_FIRST_PAGE_AT_MOST = 15
_MARK = 12
_FATES: dict[str, Fate | None] = {
    "not_delivered": Fate.NOT_DELIVERED,
    "no_answer": Fate.NO_ANSWER,
    "machine": Fate.MACHINE,
    "hung_up": Fate.HUNG_UP,
    "talked": Fate.TALKED,
    "not_understood": None,
    "delivered_silent": Fate.DELIVERED,
}


def load_policy(folder: Path) -> Policy:
    """Everything that time decides about a case.

    Raises:
        LibraryError: naming the file and every key to mend; nothing has a value that is not written there.
    """
    problems: list[Problem] = []
    policy = read_policy(folder, problems)
    raise_if_any(problems)
    if policy is None:
        raise_if_any([Problem(FILE, "", "The file cannot be used; mend it.")])
        raise AssertionError
    return policy


def read_policy(folder: Path, problems: list[Problem]) -> Policy | None:
    """The same without raising: what is wrong goes to `problems`."""
    file = read(folder / FILE, PolicyFile, problems)
    if file is None:
        return None
    problems += (*_late(file), *_unnamed_reasons(file))
    return _policy(file)


def rules_version(folder: Path, policy: Policy) -> str:
    """What a case is stamped with: the author's version, and a mark of all that decides about levels and pages."""
    decides = (*sorted((folder / "triage").glob("*.toml")), folder / FILE, folder / "programmes" / "limits.toml")
    mark = sha256()
    for path in decides:
        mark.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{policy.version}-{mark.hexdigest()[:_MARK]}"


def _late(file: PolicyFile) -> Iterator[Problem]:
    for level, entry in (("emergency", file.page.emergency), ("urgent", file.page.urgent)):
        if entry.first_after_minutes > _FIRST_PAGE_AT_MOST:
            sentence = f"“{level} first_after_minutes” is wrong: write {_FIRST_PAGE_AT_MOST} or less."
            yield Problem(FILE, "page", sentence)


def _unnamed_reasons(file: PolicyFile) -> Iterator[Problem]:
    """A reason without an entry would be answered by nothing."""
    for reason in _FATES.keys() - file.silence.keys():
        yield Problem(FILE, "silence", f"“{reason}” is missing; add it.")


def _policy(file: PolicyFile) -> Policy:
    page, watch = file.page, file.watch
    return Policy(
        version=file.policy_version,
        page={
            Disposition.EMERGENCY: _level(page.emergency),
            Disposition.URGENT: _level(page.urgent),
            Disposition.ROUTINE: _level(page.routine),
        },
        operator=OperatorPolicy(_channels(page.operator.channels), _minutes(page.operator.repeat_minutes)),
        follow_up=_follow_ups(file.follow_up),
        hold=_minutes(file.ask_first.hold_minutes),
        distress=_minutes(file.distress.unanswered_minutes),
        silence=tuple(_silence(_FATES[reason], step) for reason, step in file.silence.items()),
        call_pause=_minutes(file.calls.pause_minutes),
        watch=WatchPolicy(
            late_factor=watch.job_late_factor,
            late=timedelta(seconds=watch.job_late_seconds),
            contact=timedelta(days=watch.contact_days),
        ),
    )


def _level(entry: LevelEntry) -> LevelPolicy:
    return LevelPolicy(
        first_after=_minutes(entry.first_after_minutes),
        channels=_channels(entry.channels),
        repeat=_minutes(entry.repeat_minutes),
        next_after=_minutes(entry.next_after_minutes),
        contact_within=_minutes(entry.contact_within_minutes),
        contact_again=_minutes(entry.contact_again_minutes),
        close_remind=timedelta(hours=entry.close_remind_hours),
        close_give_up=timedelta(hours=entry.close_give_up_hours),
        when_undelivered=WhenUndelivered(entry.when_undelivered),
        voice_from_repeat=entry.voice_from_repeat,
        hours=_hours(entry.hours) if entry.hours else None,
    )


def _hours(entry: HoursEntry) -> WorkingHours:
    return WorkingHours(frozenset(entry.days), time.fromisoformat(entry.start), time.fromisoformat(entry.end))


def _follow_ups(entry: FollowUpEntry) -> FollowUps:
    emergency, urgent, routine, contact = entry.emergency, entry.urgent, entry.routine, entry.contact
    unconfirmed = emergency.unconfirmed_call_minutes
    return FollowUps(
        emergency=EmergencyFollowUp(
            silent=_minutes(emergency.silent_minutes),
            silent_call=_minutes(emergency.silent_call_minutes),
            silent_human=_minutes(emergency.silent_human_minutes),
            next_morning=time.fromisoformat(emergency.next_morning),
            unconfirmed_call=None if unconfirmed is None else _minutes(unconfirmed),
        ),
        urgent=UrgentFollowUp(time.fromisoformat(urgent.next_morning), timedelta(hours=urgent.task_after_hours)),
        routine=RoutineFollowUp(
            tuple(sorted(routine.days)), time.fromisoformat(routine.hour), timedelta(days=routine.task_after_days)
        ),
        contact=ContactFollowUp(_minutes(contact.ask_after_minutes), timedelta(hours=contact.unanswered_hours)),
    )


def _silence(fate: Fate | None, entry: SilenceEntry) -> SilenceStep:
    return SilenceStep(
        fate=fate,
        call=entry.call,
        calls_again=entry.calls_again,
        ask_by=Channel(entry.ask_by) if entry.ask_by else None,
        task=entry.task,
        task_after=entry.task_after,
        at_once=entry.at_once,
    )


def _channels(names: Iterable[str]) -> tuple[Channel, ...]:
    return tuple(Channel(name) for name in names)


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
