"""SARC-F: five questions on daily tasks once a month, one at a time, which may be left off, taken up, and lapse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.core.conversation.timetable import begin
from coach.core.events import CaseStepped, CheckInOpened, EscalationRaised, Event, MessageQueued, Observed
from coach.core.model import SARC_F_ITEMS, Asked, Channel, Disposition, Kind, Language, Observation, Profile, Status
from coach.core.programme import Programme, PromptKind, SkipReason, calendar
from tests.core.talking import HANDBOOK, Talk, groups, meet, of, templates

MONDAY_EVENING = datetime(2026, 3, 16, 22, tzinfo=UTC)  # 18:00 in New York, in the third week
TUESDAY = datetime(2026, 3, 17, 14, 1, tzinfo=UTC)  # 10:01
WEDNESDAY = datetime(2026, 3, 18, 20, 31, tzinfo=UTC)  # 16:31, the next check-in
FRIDAY_OF_WEEK_4 = datetime(2026, 3, 27, 14, 31, tzinfo=UTC)  # 10:31, the chair test
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
BOTH = pytest.mark.parametrize("language", list(Language))
CARRY, WALK, RISE, CLIMB, FALLS = SARC_F_ITEMS


def nora(
    language: Language = Language.EN,
    channel: Channel = Channel.SMS,
    score: int = 3,
    begins: datetime = MONDAY_EVENING,
    **profile: object,
) -> Talk:
    """Nora, 72, takes part since 2 March, does moves, and gave a score on Monday; her programme runs."""
    known = Profile(**{"age": 72, "sex": "f", "fluid_limit": False, **profile})  # type: ignore[arg-type]  # facts
    facts = {"status": Status.ACTIVE, "zone": "America/New_York", "enrolled_on": date(2026, 3, 2), "profile": known}
    talk = meet(begins, language=language, channel=channel, **facts)
    talk.keep((observed(talk, Kind.SCREENED, 1), observed(talk, Kind.WEAKNESS, score), observed(talk, Kind.HEARD)))
    talk.keep(begin(talk.moment(), talk.conversation.participant))
    return talk


def observed(talk: Talk, kind: Kind, value: float | None = None, code: str | None = None) -> Observed:
    """Something that was told at this moment."""
    return Observed(Observation(kind, talk.now, talk.moment().today, code, value))


def asked(talk: Talk, *given: str) -> Talk:
    """Tuesday at ten the first question comes, and she answers so many."""
    talk.at(TUESDAY)
    for text in given:
        talk.says(text)
    return talk


def points(talk: Talk) -> list[float | None]:
    """What the answers of each finished run added up to."""
    return [fact.value for fact in talk.conversation.observations if fact.kind is Kind.SARC_F_POINTS]


def told(talk: Talk) -> dict[Asked, float | None]:
    """The last answer to each question."""
    return {fact.asked: fact.value for fact in talk.conversation.observations if fact.kind is Kind.SARC_F}


def put(facts: tuple[Event, ...]) -> list[Asked]:
    """The questions that were put."""
    return [question.asked for question in of(facts, CheckInOpened)]


def raised(facts: tuple[Event, ...]) -> list[tuple[Disposition, tuple[str, ...]]]:
    """The cases among facts, each as its level and its rules."""
    return [(case.level, case.rules) for case in of(facts, EscalationRaised)]


# --- asking ---


def test_it_comes_once_in_four_weeks() -> None:
    """In the weeks 3, 7 and 11 of the programme, and so on after it."""
    for programme, weeks in {"legs-12-weeks": [3, 7, 11], "keep-going": [3, 7, 11, 15]}.items():
        (slot,) = (slot for slot in HANDBOOK.programmes[programme].slots if slot.asked in SARC_F_ITEMS)
        assert [week for week in range(1, 17) if slot.comes_in(week)] == weeks
        assert (slot.asked, *slot.followed_by) == SARC_F_ITEMS


@BOTH
def test_each_answer_brings_the_next_question(language: Language) -> None:
    """One text each; the last answer is thanked for."""
    talk = asked(nora(language))
    assert talk.queued[-1].template == "sarc_f.carry"
    for text, following in zip(("0", "1", "0", "1"), ("walk", "rise", "climb", "falls"), strict=True):
        assert templates(talk.says(text)) == [f"sarc_f.{following}"]
    assert groups(talk.says("0")) == ["ack.sarc_f"]
    assert talk.conversation.open_check_in is None


@pytest.mark.parametrize("week", [3, 7, 11])
def test_it_takes_the_place_of_no_check_in_move_or_lesson(week: int) -> None:
    """It comes on a Tuesday, away from them; only a drink text waits."""
    person, programme = nora().conversation.participant, HANDBOOK.programmes["legs-12-weeks"]
    monday = datetime(2026, 3, 2, 12, tzinfo=UTC) + (week - 1) * WEEK
    kinds = [due.slot.kind for due in calendar(programme, person, monday, 7) if due.slot.id != "daily-tasks"]
    before = [due.slot.kind for due in calendar(_without_it(programme), person, monday, 7)]
    drinks = PromptKind.HYDRATION
    assert [kind for kind in kinds if kind is not drinks] == [kind for kind in before if kind is not drinks]


def _without_it(programme: Programme) -> Programme:
    return replace(programme, slots=tuple(slot for slot in programme.slots if slot.asked not in SARC_F_ITEMS))


@pytest.mark.parametrize("fact", ["non_ambulatory", "surgery_12wk"])
def test_it_is_for_people_who_walk_and_have_healed(fact: str) -> None:
    """Olga uses a wheelchair; an operation belongs to the surgeon's team."""
    talk = asked(nora(conditions=frozenset({fact})))
    assert CARRY not in [question.asked for question in talk.conversation.check_ins]
    assert SkipReason.BLOCKED_BY_GATE in [skipped.reason for skipped in talk.skipped]


def test_who_is_reached_by_calls_is_not_asked() -> None:
    """Five questions by voice are a long call, and no function test is done in one."""
    talk = asked(nora(channel=Channel.VOICE))
    assert CARRY not in [question.asked for question in talk.conversation.check_ins]


def test_a_bad_day_is_no_day_for_it() -> None:
    """From a score of 7 on."""
    talk = asked(nora(score=7))
    assert SkipReason.SCORE_HIGH in [skipped.reason for skipped in talk.skipped]


@pytest.mark.parametrize(("asks", "on"), [(CARRY, TUESDAY), (Asked.CHAIR_STANDS, FRIDAY_OF_WEEK_4)])
@pytest.mark.parametrize(("days", "comes"), [(6, False), (8, True)])
def test_a_fall_within_a_week_holds_tests_back(asks: Asked, on: datetime, days: int, *, comes: bool) -> None:
    """SARC-F and the chair test; two days are enough for moves."""
    talk = nora(begins=on - 10 * DAY)
    for day in range(-9, 0):
        talk.at(on + day * DAY - HOUR)
        talk.keep((observed(talk, Kind.WEAKNESS, 3), observed(talk, Kind.HEARD)))
        talk.keep((observed(talk, Kind.FALLS, 1),) if day == -days else ())
    talk.at(on + timedelta(minutes=30))
    assert (asks in [question.asked for question in talk.conversation.check_ins]) is comes
    because = "there was a fall in the last days, too recent for a test (rule D5)"
    assert comes or because in [skipped.because for skipped in talk.skipped]


@pytest.mark.parametrize("question", [Asked.SEEN, Asked.ONSET, Asked.SAFE, Asked.REACHED])
def test_it_does_not_come_upon_a_question_of_a_case(question: Asked) -> None:
    """A bare figure would go to the newer question."""
    talk = nora()
    talk.keep((CheckInOpened(question, talk.moment().today, scheduled=False),))
    assert CARRY not in [one.asked for one in asked(talk).conversation.check_ins]


def test_not_for_a_day_after_an_emergency() -> None:
    """Not asked, and not gone on with."""
    talk = nora()
    talk.says("I can't breathe")
    assert CARRY not in [one.asked for one in asked(talk).conversation.check_ins]


# --- what it calls for ---


@BOTH
@pytest.mark.parametrize(("answers", "sum_of_all", "cases"), [("01110", 3, 0), ("01111", 4, 1), ("22222", 10, 1)])
def test_four_points_are_a_visit_and_a_note_on_falls(
    answers: str, sum_of_all: int, cases: int, language: Language
) -> None:
    """Three are only noted."""
    talk = asked(nora(language), *answers)
    assert points(talk) == [sum_of_all]
    assert raised(talk.last) == [(Disposition.ROUTINE, ("sarc_f",))] * cases
    expected = ["escalation.routine_sign", "function.fall_risk"] if cases else ["ack.sarc_f"]
    assert groups(talk.last)[: len(expected)] == expected


def test_the_case_says_which_points() -> None:
    """For staff; the person reads what it is about, and WHY says it again."""
    talk = asked(nora(), *"22220")
    (case,) = of(talk.last, EscalationRaised)
    assert case.because == "SARC-F gives 8 points."
    assert "daily tasks that are hard for you" in of(talk.last, MessageQueued)[0].body
    (why,) = of(talk.says("WHY"), MessageQueued)
    assert "daily tasks that are hard for you" in why.body


def test_answers_in_words_count_as_figures_do() -> None:
    """None, some, a lot."""
    talk = asked(nora(), "a little", "no", "very hard", "can't", "twice")
    assert told(talk) == {CARRY: 1, WALK: 0, RISE: 2, CLIMB: 2, FALLS: 1}
    assert points(talk) == [6]


def test_a_figure_that_is_no_choice_is_asked_about_again() -> None:
    """Once, in its own words; after that a person reads it."""
    talk = asked(nora())
    assert templates(talk.says("7")) == ["function.again"]
    assert templates(talk.says("seven")) == ["unclear.second"]
    assert templates(talk.says("1")) == ["sarc_f.walk"]


def test_a_sign_told_beside_an_answer_goes_first() -> None:
    """An emergency: the alarm alone. The figure is kept, the next question is not put."""
    talk = asked(nora(), "0")
    facts = talk.says("2 and my chest hurts")
    assert raised(facts) == [(Disposition.EMERGENCY, ("chest_pain",))]
    assert put(facts) == []
    assert told(talk) == {CARRY: 0, WALK: 2}


def test_after_an_emergency_an_answer_brings_no_further_question() -> None:
    """For a day; the answer itself is noted."""
    talk = asked(nora(), "0")
    talk.says("my chest hurts")
    assert put(talk.says("1")) == []


def test_help_is_no_answer() -> None:
    """Whatever was asked."""
    talk = asked(nora())
    assert put(talk.says("HELP")) == [Asked.RED_FLAG]
    assert told(talk) == {}


def test_falls_of_the_year_are_no_falls_of_these_days() -> None:
    """“Fell twice” is one point here. A fall of today is told of as ever."""
    assert raised(asked(nora(), *"0000", "I fell twice").last) == []
    facts = asked(nora(), *"0000", "I fell twice, the last one this morning").last
    assert [rules for _, rules in raised(facts)] == [("fall_no_injury",)]
    hurt = asked(nora(), *"0000", "twice, and I hit my head").last
    assert "head_injury" in raised(hurt)[0][1]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I fell twice today", "en"),
        ("2, I fell today", "en"),
        ("2 falls this week", "en"),
        ("I fell 2 times in the last 3 days", "en"),
        ("been down twice in ten days", "en"),
        ("yes, 2 times last night", "en"),
        ("twice on Monday", "en"),
        ("2 falls last week", "en"),
        ("twice within 48 hours", "en"),
        ("fell twice in 2 weeks", "en"),
        ("2 veces hoy", "es"),
        ("2 caídas anoche", "es"),
        ("me caí dos veces la semana pasada", "es"),
        ("dos veces en quince días", "es"),
    ],
)
def test_two_falls_of_these_two_weeks_are_urgent(text: str, language: str) -> None:
    """Told as an answer on the year, as they are when nobody asked; a count with a day is one of falls."""
    talk = asked(nora(Language(language)), *"0000", text)
    assert raised(talk.last) == [(Disposition.URGENT, ("fall_no_injury",))]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("twice last year", "en"),
        ("2 falls in spring", "en"),
        ("2 in the last 12 months", "en"),
        ("twice in 30 days", "en"),
        ("twice, I use a cane now", "en"),
        ("twice but not this week", "en"),
        ("no falls, feeling good today", "en"),
        ("2 veces en 6 meses", "es"),
        ("2 veces, pero hoy no", "es"),
    ],
)
def test_falls_of_longer_ago_stay_an_answer(text: str, language: str) -> None:
    """Also where these days are named as days without a fall."""
    assert raised(asked(nora(Language(language)), *"0000", text).last) == []


# --- left off, taken up, over ---


def test_left_off_it_is_taken_up_with_the_next_score() -> None:
    """On Wednesday, after the score is answered; the answers given before count."""
    talk = asked(nora(), "1", "1")
    talk.at(WEDNESDAY)
    assert put(talk.says("3")) == [RISE]
    assert templates(talk.last)[-1] == "sarc_f.rise"
    for text in ("1", "1", "1"):
        talk.says(text)
    assert points(talk) == [5]


def test_it_is_taken_up_with_two_scores_at_most() -> None:
    """Then it rests until next month."""
    talk = asked(nora(), "1", "1").at(WEDNESDAY)
    taken_up = [put(talk.says("3"))]
    for _ in range(2):
        talk.at(talk.now + 2 * HOUR)
        talk.keep((CheckInOpened(Asked.WEAKNESS, talk.moment().today),))
        taken_up.append(put(talk.says("3")))
    assert taken_up == [[RISE], [RISE], []]


def test_an_answer_taken_back_does_not_use_it_up() -> None:
    """The question that is open then comes again, and once more with the score."""
    talk = asked(nora(), "1", "0", "sorry, I meant 1").at(WEDNESDAY)
    assert put(talk.says("3")) == [RISE]


def test_what_was_never_begun_is_not_taken_up() -> None:
    """Whoever leaves the first question open wants none of them."""
    talk = asked(nora())
    talk.at(WEDNESDAY)
    assert put(talk.says("3")) == []


@pytest.mark.parametrize("question", [Asked.SEEN, Asked.REACHED, Asked.ONSET])
def test_it_is_not_taken_up_while_a_case_waits_for_an_answer(question: Asked) -> None:
    """The next figure belongs there."""
    talk = asked(nora(), "1", "1").at(WEDNESDAY - HOUR)
    talk.keep((CheckInOpened(question, talk.moment().today, scheduled=False),))
    assert RISE not in put(talk.at(WEDNESDAY).says("3"))


def test_it_is_not_taken_up_in_a_pause() -> None:
    """Nothing is asked then."""
    talk = asked(nora(), "1", "1")
    talk.says("PAUSE")
    talk.keep((CheckInOpened(Asked.WEAKNESS, talk.moment().today),))
    assert put(talk.says("3")) == []


@pytest.mark.parametrize("score", ["7", "9"])
def test_a_high_score_is_no_time_to_take_it_up(score: str) -> None:
    """The answer to the score stands alone."""
    talk = asked(nora(), "1")
    talk.at(WEDNESDAY)
    assert RISE not in put(talk.says(score))
    assert WALK not in put(talk.last)


def test_after_some_days_it_lapses() -> None:
    """On Friday evening the run of Tuesday is over, and its answers come to nothing."""
    talk = asked(nora(), "1", "1")
    talk.at(datetime(2026, 3, 20, 20, 31, tzinfo=UTC))
    assert put(talk.says("3")) == []
    assert points(talk) == []


def test_next_month_it_begins_anew() -> None:
    """An old answer is no answer to the new run."""
    talk = asked(nora(), *"2222")
    for day in range(1, 28):
        talk.at(TUESDAY + day * DAY - HOUR)
        talk.keep((observed(talk, Kind.WEAKNESS, 3), observed(talk, Kind.HEARD)))
    talk.at(TUESDAY + 4 * WEEK)
    for text in "00001":
        talk.says(text)
    assert points(talk) == [1]


def test_skip_ends_it_for_the_month() -> None:
    """One question left out leaves no sum, so the others are left out too."""
    talk = asked(nora(), "1")
    assert templates(talk.says("skip")) == ["function.left"]
    talk.at(WEDNESDAY)
    assert put(talk.says("3")) == []


def test_stop_ends_everything() -> None:
    """As at any time."""
    talk = asked(nora(), "1")
    talk.says("STOP")
    assert talk.conversation.participant.status is Status.OPTED_OUT
    assert put(talk.says("1")) == []


PUT_AT = (*SARC_F_ITEMS, Asked.STAIRS, Asked.CHAIR_STANDS, Asked.FALLS)


def put_to(language: str, question: Asked) -> Talk:
    """One of the questions is open."""
    talk = nora(Language(language))
    talk.keep((CheckInOpened(question, talk.moment().today, scheduled=False),))
    return talk


@pytest.mark.parametrize("question", PUT_AT)
@pytest.mark.parametrize(
    ("text", "language", "status"),
    [
        ("no gracias no me interesa", "es", Status.OPTED_OUT),
        ("no, por ahora no me interesa", "es", Status.OPTED_OUT),
        ("0 no me escriban mas", "es", Status.OPTED_OUT),
        ("0. Please stop texting me", "en", Status.OPTED_OUT),
        ("2, take me off this list", "en", Status.OPTED_OUT),
        ("0 wrong number", "en", Status.WRONG_PERSON),
        ("ella murió", "es", Status.WRONG_PERSON),
    ],
)
def test_leaving_in_words_is_heard_at_every_question(text: str, language: str, status: Status, question: Asked) -> None:
    """It is no answer, beside which figure it may stand."""
    talk = put_to(language, question)
    talk.says(text)
    assert talk.conversation.participant.status is status


@pytest.mark.parametrize("question", [one for one in PUT_AT if one is not Asked.FALLS])
@pytest.mark.parametrize(
    ("text", "language"), [("911", "en"), ("SOS", "en"), ("2 help me", "en"), ("socorro", "es"), ("911", "es")]
)
def test_a_cry_for_help_is_no_answer_whatever_figure_stands_in_it(text: str, language: str, question: Asked) -> None:
    """911 is no count of chair stands. It is asked at once whether it is an emergency."""
    talk = put_to(language, question)
    assert put(talk.says(text)) == [Asked.RED_FLAG]
    kinds = {fact.kind for fact in talk.conversation.observations}
    assert kinds.isdisjoint({Kind.SARC_F, Kind.STAIRS, Kind.CHAIR_STANDS})


# --- an answer taken back ---


def test_a_corrected_answer_takes_the_place_of_the_first() -> None:
    """“I meant 2” is about the question before; the one that is open is put again."""
    talk = asked(nora(), "0", "0")
    assert templates(talk.says("sorry, I meant 2")) == ["sarc_f.rise"]
    assert told(talk) == {CARRY: 0, WALK: 2}
    for text in "000":
        talk.says(text)
    assert points(talk) == [2]


def test_a_correction_of_the_last_answer_changes_the_points() -> None:
    """Up to four points it opens the case."""
    talk = asked(nora(), *"11100")
    assert raised(talk.says("I meant 1")) == [(Disposition.ROUTINE, ("sarc_f",))]
    assert points(talk) == [3, 4]


def test_a_case_stays_open_when_the_answer_is_taken_back() -> None:
    """Staff see both answers."""
    talk = asked(nora(), *"11101")
    facts = talk.says("oops I meant 0")
    assert templates(facts) == ["function.corrected"]
    assert [step.note for step in of(facts, CaseStepped)] == ["gave another answer: SARC-F falls 0"]
    assert talk.case.is_open


def test_a_score_is_corrected_though_a_question_was_taken_up_after_it() -> None:
    """“I meant 5” is no answer to a question of three choices."""
    talk = asked(nora(), "1")
    talk.at(WEDNESDAY).says("3")
    talk.says("sorry, I meant 5")
    scores = [fact.value for fact in talk.conversation.observations if fact.kind is Kind.WEAKNESS]
    assert scores[-2:] == [3, 5]


# --- whatever is written ---

WRITTEN = (
    "0",
    "1",
    "2",
    "3",
    "a lot",
    "no",
    "sorry, I meant 2",
    "skip",
    "HELP",
    "I can't breathe",
    "STOP",
    "PAUSE",
    "ok",
)


@pytest.mark.nightly
@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(WRITTEN), st.integers(0, 30)), min_size=1, max_size=12))
def test_whatever_is_written_the_rules_hold(replies: list[tuple[str, int]]) -> None:
    """No question within a day of an emergency, none to who left or rests, and no sum of fewer than five answers."""
    talk = asked(nora())
    for text, hours in replies:
        facts = talk.says(text)
        if set(put(facts)) & set(SARC_F_ITEMS):
            assert talk.conversation.participant.status is Status.ACTIVE
            assert not any(case.level is Disposition.EMERGENCY for case in talk.conversation.escalations)
        answers = told(talk)
        for one in of(facts, Observed):
            if one.observation.kind is Kind.SARC_F_POINTS:
                assert set(answers) == set(SARC_F_ITEMS)
                assert one.observation.value == sum(value or 0 for value in answers.values())
        talk.at(talk.now + hours * HOUR)
