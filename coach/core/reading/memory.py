"""What was once worked out, kept: texts use the same few thousand words and features again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

KEPT = 65_536  # answers kept; when there are more, all are forgotten and worked out anew
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memory(dict[Key, Value]):
    """A function of one value as a mapping that remembers what it has given: `memory[key]` is the function of key.

    The function must always give the same for the same key. Looking up what is remembered costs no call.
    """

    def __init__(self, function: Callable[[Key], Value], most: int = KEPT) -> None:
        """Begin with nothing remembered; `most` bounds the memory whatever texts come."""
        super().__init__()
        self._function = function
        self._most = most

    def __missing__(self, key: Key) -> Value:
        """Work it out."""
        value = self._function(key)
        if len(self) >= self._most:
            self.clear()
        self[key] = value
        return value
