"""Commands that are imported when they are asked for: a command pays only for what it uses itself."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group


class LazyCommands(UserDict[str, Any]):
    """Commands by name. Each begins as its place, `module:name`, and is imported when it is looked up."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - Typer's class of commands is not public
        """The command of that name."""
        found = super().__getitem__(name)
        if isinstance(found, str):
            found = self[name] = _imported(name, found)
        return found


def _imported(name: str, place: str) -> Any:  # noqa: ANN401 - the same
    module, _, attribute = place.partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(found)
    return get_command(alone)


def lazy_group(places: Mapping[str, str]) -> type[TyperGroup]:
    """A kind of group with these commands, in their order."""

    class LazyGroup(TyperGroup):
        """Looks its commands up when they are named, and all of them for `--help`."""

        def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - passed on as they are
            super().__init__(**attributes)
            self.commands = LazyCommands(places)

    return LazyGroup
