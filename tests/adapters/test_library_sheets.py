"""docs/texts: every text in words, for the clinician who signs them off."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.adapters.library.desk import Desk, read_desk
from coach.adapters.library.sheets import INDEX, pages, write
from tests.adapters.small_content import MESSAGES, change, small_folder

SHEETS = MESSAGES.parent / "docs" / "texts"
COMMAND = "run: uv run coach check --texts docs/texts"
PROMPTS = "templates/prompts.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small content that has nothing to mend."""
    return small_folder(tmp_path)


def read(folder: Path) -> Desk:
    """That content, as the pages are written from it."""
    desk = read_desk(folder, [])
    assert desk is not None
    return desk


def block(page: str, text: str) -> str:
    """What a page says of one text."""
    return page.partition(f"\n## {text}\n")[2].partition("\n## ")[0]


def test_the_kept_pages_are_those_the_check_would_write() -> None:
    """No page is old, missing or too many."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in SHEETS.glob("*.md")}
    made = pages(read(MESSAGES))
    assert kept.keys() == made.keys(), COMMAND
    assert [name for name in made if kept[name] != made[name]] == [], COMMAND


def test_every_text_stands_on_one_page_in_every_wording() -> None:
    """So that what is signed off is all that can be said."""
    desk = read(MESSAGES)
    made = pages(desk)
    for text in desk.texts:
        told = block(made[text.file.replace(".toml", ".md")], text.template.id)
        wordings = (*text.template.text.values(), *text.template.regional.values())
        assert [words for words in wordings if words not in told] == [], text.template.id
    assert sum(page.count("\n## ") for name, page in made.items() if name != INDEX) == len(desk.texts)


def test_a_text_says_in_plain_words_for_whom_it_is(folder: Path) -> None:
    """The title of a rule, not its id."""
    page = pages(read(folder))["prompts.md"]
    title = read(folder).library.gates["D1"].title
    assert f"- For everybody, but not under *{title}*." in block(page, "hydration.glass")
    assert f"- For nobody but people under *{title}*." in block(page, "hydration.limit")
    assert "- For everybody.\n" in block(page, "check_in.weakness")


def test_a_text_says_what_bears_on_it(folder: Path) -> None:
    """Its week and step, what brings it forward, what a yes shows, and what it costs to send and to read."""
    page = pages(read(folder))["prompts.md"]
    assert "| English | Spanish | Spanish in Spain |" in block(page, "hydration.glass")
    assert "- In weeks 1 to 4.\n" in block(page, "exercise.sit")
    assert "- A move of step 2.\n" in block(page, "exercise.rise")
    asking = block(page, "education.statins_ask")
    assert "- Comes first to people with: Statin (cholesterol).\n" in asking
    assert "- Comes first after somebody told of: muscle cramps.\n" in asking
    assert "- A yes counts as: muscle pain.\n" in asking
    assert "- Parts: en 1, es 1. Grade: en " in asking


def test_a_question_on_joining_shows_its_options() -> None:
    """They are sent with it, so they are read with it."""
    told = block(pages(read(MESSAGES))["onboarding.md"], "onboarding.seen")
    assert "| *1 yes 2 visit booked 3 not yet* | *1 sí 2 tengo cita 3 todavía no* |" in told


def test_the_first_page_says_that_nothing_is_signed_off(folder: Path) -> None:
    """With the version that a signature would be for; any other wording is another version."""
    before = pages(read(folder))[INDEX]
    change(folder, PROMPTS, "lift one knee", "lift your knee")
    after = pages(read(folder))[INDEX]
    assert "None of these texts has clinical sign-off." in before
    assert read(folder).library.version in after
    assert before != after


def test_pages_of_texts_that_are_gone_are_taken_away(folder: Path, tmp_path: Path) -> None:
    """And no other file is touched."""
    into = tmp_path / "texts"
    write(into, {"old.md": pages(read(folder))["prompts.md"]})
    (into / "notes.md").write_text("Ask Ana about the fever line.", encoding="utf-8")
    write(into, pages(read(folder)))
    assert {path.name for path in into.glob("*")} == {INDEX, "prompts.md", "replies.md", "notes.md"}


def test_no_other_file_is_written_over(folder: Path, tmp_path: Path) -> None:
    """A folder with a README of its own is the wrong one, and nothing is written into it."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / INDEX).write_text("# Documents", encoding="utf-8")
    with pytest.raises(FileExistsError, match="is no page of texts; name another folder"):
        write(tmp_path / "docs", pages(read(folder)))
    assert [path.name for path in (tmp_path / "docs").glob("*")] == [INDEX]
