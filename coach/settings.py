"""Settings from the environment or a `.env` file, read once. A wrong one is named, with the way to mend it."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from coach.core.model import Language
from coach.core.voices import Voices, read_voice

_PREFIX = "COACH_"
_NOT_OURS = ("COACH_TEST_",)  # the test suite's own
_LOOPBACK = ("127.0.0.1", "localhost", "::1", "")
_SECRET_BYTES = 32
_KEY_BYTES = 32


class WrongSettings(Exception):
    """The settings cannot be used. Each problem is one sentence that names the setting and says what to do."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the sentences in the order found."""
        super().__init__("\n".join(problems))
        self.problems = problems


class Use(StrEnum):
    """What the settings are needed for."""

    DATA = "data"  # commands that only touch the database
    LIVE = "live"  # serve, web and worker: everything that meets the outer world


class Settings(BaseSettings):
    """Every setting, by its name without the prefix COACH_ in lower case."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    database_url: str = "sqlite:///coach.db"
    spool: Path = Path("coach-spool")  # where received texts wait on disk while the database is away
    public_url: str = "http://127.0.0.1:8000"
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_messaging_service_sid: str | None = None
    twilio_from_number: str | None = None
    twilio_voice_number: str | None = None
    twilio_api_url: str | None = None
    voice_en: str = "en-US:Polly.Joanna-Neural"  # the voice of calls, as language and country, colon, carrier's name
    voice_es: str = "es-US:Polly.Lupe-Neural"
    voice_fallback_url: str | None = None  # where calls turn while we cannot answer; our own static words when not set
    send_rate: float = Field(default=1.0, gt=0)  # segments of texts a second
    call_rate: float = Field(default=1.0, gt=0)  # calls begun a second
    secret_key: SecretStr | None = None
    encryption_keys: SecretStr | None = None
    country: str = Field(default="US", pattern="^[A-Z]{2}$")
    organisation: str = Field(default="Leg Coach", min_length=1, max_length=60)
    support_phone: str | None = None
    heartbeat_url: str | None = None  # asked for once a minute while all is well, by a watcher outside
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `read_settings` hands over: it has read the environment, the file and file secrets."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @field_validator("public_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            message = "must be an address such as https://coach.example.org"
            raise ValueError(message)
        return value.rstrip("/")

    @field_validator("heartbeat_url", "voice_fallback_url")
    @classmethod
    def _is_safe_address(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://none")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(value or "")):
            message = "must be an https address, with https:// in front"
            raise ValueError(message)
        return value

    @field_validator("voice_en", "voice_es")
    @classmethod
    def _is_voice(cls, value: str, field: ValidationInfo) -> str:
        read_voice(value, Language((field.field_name or "").removeprefix("voice_")))
        return value

    @property
    def voice_number(self) -> str | None:
        """The caller id of check-in calls: its own setting, else the number texts come from."""
        return self.twilio_voice_number or self.twilio_from_number

    @property
    def voices(self) -> Voices:
        """The voices calls are spoken with."""
        return Voices(read_voice(self.voice_en, Language.EN), read_voice(self.voice_es, Language.ES))


def read_settings(environment: Mapping[str, str], use: Use, env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings for a use. Raises WrongSettings with every problem found, never a secret's value."""
    given = _given(environment, env_file)
    unknown = sorted({*given} - {_PREFIX + name.upper() for name in Settings.model_fields})
    problems = [f"{name}: there is no such setting; remove it or mend its spelling." for name in unknown]
    known = {name.removeprefix(_PREFIX).lower(): value for name, value in given.items() if name not in unknown}
    try:
        settings = Settings.model_validate(known)
    except ValidationError as error:
        raise WrongSettings(problems + [_sentence(dict(e)) for e in error.errors()]) from None
    if use is Use.LIVE:
        problems += _missing_for_live(settings)
    if problems:
        raise WrongSettings(problems)
    return settings


def _given(environment: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    from_file = dotenv_values(env_file) if env_file is not None and env_file.is_file() else {}
    merged = {**{k: v for k, v in from_file.items() if v is not None}, **environment}
    ours = {k: v for k, v in merged.items() if k.startswith(_PREFIX) and not k.startswith(_NOT_OURS)}
    return {name.removesuffix("_FILE"): _value(name, value) for name, value in ours.items() if value}


def _value(name: str, value: str) -> str:
    if not name.endswith("_FILE"):
        return value
    try:
        return Path(value).read_text(encoding="utf-8").strip()
    except OSError as error:
        problem = f"{name}: the file cannot be read ({error.strerror}); check the path and its permissions."
        raise WrongSettings([problem]) from None


def _sentence(error: Mapping[str, object]) -> str:
    place = error["loc"]
    name = str(place[0]) if isinstance(place, tuple) and place else "?"
    return f"{_PREFIX}{name.upper()}: {error['msg']}; mend it and start again."


def _missing_for_live(settings: Settings) -> list[str]:
    problems = [
        f"{_PREFIX}{name.upper()}: is missing; {where}."
        for name, where in _NEEDED.items()
        if getattr(settings, name) is None
    ]
    if settings.twilio_messaging_service_sid is None and settings.twilio_from_number is None:
        problems.append(
            "COACH_TWILIO_MESSAGING_SERVICE_SID or COACH_TWILIO_FROM_NUMBER: one of them is needed; "
            "copy it from the Twilio console."
        )
    return problems + _weak_secret(settings) + _bad_keys(settings) + _plain_http(settings)


_NEEDED = {
    "twilio_account_sid": "copy it from the Twilio console (it begins with AC)",
    "twilio_auth_token": "copy it from the Twilio console",
    "secret_key": "make one with: openssl rand -base64 48",
    "encryption_keys": 'make one with: echo "1:$(openssl rand -base64 32)"',
}


def _weak_secret(settings: Settings) -> list[str]:
    if settings.secret_key is None or len(settings.secret_key.get_secret_value().encode()) >= _SECRET_BYTES:
        return []
    return [f"COACH_SECRET_KEY: is shorter than {_SECRET_BYTES} bytes; make one with: openssl rand -base64 48."]


def _bad_keys(settings: Settings) -> list[str]:
    if settings.encryption_keys is None:
        return []
    keys = settings.encryption_keys.get_secret_value().split(",")
    if all(_is_key(key) for key in keys):
        return []
    return ["COACH_ENCRYPTION_KEYS: must be id:base64 keys of 32 bytes, newest first, separated by commas."]


def _is_key(text: str) -> bool:
    key_id, _, value = text.strip().partition(":")
    try:
        return bool(key_id) and len(base64.b64decode(value, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _plain_http(settings: Settings) -> list[str]:
    if urlsplit(settings.public_url).scheme == "https" or is_loopback(settings.public_url):
        return []
    return ["COACH_PUBLIC_URL: uses plain HTTP on a public address; put TLS in front and give its https address."]


def is_loopback(address: str) -> bool:
    """Whether an address is reached from this machine alone."""
    return (urlsplit(address).hostname or "") in _LOOPBACK


def environment() -> Mapping[str, str]:
    """The process's environment."""
    return os.environ
