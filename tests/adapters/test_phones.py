"""Phone numbers as people write them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from coach.adapters.phones import Problem, normalise_phone, pretty_phone
from coach.adapters.zones import all_zones, normalise_zone, zones_of

VECTORS = tomllib.loads(Path(__file__).with_name("phones.toml").read_text(encoding="utf-8"))["number"]


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{v['typed'][:24]} in {v['country']}" for v in VECTORS])
def test_a_number_becomes_e164_or_one_sentence_says_why_not(vector: dict[str, Any]) -> None:
    """The table of numbers holds."""
    result = normalise_phone(vector["typed"], vector["country"])
    if "is" in vector:
        assert result == vector["is"]
    else:
        assert isinstance(result, Problem)
        assert vector["problem"] in result.sentence
        assert result.sentence.endswith(".")


def test_numbers_reserved_for_fiction_are_for_demonstrations_only() -> None:
    """555-01xx belongs to nobody, so it may only be used where nothing is really sent."""
    assert normalise_phone("(202) 555-0143", "US", allow_fictional=True) == "+12025550143"
    assert isinstance(normalise_phone("(202) 555-0143", "US"), Problem)


def test_other_invalid_numbers_stay_refused_in_a_demonstration() -> None:
    """Allowing fictional numbers allows nothing else."""
    assert isinstance(normalise_phone("+1 999 999 9999", "US", allow_fictional=True), Problem)


def test_a_number_is_spaced_for_reading() -> None:
    """What is shown is easier to dial than what is stored."""
    assert pretty_phone("+12025550143") == "+1 202-555-0143"
    assert pretty_phone("not a number") == "not a number"


def test_a_zone_is_found_whatever_its_capitals_and_spaces() -> None:
    """People type zones as they say them."""
    assert normalise_zone(" america/new york ") == "America/New_York"


@pytest.mark.parametrize("typed", ["EST", "New York", "Mars/Base", "Etc/GMT+5", "UTC", "../etc/passwd"])
def test_what_is_no_place_is_no_zone(typed: str) -> None:
    """A fixed offset has no summer time, so it is not where anybody lives."""
    result = normalise_zone(typed)
    assert isinstance(result, Problem)
    assert "America/New_York" in result.sentence


def test_the_zones_of_the_country_are_offered_first() -> None:
    """Suggestions begin with where most people live."""
    assert zones_of("US")[0].name == "America/New_York"
    assert zones_of("ES")[0].name == "Europe/Madrid"
    assert zones_of("ZZ") == ()


def test_every_offered_zone_is_accepted() -> None:
    """The list and the check agree."""
    assert len(all_zones()) > 300
    assert all(normalise_zone(zone.name) == zone.name for zone in all_zones())
