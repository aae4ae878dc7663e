"""messages/carrier.toml: the table of codes, and the sentences a call says by itself."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from coach.adapters.library.carrier import (
    LineName,
    load_carrier_codes,
    load_machine_detection,
    load_sending_figures,
    load_voice_script,
)
from coach.core.failures import FailureClass
from coach.core.model import Language

CARRIER = Path(__file__).parents[3] / "messages" / "carrier.toml"
BEFORE_THE_KEY: tuple[LineName, ...] = (
    "voicemail",
    "voicemail_without_phone",
    "stranger",
)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """A copy of the file with one thing changed."""
    text = CARRIER.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "carrier.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (30006, FailureClass.NUMBER),
        (21610, FailureClass.SUPPRESSED),
        (30034, FailureClass.LINE),
        (20003, FailureClass.ACCOUNT),
        (30001, FailureClass.THROTTLE),
        (30003, FailureClass.RETRY),
        (30007, FailureClass.CONTENT),
        (30036, FailureClass.EXPIRED),
        (30410, FailureClass.UNKNOWN),
        (31999, FailureClass.UNKNOWN),
        (None, FailureClass.UNKNOWN),
    ],
)
def test_a_code_alone_has_a_class(code: int | None, failure: FailureClass) -> None:
    """Status callbacks bring a code and no HTTP status; an unlisted one is unknown and nothing repeats it."""
    assert load_carrier_codes(CARRIER).classify(code) is failure


def test_a_code_says_how_often_it_is_repeated_and_when_the_number_is_bad() -> None:
    """As figures beside it."""
    codes = load_carrier_codes(CARRIER)
    assert [pause.total_seconds() / 60 for pause in codes.meaning(30003).pauses] == [15, 45, 120]
    assert (codes.meaning(30005).days, codes.meaning(30006).days, codes.meaning(30008).days) == (2, 1, None)
    assert (codes.meaning(30034).people, codes.meaning(21612).people) == (1, 3)


@pytest.mark.parametrize(("code", "known"), [(30003, True), (30410, True), (31999, False), (None, True)])
def test_only_a_code_in_no_list_is_unknown(code: int | None, *, known: bool) -> None:
    """Then a person is shown it."""
    assert load_carrier_codes(CARRIER).meaning(code, 400).known is known


def test_a_code_listed_twice_is_refused(tmp_path: Path) -> None:
    """Two classes for one code would depend on the order of the file."""
    with pytest.raises(ValueError, match="21610"):
        load_carrier_codes(changed(tmp_path, "codes = [30036]", "codes = [30036, 21610]"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('class = "expired"', 'class = "too_late"'),
        ("[voice.lines.sorry]", "[voice.lines.sorri]"),
        ("{support_phone}. Goodbye", "{phone}. Goodbye"),
        ('es = "No recibí esa tecla."', ""),
        ('note = "Not handed', 'nota = "Not handed'),
        ('machine_detection = "DetectMessageEnd"', 'machine_detection = "Enabled"'),
        ('machine_detection = "DetectMessageEnd"', ""),
        ("pauses_minutes = [15, 45, 120]", "pauses_minutes = [15, 120, 45]"),
        ("pauses_minutes = [60]", "pauses_minutes = [0]"),
        ("people = 3", "days = 3"),
        ("days = 2", "people = 2"),
        ("days = 3", "days = 0"),
        ("codes = [21610]", "codes = [21610]\npauses_minutes = [5]"),
        ("probe_minutes = 30", "probe_minutes = 0"),
        ("spread_minutes = 5", "spread_minutes = 60"),
    ],
)
def test_a_mistake_in_the_file_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """A wrong class, figures that do not fit it, a missing or misspelt line, a wrong placeholder or language."""
    with pytest.raises(ValueError, match="validation error"):
        load_carrier_codes(changed(tmp_path, old, new))


@pytest.mark.parametrize("language", Language)
def test_voicemail_names_organisation_and_phone_and_nothing_else(language: Language) -> None:
    """Whoever plays the message learns nothing about the person."""
    script = load_voice_script(CARRIER, "Harbor Clinic", "+14155550123", "911")
    line = script.line("voicemail", language)
    assert "Harbor Clinic" in line
    assert "1, 4 1 5, 5 5 5, 0 1 2 3" in line
    assert "+" not in line


@pytest.mark.parametrize("language", Language)
def test_voicemail_without_a_support_phone_names_none(language: Language) -> None:
    """No number is better than an empty one."""
    script = load_voice_script(CARRIER, "Harbor Clinic", None, "911")
    assert script.line("voicemail", language) == script.line("voicemail_without_phone", language)
    assert not re.search(r"\d", script.line("voicemail", language))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", BEFORE_THE_KEY)
def test_nothing_about_health_is_said_before_a_key(name: LineName, language: Language) -> None:
    """Anybody may have picked up."""
    line = load_voice_script(CARRIER, "Harbor", "+14155550123", "911").line(name, language).lower()
    assert not re.search(r"leg|weak|health|medic|doctor|pain|piern|débil|salud|médic|dolor", line)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ["sorry", "stranger"])
def test_a_call_that_cannot_go_on_names_the_emergency_number_twice(name: LineName, language: Language) -> None:
    """Once as a number and once digit by digit, for a synthetic voice may read 911 as nine hundred and eleven."""
    line = load_voice_script(CARRIER, "Harbor", None, "911").line(name, language)
    assert "911" in line
    assert "9 1 1" in line


@pytest.mark.parametrize(
    ("written", "asked"), [("Enable", "Enable"), ("DetectMessageEnd", "DetectMessageEnd"), ("", None)]
)
def test_the_file_says_what_is_asked_about_machines(tmp_path: Path, written: str, asked: str | None) -> None:
    """Either way of the carrier's, or not at all."""
    file = changed(tmp_path, 'machine_detection = "DetectMessageEnd"', f'machine_detection = "{written}"')
    assert load_machine_detection(file) == asked


def test_the_file_says_how_prompts_are_spread_and_a_stopped_line_is_tried() -> None:
    """In minutes."""
    figures = load_sending_figures(CARRIER)
    assert (figures.spread, figures.probe) == (timedelta(minutes=5), timedelta(minutes=30))
