"""Which text a person gets: filled in, allowed for them, and not the same again too soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.content import (
    Blocked,
    ContentError,
    Gate,
    Library,
    Numbers,
    Template,
    ZoneChoice,
    choose,
    render,
)
from coach.core.model import Lane, Language, Participant, Profile, QuietHours, Sent, Status

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FLUID_LIMIT = Gate(
    "D1", "fluid limit", conditions=frozenset({"heart_failure"}), unless_denied=frozenset({"fluid_limit"})
)
OLDER = Gate("D9", "65 or older", age_from=65)


def a_text(name: str, *, group: str = "hydration", gates: str = "", only: str = "") -> Template:
    """A text of the small library."""
    words = {Language.EN: f"{name} in English", Language.ES: f"{name} en español"}
    return Template(name, "1", frozenset({group}), words, frozenset(gates.split()), frozenset(only.split()))


def a_library(*texts: Template) -> Library:
    """A library of these texts with two gates."""
    numbers = {"US": Numbers("US", "911", "911", {}), "default": Numbers("default", "112", "112", {})}
    zones = {"US": (ZoneChoice("America/New_York", {Language.EN: "Eastern", Language.ES: "Este"}),)}
    return Library({t.id: t for t in texts}, {"D1": FLUID_LIMIT, "D9": OLDER}, numbers, zones, "v")


ROSA = Participant(
    id=7,
    phone="+15550100001",
    status=Status.ACTIVE,
    language=Language.ES,
    country="US",
    zone="America/New_York",
    quiet=QuietHours(),
    profile=Profile(fluid_limit=False, age=50),
)
DRINKS = a_library(
    a_text("sip", gates="D1"), a_text("glass", gates="D1"), a_text("colour", gates="D1"), a_text("limit", only="D1")
)


def test_placeholders_are_filled_and_the_result_is_plain() -> None:
    """Curly quotes of a name do not reach the phone, and more values than needed do no harm."""
    text = replace(a_text("hello"), text={Language.EN: "{org}: call {em} now.", Language.ES: ""})
    assert render(text, Language.EN, {"org": "Anna\u2019s", "em": "911", "days": "3"}) == "Anna's: call 911 now."


def test_a_value_is_never_read_as_a_placeholder_again() -> None:
    """What a person wrote cannot pull another value into the text."""
    text = replace(a_text("hello"), text={Language.EN: "Say: {sign}", Language.ES: ""})
    assert render(text, Language.EN, {"sign": "{em}", "em": "911"}) == "Say: {em}"


@pytest.mark.parametrize(("words", "named"), [("Call {em}", "{em}"), ("Call {emergency}", "{emergency}")])
def test_a_placeholder_without_a_value_or_that_nobody_knows_is_an_error_that_names_it(words: str, named: str) -> None:
    """A half-filled text must never be sent."""
    text = replace(a_text("hello"), text={Language.EN: words, Language.ES: words})
    with pytest.raises(ContentError, match=r"hello.*" + named.replace("{", r"\{").replace("}", r"\}")):
        render(text, Language.EN, {"org": "x", "emergency": "911"})


def test_somebody_with_a_fluid_limit_gets_only_the_texts_for_it() -> None:
    """D1, for a condition and for an answer."""
    for profile in (Profile(conditions=frozenset({"heart_failure"}), fluid_limit=False), Profile(fluid_limit=True)):
        chosen = choose(DRINKS, "hydration", replace(ROSA, profile=profile), (), TODAY)
        assert isinstance(chosen, Template)
        assert chosen.id == "limit"


def test_somebody_whose_fluid_limit_is_not_known_counts_as_limited() -> None:
    """Not known is the careful side."""
    chosen = choose(DRINKS, "hydration", replace(ROSA, profile=Profile()), (), TODAY)
    assert isinstance(chosen, Template)
    assert chosen.id == "limit"


def test_an_unknown_age_counts_as_old() -> None:
    """The same for age."""
    assert OLDER.applies(Profile())
    assert OLDER.applies(Profile(age=65))
    assert not OLDER.applies(Profile(age=64))


def test_when_nothing_is_allowed_the_rule_that_stopped_it_is_named() -> None:
    """So that staff can read why there was no prompt."""
    library = a_library(a_text("sip", gates="D1"), a_text("glass", gates="D1"))
    limited = replace(ROSA, profile=Profile(fluid_limit=True))
    assert choose(library, "hydration", limited, (), TODAY) == Blocked("D1")


def test_an_empty_group_is_an_error() -> None:
    """A misspelt group would otherwise be silent for weeks."""
    with pytest.raises(ContentError, match="hydratoin"):
        choose(DRINKS, "hydratoin", ROSA, (), TODAY)


def test_the_same_person_and_day_give_the_same_text_and_others_may_give_another() -> None:
    """Chosen by plain arithmetic, so that a decision can be repeated and explained."""
    first = choose(DRINKS, "hydration", ROSA, (), TODAY)
    assert choose(DRINKS, "hydration", ROSA, (), TODAY) == first
    others = [choose(DRINKS, "hydration", replace(ROSA, id=n), (), TODAY) for n in range(3)]
    assert len({other.id for other in others if isinstance(other, Template)}) == 3


def test_the_text_not_seen_for_longest_comes_next() -> None:
    """A text never sent first, then the oldest."""
    sent = [_sent("sip", 1), _sent("glass", 5)]
    never = choose(DRINKS, "hydration", ROSA, sent, TODAY)
    assert isinstance(never, Template)
    assert never.id == "colour"
    oldest = choose(DRINKS, "hydration", ROSA, [*sent, _sent("colour", 0)], TODAY)
    assert isinstance(oldest, Template)
    assert oldest.id == "glass"


@given(st.lists(st.tuples(st.sampled_from(["sip", "glass", "colour"]), st.integers(0, 34)), max_size=12))
def test_nothing_is_repeated_within_21_days_while_another_text_is_left(history: list[tuple[str, int]]) -> None:
    """Whatever was sent before."""
    sent = [_sent(name, days) for name, days in history]
    recent = {name for name, days in history if days < 21}
    chosen = choose(DRINKS, "hydration", ROSA, sent, TODAY)
    assert isinstance(chosen, Template)
    assert chosen.id not in recent or recent == {"sip", "glass", "colour"}


def test_the_numbers_of_the_persons_country_are_named_and_112_elsewhere() -> None:
    """Never from the prefix of the number."""
    assert DRINKS.numbers_for("us").emergency == "911"
    assert DRINKS.numbers_for("FR").emergency == "112"


def test_zones_are_offered_for_the_countries_we_know() -> None:
    """Nothing is guessed for the others."""
    assert [choice.label(Language.ES) for choice in DRINKS.zone_choices("US")] == ["Este"]
    assert DRINKS.zone_choices("FR") == ()


def _sent(template: str, days_ago: int) -> Sent:
    return Sent(template, Lane.PROMPT, NOON - timedelta(days=days_ago))
