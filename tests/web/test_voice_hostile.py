"""What reaches the addresses of calls from whoever: unsigned, forged, of another call, odd, empty, or very long."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from tests.web.on_the_phone import BORN, OnThePhone
from tests.web.phone_line import Line

ROUTES = (
    "/twilio/voice/att-1",
    "/twilio/voice/inbound",
    "/twilio/voice/att-1/step/0-ready-en-" + "0" * 32,
    "/twilio/voice/att-1/voicemail",
    "/twilio/voice/att-1/detected",
    "/twilio/voice/att-1/whisper",
    "/twilio/voice/att-1/whispered",
    "/twilio/voice/att-1/dialled/0",
    "/twilio/call-status/att-1",
)
ODD = ["Call\x0b now\x00", "a & b < c > \"d\" 'e'", "\ud83d", "\ufffe", "ñandú ¿sí? 👍", "]]>", "  ", "<Hangup/>"]


@pytest.mark.parametrize("signature", ["", "A" * 27 + "=", "x" * 5000])
@pytest.mark.parametrize("where", ROUTES)
def test_an_unsigned_step_is_forbidden_and_changes_nothing(
    line: Line, rosa: OnThePhone, where: str, signature: str
) -> None:
    """403 and an empty body, as for texts."""
    rosa.is_known()
    before = line.everything()
    more = {"AnsweredBy": "machine_end_beep", "DialCallStatus": "no-answer", "CallStatus": "completed"}
    answer = rosa.post(where, signature, Digits="1", **more)
    assert (answer.status_code, answer.content) == (403, b"")
    assert line.everything() == before
    assert (line.switchboard.redirected, line.switchboard.hung_up) == ([], [])


@pytest.mark.parametrize("where", ["/twilio/voice/att-1/detected", "/twilio/voice/att-1/dialled/0"])
def test_so_is_one_that_does_not_tell_what_it_is_for(rosa: OnThePhone, where: str) -> None:
    """No word for who took the call, or for how dialling ended."""
    assert rosa.post(where).status_code == 403


@pytest.mark.parametrize("missing", ["CallSid", "From", "To"])
@pytest.mark.parametrize("where", ROUTES[:4])
def test_so_is_one_that_names_no_call(line: Line, rosa: OnThePhone, where: str, missing: str) -> None:
    """An empty form, or one without its people."""
    form = {name: value for name, value in rosa.form().items() if name != missing}
    assert line.carrier.post(where, form).status_code == 403
    assert line.carrier.post(where, {}).status_code == 403


# --- addresses that were tampered with ---


@pytest.mark.parametrize(
    "how", ["turn", "stage", "language", "signature", "nonsense", "long", "digits of another kind"]
)
def test_a_forged_place_changes_nothing_and_hears_what_is_said_now(line: Line, rosa: OnThePhone, how: str) -> None:
    """Every part of it is signed."""
    rosa.is_known()
    now = rosa.presses("7")
    token = urlsplit(now.next).path.rpartition("/")[2]
    turn, stage, language, mac = token.split("-")
    forged = {
        "turn": f"{int(turn) + 1}-{stage}-{language}-{mac}",
        "stage": f"{turn}-question-{language}-{mac}",
        "language": f"{turn}-{stage}-es-{mac}",
        "signature": f"{turn}-{stage}-{language}-{mac[::-1]}",
        "nonsense": "x",
        "long": "9" * 3000,
        "digits of another kind": f"%D9%A3-{stage}-{language}-{mac}",
    }[how]
    before = line.everything()
    assert rosa.go(f"/twilio/voice/att-1/step/{forged}", Digits="1").document == now.document
    assert line.everything() == before


def test_a_place_is_worth_nothing_in_another_call(line: Line, rosa: OnThePhone) -> None:
    """Nor at another installation."""
    where = rosa.is_known().presses("7").next
    other = line.rings(attempt="att-2", sid="CA" + "2" * 32)
    question = other.is_known().last
    before = line.everything()
    assert question is not None
    assert other.go(where.replace("att-1", "att-2"), Digits="1").document == question.document
    assert line.everything() == before
    elsewhere = replace(rosa, carrier=line.process(line.coach, secret="another secret"))
    assert "You said 7." in elsewhere.go(where, Digits="1").said
    assert line.scores() == []


def test_an_alarm_is_heard_at_an_address_whose_signature_is_no_longer_valid(line: Line, rosa: OnThePhone) -> None:
    """The secret was changed while Rosa was on the phone."""
    where = rosa.is_known().last.next  # type: ignore[union-attr]
    elsewhere = replace(rosa, carrier=line.process(line.coach, secret="another secret"))
    answer = elsewhere.go(where, SpeechResult="I can't breathe", Confidence="0.9")
    assert answer.gather
    assert line.cases() == ["emergency"]


def test_an_alarm_is_heard_in_a_call_that_is_not_known(line: Line, rosa: OnThePhone) -> None:
    """The tables were restored from an older copy meanwhile."""
    where = rosa.is_known().last.next  # type: ignore[union-attr]
    lost = replace(rosa, sid="CA" + "9" * 32)
    token = line.places.token(lost.sid, line.place_of(where))
    lost.go(f"/twilio/voice/att-1/step/{token}", SpeechResult="I can't breathe", Confidence="0.9")
    assert line.cases() == ["emergency"]


# --- odd and long ---


@pytest.mark.parametrize("words", ODD)
@pytest.mark.parametrize("stage", ["ready", "identity", "question", "confirm", "menu"])
def test_whatever_is_said_makes_twiml_that_the_carrier_runs(line: Line, stage: str, words: str) -> None:
    """A control character would end the call with an error."""
    rosa = line.rings(attempt="inbound" if stage == "menu" else "att-1")
    rosa.picks_up()
    steps = {"ready": (), "identity": ("1",), "question": ("1", BORN), "confirm": ("1", BORN, "4"), "menu": ("1", BORN)}
    for keys in steps[stage]:
        rosa.presses(keys)
    answer = rosa.says(words)
    assert answer.gather
    assert "something went wrong" not in answer.said


@pytest.mark.parametrize("words", ["seven\x00 \ud83d", "my chest hurts \ud83d\x00", "7\x00"])
def test_odd_characters_do_not_keep_an_answer_from_being_stored(line: Line, rosa: OnThePhone, words: str) -> None:
    """No database takes them."""
    rosa.is_known()
    rosa.says(words)
    line.ends()
    assert line.cases() == (["emergency"] if "chest" in words else [])
    assert line.scores() == ([] if "chest" in words else [7])


@pytest.mark.parametrize("stage", ["ready", "question", "confirm"])
def test_chest_pain_at_the_end_of_a_hundred_thousand_letters_is_heard(line: Line, rosa: OnThePhone, stage: str) -> None:
    """Nothing is cut before it is read, and its end is kept."""
    rosa.picks_up()
    for keys in {"ready": (), "question": ("1", BORN), "confirm": ("1", BORN, "4")}[stage]:
        rosa.presses(keys)
    words = "well you know " * 7200 + "I have chest pain"
    assert "dial 9 1 1 now" in rosa.says(words).said
    assert line.cases() == ["emergency"]
    assert line.heard()[-1].endswith("I have chest pain")


@pytest.mark.parametrize("words", ["seven " + "e" * 6000, "a" * 9000 + " seven", "my calf hurts " + "e" * 9000])
def test_an_answer_is_read_back_in_few_words(rosa: OnThePhone, words: str) -> None:
    """However long it was; the carrier speaks no more than 4,096 letters."""
    assert rosa.is_known().says(words, "0.3").gather


@pytest.mark.parametrize("keys", ["1234567890" * 9, "*#*#", "A", "१", "7 7", " 7 "])
@pytest.mark.parametrize("stage", ["ready", "identity", "question", "confirm"])
def test_keys_where_none_are_due_lead_on(line: Line, rosa: OnThePhone, stage: str, keys: str) -> None:
    """No score comes of them but from a single 7."""
    rosa.picks_up()
    for one in {"ready": (), "identity": ("1",), "question": ("1", BORN), "confirm": ("1", BORN, "4")}[stage]:
        rosa.presses(one)
    answer = rosa.presses(keys)
    assert answer.gather or "Goodbye" in answer.said
    line.ends()
    assert set(line.scores()) <= {4, 7}


def test_keys_and_words_in_one_step_are_both_heard(line: Line, rosa: OnThePhone) -> None:
    """Rosa presses a key and cries out."""
    rosa.is_known()
    assert rosa.last is not None
    rosa.go(rosa.last.next, Digits="2", SpeechResult="I can't breathe", Confidence="0.9")
    line.ends()
    assert "emergency" in line.cases()


@pytest.mark.parametrize("sid", ["CA", "x" * 90, "CA\x00", "CA\ud83d", "ñ"])
def test_a_call_with_an_odd_name_is_answered(line: Line, sid: str) -> None:
    """At worst with sorry and the emergency number."""
    answer = line.rings(attempt="att-1", sid=sid).picks_up()
    assert "9 1 1" in answer.said
