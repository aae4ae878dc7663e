"""What one invented person would get, and why not another text."""

from __future__ import annotations

from datetime import date

import pytest

from coach.adapters.library.desk import Desk, read_desk
from coach.adapters.library.person import WrongPerson, situation_of
from coach.adapters.library.preview import preview
from coach.core.content import Situation
from coach.core.model import Language
from tests.adapters.small_content import small_folder

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The small content, read."""
    found = read_desk(small_folder(tmp_path_factory.mktemp("content")), [])
    assert found is not None
    return found


def person(desk: Desk, line: str) -> Situation:
    """The person a line describes."""
    return situation_of(line, desk.signs, DAY)


def test_a_line_describes_a_person(desk: Desk) -> None:
    """Every key it may have."""
    line = (
        "conditions=heart_failure,ckd medicines=statin age=82 sex=f fluid_limit=no lives_alone=yes language=es "
        "country=es week=5 step=2 hot=yes reported=muscle_cramps"
    )
    found = person(desk, line)
    profile = found.participant.profile
    assert profile.conditions == {"heart_failure", "ckd"}
    assert profile.medicines == {"statin"}
    assert (profile.age, profile.sex, profile.fluid_limit, profile.lives_alone) == (82, "f", False, True)
    assert (found.participant.language, found.participant.country) == (Language.ES, "ES")
    assert (found.week, found.step, found.hot, found.reported) == (5, 2, True, {"muscle_cramps"})


def test_what_is_not_said_is_not_known(desk: Desk) -> None:
    """The careful side."""
    found = person(desk, "")
    profile = found.participant.profile
    assert (profile.age, profile.fluid_limit, profile.sex, found.week, found.step) == (None, None, None, 1, 1)
    assert (found.participant.language, found.participant.country) == (Language.EN, "US")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("age=old", "age is “old”; write a whole number from 0 to 120."),
        ("age=200", "age is “200”; write a whole number from 0 to 120."),
        ("week=0", "week is “0”; write a whole number from 1 to 104."),
        ("step=5", "step is “5”; write a whole number from 1 to 4."),
        ("language=fr", "language is “fr”; write one of: en, es."),
        ("country=Spain", "country is “SPAIN”; write its two letters, such as US or ES."),
        ("hot=maybe", "hot is “maybe”; write one of: yes, no."),
        ("sex=x", "sex is “x”; write one of: f, m."),
        ("conditions=hart", "conditions has “hart”, which is not known; write some of: "),
        ("reported=cramp", "reported has “cramp”, which is not known; write some of: "),
        ("colour=blue", "“colour=blue” is not understood; write key=value with a key of: "),
        ("82", "“82” is not understood; write key=value with a key of: "),
        ("age=8 age=9", "age is given twice; leave one of them out."),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_key(desk: Desk, line: str, said: str) -> None:
    """In one sentence."""
    with pytest.raises(WrongPerson) as caught:
        person(desk, line)
    assert str(caught.value).startswith(said)


def test_a_text_is_shown_filled_in_and_measured(desk: Desk) -> None:
    """And whether this person may get it."""
    lines = list(preview(desk, "hydration.glass", person(desk, "fluid_limit=no language=es country=ES")))
    assert lines[0] == "hydration.glass: this person may get it."
    assert lines[1].startswith("  version 1, es-ES, 1 part, gsm-7, ease ")
    assert lines[3] == "¿Toca beber algo? Responda LISTO, o los vasos que lleva hoy."


def test_a_text_that_is_not_for_the_person_says_why(desk: Desk) -> None:
    """By the rule's id and title, the week or the step."""
    kept = list(preview(desk, "hydration.glass", person(desk, "")))
    assert kept[:2] == [
        "hydration.glass: this person does not get it.",
        "  kept from this person by rule D1 (fluid limit)",
    ]
    missed = list(preview(desk, "hydration.limit", person(desk, "fluid_limit=no")))
    assert missed[1] == "  only for people under rule D1 (fluid limit)"
    assert list(preview(desk, "exercise.sit", person(desk, "week=5")))[1] == "  only in weeks 1 to 4, not in week 5"
    assert list(preview(desk, "exercise.rise", person(desk, "")))[1] == "  only from step 2 on, not at step 1"


def test_a_group_shows_the_text_chosen_and_why_the_others_were_not(desk: Desk) -> None:
    """For this person and day."""
    lines = list(preview(desk, "hydration", person(desk, "conditions=heart_failure")))
    assert lines[0] == "hydration: this person gets hydration.limit first (rule D1 (fluid limit))."
    assert "Kept from this person by rule D1 (fluid limit): hydration.glass" in lines
    arthritis = list(preview(desk, "exercise", person(desk, "conditions=arthritis step=2")))
    assert arthritis[0] == "exercise: this person gets exercise.sit first (fits arthritis)."
    assert "For this person too, later: exercise.rise" in arthritis


def test_a_group_with_nothing_for_the_person_says_so(desk: Desk) -> None:
    """Nothing is sent then."""
    lines = list(preview(desk, "exercise", person(desk, "week=9")))
    assert lines[0] == "exercise: no text of this group is for this person now, so none is sent."


def test_a_name_that_is_none_is_told(desk: Desk) -> None:
    """With where to look."""
    with pytest.raises(LookupError, match="There is no text and no group named drinks; coach check --texts FOLDER"):
        list(preview(desk, "drinks", person(desk, "")))
