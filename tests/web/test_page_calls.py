"""Calls to staff about a case: keys only, patient twice, harmless when repeated, and never without a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from fastapi import FastAPI

from coach.adapters.library.carrier import LineName, load_voice_script
from coach.adapters.twilio import Verifier
from coach.core.model import Language
from coach.service import PageCall
from coach.web.call_notes import CallNotes
from coach.web.page_calls import page_calls
from tests.adapters.twilio.posting import ACCOUNT, TOKEN, URL, Poster, signature_of
from tests.adapters.twilio.twiml_rules import check_twiml

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANA, OURS = "+12025550190", "+12025550100"
CALL = "CA" + "1" * 32
SCRIPT = load_voice_script(Path(__file__).parents[2] / "messages" / "carrier.toml", "Harbor Clinic", None, "911")
OPEN = "Urgent case, initials R. A. To take it press 1. To pass it on press 2. To hear it again press 9."
SPANISH = "Caso urgente, iniciales R. A. Para tomarlo oprima 1."
START = "/twilio/voice/page/att-ana"


@dataclass
class CaseBook:
    """Stands in for the coach: one open case, and calls about it to Ana, who speaks English, and Luis, who does not."""

    owner: str = ""
    keys: list[tuple[str, str]] = field(default_factory=list)
    talked: list[str] = field(default_factory=list)
    is_down: bool = False
    forgets: bool = False

    def page_call_opened(self, attempt_id: str) -> PageCall | None:
        """What is open, or who has it."""
        if self.is_down:
            private = "Ruth Ames wrote something private"
            raise ConnectionError(private)
        if attempt_id not in {"att-ana", "att-luis"}:
            return None
        if self.owner:
            return PageCall(Language.EN, (f"{self.owner} has it.",))
        return PageCall(Language.ES, (SPANISH,), asks=True) if attempt_id == "att-luis" else self._open()

    def page_key(self, attempt_id: str, key: str) -> PageCall | None:
        """Take it, once; pass it on; say it again."""
        self.keys.append((attempt_id, key))
        if key == "9" and not self.owner:
            return self.page_call_opened(attempt_id)
        words = {"1": "It is yours.", "2": "Passed on."}.get(key, "")
        if key == "1" and not self.owner:
            self.owner = attempt_id.removeprefix("att-")
        return PageCall(Language.EN, (words or f"{self.owner} has it.",))

    def note_call(self, attempt_id: str, *, answered_by: str | None = None, talked_at: datetime | None = None) -> None:
        """Keep that somebody is there."""
        assert (answered_by, talked_at) == (None, NOON)
        if self.forgets:
            raise ConnectionError
        self.talked.append(attempt_id)

    def _open(self) -> PageCall:
        return PageCall(Language.EN, (OPEN,), asks=True)


@dataclass(frozen=True)
class Phone:
    """The phone of somebody on call."""

    carrier: Poster

    def go(self, where: str, **pressed: str) -> Twiml:
        """Post a step with what was pressed."""
        answer = self.carrier.post(where, fields(**pressed))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        check_twiml(answer.text)
        return Twiml(ET.fromstring(answer.text))  # noqa: S314 - our own answer

    def press(self, at: Twiml, key: str) -> Twiml:
        """Press a key where one is waited for."""
        return self.go(at.next, Digits=key)


@dataclass(frozen=True)
class Twiml:
    """An answer, looked at as the carrier would."""

    root: ET.Element

    @property
    def said(self) -> str:
        """Everything spoken."""
        return " ".join("".join(say.itertext()) for say in self.root.iter("Say"))

    @property
    def gather(self) -> dict[str, str]:
        """How a key is waited for."""
        (gather,) = self.root.findall("Gather")
        return dict(gather.attrib)

    @property
    def next(self) -> str:
        """The address of the next step, the same for a key and for silence."""
        (redirect,) = self.root.findall("Redirect")
        assert redirect.text == self.gather["action"]
        return self.gather["action"]

    @property
    def ends(self) -> bool:
        """True when the call is over after this."""
        return [verb.tag for verb in self.root][-1] == "Hangup" and not self.root.findall("Gather")


def fields(**more: str) -> dict[str, str]:
    """The form of a webhook of a call to Ana."""
    call = {"AccountSid": ACCOUNT, "CallSid": CALL, "CallStatus": "in-progress", "From": OURS, "To": ANA}
    return {**call, **more}


def line(name: LineName, language: Language = Language.EN) -> str:
    """One sentence of the file."""
    return SCRIPT.line(name, language)


@pytest.fixture
def book() -> CaseBook:
    """One open case."""
    return CaseBook()


@pytest.fixture
def carrier(book: CaseBook) -> Poster:
    """The carrier, posting to the routes over that case."""
    return carrier_of(book, URL)


def carrier_of(book: CaseBook, url: str) -> Poster:
    """The same at another public address."""
    app = FastAPI()
    notes = CallNotes(book, lambda: NOON)
    app.include_router(page_calls(book, Verifier((TOKEN,), url, ACCOUNT), SCRIPT, notes))
    return Poster(app)


@pytest.fixture
def ana(carrier: Poster) -> Phone:
    """Ana's phone, which we called."""
    return Phone(carrier)


def test_a_page_call_says_what_is_open_and_waits_for_one_key(ana: Phone) -> None:
    """In the words of the coach, and nothing of our own."""
    first = ana.go(START)
    assert first.said == OPEN
    assert urlsplit(first.next).path == f"{START}/key/1"
    assert (first.gather["numDigits"], first.gather["timeout"], first.gather["finishOnKey"]) == ("1", "8", "")


def test_speech_is_not_listened_to(ana: Phone, book: CaseBook) -> None:
    """A machine may say "one"; should its words come all the same, they are no key."""
    first = ana.go(START)
    assert first.gather["input"] == "dtmf"
    assert not {"hints", "language", "speechTimeout"} & set(first.gather)
    ana.go(first.next, SpeechResult="one", Confidence="0.9")
    assert (book.keys, book.owner, book.talked) == ([], "", [])


@pytest.mark.parametrize(("key", "said", "owner"), [("1", "It is yours.", "ana"), ("2", "Passed on.", "")])
def test_a_key_does_what_was_said_and_ends_the_call(
    ana: Phone, book: CaseBook, key: str, said: str, owner: str
) -> None:
    """1 takes it, 2 passes it on."""
    after = ana.press(ana.go(START), key)
    assert (after.said, after.ends) == (said, True)
    assert (book.keys, book.owner, book.talked) == ([("att-ana", key)], owner, ["att-ana"])


def test_key_9_says_it_again_and_waits_again(ana: Phone, book: CaseBook) -> None:
    """As often as somebody likes, within reason."""
    step = ana.go(START)
    for n in range(2, 6):
        step = ana.press(step, "9")
        assert (step.said, urlsplit(step.next).path) == (OPEN, f"{START}/key/{n}")
    assert ana.press(step, "1").said == "It is yours."
    assert book.owner == "ana"


def test_a_call_that_goes_in_a_circle_is_ended(ana: Phone) -> None:
    """A stuck key."""
    step, presses = ana.go(START), 0
    while not step.ends:
        step, presses = ana.press(step, "9"), presses + 1
        assert presses < 50
    assert step.said == line("page_goodbye")


def test_the_same_webhook_twice_asks_the_coach_twice_and_harms_nobody(ana: Phone, book: CaseBook) -> None:
    """The coach says how it stands now."""
    first = ana.go(START)
    assert [ana.press(first, "1").said for _ in range(3)] == ["It is yours."] * 3
    assert book.owner == "ana"
    assert ana.go(START).said == "ana has it."


@pytest.mark.parametrize("pressed", [{}, {"Digits": ""}, {"Digits": "5"}, {"Digits": "#"}, {"Digits": "11"}])
def test_after_silence_or_another_key_it_is_said_once_more_and_then_the_call_ends(
    ana: Phone, book: CaseBook, pressed: dict[str, str]
) -> None:
    """Nobody took it; the coach was not troubled with a key."""
    again = ana.go(ana.go(START).next, **pressed)
    assert again.said == f"{line('page_not_heard')} {OPEN}"
    last = ana.go(again.next, **pressed)
    assert (last.said, last.ends) == (line("page_goodbye"), True)
    assert (book.keys, book.owner, book.talked) == ([], "", [])


def test_a_key_after_silence_counts(ana: Phone, book: CaseBook) -> None:
    """Looking for the key takes a while."""
    ana.press(ana.go(ana.go(START).next), "1")
    assert book.owner == "ana"


def test_silence_after_somebody_else_took_it_ends_with_who_has_it(ana: Phone, book: CaseBook) -> None:
    """What is said is what is true now."""
    first = ana.go(START)
    book.owner = "ben"
    after = ana.go(first.next)
    assert (after.said, after.ends) == ("ben has it.", True)


def test_a_call_speaks_the_language_of_whoever_is_called(ana: Phone) -> None:
    """Also the sentences that are not the coach's."""
    first = ana.go("/twilio/voice/page/att-luis")
    assert first.said == SPANISH
    again = ana.go(first.next)
    assert again.said == f"{line('page_not_heard', Language.ES)} {SPANISH}"
    assert ana.go(again.next).said == line("page_goodbye", Language.ES)


def test_a_call_nobody_knows_any_more_says_so(ana: Phone, book: CaseBook) -> None:
    """After a restore, say."""
    after = ana.go("/twilio/voice/page/att-lost")
    assert (after.said, after.ends, book.keys) == (line("page_unknown"), True, [])


def test_whatever_breaks_somebody_on_the_line_hears_what_to_do(
    ana: Phone, book: CaseBook, caplog: pytest.LogCaptureFixture
) -> None:
    """And the log names nobody."""
    first = ana.go("/twilio/voice/page/att-luis")
    book.is_down = True
    after = ana.go(first.next)
    assert (after.said, after.ends) == (line("page_sorry", Language.ES), True)
    assert "private" not in caplog.text
    assert ANA not in caplog.text


def test_a_note_that_is_lost_costs_no_key(ana: Phone, book: CaseBook) -> None:
    """Taking the case is what matters."""
    book.forgets = True
    assert ana.press(ana.go(START), "1").said == "It is yours."
    assert book.owner == "ana"


@pytest.mark.parametrize("where", [START, f"{START}/key/1?lang=en&silent=0"])
@pytest.mark.parametrize(
    "sign",
    [
        lambda where: signature_of(where + "x", fields(Digits="1")),
        lambda where: signature_of(where, fields(Digits="2")),
        lambda where: signature_of(where, fields(Digits="1"), "https://elsewhere.example"),
        lambda _where: "nonsense",
    ],
)
def test_only_the_carrier_can_press_a_key(
    carrier: Poster, book: CaseBook, where: str, sign: Callable[[str], str]
) -> None:
    """A wrong signature gets an empty 403, and nothing happens."""
    answer = carrier.post(where, fields(Digits="1"), sign(where))
    assert (answer.status_code, answer.content, book.keys, book.talked) == (403, b"", [], [])


def test_a_signed_key_of_one_call_is_no_key_of_another(carrier: Poster, book: CaseBook) -> None:
    """The attempt is in the signed address."""
    signature = signature_of(f"{START}/key/1", fields(Digits="1"))
    answer = carrier.post("/twilio/voice/page/att-luis/key/1", fields(Digits="1"), signature)
    assert (answer.status_code, book.keys) == (403, [])


def test_the_next_step_is_below_the_public_address(book: CaseBook) -> None:
    """Also where the coach is not at the root of its host."""
    carrier = carrier_of(book, f"{URL}/legs")
    answer = carrier.post(START, fields(), signature_of(START, fields(), f"{URL}/legs"))
    assert Twiml(ET.fromstring(answer.text)).next.startswith(f"/legs{START}/key/1?")  # noqa: S314 - our own answer


def test_an_attempt_cannot_leave_its_place_in_the_address(carrier: Poster) -> None:
    """What looks like a query is part of a name nobody knows."""
    answer = carrier.post("/twilio/voice/page/att-ana%3Fx", fields())
    assert line("page_unknown") in answer.text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", ["page_goodbye", "page_not_heard", "page_sorry", "page_unknown"])
def test_the_sentences_of_a_page_call_name_nobody_and_nothing_about_health(name: LineName, language: Language) -> None:
    """A machine may record them."""
    words = set(line(name, language).lower().replace(".", " ").replace(",", " ").split())
    assert not {"leg", "legs", "weak", "pain", "piernas", "dolor", "patient", "paciente"} & words
    assert not any(character.isdigit() for character in line(name, language))
