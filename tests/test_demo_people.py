"""The invented people of the demonstration."""

from __future__ import annotations

import pytest

from coach.core.model import Channel
from coach.demo.cast import Player, cast

PEOPLE = {player.participant.name: player for player in cast()}


@pytest.mark.parametrize("player", PEOPLE.values(), ids=PEOPLE)
def test_their_year_of_birth_fits_their_age(player: Player) -> None:
    """In the autumn of 2026, in which the demonstration was written."""
    age, year = player.participant.profile.age, player.participant.birth_year
    assert age is not None
    assert year is not None
    assert 0 <= 2026 - year - age <= 1


def test_somebody_is_called_and_known_by_a_pin() -> None:
    """Both ways of being known can be tried."""
    called = [one.participant for one in PEOPLE.values() if one.participant.channel is Channel.VOICE]
    assert called
    assert all(person.can_be_identified for person in called)
    assert any(person.call_pin for person in called)
