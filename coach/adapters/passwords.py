"""Passwords of staff accounts: argon2id, by default with the parameters of RFC 9106's second recommendation."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@dataclass
class Passwords:
    """Makes and checks hashes that carry their own salt and parameters."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)

    def hash(self, password: str) -> str:
        """The password as a hash."""
        return self.hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one. With nothing stored the same work is done, and the answer is no."""
        try:
            self.hasher.verify(stored if stored is not None else self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self.hasher.check_needs_rehash(stored)

    @cached_property
    def _nobodys(self) -> str:
        return self.hash("an account that does not exist")
