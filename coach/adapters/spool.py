"""A folder on this machine's disk for what comes in while the database is away: one file for each thing.

A file is written beside its place, forced to disk, renamed, and the folder forced to disk too: whoever finds a file
finds all of it, and whoever was told that it is kept finds it after a power cut. The files hold people's words: only
the account of the program may read them.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from coach.core.model import Channel, InboundMessage
from coach.ports import DeliveryStatus, ReceivedText, Spooled, SpoolEntry

_KEPT, _BEGUN = ".json", ".part"
_ASIDE = "unreadable"
_STAMP = "%Y%m%dT%H%M%S%f"
_OURS_ONLY, _FOLDER_OURS_ONLY, _OF_OTHERS = 0o600, 0o700, 0o077
_EXCLUSIVE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_FORMAT = 1


class Disk:
    """The steps of writing durably, each of which a full or failing disk may refuse with OSError."""

    def write(self, file: Path, content: bytes) -> None:
        """Write a new file that only we may read, and force it to disk."""
        descriptor = os.open(file, _EXCLUSIVE, _OURS_ONLY)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())

    def rename(self, file: Path, to: Path) -> None:
        """Give a file its place at once, or not at all."""
        file.replace(to)

    def force(self, folder: Path) -> None:
        """Force to disk which files a folder has."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@dataclass(frozen=True)
class FolderSpool:
    """Keeps the promises of `coach.ports.Spool`. Threads and processes may share the folder, which it makes itself."""

    folder: Path
    disk: Disk = field(default_factory=Disk)
    _numbers: Iterator[int] = field(default_factory=count)

    def problem(self) -> str | None:
        """Why nothing can be kept here, in a few words; None when all is well. Leaves nothing behind."""
        probe = self.folder / f"probe-{secrets.token_hex(8)}{_BEGUN}"
        try:
            self._make(self.folder)
            self.disk.write(probe, b"ok")
            self.disk.force(self.folder)
        except OSError as error:
            return error.strerror or type(error).__name__
        finally:
            with suppress(OSError):
                probe.unlink(missing_ok=True)
        return None

    def is_open_to_others(self) -> bool:
        """Whether other accounts of this machine may look into a folder that was here before; the files are shut."""
        return self.folder.is_dir() and bool(self.folder.stat().st_mode & _OF_OTHERS)

    def keep(self, what: Spooled) -> None:
        """Set it down. It is durable when this returns; OSError when it cannot be, and then nothing is left."""
        self._make(self.folder)
        number = next(self._numbers)
        name = f"{_received_at(what).astimezone(UTC):{_STAMP}}-{number:09d}-{secrets.token_hex(4)}{_KEPT}"
        begun = (self.folder / name).with_suffix(_BEGUN)
        try:
            self.disk.write(begun, json.dumps(_encoded(what), ensure_ascii=True).encode())
            self.disk.rename(begun, self.folder / name)
            self.disk.force(self.folder)
        except OSError:
            for file in (begun, self.folder / name):
                with suppress(OSError):
                    file.unlink(missing_ok=True)
            raise

    def waiting(self) -> Iterator[SpoolEntry]:
        """What waits, in the order it came in. A file that another process has taken up meanwhile is passed over."""
        for name in self._names(self.folder):
            try:
                content = (self.folder / name).read_bytes()
            except FileNotFoundError:
                continue
            except OSError:
                yield SpoolEntry(name, None)
            else:
                yield SpoolEntry(name, _decoded(content))

    def done(self, name: str) -> None:
        """The database has it. Were the removal lost in a crash, it would be taken up once more, without harm."""
        (self.folder / name).unlink(missing_ok=True)

    def set_aside(self, name: str) -> None:
        """Move a file into a folder of its own; it is never deleted."""
        aside = self.folder / _ASIDE
        self._make(aside)
        with suppress(FileNotFoundError):
            self.disk.rename(self.folder / name, aside / name)
        self.disk.force(aside)

    def aside(self) -> int:
        """How many files were set aside and are still there."""
        return len(self._names(self.folder / _ASIDE))

    def figures(self, now: datetime) -> tuple[int, float]:
        """How many wait, and the age of the oldest in seconds; 0 when none does."""
        names = self._names(self.folder)
        if not names:
            return 0, 0.0
        since = _stamp_of(names[0])
        return len(names), max(0.0, (now - since) / timedelta(seconds=1)) if since is not None else 0.0

    def _names(self, folder: Path) -> list[str]:
        try:
            return sorted(file.name for file in folder.iterdir() if file.suffix == _KEPT)
        except FileNotFoundError:
            return []

    def _make(self, folder: Path) -> None:
        folder.mkdir(mode=_FOLDER_OURS_ONLY, parents=True, exist_ok=True)


def _received_at(what: Spooled) -> datetime:
    return what.message.received_at if isinstance(what, ReceivedText) else what.received_at


def _stamp_of(name: str) -> datetime | None:
    try:
        return datetime.strptime(name.partition("-")[0], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _encoded(what: Spooled) -> dict[str, Any]:
    if isinstance(what, DeliveryStatus):
        return {"format": _FORMAT, "status": _fields(what)}
    return {"format": _FORMAT, "text": _fields(what.message), "raw": dict(what.raw)}


def _fields(value: InboundMessage | DeliveryStatus) -> dict[str, Any]:
    named = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return named | {"received_at": value.received_at.astimezone(UTC).isoformat()}


def _decoded(content: bytes) -> Spooled | None:
    """What a file says; None when it is damaged or of another kind."""
    try:
        kept = json.loads(content)
        if kept["format"] != _FORMAT:
            return None
        if "status" in kept:
            return DeliveryStatus(**kept["status"] | {"received_at": _time(kept["status"])})
        told = {"received_at": _time(kept["text"]), "channel": Channel(kept["text"]["channel"])}
        return ReceivedText(InboundMessage(**kept["text"] | told), {str(k): str(v) for k, v in kept["raw"].items()})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _time(fields: dict[str, Any]) -> datetime:
    at = datetime.fromisoformat(fields["received_at"])
    if at.tzinfo is None:
        message = "a time without a zone"
        raise ValueError(message)
    return at
