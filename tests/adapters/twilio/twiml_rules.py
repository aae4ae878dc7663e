"""Whether the carrier would run a call's TwiML, and whether the person on the line would always be led on.

Verbs and attributes are those that the SDK's builders know: each is called once with everything it takes.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as ET

from twilio.twiml import TwiML
from twilio.twiml.voice_response import VoiceResponse

from coach.adapters.twilio.twiml import DIGIT_PAUSE, MOST_HINTS, MOST_NUMBERS, SPEAKING_RATE
from coach.core.model import Language
from coach.core.voices import Voice, misfit

LARGEST = 64 * 1024  # bytes, error 11750
LONGEST_SAY = 4096  # characters: https://www.twilio.com/docs/voice/twiml/say
LONGEST_HINT = 100  # characters: https://www.twilio.com/docs/voice/twiml/gather#hints
LEADS_ON = frozenset({"Redirect", "Hangup", "Dial"})
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_SPELLED = re.compile(r"(?<!\d)\d(?: \d)+(?!\d)")
_WHOLE = re.compile(r"[1-9]\d*")
_OF_NUMBERS = frozenset({"timeout", "numDigits", "timeLimit", "length", "loop"})
_OF_TRUTH = frozenset({"actionOnEmptyResult", "answerOnBridge", "hangupOnStar", "sequential", "profanityFilter"})


@dataclass(frozen=True)
class Known:
    """An element the SDK can build: its attributes, and the class that builds what stands in it."""

    attributes: frozenset[str]
    builder: type[TwiML]


def check_twiml(document: str) -> None:
    """AssertionError when the carrier would end a call over this document, or nothing would follow it."""
    assert len(document.encode()) <= LARGEST, "larger than the carrier reads"
    assert not _NOT_XML.search(document), "holds a character that XML cannot carry"
    assert "<!DOCTYPE" not in document, "holds a document type"
    root = ET.fromstring(document)  # noqa: S314 - our own answer, without a document type
    assert root.tag == "Response", f"begins with {root.tag}"
    _check_known(root, VoiceResponse)
    _check_way_on(list(root))
    for element in root.iter():
        _CHECKS.get(element.tag, _nothing)(element)


def spoken(document: str) -> str:
    """All words of a document as they are heard, with single blanks."""
    says = ET.fromstring(document).iter("Say")  # noqa: S314 - our own answer
    return " ".join(" ".join("".join(say.itertext()).split()) for say in says)


@cache
def _known(builder: type[TwiML]) -> Mapping[str, Known]:
    """The elements the SDK can build inside of what this class builds, by name."""
    known = {}
    for name, method in vars(builder).items():
        if not name.startswith("_") and inspect.isfunction(method):
            child = method(builder(**_filled(builder.__init__, needed=True)), **_filled(method))
            known[child.name] = Known(frozenset(child.attrs), type(child))
    return known


def _filled(method: Callable[..., object], *, needed: bool = False) -> dict[str, str]:
    """Something for every parameter, or for those that have no default."""
    named = [one for one in list(inspect.signature(method).parameters.values())[1:] if one.kind is not one.VAR_KEYWORD]
    return {one.name: "x" for one in named if one.default is one.empty or not needed}


def _check_known(element: ET.Element, builder: type[TwiML]) -> None:
    known = _known(builder)
    for inner in element:
        assert inner.tag in known, f"{inner.tag} is not known inside {element.tag}"
        unknown = {*inner.attrib} - known[inner.tag].attributes
        assert not unknown, f"unknown in {inner.tag}: {sorted(unknown)}"
        _check_values(inner)
        _check_known(inner, known[inner.tag].builder)


def _check_values(element: ET.Element) -> None:
    for name, value in element.attrib.items():
        assert name not in _OF_NUMBERS or _WHOLE.fullmatch(value), f"{name}={value} is no number"
        assert name not in _OF_TRUTH or value in {"true", "false"}, f"{name}={value} is neither true nor false"
        assert name.lower() != "method" or value in {"GET", "POST"}, f"{name}={value}"


def _check_way_on(verbs: list[ET.Element]) -> None:
    """An empty answer joins two calls or lets one go on; any other says itself how it ends."""
    assert not verbs or verbs[-1].tag in LEADS_ON, f"nothing follows {verbs[-1].tag}"
    for verb, following in pairwise(verbs):
        assert verb.tag not in LEADS_ON, f"{following.tag} is never reached after {verb.tag}"


def _check_gather(gather: ET.Element) -> None:
    assert gather.get("action"), "a Gather without an action comes back to where it was"
    assert gather.get("method") == "POST"
    assert gather.get("actionOnEmptyResult") == "true", "silence would not reach us"
    assert gather.get("numDigits") != "1" or gather.get("finishOnKey") == "", "a single key waits for another"
    hints = [hint for hint in gather.get("hints", "").split(",") if hint]
    assert len(hints) <= MOST_HINTS
    assert all(len(hint) <= LONGEST_HINT for hint in hints)
    if "speech" in gather.get("input", "dtmf"):
        _check_language(gather)


def _check_language(gather: ET.Element) -> None:
    """What is heard is what was spoken; only the way to the other language, said last, is in that one."""
    says = [say.get("language") for say in gather.iter("Say")]
    assert {*says[:1], *says[:-1]} <= {gather.get("language")}, "hears another language"


def _check_dial(dial: ET.Element) -> None:
    assert dial.get("action"), "a Dial without an action leaves the caller without a word"
    assert dial.get("method") == "POST"
    assert dial.get("answerOnBridge") == "true", "the caller would hear silence"
    assert _PHONE.fullmatch(dial.get("callerId", "")), "the carrier refuses this caller id"
    numbers = dial.findall("Number")
    assert 1 <= len(numbers) <= MOST_NUMBERS
    assert all(_PHONE.fullmatch(number.text or "") for number in numbers)
    assert all(number.get("url") and number.get("method") == "POST" for number in numbers), (
        "a mailbox would take the call"
    )


def _check_say(say: ET.Element) -> None:
    words = "".join(say.itertext())
    assert words.strip(), "says nothing"
    assert len(words) <= LONGEST_SAY
    voice = Voice(say.get("language", ""), say.get("voice", ""))
    assert voice.tag[:2] in {*Language}, f"speaks {voice.tag}"
    problem = misfit(voice, Language(voice.tag[:2]))
    assert problem is None, problem
    assert [(inner.tag, inner.get("rate")) for inner in say] == [("prosody", SPEAKING_RATE)], "speaks too fast"
    pauses = sum(found.group().count(" ") for found in _SPELLED.finditer(words))
    assert [found.get("time") for found in say.iter("break")] == [DIGIT_PAUSE] * pauses, "runs digits together"


def _check_redirect(redirect: ET.Element) -> None:
    assert (redirect.text or "").strip(), "leads nowhere"
    assert redirect.get("method") == "POST"


def _nothing(_element: ET.Element) -> None:
    """No rule of its own."""


_CHECKS = {"Gather": _check_gather, "Dial": _check_dial, "Say": _check_say, "Redirect": _check_redirect}
"""Rules of single verbs."""
