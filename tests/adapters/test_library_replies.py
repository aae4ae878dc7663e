"""Every reply that a text invites is one that the coach understands."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.adapters.library.desk import Desk, read_desk
from coach.adapters.library.lint import lint
from coach.adapters.library.lint_replies import invited
from tests.adapters.small_content import small_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small content that has nothing to mend; each test writes its own file into it."""
    return small_folder(tmp_path_factory.mktemp("content"))


@pytest.fixture(scope="module")
def desk(folder: Path) -> Desk:
    """The same, read."""
    found = read_desk(folder, [])
    assert found is not None
    return found


def found_for(folder: Path, keys: str, en: str, es: str) -> list[str]:
    """What is told of one text."""
    entry = f'kind = "reply"\n[[text]]\nid = "zz.text"\nversion = "1"\n{keys}\nen = "{en}"\nes = "{es}"\n'
    (folder / "templates" / "zz.toml").write_text(entry, encoding="utf-8")
    return [str(problem) for problem in lint(folder)]


@pytest.mark.parametrize(
    ("words", "replies"),
    [
        ("Reply DONE.", ("DONE",)),
        ("Reply LOG for a record to show them, BOOKED when you have a date.", ("LOG", "BOOKED")),
        ("Is someone with you? Reply Y or N.", ("Y", "N")),
        ("¿Hay alguien con usted? Responda S o N.", ("S", "N")),
        ("Reply 0 to 3, PAUSE for 7 days off, or LESS.", ("PAUSE", "LESS", "0", "1", "2", "3")),
        ("Responda de 0 a 2.", ("0", "1", "2")),
        ("When did this start? 1 today 2 this week 3 longer", ("1", "2", "3")),
        ("Stairs: 0 easy 1 with the rail 2 slowly 3 cannot. Reply with one number.", ("0", "1", "2", "3")),
        ("How often did you fall? Reply 0 if none.", ("0",)),
        ("Reply DONE, or how many cups so far.", ("DONE", "5")),
        ("If I asked for a score, reply with one number, like 4.", ("4",)),
        ("5 to the left, 5 to the right. Wait 2 minutes. Call {em} at once.", ()),
        ("I am at the ER. Text me when something changes.", ()),
    ],
)
def test_invited_replies_are_words_in_capitals_menus_ranges_and_numbers(
    desk: Desk, words: str, replies: tuple[str, ...]
) -> None:
    """As a person would understand the text."""
    assert invited(desk, words) == replies


@pytest.mark.parametrize(
    ("keys", "en", "es", "said"),
    [
        (
            'groups = ["exercise"]',
            "Reply DONE. Stop if it hurts.",
            "Responda HECHISIMO. Pare si le duele.",
            "HECHISIMO",
        ),
        ('groups = ["hydration"]', "Reply ZORP.", "Responda LISTO.", "the reply ZORP to the question hydration"),
        ('groups = ["education.medicines"]', "Reply DONE.", "Hola.", "the reply DONE when nothing is asked"),
        ('asks = "weakness"\ngroups = ["hydration"]', "Reply 0 to 12.", "Hola.", "the reply 11, 12 to the question"),
        ('asks = "onset"\ngroups = ["hydration"]', "1 now 2 today 3 this week 4 longer", "Hola.", "the reply 4"),
        ('yes_means = "fever"\ngroups = ["hydration"]', "Hot? Reply Y or N.", "¿Fiebre?", "must invite the reply S"),
        ('asks = "zone"\ngroups = ["hydration"]', "Reply WEST.", "Hola.", "the reply WEST to the question zone"),
    ],
)
def test_an_invitation_that_cannot_be_read_is_told_of(folder: Path, keys: str, en: str, es: str, said: str) -> None:
    """It would be a broken promise."""
    found = found_for(folder, keys, en, es)
    assert any("zz.text" in one and said in one for one in found), found


@pytest.mark.parametrize(
    ("keys", "en", "es"),
    [
        (
            'groups = ["hydration"]',
            "Reply DONE, or how many cups. Reply PAUSE for a week off.",
            "Responda LISTO o MENOS.",
        ),
        ('asks = "safe"\ngroups = ["hydration"]', "Is someone there? Reply Y or N.", "¿Hay alguien? Responda S o N."),
        ('yes_means = "fever"\ngroups = ["hydration"]', "Hot? Reply Y or N.", "¿Fiebre? Responda S o N."),
        ('asks = "zone"\ngroups = ["hydration"]', "Reply with one number: {choices}", "Responda el número: {choices}"),
        ('asks = "change"\ngroups = ["hydration"]', "Reply 1 hour 2 words 3 calls", "Responda 1 hora 2 idioma 3 voz"),
        ('asks = "seen"\ngroups = ["hydration"]', "Reply SEEN after.", "Responda VISTO luego."),
    ],
)
def test_an_invitation_that_can_be_read_passes(folder: Path, keys: str, en: str, es: str) -> None:
    """Commands and keywords are understood whatever was asked."""
    found = [one for one in found_for(folder, keys, en, es) if "would not understand" in one or "invite" in one]
    assert found == []
