"""Is each text safe, short and plain enough to be said? Every wording is held to the same rules, es-ES too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from coach.adapters.library.desk import BRACED, SPAIN, Desk, Said, of_text, wordings_of
from coach.adapters.library.grade import ease, grade
from coach.adapters.library.problems import Problem
from coach.adapters.library.templates import Text, TextKind
from coach.core.content import PLACEHOLDERS
from coach.core.model import Language
from coach.core.sms import Encoding, encoding, foreign, segments, tidy

FIRST_SENTENCE = 65
"""The longest first sentence of a text that sends somebody to care: it must survive alone in one part."""

_SENTENCE = re.compile(r"^[¿¡]?.*?[.!?](?=\s|$)")
_CAPITALS = re.compile(r"\b[A-ZÁÉÍÓÚÑ]{3,}\b")
_SYMBOLS_FROM = 0x2190  # arrows, symbols and emoji begin here


def check_wording(desk: Desk) -> Iterator[Problem]:
    """Every problem in the words themselves."""
    for text in desk.texts:
        yield from (of_text(text, sentence) for sentence in _sides(text))
        for said in wordings_of(text):
            for check in _CHECKS:
                yield from (of_text(text, f"{said.name}: {found}") for found in check(desk, said))


def plain_text(said: Said) -> str:
    """A wording as its reading grade is taken: a short word for every placeholder."""
    return BRACED.sub("it" if said.language is Language.EN else "lo", said.words)


def _sides(text: Text) -> Iterator[str]:
    """All wordings name the same values."""
    english, spanish, *regional = wordings_of(text)
    apart = english.placeholders ^ spanish.placeholders
    if apart:
        yield f"{_braced(apart)} stands in one language only; put it into both or neither."
    for said in regional:
        apart = said.placeholders ^ spanish.placeholders
        if apart:
            yield f"{_braced(apart)} stands in one of es and {SPAIN} only; put it into both or neither."


def _braced(names: Iterable[str]) -> str:
    return ", ".join("{" + name + "}" for name in sorted(names))


def _placeholders(desk: Desk, said: Said) -> Iterator[str]:
    unknown = said.placeholders - PLACEHOLDERS
    if unknown:
        yield f"{_braced(unknown)} is not known; use one of {_braced(PLACEHOLDERS)}."
    unmeasured = said.placeholders - unknown - desk.rules.longest.keys() - {"choices"}
    if unmeasured:
        yield f"{_braced(unmeasured)} has no value under [longest] in wording.toml; add one."
    if set("{}") & set(BRACED.sub("", said.words)):
        yield "A brace stands alone; write {name} with both."


def _parts(desk: Desk, said: Said) -> Iterator[str]:
    most = desk.rules.most_parts.get(said.text.kind.value)
    filled = desk.filled(said)
    parts = segments(filled)
    if most is None or parts <= most.of(said.language):
        return
    accents = foreign(filled)
    why = f" (“{accents}” makes it long)" if accents else ""
    yield f"It takes {parts} parts at its longest{why}, {most.of(said.language)} are allowed; shorten it."


def _encoding(desk: Desk, said: Said) -> Iterator[str]:
    filled = desk.filled(said)
    written = said.text.kind is not TextKind.VOICE
    if said.language is Language.EN and written and encoding(filled) is Encoding.UCS2:
        yield f"“{foreign(filled)}” is outside the plain SMS alphabet; write it another way."
    if tidy(said.words) != said.words:
        yield "It has curly quotes, long dashes or control characters; write plain ones."
    if any(ord(c) >= _SYMBOLS_FROM for c in filled):
        yield "It has an emoji or a symbol; use words."


def _reading(desk: Desk, said: Said) -> Iterator[str]:
    rules = desk.rules
    if said.text.kind is TextKind.PAGE or said.text.in_other_language:  # of a few words there is no grade
        return
    if said.language is Language.EN:
        found = grade(plain_text(said))
        if found > rules.highest_grade:
            yield f"It asks for school grade {found:.1f}, at most {rules.highest_grade} is allowed; use shorter words."
        return
    easy = ease(plain_text(said))
    if easy < rules.lowest_ease:
        yield f"It reads at {easy:.0f} of 100, at least {rules.lowest_ease} is wanted; use shorter words and sentences."


def _first_sentence(desk: Desk, said: Said) -> Iterator[str]:
    if said.text.kind is not TextKind.ALARM:
        return
    found = _SENTENCE.match(desk.filled(said))
    if found is None or len(found[0]) > FIRST_SENTENCE:
        yield f"Its first sentence must stand alone in at most {FIRST_SENTENCE} characters; shorten it."


def _banned(desk: Desk, said: Said) -> Iterator[str]:
    for phrase in desk.rules.banned_in(said.language):
        if says(said.words, phrase):
            yield f"“{phrase}” names a disease, belittles, promises or changes a medicine; write it another way."
    for rule in desk.rules.never:
        hit = rule.hit(said.words, said.language)
        if hit is not None:
            yield f"“{hit}”: {rule.why}."


def _gate_wording(desk: Desk, said: Said) -> Iterator[str]:
    for rule in desk.wordings:
        if "*" not in rule.groups and not rule.groups & said.text.template.groups:
            continue
        hits = [phrase for phrase in rule.phrases[said.language] if says(said.words, phrase)]
        if rule.wanted and not hits:
            yield f"Rule {rule.gate} ({rule.title}) wants one of: {', '.join(rule.phrases[said.language])}; add it."
        if not rule.wanted and hits:
            yield f"Rule {rule.gate} ({rule.title}) forbids “{hits[0]}”; write it another way."


def _carrier_words(desk: Desk, said: Said) -> Iterator[str]:
    verbs = "|".join(desk.rules.invites)
    invited = re.findall(rf"\b(?:{verbs})\s+[\"']?(\w+)", said.words, re.IGNORECASE)
    words = {word.upper() for word in invited} | set(_CAPITALS.findall(said.words))
    for word in sorted(words & set(desk.rules.carrier_words) - said.text.carrier_words):
        yield f"The carrier acts on the word {word}; use another, or list it under carrier_words if that is meant."


def says(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a text, as whole words and in any case."""
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE) is not None


_CHECKS: tuple[Callable[[Desk, Said], Iterator[str]], ...] = (
    _placeholders,
    _parts,
    _encoding,
    _reading,
    _first_sentence,
    _banned,
    _gate_wording,
    _carrier_words,
)
