"""A whole check-in is spoken in ninety seconds at our slow rate, on weekdays and Sundays, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.core.model import Language
from tests.core.talking import HANDBOOK
from tests.espeak import BAND, SPEAKER, WHY_SKIPPED, heard_seconds
from tests.speech_time import seconds

CALLS = Path(__file__).parent / "calls"
BOUND = 90.0  # seconds of speech of ours in a call without a correction


@pytest.mark.parametrize("call", ["check_in_by_keys", "check_in_by_keys_spanish", "sunday", "sunday_spanish"])
def test_a_whole_check_in_is_spoken_in_ninety_seconds(call: str) -> None:
    """Everything the coach says in it, from the first words to the goodbye."""
    lines = said(call)
    assert lines[-1].endswith(("Goodbye.", "Hasta luego."))
    assert sum(map(seconds, lines)) <= BOUND


@pytest.mark.parametrize("call", ["check_in_by_keys", "check_in_by_keys_spanish", "sunday", "sunday_spanish"])
def test_so_is_one_with_the_longest_tip(call: str) -> None:
    """Whichever tip has its turn."""
    assert sum(map(seconds, with_the_longest_tip(call))) <= BOUND


@pytest.mark.skipif(SPEAKER is None, reason=WHY_SKIPPED)
@pytest.mark.parametrize("call", ["sunday", "sunday_spanish"])
def test_the_longest_call_heard_from_a_voice_takes_about_as_long_as_reckoned(call: str, tmp_path: Path) -> None:
    """All the coach says on a Sunday, step by step as the call says it, into sound files."""
    lines = with_the_longest_tip(call)
    heard = sum(heard_seconds(line, language_of(call), tmp_path / f"{n}.wav") for n, line in enumerate(lines))
    assert BAND[0] < heard / sum(map(seconds, lines)) < BAND[1]


def with_the_longest_tip(call: str) -> list[str]:
    """What the coach says in a call, with the tip that takes longest in the place of the one that was told."""
    *before, last = said(call)
    language = language_of(call)
    tips = [text.text[language] for name, text in HANDBOOK.library.templates.items() if name.startswith("voice.tip")]
    (goodbye,) = (last.removeprefix(tip) for tip in tips if last.startswith(tip))
    return [*before, max(tips, key=seconds) + goodbye]


def language_of(call: str) -> Language:
    """The language of a transcript, by its name."""
    return Language.ES if call.endswith("spanish") else Language.EN


def said(call: str) -> list[str]:
    """What the coach says in the last call of a transcript."""
    lines = (CALLS / f"{call}.txt").read_text(encoding="utf-8").splitlines()
    picked_up = max(n for n, line in enumerate(lines) if line.endswith(("does: picks up", "does: rings")))
    return [line.split(": ", 1)[1] for line in lines[picked_up:] if line.startswith("<") and " call → " in line]
