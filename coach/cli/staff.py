"""`coach staff`: accounts of the people who work with the coach."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from coach.adapters.database.staff import AccountError, Accounts
from coach.cli.opening import open_fitting
from coach.cli.problems import WRONG_USE, Problem

app = typer.Typer(help="Accounts of coordinators and other staff.", no_args_is_help=True)


ROLE = "coordinator"
"""The one kind of account there is so far."""


@contextmanager
def _refusals() -> Iterator[None]:
    """What the accounts refuse, as the sentence it is."""
    try:
        yield
    except AccountError as error:
        raise Problem(str(error), WRONG_USE) from None


def _accounts() -> Accounts:
    return open_fitting().accounts


def _new_password() -> str:
    """Asked for twice at a terminal; one line from a pipe otherwise. Never an argument, which others can see."""
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    return password


@app.command()
def add(
    username: str = typer.Argument(help="What they type to sign in."),
    name: str = typer.Option(help="Their name as shown on pages."),
) -> None:
    """Make an account; the password is asked for.

    Example: coach staff add ana --name "Ana Ruiz"
    """
    with _refusals():
        _accounts().add(username, name, ROLE, _new_password())
    print(f"{username} can sign in now.")


@app.command("list")
def list_() -> None:
    """Show every account.

    Example: coach staff list
    """
    for account in _accounts().list():
        state = "active" if account.active else "disabled"
        print(f"{account.staff.username}\t{account.staff.name}\t{account.staff.role}\t{state}")


@app.command()
def disable(username: str) -> None:
    """Lock somebody out and end their sessions.

    Example: coach staff disable ana
    """
    with _refusals():
        _accounts().disable(username)
    print(f"{username} can no longer sign in.")


@app.command()
def reset(username: str) -> None:
    """Set a new password; it is asked for.

    Example: coach staff reset ana
    """
    with _refusals():
        _accounts().set_password(username, _new_password())
    print(f"{username} has a new password.")
