"""What a call hears when our own words for it cannot be had: sorry, the emergency number, goodbye; in both languages.

Whoever asks gets it, signed or not: it names nobody, changes nothing and is the same for all. It needs neither the
database nor a thread of the pool, so it also answers while those are what is wrong.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from coach.adapters.library.carrier import VoiceScript
from coach.adapters.twilio.twiml import tell_all
from coach.core.model import Language
from coach.core.voices import Voices

ADDRESS = "/twilio/voice/fallback"


def fallback_words(script: VoiceScript, voices: Voices) -> str:
    """The words as TwiML, fit to be kept somewhere else as well."""
    return tell_all([(language, (script.line("fallback", language),)) for language in Language], voices)


def fallback(words: str) -> APIRouter:
    """Make the route that says these words to whatever call turns to it."""
    router = APIRouter(include_in_schema=False)

    @router.api_route(ADDRESS, methods=["GET", "POST"])
    async def say() -> Response:
        return Response(words, media_type="text/xml")

    return router
