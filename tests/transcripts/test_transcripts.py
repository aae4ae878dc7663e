"""Conversations written out for people to read are what the coach really says and does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transcripts.playing import NotAScript, play

FILES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_transcript_is_what_the_coach_says_and_does(file: Path, request: pytest.FixtureRequest) -> None:
    """After a change that is meant: `pytest tests/transcripts --rewrite-transcripts`, and read the difference."""
    written = file.read_text(encoding="utf-8")
    played = play(written)
    if request.config.getoption("--rewrite-transcripts"):
        file.write_text(played, encoding="utf-8")
    else:
        assert written == played


def test_there_are_transcripts() -> None:
    """Otherwise nothing is compared."""
    assert len(FILES) >= 20


@pytest.mark.parametrize("line", ["> Ruth: hi", "> Mon 2 Mar 09:00 Otto: hi", "> Mon 2 Mar 09:00 Ana does: sings"])
def test_a_script_that_cannot_be_read_says_so(line: str) -> None:
    """So that no line is passed over."""
    with pytest.raises(NotAScript):
        play(f"@ on call: ana first\n{line}\n")


def test_a_transcript_is_its_own_script() -> None:
    """What the player wrote is left out when it is played again."""
    once = play("# Ruth cannot breathe\n@ on call: ana first\n> Mon 2 Mar 10:00 Ruth: I can't breathe\n")
    assert "= Mon 2 Mar 10:00 case 1: raised, emergency" in once
    assert play(once) == once
