"""The shape of messages/escalation.toml as far as it says who is paged and what is asked; see `policy.py`."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from coach.adapters.library.problems import Strict


def _is_wall_time(text: str) -> str:
    time.fromisoformat(text)
    return text


_Count = Annotated[int, Field(ge=1)]
_FromNow = Annotated[int, Field(ge=0)]
_Wall = Annotated[str, Field(pattern=r"^\d\d:\d\d$"), AfterValidator(_is_wall_time)]
_Channels = Annotated[list[Literal["sms", "voice"]], Field(min_length=1)]


_Reason = Literal["not_delivered", "no_answer", "machine", "hung_up", "talked", "not_understood", "delivered_silent"]


class HoursEntry(Strict):
    """Working hours; days are 0 Monday to 6."""

    days: list[Annotated[int, Field(ge=0, le=6)]] = Field(min_length=1)
    start: _Wall
    end: _Wall

    @model_validator(mode="after")
    def _in_order(self) -> HoursEntry:
        if self.end <= self.start:
            sentence = "the end must be later than the start"
            raise ValueError(sentence)
        return self


class LevelEntry(Strict):
    """How cases of one level are paged."""

    first_after_minutes: _FromNow
    channels: _Channels
    repeat_minutes: _Count
    next_after_minutes: _Count
    contact_within_minutes: _Count
    contact_again_minutes: _Count
    close_remind_hours: _Count
    close_give_up_hours: _Count
    when_undelivered: Literal["call", "page", "task"]
    voice_from_repeat: _FromNow = 0
    hours: HoursEntry | None = None


class _Operator(Strict):
    channels: _Channels
    repeat_minutes: _Count


class _Page(Strict):
    emergency: LevelEntry
    urgent: LevelEntry
    routine: LevelEntry
    operator: _Operator


class _Emergency(Strict):
    silent_minutes: _Count
    silent_call_minutes: _Count
    silent_human_minutes: _Count
    next_morning: _Wall
    unconfirmed_call_minutes: _Count | None = None

    @model_validator(mode="after")
    def _in_order(self) -> _Emergency:
        if not self.silent_minutes < self.silent_call_minutes < self.silent_human_minutes:
            sentence = "first comes the text, then the call, then the page; mend their order"
            raise ValueError(sentence)
        if self.unconfirmed_call_minutes is not None and self.unconfirmed_call_minutes >= self.silent_minutes:
            sentence = "the call about an unconfirmed alarm comes before the alarm is said again; mend their order"
            raise ValueError(sentence)
        return self


class _Urgent(Strict):
    next_morning: _Wall
    task_after_hours: _Count


class _Routine(Strict):
    days: list[_Count] = Field(min_length=1)
    hour: _Wall
    task_after_days: _Count


class _Contact(Strict):
    ask_after_minutes: _FromNow
    unanswered_hours: _Count


class FollowUpEntry(Strict):
    """What the person is asked after a case of each level."""

    emergency: _Emergency
    urgent: _Urgent
    routine: _Routine
    contact: _Contact


class _AskFirst(Strict):
    hold_minutes: _Count


class _Distress(Strict):
    unanswered_minutes: _Count


class SilenceEntry(Strict):
    """What is done about check-ins that were not answered for one reason."""

    call: bool = True
    calls_again: _FromNow = 0
    ask_by: Literal["sms", "voice"] | None = None
    task: str | None = Field(default=None, pattern=r"^[a-z_]+$")
    task_after: _Count | None = None
    at_once: bool = False


class _Calls(Strict):
    pause_minutes: _Count


class _Watch(Strict):
    job_late_factor: _Count
    job_late_seconds: _Count
    contact_days: _Count


class PolicyFile(Strict):
    """All of the file but outcomes and tellings."""

    policy_version: str = Field(min_length=1, max_length=20)
    page: _Page
    follow_up: FollowUpEntry
    ask_first: _AskFirst
    distress: _Distress
    silence: dict[_Reason, SilenceEntry]
    calls: _Calls
    watch: _Watch
    outcome: object = None  # this and what follows: see coach.adapters.library.cases
    telling: object = None
