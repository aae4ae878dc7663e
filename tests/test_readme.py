"""The README tells the truth: its commands, settings, links and picture exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from coach.cli.app import app
from coach.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = get_command(app)


def named_commands() -> set[tuple[str, ...]]:
    """Every command the table of commands names, `a` · `b` after a first word meaning the same group."""
    table = README.split("## Commands")[1].split("## More")[0]
    found: set[tuple[str, ...]] = set()
    for row in re.findall(r"^\| (`coach .*?) \|", table, re.MULTILINE):
        words = re.findall(r"`([^`]+)`", row)
        first = words[0].split()[1:]
        found |= {(*first[:-1], first[-1])} | {(*first[:-1], word) for word in words[1:]}
    return found


def real_commands() -> set[tuple[str, ...]]:
    """Every command there is."""
    groups = getattr(COMMANDS, "commands", {})
    return {
        (name, *inner)
        for name, group in groups.items()
        for inner in ([(sub,) for sub in group.commands] if hasattr(group, "commands") else [()])
    }


def test_every_command_of_the_readme_exists_and_the_reverse() -> None:
    """The table is complete and invents nothing."""
    assert named_commands() == real_commands()


def test_every_setting_of_the_readme_exists_and_the_reverse() -> None:
    """The table is complete and invents nothing."""
    settings = {"COACH_" + name.upper() for name in Settings.model_fields}
    table = README.split("| setting |")[1].split("## Commands")[0]
    assert set(re.findall(r"`(COACH_[A-Z_]+)`", table)) == settings


def test_the_defaults_of_the_readme_are_the_real_ones() -> None:
    """What the table says is what happens when nothing is set."""
    assert f"| `COACH_DATABASE_URL` | `{Settings().database_url}` |" in README
    assert f"| `COACH_PUBLIC_URL` | `{Settings().public_url}` |" in README
    assert f"| `COACH_SEND_RATE` | `{Settings().send_rate}` |" in README


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_of_the_readme_leads_somewhere(target: str) -> None:
    """Links and the picture are files of the project."""
    assert (ROOT / target).is_file()


@pytest.mark.parametrize("command", sorted(real_commands()))
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    """`--help` says what it does and shows it once."""
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert f"coach {' '.join(command)}" in " ".join(result.output.split())


def test_the_two_commands_are_the_ones_that_work() -> None:
    """Run it and test it, word for word."""
    assert "`pip install uv && uv run coach demo`" in README
    assert "`pip install uv && uv run pytest`" in README
