"""Only what the carrier signed, for us, at this address, with its fields where it put them, is believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from coach.adapters.twilio import Verifier
from coach.adapters.twilio.forms import (
    CALL_STATUS,
    DETECTION,
    DIALLED,
    DIALOGUE,
    INBOUND_TEXT,
    TEXT_STATUS,
    Form,
    Webhook,
)

Pairs = tuple[tuple[str, str], ...]

ACCOUNT = "AC" + "a" * 32
TOKEN, OLD_TOKEN = "new-token", "old-token"
URL = "https://coach.example.org"
VERIFIER = Verifier((TOKEN, OLD_TOKEN), URL, ACCOUNT)
TEXT: Pairs = (
    ("ToCountry", "US"),
    ("ToState", "CA"),
    ("SmsMessageSid", "SM" + "1" * 32),
    ("NumMedia", "0"),
    ("ToCity", "SAN FRANCISCO"),
    ("FromZip", "94103"),
    ("SmsSid", "SM" + "1" * 32),
    ("FromState", "CA"),
    ("SmsStatus", "received"),
    ("FromCity", "SAN RAFAEL"),
    ("Body", "Hello, I Fell Down. Can't feel my Left leg! Should I Call?"),
    ("FromCountry", "US"),
    ("To", "+14155550199"),
    ("MessagingServiceSid", "MG" + "5" * 32),
    ("ToZip", ""),
    ("NumSegments", "1"),
    ("MessageSid", "SM" + "1" * 32),
    ("AccountSid", ACCOUNT),
    ("From", "+14155550101"),
    ("ApiVersion", "2010-04-01"),
)
PICTURE: Pairs = (*TEXT, ("MediaUrl0", "https://api.example.org/1.jpg"), ("MediaContentType0", "image/jpeg"))
STATUS: Pairs = (
    ("AccountSid", ACCOUNT),
    ("ApiVersion", "2010-04-01"),
    ("ErrorCode", "30003"),
    ("From", "+14155550199"),
    ("MessageSid", "SM" + "1" * 32),
    ("MessageStatus", "undelivered"),
    ("SmsSid", "SM" + "1" * 32),
    ("SmsStatus", "undelivered"),
    ("To", "+14155550101"),
)
ANSWER: Pairs = (
    ("AccountSid", ACCOUNT),
    ("ApiVersion", "2010-04-01"),
    ("CallSid", "CA" + "1" * 32),
    ("CallStatus", "in-progress"),
    ("Called", "+14155550101"),
    ("Caller", "+14155550199"),
    ("Confidence", "0.91"),
    ("Direction", "outbound-api"),
    ("From", "+14155550199"),
    ("SpeechResult", "I Think it is Seven"),
    ("To", "+14155550101"),
)
CALL: Pairs = (*ANSWER[:6], *ANSWER[7:9], ("CallDuration", "61"), ("SequenceNumber", "3"), ("Timestamp", "Sun"))
DETECTED: Pairs = (
    ("CallSid", "CA" + "1" * 32),
    ("AccountSid", ACCOUNT),
    ("AnsweredBy", "machine_end_beep"),
    ("MachineDetectionDuration", "5120"),
)
PUT_THROUGH: Pairs = (
    *ANSWER[:6],
    ("DialBridged", "true"),
    ("DialCallDuration", "61"),
    ("DialCallSid", "CA" + "2" * 32),
    ("DialCallStatus", "completed"),
    *ANSWER[7:9],
    ("To", "+14155550101"),
)
WHISPER: Pairs = (*ANSWER[:6], ("Digits", "1"), *ANSWER[7:9], ("ParentCallSid", "CA" + "2" * 32), ANSWER[10])
HONEST = [
    pytest.param("/twilio/sms", TEXT, INBOUND_TEXT, id="text"),
    pytest.param("/twilio/sms", PICTURE, INBOUND_TEXT, id="picture"),
    pytest.param("/twilio/status/att-1", STATUS, TEXT_STATUS, id="status"),
    pytest.param("/twilio/voice/att-1/turn/2?asked=weakness&silent=0", ANSWER, DIALOGUE, id="answer"),
    pytest.param("/twilio/call-status/att-1", CALL, CALL_STATUS, id="call status"),
    pytest.param("/twilio/voice/att-1/detected", DETECTED, DETECTION, id="detection"),
    pytest.param("/twilio/voice/att-1/dialled/3", PUT_THROUGH, DIALLED, id="dialled"),
    pytest.param("/twilio/voice/att-1/whisper/3", WHISPER, DIALOGUE, id="whisper"),
]


def sign(target: str, pairs: Pairs, token: str = TOKEN, url: str = URL) -> str:
    """Sign as the carrier does, with the SDK's own arithmetic."""
    return str(RequestValidator(token).compute_signature(url + target, Form(pairs)))


@pytest.mark.parametrize(("target", "pairs", "webhook"), HONEST)
@pytest.mark.parametrize("token", [TOKEN, OLD_TOKEN])
def test_an_honest_webhook_is_accepted(target: str, pairs: Pairs, webhook: Webhook, token: str) -> None:
    """Under either live token, in any order of fields."""
    assert VERIFIER.accepts(target, Form(pairs), sign(target, pairs, token), webhook)
    assert VERIFIER.accepts(target, Form(pairs[::-1]), sign(target, pairs, token), webhook)


def test_the_published_vector_is_accepted() -> None:
    """Twilio's own worked example, with the form it signs."""
    pairs = (
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    )
    webhook = Webhook(frozenset({"CallSid"}), frozenset({"Caller", "Digits", "From", "To"}))
    # the example has no AccountSid, so ours is the empty one here
    verifier = Verifier(("12345",), "https://mycompany.com", "")
    target, signature = "/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert verifier.accepts(target, Form(pairs), signature, webhook)
    assert not verifier.accepts(target, Form((*pairs[:2], ("Digits", "1235"), *pairs[3:])), signature, webhook)


@pytest.mark.parametrize(
    "name", ["ChannelMetadata", "BrandSid", "NewThing", "FromCarrier", "RcsAgentId", "ZoneHint", "A2pCampaign"]
)
def test_a_parameter_the_carrier_adds_one_day_does_not_cost_the_text(name: str) -> None:
    """Unknown parameters may appear at any time."""
    pairs = (*TEXT, (name, "something new"))
    assert VERIFIER.accepts("/twilio/sms", Form(pairs), sign("/twilio/sms", pairs), INBOUND_TEXT)


@pytest.mark.parametrize(
    "body", ["", " ", "From", "To", "MessageSid", "FromCity", "Digits=1&From=+1", "👩🏽‍🦼", "a\x00b"]
)
def test_whatever_a_person_writes_is_no_reason_to_refuse(body: str) -> None:
    """Not even our own field names."""
    pairs = tuple((name, body if name == "Body" else value) for name, value in TEXT)
    assert VERIFIER.accepts("/twilio/sms", Form(pairs), sign("/twilio/sms", pairs), INBOUND_TEXT)


def test_a_broken_character_does_not_cost_the_text() -> None:
    """A form that is not valid UTF-8 is checked over its bytes, which the SDK cannot do."""
    pairs = tuple((name, "help \udced\udca0\udcbd" if name == "Body" else value) for name, value in TEXT)
    letters = URL + "/twilio/sms" + "".join(name + value for name, value in sorted(pairs))
    mac = hmac.new(TOKEN.encode(), letters.encode("utf-8", "surrogateescape"), hashlib.sha1)
    signature = base64.b64encode(mac.digest()).decode()
    assert VERIFIER.accepts("/twilio/sms", Form(pairs), signature, INBOUND_TEXT)
    assert not VERIFIER.accepts("/twilio/status/1", Form(pairs), signature, INBOUND_TEXT)


def flipped_characters(pairs: Pairs, chance: random.Random) -> Iterator[Pairs]:
    """One character of one name or value changed, dropped or doubled."""
    for at, (name, value) in enumerate(pairs):
        for _ in range(6):
            which = chance.choice([0, 1]) if value else 0
            text = (name, value)[which]
            cut = chance.randrange(len(text))
            other = chr(ord(text[cut]) ^ (1 << chance.randrange(7)))
            new = chance.choice([text[:cut] + other + text[cut + 1 :], text[:cut] + text[cut + 1 :], text + text[-1]])
            yield (*pairs[:at], (new, value) if which == 0 else (name, new), *pairs[at + 1 :])


def moved_borders(pairs: Pairs) -> Iterator[Pairs]:
    """The border between a name and its value moved by up to 12 letters either way: signed alike."""
    for at, (name, value) in enumerate(pairs):
        joined = name + value
        for border in range(max(0, len(name) - 12), min(len(joined), len(name) + 12) + 1):
            if border != len(name):
                yield (*pairs[:at], (joined[:border], joined[border:]), *pairs[at + 1 :])


def merged_fields(pairs: Pairs) -> Iterator[Pairs]:
    """Runs of fields, in signing order, merged into the first one: signed alike."""
    ordered = sorted(pairs)
    for start in range(len(ordered)):
        for end in range(start + 2, len(ordered) + 1):
            swallowed = "".join(name + value for name, value in ordered[start + 1 : end])
            first = (ordered[start][0], ordered[start][1] + swallowed)
            yield (*ordered[:start], first, *ordered[end:])


def split_fields(pairs: Pairs) -> Iterator[Pairs]:
    """A value cut in two, its second part posing as a further field: signed alike where the order allows it."""
    for at, (name, value) in enumerate(pairs):
        for cut in range(len(value)):
            for border in range(cut + 1, len(value) + 1):
                yield (*pairs[:at], (name, value[:cut]), (value[cut:border], value[border:]), *pairs[at + 1 :])


def shifted_between_neighbours(pairs: Pairs) -> Iterator[Pairs]:
    """Letters moved between the end of one field and the name of the next in signing order."""
    ordered = sorted(pairs)
    for at in range(len(ordered) - 1):
        (name, value), (following, its) = ordered[at], ordered[at + 1]
        for by in range(1, 5):
            if len(value) >= by:
                yield (*ordered[:at], (name, value[:-by]), (value[-by:] + following, its), *ordered[at + 2 :])
            if len(following) > by:
                yield (*ordered[:at], (name, value + following[:by]), (following[by:], its), *ordered[at + 2 :])


def changed_sets(pairs: Pairs) -> Iterator[Pairs]:
    """A field doubled, dropped, emptied or added."""
    for at, (name, value) in enumerate(pairs):
        yield (*pairs, (name, value))
        yield (*pairs, (name, ""))
        yield (*pairs[:at], *pairs[at + 1 :])
        if value:
            yield (*pairs[:at], (name, ""), *pairs[at + 1 :])
    yield (*pairs, ("Extra", "1"))
    yield (*pairs, ("", ""))
    yield ()


def mutations(pairs: Pairs) -> list[Pairs]:
    """All of the above that are not the same form in another order."""
    made = [
        *flipped_characters(pairs, random.Random(7)),
        *moved_borders(pairs),
        *merged_fields(pairs),
        *split_fields(pairs),
        *shifted_between_neighbours(pairs),
        *changed_sets(pairs),
    ]
    return [mutant for mutant in made if sorted(mutant) != sorted(pairs)]


@pytest.mark.parametrize(("target", "pairs", "webhook"), HONEST)
def test_no_mutated_form_is_accepted(target: str, pairs: Pairs, webhook: Webhook) -> None:
    """A captured signature is good for the captured form alone, though it would cover many others."""
    signature = sign(target, pairs)
    mutants = mutations(pairs)
    accepted = [mutant for mutant in mutants if VERIFIER.accepts(target, Form(mutant), signature, webhook)]
    assert len(mutants) >= 250
    assert accepted == []


def test_there_are_mutations_that_a_signature_alone_would_let_pass() -> None:
    """Else the test above would prove nothing about borders."""
    signature = sign("/twilio/sms", TEXT)
    check = RequestValidator(TOKEN)
    passed = sum(
        bool(check.validate(URL + "/twilio/sms", Form(mutant), signature)) for mutant in mutations(TEXT) if mutant
    )
    assert passed >= 250


def fields_in_the_address(target: str, pairs: Pairs) -> Iterator[tuple[str, Pairs]]:
    """Leading fields, in signing order, moved into the address: signed alike."""
    ordered = sorted(pairs)
    for count in range(1, len(ordered) + 1):
        moved = "".join(name + value for name, value in ordered[:count])
        yield target + moved, tuple(ordered[count:])


@pytest.mark.parametrize(("target", "pairs", "webhook"), HONEST)
def test_fields_moved_into_the_address_are_refused(target: str, pairs: Pairs, webhook: Webhook) -> None:
    """The account id goes first, and a form without ours is not ours."""
    signature = sign(target, pairs)
    moved = list(fields_in_the_address(target, pairs))
    assert not any(VERIFIER.accepts(where, Form(left), signature, webhook) for where, left in moved)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "/",
        "/twilio/sms/",
        "/twilio/sms?",
        "/twilio/sms?a=1",
        "//twilio/sms",
        "/TWILIO/SMS",
        "/twilio/%73ms",
        "x\ud800",
    ],
)
def test_a_signature_is_good_for_its_own_address_only(target: str) -> None:
    """Path and query are taken as they came, nothing is normalised."""
    assert not VERIFIER.accepts(target, Form(TEXT), sign("/twilio/sms", TEXT), INBOUND_TEXT)


@pytest.mark.parametrize(
    "url", ["http://coach.example.org", "https://evil.example.org", "https://coach.example.org:8443", "https://coach"]
)
def test_a_signature_for_another_host_is_refused(url: str) -> None:
    """The public address is the one of the settings."""
    assert not VERIFIER.accepts("/twilio/sms", Form(TEXT), sign("/twilio/sms", TEXT, url=url), INBOUND_TEXT)


def test_another_account_is_refused_even_under_our_token() -> None:
    """A subaccount's texts are not ours."""
    pairs = tuple((name, "AC" + "b" * 32 if name == "AccountSid" else value) for name, value in TEXT)
    assert not VERIFIER.accepts("/twilio/sms", Form(pairs), sign("/twilio/sms", pairs), INBOUND_TEXT)


def test_a_token_that_is_no_longer_live_is_refused() -> None:
    """Rotation ends when the old token is dropped from the settings."""
    only_new = Verifier((TOKEN,), URL, ACCOUNT)
    assert not only_new.accepts("/twilio/sms", Form(TEXT), sign("/twilio/sms", TEXT, OLD_TOKEN), INBOUND_TEXT)


def odd_signatures() -> Sequence[str | None]:
    """Signatures that are none."""
    right = sign("/twilio/sms", TEXT)
    flips = [right[:n] + ("A" if right[n] != "A" else "B") + right[n + 1 :] for n in range(len(right))]
    odd = [None, "", " ", "=", right + " ", " " + right, right[:-1], right + "=", right.lower(), right * 1000]
    return [*odd, "A" * 1_000_000, "\x00" * 28, "é" * 28, "\ud800" * 28, "None", right.replace("=", "%3D"), *flips]


@pytest.mark.parametrize("signature", odd_signatures(), ids=lambda s: repr(s)[:24])
def test_a_signature_that_is_none_is_refused(signature: str | None) -> None:
    """Missing, empty, huge, cut, padded or changed by one letter; none of them raises."""
    assert not VERIFIER.accepts("/twilio/sms", Form(TEXT), signature, INBOUND_TEXT)


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=8), st.text(max_size=40), st.text())
def test_nothing_at_all_raises(pairs: list[tuple[str, str]], target: str, signature: str) -> None:
    """Whatever cannot be checked is refused."""
    account = ("AccountSid", ACCOUNT)
    assert not VERIFIER.accepts(target, Form((account, *pairs)), signature or "A" * 27 + "=", INBOUND_TEXT)


def test_a_verifier_without_a_token_is_not_made() -> None:
    """An empty token would sign for everybody."""
    with pytest.raises(ValueError, match="auth token"):
        Verifier(("",), URL, ACCOUNT)
