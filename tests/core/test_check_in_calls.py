"""What a check-in call asks and in which order, what follows from an answer, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

import pytest

from coach.core import schedule
from coach.core.content import fitting
from coach.core.conversation.timetable import begin
from coach.core.events import EscalationRaised, Event, MessageQueued, Observed, Said
from coach.core.model import Asked, Channel, Disposition, Fate, Kind, Language, Observation, Profile, Status
from coach.core.programme import SkipReason
from tests.core.talking import HANDBOOK, Talk, groups, meet, of, templates
from tests.speech_time import seconds

ZONE = "America/New_York"
BEGUN = date(2026, 3, 2)
SUNDAY, MONDAY = 22, 23  # of the third week
AGE = 85
LIBRARY = HANDBOOK.library
LANGUAGES = list(Language)
SUNDAYS_QUESTIONS = [
    "voice.ask_trend",
    "voice.ask_red_flag",
    "voice.ask_falls",
    "voice.ask_stairs",
    "voice.ask_side_effects",
]


def wall(day: int, at: str) -> datetime:
    """A wall time in March."""
    return schedule.to_utc(date(2026, 3, day), time.fromisoformat(at), ZONE)


def nora(day: int, language: Language = Language.EN, profile: Mapping[str, object] = MappingProxyType({})) -> Talk:
    """Nora is reached by calls; it is the minute in which the day's call was made."""
    facts = {
        "status": Status.ACTIVE,
        "zone": ZONE,
        "channel": Channel.VOICE,
        "language": language,
        "enrolled_on": BEGUN,
        "profile": replace(Profile(age=AGE, fluid_limit=False), **profile),  # type: ignore[arg-type]
    }
    start = datetime(2026, 3, day, 12, 0, tzinfo=UTC)
    talk = meet(start, **facts)
    before = start - timedelta(days=2)
    earlier = ((Kind.HEARD, "answer", None), (Kind.WEAKNESS, None, 3.0), (Kind.SCREENED, None, 1.0))
    talk.keep(tuple(Observed(Observation(kind, before, before.date(), code, value)) for kind, code, value in earlier))
    talk.keep(begin(talk.moment(), talk.conversation.participant))
    return talk.at(wall(day, "16:31"))


def call(talk: Talk, *answers: str) -> list[str]:
    """Everything said in a call, by template; tips by their group."""
    said = of(talk.call_opens(), Said)
    for answer in answers:
        said += of(talk.says(answer, Channel.VOICE), Said)
    return groups(said)


# --- the plan ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_a_weekday_a_call_asks_for_the_score_and_the_warning_signs(language: Language) -> None:
    """Then comes one tip, and the goodbye."""
    talk = nora(MONDAY, language)
    assert call(talk, "4", "2") == ["voice.ask_score", "voice.ask_red_flag", "voice.tips", "voice.goodbye"]
    assert talk.conversation.open_check_in is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_on_sunday_a_call_asks_the_questions_of_the_week(language: Language) -> None:
    """Better or worse, the warning signs, falls, stairs, new medicines."""
    talk = nora(SUNDAY, language)
    said = call(talk, "2", "2", "0", "1", "2")
    assert said == [*SUNDAYS_QUESTIONS, "voice.tips", "voice.goodbye"]
    kept = {
        fact.kind: (fact.code, fact.value) for fact in talk.conversation.observations if fact.at > wall(SUNDAY, "16:00")
    }
    assert kept[Kind.TREND] == ("same", None)
    assert (kept[Kind.FALLS], kept[Kind.STAIRS]) == ((None, 0.0), (None, 1.0))


def test_sundays_questions_come_by_call_in_the_hour_that_was_chosen() -> None:
    """As the check-ins of the week do."""
    talk = nora(SUNDAY)
    calls = [sent for sent in talk.conversation.sent if sent.channel is Channel.VOICE]
    assert [(f"{schedule.local(sent.at, ZONE):%a %H:%M}", sent.template) for sent in calls] == [
        ("Sun 16:30", "voice.check_in")
    ]


def test_nobody_is_asked_to_stand_up_and_sit_down_with_a_phone_in_the_hand() -> None:
    """The chair test of the second week is left out, and it is said why."""
    talk = nora(13)
    skipped = {skip.slot: skip.reason for skip in talk.skipped}
    assert skipped["chair-test-02"] is SkipReason.NO_TEXT_CHANNEL
    assert Asked.CHAIR_STANDS not in {question.asked for question in talk.conversation.check_ins}


@pytest.mark.parametrize(
    ("key", "trend"),
    [("1", "better"), ("2", "same"), ("3", "worse"), ("4", "much_worse"), ("two", "same"), ("uno", "better")],
)
def test_one_key_answers_how_the_week_went(key: str, trend: str) -> None:
    """Or the number in words."""
    talk = nora(SUNDAY)
    call(talk, key)
    assert [fact.code for fact in talk.conversation.observations if fact.kind is Kind.TREND] == [trend]


@pytest.mark.parametrize(("key", "changed"), [("1", True), ("2", False), ("one", True), ("two", False)])
def test_one_key_answers_whether_there_is_a_new_medicine(key: str, changed: bool) -> None:  # noqa: FBT001 - a table
    """A yes is the same sign as by text, and has words of its own in the place of a tip."""
    talk = nora(SUNDAY)
    said = call(talk, "2", "2", "0", "0", key)
    codes = [fact.code for fact in talk.conversation.observations if fact.kind is Kind.SIGN]
    assert codes == (["medicine_changed"] if changed else [])
    assert said[-2:] == ["voice.new_medicine" if changed else "voice.tips", "voice.goodbye"]


def test_a_key_that_is_none_of_the_choices_is_asked_about_once_more_and_then_left() -> None:
    """The other questions go on, and a person finds out."""
    talk = nora(SUNDAY)
    said = call(talk, "2", "2", "0", "7", "7", "2")
    assert said[3:] == ["voice.ask_stairs", "voice.ask_stairs", "voice.ask_side_effects", "voice.tips", "voice.goodbye"]
    assert talk.raised == ["unread_call"]


# --- where a call was cut off ---


def test_a_call_that_was_cut_off_keeps_what_was_answered_and_goes_on_where_it_stopped() -> None:
    """Whoever rings: Nora calls back an hour later."""
    talk = nora(SUNDAY)
    call(talk, "3", "2", "0")
    talk.at(wall(SUNDAY, "17:40"))
    assert call(talk, "1", "2")[:2] == ["voice.ask_stairs", "voice.ask_side_effects"]
    assert [fact.code for fact in talk.conversation.observations if fact.kind is Kind.TREND] == ["worse"]


def test_it_goes_on_the_next_morning_too() -> None:
    """The questions are still those of Sunday."""
    talk = nora(SUNDAY)
    call(talk, "2")
    talk.at(wall(MONDAY, "09:30"))
    assert call(talk, "2", "0", "0", "2") == [*SUNDAYS_QUESTIONS[1:], "voice.tips", "voice.goodbye"]
    assert {question.day for question in talk.conversation.check_ins} == {date(2026, 3, SUNDAY)}


# --- a case ---


def test_a_fall_told_by_key_is_a_case_that_is_spoken_at_once() -> None:
    """The call ends with it: the warning signs were asked about before, and no tip follows."""
    talk = nora(SUNDAY)
    said = call(talk, "2", "2", "1")
    assert [case.level for case in talk.conversation.escalations] == [Disposition.ROUTINE]
    assert said[-2:] == ["voice.routine", "voice.goodbye"]
    assert talk.conversation.open_check_in is None


def test_after_a_routine_case_only_the_warning_signs_are_asked_about() -> None:
    """Nora answers the score with her knees: she hears what to do, and is then asked for the danger signs."""
    talk = nora(MONDAY)
    talk.call_opens()
    facts = talk.says("4 and I fell on the floor this morning, not hurt", Channel.VOICE)
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.ROUTINE]
    assert templates(of(facts, Said))[-1] == "voice.ask_red_flag"
    assert templates(of(talk.says("2", Channel.VOICE), Said)) == ["voice.goodbye"]


def test_what_is_serious_ends_the_questions() -> None:
    """Two falls are for today."""
    talk = nora(SUNDAY)
    said = call(talk, "2", "2", "2")
    assert talk.case.level is Disposition.URGENT
    assert "voice.goodbye" not in said
    assert talk.conversation.open_check_in is None


def test_no_tip_comes_in_the_day_after_an_emergency() -> None:
    """The check-in does, its questions and its goodbye."""
    talk = nora(MONDAY)
    talk.at(wall(MONDAY, "09:30"))
    talk.says("my chest hurts bad")
    assert talk.case.level is Disposition.EMERGENCY
    talk.at(wall(MONDAY, "17:30"))
    talk.keep(talk.moment().ask_by_voice(Asked.WEAKNESS))
    talk.says("4", Channel.VOICE)
    assert templates(of(talk.says("2", Channel.VOICE), Said)) == ["voice.goodbye"]


# --- the tip ---


def test_after_a_hard_day_no_tip_but_care() -> None:
    """A score of seven or more."""
    assert call(nora(MONDAY), "7", "2")[-2:] == ["voice.hard_day", "voice.goodbye"]


def test_the_tip_that_was_heard_longest_ago_comes() -> None:
    """A different one with each call, while there are others."""
    talk, heard = nora(MONDAY), []
    for day in (23, 25, 27, 30):
        talk.at(wall(day, "16:31"))
        talk.call_opens()
        talk.says("3", Channel.VOICE)
        heard += [one for one in templates(of(talk.says("2", Channel.VOICE), Said)) if one.startswith("voice.tip_")]
    assert len(set(heard)) == len(heard) == 4


def tips(**profile: object) -> set[str]:
    """Every tip that Nora may hear, when nothing speaks against moves."""
    talk = nora(MONDAY, profile=profile)
    texts, _ = fitting(LIBRARY, "voice.tips", talk.moment().situation(talk.moment().today))
    return {text.id for text in texts}


@pytest.mark.parametrize(
    ("profile", "never", "instead"),
    [
        ({"fluid_limit": True}, {"voice.tip_water", "voice.tip_water_morning"}, "voice.tip_fluid_limit"),
        ({"fluid_limit": None}, {"voice.tip_water", "voice.tip_water_morning"}, "voice.tip_fluid_limit"),
        ({"conditions": frozenset({"ckd"})}, {"voice.tip_fruit", "voice.tip_food"}, "voice.tip_food_plan"),
        ({"conditions": frozenset({"mecfs"})}, {"voice.tip_move_feet", "voice.tip_move_knees"}, "voice.tip_rest"),
        ({"medicines": frozenset({"insulin_sulfonylurea"})}, {"voice.tip_move_feet"}, "voice.tip_feet"),
    ],
)
def test_a_tip_keeps_to_the_rules_of_the_texts_on_its_subject(
    profile: dict[str, object], never: set[str], instead: str
) -> None:
    """Fluid limits, potassium, crashes after effort, sugar."""
    plain = tips()
    assert never <= plain
    found = tips(**profile)
    assert never.isdisjoint(found)
    assert instead in found


def test_nobody_is_sent_to_their_moves_after_a_fall() -> None:
    """For two days, as by text."""
    talk = nora(MONDAY)
    fell = talk.now - timedelta(days=1)
    talk.keep((Observed(Observation(Kind.FALLS, fell, fell.date(), None, 1.0)),))
    for hour in range(20):
        talk.now = wall(MONDAY, "16:31") + timedelta(hours=hour)
        call(talk, "3")
        (tip, _) = of(talk.says("2", Channel.VOICE), Said)
        assert "voice.tips_still" in LIBRARY.templates[tip.template].groups


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_ten_tips_of_at_most_twenty_words_for_most_people(language: Language) -> None:
    """A month of calls without hearing one twice."""
    least, longest = 10, 20
    assert len(tips()) >= least
    assert len(LIBRARY.group("voice.tips_still")) >= least
    assert all(words(spoken(text.id, language)) <= longest for text in LIBRARY.group("voice.tips"))


# --- a call that nobody takes ---


class Line(Talk):
    """A talk whose carrier says the same of every call."""

    fate = Fate.NO_ANSWER

    def keep(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """With what the carrier told."""
        kept = super().keep(events)
        told = (replace(s, fate=self.fate) if s.channel is Channel.VOICE else s for s in self.conversation.sent)
        self.conversation = replace(self.conversation, sent=tuple(told))
        return kept


@pytest.mark.parametrize("fate", [Fate.NO_ANSWER, Fate.MACHINE])
def test_sundays_call_is_made_again_too_and_then_its_first_question_comes_as_a_text(fate: Fate) -> None:
    """An answer by text goes on by text."""
    start = nora(SUNDAY - 1)
    talk = Line(start.now, start.conversation, start.timers)
    talk.fate = fate
    talk.at(wall(SUNDAY, "19:59"))
    prompts = [(f"{schedule.local(s.at, ZONE):%H:%M}", s.channel) for s in talk.conversation.sent if s.at > start.now]
    assert prompts == [
        ("16:30", Channel.VOICE),
        ("17:00", Channel.VOICE),
        ("17:30", Channel.VOICE),
        ("18:00", Channel.SMS),
    ]
    assert groups(talk.queued[-1:]) == ["trend"]
    assert groups(of(talk.says("2"), MessageQueued)) == ["falls"]


# --- the words ---

HEALTH = re.compile(
    r"\b(?:legs?|weak\w*|health|doctor|medic\w*|pain|falls?|score|symptom\w*|care|check-in|piernas?|d[eé]bil\w*|salud"
    r"|m[eé]dic\w*|dolor|ca[ií]das?|nota|s[ií]ntoma\w*)\b",
    re.IGNORECASE,
)
FIRST_WORDS = ("voice.greeting", "voice.alarm", "voice.follow_up", "voice.unknown_caller", "voice.other_language")
NUMBER = "9 1 1"
AT_MOST = 90  # seconds of speech


def spoken(template: str, language: Language) -> str:
    """A text of a call as it is said, with long real values."""
    body = LIBRARY.templates[template].text[language]
    return body.replace("{em}", NUMBER).replace("{org}", "Riverside Leg Coach").replace("{support}", "Riverside")


def words(said: str) -> int:
    """How many words a voice says; digits apart count each."""
    return len(re.findall(r"[\w'-]+", said))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("day", "answers"), [(MONDAY, ("4", "2")), (SUNDAY, ("2", "2", "0", "1", "2"))])
def test_a_whole_check_in_is_spoken_in_ninety_seconds(language: Language, day: int, answers: tuple[str, ...]) -> None:
    """Slowly: from the first word to the goodbye, who is there and the score read back included, with any tip."""
    talk = nora(day, language)
    said = [of(talk.call_opens(), Said)]
    said += [of(talk.says(answer, Channel.VOICE), Said) for answer in answers]
    bodies = [one.body for facts in said for one in facts if not one.template.startswith("voice.tip_")]
    tip = max((spoken(text.id, language) for text in LIBRARY.group("voice.tips")), key=seconds)
    added = ["voice.greeting", "voice.other_language", "call.ask_birth_year"]
    added += ["call.confirm"] if day == MONDAY else []
    every_word = [*(spoken(one, language).replace("{answer}", "4") for one in added), *bodies, tip]
    assert sum(map(seconds, every_word)) <= AT_MOST


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", FIRST_WORDS)
def test_the_first_words_say_nothing_about_health(template: str, language: Language) -> None:
    """Anybody may have taken the call. The name of the organisation is its own."""
    body = LIBRARY.templates[template].text[language]
    assert HEALTH.search(body.replace("{org}", "")) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", FIRST_WORDS[:-1])
def test_every_call_begins_with_the_emergency_number_said_twice(template: str, language: Language) -> None:
    """Digit by digit, before anything else."""
    body = spoken(template, language)
    assert body.count(NUMBER) == 2
    assert body.index(NUMBER) < body.index("Riverside")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", ["voice.ask_red_flag", "voice.red_flag_again"])
def test_every_warning_sign_is_read_out(template: str, language: Language) -> None:
    """Heart, breath, face, sudden weakness, a cold leg, the saddle, the bladder."""
    signs = {
        Language.EN: ("chest pain", "breathing", "face", "sudden weakness", "gone cold", "between the legs", "urine"),
        Language.ES: ("dolor de pecho", "aire", "cara caída", "repentina", "helada", "entrepierna", "orinar"),
    }
    body = LIBRARY.templates[template].text[language].lower()
    assert [sign for sign in signs[language] if sign not in body] == []


def test_the_other_language_is_offered_in_that_language() -> None:
    """Whoever hears English words and speaks Spanish must understand the offer."""
    offer = LIBRARY.templates["voice.other_language"].text
    assert "español" in offer[Language.EN]
    assert "English" in offer[Language.ES]
