"""A voice of this machine, to hear how long our words take; absent where espeak-ng is not installed."""

from __future__ import annotations

import shutil
import subprocess
import wave
from collections.abc import Mapping
from pathlib import Path

from coach.core.model import Language
from tests.speech_time import SHARE, WORDS_A_MINUTE

SPEAKER = shutil.which("espeak-ng")
WHY_SKIPPED = "espeak-ng is not installed"
BAND = (0.7, 1.4)
"""Heard seconds over reckoned ones; a wide band, as this voice is not the one of the calls."""
_VOICES: Mapping[Language, str] = {Language.EN: "en-us", Language.ES: "es-419"}
_RATE = round(WORDS_A_MINUTE * SHARE)


def heard_seconds(words: str, language: Language, file: Path) -> float:
    """Speak the words at our rate into a WAV file and return how long it is."""
    command = [str(SPEAKER), "-v", _VOICES[language], "-s", str(_RATE), "-w", str(file), words]
    subprocess.run(command, check=True, timeout=60)
    with wave.open(str(file)) as spoken:
        return spoken.getnframes() / spoken.getframerate()
