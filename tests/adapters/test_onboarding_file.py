"""What an author may get wrong in messages/onboarding.toml, and what is said about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from coach.adapters.library.handbook import load_handbook
from coach.adapters.library.onboarding import check_onboarding, load_onboarding
from coach.adapters.library.problems import LibraryError

MESSAGES = Path(__file__).parents[2] / "messages"
HANDBOOK = load_handbook(MESSAGES, "Leg Coach")
SIGNS = frozenset(HANDBOOK.triage.signs)


@pytest.fixture
def spoilt(tmp_path: Path) -> Callable[[str, str], Path]:
    """A copy of the file with one passage replaced."""

    def spoil(old: str, new: str) -> Path:
        text = (MESSAGES / "onboarding.toml").read_text("utf-8")
        assert old in text
        (tmp_path / "onboarding.toml").write_text(text.replace(old, new, 1), "utf-8")
        return tmp_path

    return spoil


@pytest.mark.parametrize(
    ("old", "new", "entry", "said"),
    [
        ('code = "diabetes"', 'code = "diabets"', "conditions_other", "“conditions” has no diabets"),
        ('code = "cane"', 'code = "stick"', "walking_aid", "“walking_aid” has no stick"),
        ('id = "surgery"', 'id = "pregnancy"', "pregnancy", "This id is used twice"),
        ('form = "number"', 'form = "yes_no"', "age", "cannot go into “age”"),
        ('form = "number"', 'form = "digits"', "age", "“form” is wrong"),
        ('field = "age"', 'field = "years"', "age", "cannot go into “years”"),
        ('asked = "onset"\n', "", "since_when", "“asked” belongs to the form other"),
        ("never_if = { sex", "never_if = { gender", "pregnancy", "depend on sex or walking_aid, not on “gender”"),
        ('words = ["artrosis"]', 'words = ["osteoporosis"]', "conditions_nerves", "“osteoporosis” names two"),
        ('none = ["none"', 'none = ["no", "none"', "words", "“no” stands twice"),
        ('fact = "age"\n', "", "age", "“fact” is missing"),
        ('fact = "age"', 'fact = "age"\nunit = "years"', "age", "“unit” is unknown"),
    ],
)
def test_a_mistake_is_named_with_its_question(
    spoilt: Callable[[str, str], Path], old: str, new: str, entry: str, said: str
) -> None:
    """The file, the question and what to mend; nothing is loaded by half."""
    with pytest.raises(LibraryError) as refused:
        load_onboarding(spoilt(old, new))
    assert any(problem.id == entry and said in problem.mend for problem in refused.value.problems)


def test_a_list_of_ten_is_refused(spoilt: Callable[[str, str], Path]) -> None:
    """With ten options, "10" and "1 0" would be near enough to be mixed up."""
    with pytest.raises(LibraryError):
        load_onboarding(
            spoilt('{ en = "another"', '{ code = "FR", en = "France", es = "Francia" },\n  { en = "another"')
        )


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    """Nobody starts without the questions by accident."""
    with pytest.raises(LibraryError, match="cannot be read"):
        load_onboarding(tmp_path)


def test_the_questions_as_they_are_hold_every_check() -> None:
    """Texts are there and short enough, signs and countries are known."""
    assert list(check_onboarding(HANDBOOK.onboarding, HANDBOOK.library, SIGNS)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('sign = "sudden_weakness"', 'sign = "sudden_weaknes"', "No text can show the sign sudden_weaknes"),
        ('id = "fell"', 'id = "tripped"', "There is no text onboarding.tripped"),
        ('id = "fell"\n', 'id = "faint"\ntext = "onboarding.fell"\n', "This is the code of a sign too"),
        ('code = "NZ"', 'code = "FJ"', "must be the countries of numbers.toml"),
        ('en = "diabetes"', f'en = "{"very " * 40}sweet"', "parts, 2 are allowed"),
        ('text = "check_in.weakness"', 'text = "onboarding.sex"', "must show {choices}"),
    ],
)
def test_a_question_that_does_not_fit_the_rest_is_named(
    spoilt: Callable[[str, str], Path], old: str, new: str, said: str
) -> None:
    """`coach check` compares the questions with texts, signs and numbers."""
    found = check_onboarding(load_onboarding(spoilt(old, new)), HANDBOOK.library, SIGNS)
    assert any(said in problem.mend for problem in found)


def test_a_check_without_known_signs_says_nothing_of_signs() -> None:
    """When the lexicon cannot be read, its own loader says so."""
    assert list(check_onboarding(HANDBOOK.onboarding, HANDBOOK.library, frozenset())) == []


def test_the_questions_stand_in_the_handbook(tmp_path: Path) -> None:
    """Loaded with everything else, and required like it."""
    shutil.copytree(MESSAGES, tmp_path / "messages")
    (tmp_path / "messages" / "onboarding.toml").unlink()
    with pytest.raises(LibraryError):
        load_handbook(tmp_path / "messages", "Leg Coach")
    assert next(iter(HANDBOOK.onboarding.questions)) == "emergency_number"


def test_an_unanswered_list_has_facts_of_the_profile_only() -> None:
    """What is untold is named by the codes that gates use."""
    assert {"heart_failure", "statin", "pregnant", "surgery_12wk", "country"} <= HANDBOOK.onboarding.codes
    assert "other_country" not in HANDBOOK.onboarding.codes
