"""Signed places are worth nothing in another call, elsewhere, or changed in any letter; they say nothing personal."""

from __future__ import annotations

import re
from itertools import product
from urllib.parse import quote

import pytest

from coach.adapters.places import Places
from coach.calls import Place
from coach.core.calling import Stage
from coach.core.model import Language

CALL, OTHER = "CA" + "1" * 32, "CA" + "2" * 32
PLACES = Places("a secret")
HERE = Place(3, Stage.CONFIRM, Language.EN)


@pytest.mark.parametrize(("turn", "stage", "language"), list(product((0, 7, 61), Stage, Language)))
def test_a_place_comes_back_as_it_was(turn: int, stage: Stage, language: Language) -> None:
    """Of every stage and language."""
    place = Place(turn, stage, language)
    assert PLACES.read(PLACES.token(CALL, place), CALL) == place


def test_two_processes_of_one_installation_read_each_others_places() -> None:
    """Whichever takes the next step."""
    assert Places("a secret").read(PLACES.token(CALL, HERE), CALL) == HERE


def test_a_place_is_of_one_call_and_one_installation() -> None:
    """Elsewhere it names nothing."""
    token = PLACES.token(CALL, HERE)
    assert PLACES.read(token, OTHER) is None
    assert PLACES.read(token, "") is None
    assert Places("another secret").read(token, CALL) is None


def test_every_changed_letter_spoils_it() -> None:
    """Also one that would be a place in itself."""
    token = PLACES.token(CALL, HERE)
    changed = [token[:n] + other + token[n + 1 :] for n in range(len(token)) for other in "0a9-z" if other != token[n]]
    assert [one for one in changed if PLACES.read(one, CALL)] == []
    assert PLACES.read(token[:-1], CALL) is None
    assert PLACES.read(token + "0", CALL) is None


@pytest.mark.parametrize(
    "token",
    ["", "-", "0", "3-confirm-en", "3-confirm-en-", "x" * 5000, "3-confirm-en-" + "0" * 32, "\n", "\u0663-confirm-en"],
)
def test_what_is_no_place_is_none(token: str) -> None:
    """And never an error."""
    assert PLACES.read(token, CALL) is None
    assert PLACES.read(PLACES.token(CALL, HERE) + "\n", CALL) is None


def test_a_stage_that_this_version_does_not_know_is_none() -> None:
    """It was signed by a later one, which has gone again."""
    said = "3-singing-en"
    assert PLACES.read(f"{said}-{PLACES._mac(CALL, said)}", CALL) is None  # noqa: SLF001 - as another version would


def test_a_place_says_nothing_personal() -> None:
    """It stands in addresses, which are logged: a count, a stage, a language and a signature, and no number."""
    token = PLACES.token(CALL, HERE)
    assert re.fullmatch(r"3-confirm-en-[0-9a-f]{32}", token)
    assert CALL not in token
    assert quote(token, safe="") == token


def test_without_a_secret_there_are_no_places() -> None:
    """An installation that signs with nothing would take anybody's."""
    with pytest.raises(ValueError, match="secret"):
        Places("")
