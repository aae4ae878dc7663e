"""Refusals in Twilio's form: an error code, a sentence, and the HTTP status."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)  # not frozen: Python itself writes to an exception that passes through a context manager
class Problem(Exception):
    """A REST request that is refused."""

    status: int
    code: int
    message: str

    def body(self) -> dict[str, object]:
        """Return the JSON body Twilio answers with."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_authenticated() -> Problem:
    """Wrong or missing credentials, or another account's address."""
    return Problem(401, 20003, "Authenticate")


def not_found(path: str) -> Problem:
    """No such resource."""
    return Problem(404, 20404, f"The requested resource {path} was not found")


def too_many_requests() -> Problem:
    """The account's request rate or concurrency is exceeded."""
    return Problem(429, 20429, "Too Many Requests")


def server_error() -> Problem:
    """The service failed; whether the request took effect is not known to the caller."""
    return Problem(500, 20500, "An internal server error has occurred")


def invalid(code: int, message: str) -> Problem:
    """A parameter is missing or wrong."""
    return Problem(400, code, message)
