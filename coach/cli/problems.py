"""What ends a command early, as one sentence."""

from __future__ import annotations

import sys

WORK_FOUND_PROBLEMS = 1
WRONG_USE = 2


class Problem(Exception):
    """A sentence for the person at the terminal, with the exit status."""

    def __init__(self, sentence: str, status: int = WORK_FOUND_PROBLEMS) -> None:
        """`status` as in the contract: 1 the work found problems, 2 wrong usage or configuration."""
        super().__init__(sentence)
        self.status = status


def warn(sentence: str) -> None:
    """Say something on stderr without ending."""
    print(sentence, file=sys.stderr)
