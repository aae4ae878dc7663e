"""Where something stands in a TOML file: the line an author has to go to."""

from __future__ import annotations

import re

_TABLE = re.compile(r"\s*\[")
_ID = re.compile(r"\s*id\s*=")


def entry_lines(source: str, table: str) -> list[int]:
    """The line of each `[[table]]` entry in their order: that of its `id` when it has one, else of its header."""
    header = re.compile(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]")
    found: list[int] = []
    fresh = False  # inside an entry whose id has not come yet
    for number, line in enumerate(source.splitlines(), start=1):
        if header.match(line):
            found.append(number)
            fresh = True
        elif _TABLE.match(line):
            fresh = False
        elif fresh and _ID.match(line):
            found[-1] = number
            fresh = False
    return found


def line_of(source: str, name: str, which: int = 1) -> int | None:
    """The line of the entry, table or key of that name, or else the line that names it in quotes.

    `which` counts places of the same kind from 1; the last one is given when there are fewer.
    """
    word = re.escape(name)
    lines = source.splitlines()
    for pattern in (rf'\s*id\s*=\s*"{word}"', rf"\s*\[+\s*{word}\s*\]+", rf"\s*{word}\s*=", rf'.*"{word}"'):
        places = [number for number, line in enumerate(lines, start=1) if re.match(pattern, line)]
        if places:
            return places[min(which, len(places)) - 1]
    return None
