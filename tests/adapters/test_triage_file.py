"""The rules of triage are refused when they name what there is not, or can never decide."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from coach.adapters.library.triage import TriageError, load_triage
from tests.adapters.small_content import MESSAGES, change

SLIPS = tomllib.loads((Path(__file__).parent / "triage_slips.toml").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the delivered rules, with the word lists that name the facts."""
    for name in ("triage", "lexicon"):
        shutil.copytree(MESSAGES / name, tmp_path / name)
    return tmp_path


def test_the_delivered_rules_can_be_used(folder: Path) -> None:
    """So that each test below sees its own break and nothing else."""
    assert len(load_triage(folder).signs) == 45


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_refused_with_its_file_entry_and_mend(folder: Path, name: str) -> None:
    """One break at a time."""
    slip = SLIPS[name]
    change(folder / "triage", slip["file"], slip["old"], slip["new"])
    with pytest.raises(TriageError) as refused:
        load_triage(folder)
    assert slip["said"] in str(refused.value)


def test_the_line_of_a_slip_is_that_of_its_modifier(folder: Path) -> None:
    """A sign may have many; the author is led to the right one."""
    change(folder / "triage", "signs.toml", 'near = ["injury"]', 'near = ["injry"]')
    lines = (folder / "triage" / "signs.toml").read_text(encoding="utf-8").splitlines()
    begin = max(n for n, line in enumerate(lines[: lines.index('near = ["injry"]')], 1) if line.startswith("[["))
    with pytest.raises(TriageError, match=f"signs.toml, line {begin}, cannot_stand_new: There is no fact injry"):
        load_triage(folder)


def test_every_slip_is_told_at_once(folder: Path) -> None:
    """Nobody mends one only to be told of the next."""
    change(folder / "triage", "signs.toml", 'near = ["injury"]', 'near = ["injry"]')
    change(folder / "triage", "combinations.toml", 'profile = ["cancer"]', 'profile = ["cancr"]')
    with pytest.raises(TriageError) as refused:
        load_triage(folder)
    assert len(str(refused.value).splitlines()) == 2


def test_rules_without_word_lists_beside_them_may_name_any_fact(folder: Path) -> None:
    """There is nothing to compare with."""
    shutil.rmtree(folder / "lexicon")
    assert load_triage(folder / "triage").combinations
