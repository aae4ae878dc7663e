"""A folder of content that has nothing to mend, small enough to break in a test."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

MESSAGES = Path(__file__).parents[2] / "messages"
_SMALL = Path(__file__).parent / "small_messages"
_DELIVERED = ("wording.toml", "numbers.toml", "zones.toml", "escalation.toml", "keywords.toml", "lexicon", "triage")


def small_folder(into: Path) -> Path:
    """Write the small texts with the delivered rules and words into a new folder there."""
    folder = into / "messages"
    shutil.copytree(_SMALL, folder)
    for name in _DELIVERED:
        copy = shutil.copytree if (MESSAGES / name).is_dir() else shutil.copy
        copy(MESSAGES / name, folder / name)
    cases = folder / "escalation.toml"
    cases.write_text(
        re.sub(r'(?m)^group = ".*"', 'group = "log.offer"', cases.read_text(encoding="utf-8")), encoding="utf-8"
    )
    (folder / "programmes").mkdir()
    shutil.copy(MESSAGES / "programmes" / "limits.toml", folder / "programmes")
    slots = (folder / "slots.toml").read_text(encoding="utf-8")
    write_programme(folder, "one", slots)
    (folder / "slots.toml").unlink()
    return folder


def write_programme(folder: Path, name: str, slots: str, then: str = "") -> None:
    """A programme of that name: the delivered one with other slots. `then` names the programme that follows it."""
    delivered = (MESSAGES / "programmes" / "legs-12-weeks.toml").read_text(encoding="utf-8")
    head = re.sub(r"(?m)^(id|next_programme) = .*\n", "", delivered.partition("[[slot]]")[0])
    follows = f'next_programme = "{then}"\n' if then else ""
    text = f'id = "{name}"\n{follows}{head}{slots}'
    (folder / "programmes" / f"{name}.toml").write_text(text, encoding="utf-8")


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Change one place of a file, which must be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
