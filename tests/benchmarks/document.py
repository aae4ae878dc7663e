"""docs/performance.md: one section for each benchmark, each replaced when that benchmark is run again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_HEAD = """# Performance

Written by `uv run python -m tests.benchmarks`; the figures of a section were measured in one run, so trust their ratios
more than the figures themselves. What misses its target says so. What follows for large programmes is in
[Scaling](scaling.md); how fast replies are read is in [How a reply is read](reading.md).

PostgreSQL runs as the tests start it, on the same machine and without waiting for the disk (`fsync off`), unless
`COACH_TEST_POSTGRES_URL` names another. SQLite waits for the disk at every commit, as the product has it.
"""
_SECTION = re.compile(r"<!-- (\w+) -->\n(.*?)\n<!-- end -->", re.DOTALL)


def keep(document: Path, name: str, section: str, order: Sequence[str]) -> None:
    """Put a section in its place in the document; the others stay as they are."""
    before = document.read_text(encoding="utf-8") if document.exists() else ""
    sections = dict(_SECTION.findall(before))
    sections[name] = section
    parts = [f"<!-- {known} -->\n{sections[known]}\n<!-- end -->" for known in order if known in sections]
    document.write_text("\n\n".join([_HEAD.rstrip(), *parts]) + "\n", encoding="utf-8")
