"""Settings are read once; a wrong one is named, with the way to mend it, and no secret is ever repeated."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from coach.core.voices import STANDARD, Voice
from coach.settings import Use, WrongSettings, read_settings

KEY = "1:" + base64.b64encode(b"k" * 32).decode()
LIVE = {
    "COACH_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "COACH_TWILIO_AUTH_TOKEN": "token of the account",
    "COACH_TWILIO_FROM_NUMBER": "+12025550100",
    "COACH_SECRET_KEY": "s" * 48,
    "COACH_ENCRYPTION_KEYS": KEY,
    "COACH_PUBLIC_URL": "https://coach.example.org",
}


def problems(environment: dict[str, str], use: Use = Use.LIVE) -> str:
    """The sentences with which these settings are refused."""
    with pytest.raises(WrongSettings) as refused:
        read_settings(environment, use, env_file=None)
    return str(refused.value)


def test_a_complete_environment_is_accepted() -> None:
    """All that a live installation needs is enough."""
    settings = read_settings(LIVE, Use.LIVE, env_file=None)
    assert settings.voice_number == "+12025550100", "calls come from the number of the texts"


def test_data_commands_need_nothing() -> None:
    """Without any setting the database is a file in the folder."""
    assert read_settings({}, Use.DATA, env_file=None).database_url == "sqlite:///coach.db"


@pytest.mark.parametrize(
    "name",
    ["COACH_TWILIO_ACCOUNT_SID", "COACH_TWILIO_AUTH_TOKEN", "COACH_SECRET_KEY", "COACH_ENCRYPTION_KEYS"],
)
def test_a_missing_setting_is_named(name: str) -> None:
    """Each required name is asked for by name."""
    assert name in problems({k: v for k, v in LIVE.items() if k != name})


def test_a_sender_is_needed() -> None:
    """Either a messaging service or a number."""
    assert "COACH_TWILIO_FROM_NUMBER" in problems({k: v for k, v in LIVE.items() if "FROM" not in k})


def test_an_unknown_name_is_refused() -> None:
    """A misspelt setting would silently do nothing."""
    assert "COACH_DATABASE_URI: there is no such setting" in problems({"COACH_DATABASE_URI": "x"}, Use.DATA)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COACH_SECRET_KEY", "tiny-one"),
        ("COACH_ENCRYPTION_KEYS", "1:bm90IDMyIGJ5dGVz"),
        ("COACH_PUBLIC_URL", "http://coach.example.org"),
        ("COACH_PUBLIC_URL", "coach.example.org"),
        ("COACH_SEND_RATE", "0"),
        ("COACH_SEND_RATE", "fast"),
        ("COACH_COUNTRY", "USA"),
        ("COACH_LOG_FORMAT", "xml"),
        ("COACH_VOICE_EN", "Polly.Joanna-Neural"),
        ("COACH_VOICE_EN", "es-US:Polly.Lupe-Neural"),
        ("COACH_VOICE_ES", "es-MX:Google.es-US-Neural2-A"),
        ("COACH_VOICE_FALLBACK_URL", "http://example.org/twiml"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_not_repeated(name: str, value: str) -> None:
    """The sentence names the setting; a secret's value never shows."""
    sentence = problems({**LIVE, name: value})
    assert name in sentence
    if name in {"COACH_SECRET_KEY", "COACH_ENCRYPTION_KEYS"}:
        assert value not in sentence


def test_plain_http_is_fine_on_this_machine() -> None:
    """A rehearsal needs no certificate."""
    assert read_settings({**LIVE, "COACH_PUBLIC_URL": "http://127.0.0.1:8000"}, Use.LIVE, env_file=None)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    """NAME_FILE reads the value, without the line end."""
    secret = tmp_path / "token"
    secret.write_text("from a file\n", encoding="utf-8")
    given = {**LIVE, "COACH_TWILIO_AUTH_TOKEN_FILE": str(secret)}
    del given["COACH_TWILIO_AUTH_TOKEN"]
    token = read_settings(given, Use.LIVE, env_file=None).twilio_auth_token
    assert token is not None
    assert token.get_secret_value() == "from a file"


def test_a_secret_file_that_is_not_there_is_named() -> None:
    """The sentence names the setting, not only the path."""
    assert "COACH_SECRET_KEY_FILE" in problems({"COACH_SECRET_KEY_FILE": "/nowhere/secret"}, Use.DATA)


def test_the_environment_wins_over_the_env_file(tmp_path: Path) -> None:
    """A .env file gives what the environment leaves open."""
    file = tmp_path / ".env"
    file.write_text("COACH_ORGANISATION=From the file\nCOACH_COUNTRY=ES\n", encoding="utf-8")
    settings = read_settings({"COACH_COUNTRY": "MX"}, Use.DATA, env_file=file)
    assert (settings.organisation, settings.country) == ("From the file", "MX")


def test_calls_are_spoken_with_the_voices_that_are_set() -> None:
    """One may be changed without the other."""
    changed = {**LIVE, "COACH_VOICE_ES": "es-MX:Polly.Mia-Neural"}
    voices = read_settings(changed, Use.LIVE, env_file=None).voices
    assert (voices.en, voices.es) == (STANDARD.en, Voice("es-MX", "Polly.Mia-Neural"))
