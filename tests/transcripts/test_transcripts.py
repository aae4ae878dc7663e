"""Conversations written out for people to read are what the coach really says and does."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.transcripts.playing import NotAScript, play

FILES = sorted(Path(__file__).parent.rglob("*.txt"))
PHONES = "@ with phones and dashboard\n"
ALONE = [file for file in FILES if PHONES not in file.read_text(encoding="utf-8")]
LONG = re.compile(r"course_|follow_up_|silence_|why")  # days of them
_ONLY_THE_CARRIER_KNOWS = re.compile(
    r" (?:The last check-in was delivered and not answered|Nobody took the last call)\.$"
)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_transcript_is_what_the_coach_says_and_does(
    file: Path, sqlite_url: str, request: pytest.FixtureRequest
) -> None:
    """After a change that is meant: `pytest tests/transcripts --rewrite-transcripts`, and read the difference."""
    written = file.read_text(encoding="utf-8")
    played = play(written, sqlite_url)
    if request.config.getoption("--rewrite-transcripts"):
        file.write_text(played, encoding="utf-8")
    else:
        assert written == played


def test_there_are_transcripts() -> None:
    """Otherwise nothing is compared."""
    assert len(FILES) >= 100


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, marks=[pytest.mark.nightly] if LONG.match(file.name) else []) for file in ALONE],
    ids=[file.stem for file in ALONE],
)
def test_the_whole_service_says_and_does_all_that_its_core_decides(file: Path, sqlite_url: str) -> None:
    """Through tables, webhooks and phones nothing is lost, changed or late; what the carrier tells comes besides."""
    script = file.read_text(encoding="utf-8")
    assert not Counter(facts(play(script, sqlite_url))) - Counter(facts(play(PHONES + script, sqlite_url)))


def facts(transcript: str) -> list[str]:
    """Its lines, without how an answer that changed nothing is written, and why the carrier thinks nobody answered."""
    lines = (line for line in transcript.splitlines() if line[:1] in {"<", "=", "!"})
    return [_ONLY_THE_CARRIER_KNOWS.sub("", line) for line in lines if " text → " not in line]


@pytest.mark.parametrize(
    "line",
    [
        "> Ruth: hi",
        "> Mon 2 Mar 09:00 Otto: hi",
        "> Mon 2 Mar 09:00 Ana does: sings",
        "> Mon 2 Mar 09:00 Ana does: picks up",
        "> Mon 2 Mar 09:00 Ruth's phone: takes no texts",
    ],
)
def test_a_script_that_cannot_be_read_says_so(line: str, sqlite_url: str) -> None:
    """So that no line is passed over."""
    with pytest.raises(NotAScript):
        play(f"@ on call: ana first\n{line}\n", sqlite_url)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Ana does: sings", "nobody can do this: sings"),
        ("Ana does: picks up", "Ana's phone does not ring"),
        ("Ana does: presses 1", "Ana's phone has no call"),
        ("Ana does: opens the link", "Ana has no text with a link"),
        ("Ruth's phone: flies", "no phone of Ruth can do this: flies"),
        ("Otto's phone: takes no texts", "no phone of Otto can do this: takes no texts"),
    ],
)
def test_with_phones_and_dashboard_too(line: str, problem: str, sqlite_url: str) -> None:
    """By the name of whoever cannot do it."""
    with pytest.raises(NotAScript, match=f"^{problem}$"):
        play(f"@ on call: ana first\n{PHONES}> Mon 2 Mar 09:00 {line}\n", sqlite_url)


def test_a_transcript_is_its_own_script(sqlite_url: str) -> None:
    """What the player wrote is left out when it is played again."""
    once = play("# Ruth cannot breathe\n@ on call: ana first\n> Mon 2 Mar 10:00 Ruth: I can't breathe\n", sqlite_url)
    assert "= Mon 2 Mar 10:00 case 1: raised, emergency" in once
    assert play(once, sqlite_url) == once
