"""`coach check`: nothing to mend in what is delivered, and every rule of wording really bites."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from coach.adapters.library.lint import lint

MESSAGES = Path(__file__).parents[2] / "messages"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content to break."""
    return Path(shutil.copytree(MESSAGES, tmp_path / "messages"))


def test_the_delivered_content_has_nothing_to_mend() -> None:
    """Both languages, placeholders, length, wording, gates, groups, numbers, zones."""
    assert [str(problem) for problem in lint(MESSAGES)] == []


ALARM = 'en = "Call {em} now. Lie down."\nes = "Llame al {em} ahora. Acuéstese."'

BREAKS = {
    "the languages name different values": (
        "reply",
        'en = "Hello {org}."\nes = "Hola."',
        "stands in one language only",
    ),
    "a value nobody knows": ("reply", 'en = "Hi {nmae}."\nes = "Hola {nmae}."', "{nmae} is not known"),
    "a brace alone": ("reply", 'en = "Hi {org."\nes = "Hola {org."', "A brace stands alone"),
    "a prompt of three parts": ("prompt", f'en = "{"long " * 70}"\nes = "Hola."', "It takes 3 parts"),
    "a Spanish prompt that accents make too long": ("prompt", f'en = "Hi."\nes = "{"más " * 40}"', "It takes 3 parts"),
    "English outside the plain alphabet": (
        "reply",
        'en = "Caf\u00e1."\nes = "Hola."',
        "outside the plain SMS alphabet",
    ),
    "curly quotes": ("reply", 'en = "Don\u2019t wait."\nes = "Hola."', "curly quotes"),
    "an emoji": ("reply", 'en = "Hi."\nes = "Hola \U0001f600."', "an emoji"),
    "a long first sentence": ("alarm", f'en = "Please {"really " * 10}call."\nes = "Llame."', "must stand alone"),
    "a link in an alarm": ("alarm", 'en = "Call now. See www.legs.org."\nes = "Llame."', "A link"),
    "a promise": ("alarm", 'en = "Call now. Help is coming."\nes = "Llame."', "“help is coming”"),
    "a promise in Spanish": ("reply", 'en = "Hi."\nes = "La ayuda va en camino."', "“la ayuda va en camino”"),
    "a disease": ("reply", 'en = "It is a blood clot."\nes = "Hola."', "“blood clot”"),
    "a change of medicine": ("reply", 'en = "Stop taking it."\nes = "Hola."', "Rule D3"),
    "a sports drink": ("reply", 'en = "Have a sports drink."\nes = "Hola."', "Rule D8"),
    "words too hard to read": (
        "reply",
        'en = "Immediate medical evaluation is necessary considering progressive deterioration."\nes = "Hola."',
        "school grade",
    ),
    "a word the carrier acts on": (
        "reply",
        'en = "Reply YES to go on."\nes = "Hola."',
        "The carrier acts on the word YES",
    ),
    "the same in small letters": (
        "reply",
        'en = "Please reply end."\nes = "Hola."',
        "The carrier acts on the word END",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_bad_text_is_found(folder: Path, name: str) -> None:
    """One break at a time."""
    kind, words, said = BREAKS[name]
    entry = f'kind = "{kind}"\n[[text]]\nid = "zz.bad"\nversion = "1"\n{words}\n'
    (folder / "templates" / "zz.toml").write_text(entry, encoding="utf-8")
    found = [str(problem) for problem in lint(folder)]
    assert any(said in one for one in found), found
    assert all(one.startswith("zz.toml, zz.bad: ") for one in found)


def test_a_good_text_passes(folder: Path) -> None:
    """The rules do not bite without a reason."""
    entry = f'kind = "alarm"\n[[text]]\nid = "zz.good"\nversion = "1"\n{ALARM}\n'
    (folder / "templates" / "zz.toml").write_text(entry, encoding="utf-8")
    assert lint(folder) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("templates/exercise.toml", "Stop if you feel worse.", "", "Rule D5"),
        ("templates/exercise.toml", "No exercise target today. Split", "Split", "Rule D9"),
        ("templates/commands.toml", 'id = "help.text"', 'id = "help.other"', "help.text: This text is needed"),
        ("templates/enrol.toml", 'carrier_words = ["HELP", "STOP"]', "", "The carrier acts on the word HELP"),
        ("programmes/legs-12-weeks.toml", 'group = "trend"', 'group = "trends"', "No text is in the group trends"),
        ("programmes/legs-12-weeks.toml", 'at = "16:30"', 'at = "24:30"', "“at” is wrong"),
        ("programmes/legs-12-weeks.toml", '"fever"', '"fevr"', "No text can show the sign fevr"),
        ("programmes/legs-12-weeks.toml", '["mecfs"]', '["me"]', "No profile has the fact me"),
        ("gates.toml", '"surgery_12wk"', '"surgery"', "No profile has the fact surgery"),
        ("zones.toml", "America/New_York", "New York", "There is no time zone New York"),
        ("escalation.toml", 'id = "died"', 'id = "other"', "used twice"),
        ("wording.toml", 'score = "10"', "", "{score} has no value"),
        ("wording.toml", "carrier_words = [", "carier_words = [", "“carier_words” is unknown"),
    ],
)
def test_a_break_in_the_delivered_files_is_found(folder: Path, file: str, old: str, new: str, said: str) -> None:
    """What an author's slip would look like."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(said in str(problem) for problem in lint(folder))


def test_a_folder_without_content_is_told_what_it_lacks(tmp_path: Path) -> None:
    """No traceback, a list."""
    files = {problem.file for problem in lint(tmp_path)}
    assert {"templates", "programmes", "gates.toml", "numbers.toml", "zones.toml", "escalation.toml"} <= files
