"""A live house → the web application that serves it."""

from __future__ import annotations

from datetime import timedelta

from fastapi import FastAPI

from coach.adapters.phones import COUNTRY_NAMES
from coach.bootstrap import House, LiveHouse
from coach.core.content import ELSEWHERE, render
from coach.core.handbook import Handbook
from coach.core.model import Language
from coach.web.app import create_app
from coach.web.call_notes import CallNotes
from coach.web.call_speaking import VoiceParts
from coach.web.call_team import call_team
from coach.web.fallback import fallback, fallback_words
from coach.web.metrics import SpoolFigures
from coach.web.page_calls import page_calls
from coach.web.page_links import page_links
from coach.web.parts import Choice, Probe, WebParts
from coach.web.voice import voice
from coach.web.webhooks import webhooks

BACKLOG_LIMIT = timedelta(minutes=2)
"""Nothing due may wait longer than this before we say that we are not ready."""


def make_app(live: LiveHouse, *, allow_fictional: bool = False) -> FastAPI:
    """The webhooks, call dialogue, dashboard and health of one installation."""
    house, settings = live.house, live.house.settings
    notes = CallNotes(house.store, house.clock)
    calls = _voice_parts(live, notes)
    parts = WebParts(
        coach=live.coach,
        reports=house.reports,
        accounts=house.accounts,
        clock=house.clock,
        outcomes=tuple(Choice(outcome.id, outcome.label) for outcome in house.handbook.outcomes),
        programmes=tuple(Choice(programme, _plain_name(programme)) for programme in house.handbook.programmes),
        public_url=settings.public_url,
        organisation=settings.organisation,
        country=settings.country,
        countries=_countries(house.handbook),
        invitations=_invitations(house.handbook, settings.country),
        allow_fictional=allow_fictional,
        library=house.handbook.library,
        routers=(
            fallback(fallback_words(live.script, settings.voices)),  # first, or its address would be taken for a call's
            webhooks(live.coach.receiving, live.verifier, house.clock, live.coach.calls.ended),
            voice(calls, live.verifier),
            call_team(calls, live.verifier),
            page_calls(live.coach, live.verifier, live.script, notes, settings.voices),
            page_links(live.coach.links, house.reports, house.clock),
        ),
        probes=_probes(house),
        spool=lambda: SpoolFigures(*house.spool.figures(house.clock())),
    )
    return create_app(parts)


def _voice_parts(live: LiveHouse, notes: CallNotes) -> VoiceParts:
    house, settings = live.house, live.house.settings
    return VoiceParts(
        calls=live.coach.calls,
        switchboard=live.coach.carrier,
        tokens=live.places,
        script=live.script,
        rules=house.handbook.calls,
        voices=settings.voices,
        clock=house.clock,
        notes=notes,
        caller_id=settings.voice_number or "",
    )


def _plain_name(programme: str) -> str:
    return programme.replace("-", " ").capitalize()


def _countries(handbook: Handbook) -> tuple[Choice, ...]:
    known = sorted(country for country in handbook.library.numbers if country != ELSEWHERE)
    return tuple(Choice(country, COUNTRY_NAMES.get(country, country)) for country in known)


def _invitations(handbook: Handbook, country: str) -> dict[str, str]:
    numbers = handbook.library.numbers_for(country)
    values = {
        "org": handbook.organisation,
        "support": handbook.support_phone or handbook.organisation,
        "em": numbers.emergency,
    }
    template = handbook.library.templates["enrol.invitation"]
    return {language.value: render(template, language, values) for language in Language}


def _probes(house: House) -> dict[str, Probe]:
    def database() -> str | None:
        return None if house.tables_are_current() else "The tables are not up to date; run coach db upgrade."

    def backlog() -> str | None:
        oldest = house.reports.backlog_age(house.clock())
        late = oldest > BACKLOG_LIMIT.total_seconds()
        return f"Work has been waiting for {oldest:.0f} s; is a worker running?" if late else None

    return {"database": database, "backlog": backlog}
