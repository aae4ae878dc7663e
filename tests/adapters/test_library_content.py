"""The real texts: loaded, safe for everybody, and refused with a plain sentence when they are broken."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from coach.adapters.library.cases import load_outcomes
from coach.adapters.library.content import content_hash, load_library
from coach.adapters.library.problems import LibraryError
from coach.core.content import PLACEHOLDERS, Library, Situation, Template, choose, render
from coach.core.model import Language, Participant, Profile, Status
from coach.core.sms import segments

MESSAGES = Path(__file__).parents[2] / "messages"
TODAY = date(2026, 11, 23)
MARTA = Participant(
    id=3, phone="+15550100003", status=Status.ACTIVE, language=Language.EN, country="US", zone="America/Chicago"
)
CONDITIONS = ("heart_failure", "ckd", "pad", "diabetes", "mecfs", "pregnant", "non_ambulatory", "arthritis")
MEDICINES = ("acei_arb", "insulin_sulfonylurea", "fluoroquinolone", "statin")
VALUES = dict.fromkeys(PLACEHOLDERS, "x")


@pytest.fixture(scope="module")
def library() -> Library:
    """The library as delivered."""
    return load_library(MESSAGES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content to break."""
    return Path(shutil.copytree(MESSAGES, tmp_path / "messages"))


def chosen(library: Library, group: str, profile: Profile, when: date = TODAY, *, hot: bool = False) -> Template | None:
    """The text that Marta would get of a group if she were like this."""
    person = replace(MARTA, profile=profile)
    return choose(library, group, Situation(person, when, step=4, hot=hot)).template


def _profiles() -> list[Profile]:
    people = product((*CONDITIONS, None), (*MEDICINES, None), (True, False, None), (40, 80, None))
    return [
        Profile(frozenset(filter(None, (c,))), frozenset(filter(None, (m,))), fluid_limit=limit, age=age)
        for c, m, limit, age in people
    ]


def test_nobody_is_left_without_a_drink_prompt_or_a_lesson(library: Library) -> None:
    """Whatever the profile, each of these groups has a text for it."""
    groups = {g for t in library.templates.values() for g in t.groups if g.startswith(("education.", "hydration"))}
    for profile in _profiles():
        for group in groups:
            if not (group == "education.retest" and profile.has("non_ambulatory")):  # about standing up from a chair
                assert chosen(library, group, profile), group


def test_no_move_of_ours_goes_to_somebody_soon_after_surgery_or_with_child(library: Library) -> None:
    """Their own teams' plans come first; a text for them only may remind them of these."""
    for condition in ("surgery_12wk", "pregnant"):
        for group, day in product(("exercise", "exercise_easy", "chair_stands"), range(30)):
            text = chosen(library, group, Profile(frozenset({condition}), age=40), TODAY + timedelta(days=day))
            assert text is None or text.only & {"D10", "D11"}, text.id


def test_somebody_prone_to_crashes_gets_pacing_and_somebody_who_does_not_walk_stays_seated(library: Library) -> None:
    """In both exercise groups, on every day."""
    crash = Profile(frozenset({"mecfs"}), age=40)
    seated = Profile(frozenset({"non_ambulatory"}), age=40)
    for day, group in product(range(30), ("exercise", "exercise_easy")):
        when = TODAY + timedelta(days=day)
        pacing, sitting = chosen(library, group, crash, when), chosen(library, group, seated, when)
        assert pacing is not None
        assert "D6" in pacing.only, pacing.id
        assert sitting is not None
        words = sitting.text[Language.EN].lower()
        assert not any(word in words for word in ("stand up", "sit to stand", "walk", "heel raise", "side step")), (
            sitting.id
        )


def test_no_limited_person_is_ever_asked_to_drink_or_to_count_cups(library: Library) -> None:
    """D1, over every profile it covers and in both languages."""
    limited = [p for p in _profiles() if p.fluid_limit is not False or p.has("heart_failure", "ckd")]
    for profile, day in product(limited, range(6)):
        when = TODAY + timedelta(days=day)
        text = chosen(library, "hydration", profile, when)
        assert text is not None
        words = " ".join(text.text.values()).lower()
        assert not any(word in words for word in ("cups", "vasos que", "sip", "sorbos", "glass"))


@pytest.mark.parametrize("country", ["US", "CA", "MX", "GB", "IE", "ES", "AU", "NZ", "FR"])
def test_every_country_gets_complete_texts_in_both_languages(library: Library, country: str) -> None:
    """With its own numbers, and its own list of time zones in at most two parts or four."""
    numbers = library.numbers_for(country)
    for template, language in product(library.templates.values(), Language):
        words = {"em": numbers.emergency, "crisis": numbers.crisis_words[language]}
        filled = render(template, language, VALUES | words)
        assert filled
        assert "{" not in filled
        assert "  " not in filled
    choices = library.zone_choices(country)
    listed = " ".join(f"{n} {choice.label(Language.ES)}" for n, choice in enumerate(choices, start=1))
    asked = render(library.templates["enrol.ask_zone"], Language.ES, {"choices": listed})
    assert segments(asked) <= 4


def test_an_emergency_text_begins_with_the_call(library: Library) -> None:
    """If the rest is lost, this is enough."""
    text = library.templates["escalation.emergency"]
    values = {"em": "911", "sign": "chest pain"}
    assert render(text, Language.EN, values).startswith("Call 911 now. This could be serious.")
    assert render(text, Language.ES, values).startswith("Llame al 911 ahora. Puede ser grave.")


def test_a_case_can_end_in_eleven_ways() -> None:
    """The codes that reports count."""
    ids = {outcome.id for outcome in load_outcomes(MESSAGES)}
    assert len(ids) == 11
    assert {"spoke_advised", "emergency_services_called", "could_not_reach", "died", "other"} <= ids


def test_the_version_changes_with_any_text(folder: Path) -> None:
    """It says which content a decision was made with."""
    before = content_hash(folder)
    path = folder / "templates" / "enrol.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("Welcome", "Hello"), encoding="utf-8")
    assert before == content_hash(MESSAGES)
    assert content_hash(folder) != before


def test_every_problem_is_named_at_once_with_its_file_entry_and_mend(folder: Path) -> None:
    """An author mends all of them in one go."""
    extra = 'kind = "reply"\n[[text]]\nid = "a.one"\nversion = "1"\nen = "x"\n'
    (folder / "templates" / "a.toml").write_text(extra, encoding="utf-8")
    (folder / "templates" / "b.toml").write_text("kind = ", encoding="utf-8")
    zones = folder / "zones.toml"
    zones.write_text(zones.read_text(encoding="utf-8").replace("America/Denver", "America/Denvr"), encoding="utf-8")
    with pytest.raises(LibraryError) as caught:
        load_library(folder)
    said = str(caught.value).splitlines()
    assert said[0] == "a.toml, line 3, a.one: “es” is missing; add it."
    assert said[1].startswith("b.toml, line 1: This is not valid TOML")
    assert said[2] == "zones.toml, line 13, US: There is no time zone America/Denvr; write its IANA name."


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("templates/faq.toml", 'id = "faq.nerve"', 'id = "faq.other"', "faq.other: This id is used twice"),
        ("templates/faq.toml", 'version = "1"', 'version = "1"\nlink = "x"', "“link” is unknown"),
        ("templates/hydration.toml", 'gates = ["D1", "D4"]', 'gates = ["D99"]', "There is no gate D99"),
        ("templates/faq.toml", 'kind = "reply"', 'kind = "chat"', "“kind” is wrong"),
        ("numbers.toml", "[default]", "[XX]", "The entry for all other countries is missing"),
        ("gates.toml", 'id = "D2"', 'id = "D1"', "This id is used twice"),
    ],
)
def test_broken_content_is_refused_with_a_sentence(folder: Path, file: str, old: str, new: str, said: str) -> None:
    """Before anything is sent with it."""
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LibraryError, match=said):
        load_library(folder)


def test_a_missing_file_and_a_doubled_outcome_are_refused(folder: Path) -> None:
    """The same for cases."""
    path = folder / "escalation.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"died"', '"other"'), encoding="utf-8")
    with pytest.raises(LibraryError, match="used twice"):
        load_outcomes(folder)
    path.unlink()
    with pytest.raises(LibraryError, match="cannot be read"):
        load_outcomes(folder)
