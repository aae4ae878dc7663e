"""Disks that can be full: one that truly is, where a small file system may be mounted, and one that says so."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.serving import Program

_MEGABYTES = 6


class Disk(Protocol):
    """Where the database, the spool and the log of a program lie."""

    def fill(self) -> None:
        """From now on nothing more can be written."""

    def make_room(self) -> None:
        """It can be written again."""


class CannotMount(OSError):
    """This machine does not let us mount anything."""


@dataclass
class Limited:
    """The kernel lets the program's files grow no further. Everywhere where there is Linux."""

    program: Program
    to: int = 0

    def fill(self) -> None:
        """Writes beyond so many bytes of any file fail with EFBIG."""
        resource.prlimit(self.program.process_id, resource.RLIMIT_FSIZE, (self.to, resource.RLIM_INFINITY))

    def make_room(self) -> None:
        """The limit is lifted; the program goes on as it is."""
        resource.prlimit(self.program.process_id, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


@dataclass
class Small:
    """A file system of a few megabytes, with something large on it while it is full."""

    folder: Path

    def fill(self) -> None:
        """Writes fail with ENOSPC."""
        with (self.folder / "ballast").open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def make_room(self) -> None:
        """The large thing is removed."""
        (self.folder / "ballast").unlink()


@contextmanager
def small_file_system(folder: Path) -> Iterator[Path]:
    """A file system in memory at this folder. CannotMount where only an administrator may."""
    folder.mkdir()
    size = f"size={_MEGABYTES}m"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", folder], capture_output=True, check=False)
    if mounted.returncode:
        raise CannotMount(errno.EPERM, os.strerror(errno.EPERM))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
