"""The two weeks that clinicians read: six invented people, what each of them is told, and what is kept from them."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from coach.adapters.library.calendars import calendar
from coach.adapters.library.handbook import load_handbook
from coach.adapters.library.problems import LibraryError
from coach.adapters.library.rehearsals import DAYS, load_rehearsals
from coach.core.conversation.rehearsal import Rehearsed, rehearse
from coach.core.events import EscalationRaised, MessageQueued, PromptSkipped
from coach.core.handbook import Handbook
from coach.core.model import Channel, Lane
from coach.core.schedule import local
from tests.adapters.small_content import MESSAGES, change

PAGES = MESSAGES.parent / "docs" / "calendars"
PEOPLE = ("harold", "denise", "luis", "amara", "tom", "edna")


@cache
def handbook() -> Handbook:
    """All of the delivered content."""
    return load_handbook(MESSAGES, "Leg Coach")


@cache
def two_weeks(name: str) -> tuple[Rehearsed, ...]:
    """Everything that happens to one of the six."""
    person = load_rehearsals(MESSAGES)[name]
    return tuple(rehearse(handbook(), person.known, person.begin, DAYS, person.habits))


def sent(name: str, *groups: str) -> list[str]:
    """The texts a person gets, all of them or those of some groups."""
    templates = handbook().library.templates
    return [
        row.outcome.body
        for row in two_weeks(name)
        if isinstance(row.outcome, MessageQueued)
        and row.outcome.channel is Channel.SMS
        and (not groups or not templates[row.outcome.template].groups.isdisjoint(groups))
    ]


def moves(name: str) -> list[str]:
    """What a person is told to do with their legs, hot days apart, on which nothing is asked of them."""
    told = sent(name, "exercise", "exercise_easy")
    return [text for text in told if not re.search(r"Hot out|heat|calor", text, re.IGNORECASE)]


def held_back(name: str, reason: str) -> list[PromptSkipped]:
    """The prompts not sent to a person for one reason."""
    outcomes = (row.outcome for row in two_weeks(name))
    return [outcome for outcome in outcomes if isinstance(outcome, PromptSkipped) and outcome.reason == reason]


def says(texts: list[str], words: str) -> list[str]:
    """Those of some texts that have the words (a pattern, in any case)."""
    return [text for text in texts if re.search(words, text, re.IGNORECASE)]


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PEOPLE)
def test_each_page_says_what_the_coach_would_do_now(name: str) -> None:
    """A change of wording or of a rule shows in the pages, for a clinician to read before it goes live."""
    made = calendar(handbook(), load_rehearsals(MESSAGES)[name])
    command = f"run: uv run coach check --calendar {name} > docs/calendars/{name}.md"
    assert (PAGES / f"{name}.md").read_text(encoding="utf-8") == made, command


def test_everybody_in_the_file_has_a_page() -> None:
    """And nobody is forgotten in the tests below."""
    assert tuple(load_rehearsals(MESSAGES)) == PEOPLE
    assert {page.stem for page in PAGES.glob("*.md")} == {*PEOPLE, "README"}


@pytest.mark.parametrize("name", PEOPLE)
def test_each_page_begins_with_the_person_the_rules_and_the_missing_sign_off(name: str) -> None:
    """Whoever opens one page alone knows what it is."""
    head = calendar(handbook(), load_rehearsals(MESSAGES)[name]).partition("## Day 1")[0]
    assert load_rehearsals(MESSAGES)[name].who in head
    assert "Nothing here has clinical sign-off" in head
    assert "Rules for this person" in head


@pytest.mark.parametrize("name", PEOPLE)
def test_each_page_says_at_its_head_how_much_is_sent_and_what_is_kept_back(name: str) -> None:
    """Once, so that the days can be read as the person reads them."""
    head, _, days = calendar(handbook(), load_rehearsals(MESSAGES)[name]).partition("## Day 1")
    queued = [r.outcome for r in two_weeks(name) if isinstance(r.outcome, MessageQueued)]
    prompts = [text for text in queued if text.lane is Lane.PROMPT and text.channel is Channel.SMS]
    assert f"**{len(prompts)} texts come unasked in {DAYS} days, 3 a day at most.**" in head
    assert "(keeps back " in head
    assert "kept back" not in days


@pytest.mark.parametrize("name", PEOPLE)
def test_nobody_gets_more_than_three_prompts_a_day_or_any_at_night(name: str) -> None:
    """Rule E: three a day in the first two weeks, from 9:00 until 20:00 where they live."""
    zone = load_rehearsals(MESSAGES)[name].participant.zone
    prompts = [row for row in two_weeks(name) if isinstance(row.outcome, MessageQueued) and row.slot is not None]
    hours = [local(row.at, zone) for row in prompts if getattr(row.outcome, "lane", None) is Lane.PROMPT]
    days = [at.date() for at in hours]
    assert max(days.count(day) for day in days) <= 3
    assert all(9 <= at.hour < 20 for at in hours)


# --- Harold, heart failure --------------------------------------------------------------------------------------------


def test_harold_is_never_told_to_drink_more() -> None:
    """D1: no volume, no jug to empty, no "have a cup"; he is asked whether he is within his limit."""
    assert says(sent("harold"), r"drink more|have a (cup|glass|few sips)|sip some|how many cups so far") == []
    assert all("limit" in text for text in sent("harold", "hydration") if "heart" not in text.lower())


def test_harold_is_sent_to_his_team_about_drinks_in_the_heat() -> None:
    """D1 with D12: on each hot day a drink prompt or a lesson says that the fluid plan is his team's."""
    person = load_rehearsals(MESSAGES)["harold"]
    told = [(r.at, r.outcome.body) for r in two_weeks("harold") if isinstance(r.outcome, MessageQueued)]
    for day in person.hot_days:
        texts = [body for at, body in told if local(at, person.participant.zone).date() == day]
        assert len(says(texts, r"care team (about your fluid plan|what your plan is in heat)")) == 1, day


# --- Denise, dialysis -------------------------------------------------------------------------------------------------


def test_denise_gets_no_potassium_rich_food_idea() -> None:
    """D2: no banana, no potato, no beans, no coconut water; salt substitutes only with a warning."""
    foods = r"banana|potato|orange|spinach|tomato|beans|avocado|nuts|coconut|dried fruit|lentil"
    assert says(sent("denise"), foods) == []
    assert all("may not mix" in text or "ask" in text.lower() for text in says(sent("denise"), "salt substitute"))


def test_denise_is_never_told_to_drink_more() -> None:
    """D1 holds for her as for Harold."""
    assert says(sent("denise"), r"drink more|have a (cup|glass|few sips)|how many cups so far") == []


def test_a_missed_session_with_weak_legs_is_an_emergency_and_coaching_stops_for_a_day() -> None:
    """D2: told by text at 9:20, she is to call at once, and gets no drinks, moves or lessons that day."""
    levels = [row.outcome.level.value for row in two_weeks("denise") if isinstance(row.outcome, EscalationRaised)]
    assert levels[0] == "emergency"
    assert len(says(sent("denise"), "^Call 911 now")) == 1
    assert len(held_back("denise", "after_emergency")) >= 3


# --- Luis, narrowed leg arteries --------------------------------------------------------------------------------------


def test_luis_walks_only_with_rests() -> None:
    """D7: no walk without a rest, and each move says what cannot wait; all of it in Spanish."""
    walks = says(moves("luis"), r"\bcamin")
    assert walks
    assert all("descans" in text.lower() for text in walks)
    assert all("llame" in text for text in moves("luis"))


def test_luis_gets_no_moves_on_the_day_after_a_score_of_seven() -> None:
    """D5: too weak to exercise; his score of the next day lets them begin again."""
    assert [skipped.because for skipped in held_back("luis", "score_high")] == ["the last score was 7 (rule D5)"]


# --- Amara, ME/CFS ----------------------------------------------------------------------------------------------------


def test_amara_gets_no_repetitions_and_no_minutes() -> None:
    """D6: pacing only. Her texts set no number of anything, and say that there is no target."""
    assert moves("amara")
    assert says(moves("amara"), r"\d+ ?(times|min)|how many|the minutes") == []
    assert all("no exercise target" in text.lower() for text in moves("amara"))


def test_amara_is_not_asked_to_stand_up_against_the_clock() -> None:
    """D6: the chair test of week 2 is kept from her, also when she has had no crash."""
    person = load_rehearsals(MESSAGES)["amara"]
    well = replace(person.habits, lines=())
    rows = rehearse(handbook(), person.known, person.begin, DAYS, well)
    skipped = [row.outcome for row in rows if isinstance(row.outcome, PromptSkipped)]
    assert sent("amara", "chair_stands") == []
    assert [one.day.day for one in skipped if one.reason == "blocked_by_gate" and "D6" in one.because] == [17]


def test_after_a_crash_amara_is_asked_for_nothing() -> None:
    """D6: the crash on day 9 stops what was planned for days 10 and 12."""
    assert {skipped.day.day for skipped in held_back("amara", "crash")} == {15, 17}


# --- Tom, type 1 diabetes ---------------------------------------------------------------------------------------------


def test_tom_is_asked_to_check_his_sugar_before_moves() -> None:
    """D8: on insulin, the number comes first, and below 100 a snack does; he is told to stop when he feels low."""
    assert len(moves("tom")) >= 3
    assert says(moves("tom"), r"sugar") == moves("tom")
    assert says(moves("tom"), r"below 100.*(snack|eat)") == moves("tom")
    assert says(moves("tom"), r"stop if you feel low") == moves("tom")


def test_tom_is_asked_to_check_his_sugar_before_the_chair_test() -> None:
    """D8: a test of strength is a move like others."""
    assert says(sent("tom", "chair_stands"), r"sugar") == sent("tom", "chair_stands") != []


def test_a_low_reading_holds_back_the_moves_of_tom() -> None:
    """D5 with D8: it opens an urgent case, and there are no moves while it is open."""
    assert "urgent" in [r.outcome.level.value for r in two_weeks("tom") if isinstance(r.outcome, EscalationRaised)]
    assert held_back("tom", "open_case")


# --- Edna, 82 and alone -----------------------------------------------------------------------------------------------


def test_the_moves_of_edna_name_a_support() -> None:
    """D9: each is done in a firm chair, at the wall, or with both hands on the counter."""
    assert len(moves("edna")) >= 3
    assert says(moves("edna"), r"firm chair|counter|wall|rail") == moves("edna")


def test_after_silent_days_the_questions_to_edna_become_short() -> None:
    """The ladder: the second missed check-in asks only whether she is OK, the third offers a pause or fewer texts."""
    questions = [text for text in sent("edna") if re.search(r"0 (to|a) 10", text) and "legs" not in text]
    assert "Are you OK?" in questions[0]
    assert "PAUSE" in questions[1]
    assert "LESS" in questions[1]


def test_edna_is_asked_about_her_head_after_the_fall() -> None:
    """D13: she takes a blood thinner, so a knock on the head is an emergency, and a fall asks for it first."""
    assert says(sent("edna"), r"\bhead\b.*fall|fall.*\bhead\b")


def test_edna_gets_no_moves_for_two_days_after_a_fall() -> None:
    """D5: a slip is a fall, and moves begin again only later."""
    assert held_back("edna", "recent_fall")


# --- a file that cannot be used ---------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the delivered people, to break."""
    shutil.copy(MESSAGES / "rehearsals.toml", tmp_path)
    return tmp_path


BREAKS = {
    "an unknown fact": (
        "conditions=heart_failure ",
        "conditions=heart_failur ",
        r"harold: In “profile”: conditions has “heart_failur”, which is not known; write some of: ",
    ),
    "an unknown time zone": (
        'zone = "America/New_York"',
        'zone = "America/Gotham"',
        r"harold: There is no time zone America/Gotham; write its IANA name\.",
    ),
    "two people with one id": (
        'id = "denise"',
        'id = "harold"',
        r"harold: This id is used twice; give one of them another\.",
    ),
    "a score that is missing": ("scores = [3, 3, 4,", "scores = [3, 4,", r"harold: “scores” is wrong: "),
    "a score above ten": ("scores = [3, 3, 4,", "scores = [3, 30, 4,", r"harold: “scores” is wrong: "),
    "a day after the last": ("day = 4\n", "day = 15\n", r"harold: “writes day” is wrong: "),
    "words on a silent day": ("silent_days = [5, 6, 7]", "silent_days = [10]", r"edna: .*day 10 is silent"),
    "a misspelt key": ("hot_days = [9, 10]", "heat_days = [9, 10]", r"harold: “heat_days” is unknown"),
}


@pytest.mark.parametrize(("old", "new", "sentence"), BREAKS.values(), ids=BREAKS.keys())
def test_what_is_wrong_with_the_people_is_said_with_file_and_id(
    folder: Path, old: str, new: str, sentence: str
) -> None:
    """So that an author who is no programmer can mend it."""
    change(folder, "rehearsals.toml", old, new)
    with pytest.raises(LibraryError, match=rf"rehearsals\.toml, .*{sentence}"):
        load_rehearsals(folder)
