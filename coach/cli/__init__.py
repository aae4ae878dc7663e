"""The command line: `coach`."""

from coach.cli.app import main

__all__ = ["main"]
