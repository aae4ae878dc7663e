"""Numbers as a synthetic voice must be given them: digit by digit, so that 911 is not nine hundred and eleven."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"\d+")
_ACCESS = "+1"  # the only country code that is dialled within the country too, as a digit of its own
_LAST, _EARLIER = 4, 3


def spelled(words: str) -> str:
    """The words with every number in them digit by digit: "9 8 8 (or text 9 8 8)"."""
    return _DIGITS.sub(lambda found: " ".join(found[0]), words)


def spelled_phone(number: str) -> str:
    """A telephone number in groups with a pause between them, without plus, brackets and dashes.

    It is grouped as it is written; where it is written in one, by three from its end, with four in the last group.
    """
    written = number.strip()
    country = [_ACCESS[1:]] if written.startswith(_ACCESS) else []
    runs = _DIGITS.findall(written.removeprefix(_ACCESS) if country else written)
    groups = [*country, *(_grouped(runs[0]) if len(runs) == 1 else runs)]
    return ", ".join(" ".join(group) for group in groups)


def _grouped(digits: str) -> list[str]:
    groups, rest = [digits[-_LAST:]], digits[:-_LAST]
    while rest:
        groups.insert(0, rest[-_EARLIER:])
        rest = rest[:-_EARLIER]
    return groups
