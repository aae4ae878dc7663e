"""Finds the data that ships with the package: message content and migrations."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


class MissingResource(FileNotFoundError):
    """A folder that belongs to the program is not there."""


def folder(name: str) -> Path:
    """The folder of that name, from an installed wheel or from a checkout.

    Raises:
        MissingResource: it is in neither place, so the installation is incomplete.
    """
    for place in (_PACKAGE / "_bundled" / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    message = f"The folder {name} of Leg Coach is missing from {_PACKAGE.parent}; install Leg Coach again."
    raise MissingResource(message)
