"""Which text a person gets: filled in, allowed for them, and not the same again too soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.core.content import (
    Choice,
    ContentError,
    Gate,
    Library,
    Numbers,
    Situation,
    Template,
    ZoneChoice,
    choose,
    render,
)
from coach.core.model import Lane, Language, Participant, PassedOver, Profile, QuietHours, Sent, Status, Weeks

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


def pick(
    *history: Sent, library: Library = DRINKS, group: str = "hydration", person: Participant = ROSA, **changes: Any
) -> Choice:
    """What a person would get today."""
    return choose(library, group, replace(Situation(person, TODAY, history), **changes))


def picked(*history: Sent, **changes: Any) -> str | None:
    """The id of it."""
    template = pick(*history, **changes).template
    return template.id if template else None


def test_somebody_with_a_fluid_limit_gets_only_the_texts_for_it() -> None:
    """D1, for a condition and for an answer."""
    for profile in (Profile(conditions=frozenset({"heart_failure"}), fluid_limit=False), Profile(fluid_limit=True)):
        assert picked(person=replace(ROSA, profile=profile)) == "limit"


def test_somebody_whose_fluid_limit_is_not_known_counts_as_limited() -> None:
    """Not known is the careful side."""
    assert picked(person=replace(ROSA, profile=Profile())) == "limit"


def test_an_unknown_age_counts_as_old() -> None:
    """The same for age."""
    assert OLDER.applies(Profile())
    assert OLDER.applies(Profile(age=65))
    assert not OLDER.applies(Profile(age=64))


def test_a_rule_for_hot_days_holds_for_everybody_on_those_days() -> None:
    """D12."""
    heat = Gate("D12", "heat", in_heat=True)
    assert heat.applies(Profile(), hot=True)
    assert not heat.applies(Profile(), hot=False)


def test_a_rule_with_signs_holds_only_while_one_was_told() -> None:
    """D4: a water pill alone is no sick day."""
    sick_day = Gate("D4", "sick day", medicines=frozenset({"diuretic"}), with_signs=frozenset({"vomiting_diarrhea"}))
    on_pill = Profile(medicines=frozenset({"diuretic"}))
    sick = frozenset({"vomiting_diarrhea"})
    assert sick_day.applies(on_pill, reported=sick)
    assert not sick_day.applies(on_pill)
    assert not sick_day.applies(Profile(), reported=sick)


def test_when_nothing_is_allowed_every_text_is_named_with_the_rule_that_stopped_it() -> None:
    """So that staff can read why there was no prompt."""
    library = a_library(a_text("sip", gates="D1"), a_text("glass", gates="D1"))
    limited = replace(ROSA, profile=Profile(fluid_limit=True))
    choice = pick(library=library, person=limited)
    assert choice.template is None
    assert choice.passed_over == (PassedOver("glass", "D1"), PassedOver("sip", "D1"))


def test_what_was_passed_over_is_kept_beside_the_text_that_was_chosen() -> None:
    """The other half of "why this, and why not that"."""
    limited = replace(ROSA, profile=Profile(fluid_limit=True))
    choice = pick(person=limited)
    assert choice.template is not None
    assert choice.passed_over == (PassedOver("colour", "D1"), PassedOver("glass", "D1"), PassedOver("sip", "D1"))


def test_a_text_that_is_meant_for_others_was_not_passed_over() -> None:
    """Rosa has no fluid limit, so the text for people who have one was never hers."""
    assert pick().passed_over == ()


def test_an_empty_group_is_an_error() -> None:
    """A misspelt group would otherwise be silent for weeks."""
    with pytest.raises(ContentError, match="hydratoin"):
        pick(group="hydratoin")


def test_the_same_person_and_day_give_the_same_text_and_others_may_give_another() -> None:
    """Chosen by plain arithmetic, so that a decision can be repeated and explained."""
    assert picked() == picked()
    assert len({picked(person=replace(ROSA, id=n)) for n in range(30)}) == 3


def test_the_text_not_seen_for_longest_comes_next() -> None:
    """A text never sent first, then the oldest."""
    sent = [_sent("sip", 1), _sent("glass", 5)]
    assert picked(*sent) == "colour"
    assert picked(*sent, _sent("colour", 0)) == "glass"


@given(st.lists(st.tuples(st.sampled_from(["sip", "glass", "colour"]), st.integers(0, 34)), max_size=12))
def test_nothing_is_repeated_within_21_days_while_another_text_is_left(history: list[tuple[str, int]]) -> None:
    """Whatever was sent before."""
    recent = {name for name, days in history if days < 21}
    chosen = picked(*(_sent(name, days) for name, days in history))
    assert chosen not in recent or recent == {"sip", "glass", "colour"}


SPECIAL = a_library(
    a_text("plain"),
    replace(a_text("told"), after=frozenset({"mild_dehydration"})),
    replace(a_text("fits"), facts=frozenset({"diuretic"})),
    a_text("ruled", only="D9"),
)
OLD_ON_PILLS = replace(ROSA, profile=Profile(age=70, medicines=frozenset({"diuretic"})))
DARK = frozenset({"mild_dehydration"})


def test_what_answers_a_told_sign_comes_first_then_the_persons_own_rules_then_what_fits_them() -> None:
    """And the plain ones last; each with its reason in words."""
    order, history = [], []
    for _ in range(4):
        choice = pick(*history, library=SPECIAL, person=OLD_ON_PILLS, reported=DARK)
        assert choice.template is not None
        order.append((choice.template.id, choice.because))
        history.append(_sent(choice.template.id, 1))
    assert order == [
        ("told", "told of mild dehydration"),
        ("ruled", "rule D9 (65 or older)"),
        ("fits", "fits diuretic"),
        ("plain", ""),
    ]


def test_when_all_came_lately_the_oldest_comes_first_whatever_it_is_for() -> None:
    """Otherwise the one that fits best would come every day."""
    history = [_sent("ruled", 2), _sent("told", 3), _sent("fits", 4), _sent("plain", 9)]
    assert picked(*history, library=SPECIAL, person=OLD_ON_PILLS, reported=DARK) == "plain"


MOVES = a_library(*(replace(a_text(f"step{n}"), step=n) for n in (1, 2, 3, 4)), a_text("any"))


def test_a_move_above_the_persons_step_is_never_chosen_and_the_nearest_below_comes_first() -> None:
    """Moves without a step fit everybody."""
    assert picked(library=MOVES, step=3) in {"step3", "any"}
    assert picked(_sent("step3", 1), _sent("any", 1), library=MOVES, step=3) == "step2"
    assert picked(_sent("step1", 1), _sent("any", 2), library=MOVES, step=1) == "any"


def test_a_text_for_some_weeks_comes_in_those_weeks_only() -> None:
    """Weeks are those of the programme."""
    library = a_library(replace(a_text("first"), weeks=Weeks(1, 2)), replace(a_text("later"), weeks=Weeks(3, 12)))
    assert [picked(library=library, week=week) for week in (1, 2, 3)] == ["first", "first", "later"]


def test_in_spain_the_wording_of_spain_is_used_where_there_is_one() -> None:
    """And the common Spanish one everywhere else."""
    text = replace(a_text("drive"), text={Language.EN: "Do not drive.", Language.ES: "No maneje."})
    text = replace(text, regional={"es-ES": "No conduzca."})
    assert [render(text, Language.ES, {}, country) for country in ("ES", "MX", "")] == [
        "No conduzca.",
        "No maneje.",
        "No maneje.",
    ]
    assert render(text, Language.EN, {}, "ES") == "Do not drive."


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
