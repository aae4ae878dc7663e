"""The texts that code names and the texts that are written are the same."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

from coach.adapters.library.handbook import load_handbook
from coach.adapters.library.wording import read_needed
from coach.core.model import Asked

ROOT = Path(__file__).parents[2]
HANDBOOK = load_handbook(ROOT / "messages", "Leg Coach")
NEEDED = frozenset(read_needed(ROOT / "messages", []))
CALLS = frozenset({"voice.check_in"})
"""A queued call has the name of its dialogue and no text."""


def named_in_code() -> frozenset[str]:
    """Every id of a text in what decides what is said; no other word there has a dot in its middle."""
    found: set[str] = set()
    for path in (ROOT / "coach" / "core" / "conversation").rglob("*.py"):
        words = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
        found |= {word for word in words if isinstance(word, str) and re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", word)}
    return frozenset(found) - CALLS


def test_every_text_that_code_names_is_written() -> None:
    """Else the one person who needs it gets an error instead of an answer."""
    assert "escalation.emergency" in named_in_code()
    assert sorted(named_in_code() - HANDBOOK.library.templates.keys()) == []


def test_the_list_of_needed_texts_has_each_that_code_names() -> None:
    """So that `coach check` misses one that an author takes away."""
    assert sorted(named_in_code() - NEEDED) == []


def test_the_list_of_needed_texts_has_no_other() -> None:
    """Answers to questions and the questions of a set are named by their topic."""
    intents = tomllib.loads((ROOT / "messages" / "lexicon" / "intents.toml").read_text(encoding="utf-8"))
    topics = {f"faq.{topic}" for topic in intents["topic"]}
    questions = {f"check_in.{asked}" for asked in Asked}
    assert sorted(NEEDED - named_in_code() - topics - questions) == []
