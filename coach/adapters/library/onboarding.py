"""messages/onboarding.toml → the questions put on joining, and what `coach check` finds in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pydantic import Field

from coach.adapters.library.problems import Problem, Strict, raise_if_any, read, repeated
from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS, WALKING_AIDS
from coach.core.content import ELSEWHERE as OTHER_NUMBERS
from coach.core.content import Library, render
from coach.core.conversation.meaning import plain
from coach.core.model import Asked, Language
from coach.core.onboarding import COUNTRY, ELSEWHERE, Form, Meaning, Onboarding, Option, Question, When
from coach.core.sms import segments

FILE = "onboarding.toml"
MOST_PARTS = {Language.EN: 2, Language.ES: 4}
"""The most parts of a question with its list."""

_FIELDS: Mapping[str, frozenset[Form]] = {
    "conditions": frozenset({Form.YES_NO, Form.ONE, Form.MANY}),
    "medicines": frozenset({Form.YES_NO, Form.ONE, Form.MANY}),
    "lives_alone": frozenset({Form.YES_NO}),
    "fluid_limit": frozenset({Form.YES_NO}),
    "sex": frozenset({Form.ONE}),
    "walking_aid": frozenset({Form.ONE}),
    "age": frozenset({Form.NUMBER}),
    "clinician_phone": frozenset({Form.PHONE}),
    COUNTRY: frozenset({Form.YES_NO}),
    ELSEWHERE: frozenset({Form.ONE}),
}
_CODES: Mapping[str, Iterable[str]] = {
    "conditions": CONDITION_LABELS,
    "medicines": MEDICINE_LABELS,
    "walking_aid": WALKING_AIDS,
    "sex": ("f", "m"),
}
_LISTS = (Form.ONE, Form.MANY)
_LONGEST = {"em": "112"}


class _Option(Strict):
    code: str = ""
    en: str = Field(min_length=1)
    es: str = Field(min_length=1)
    words: list[str] = Field(default_factory=list)
    sign: str | None = None
    task: str | None = None


class _Answer(Strict):
    code: str = ""
    task: str | None = None


class _Question(Strict):
    id: str = Field(pattern=r"^[a-z_]+$")
    text: str | None = None
    fact: str = Field(min_length=1)
    form: Form = Field(strict=False)
    field: str = ""
    asked: Asked = Field(default=Asked.PROFILE, strict=False)
    options: list[_Option] = Field(default_factory=list, max_length=9)
    zero: str | None = None
    yes: _Answer = _Answer()
    no: _Answer = _Answer()
    task_below: int | None = Field(default=None, ge=1)
    only_if: dict[str, list[str]] = Field(default_factory=dict)
    never_if: dict[str, list[str]] = Field(default_factory=dict)
    age_at_most: int | None = Field(default=None, ge=1)
    weak: bool = False
    needed: bool = True


class _Words(Strict):
    skip: list[str] = Field(min_length=1)
    yes: list[str] = Field(min_length=1)
    no: list[str] = Field(min_length=1)
    none: list[str] = Field(min_length=1)
    fillers: list[str]
    doubts: list[str]
    polite: list[str]
    joiners: list[str]
    numerals: dict[str, int]

    def lists(self) -> tuple[list[str], ...]:
        """The phrases by their meaning, each of which has one."""
        return (self.skip, self.yes, self.no, self.none, self.fillers, self.doubts, self.polite)


class _Spoken(Strict):
    yes: list[str] = Field(min_length=1)
    no: list[str] = Field(min_length=1)
    notes: list[str] = Field(min_length=1)
    doubts: list[str] = Field(min_length=1)
    suddenly: list[str] = Field(min_length=1)

    def lists(self) -> tuple[list[str], ...]:
        """The phrases by their meaning, each of which has one."""
        return (self.yes, self.no, self.notes, self.doubts)


class _File(Strict):
    version: str = Field(min_length=1)
    words: _Words
    spoken: _Spoken
    question: list[_Question] = Field(min_length=1)


def load_onboarding(folder: Path) -> Onboarding:
    """The questions in their order, with the words in which answers are read.

    Raises:
        LibraryError: naming every question to mend.
    """
    problems: list[Problem] = []
    onboarding = read_onboarding(folder, problems)
    raise_if_any(problems, folder)
    return onboarding


def read_onboarding(folder: Path, problems: list[Problem]) -> Onboarding:
    """The same without raising: what cannot be used is left out and goes to `problems`."""
    file = read(folder / FILE, _File, problems)
    if file is None:
        return Onboarding()
    problems += repeated(folder / FILE, "question", [entry.id for entry in file.question])
    problems += (Problem(FILE, entry.id, sentence) for entry in file.question for sentence in _wrong(entry))
    problems += (Problem(FILE, "words", sentence) for sentence in _twice(*file.words.lists()))
    problems += (Problem(FILE, "spoken", sentence) for sentence in _twice(*file.spoken.lists()))
    return Onboarding(
        questions={entry.id: _question(entry) for entry in file.question},
        phrases=_phrases(file.words),
        spoken=_spoken(file.spoken),
        suddenly=tuple(map(plain, file.spoken.suddenly)),
        joiners=frozenset(map(plain, file.words.joiners)),
        numerals={plain(word): value for word, value in file.words.numerals.items()},
    )


def _phrases(words: _Words) -> dict[str, Meaning]:
    lists = (
        (Meaning.FILLER, words.fillers),
        (Meaning.DOUBT, words.doubts),
        (Meaning.NONE, words.none),
        (Meaning.NO, words.no),
        (Meaning.YES, words.yes),
        (Meaning.SKIP, words.skip),
        (Meaning.POLITE, words.polite),
    )
    return {plain(word): meaning for meaning, known in lists for word in known}


def _spoken(words: _Spoken) -> dict[str, Meaning]:
    meanings = (Meaning.YES, Meaning.NO, Meaning.POLITE, Meaning.DOUBT)
    return {plain(word): meaning for meaning, known in zip(meanings, words.lists(), strict=True) for word in known}


def _twice(*listed: list[str]) -> Iterator[str]:
    said = [plain(word) for known in listed for word in known]
    for word in sorted({word for word in said if said.count(word) > 1}):
        yield f"“{word}” stands twice; leave it under one meaning."


def _question(entry: _Question) -> Question:
    return Question(
        id=entry.id,
        text=entry.text or f"onboarding.{entry.id}",
        fact=entry.fact,
        form=entry.form,
        needed=entry.needed,
        field=entry.field,
        asked=entry.asked,
        options=tuple(map(_option, entry.options)),
        zero=entry.zero,
        yes=Option(entry.yes.code, task=entry.yes.task),
        no=Option(entry.no.code, task=entry.no.task),
        task_below=entry.task_below,
        when=When(_sets(entry.only_if), _sets(entry.never_if), entry.age_at_most, entry.weak),
    )


def _option(entry: _Option) -> Option:
    words = frozenset(plain(word) for word in (entry.en, entry.es, *entry.words))
    return Option(entry.code, {Language.EN: entry.en, Language.ES: entry.es}, words, entry.sign, entry.task)


def _sets(lists: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(values) for name, values in lists.items()}


# --- what an author may get wrong -------------------------------------------------------------------------------------


def _wrong(entry: _Question) -> Iterator[str]:
    if (entry.form is Form.OTHER) != (entry.asked is not Asked.PROFILE):
        yield "“asked” belongs to the form other, and only to it; mend one of the two."
    if entry.form is not Form.OTHER and entry.form not in _FIELDS.get(entry.field, ()):
        yield f"An answer of the form {entry.form} cannot go into “{entry.field}”; mend “form” or “field”."
    if (entry.form in _LISTS) != bool(entry.options):
        yield "“options” belong to the forms one and many, and only to them; mend one of the two."
    yield from _wrong_codes(entry)
    yield from _shared_words(entry.options)
    for name in sorted({*entry.only_if, *entry.never_if} - {"sex", "walking_aid"}):
        yield f"A question can depend on sex or walking_aid, not on “{name}”; mend it."


def _wrong_codes(entry: _Question) -> Iterator[str]:
    """A misspelt code would be a fact that no rule knows."""
    given = {o.code for o in entry.options} | {entry.yes.code, entry.no.code, entry.zero or ""}
    if entry.field in _CODES:
        unknown = sorted(given - {"", *_CODES[entry.field]})
        yield from (f"“{entry.field}” has no {code}; mend its spelling." for code in unknown)


def _shared_words(options: list[_Option]) -> Iterator[str]:
    words = [_option(option).words for option in options]
    shared = {word for place, some in enumerate(words) for other in words[:place] for word in some & other}
    for word in sorted(shared):
        yield f"“{word}” names two of the options; leave it under one."


def check_onboarding(onboarding: Onboarding, library: Library, signs: frozenset[str]) -> Iterator[Problem]:
    """Every question without a text, too long a question, and names that lead nowhere."""
    for question in onboarding.questions.values():
        found = _misfits(question, library, signs) if question.text in library.templates else (_no_text(question),)
        yield from (Problem(FILE, question.id, sentence) for sentence in found)


def _no_text(question: Question) -> str:
    return f"There is no text {question.text}; write it in templates/onboarding.toml."


def _misfits(question: Question, library: Library, signs: frozenset[str]) -> Iterator[str]:
    yield from _lengths(question, library)
    told = {option.sign for option in question.options if option.sign}
    for sign in sorted(told - signs) if signs else ():
        yield f"No text can show the sign {sign}; mend its spelling."
    if question.id in signs:
        yield "This is the code of a sign too; give the question another id."
    countries = {option.code for option in question.options if option.code}
    if question.field == ELSEWHERE and countries != library.numbers.keys() - {OTHER_NUMBERS}:
        yield "The options must be the countries of numbers.toml and one for all others; mend one of the two."


def _lengths(question: Question, library: Library) -> Iterator[str]:
    template = library.templates[question.text]
    for language in Language:
        lists = "choices" in template.placeholders(language)
        if lists != bool(question.options):
            yield f"{language.value}: The text must show {{choices}} when there are options, and only then; mend it."
            continue
        parts = segments(render(template, language, {**_LONGEST, "choices": question.choices(language)}))
        if parts > MOST_PARTS[language]:
            most = MOST_PARTS[language]
            yield f"{language.value}: With its list it takes {parts} parts, {most} are allowed; shorten it."
