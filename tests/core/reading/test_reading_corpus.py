"""The labelled development corpus is read at least as well as the figures committed beside the tests."""

import tomllib
from pathlib import Path

import pytest

from coach.adapters.library.triage import load_triage
from coach.adapters.lines.score import read_pair, score
from coach.core.reading import Lexicon

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "replies" / "dev.jsonl"
BOUNDS = tomllib.loads((ROOT / "tests" / "core" / "vectors" / "reading_floors.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def figures(lexicon: Lexicon) -> dict[str, float]:
    """The corpus scored once."""
    if not CORPUS.exists():
        pytest.skip("the development corpus lies beside the project and is not here")
    rules = load_triage(ROOT / "messages")
    lines = enumerate(CORPUS.read_text(encoding="utf-8").splitlines(), start=1)
    return score([read_pair(line, number, lexicon, rules) for number, line in lines if line.strip()])


@pytest.mark.parametrize(("name", "floor"), BOUNDS["floors"].items())
def test_a_figure_stays_above_its_floor(name: str, floor: float, figures: dict[str, float]) -> None:
    """What was once read well stays read well."""
    assert figures[name] >= floor


@pytest.mark.parametrize(("name", "ceiling"), BOUNDS["ceilings"].items())
def test_an_error_stays_below_its_ceiling(name: str, ceiling: float, figures: dict[str, float]) -> None:
    """No kind of error grows beyond what was once reached."""
    assert figures[name] <= ceiling
