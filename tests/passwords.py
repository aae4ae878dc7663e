"""Passwords hashed with little work, for tests that are about something else than the strength of a hash."""

from __future__ import annotations

from argon2 import PasswordHasher

from coach.adapters.passwords import Passwords

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))
