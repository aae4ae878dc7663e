"""Data that ships with the package is found wherever the package is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coach import resources
from coach.resources import MissingResource, folder

ROOT = Path(__file__).parents[3]


def test_migrations_are_found_in_a_checkout() -> None:
    """Beside the package."""
    assert folder("alembic") == ROOT / "alembic"
    assert (folder("alembic") / "versions").is_dir()


def test_a_missing_folder_is_a_plain_sentence() -> None:
    """It says what to do."""
    with pytest.raises(MissingResource, match="install Leg Coach again"):
        folder("no-such-folder")


def test_an_installed_package_prefers_what_it_was_bundled_with(tmp_path: Path) -> None:
    """A folder of the same name beside it, say in site-packages, is somebody else's."""
    package = tmp_path / "coach"
    (package / "_bundled" / "alembic").mkdir(parents=True)
    (tmp_path / "alembic").mkdir()
    (package / "__init__.py").touch()
    (package / "resources.py").write_text(Path(resources.__file__).read_text())
    code = "from coach.resources import folder; print(folder('alembic'))"
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()) == package / "_bundled" / "alembic"
