"""The demonstration: everything in one process, on invented people, simulated phones and a clock to speed up."""

from coach.demo.running import run

__all__ = ["run"]
