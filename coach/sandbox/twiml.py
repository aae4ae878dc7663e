"""Reading TwiML: the XML a webhook answers with."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from coach.sandbox.speech import Spoken, spoken

MAXIMUM_BYTES = 64 * 1024


class TwimlError(ValueError):
    """A document that cannot be run; `code` is Twilio's error code."""

    def __init__(self, code: int, message: str) -> None:
        """`message` is one sentence for the network's ledger."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verb:
    """One instruction with its attributes, text and nested instructions; `sound` is that of a Say."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    text: str = ""
    inner: tuple[Verb, ...] = ()
    sound: Spoken | None = None

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute or `default`."""
        return dict(self.attributes).get(name, default)

    def number(self, name: str, default: float) -> float:
        """Return an attribute as a number, or `default` when it is absent or none."""
        try:
            return float(self.get(name))
        except ValueError:
            return default

    def is_true(self, name: str, *, default: bool = False) -> bool:
        """Return an attribute as a truth value."""
        return self.get(name, str(default)).lower() == "true"


def parse(document: str) -> tuple[Verb, ...]:
    """Return the instructions of a document. Raises TwimlError when it is not TwiML."""
    if len(document.encode()) > MAXIMUM_BYTES:
        raise TwimlError(11750, "The answer is larger than 64 KB.")
    if "<!DOCTYPE" in document or "<!ENTITY" in document:
        raise TwimlError(12100, "The answer holds a document type.")
    try:
        root = ET.fromstring(document.strip().encode())  # noqa: S314 - document types are refused above
    except ET.ParseError as error:
        raise TwimlError(12100, "The answer is not well-formed XML.") from error
    if root.tag != "Response":
        raise TwimlError(12102, "The answer does not begin with Response.")
    return tuple(_verb(element) for element in root)


def _verb(element: ET.Element) -> Verb:
    attributes = tuple(element.attrib.items())
    if element.tag == "Say":
        sound = spoken(element)
        return Verb("Say", attributes, sound.text, sound=sound)
    inner = tuple(_verb(child) for child in element)
    written = element.tag in ("Body", "Message") and not any(verb.name == "Body" for verb in inner)
    text = " ".join("".join(element.itertext()).split()) if written else (element.text or "").strip()
    return Verb(element.tag, attributes, text, inner)


def texts(verbs: tuple[Verb, ...]) -> tuple[str, ...]:
    """Return the bodies of the `<Message>` instructions."""
    bodies = (
        next((inner.text for inner in verb.inner if inner.name == "Body"), verb.text)
        for verb in verbs
        if verb.name == "Message"
    )
    return tuple(body for body in bodies if body)
