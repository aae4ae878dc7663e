"""One question before the full text, where what a case calls for depends on the answer (rule A5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from coach.core import escalation
from coach.core.conversation import fire
from coach.core.conversation.timetable import begin
from coach.core.events import (
    CaseStepped,
    CheckInOpened,
    EscalationRaised,
    EscalationRelevelled,
    MessageQueued,
    Said,
    TimerSet,
)
from coach.core.model import (
    Asked,
    CaseStepKind,
    Channel,
    Disposition,
    EscalationState,
    Kind,
    Lane,
    Language,
    Profile,
    Status,
    TimerKind,
)
from tests.core.talking import HANDBOOK, Talk, meet, of, templates

MORNING = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
HOLD = timedelta(minutes=30)
WORDS: Mapping[Language, Mapping[str, str]] = {
    Language.EN: {
        "leg": "my left leg is weaker than my right",
        "numb": "my foot went numb",
        "low": "I feel hopeless",
        "leg_and_back": "My left leg is weak and my back hurts badly",
        "leg_and_calf": "my left leg is weak and my calf is swollen and hot",
        "numb_and_calf": "my foot went numb and my calf is swollen and hot",
    },
    Language.ES: {
        "leg": "la pierna izquierda está más débil que la otra",
        "numb": "se me durmió el pie",
        "low": "estoy sin esperanza",
        "leg_and_back": "la pierna izquierda está más débil que la otra y me duele la espalda",
        "leg_and_calf": "la pierna izquierda está más débil que la otra y tengo la pantorrilla hinchada y caliente",
        "numb_and_calf": "se me durmió el pie y tengo la pantorrilla hinchada y caliente",
    },
}
LEG = {Language.EN: "one leg weaker than the other", Language.ES: "una pierna más débil que la otra"}
THIS_MORNING = {Language.EN: "it started this morning", Language.ES: "empezó esta mañana"}
BOTH = pytest.mark.parametrize("language", list(Language))


def rosa(language: Language = Language.EN, **facts: object) -> Talk:
    """Rosa takes part since Monday 2 March, in New York, and gave her score today."""
    known: dict[str, object] = {
        "status": Status.ACTIVE,
        "zone": "America/New_York",
        "language": language,
        "enrolled_on": date(2026, 3, 2),
        "profile": Profile(age=50, fluid_limit=False),
    }
    talk = meet(MORNING, **{**known, **facts})
    talk.keep(begin(talk.moment(), talk.conversation.participant))
    return talk


def asked(what: str = "leg", language: Language = Language.EN, **facts: object) -> Talk:
    """She has told of a sign whose level depends on when it began, and did not say when."""
    talk = rosa(language, **facts)
    talk.says(WORDS[language][what])
    return talk


# --- when it began ---


@BOTH
@pytest.mark.parametrize("what", ["leg", "numb"])
def test_the_case_is_there_at_once_and_urgent_and_the_person_gets_one_question(what: str, language: Language) -> None:
    """With the emergency line first; the full text waits, and a look at the case is due now."""
    talk = asked(what, language)
    (case,) = of(talk.last, EscalationRaised)
    assert case.level is Disposition.URGENT
    assert "not known" in case.because
    (message,) = of(talk.last, MessageQueued)
    assert (message.template, message.lane) == ("ask_first.onset", Lane.URGENT)
    assert "911" in message.body.partition(".")[0]
    assert [timer.kind for timer in of(talk.last, TimerSet) if timer.due_at == talk.now] == [TimerKind.CASE]
    assert [q.asked for q in of(talk.last, CheckInOpened)] == [Asked.ONSET]


@BOTH
def test_today_is_what_the_sign_itself_says_an_emergency_of_its_own(language: Language) -> None:
    """One leg weak within hours: a new case, the emergency text in full, and the older case keeps its trail."""
    talk = asked("leg", language)
    facts = talk.says("1")
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]
    assert templates(facts) == ["escalation.emergency"]
    assert CaseStepKind.ANSWERED in [step.kind for step in talk.conversation.escalations[0].steps]


@BOTH
def test_this_week_brings_the_urgent_text_now(language: Language) -> None:
    """The case is the one that was raised; nothing comes again when the half hour is over."""
    talk = asked("leg", language)
    facts = talk.says("2")
    assert of(facts, EscalationRaised) == []
    assert templates(facts) == ["escalation.urgent"]
    assert [step.note for step in talk.steps if step.kind is CaseStepKind.TOLD] == [
        "ask_first.onset",
        "escalation.urgent",
    ]
    assert told_later(talk) == []


@BOTH
def test_longer_makes_it_routine(language: Language) -> None:
    """The level of the case and the text, both."""
    talk = asked("leg", language)
    facts = talk.says("3")
    assert [change.level for change in of(facts, EscalationRelevelled)] == [Disposition.ROUTINE]
    assert templates(facts) == ["escalation.routine_sign"]
    assert told_later(talk) == []


def test_longer_lowers_nothing_that_something_else_had_raised() -> None:
    """Numbness on chemotherapy is a call to the treatment team, however old it is."""
    talk = asked("numb", profile=Profile(age=50, fluid_limit=False, medicines=frozenset({"chemo"})))
    facts = talk.says("3")
    assert of(facts, EscalationRelevelled) == []
    assert templates(facts) == ["escalation.urgent_team"]


def test_today_for_a_sign_that_is_urgent_by_itself_stays_urgent() -> None:
    """Numbness that began today is care today, no emergency."""
    talk = asked("numb")
    facts = talk.says("1")
    assert of(facts, EscalationRaised) == []
    assert templates(facts) == ["escalation.urgent"]


@BOTH
def test_half_an_hour_without_an_answer_brings_the_urgent_text(language: Language) -> None:
    """And no case besides the one that is there."""
    talk = asked("leg", language)
    assert told_later(talk) == ["escalation.urgent"]
    assert len(talk.conversation.escalations) == 1


def told_later(talk: Talk) -> list[str]:
    """What comes by time alone until the question has had its half hour."""
    before = len(talk.queued)
    talk.at(talk.now + HOLD)
    return [m.template for m in talk.queued[before:] if m.template.startswith(("escalation", "ask_first"))]


def test_the_timer_twice_tells_once() -> None:
    """The case shows that it was told."""
    talk = asked()
    timer = next(t for t in talk.timers.values() if t.kind == TimerKind.HELD)
    talk.at(talk.now + HOLD)
    assert fire(talk.known(), timer, HANDBOOK, talk.now) == ()


def test_an_answer_after_the_urgent_text_never_takes_it_back() -> None:
    """“Longer” is noted; “today” is still an emergency."""
    talk = asked()
    talk.at(talk.now + HOLD)
    facts = talk.says("3")
    assert templates(facts) == ["ack.onset"]
    assert of(facts, EscalationRelevelled) == []
    assert talk.case.level is Disposition.URGENT

    late = asked()
    late.at(late.now + HOLD)
    assert [case.level for case in of(late.says("1"), EscalationRaised)] == [Disposition.EMERGENCY]


def test_an_answer_in_words_counts_too() -> None:
    """With another sign in the same text: one text, about the graver."""
    talk = asked()
    facts = talk.says("since this morning, and my chest hurts")
    assert templates(facts) == ["escalation.emergency"]


def test_whoever_said_when_it_began_is_not_asked() -> None:
    """The level is known."""
    talk = rosa()
    assert templates(talk.says("my left leg is weaker than my right since last week")) != ["ask_first.onset"]


@BOTH
def test_a_milder_sign_beside_it_does_not_take_the_question_away(language: Language) -> None:
    """The case is about both, the question about the leg, and today is the emergency it would be alone."""
    talk = asked("leg_and_back", language)
    (case,) = of(talk.last, EscalationRaised)
    assert case.level is Disposition.URGENT
    assert set(case.rules) == {"one_leg_weaker", "back_or_shooting_pain"}
    (message,) = of(talk.last, MessageQueued)
    assert message.template == "ask_first.onset"
    assert LEG[language] in message.body
    facts = talk.says(THIS_MORNING[language])
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]
    (message,) = of(facts, MessageQueued)
    assert message.template == "escalation.emergency"
    assert LEG[language] in message.body


@BOTH
def test_longer_with_a_milder_sign_is_routine_and_names_the_sign_that_was_asked_about(language: Language) -> None:
    """The leg, not the back."""
    talk = asked("leg_and_back", language)
    facts = talk.says("3")
    assert [change.level for change in of(facts, EscalationRelevelled)] == [Disposition.ROUTINE]
    (message,) = of(facts, MessageQueued)
    assert message.template == "escalation.routine_sign"
    assert LEG[language] in message.body
    assert told_later(talk) == []


@BOTH
def test_without_an_answer_the_urgent_text_names_the_sign_that_was_asked_about(language: Language) -> None:
    """It is urgent because nobody knows when the leg began."""
    talk = asked("leg_and_back", language)
    assert told_later(talk) == ["escalation.urgent"]
    assert LEG[language] in talk.queued[-1].body


@BOTH
@pytest.mark.parametrize("what", ["numb_and_calf", "leg_and_calf"])
def test_beside_something_urgent_the_full_text_comes_at_once_and_the_question_after_it(
    what: str, language: Language
) -> None:
    """Nothing waits for a question that settles only half of it, and the urgent text comes no second time."""
    talk = asked(what, language)
    assert [case.level for case in of(talk.last, EscalationRaised)] == [Disposition.URGENT]
    assert templates(talk.last) == ["escalation.urgent", "ask_first.onset"]
    assert told_later(talk) == []


@BOTH
def test_longer_lowers_nothing_that_was_urgent_beside_it(language: Language) -> None:
    """A swollen calf is care today, however old the numbness."""
    talk = asked("numb_and_calf", language)
    facts = talk.says("3")
    assert of(facts, EscalationRelevelled) == []
    assert templates(facts) == ["ack.onset"]
    assert talk.case.level is Disposition.URGENT


@BOTH
def test_today_is_an_emergency_beside_something_urgent_too(language: Language) -> None:
    """A case of its own, which names the leg."""
    talk = asked("leg_and_calf", language)
    facts = talk.says(THIS_MORNING[language])
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]
    (message,) = of(facts, MessageQueued)
    assert LEG[language] in message.body


def test_a_weak_leg_and_another_sign_in_a_call_are_asked_about_as_well() -> None:
    """The question is spoken where the text waits, and comes as a text where the call has told them to get care."""
    talk = rosa(channel=Channel.VOICE)
    facts = talk.says(WORDS[Language.EN]["leg_and_back"], Channel.VOICE)
    assert [said.template for said in of(facts, Said)] == ["voice.ask_onset"]
    talk = rosa(channel=Channel.VOICE)
    facts = talk.says(WORDS[Language.EN]["leg_and_calf"], Channel.VOICE)
    assert [said.template for said in of(facts, Said)] == ["voice.urgent"]
    assert [m.template for m in of(facts, MessageQueued)] == ["escalation.urgent", "ask_first.onset"]


def test_low_mood_and_a_weak_leg_are_both_asked_about() -> None:
    """A figure answers when it began, a yes that they think of harming themselves."""
    words = "my left leg is weak and I feel hopeless"
    talk = rosa()
    assert templates(talk.says(words)) == ["ask_first.safe", "ask_first.onset"]
    assert [case.level for case in of(talk.says("1"), EscalationRaised)] == [Disposition.EMERGENCY]
    talk = rosa()
    talk.says(words)
    assert templates(talk.says("Y")) == ["escalation.self_harm"]
    talk = rosa()
    talk.says(words)
    assert told_later(talk) == ["escalation.urgent"]


def test_whoever_has_left_is_not_asked_beside_something_urgent() -> None:
    """Staff see the case."""
    talk = asked("leg_and_calf", status=Status.OPTED_OUT)
    assert [case.level for case in of(talk.last, EscalationRaised)] == [Disposition.URGENT]
    assert of(talk.last, MessageQueued) == []
    assert of(talk.last, CheckInOpened) == []


def test_an_emergency_is_never_held() -> None:
    """Whatever else was told."""
    talk = rosa()
    facts = talk.says("my foot went numb and I can't breathe")
    assert templates(facts) == ["escalation.emergency"]


def test_the_question_comes_once_a_day() -> None:
    """A second sign while the first question is open is urgent, and told in full."""
    talk = asked()
    talk.at(talk.now + timedelta(minutes=5))
    facts = talk.says(WORDS[Language.EN]["numb"])
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.URGENT]
    assert templates(facts) == ["escalation.urgent"]


def test_an_emergency_meanwhile_ends_the_wait() -> None:
    """A milder text after it would read as an all-clear."""
    talk = asked()
    talk.says("my chest hurts")
    assert "escalation.urgent" not in told_later(talk)


def test_a_case_that_somebody_has_spoken_about_needs_no_text() -> None:
    """The person on the phone has said it."""
    talk = asked()
    fact = escalation.contacted(talk.case, "ana")
    assert not isinstance(fact, escalation.Refusal)
    talk.keep((fact,))
    assert talk.case.state is EscalationState.CONTACTED
    assert told_later(talk) == []


def test_a_case_that_was_only_taken_is_told_all_the_same() -> None:
    """Nobody has spoken with the person yet."""
    talk = asked()
    talk.taken("ana")
    assert told_later(talk) == ["escalation.urgent"]


def test_after_stop_nothing_more_comes() -> None:
    """The case stays for staff."""
    talk = asked()
    talk.says("STOP")
    assert told_later(talk) == []
    assert talk.case.is_open


def test_whoever_has_left_is_not_asked_and_the_case_is_urgent() -> None:
    """Staff see it; nothing is sent."""
    talk = rosa(status=Status.OPTED_OUT)
    facts = talk.says(WORDS[Language.EN]["leg"])
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.URGENT]
    assert of(facts, MessageQueued) == []
    assert of(facts, CheckInOpened) == []


def test_somebody_unknown_is_asked_and_answered_like_anybody() -> None:
    """Safety asks for no enrolment."""
    talk = meet(MORNING)
    talk.says(WORDS[Language.EN]["leg"])
    assert templates(talk.last) == ["ask_first.onset"]
    assert [case.level for case in of(talk.says("1"), EscalationRaised)] == [Disposition.EMERGENCY]


def test_a_jump_in_the_same_text_is_asked_about_with_the_same_question() -> None:
    """One question serves both, and the answer counts for both in one text."""
    talk = rosa()
    talk.now = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
    for _ in range(6):
        talk.now += timedelta(days=1)
        talk.says("my score is 2")
    talk.now += timedelta(days=1)
    facts = talk.says("my score is 5, my left leg is weaker than my right")
    assert templates(facts) == ["ask_first.onset"]
    (question,) = of(facts, CheckInOpened)
    assert question.need is not None
    assert len([t for t in templates(talk.says("2")) if t.startswith("escalation")]) == 1


def test_in_a_call_the_question_is_spoken_and_the_full_text_comes_later() -> None:
    """The call goes on with that question and nothing else."""
    talk = rosa(channel=Channel.VOICE)
    facts = talk.says(WORDS[Language.EN]["numb"], Channel.VOICE)
    assert [said.template for said in of(facts, Said)] == ["voice.ask_onset"]
    assert told_later(talk) == ["escalation.urgent"]


def test_an_answer_in_a_call_is_told_in_the_call() -> None:
    """And the text goes out too."""
    talk = rosa(channel=Channel.VOICE)
    talk.says(WORDS[Language.EN]["numb"], Channel.VOICE)
    facts = talk.says("2", Channel.VOICE)
    assert [said.template for said in of(facts, Said)] == ["voice.urgent"]
    assert [m.template for m in of(facts, MessageQueued)] == ["escalation.urgent"]


def test_the_trail_says_what_was_answered() -> None:
    """For whoever has the case."""
    talk = asked()
    talk.says("2")
    (step,) = [s for s in talk.steps if s.kind is CaseStepKind.ANSWERED]
    assert step.note == "when it began: this week"
    assert of(talk.last, CaseStepped)[0].note == step.note


# --- low mood ---


@BOTH
def test_low_mood_is_asked_about_self_harm_before_anything_else(language: Language) -> None:
    """A routine case; its text waits for the answer."""
    talk = asked("low", language)
    assert [case.level for case in of(talk.last, EscalationRaised)] == [Disposition.ROUTINE]
    assert templates(talk.last) == ["ask_first.safe"]


@BOTH
def test_yes_is_self_harm(language: Language) -> None:
    """The crisis line, at once."""
    talk = asked("low", language)
    facts = talk.says("Y" if language is Language.EN else "S")
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.EMERGENCY]
    assert templates(facts) == ["escalation.self_harm"]


@BOTH
def test_no_brings_the_routine_text(language: Language) -> None:
    """And it comes once."""
    talk = asked("low", language)
    assert templates(talk.says("N")) == ["escalation.routine_sign"]
    assert told_later(talk) == []


def test_unclear_is_asked_again_once_and_then_counts_as_yes() -> None:
    """“I don't know” twice is no no."""
    talk = asked("low")
    assert templates(talk.says("hmm maybe who knows")) == ["ask_first.safe_again"]
    facts = talk.says("hmm dunno")
    assert templates(facts) == ["escalation.self_harm"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.EN, "I guess"),
        (Language.EN, "I guess so"),
        (Language.EN, "8"),
        (Language.EN, "1"),
        (Language.EN, "I don't know"),
        (Language.EN, "not sure"),
        (Language.ES, "creo que sí"),
        (Language.ES, "supongo"),
        (Language.ES, "no sé"),
    ],
)
def test_what_is_neither_yes_nor_no_to_self_harm_is_asked_again_and_then_counts_as_yes(
    language: Language, words: str
) -> None:
    """Half a yes, a figure or not knowing is never lost among the texts that nobody understood."""
    talk = asked("low", language)
    assert templates(talk.says(words)) == ["ask_first.safe_again"]
    facts = talk.says(words)
    assert [(case.level, case.rules) for case in of(facts, EscalationRaised)] == [
        (Disposition.EMERGENCY, ("self_harm",))
    ]


def test_no_answer_brings_the_routine_text_after_half_an_hour() -> None:
    """The case is there already."""
    talk = asked("low")
    assert told_later(talk) == ["escalation.routine_sign"]


def test_low_mood_beside_another_sign_holds_nothing_up() -> None:
    """The text at once, then the question."""
    talk = rosa()
    facts = talk.says("I feel hopeless and my calf is swollen and hot")
    assert templates(facts) == ["escalation.urgent", "ask_first.safe"]


def test_who_has_spoken_of_self_harm_is_not_asked() -> None:
    """That is an emergency."""
    talk = rosa()
    assert templates(talk.says("I feel hopeless and want to die")) == ["escalation.self_harm"]


def low_and_weak(language: Language = Language.EN) -> Talk:
    """Rosa told of a weak leg and that she feels low, and both were asked about; when it began was asked last."""
    words = {
        Language.EN: "my left leg is weak and I feel hopeless",
        Language.ES: "la pierna izquierda está más débil que la otra y estoy sin esperanza",
    }
    talk = rosa(language)
    assert templates(talk.says(words[language])) == ["ask_first.safe", "ask_first.onset"]
    return talk


@BOTH
@pytest.mark.parametrize("no", ["N", "no", "No."])
def test_a_bare_no_to_what_was_asked_last_is_no_word_about_self_harm(no: str, language: Language) -> None:
    """It may have been meant for either: the question of self-harm is put again, and the case stays as it is."""
    talk = low_and_weak(language)
    facts = talk.says(no)
    assert templates(facts) == ["ask_first.safe_again"]
    assert [question.about for question in of(facts, CheckInOpened)] == ["self_harm"]
    assert Kind.DENIED not in {fact.kind for fact in talk.conversation.observations}
    assert talk.case.level is Disposition.URGENT


@BOTH
def test_put_again_it_is_the_last_one_asked_and_its_answer_counts(language: Language) -> None:
    """A yes is self-harm; after a no Rosa is asked once more when it began, and a figure answers that."""
    talk = low_and_weak(language)
    talk.says("N")
    facts = talk.says("Y" if language is Language.EN else "S")
    assert templates(facts) == ["escalation.self_harm"]
    talk = low_and_weak(language)
    talk.says("N")
    assert templates(talk.says("N")) == ["ask_first.onset"]
    assert templates(talk.says("2")) == ["escalation.urgent"]
    assert told_later(talk) == []


def test_a_figure_says_when_it_began_though_self_harm_was_asked_again_since() -> None:
    """That one takes a yes or a no; it stays open."""
    talk = low_and_weak()
    talk.says("N")
    assert templates(talk.says("2")) == ["escalation.urgent"]
    assert templates(talk.says("Y")) == ["escalation.self_harm"]


def test_without_another_word_the_urgent_text_comes_all_the_same() -> None:
    """Half an hour after the case."""
    talk = low_and_weak()
    talk.says("N")
    assert told_later(talk) == ["escalation.urgent"]


def test_a_no_to_a_question_of_the_programme_is_none_about_self_harm() -> None:
    """Rosa did not drink; the routine text comes with her no to the question that was put again."""
    talk = asked("low")
    talk.keep((CheckInOpened(Asked.HYDRATION, talk.now.date()),))
    assert templates(talk.says("no")) == ["ask_first.safe_again"]
    assert [c.asked for c in talk.conversation.check_ins if c.answered_at is not None] == [Asked.HYDRATION]
    assert templates(talk.says("no")) == ["escalation.routine_sign"]
    assert told_later(talk) == []


def test_self_harm_is_put_again_once_and_then_a_person_asks() -> None:
    """No endless asking, and one piece of work."""
    talk = asked("low")
    for _ in range(3):
        talk.keep((CheckInOpened(Asked.HYDRATION, talk.now.date()),))
        talk.says("no")
    assert talk.raised.count("self_harm_unanswered") == 1
    assert [message.template for message in talk.queued].count("ask_first.safe_again") == 1


def test_after_words_of_self_harm_a_no_that_nobody_is_near_asks_nothing_again() -> None:
    """Rosa has been told where to call."""
    talk = low_and_weak()
    talk.says("I want to die")
    assert templates(talk.says("N")) == ["escalation.alone"]


def test_the_emergency_line_comes_first_when_it_is_put_again() -> None:
    """Nothing stands between a person in danger and the number."""
    talk = low_and_weak()
    (message,) = of(talk.says("N"), MessageQueued)
    assert (message.lane, "911" in message.body.partition(".")[0]) == (Lane.URGENT, True)


# --- a beginning told of one sign ---


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("My foot went numb since yesterday. Stairs are hard for me.", "proximal_weakness"),
        ("Stairs are hard for me. My foot went numb since yesterday.", "proximal_weakness"),
        ("My left leg is weaker than my right. I have a fever since yesterday.", "one_leg_weaker"),
        ("La pierna izquierda está más débil que la otra. Se me durmió el pie desde ayer.", "one_leg_weaker"),
    ],
)
def test_since_yesterday_beside_one_sign_says_nothing_of_another(words: str, about: str) -> None:
    """Nothing waits, since the newest beginning counts for all; the other sign is asked about, and today is graver."""
    talk = rosa()
    facts = talk.says(words)
    assert templates(facts) == ["escalation.urgent", "ask_first.onset"]
    assert [question.about for question in of(facts, CheckInOpened)] == [about]
    assert of(talk.says("3"), EscalationRelevelled) == []
    assert talk.case.level is Disposition.URGENT


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("My left leg has been weaker than my right for months. Stairs are hard for me.", "proximal_weakness"),
        ("My left leg is weaker than my right. My back has hurt for years.", "one_leg_weaker"),
    ],
)
def test_an_old_sign_does_not_make_another_one_old(words: str, about: str) -> None:
    """Until the answer it counts as new."""
    talk = rosa()
    facts = talk.says(words)
    assert [case.level for case in of(facts, EscalationRaised)] == [Disposition.URGENT]
    assert templates(facts) == ["ask_first.onset"]
    assert [question.about for question in of(facts, CheckInOpened)] == [about]
    assert [change.level for change in of(talk.says("3"), EscalationRelevelled)] == [Disposition.ROUTINE]


@pytest.mark.parametrize(
    "words",
    [
        "My foot went numb and stairs are hard since yesterday",
        "My left leg is weaker than my right. It started last week.",
        "My left leg is weaker than my right and stairs are hard. It began months ago.",
    ],
)
def test_a_beginning_in_the_same_sentence_or_beside_no_sign_counts_for_all(words: str) -> None:
    """Nobody is asked what they have said."""
    assert of(rosa().says(words), CheckInOpened) == []


# --- weak legs without a figure ---


def test_weak_legs_without_a_figure_are_asked_for_one() -> None:
    """The rules on scores decide."""
    talk = rosa()
    facts = talk.says("my legs feel weak")
    assert templates(facts) == ["check_in.weakness"]
    assert [q.asked for q in of(facts, CheckInOpened)] == [Asked.WEAKNESS]


def test_with_a_score_of_the_day_nobody_is_asked_again() -> None:
    """It is known."""
    talk = rosa()
    talk.says("my score is 4")
    assert "check_in.weakness" not in templates(talk.says("my legs feel weak"))


def test_the_short_emergency_text_never_follows_an_urgent_one() -> None:
    """“If you have not called yet” fits only whoever was told to call."""
    talk = asked()
    assert "escalation.emergency_again" not in templates(talk.says("1"))
