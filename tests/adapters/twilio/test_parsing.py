"""Webhook forms as the coach's own values: lenient, storable, and nothing that matters lost."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.adapters.twilio.forms import Form, decode_form
from coach.adapters.twilio.parse import (
    RAW_MOST,
    Detection,
    Dialled,
    parse_answer,
    parse_detection,
    parse_dialled,
    parse_inbound,
    parse_status,
    raw_fields,
    visible,
)
from coach.core.model import Channel, InboundMessage
from coach.ports import MEDIA_FIELD, DeliveryStatus

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROSA, OURS = "+14155550101", "+14155550199"
TEXT = {"MessageSid": "SM" + "1" * 32, "From": ROSA, "To": OURS, "Body": "7 worse", "NumMedia": "0"}


def form_of(**fields: str) -> Form:
    """A form with these fields."""
    return Form(tuple(fields.items()))


def test_a_text_is_read_as_it_was_sent() -> None:
    """Body untrimmed, ids and numbers as they stand."""
    read = parse_inbound(form_of(**TEXT | {"Body": "  7 worse\r\n"}), NOON)
    assert read == InboundMessage("SM" + "1" * 32, ROSA, OURS, "  7 worse\r\n", NOON)


def test_what_the_carrier_already_answered_is_known() -> None:
    """With the carrier's own opt-out handling a second confirmation would be one too many."""
    assert parse_inbound(form_of(**TEXT, OptOutType="Stop"), NOON).opt_out_type == "STOP"


@pytest.mark.parametrize(("given_media", "media"), [("2", 2), ("", 0), ("-1", 0), ("many", 0), ("²", 0), ("9" * 30, 0)])
def test_an_odd_number_of_pictures_does_not_cost_the_text(given_media: str, media: int) -> None:
    """NumMedia is a courtesy."""
    assert parse_inbound(form_of(**TEXT | {"NumMedia": given_media}), NOON).media == media


def test_only_the_id_and_the_sender_are_needed() -> None:
    """Everything else has a careful default."""
    read = parse_inbound(form_of(MessageSid="SM1", From=ROSA), NOON)
    assert read == InboundMessage("SM1", ROSA, "", "", NOON)


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
@pytest.mark.parametrize("blank", ["", "  "])
def test_a_text_without_id_or_sender_is_no_text(missing: str, blank: str) -> None:
    """Neither could be answered or told from a repeat."""
    with pytest.raises(ValueError, match=missing):
        parse_inbound(form_of(**TEXT | {missing: blank}), NOON)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("chest\x00pain", "chest\ufffdpain"),
        ("\ud83d help", "\ufffd help"),
        ("help \udced\udca0\udcbd", "help \ufffd\ufffd\ufffd"),
        ("👩🏽‍🦼 7", "👩🏽‍🦼 7"),
        ("\u202ereversed", "\u202ereversed"),
    ],
)
def test_what_no_database_stores_becomes_visible(body: str, shown: str) -> None:
    """NUL and lone surrogates show as U+FFFD; everything else stays."""
    assert parse_inbound(form_of(**TEXT | {"Body": body}), NOON).body == shown


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_every_body_can_be_stored(body: str) -> None:
    """Any sequence of code points, lone surrogates among them."""
    kept = parse_inbound(form_of(**TEXT | {"Body": body}), NOON).body
    assert "\x00" not in kept
    assert len(kept.encode()) >= len(kept) == len(body)


def test_a_giant_text_is_read_whole() -> None:
    """The words that matter may stand anywhere in it; only the raw fields are cut."""
    body = "I went to the shop and " * 2_000 + "I can't feel my legs" + " and came home" * 2_000
    fields = form_of(**TEXT | {"Body": body})
    assert parse_inbound(fields, NOON).body == body
    assert raw_fields(fields)["Body"] == body[:RAW_MOST]


def test_an_ordinary_text_has_no_fields_of_ours() -> None:
    """What is stored is what was received."""
    assert raw_fields(form_of(**TEXT)) == TEXT


@pytest.mark.parametrize(
    ("number", "kinds", "told"),
    [
        ("1", ["image/jpeg"], "image/jpeg"),
        ("2", ["image/jpeg", "Video/MP4"], "image/jpeg, video/mp4"),
        ("1", ["image/jpeg", "image/png"], "image/jpeg"),
        ("2", ["no kind at all", "text/vcard"], "text/vcard"),
        ("1", [""], None),
        ("0", ["image/jpeg"], None),
        ("999999999", ["image/gif"], "image/gif"),
    ],
)
def test_the_kinds_of_pictures_are_kept_with_their_addresses(number: str, kinds: list[str], told: str | None) -> None:
    """As far as the carrier told them in a form that can be shown."""
    media = {f"MediaContentType{n}": kind for n, kind in enumerate(kinds)} | {"MediaUrl0": "https://x.example/ME1"}
    raw = raw_fields(form_of(**TEXT | {"NumMedia": number} | media))
    assert (raw.get(MEDIA_FIELD), raw["MediaUrl0"]) == (told, "https://x.example/ME1")


@pytest.mark.parametrize(("field", "kept"), [("MessageSid", 80), ("From", 40), ("To", 40)])
def test_an_endless_id_or_number_can_still_be_stored(field: str, kept: int) -> None:
    """No column overflows for it."""
    read = parse_inbound(form_of(**TEXT | {field: "x" * 500}), NOON)
    assert {"MessageSid": read.carrier_id, "From": read.sender, "To": read.recipient}[field] == "x" * kept


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"MessageSid": "SM1", "MessageStatus": "delivered"}, DeliveryStatus("att-1", "SM1", "delivered", None, NOON)),
        (
            {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"},
            DeliveryStatus("att-1", "SM1", "undelivered", 30003, NOON),
        ),
        (
            {"MessageSid": "SM1", "MessageStatus": "Teleported"},
            DeliveryStatus("att-1", "SM1", "teleported", None, NOON),
        ),
        ({"MessageSid": "SM1", "ErrorCode": "none"}, DeliveryStatus("att-1", "SM1", "unknown", None, NOON)),
        ({"CallSid": "CA1", "CallStatus": "no-answer"}, DeliveryStatus("att-1", "CA1", "no-answer", None, NOON)),
    ],
)
def test_a_status_is_kept_whatever_it_says(fields: dict[str, str], status: DeliveryStatus) -> None:
    """Unheard-of statuses and codes are kept, not fatal."""
    assert parse_status("att-1", form_of(**fields), NOON) == status


def test_a_status_without_an_id_is_no_status() -> None:
    """It could not be bound to anything."""
    with pytest.raises(ValueError, match="CallSid"):
        parse_status("att-1", form_of(MessageStatus="sent"), NOON)


@pytest.mark.parametrize(
    ("answered_by", "machine", "recording", "fax"),
    [
        ("human", False, False, False),
        ("unknown", False, False, False),
        ("machine_start", True, False, False),
        ("machine_end_beep", True, True, False),
        ("machine_end_silence", True, True, False),
        ("Machine_End_Other", True, True, False),
        ("fax", False, False, True),
        ("", False, False, False),
        ("robot", False, False, False),
    ],
)
def test_only_what_the_carrier_calls_a_machine_is_one(
    answered_by: str, *, machine: bool, recording: bool, fax: bool
) -> None:
    """Whoever is not known to be a machine is spoken to as a person."""
    read = parse_detection(form_of(CallSid="CA1", AnsweredBy=answered_by, MachineDetectionDuration="5120"))
    assert (read.carrier_id, read.is_machine, read.is_recording, read.is_fax) == ("CA1", machine, recording, fax)


def test_a_detection_that_tells_nothing_is_unknown() -> None:
    """And one without a call is none."""
    assert parse_detection(form_of(CallSid="CA1")) == Detection("CA1", "unknown")
    with pytest.raises(ValueError, match="CallSid"):
        parse_detection(form_of(AnsweredBy="human"))


@pytest.mark.parametrize(
    ("fields", "talked"),
    [
        ({"DialCallStatus": "completed", "DialBridged": "true", "DialCallDuration": "61"}, True),
        ({"DialCallStatus": "answered"}, True),
        ({"DialCallStatus": "completed", "DialBridged": "false", "DialCallDuration": "9"}, False),
        ({"DialCallStatus": "no-answer"}, False),
        ({"DialCallStatus": "busy"}, False),
        ({"DialCallStatus": "failed"}, False),
        ({"DialCallStatus": "canceled"}, False),
        ({"DialCallStatus": "teleported", "DialBridged": "true"}, False),
        ({}, False),
    ],
)
def test_somebody_who_answered_and_declined_has_not_talked(fields: dict[str, str], *, talked: bool) -> None:
    """Nor has an answering machine that heard the whisper."""
    assert parse_dialled(form_of(CallSid="CA1", **fields)).talked is talked


def test_how_dialling_ended_is_read_whole() -> None:
    """What is odd is left out."""
    told = {"DialCallStatus": "Completed", "DialCallSid": "CA2", "DialCallDuration": "61", "DialBridged": "TRUE"}
    assert parse_dialled(form_of(CallSid="CA1", **told)) == Dialled("CA1", "completed", "CA2", 61, bridged=True)
    odd = {"DialCallStatus": "busy", "DialCallSid": "", "DialCallDuration": "-1", "DialBridged": "perhaps"}
    assert parse_dialled(form_of(CallSid="CA1", **odd)) == Dialled("CA1", "busy", None, None, bridged=None)


def test_an_attempt_in_an_address_is_made_storable() -> None:
    """The address is somebody's text as well."""
    assert parse_status("a\x00" + "b" * 500, form_of(MessageSid="SM1"), NOON).attempt_id == "a\ufffd" + "b" * 198


@pytest.mark.parametrize(
    ("fields", "body", "confidence"),
    [
        ({"Digits": "7"}, "7", None),
        ({"Digits": "7", "Confidence": "0.9"}, "7", None),
        ({"SpeechResult": "about seven", "Confidence": "0.83"}, "about seven", 0.83),
        ({"SpeechResult": "siete"}, "siete", None),
        ({"SpeechResult": "siete", "Confidence": "nan"}, "siete", None),
        ({"SpeechResult": "siete", "Confidence": "7"}, "siete", None),
        ({"Digits": "7", "SpeechResult": "and help me", "Confidence": "0.5"}, "7 and help me", 0.5),
    ],
)
def test_an_answer_is_keys_or_speech_or_both(fields: dict[str, str], body: str, confidence: float | None) -> None:
    """Confidence belongs to speech alone and may be absent or senseless."""
    read = parse_answer(form_of(CallSid="CA1", **fields), ROSA, OURS, "3", NOON)
    assert read is not None
    assert read.carrier_id.startswith("CA1-")
    assert read.carrier_id.endswith("-3")
    again = InboundMessage(read.carrier_id, ROSA, OURS, body, NOON, Channel.VOICE, confidence=confidence)
    assert read == again


def test_other_words_at_the_same_step_are_another_answer_and_a_repeat_is_the_same() -> None:
    """A repeated webhook changes nothing; two different cries are both kept."""
    first, again, other = (
        parse_answer(form_of(CallSid="CA1", SpeechResult=words), ROSA, OURS, "3", NOON)
        for words in ("help", "help", "I can't breathe")
    )
    assert first is not None
    assert other is not None
    assert first == again
    assert first.carrier_id != other.carrier_id


@pytest.mark.parametrize("fields", [{}, {"Digits": ""}, {"SpeechResult": "  "}, {"msg": "Gather End"}])
def test_silence_is_no_answer(fields: dict[str, str]) -> None:
    """Nothing to read, nothing to store."""
    assert parse_answer(form_of(CallSid="CA1", **fields), ROSA, OURS, "3", NOON) is None


def test_a_form_keeps_blank_values_and_every_character() -> None:
    """A signature covers blank fields and blanks at the ends."""
    pairs = (("Body", " ñ 👍\r\n+&= "), ("FromCity", ""))
    assert decode_form(urlencode(pairs).encode()) == Form(pairs)


@pytest.mark.parametrize("body", [b"Body", b"a=1&&b=2", b"&", b"=".join([b"&a"] * 600)])
def test_a_form_that_is_not_well_formed_is_refused(body: bytes) -> None:
    """No field without `=`, no empty field, no flood of fields."""
    with pytest.raises(ValueError, match=r"."):
        decode_form(body)


def test_bytes_that_are_no_text_survive_reading_the_form() -> None:
    """They are signed like all others, and shown as U+FFFD once the form is believed."""
    form = decode_form(b"Body=help%ED%A0%80\xff")
    assert form.get("Body").encode("utf-8", "surrogateescape") == b"help\xed\xa0\x80\xff"
    assert visible(form.get("Body")) == "help\ufffd\ufffd\ufffd\ufffd"
