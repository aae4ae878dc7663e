"""The values of messages/escalation.toml: who is paged how often, and what is asked of the person when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from coach.core.model import Channel, Disposition, Fate


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Weekdays (0 Monday to 6) and wall times of the person on call; `end` is not included."""

    days: frozenset[int]
    start: time
    end: time


class WhenUndelivered(StrEnum):
    """What is done at once when a message to the person about a case did not arrive; a coordinator has it as a task."""

    CALL = "call"  # the same words in a call, and whoever is paged hears of it
    PAGE = "page"  # whoever is paged hears of it
    TASK = "task"  # nothing more


@dataclass(frozen=True, slots=True)
class LevelPolicy:
    """How cases of one level are paged. With `hours`, its minutes are working minutes of the person on call."""

    first_after: timedelta  # from the case's clock to the first turn
    channels: tuple[Channel, ...]
    repeat: timedelta  # between pages to the same person
    next_after: timedelta  # from one turn to the next
    contact_within: timedelta  # from taking the case: what the person is promised
    contact_again: timedelta  # past the promise, until others are paged again
    close_remind: timedelta  # between reminders to close, once the person was reached
    close_give_up: timedelta  # from then on the next turn is reminded too
    when_undelivered: WhenUndelivered = WhenUndelivered.TASK
    voice_from_repeat: int = 0  # pages to a person that are a text alone, before calls come with them
    hours: WorkingHours | None = None  # None: at any hour


@dataclass(frozen=True, slots=True)
class OperatorPolicy:
    """How people who run the program are paged about alarms."""

    channels: tuple[Channel, ...]
    repeat: timedelta


@dataclass(frozen=True, slots=True)
class EmergencyFollowUp:
    """While nothing is heard after an emergency: the text again, a call, a page. Then the question of next morning."""

    silent: timedelta
    silent_call: timedelta
    silent_human: timedelta
    next_morning: time  # local
    unconfirmed_call: timedelta | None = None  # a call, when by then no carrier has said that the alarm arrived


@dataclass(frozen=True, slots=True)
class UrgentFollowUp:
    """The question of next morning, and when a coordinator asks instead."""

    next_morning: time  # local
    task_after: timedelta


@dataclass(frozen=True, slots=True)
class RoutineFollowUp:
    """On which days after the case the person is asked whether they have booked."""

    days: tuple[int, ...]
    hour: time  # local
    task_after: timedelta


@dataclass(frozen=True, slots=True)
class ContactFollowUp:
    """Whether somebody reached them: asked so long past the promise; without an answer so long, a task."""

    ask_after: timedelta
    unanswered: timedelta


@dataclass(frozen=True, slots=True)
class FollowUps:
    """What is asked of the person after a case."""

    emergency: EmergencyFollowUp
    urgent: UrgentFollowUp
    routine: RoutineFollowUp
    contact: ContactFollowUp


@dataclass(frozen=True, slots=True)
class SilenceStep:
    """What the ladder does about check-ins that were not answered for one reason."""

    fate: Fate | None  # None: an answer came and was not understood
    call: bool = True  # whether calling may help
    calls_again: int = 0  # so often a call is made once more, each `Policy.call_pause` after the one before
    ask_by: Channel | None = None  # then
    task: str | None = None  # kind of the work for a coordinator
    task_after: int | None = None  # so many in a row
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """When the program itself is looked after."""

    late_factor: int  # a job is late after so many of its intervals
    late: timedelta  # … and at least after this
    contact: timedelta  # an active person has something sent, skipped or heard at least so often


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it. `version` is the author's; `Handbook.rules_version` says more."""

    version: str
    page: Mapping[Disposition, LevelPolicy]  # emergency, urgent and routine
    operator: OperatorPolicy
    follow_up: FollowUps
    hold: timedelta  # how long the full text waits for the answer to the question before it
    distress: timedelta  # after a call for help without an answer a case is raised
    silence: tuple[SilenceStep, ...]  # the first whose reason holds wins
    call_pause: timedelta  # from a check-in call to the look at what became of it
    watch: WatchPolicy

    def of(self, level: Disposition) -> LevelPolicy:
        """How a case of this level is paged; one of a level that calls for no care as a routine one."""
        return self.page.get(level, self.page[Disposition.ROUTINE])
