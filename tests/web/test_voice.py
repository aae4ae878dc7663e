"""The dialogue of a call: neutral until a key is pressed, patient with silence, and never without a next step."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
from fastapi import APIRouter, FastAPI

from coach.adapters.library.carrier import load_voice_script
from coach.adapters.twilio import Verifier
from coach.core.model import Asked, Channel, InboundMessage, Language
from coach.web.call_notes import CallNotes
from coach.web.voice import voice
from tests.adapters.twilio.posting import ACCOUNT, TOKEN, URL, Poster, signature_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROSA, JUAN, OURS = "+14155550101", "+14155550102", "+14155550199"
CALL = "CA" + "1" * 32
SCRIPT = load_voice_script(
    Path(__file__).parents[2] / "messages" / "carrier.toml", "Harbor Clinic", "+14155550123", "911"
)


@dataclass(frozen=True)
class Line:
    """What the coach wants said."""

    language: Language
    lines: tuple[str, ...]
    asked: Asked | None


class RecordingCoach:
    """Stands in for the coach: knows Rosa, who speaks English, and Juan, who speaks Spanish; asks two questions."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self.heard: dict[str, InboundMessage] = {}
        self.opened: list[str] = []
        self.answered_by: dict[str, str] = {}
        self.talked: dict[str, datetime] = {}
        self.after_answer: Line | None = None
        self.is_down = False

    def greeting(self, phone: str) -> Line:
        """Neutral words; no question for a number nobody knows."""
        self._fail_when_down()
        if phone not in {ROSA, JUAN}:
            return Line(Language.EN, ("This is an automated line.",), None)
        words = {ROSA: "Harbor Clinic calling. Press 1.", JUAN: "Llama Harbor Clinic. Oprima 1."}
        return Line(self._language(phone), (words[phone],), Asked.IDENTITY)

    def open_call(self, phone: str) -> Line:
        """The first question."""
        self._fail_when_down()
        self.opened.append(phone)
        return Line(self._language(phone), ("From 0 to 10, how weak are your legs?",), Asked.WEAKNESS)

    def receive(self, message: InboundMessage, raw: Mapping[str, str]) -> Line:
        """The second question after the first answer, goodbye after the second; a repeat gives the same."""
        self._fail_when_down()
        assert raw["CallSid"] == CALL
        self.heard.setdefault(message.carrier_id, message)
        if self.after_answer:
            return self.after_answer
        if message.carrier_id.endswith("-1"):
            return Line(self._language(message.sender), ("Any new sign? Press 1 for yes.",), Asked.RED_FLAG)
        return Line(self._language(message.sender), ("Thank you. Goodbye.",), None)

    def cannot_wait(self, message: InboundMessage) -> bool:
        """Only this sentence is grave, and on no list of words."""
        return message.body == "my face is drooping"

    def phone_of(self, attempt_id: str) -> str | None:
        """Whose calls these are."""
        self._fail_when_down()
        return {"att-rosa": ROSA, "att-juan": JUAN}.get(attempt_id)

    def note_call(self, attempt_id: str, *, answered_by: str | None = None, talked_at: datetime | None = None) -> None:
        """Keep what is told of a call."""
        self._fail_when_down()
        if answered_by:
            self.answered_by[attempt_id] = answered_by
        if talked_at:
            self.talked[attempt_id] = talked_at

    def _language(self, phone: str) -> Language:
        return Language.ES if phone == JUAN else Language.EN

    def _fail_when_down(self) -> None:
        if self.is_down:
            secret = f"{ROSA} said something private"
            raise ConnectionError(secret)


@dataclass(frozen=True)
class Phone:
    """One end of a call: does a step of it and reads the TwiML that comes back."""

    carrier: Poster
    person: str = ROSA
    inbound: bool = False

    def go(self, where: str, **heard: str) -> Twiml:
        """Post a step with what was pressed or said."""
        ends = {"From": self.person, "To": OURS} if self.inbound else {"From": OURS, "To": self.person}
        call = {"AccountSid": ACCOUNT, "CallSid": CALL, "CallStatus": "in-progress", **ends}
        answer = self.carrier.post(where, {**call, **heard})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        return Twiml(answer.text)


@dataclass(frozen=True)
class Twiml:
    """An answer, looked at as the carrier would."""

    document: str

    @property
    def verbs(self) -> list[ET.Element]:
        """The instructions; the document is well formed."""
        root = ET.fromstring(self.document)  # noqa: S314 - our own answer
        assert root.tag == "Response"
        return list(root)

    @property
    def said(self) -> str:
        """Everything spoken."""
        root = ET.fromstring(self.document)  # noqa: S314 - our own answer
        return " ".join(say.text or "" for say in root.iter("Say"))

    @property
    def gather(self) -> dict[str, str]:
        """How an answer is listened for."""
        (gather,) = (verb for verb in self.verbs if verb.tag == "Gather")
        return dict(gather.attrib)

    @property
    def next(self) -> str:
        """The address of the next step."""
        return self.gather["action"]

    @property
    def ends(self) -> bool:
        """True when the call is over after this."""
        return self.verbs[-1].tag == "Hangup" and not any(verb.tag in {"Gather", "Redirect"} for verb in self.verbs)


def path_of(address: str) -> str:
    """An address without its query."""
    return urlsplit(address).path


@pytest.fixture
def coach() -> RecordingCoach:
    """A coach that has heard nothing."""
    return RecordingCoach()


def routes(coach: RecordingCoach, url: str) -> APIRouter:
    """The routes of that coach at a public address."""
    notes = CallNotes(coach, lambda: NOON)
    return voice(coach, Verifier((TOKEN,), url, ACCOUNT), lambda: NOON, SCRIPT, notes)


@pytest.fixture
def carrier(coach: RecordingCoach) -> Poster:
    """The carrier, posting to the routes of that coach."""
    app = FastAPI()
    app.include_router(routes(coach, URL))
    return Poster(app)


@pytest.fixture
def rosa(carrier: Poster) -> Phone:
    """Rosa, whom we called."""
    return Phone(carrier)


@pytest.fixture
def juan(carrier: Poster) -> Phone:
    """Juan, whom we called."""
    return Phone(carrier, JUAN)


@pytest.fixture
def rosa_rings(carrier: Poster) -> Phone:
    """Rosa, who called us."""
    return Phone(carrier, ROSA, inbound=True)


def test_a_call_begins_with_neutral_words_and_one_key(rosa: Phone, coach: RecordingCoach) -> None:
    """Whoever picked up learns only who calls."""
    first = rosa.go("/twilio/voice/att-rosa")
    assert first.said == "Harbor Clinic calling. Press 1."
    assert path_of(first.next) == "/twilio/voice/att-rosa/ready/1"
    assert first.gather["numDigits"] == "1"
    assert coach.opened == []


def test_a_call_speaks_and_listens_in_the_persons_language(rosa: Phone, juan: Phone) -> None:
    """Voice and recognition fit together."""
    english, spanish = rosa.go("/twilio/voice/att-rosa"), juan.go("/twilio/voice/att-juan")
    assert (english.gather["language"], spanish.gather["language"]) == ("en-US", "es-US")
    assert 'voice="Polly.Joanna-Neural"' in english.document
    assert 'voice="Polly.Lupe-Neural"' in spanish.document


def test_listening_hears_keys_and_speech_and_reports_silence(rosa: Phone) -> None:
    """Silence must reach us too."""
    gather = rosa.go("/twilio/voice/att-rosa").gather
    assert gather["input"] == "dtmf speech"
    assert gather["actionOnEmptyResult"] == "true"
    assert gather["finishOnKey"] == "#"
    assert gather["timeout"] == "8"
    assert "yes" in gather["hints"].split(",")


def test_an_attempt_nobody_knows_still_talks_to_the_person_on_the_line(rosa: Phone) -> None:
    """After a restore we may have forgotten the attempt, not the person."""
    assert "Press 1" in rosa.go("/twilio/voice/att-lost").said


@pytest.mark.parametrize(
    "answered_by", ["machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other"]
)
def test_an_answering_machine_gets_the_safe_words_once(rosa: Phone, coach: RecordingCoach, answered_by: str) -> None:
    """Organisation and call-back number, nothing else, then hang up."""
    answer = rosa.go("/twilio/voice/att-rosa", AnsweredBy=answered_by)
    assert answer.said == SCRIPT.line("voicemail", Language.EN)
    assert [verb.tag for verb in answer.verbs] == ["Pause", "Say", "Hangup"]
    assert coach.opened == []


def test_a_fax_is_hung_up_on(rosa: Phone) -> None:
    """There is nobody to talk to."""
    assert [verb.tag for verb in rosa.go("/twilio/voice/att-rosa", AnsweredBy="fax").verbs] == ["Hangup"]


@pytest.mark.parametrize("answered_by", ["human", "unknown"])
def test_whoever_may_be_a_person_is_greeted(rosa: Phone, answered_by: str) -> None:
    """Detection is wrong one time in ten."""
    assert "Press 1" in rosa.go("/twilio/voice/att-rosa", AnsweredBy=answered_by).said


@pytest.mark.parametrize(
    "heard",
    [
        {"Digits": "1"},
        {"SpeechResult": "Yes."},
        {"SpeechResult": "I'm ready"},
        {"SpeechResult": "I\u2019m ready!"},
        {"SpeechResult": "Sí"},
        {"SpeechResult": "estoy listo"},
    ],
)
def test_the_first_question_comes_after_key_1_or_a_yes(
    rosa: Phone, coach: RecordingCoach, heard: dict[str, str]
) -> None:
    """In either language."""
    answer = rosa.go("/twilio/voice/att-rosa/ready/1?lang=en", **heard)
    assert "how weak" in answer.said
    assert path_of(answer.next) == "/twilio/voice/att-rosa/turn/1"
    assert (coach.opened, coach.heard) == ([ROSA], {})


@pytest.mark.parametrize("heard", [{}, {"Digits": "5"}, {"Digits": ""}, {"SpeechResult": "who is this"}])
def test_anything_else_is_asked_again_twice_and_then_left_on_the_machine(
    rosa: Phone, coach: RecordingCoach, heard: dict[str, str]
) -> None:
    """Kinder each time; in the end it may be a voicemail box, so only the safe words are said."""
    answers = [rosa.go("/twilio/voice/att-rosa")]
    while not answers[-1].ends:
        answers.append(rosa.go(answers[-1].next, **heard))
    names = ("ready_again", "ready_last", "voicemail")
    assert [answer.said for answer in answers[1:]] == [SCRIPT.line(name, Language.EN) for name in names]
    assert (coach.opened, coach.heard) == ([], {})


def test_asking_again_stays_in_the_language(juan: Phone) -> None:
    """The address carries it from step to step."""
    again = juan.go(juan.go("/twilio/voice/att-juan").next)
    assert again.said == SCRIPT.line("ready_again", Language.ES)


@pytest.mark.parametrize(
    "speech",
    ["Help", "help me I can't breathe", "Ayuda, por favor", "me caí en el baño", "yes but my chest hurts", "call 911"],
)
def test_words_that_may_mean_need_are_read_at_once(rosa: Phone, coach: RecordingCoach, speech: str) -> None:
    """Nobody in need is told to press 1."""
    rosa.go("/twilio/voice/att-rosa/ready/1?lang=en", SpeechResult=speech, Confidence="0.4")
    assert coach.heard[f"{CALL}-ready-1"] == InboundMessage(
        f"{CALL}-ready-1", ROSA, OURS, speech, NOON, Channel.VOICE, confidence=0.4
    )


def test_what_the_coach_finds_grave_is_read_before_any_key(rosa: Phone, coach: RecordingCoach) -> None:
    """Also when none of the alarm words is in it; a machine's greeting is not."""
    rosa.go("/twilio/voice/att-rosa/ready/1?lang=en", SpeechResult="please leave a message")
    assert coach.heard == {}
    rosa.go("/twilio/voice/att-rosa/ready/1?lang=en", SpeechResult="my face is drooping")
    assert [message.body for message in coach.heard.values()] == ["my face is drooping"]


def test_a_machine_that_was_not_detected_is_not_taken_for_the_person(rosa: Phone, coach: RecordingCoach) -> None:
    """Whatever its greeting holds."""
    greeting = "if this is an emergency hang up and dial 911, or leave a message after the beep"
    rosa.go("/twilio/voice/att-rosa/ready/1?lang=en", SpeechResult=greeting)
    assert coach.heard == {}


def test_an_answer_goes_to_the_coach_and_its_words_come_back(rosa: Phone, coach: RecordingCoach) -> None:
    """A key press is a message like a text, with an id of its own."""
    answer = rosa.go("/twilio/voice/att-rosa/turn/1?asked=weakness&lang=en&silent=0", Digits="7")
    assert coach.heard == {f"{CALL}-1": InboundMessage(f"{CALL}-1", ROSA, OURS, "7", NOON, Channel.VOICE)}
    assert answer.said == "Any new sign? Press 1 for yes."
    assert path_of(answer.next) == "/twilio/voice/att-rosa/turn/2"


def test_a_spoken_answer_comes_with_its_confidence(juan: Phone, coach: RecordingCoach) -> None:
    """The coach decides how much a doubtful word is worth."""
    juan.go("/twilio/voice/att-juan/turn/1?asked=weakness&lang=es", SpeechResult="siete", Confidence="0.42")
    assert coach.heard[f"{CALL}-1"] == InboundMessage(
        f"{CALL}-1", JUAN, OURS, "siete", NOON, Channel.VOICE, confidence=0.42
    )


def test_the_call_ends_when_no_question_is_open(rosa: Phone) -> None:
    """The coach's own goodbye, then hang up."""
    answer = rosa.go("/twilio/voice/att-rosa/turn/2?asked=red_flag&lang=en", Digits="2")
    assert (answer.said, answer.ends) == ("Thank you. Goodbye.", True)


def test_a_call_is_never_hung_up_without_a_word(rosa: Phone, coach: RecordingCoach) -> None:
    """When the coach has nothing to say, goodbye is said for it."""
    coach.after_answer = Line(Language.ES, (), None)
    answer = rosa.go("/twilio/voice/att-rosa/turn/2?asked=red_flag&lang=es", Digits="2")
    assert answer.said == SCRIPT.line("goodbye", Language.ES)


@pytest.mark.parametrize(
    ("asked", "line"),
    [("weakness", "not_heard_number"), ("red_flag", "not_heard_key"), ("zone", "not_heard"), ("nonsense", "not_heard")],
)
def test_silence_is_met_twice_without_troubling_the_coach(
    rosa: Phone, coach: RecordingCoach, asked: str, line: str
) -> None:
    """The same step again, then goodbye with the emergency number; nothing is stored."""
    answers = [rosa.go(f"/twilio/voice/att-rosa/turn/3?asked={asked}&lang=en&silent=0")]
    while not answers[-1].ends:
        assert path_of(answers[-1].next) == "/twilio/voice/att-rosa/turn/3"
        answers.append(rosa.go(answers[-1].next, Digits=""))
    assert len(answers) == 3
    assert answers[0].said == answers[1].said == SCRIPT.lines[line][Language.EN]  # type: ignore[index]
    assert "911" in answers[2].said
    assert coach.heard == {}


def test_an_answer_after_silence_is_the_answer_of_that_step(rosa: Phone, coach: RecordingCoach) -> None:
    """Silence does not use up the step's id."""
    again = rosa.go("/twilio/voice/att-rosa/turn/1?asked=weakness&lang=en&silent=0")
    rosa.go(again.next, Digits="4")
    assert list(coach.heard) == [f"{CALL}-1"]


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        (Asked.WEAKNESS, "2"),
        (Asked.RED_FLAG, "1"),
        (Asked.STAIRS, "1"),
        (Asked.EXERCISE, "3"),
        (Asked.CHAIR_STANDS, "2"),
        (Asked.IDENTITY, None),
        (Asked.NOTHING, None),
    ],
)
def test_each_question_waits_for_as_many_keys_as_its_answer_has(
    rosa: Phone, coach: RecordingCoach, asked: Asked, keys: str | None
) -> None:
    """One key ends a yes or no; a score of 10 has room for both digits."""
    coach.after_answer = Line(Language.EN, ("Well?",), asked)
    answer = rosa.go("/twilio/voice/att-rosa/turn/1?asked=weakness&lang=en", Digits="7")
    assert answer.gather.get("numDigits") == keys
    assert parse_qs(urlsplit(answer.next).query)["asked"] == [asked.value]


def test_a_repeated_webhook_gives_the_same_twiml(rosa: Phone, coach: RecordingCoach) -> None:
    """The carrier repeats when it did not hear us; the person must not be asked twice."""
    step = "/twilio/voice/att-rosa/turn/1?asked=weakness&lang=en&silent=0"
    answers = {rosa.go(step, Digits="7").document for _ in range(5)}
    assert (len(answers), len(coach.heard)) == (1, 1)


def test_a_call_to_our_number_is_the_same_dialogue(rosa_rings: Phone, coach: RecordingCoach) -> None:
    """The caller is the person, the called number is ours."""
    first = rosa_rings.go("/twilio/voice/inbound")
    question = rosa_rings.go(first.next, Digits="1")
    rosa_rings.go(question.next, Digits="7")
    assert path_of(first.next) == "/twilio/voice/inbound/ready/1"
    assert path_of(question.next) == "/twilio/voice/inbound/turn/1"
    assert coach.heard[f"{CALL}-1"] == InboundMessage(f"{CALL}-1", ROSA, OURS, "7", NOON, Channel.VOICE)


def test_whatever_a_caller_says_first_is_read(rosa_rings: Phone, coach: RecordingCoach) -> None:
    """Somebody who rings us is no voicemail box."""
    rosa_rings.go("/twilio/voice/inbound/ready/1?lang=en", SpeechResult="my legs just gave out")
    assert coach.heard[f"{CALL}-ready-1"].body == "my legs just gave out"


def test_a_silent_caller_is_told_goodbye_and_the_emergency_number(rosa_rings: Phone) -> None:
    """The voicemail words would make no sense to a caller."""
    last = rosa_rings.go("/twilio/voice/inbound/ready/3?lang=en")
    assert (last.said, last.ends) == (SCRIPT.line("silent_goodbye", Language.EN), True)


def test_an_unknown_caller_hears_the_coachs_words_and_is_hung_up_on(carrier: Poster) -> None:
    """No question is put to a stranger."""
    answer = Phone(carrier, "+14155550000", inbound=True).go("/twilio/voice/inbound")
    assert (answer.said, answer.ends) == ("This is an automated line.", True)


@pytest.mark.parametrize(
    "withheld", ["anonymous", "Restricted", "+", "sip:rosa@example.org", "+1415555\u0660\u0661\u0660\u0661"]
)
@pytest.mark.parametrize("step", ["", "/ready/1", "/turn/1"])
def test_a_caller_without_a_number_hears_the_emergency_number(
    carrier: Poster, coach: RecordingCoach, withheld: str, step: str
) -> None:
    """There is no telling who it is, so nothing is asked or stored."""
    answer = Phone(carrier, withheld, inbound=True).go(f"/twilio/voice/inbound{step}", Digits="1")
    assert (answer.said, answer.ends) == (SCRIPT.line("stranger", Language.EN), True)
    assert (coach.opened, coach.heard) == ([], {})


@pytest.mark.parametrize("step", ["", "/ready/1?lang=en", "/turn/1?asked=weakness&lang=en"])
def test_when_something_breaks_the_caller_still_hears_the_emergency_number(
    rosa: Phone, coach: RecordingCoach, caplog: pytest.LogCaptureFixture, step: str
) -> None:
    """A person is on the line; the operator's log says which call, not who or what."""
    coach.is_down = True
    answer = rosa.go(f"/twilio/voice/att-rosa{step}", Digits="1")
    assert (answer.said, answer.ends) == (SCRIPT.line("sorry", Language.EN), True)
    assert [logged.__dict__["carrier_id"] for logged in caplog.records if logged.name == "coach.web.voice"] == [CALL]
    assert "private" not in caplog.text
    assert ROSA not in caplog.text


@pytest.mark.parametrize(
    "text", ["Call\x0b now\x00", "a & b < c > \"d\" 'e'", "\ud83d", "\ufffe", "ñandú ¿sí? 👍", "]]>", "  ", "<Hangup/>"]
)
def test_whatever_is_spoken_makes_well_formed_twiml(rosa: Phone, coach: RecordingCoach, text: str) -> None:
    """A control character would end the call with an error."""
    coach.after_answer = Line(Language.EN, (text, "And then?"), Asked.WEAKNESS)
    answer = rosa.go("/twilio/voice/att-rosa/turn/1?asked=weakness&lang=en", Digits="7")
    assert answer.said.endswith("And then?")
    assert [verb.tag for verb in answer.verbs] == ["Gather", "Redirect"]


@pytest.mark.parametrize("seed", range(40))
def test_every_call_has_a_next_step_until_it_is_hung_up(rosa: Phone, coach: RecordingCoach, seed: int) -> None:
    """Whatever is pressed, said or kept silent: silence leads where an answer leads, and the call ends."""
    chance = random.Random(seed)
    heard: list[dict[str, str]] = [
        {},
        {"Digits": "1"},
        {"Digits": "*"},
        {"SpeechResult": "help"},
        {"SpeechResult": "hm"},
    ]
    answer, steps = rosa.go("/twilio/voice/att-rosa"), 0
    while not answer.ends:
        coach.after_answer = chance.choice([None, Line(Language.EN, ("More?",), chance.choice(list(Asked)))])
        gather, redirect = answer.verbs
        assert (gather.tag, redirect.tag) == ("Gather", "Redirect")
        assert redirect.text == gather.attrib["action"]
        answer, steps = rosa.go(answer.next, **chance.choice(heard)), steps + 1
        assert steps < 200


def test_a_call_that_goes_in_circles_is_ended(rosa: Phone, coach: RecordingCoach) -> None:
    """Its last answer is still heard by the coach."""
    coach.after_answer = Line(Language.EN, ("Again?",), Asked.WEAKNESS)
    answer = rosa.go("/twilio/voice/att-rosa/turn/40?asked=weakness&lang=en", Digits="7")
    assert (answer.ends, list(coach.heard)) == (True, [f"{CALL}-40"])


def test_addresses_begin_with_the_path_of_the_public_address(coach: RecordingCoach) -> None:
    """A coach that lives below a path is called below it."""
    app = FastAPI()
    app.include_router(routes(coach, URL + "/legs/"))
    fields = {"AccountSid": ACCOUNT, "CallSid": CALL, "From": OURS, "To": ROSA}
    outer = Poster(app).post("/twilio/voice/att-rosa", fields, signature_of("/legs/twilio/voice/att-rosa", fields))
    assert path_of(Twiml(outer.text).next) == "/legs/twilio/voice/att-rosa/ready/1"


@pytest.mark.parametrize("target", ["/twilio/voice/att-rosa", "/twilio/voice/inbound", "/twilio/voice/inbound/turn/1"])
@pytest.mark.parametrize("signature", ["", "A" * 27 + "=", "x" * 5000])
def test_an_unsigned_step_is_forbidden_and_changes_nothing(
    carrier: Poster, coach: RecordingCoach, target: str, signature: str
) -> None:
    """403 and an empty body, as for texts."""
    fields = {"AccountSid": ACCOUNT, "CallSid": CALL, "From": ROSA, "To": OURS, "Digits": "1"}
    answer = carrier.post(target, fields, signature)
    assert (answer.status_code, answer.content) == (403, b"")
    assert (coach.opened, coach.heard) == ([], {})


@pytest.mark.parametrize("answered_by", ["human", "machine_start", "machine_end_silence", "fax", "unknown"])
def test_who_took_a_call_is_kept(rosa: Phone, coach: RecordingCoach, answered_by: str) -> None:
    """In the carrier's words; being greeted is not yet talking."""
    rosa.go("/twilio/voice/att-rosa", AnsweredBy=answered_by)
    assert (coach.answered_by, coach.talked) == ({"att-rosa": answered_by}, {})


def test_where_the_carrier_does_not_say_who_took_a_call_nothing_is_kept(rosa: Phone, coach: RecordingCoach) -> None:
    """Calls that do not ask."""
    rosa.go("/twilio/voice/att-rosa")
    assert (coach.answered_by, coach.talked) == ({}, {})


@pytest.mark.parametrize(
    ("where", "heard"),
    [
        ("ready/1", {"Digits": "1"}),
        ("ready/1", {"Digits": "5"}),
        ("ready/1", {"SpeechResult": "yes"}),
        ("ready/1", {"SpeechResult": "help me"}),
        ("ready/1", {"SpeechResult": "my face is drooping"}),
        ("turn/1", {"Digits": "7"}),
        ("turn/1", {"SpeechResult": "seven"}),
    ],
)
def test_a_key_or_an_answer_says_that_somebody_is_there(
    rosa: Phone, coach: RecordingCoach, where: str, heard: dict[str, str]
) -> None:
    """From then on the call was no missed one."""
    rosa.go(f"/twilio/voice/att-rosa/{where}", **heard)
    assert coach.talked == {"att-rosa": NOON}


@pytest.mark.parametrize(
    ("where", "heard"),
    [
        ("ready/1", {}),
        ("ready/1", {"Digits": ""}),
        ("ready/1", {"SpeechResult": "please leave a message"}),
        ("ready/1", {"SpeechResult": "hi you have reached Bob"}),
        ("turn/1", {}),
    ],
)
def test_silence_and_a_greeting_say_nothing(
    rosa: Phone, coach: RecordingCoach, where: str, heard: dict[str, str]
) -> None:
    """A machine that was not detected must not pass for the person."""
    rosa.go(f"/twilio/voice/att-rosa/{where}", **heard)
    assert coach.talked == {}


def test_calls_that_rang_us_belong_to_no_attempt(rosa_rings: Phone, coach: RecordingCoach) -> None:
    """Nothing was sent that somebody could have missed."""
    rosa_rings.go("/twilio/voice/inbound")
    rosa_rings.go("/twilio/voice/inbound/ready/1", Digits="1")
    rosa_rings.go("/twilio/voice/inbound/turn/1", Digits="7")
    assert (coach.answered_by, coach.talked) == ({}, {})
