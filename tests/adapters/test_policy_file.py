"""Who is paged how often stands in messages/escalation.toml, and nothing has a value that is not written there."""

from __future__ import annotations

import shutil
from datetime import time, timedelta
from pathlib import Path

import pytest

from coach.adapters.library.lint import lint
from coach.adapters.library.policy import load_policy, rules_version
from coach.adapters.library.problems import LibraryError
from coach.core.model import Channel, Disposition, Fate
from coach.core.policy import WhenUndelivered, WorkingHours

MESSAGES = Path(__file__).parents[2] / "messages"
FILE = "escalation.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content to break."""
    return Path(shutil.copytree(MESSAGES, tmp_path / "messages"))


def change(folder: Path, old: str, new: str, file: str = FILE) -> None:
    """Write something else into a file."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def sentences(folder: Path) -> str:
    """What is wrong with the policy."""
    with pytest.raises(LibraryError) as refused:
        load_policy(folder)
    return str(refused.value)


def test_the_delivered_policy() -> None:
    """An emergency is paged at once, by text and call, every five minutes, to one more every ten."""
    policy = load_policy(MESSAGES)
    emergency = policy.of(Disposition.EMERGENCY)
    assert (emergency.first_after, emergency.repeat, emergency.next_after) == (
        timedelta(0),
        timedelta(minutes=5),
        timedelta(minutes=10),
    )
    assert emergency.channels == (Channel.SMS, Channel.VOICE)
    assert policy.of(Disposition.URGENT).voice_from_repeat == 1
    assert policy.of(Disposition.ROUTINE).hours == WorkingHours(frozenset(range(5)), time(9), time(17))
    assert policy.follow_up.routine.days == (3, 7)
    assert policy.silence[0].fate is Fate.NOT_DELIVERED
    assert policy.hold == timedelta(minutes=30)
    assert policy.follow_up.emergency.unconfirmed_call == timedelta(minutes=3)
    assert [policy.of(level).when_undelivered for level in (Disposition.URGENT, Disposition.ROUTINE)] == [
        WhenUndelivered.CALL,
        WhenUndelivered.TASK,
    ]


def test_without_its_line_no_unconfirmed_emergency_is_called_out(folder: Path) -> None:
    """Where carriers give no receipts every emergency would be."""
    text = (folder / FILE).read_text(encoding="utf-8")
    line = next(line for line in text.splitlines(keepends=True) if line.startswith("unconfirmed_call_minutes"))
    change(folder, line, "")
    assert load_policy(folder).follow_up.emergency.unconfirmed_call is None


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("repeat_minutes = 5\n", "emergency repeat_minutes"),
        ("contact_within_minutes = 60\n", "urgent contact_within_minutes"),
        ("silent_call_minutes = 20      # … then a call\n", "emergency silent_call_minutes"),
        (
            "unanswered_hours = 2          # no answer: a coordinator asks, and whoever has the case is paged\n",
            "unanswered",
        ),
        ("job_late_seconds = 120        # … and at least after this\n", "job_late_seconds"),
        ('policy_version = "1"  # of the pages and questions below; each case is stamped with it\n', "policy_version"),
        ('when_undelivered = "task"\n', "routine when_undelivered"),
        ('hung_up = { ask_by = "sms" }\n', "hung_up"),
        (
            "pause_minutes = 30            # from a check-in call to the look at what became of it, and to the next\n",
            "pause_minutes",
        ),
    ],
)
def test_a_threshold_that_is_missing_is_named(folder: Path, line: str, key: str) -> None:
    """With the file and the key; nothing is guessed in its place."""
    change(folder, line, "")
    said = sentences(folder)
    assert FILE in said
    assert key in said
    assert "is missing; add it." in said


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("first_after_minutes = 0       # at most 15", "first_after_minutes = 16", "urgent first_after_minutes"),
        ('channels = ["sms", "voice"]   # both', 'channels = ["fax"]   # both', "channels"),
        ("repeat_minutes = 5\n", "repeat_minutes = 0\n", "repeat_minutes"),
        ('next_morning = "09:30"        # “Were', 'next_morning = "25:30"        # “Were', "next_morning"),
        ('start = "09:00", end = "17:00"', 'start = "17:00", end = "09:00"', "hours"),
        ("silent_call_minutes = 20", "silent_call_minutes = 14", "emergency"),
        ("unconfirmed_call_minutes = 3 ", "unconfirmed_call_minutes = 15 ", "emergency"),
        ('when_undelivered = "task"', 'when_undelivered = "nothing"', "when_undelivered"),
        ("[watch]", "[wacth]", "wacth"),
        ("repeat_minutes = 60", "repaet_minutes = 60", "repaet_minutes"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(folder: Path, old: str, new: str, key: str) -> None:
    """An emergency is paged within a quarter of an hour of the reply, whatever an author writes."""
    change(folder, old, new)
    said = sentences(folder)
    assert FILE in said
    assert key in said


def test_the_check_of_all_content_looks_at_the_policy_too(folder: Path) -> None:
    """So an author finds it before the program does."""
    change(folder, "repeat_minutes = 5\n", "")
    assert any("emergency repeat_minutes" in one for one in map(str, lint(folder)))


@pytest.mark.parametrize("file", [FILE, "triage/rules.toml", "triage/signs.toml", "programmes/limits.toml"])
def test_the_mark_on_a_case_changes_with_every_rule(folder: Path, file: str) -> None:
    """Whoever looks at a case later can find the rules that were in force."""
    policy = load_policy(folder)
    before = rules_version(folder, policy)
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8") + "# a word more\n", encoding="utf-8")
    assert rules_version(folder, policy) != before
    assert before.startswith("1-")
    assert len(before) <= 40
