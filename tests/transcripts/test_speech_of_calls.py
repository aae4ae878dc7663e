"""A whole check-in is spoken in ninety seconds at our slow rate, on weekdays and Sundays, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.core.model import Language
from tests.core.talking import HANDBOOK
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
    *before, last = said(call)
    language = Language.ES if call.endswith("spanish") else Language.EN
    tips = [text.text[language] for name, text in HANDBOOK.library.templates.items() if name.startswith("voice.tip")]
    ((told, goodbye),) = ((tip, last.removeprefix(tip)) for tip in tips if last.startswith(tip))
    assert sum(map(seconds, (*before, max(tips, key=seconds), goodbye))) <= BOUND, told


def said(call: str) -> list[str]:
    """What the coach says in the last call of a transcript."""
    lines = (CALLS / f"{call}.txt").read_text(encoding="utf-8").splitlines()
    picked_up = max(n for n, line in enumerate(lines) if line.endswith(("does: picks up", "does: rings")))
    return [line.split(": ", 1)[1] for line in lines[picked_up:] if line.startswith("<") and " call → " in line]
