"""The questions about a person that are put by text, and how a short answer to one is read.

Reading is strict on purpose: a text is an answer only when every word of it belongs to one. Whatever else somebody
writes is read as always, and what is not known counts as the careful side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from coach.core.model import Asked, Language, Profile
from coach.core.sms import numbered

COUNTRY = "country"
ELSEWHERE = "other_country"
"""The untold facts of the two questions on the emergency number: whether it is right, and if not, where they live."""

FLUID_LIMIT = "fluid_limit"
_CODES = ("conditions", "medicines")
_LONGEST_PHRASE = 7  # words
_DIGITS = range(7, 16)  # of a telephone number, with or without the country's code
_PHONE = re.compile(r"\+?\d[\d\s().-]{5,}\d")
_SPAN = re.compile(r"\d\s*[-\u2013]\s*\d")
_DENIALS = frozenset({"not", "no", "nor", "never", "nunca", "ni", "t", "nada", "than", "que"})
_DENIED_WITHIN = 4  # words
_FIRST_WORD = re.compile(r"\s*\w+\s*[,.;!]")


class Form(StrEnum):
    """What an answer looks like."""

    YES_NO = "yes_no"
    ONE = "one"  # one option of a numbered list
    MANY = "many"  # any number of them, or none
    NUMBER = "number"
    PHONE = "phone"
    OTHER = "other"  # read as `asked` is read everywhere


class Meaning(StrEnum):
    """What a known phrase says in an answer; an option is meant by its place in the list."""

    SKIP = "skip"
    YES = "yes"
    NO = "no"
    NONE = "none"
    FILLER = "filler"
    DOUBT = "doubt"
    POLITE = "polite"  # takes note of what was said; no yes to a question


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `code` is what it records; empty when it records nothing."""

    code: str = ""
    labels: Mapping[Language, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()  # other names for it, in plain form
    sign: str | None = None  # a sign that choosing it shows
    task: str | None = None  # work for a coordinator that choosing it raises


@dataclass(frozen=True, slots=True)
class When:
    """For whom a question is; what is not known rules nothing out."""

    only_if: Mapping[str, frozenset[str]] = field(default_factory=dict)  # wanted until then, by field of the profile
    never_if: Mapping[str, frozenset[str]] = field(default_factory=dict)
    age_at_most: int | None = None
    weak: bool = False  # not for somebody whose last score is 0

    def ruled_out(self, profile: Profile) -> bool:
        """Whether what is known makes the question pointless."""
        other = any(_known(profile, name) not in ("", *values) for name, values in self.only_if.items())
        never = any(_known(profile, name) in values for name, values in self.never_if.items())
        too_old = self.age_at_most is not None and profile.age is not None and profile.age > self.age_at_most
        return other or never or too_old

    def is_time(self, profile: Profile) -> bool:
        """Whether what the question builds on has been told."""
        return all(_known(profile, name) for name in self.only_if)


def _known(profile: Profile, name: str) -> str:
    return str(getattr(profile, name) or "")


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `text` is the template that puts it, `fact` what it asks for, in plain English for staff."""

    id: str
    text: str
    fact: str
    form: Form
    field: str = ""  # of the profile, or COUNTRY or ELSEWHERE
    asked: Asked = Asked.PROFILE
    options: tuple[Option, ...] = ()
    zero: str | None = None  # what 0 records in a list of which one is chosen, such as no walking aid
    yes: Option = Option()
    no: Option = Option()
    task_below: int | None = None  # a lower number raises the task "under_age"
    when: When = When()
    needed: bool = True  # whether staff hear when it stays unknown, because a safety rule turns on it

    @property
    def codes(self) -> frozenset[str]:
        """The facts that stay untold while this is not answered."""
        if self.field in (COUNTRY, ELSEWHERE):
            return frozenset({self.field})
        found = {option.code for option in (*self.options, self.yes, self.no)} - {""}
        return frozenset(found if self.field in _CODES else ())

    def choices(self, language: Language) -> str:
        """The numbered list as a text shows it."""
        return numbered(option.labels[language] for option in self.options)

    def is_too_low(self, answer: Answer) -> bool:
        """Whether a figure is below what the coach is for, such as the age of a child."""
        return self.task_below is not None and answer.value.isdigit() and int(answer.value) < self.task_below

    def is_told(self, profile: Profile) -> bool:
        """Whether the profile has the answer."""
        if self.codes:
            return profile.untold.isdisjoint(self.codes)
        return bool(self.field) and getattr(profile, self.field) is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text answers. `skipped` also stands for “I do not know”."""

    skipped: bool = False
    options: tuple[Option, ...] = ()
    yes: bool | None = None
    value: str = ""  # a number, the digits of a telephone number, or the code of the one choice


SKIPPED = Answer(skipped=True)


@dataclass(frozen=True, slots=True)
class Onboarding:
    """All questions by id, in the order they are put, and the words in which answers are read."""

    questions: Mapping[str, Question] = field(default_factory=dict)
    phrases: Mapping[str, Meaning] = field(default_factory=dict)
    spoken: Mapping[str, Meaning] = field(
        default_factory=dict
    )  # what they mean in a call, where that is something else
    suddenly: tuple[str, ...] = ()  # how people say in a call that it came on all at once
    joiners: frozenset[str] = frozenset()  # between the numbers of a list; “y” is a yes elsewhere
    numerals: Mapping[str, int] = field(default_factory=dict)

    @property
    def codes(self) -> frozenset[str]:
        """Everything that is untold of somebody of whom nothing is known."""
        return frozenset[str]().union(*(question.codes for question in self.questions.values())) - {ELSEWHERE}

    def untold_of(self, profile: Profile) -> frozenset[str]:
        """What nobody has told when the questions begin: a list in which the form has no mark, not even “none”."""
        empty = {name for name in _CODES if not getattr(profile, name) - {FLUID_LIMIT}}
        fields = empty | {COUNTRY} if profile == Profile() else empty
        questions = (q for q in self.questions.values() if q.field in fields)
        return frozenset[str]().union(*(question.codes for question in questions))

    def of(self, about: str | None) -> Question | None:
        """The question that a check-in is about, if it is one of these."""
        return self.questions.get(about) if about else None

    def read(self, question: Question, said: str, body: str) -> Answer | None:
        """The answer a text gives, or None. `said` is the text in plain form, `body` as it came."""
        words = said.split()
        meant = _meant(words, self._known(question)) if words else None
        if meant == {Meaning.SKIP} or (not words and "?" in body):
            return SKIPPED
        if question.form is Form.YES_NO:
            answer = self.yes_or_no(said, body)
            return None if answer is None else Answer(yes=answer)
        if question.form is Form.PHONE:
            return SKIPPED if meant in ({Meaning.NO}, {Meaning.NONE}) else _phone(body)
        return None if meant is None or _SPAN.search(body) else _chosen(question, meant)

    def is_yes(self, said: str) -> bool:
        """Whether a text is a yes and nothing more, in plain form."""
        words = said.split()
        return bool(words) and _meant(words, self.phrases) == {Meaning.YES}

    def is_polite(self, said: str) -> bool:
        """Whether a text begins by taking note, such as “ok, thanks” or “sure”."""
        words = said.split()
        begins = (self.phrases.get(" ".join(words[:size])) for size in (1, 2, 3))
        return any(meaning in (Meaning.POLITE, Meaning.DOUBT) for meaning in begins)

    def is_none(self, said: str) -> bool:
        """Whether a text says “none of these”, in plain form."""
        words = said.split()
        return bool(words) and _meant(words, self.phrases) in ({Meaning.NONE}, {Meaning.NO, Meaning.NONE})

    def meant_aloud(self, said: str) -> Meaning | None:
        """A yes or a no in a call, in plain form: DOUBT when it is neither, None when a word of it is not known."""
        words = said.split()
        meant = _meant(words, {**self.phrases, **self.spoken}) if words else None
        if not meant:
            return None
        meant = meant if meant == {Meaning.POLITE} else meant - {Meaning.POLITE}
        if meant == {Meaning.YES}:
            return Meaning.YES
        return Meaning.NO if meant <= {Meaning.NO, Meaning.NONE} else Meaning.DOUBT

    def is_sudden(self, said: str) -> bool:
        """Whether a text says, in plain form and without a denial just before, that it came on all at once."""
        words = said.split()
        for phrase in map(str.split, self.suddenly):
            starts = (n for n in range(len(words)) if words[n : n + len(phrase)] == phrase)
            if any(_DENIALS.isdisjoint(words[max(0, n - _DENIED_WITHIN) : n]) for n in starts):
                return True
        return False

    def has_yes(self, said: str) -> bool:
        """Whether a word of a text is a yes by itself."""
        return any(self.phrases.get(word) is Meaning.YES for word in said.split())

    def has_doubt(self, said: str) -> bool:
        """Whether a word of a text throws doubt on the rest."""
        return self._doubts(said.split())

    def yes_or_no(self, said: str, body: str) -> bool | None:
        """A plain yes or no, alone or as the first word of a sentence without a doubt in it."""
        words = said.split()
        meant = _meant(words, self.phrases) if words else None
        if meant in ({Meaning.YES}, {Meaning.NO}):
            return meant == {Meaning.YES}
        first = self.phrases.get(words[0]) if words else None
        goes_on = _FIRST_WORD.match(body) is not None or self.phrases.get(" ".join(words[1:2])) is Meaning.FILLER
        if first not in (Meaning.YES, Meaning.NO) or not goes_on or self._doubts(words):
            return None
        return first is Meaning.YES

    def _doubts(self, words: list[str]) -> bool:
        return any(self.phrases.get(word) in (Meaning.DOUBT, Meaning.SKIP) for word in words)

    def _known(self, question: Question) -> Mapping[str, str]:
        """The phrases that may stand in an answer to this question, with what each means: options by their place."""
        if question.form is Form.YES_NO:
            return self.phrases
        joiners = dict.fromkeys(self.joiners, Meaning.FILLER)
        phrases = {said: Meaning.FILLER if what is Meaning.YES else what for said, what in self.phrases.items()}
        numerals = {word: str(value) if value else Meaning.NONE for word, value in self.numerals.items()}
        return {**phrases, **joiners, **numerals, "0": Meaning.NONE, **dict(_names(question))}


def _names(question: Question) -> Iterator[tuple[str, str]]:
    for place, option in enumerate(question.options, start=1):
        yield str(place), str(place)
        yield from ((word, str(place)) for word in option.words)


def _meant(words: list[str], known: Mapping[str, str]) -> set[str] | None:
    """What the words mean, the longest known phrase first; None when one of them is not known. Fillers mean nothing."""
    found: set[str] = set()
    place = 0
    while place < len(words):
        sizes = range(min(_LONGEST_PHRASE, len(words) - place), 0, -1)
        size = next((n for n in sizes if _phrase(words, place, n) in known or _is_number(words, place, n)), None)
        if size is None:
            return None
        found.add(known.get(_phrase(words, place, size), _phrase(words, place, size)))
        place += size
    return found - {Meaning.FILLER}


def _phrase(words: list[str], place: int, size: int) -> str:
    return " ".join(words[place : place + size])


def _is_number(words: list[str], place: int, size: int) -> bool:
    return size == 1 and words[place].isascii() and words[place].isdigit()


def _chosen(question: Question, meant: set[str]) -> Answer | None:
    match question.form:
        case Form.NUMBER:
            return _number(meant)
        case Form.ONE:
            return _one(question, meant)
        case Form.MANY:
            return _many(question, meant)
    return None


def _number(meant: set[str]) -> Answer | None:
    value = next(iter(meant)) if len(meant) == 1 else ""
    fits = value.isdigit() and len(value) <= len("120") and 1 <= int(value) <= 120  # noqa: PLR2004 - years
    return Answer(value=value) if fits else None


def _one(question: Question, meant: set[str]) -> Answer | None:
    if meant in ({Meaning.NONE}, {Meaning.NO}) and question.zero is not None:
        return Answer(value=question.zero)
    options = _options(question, meant)
    return Answer(options=options, value=options[0].code) if options and len(options) == 1 else None


def _many(question: Question, meant: set[str]) -> Answer | None:
    if meant in ({Meaning.NONE}, {Meaning.NO}, {Meaning.NO, Meaning.NONE}):
        return Answer()
    options = _options(question, meant)
    return Answer(options=options) if options else None


def _options(question: Question, meant: set[str]) -> tuple[Option, ...] | None:
    """The options meant by their places, in order; None when anything else is meant too."""
    places = {place for place in meant if place.isdigit() and 1 <= int(place) <= len(question.options)}
    return tuple(question.options[place - 1] for place in sorted(map(int, places))) if places == meant else None


def _phone(body: str) -> Answer | None:
    runs = [re.sub(r"\D", "", run) for run in _PHONE.findall(body)]
    return Answer(value=runs[0]) if len(runs) == 1 and len(runs[0]) in _DIGITS else None


def recorded(question: Question, answer: Answer, profile: Profile, questions: Mapping[str, Question]) -> Profile:
    """The profile with the answer in it. What was told before is never taken away."""
    if answer.skipped or question.is_too_low(answer):
        return profile
    elsewhere = {ELSEWHERE} if question.field == COUNTRY and answer.yes is False else set[str]()
    untold = (profile.untold - question.codes) | elsewhere
    told = replace(profile, untold=untold, **_told(question, answer, profile))
    pointless = (other.codes for other in questions.values() if other.when.ruled_out(told))
    return replace(told, untold=told.untold.difference(*pointless))


def _told(question: Question, answer: Answer, profile: Profile) -> dict[str, Any]:
    """The fields of the profile that the answer fills; none for the questions on the country."""
    match question.field:
        case "conditions" | "medicines" as name:
            codes = frozenset(option.code for option in taken(question, answer) if option.code)
            return {name: getattr(profile, name) | codes}
        case "fluid_limit" as name:
            limit = frozenset({FLUID_LIMIT} if answer.yes else ())
            return {name: answer.yes, "conditions": profile.conditions | limit}
        case "lives_alone" as name:
            return {name: answer.yes}
        case "age" as name:
            return {name: int(answer.value)}
        case "sex" | "walking_aid" | "clinician_phone" as name:
            return {name: answer.value}
    return {}


def taken(question: Question, answer: Answer) -> tuple[Option, ...]:
    """The options an answer chooses, those of yes and no included."""
    if answer.yes is None:
        return answer.options
    return (question.yes if answer.yes else question.no,)
