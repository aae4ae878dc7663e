"""A call while something of ours is broken: the caller hears the emergency number, and what was said is not lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coach.adapters.database.tables import call
from coach.core.model import Language
from coach.jobs import REPLAY, drain
from tests.core.talking import HANDBOOK
from tests.web.on_call import put_on_call
from tests.web.on_the_phone import BORN, JUAN, ROSA, OnThePhone, Twiml
from tests.web.phone_line import SCRIPT, Line

CRY = "I can't breathe"


def is_sorry(answer: Twiml, language: Language = Language.EN) -> bool:
    """Whether it is the words for a fault, with the emergency number, and the end."""
    words = " ".join(SCRIPT.line("sorry", language).split())
    return (answer.said, answer.ends) == (words, True) and "9 1 1" in words


STEPS = {"ready": (), "identity": ("1",), "question": ("1", BORN), "confirm": ("1", BORN, "4")}


def on_the_way(rosa: OnThePhone, stage: str) -> OnThePhone:
    """A call that has come so far."""
    rosa.picks_up()
    for keys in STEPS[stage]:
        rosa.presses(keys)
    return rosa


# --- the database goes away ---


@pytest.mark.parametrize("attempt", ["att-1", "inbound"])
@pytest.mark.parametrize("stage", STEPS)
def test_an_alarm_told_while_the_database_is_away_becomes_a_case(line: Line, attempt: str, stage: str) -> None:
    """The caller hears sorry and the number; once the database is back the words are decided, once."""
    rosa = on_the_way(line.rings(attempt=attempt), stage)
    line.store.is_away = True
    assert is_sorry(rosa.says(CRY))
    line.store.is_away = False
    for _ in range(2):
        drain(REPLAY, line.coach)
    assert line.cases() == ["emergency"]
    assert line.heard()[-1] == CRY


def test_an_answer_told_while_it_is_away_is_recorded_later(line: Line, rosa: OnThePhone) -> None:
    """It was an answer to the question that was put."""
    on_the_way(rosa, "question")
    line.store.is_away = True
    assert is_sorry(rosa.presses("7"))
    line.store.is_away = False
    drain(REPLAY, line.coach)
    line.ends()
    assert line.scores() == [7]


@pytest.mark.parametrize("keys", ["1", "2", "0", "7"])
def test_a_key_to_what_was_read_back_is_no_answer_by_itself(line: Line, rosa: OnThePhone, keys: str) -> None:
    """A person finds out; the answer that was waiting counts as it was heard."""
    on_the_way(rosa, "confirm")
    line.store.is_away = True
    assert is_sorry(rosa.presses(keys))
    line.store.is_away = False
    drain(REPLAY, line.coach)
    line.ends()
    assert (line.scores(), line.tasks()) == ([4], ["late_answer"])


def test_the_year_of_birth_never_lies_on_disk(line: Line, rosa: OnThePhone) -> None:
    """Nor a PIN: they are no answers."""
    on_the_way(rosa, "identity")
    line.store.is_away = True
    assert is_sorry(rosa.presses(BORN))
    assert list((line.folder / "spool").glob("*")) == []


@pytest.mark.parametrize("where", ["", "/voicemail"])
def test_a_call_that_begins_while_it_is_away_hears_the_number(line: Line, rosa: OnThePhone, where: str) -> None:
    """In any step."""
    line.store.is_away = True
    assert is_sorry(rosa.go(f"/twilio/voice/att-1{where}"))


def test_sorry_is_said_in_the_language_of_the_call(line: Line) -> None:
    """The address carries it."""
    line.enrol(JUAN, Language.ES)
    juan = line.rings(JUAN, "att-2")
    juan.picks_up()
    line.store.is_away = True
    assert is_sorry(juan.presses("1"), Language.ES)


def test_nothing_personal_is_in_the_log_of_a_fault(
    line: Line, rosa: OnThePhone, caplog: pytest.LogCaptureFixture
) -> None:
    """The operator learns which call, not who or what."""
    on_the_way(rosa, "question")
    line.store.is_away = True
    rosa.says(CRY)
    ours = [logged for logged in caplog.records if logged.name == "coach.web.call_speaking"]
    assert [logged.__dict__["carrier_id"] for logged in ours if "carrier_id" in logged.__dict__] == [rosa.sid]
    assert not any(CRY in logged.getMessage() or ROSA in logged.getMessage() for logged in caplog.records)


def test_the_end_of_a_call_told_while_it_is_away_is_made_good(line: Line, rosa: OnThePhone) -> None:
    """The status is kept on disk; the call is settled by the job that looks after such."""
    on_the_way(rosa, "confirm")
    line.store.is_away = True
    assert line.ends() == 204
    line.store.is_away = False
    line.clock.advance(hours=1)
    line.coach.recover()
    assert line.scores() == [4]


@pytest.mark.parametrize("answered_by", ["machine_end_beep", "fax", "human"])
def test_detection_told_while_it_is_away_does_nothing_to_the_call(
    line: Line, rosa: OnThePhone, answered_by: str
) -> None:
    """It may be a person who is on the line."""
    rosa.picks_up()
    line.store.is_away = True
    assert rosa.post("/twilio/voice/att-1/detected", AnsweredBy=answered_by).status_code == 204
    assert (line.switchboard.redirected, line.switchboard.hung_up) == ([], [])


# --- a decision that raises ---


@pytest.mark.parametrize("given", [{"SpeechResult": CRY}, {"Digits": "1"}])
def test_what_cannot_be_decided_in_its_call_is_decided_by_itself(
    line: Line, rosa: OnThePhone, given: dict[str, str]
) -> None:
    """The caller hears sorry, never a goodbye; the case is there at once."""
    where = rosa.to_the_signs().last.next  # type: ignore[union-attr]
    templates = {name: text for name, text in HANDBOOK.library.templates.items() if name != "call.offer_connect"}
    spoiled = replace(HANDBOOK, library=replace(HANDBOOK.library, templates=templates))
    put_on_call(line.coach.store, line.clock)
    broken = replace(rosa, carrier=line.process(line.new_coach(spoiled)))
    assert is_sorry(broken.go(where, **given))
    assert line.cases() == ["emergency"]


def test_a_call_that_nobody_can_read_any_more_says_sorry_and_loses_nothing(line: Line, rosa: OnThePhone) -> None:
    """It was kept by another version of the program."""
    on_the_way(rosa, "question")
    with line.coach.store.begin() as tx:
        kept = tx.call(rosa.sid)
        assert kept is not None
        tx.keep_call(replace(kept, state={"stage": "question"}))
    assert is_sorry(rosa.says(CRY))
    assert line.cases() == ["emergency"]
    assert len(line.rows(call)) == 1
