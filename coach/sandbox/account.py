"""The customer account whose requests the network serves."""

from __future__ import annotations

from dataclasses import dataclass

API_VERSION = "2010-04-01"


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials and the optional messaging service that stands for all numbers of the account."""

    sid: str
    token: str
    service_sid: str | None = None

    def path(self, rest: str) -> str:
        """Return the address path of a resource below the account."""
        return f"/{API_VERSION}/Accounts/{self.sid}/{rest}"
