"""`coach check`: nothing to mend in what is delivered, and every rule on names and use really bites."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from coach.adapters.library.lint import lint
from tests.adapters.small_content import MESSAGES, change, small_folder, write_programme


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small content that has nothing to mend."""
    return small_folder(tmp_path)


def found_in(folder: Path) -> list[str]:
    """Every problem as an author reads it."""
    return [str(problem) for problem in lint(folder)]


def test_the_delivered_content_has_nothing_to_mend() -> None:
    """Both languages, placeholders, length, wording, names, replies, use, coverage, gates, numbers, zones."""
    assert found_in(MESSAGES) == []


def test_the_small_content_has_nothing_to_mend(folder: Path) -> None:
    """So that each test below sees its own break and nothing else."""
    assert found_in(folder) == []


PROMPTS = "templates/prompts.toml"
SLIPS = tomllib.loads((Path(__file__).parent / "slips.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_with_its_file_line_entry_and_mend(folder: Path, name: str) -> None:
    """One break at a time."""
    slip = SLIPS[name]
    change(folder, slip["file"], slip["old"], slip["new"])
    found = found_in(folder)
    assert any(slip["said"] in one for one in found), found


def test_what_a_person_is_told_of_a_case_is_found_by_its_own_line(folder: Path) -> None:
    """Its group may stand in several entries."""
    change(folder, "escalation.toml", '["X17"]', '["X71"]')
    lines = (folder / "escalation.toml").read_text(encoding="utf-8").splitlines()
    begin = max(number for number, line in enumerate(lines[: lines.index('rules = ["X71"]')], 1) if "[[" in line)
    assert found_in(folder)[0].startswith(f"escalation.toml, line {begin}, log.offer: No sign, combination or rule on")


def test_a_file_that_cannot_be_used_is_told_of_once(folder: Path) -> None:
    """Not once more for every text, group and item that is missing because of it."""
    change(folder, PROMPTS, "step = 2", "step = ")
    assert len(found_in(folder)) == 1


def test_a_value_without_a_measure_is_found(folder: Path) -> None:
    """Its parts could not be counted."""
    change(folder, "wording.toml", 'score = "10"\n', "")
    for words in ("Thank you.", "Gracias."):
        change(folder, "templates/replies.toml", words, f"{{score}}. {words}")
    assert any("log.offer: en: {score} has no value under [longest]" in one for one in found_in(folder))


@pytest.mark.parametrize(
    ("following", "said"),
    [
        ({"one": "two", "two": "one"}, "in a circle (one → two → one); break it."),
        ({"one": "one"}, "in a circle (one → one); break it."),
        ({"one": "ten"}, "one.toml, line 1, next_programme: There is no programme ten; mend its name or remove"),
        ({"one": "two", "two": ""}, ""),
    ],
)
def test_a_programme_is_followed_by_one_that_is_there_and_never_by_itself(
    folder: Path, following: dict[str, str], said: str
) -> None:
    """Else it would never end, or end in nothing."""
    whole = (folder / "programmes" / "one.toml").read_text(encoding="utf-8")
    slots = whole[whole.index("[[slot]]") :]
    for name, then in following.items():
        write_programme(folder, name, slots, then)
    found = [one.replace("line 2", "line 1") for one in found_in(folder)]
    assert (found == []) if not said else any(said in one for one in found)


def test_a_folder_without_content_is_told_what_it_lacks(tmp_path: Path) -> None:
    """No traceback, a list."""
    files = {problem.file for problem in lint(tmp_path)}
    wanted = {"templates", "programmes", "gates.toml", "numbers.toml", "zones.toml", "escalation.toml", "article.toml"}
    assert wanted <= files


def test_a_text_in_an_unreadable_encoding_is_told(folder: Path) -> None:
    """Saved by an old editor."""
    (folder / "templates" / "old.toml").write_bytes('kind = "reply" # \u00f1'.encode("latin-1"))
    assert "old.toml: This is not valid TOML (it is not UTF-8 text); save it as UTF-8." in found_in(folder)
