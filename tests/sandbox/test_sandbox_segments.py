"""Segments are counted as the carriers count them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from coach.sandbox.segments import segments

TEXTS = tomllib.loads((Path(__file__).parent / "segments.toml").read_text(encoding="utf-8"))["text"]


@pytest.mark.parametrize("case", TEXTS, ids=[case["why"] for case in TEXTS])
def test_a_text_takes_the_segments_of_its_alphabet(case: dict[str, object]) -> None:
    """Seven-bit where every character fits, else two bytes each."""
    assert segments(str(case["text"]) * int(str(case["repeat"]))) == case["segments"]
