"""What `coach check` finds in the texts, programmes, gates, numbers and zones of messages/."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coach.adapters.library.content import load_outcomes, read_library
from coach.adapters.library.gates import Wording, read_gates
from coach.adapters.library.grade import grade
from coach.adapters.library.problems import LibraryError, Problem
from coach.adapters.library.programmes import read_programmes
from coach.adapters.library.templates import Text, TextKind, read_texts
from coach.adapters.library.wording import WordingRules, read_needed, read_wording
from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS
from coach.core.content import PLACEHOLDERS, Library
from coach.core.model import Language
from coach.core.programme import Programme
from coach.core.sms import Encoding, encoding, foreign, segments, tidy

FIRST_SENTENCE = 65
"""The longest first sentence of a text that sends somebody to care: it must survive alone in one part."""

_BRACED = re.compile(r"\{([^{}]*)\}")
_SENTENCE = re.compile(r"^[¿¡]?.*?[.!?](?=\s|$)")
_LINK = re.compile(r"https?://|www\.|\b[a-z0-9-]+\.(?:com|org|net|gov|info|health)\b", re.IGNORECASE)
_CAPITALS = re.compile(r"\b[A-ZÁÉÍÓÚÑ]{3,}\b")


@dataclass(frozen=True, slots=True)
class _Desk:
    """All that the checks of one text need."""

    rules: WordingRules
    wordings: tuple[Wording, ...]
    choices: dict[Language, str]  # the longest list of time zones

    def filled(self, text: str, language: Language) -> str:
        """The text as its longest real version would be sent."""
        values = self.rules.longest_values(language) | {"choices": self.choices[language]}
        return tidy(_BRACED.sub(lambda match: values.get(match[1], match[0]), text))


def lint(folder: Path) -> list[Problem]:
    """Every problem found in the texts, gates, numbers, zones, programmes and outcomes of a messages folder."""
    problems: list[Problem] = []
    library = read_library(folder, problems)
    texts = read_texts(folder, [])
    _, wordings = read_gates(folder, [])
    rules = read_wording(folder, problems)
    if rules is not None:
        desk = _Desk(rules, tuple(wordings), {language: _longest_choices(library, language) for language in Language})
        problems += (problem for text in texts for problem in _text(desk, text))
    problems += _missing(library, read_needed(folder, problems))
    programmes = read_programmes(folder, problems)
    problems += _groups(library, programmes)
    problems += _facts(library)
    problems += _codes(programmes, _signs(folder))
    problems += _outcomes(folder)
    return problems


def _longest_choices(library: Library, language: Language) -> str:
    lists = (
        " ".join(f"{number} {choice.label(language)}" for number, choice in enumerate(choices, start=1))
        for choices in library.zones.values()
    )
    return max(lists, key=len, default="")


def _missing(library: Library, needed: Iterable[str]) -> Iterator[Problem]:
    for wanted in needed:
        if wanted not in library.templates:
            yield Problem("needed.toml", wanted, "This text is needed and is in no file of templates/; write it.")


def _groups(library: Library, programmes: dict[str, Programme]) -> Iterator[Problem]:
    for programme in programmes.values():
        for slot in programme.slots:
            for group in filter(None, (slot.group, slot.easy_group)):
                if not library.group(group):
                    sentence = f"No text is in the group {group}; write one or mend the group's name."
                    yield Problem(f"{programme.id}.toml", slot.id, sentence)


def _facts(library: Library) -> Iterator[Problem]:
    """A misspelt fact would silently open a gate."""
    for gate in library.gates.values():
        unknown = (gate.conditions - CONDITION_LABELS.keys()) | (gate.medicines - MEDICINE_LABELS.keys())
        for fact in sorted(unknown):
            yield Problem("gates.toml", gate.id, f"No profile has the fact {fact}; mend its spelling.")


def _codes(programmes: dict[str, Programme], signs: frozenset[str]) -> Iterator[Problem]:
    """A misspelt sign would silently let an exercise prompt through."""
    for programme in programmes.values():
        limits = programme.limits
        codes = limits.fall_codes | limits.sick_codes | limits.crash_codes | limits.clearance_codes
        for code in sorted((codes | limits.step_up_codes) - signs):
            yield Problem(f"{programme.id}.toml", "limits", f"No text can show the sign {code}; mend its spelling.")
        for fact in sorted(limits.crash_conditions - CONDITION_LABELS.keys()):
            yield Problem(f"{programme.id}.toml", "limits", f"No profile has the fact {fact}; mend its spelling.")


def _signs(folder: Path) -> frozenset[str]:
    """The codes of all signs the lexicon can find; its own loader checks everything else about it."""
    codes: set[str] = set()
    for path in (folder / "lexicon").glob("signs_*.toml"):
        with suppress(tomllib.TOMLDecodeError):
            codes.update(tomllib.loads(path.read_text(encoding="utf-8")).get("sign", {}))
    return frozenset(codes)


def _outcomes(folder: Path) -> tuple[Problem, ...]:
    try:
        load_outcomes(folder)
    except LibraryError as error:
        return error.problems
    return ()


def _text(desk: _Desk, text: Text) -> Iterator[Problem]:
    languages = text.template.placeholders(Language.EN) ^ text.template.placeholders(Language.ES)
    if languages:
        yield _problem(text, f"{_braced(languages)} stands in one language only; put it into both or neither.")
    for language in Language:
        for check in _CHECKS:
            yield from (_problem(text, f"{language.value}: {found}") for found in check(desk, text, language))


def _problem(text: Text, sentence: str) -> Problem:
    return Problem(text.file, text.template.id, sentence)


def _braced(names: Iterable[str]) -> str:
    return ", ".join("{" + name + "}" for name in sorted(names))


_Check = Callable[[_Desk, Text, Language], Iterator[str]]


def _placeholders(desk: _Desk, text: Text, language: Language) -> Iterator[str]:
    used = text.template.placeholders(language)
    unknown = used - PLACEHOLDERS
    if unknown:
        yield f"{_braced(unknown)} is not known; use one of {_braced(PLACEHOLDERS)}."
    unmeasured = used - unknown - desk.rules.longest.keys() - {"choices"}
    if unmeasured:
        yield f"{_braced(unmeasured)} has no value under [longest] in wording.toml; add one."
    if "{" in _BRACED.sub("", text.template.text[language]) or "}" in _BRACED.sub("", text.template.text[language]):
        yield "A brace stands alone; write {name} with both."


def _parts(desk: _Desk, text: Text, language: Language) -> Iterator[str]:
    most = desk.rules.most_parts.get(text.kind.value)
    parts = segments(desk.filled(text.template.text[language], language))
    if most is not None and parts > most.of(language):
        yield f"It takes {parts} parts at its longest, {most.of(language)} are allowed; shorten it."


def _encoding(desk: _Desk, text: Text, language: Language) -> Iterator[str]:
    filled = desk.filled(text.template.text[language], language)
    if language is Language.EN and text.kind is not TextKind.VOICE and encoding(filled) is Encoding.UCS2:
        yield f"“{foreign(filled)}” is outside the plain SMS alphabet; write it another way."
    if tidy(text.template.text[language]) != text.template.text[language]:
        yield "It has curly quotes, long dashes or control characters; write plain ones."
    if any(ord(c) >= 0x2190 for c in filled):  # noqa: PLR2004 - arrows, symbols and emoji begin here
        yield "It has an emoji or a symbol; use words."


def _grade(desk: _Desk, text: Text, language: Language) -> Iterator[str]:
    if language is not Language.EN:
        return
    found = grade(_BRACED.sub("it", text.template.text[language]))
    if found > desk.rules.highest_grade:
        yield f"It asks for school grade {found:.1f}, at most {desk.rules.highest_grade} is allowed; use shorter words."


def _first_sentence(desk: _Desk, text: Text, language: Language) -> Iterator[str]:
    if text.kind is not TextKind.ALARM:
        return
    filled = desk.filled(text.template.text[language], language)
    found = _SENTENCE.match(filled)
    if found is None or len(found[0]) > FIRST_SENTENCE:
        yield f"Its first sentence must stand alone in at most {FIRST_SENTENCE} characters; shorten it."
    if _LINK.search(filled):
        yield "A link in a text that sends somebody to care leads away from the call; remove it."


def _banned(desk: _Desk, text: Text, language: Language) -> Iterator[str]:
    said = text.template.text[language]
    for phrase in desk.rules.banned_in(language):
        if _says(said, phrase):
            yield f"“{phrase}” names a disease, belittles, promises or changes a medicine; write it another way."


def _gate_wording(desk: _Desk, text: Text, language: Language) -> Iterator[str]:
    said = text.template.text[language]
    for rule in desk.wordings:
        if "*" not in rule.groups and not rule.groups & text.template.groups:
            continue
        hits = [phrase for phrase in rule.phrases[language] if _says(said, phrase)]
        if rule.wanted and not hits:
            yield f"Rule {rule.gate} ({rule.title}) wants one of: {', '.join(rule.phrases[language])}; add it."
        if not rule.wanted and hits:
            yield f"Rule {rule.gate} ({rule.title}) forbids “{hits[0]}”; write it another way."


def _carrier_words(desk: _Desk, text: Text, language: Language) -> Iterator[str]:
    said = text.template.text[language]
    invited = re.findall(rf"\b(?:{'|'.join(desk.rules.invites)})\s+[\"']?(\w+)", said, re.IGNORECASE)
    words = {word.upper() for word in invited} | set(_CAPITALS.findall(said))
    for word in sorted(words & set(desk.rules.carrier_words) - text.carrier_words):
        yield f"The carrier acts on the word {word}; use another, or list it under carrier_words if that is meant."


def _says(text: str, phrase: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE) is not None


_CHECKS: tuple[_Check, ...] = (
    _placeholders,
    _parts,
    _encoding,
    _grade,
    _first_sentence,
    _banned,
    _gate_wording,
    _carrier_words,
)
