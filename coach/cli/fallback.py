"""`coach fallback`: what calls hear while we cannot answer, to be kept where it does not fail together with us."""

from __future__ import annotations

from coach.adapters.clock import system_clock
from coach.bootstrap import open_house, voice_script
from coach.settings import Use, environment, read_settings
from coach.web.fallback import fallback_words


def fallback() -> None:
    """Print the TwiML that calls turn to while this program does not answer: sorry, the emergency number, goodbye.

    Keep it outside of this installation, or it is away when it is needed:

    1. In the Twilio console make a TwiML Bin and paste into it what this command prints.

    2. Set COACH_VOICE_FALLBACK_URL to the bin's address, for calls we make.

    3. Give the number the same address under "Primary handler fails", by POST, for calls that people make.

    Print and paste it again after a change of COACH_COUNTRY or of a voice. coach doctor tells what is missing.

    Example: coach fallback > fallback.xml
    """
    settings = read_settings(environment(), Use.DATA)
    house = open_house(settings, system_clock)
    try:
        print(fallback_words(voice_script(house), settings.voices))
    finally:
        house.close()
