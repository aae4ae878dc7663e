"""Signed addresses of pages: only the very token that was made says anything, and only for three days."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.adapters.links import SignedLinks
from coach.ports import PageLink

NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
SECRET, OTHER = "s" * 48, "t" * 48
LINKS = SignedLinks(SECRET, "https://coach.example.org/legs/")
LETTERS = string.ascii_letters + string.digits + "-_"


def token_of(address: str) -> str:
    """The last part of an address."""
    return address.rpartition("/")[2]


TOKEN = token_of(LINKS.page(48, 7, NOON))


def test_an_address_says_its_case_and_for_whom_it_was_made() -> None:
    """Below the public address, and nothing else in it."""
    address = LINKS.page(48, 7, NOON)
    assert address.startswith("https://coach.example.org/legs/page/")
    assert LINKS.read(token_of(address), NOON) == PageLink(48, 7)


def test_an_address_fits_a_text() -> None:
    """Letters that every phone takes for part of an address, and no more than 40 of them behind the last stroke."""
    assert len(TOKEN) == 40
    assert set(TOKEN) <= set(LETTERS)


@given(st.integers(0, 2**40 - 1), st.integers(0, 2**40 - 1))
def test_every_case_and_person_comes_back(case: int, person: int) -> None:
    """Whatever their numbers."""
    assert LINKS.read(token_of(LINKS.page(case, person, NOON)), NOON) == PageLink(case, person)


def test_every_changed_letter_is_refused() -> None:
    """At each place, by each other letter: there is one spelling of a token only."""
    changed = [TOKEN[:n] + c + TOKEN[n + 1 :] for n in range(len(TOKEN)) for c in LETTERS if c != TOKEN[n]]
    assert len(changed) == 40 * 63
    assert [token for token in changed if LINKS.read(token, NOON) is not None] == []


@pytest.mark.parametrize(
    "token",
    [
        "", TOKEN[:-1], TOKEN[1:], TOKEN + "A", "A" + TOKEN, TOKEN + "=", TOKEN + "\n", " " + TOKEN, TOKEN * 2,
        TOKEN[:20] + "\n" + TOKEN[20:], TOKEN[:20] + "%" + TOKEN[21:], TOKEN[:20] + "+" + TOKEN[21:],
        TOKEN[::-1], TOKEN.swapcase(), "A" * 40, "\u0661" * 40, "é" + TOKEN[1:], "\x00" * 40,
    ],
)  # fmt: skip
def test_anything_else_is_refused_without_a_fuss(token: str) -> None:
    """Shortened, lengthened, folded, turned round, or never one of ours."""
    assert LINKS.read(token, NOON) is None


@given(st.text(max_size=100))
def test_no_text_raises_or_opens_anything(token: str) -> None:
    """Whatever stands in an address."""
    assert LINKS.read(token, NOON) is None


def test_parts_of_two_tokens_make_no_third() -> None:
    """What one says with the signature of another."""
    other = token_of(LINKS.page(49, 7, NOON))
    assert all(LINKS.read(TOKEN[:n] + other[n:], NOON) in {None, PageLink(49, 7)} for n in range(40))
    mixed = [LINKS.read(TOKEN[:n] + other[n:], NOON) for n in range(8, 40)]
    assert mixed == [None] * 32


@pytest.mark.parametrize(
    ("later", "opens"),
    [
        (timedelta(), True),
        (timedelta(hours=71, minutes=59), True),
        (timedelta(hours=72), False),
        (timedelta(days=365), False),
    ],
)
def test_an_address_is_good_for_72_hours(later: timedelta, opens: bool) -> None:  # noqa: FBT001 - a column of the table
    """To the minute, and never longer."""
    assert (LINKS.read(TOKEN, NOON + later) is not None) is opens


def test_another_secret_reads_nothing() -> None:
    """A secret that was changed ends all addresses made before."""
    assert SignedLinks(OTHER, "https://coach.example.org/legs").read(TOKEN, NOON) is None


def test_no_secret_no_addresses() -> None:
    """An empty key would let anybody sign."""
    with pytest.raises(ValueError, match="secret"):
        SignedLinks("", "https://coach.example.org")
