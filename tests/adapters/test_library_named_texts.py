"""The texts and groups that code names and those that are written are the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from coach.adapters.library.desk import Desk, read_desk
from coach.core.model import Asked

ROOT = Path(__file__).parents[2]
CALLS = frozenset({"voice.check_in"})
"""A queued call has the name of its dialogue and no text."""
NAME = re.compile(r"[a-z_]+\.[a-z0-9_]*[a-z0-9]")


def desk() -> Desk:
    """The delivered content."""
    found = read_desk(ROOT / "messages", [])
    assert found is not None
    return found


DESK = desk()
LISTED = frozenset((*DESK.needed.texts, *DESK.needed.groups))


def nodes() -> Iterator[ast.AST]:
    """Every piece of the code that decides what is said."""
    beside = (ROOT / "coach" / name for name in ("duty.py", "calls/connecting.py", "watching/watch.py"))
    for path in (*(ROOT / "coach" / "core").rglob("*.py"), *beside):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def words() -> frozenset[str]:
    """Every word written there by itself."""
    return frozenset(n.value for n in nodes() if isinstance(n, ast.Constant) and isinstance(n.value, str))


def named_in_code() -> frozenset[str]:
    """Every id of a text or group in what decides what is said; no other word there has a dot in its middle."""
    return frozenset(word for word in words() if NAME.fullmatch(word)) - CALLS


def put_together() -> list[re.Pattern[str]]:
    """Names of which a part is filled in, such as “ack.water_…”."""
    joined = [node for node in nodes() if isinstance(node, ast.JoinedStr)]
    forms = ("".join(map(_part, node.values)) for node in joined)
    return [
        re.compile(form) for form in forms if re.fullmatch(r"(?:[a-z_]|\(\.\+\))*\\\.(?:[a-z0-9_]|\(\.\+\))*", form)
    ]


def _part(part: ast.expr) -> str:
    return re.escape(part.value) if isinstance(part, ast.Constant) and isinstance(part.value, str) else "(.+)"


def unnamed(names: Iterable[str]) -> list[str]:
    """Those that no code names."""
    known, forms = words(), put_together()
    return sorted(name for name in names if name not in known and not any(form.fullmatch(name) for form in forms))


def test_every_text_that_code_names_is_written() -> None:
    """Else the one person who needs it gets an error instead of an answer."""
    assert "escalation.urgent" in named_in_code()
    assert sorted(named_in_code() - DESK.library.templates.keys() - DESK.library.groups.keys()) == []


def test_the_list_of_needed_texts_has_each_that_code_names() -> None:
    """So that `coach check` misses one that an author takes away."""
    told = {telling.group for telling in DESK.tellings}
    joining = {question.text for question in DESK.onboarding.questions.values()}
    assert sorted(named_in_code() - LISTED - told - joining) == []


def test_the_list_of_needed_texts_has_no_other() -> None:
    """Answers to questions and the questions of a set are named by their topic."""
    questions = {f"check_in.{asked}" for asked in Asked}
    assert [name for name in unnamed(LISTED - questions) if not name.startswith("faq.")] == []
