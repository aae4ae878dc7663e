"""`coach check` at the terminal: in order or not, one text for one person, and the page on content."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from coach.cli.app import app
from coach.cli.problems import WRONG_USE, Problem

DOCS = Path(__file__).parents[2] / "docs"


def said(*arguments: str) -> str:
    """What the command prints when all is well."""
    done = CliRunner().invoke(app, ["check", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def refused(*arguments: str) -> Problem:
    """What ends the command early."""
    problem = CliRunner().invoke(app, ["check", *arguments]).exception
    assert isinstance(problem, Problem)
    return problem


def test_the_delivered_content_is_in_order() -> None:
    """One line."""
    assert said() == "messages/ is in order.\n"


def test_the_page_on_content_is_printed_as_it_is_kept() -> None:
    """So that it can be written to the file as it is."""
    assert said("--coverage") == (DOCS / "content.md").read_text(encoding="utf-8")


def test_all_texts_are_written_out_into_a_folder(tmp_path: Path) -> None:
    """One line says how many."""
    assert said("--texts", str(tmp_path / "texts")).endswith(f" texts are in {tmp_path / 'texts'}.\n")
    assert (tmp_path / "texts" / "hydration.md").is_file()


def test_all_texts_are_not_written_over_other_files(tmp_path: Path) -> None:
    """Somebody named the wrong folder."""
    (tmp_path / "README.md").write_text("# Documents", encoding="utf-8")
    problem = refused("--texts", str(tmp_path))
    assert str(problem) == f"{tmp_path / 'README.md'} is no page of texts; name another folder."
    assert problem.status == WRONG_USE


def test_a_group_is_shown_for_a_person_in_spain() -> None:
    """In their language, with the number of their country, and with what was passed over."""
    shown = said("--show", "hydration", "--profile", "conditions=heart_failure age=82 language=es country=ES")
    assert shown.startswith("hydration: this person gets hydration.limit")
    assert "Kept from this person by rule D1 (fluid limit: " in shown
    assert "112" in said("--show", "emergency.line", "--profile", "language=es country=ES")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--show", "hydration", "--profile", "age=old"), "age is “old”; write a whole number from 0 to 120."),
        (("--show", "nothing.here"), "There is no text and no group named nothing.here; coach check --texts FOLDER"),
        (("--profile", "age=82"), "--profile says for whom; add --show ID to say which text."),
    ],
)
def test_a_wrong_use_is_told_in_one_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    """With the exit status of a wrong use."""
    problem = refused(*arguments)
    assert str(problem).startswith(sentence)
    assert problem.status == WRONG_USE
