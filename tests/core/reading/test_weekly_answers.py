"""The weekly questions are answered in words too, and an answer is read no graver than it is meant."""

from typing import Any

import pytest

EASY, RAIL, ONE_AT_A_TIME, CANNOT = 0, 1, 2, 3


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("no problem", "en", EASY),
        ("stairs fine but slow", "en", EASY),
        ("sí puedo, sin agarrarme", "es", EASY),
        ("I use the railing", "en", RAIL),
        ("con el pasamanos", "es", RAIL),
        ("one step at a time", "en", ONE_AT_A_TIME),
        ("1 step at a time", "en", ONE_AT_A_TIME),
        ("subo de uno en uno", "es", ONE_AT_A_TIME),
        ("holding the rail and one step at a time", "en", ONE_AT_A_TIME),
        ("I can't", "en", CANNOT),
        ("no puedo", "es", CANNOT),
        ("imposible", "es", CANNOT),
        ("used to be 2 now its 0", "en", EASY),
    ],
)
def test_stairs_in_words_are_a_place_in_the_menu(text: str, language: str, place: int, ask: Any) -> None:
    """Who writes "I can't" has chosen 3; of several places the hardest counts."""
    reply = ask(text, "stairs", language)
    assert (reply.intent, reply.amount, reply.codes) == ("answer", place, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("had to skip the stairs, elevator", "en"),
        ("no hay escaleras en mi casa", "es"),
        ("up ok, down scary", "en"),
        ("can't use the stairs, they are being painted", "en"),
        ("ok thanks a million, chat soon", "en"),
    ],
)
def test_stairs_that_nobody_climbed_are_no_place_in_the_menu(text: str, language: str, ask: Any) -> None:
    """Nothing is taken for the worst answer that does not say so."""
    reply = ask(text, "stairs", language)
    assert (reply.amount, reply.codes) == (None, ())


@pytest.mark.parametrize(
    ("text", "asked", "language", "amount"),
    [
        ("cannot do stairs", "stairs", "en", CANNOT),
        ("can't get up the stairs", "stairs", "en", CANNOT),
        ("no puedo subir escaleras", "stairs", "es", CANNOT),
        ("me cuestan mucho pero llego", "stairs", "es", None),
        ("0, need my arms", "chair_stands", "en", 0),
        ("did 12 using my arms", "chair_stands", "en", 12),
        ("none, cant get up without pushing off", "chair_stands", "en", 0),
        ("ninguna sin apoyarme con las manos", "chair_stands", "es", 0),
    ],
)
def test_what_the_test_is_about_is_weak_thighs(
    text: str, asked: str, language: str, amount: float | None, ask: Any
) -> None:
    """Stairs that cannot be climbed and arms that are needed are no emergency by themselves."""
    reply = ask(text, asked, language)
    assert (reply.amount, reply.codes) == (amount, ("proximal_weakness",))


@pytest.mark.parametrize(
    ("text", "asked", "language", "sign"),
    [
        ("can't do stairs, can't even stand up off the bed today", "stairs", "en", "cannot_stand_new"),
        ("no me puedo parar ni subir escaleras", "stairs", "es", "cannot_stand_new"),
        ("cant get up", "stairs", "en", "cannot_stand_new"),
        ("i cant stand i cant rise without my arms", "chair_stands", "en", "cannot_stand_new"),
        ("can't get up without help", "chair_stands", "en", "cannot_stand_new"),
        ("no puedo respirar al subir", "stairs", "es", "breathing_trouble"),
        ("with the rail but my chest hurts every time I reach the top", "stairs", "en", "chest_pain"),
        ("can't, I'm on the floor", "stairs", "en", "fall_serious"),
    ],
)
def test_an_alarm_in_an_answer_is_still_found(text: str, asked: str, language: str, sign: str, ask: Any) -> None:
    """Only the very words of the test are read as the test."""
    assert sign in ask(text, asked, language).codes


@pytest.mark.parametrize(
    ("text", "asked", "language", "sign"),
    [
        ("can't get up without someone lifting me by the arms", "chair_stands", "en", "cannot_stand_new"),
        ("couldn't get up without my son pulling my arms", "chair_stands", "en", "cannot_stand_new"),
        ("cant get up the stairs or out of bed", "stairs", "en", "cannot_stand_new"),
        ("can't get up the stairs or the chair", "stairs", "en", "cannot_stand_new"),
        ("can't get up stairs. or at all", "stairs", "en", "cannot_stand_new"),
        ("cant get up without pushing. now cant get up even with pushing", "chair_stands", "en", "cannot_stand_new"),
        (
            "no puedo levantarme sin las manos. Ya no puedo levantarme ni con ayuda",
            "chair_stands",
            "es",
            "cannot_stand_new",
        ),
        ("skipped it, can't get out of bed", "chair_stands", "en", "cannot_stand_new"),
    ],
)
def test_more_than_the_test_asks_about_is_no_mere_answer(
    text: str, asked: str, language: str, sign: str, ask: Any
) -> None:
    """Somebody else lifts, or the bed and the chair are beyond reach too."""
    assert sign in ask(text, asked, language).codes


@pytest.mark.parametrize(
    ("text", "asked", "language", "sign"),
    [
        ("no falls but can't get up today", "falls", "en", "cannot_stand_new"),
        ("no falls just can't get up off the floor", "falls", "en", "fall_serious"),
        ("no falls but can't get out of bed", "falls", "en", "cannot_stand_new"),
        ("ninguna caida pero hoy no me puedo parar", "falls", "es", "cannot_stand_new"),
        ("ninguna caida sino que no me puedo parar", "falls", "es", "cannot_stand_new"),
        ("none can't keep anything down", "hydration", "en", "severe_dehydration"),
        ("no can't swallow", "hydration", "en", "swallow_or_eye_weakness"),
        ("nada, no puedo tragar", "hydration", "es", "swallow_or_eye_weakness"),
    ],
)
def test_a_no_ends_where_something_cannot_be_done(text: str, asked: str, language: str, sign: str, ask: Any) -> None:
    """The no answers the question; what cannot be done is told beside it."""
    reply = ask(text, asked, language)
    assert (reply.amount in (0, None), sign in reply.codes) == (True, True)


@pytest.mark.parametrize(
    ("text", "asked", "language", "amount"),
    [
        ("was easy, now I cant", "stairs", "en", CANNOT),
        ("used to be easy, now cannot", "stairs", "en", CANNOT),
        ("yes easy until yesterday, now I can't", "stairs", "en", CANNOT),
        ("0 before, cannot now", "stairs", "en", CANNOT),
        ("antes facil, ahora no puedo", "stairs", "es", CANNOT),
        ("10 last week, none now", "chair_stands", "en", 0),
        ("none last week, 10 now", "chair_stands", "en", 10),
        ("10 la semana pasada, ahora ninguna", "chair_stands", "es", 0),
        ("none today, 2 yesterday", "falls", "en", 2),
        ("ninguna hoy, 2 ayer", "falls", "es", 2),
    ],
)
def test_what_is_so_now_counts_and_not_what_was(text: str, asked: str, language: str, amount: float, ask: Any) -> None:
    """A figure of before would hide that it got worse; a fall of yesterday is one of this week."""
    assert ask(text, asked, language).amount == amount


@pytest.mark.parametrize(
    ("text", "asked", "language", "amount"),
    [
        ("8 times in 30 seconds", "chair_stands", "en", 8),
        ("hice 8 en los 30 segundos", "chair_stands", "es", 8),
        ("8 last week, 10 this week!!", "chair_stands", "en", 10),
        ("I put 9 but it was 6, sorry", "chair_stands", "en", 6),
        ("only made it to 5 before the bell", "chair_stands", "en", 5),
        ("nine, arms crossed", "chair_stands", "en", 9),
        ("2 cups of coffee and 3 water so 5", "hydration", "en", 5),
        ("llevo 3", "hydration", "es", 3),
        ("ni una gracias a Dios", "falls", "es", 0),
        ("10 minutos", "exercise", "es", 10),
    ],
)
def test_a_count_with_its_time_and_unit_tells_of_no_sign(
    text: str, asked: str, language: str, amount: float, ask: Any
) -> None:
    """How often and in what time is an answer and nothing else."""
    reply = ask(text, asked, language)
    assert (reply.intent, reply.amount, reply.codes) == ("answer", amount, ())


def test_an_amount_of_exercise_is_exercise_done(ask: Any) -> None:
    """Nobody tells the minutes of what was not done."""
    assert [ask(text, "exercise").yes for text in ("15 minutes", "no, 15 minutes was too much")] == [True, False]


def test_who_is_alone_is_not_taken_for_somebody_else(ask: Any) -> None:
    """Who has no one with them tells why the test was not done, and is no wrong number."""
    assert ask("not today, no one here with me", "chair_stands").intent == "answer"
    assert ask("no one here by that name").intent == "wrong_person"


def test_a_faint_at_the_chair_test_is_one_in_effort(ask: Any) -> None:
    """Which raises its level (S20)."""
    assert "faint_feature" in ask("iba por la 4 y me desmayé", "chair_stands", "es").facts


@pytest.mark.parametrize(
    ("text", "asked", "language", "amount"),
    [
        ("not even one", "chair_stands", "en", 0),
        ("not even a single one", "chair_stands", "en", 0),
        ("not one but three", "chair_stands", "en", 3),
        ("no falls today but fell yesterday", "falls", "en", 1),
        ("hoy ninguna pero ayer me caí", "falls", "es", 1),
        ("no falls since tuesday", "falls", "en", 0),
        ("didnt fall yesterday", "falls", "en", 0),
        ("no me caí ayer", "falls", "es", 0),
    ],
)
def test_a_none_for_one_day_is_no_none_for_another(text: str, asked: str, language: str, amount: int, ask: Any) -> None:
    """The one of "not even one" counts nothing, and a fall of yesterday is not lost behind a good day."""
    assert ask(text, asked, language).amount == amount


def test_a_fall_told_beside_a_none_is_a_sign(ask: Any) -> None:
    """It is there, and not denied."""
    reply = ask("no falls today but fell yesterday", "falls")
    assert (reply.codes, reply.denied) == (("fall_no_injury",), ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("can't get up the stairs and my knees hurt", "proximal_weakness"),
        ("cant get up the steps anymore", "proximal_weakness"),
        ("can't get up the stairs or out of bed", "cannot_stand_new"),
        ("cant get up the stairs, cant get out of bed", "cannot_stand_new"),
        ("can't get up the stairs and out of the tub", "cannot_stand_new"),
        ("i cant stand up or get up the stairs", "cannot_stand_new"),
    ],
)
def test_stairs_nobody_asked_for_are_no_more_than_stairs(text: str, code: str, ask: Any) -> None:
    """Getting up is impossible only where more than the stairs is named."""
    stuck = {"proximal_weakness", "cannot_stand_new"}
    assert code in ask(text).codes
    assert code == "cannot_stand_new" or stuck & {*ask(text).codes} == {code}


@pytest.mark.parametrize("asked", ["exercise", "hydration", "trend"])
def test_how_often_since_when_tells_of_no_sign(asked: str, ask: Any) -> None:
    """A count and a time are no likeness to anything."""
    assert ask("3 veces desde esta mañana", asked, "es").codes == ()
