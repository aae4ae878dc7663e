"""What people should be told is in the texts, and docs/content.md says which text does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.adapters.library.coverage import MISSING, document
from coach.adapters.library.desk import Desk, read_desk
from coach.adapters.library.lint import lint
from coach.core.content import PLACEHOLDERS
from tests.adapters.small_content import MESSAGES, change, small_folder

ROOT = MESSAGES.parent
PROMPTS = "templates/prompts.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small content that has nothing to mend."""
    return small_folder(tmp_path)


def read(folder: Path) -> Desk:
    """That content, as the document is written from it."""
    desk = read_desk(folder, [])
    assert desk is not None
    return desk


def test_the_page_on_content_is_what_the_check_would_write() -> None:
    """It was written anew after the last change."""
    command = "run: uv run coach check --coverage > docs/content.md"
    assert (ROOT / "docs" / "content.md").read_text(encoding="utf-8") == document(read(MESSAGES)), command


def test_no_cell_of_the_page_is_empty() -> None:
    """Every item has its lessons, questions, signs, facts and cautions, or an honest word."""
    desk = read(MESSAGES)
    rows = [line for line in document(desk).splitlines() if line.startswith("| ")][2:]
    cells = [cell.strip() for row in rows for cell in row.strip("|").split(" | ")]
    assert len(rows) == len(desk.items) > 36
    assert not {"", "-", "\u2013"} & set(cells)
    assert not [row for row in rows if MISSING in row]


def test_a_row_says_what_covers_an_item(folder: Path) -> None:
    """The ids of lessons and questions, the other texts counted, and the rules with their titles below."""
    change(folder, PROMPTS, 'groups = ["exercise"]', 'groups = ["exercise"]\ncovers = ["medicines.statins"]')
    page = document(read(folder))
    questions = "`education.statins_ask` (muscle_pain)"
    assert f"| Statins | taught by its questions | {questions} | 1 move | muscle_pain | statin | D3 |" in page
    assert f"- **D3** {read(folder).library.gates['D3'].title}" in page


def test_an_item_without_a_question_of_its_own_says_so(folder: Path) -> None:
    """And one that is for nobody in particular."""
    change(folder, "article.toml", "asks = true\n", "")
    change(folder, "article.toml", '["statin"]', "[]")
    change(folder, PROMPTS, 'yes_means = "muscle_pain"\n', "")
    assert (
        "| `education.statins_ask` | told in its lesson | nothing else | muscle_pain | for everybody alike |"
    ) in document(read(folder))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (PROMPTS, 'covers = ["medicines.statins"]', "", "No text is about it; write one with covers"),
        (PROMPTS, 'groups = ["education.medicines"]', 'groups = ["trend"]', "No lesson or answer is about it"),
        (PROMPTS, 'yes_means = "muscle_pain"\n', "", "None of its texts puts a question; give one of them yes_means."),
        (PROMPTS, 'facts = ["statin"]\n', "", "None of its texts comes forward for statin; name it under facts"),
        ("article.toml", '["D3"]', '["D1"]', "None of its texts keeps to rule D1; name it under gates or only"),
        ("article.toml", '["D3"]', '["D33"]', "There is no gate D33 in gates.toml"),
        ("article.toml", '["muscle_pain"]', '["pain"]', "No text can show the sign pain; mend its spelling."),
        ("article.toml", '["statin"]', '["statins"]', "No profile has the fact statins; mend its spelling."),
        ("article.toml", '["muscle_pain"]', "[]", "“signs” is wrong"),
    ],
)
def test_an_item_that_lacks_something_is_told_of(folder: Path, file: str, old: str, new: str, said: str) -> None:
    """With the line of the item."""
    change(folder, file, old, new)
    found = [str(problem) for problem in lint(folder)]
    assert any(one.startswith("article.toml, line 2, medicines.statins: ") and said in one for one in found), found


def test_a_rule_that_a_fact_puts_in_force_brings_a_text_forward(folder: Path) -> None:
    """`only` is as good as `facts`."""
    change(folder, "article.toml", '["statin"]', '["heart_failure"]')
    change(folder, PROMPTS, 'only = ["D1"]', 'only = ["D1"]\ncovers = ["medicines.statins"]')
    assert lint(folder) == []


def test_the_authors_page_names_every_placeholder_and_no_other() -> None:
    """What stands in its table can be used."""
    table = (MESSAGES / "README.md").read_text(encoding="utf-8").split("## Placeholders")[1]
    named = {part.split("}")[0] for part in table.split("{")[1:]}
    assert named == PLACEHOLDERS
