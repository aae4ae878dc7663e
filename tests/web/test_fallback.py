"""What calls hear when nothing else of ours can be had: sorry, the emergency number and goodbye, for whoever it is."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from coach.adapters.clock import system_clock
from coach.bootstrap import open_live_house
from coach.settings import Settings
from coach.web.compose import make_app
from tests.adapters.twilio.posting import ACCOUNT, TOKEN, URL, Poster
from tests.adapters.twilio.twiml_rules import check_twiml, spoken

HERE = "/twilio/voice/fallback"
BROKEN = {"AccountSid": ACCOUNT, "CallSid": "CA" + "1" * 32, "ErrorCode": "11200", "ErrorUrl": f"{URL}/twilio/voice/x"}


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Poster]:
    """Somebody who asks a coach whose database is away."""
    settings = Settings.model_validate(
        {
            "database_url": f"sqlite:///{tmp_path}/gone/coach.db",
            "spool": tmp_path / "spool",
            "public_url": URL,
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": TOKEN,
            "twilio_from_number": "+12025550100",
            "secret_key": "s" * 48,
            "encryption_keys": "1:" + base64.b64encode(b"k" * 32).decode(),
            "organisation": "Harbor Clinic",
            "voice_es": "es-MX:Polly.Mia-Neural",
        }
    )
    live = open_live_house(settings, system_clock)
    yield Poster(make_app(live))
    live.close()


def answers(stranger: Poster) -> list[httpx.Response]:
    """Every way to ask: read, posted by the carrier about an error, unsigned, with a body that is no form."""
    return [
        stranger.request("GET", f"{HERE}?CallSid=CA1&ErrorCode=11200"),
        stranger.post(HERE, BROKEN),
        stranger.post(HERE, BROKEN, signature="x"),
        stranger.request("POST", HERE, b"\xff\x00"),
    ]


def test_a_call_hears_the_emergency_number_while_the_database_is_away(stranger: Poster) -> None:
    """In both languages, since nobody knows who it is, and without a signature, since it is no secret."""
    for answer in answers(stranger):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        check_twiml(answer.text)
        assert "hang up and dial 911: 9 1 1." in spoken(answer.text)
        assert "cuelgue y marque el 911: 9 1 1." in spoken(answer.text)
        assert answer.text.endswith("<Hangup /></Response>")


def test_it_says_the_same_to_everybody_and_names_nobody(stranger: Poster) -> None:
    """Not even whose line it is: whoever knows the address could ask."""
    said = {answer.text for answer in answers(stranger)}
    assert len(said) == 1
    assert "Harbor Clinic" not in said.pop()


def test_it_speaks_with_the_voices_that_are_set(stranger: Poster) -> None:
    """As all other calls."""
    said = stranger.request("GET", HERE).text
    assert 'voice="Polly.Joanna-Neural"' in said
    assert 'voice="Polly.Mia-Neural"' in said
