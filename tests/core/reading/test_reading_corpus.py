"""The labelled development corpus is read at least as well as the figures committed here."""

from pathlib import Path

import pytest

from coach.adapters.library.triage import load_triage
from coach.adapters.lines.score import load_pairs, score
from coach.core.reading import Lexicon

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared" / "replies" / "dev.jsonl"
FLOORS = {
    "emergency recall": 0.99,
    "urgent recall": 0.98,
    "disposition right": 0.98,
    "sign F1": 0.97,
    "denied F1": 0.95,
    "weakness right": 0.98,
    "intent right": 0.97,
    "opt-out recall": 1.0,
    "onset right": 0.97,
    "trend right": 0.98,
    "yes right": 0.98,
    "amount right": 0.98,
}
CEILINGS = {"denied told as present": 0.0, "opt-out false": 0.0, "raised too high": 0.02}


@pytest.mark.skipif(not CORPUS.exists(), reason="the development corpus lies beside the project and is not here")
def test_the_development_corpus_stays_read(lexicon: Lexicon) -> None:
    """Every figure is at least its floor, and every error rate at most its ceiling."""
    figures = score(load_pairs(CORPUS, lexicon, load_triage(ROOT / "messages")))
    low = {name: figures[name] for name, floor in FLOORS.items() if figures[name] < floor}
    high = {name: figures[name] for name, ceiling in CEILINGS.items() if figures[name] > ceiling}
    assert (low, high) == ({}, {})
