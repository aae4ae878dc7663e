"""docs/texts: every text in words, both languages side by side, for the clinician who signs them off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from coach.adapters.library.desk import SPAIN, Desk, Said, wordings_of
from coach.adapters.library.grade import ease, grade
from coach.adapters.library.lint_wording import plain_text
from coach.adapters.library.templates import Text, TextKind
from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS
from coach.core.content import Template
from coach.core.model import Language
from coach.core.sms import segments

INDEX = "README.md"
MARK = "Written by `coach check --texts"
"""Stands in every page, so that no other file is ever taken for one."""

_INDEX = """\
# All texts in words

Everything the coach can say, in English and Spanish side by side: one page for each file of `messages/templates/`.

{mark} docs/texts`; do not edit it here. Change the texts in `messages/`, then write all pages again:

```sh
uv run coach check --texts docs/texts
```

A test fails while a page says something else than the coach would.

## Sign-off
**None of these texts has clinical sign-off.** Before live use a licensed clinician reads every page, and beside them
[the safety rules](../sources.md), [what the texts cover](../content.md) and the [first two weeks of six
people](../calendars/README.md); a native speaker reads the Spanish for each market. Whoever signs writes down their
licence, the day and this version of the texts: **{version}**. It changes with every text, gate, telephone number and
time zone. The signature is kept elsewhere: the command writes this page anew.

## How to read a page
Names in braces are filled in when a text is sent: `{{em}}` is the emergency number, `{{choices}}` a numbered list. [For
authors](../../messages/README.md) has them all. “For” says who may get the text; a rule is named by its title in
`messages/gates.toml`. What is not known about a person counts as the careful side. Parts are what the carrier bills, at
the text's longest. The grade of English is Flesch-Kincaid (at most {grade}), the ease of Spanish Fernández Huerta (at
least {ease}).

| page | what its texts do | texts |
|---|---|---|
"""
_KINDS = {
    TextKind.PROMPT: "come unasked, as the programme plans",
    TextKind.REPLY: "answer what a person wrote, or put a question to them",
    TextKind.ALARM: "tell somebody to get care",
    TextKind.VOICE: "are spoken in calls",
    TextKind.PAGE: "tell staff on call about a case",
}
_NAMES = {Language.EN.value: "English", Language.ES.value: "Spanish", SPAIN: "Spanish in Spain"}


def pages(desk: Desk) -> dict[str, str]:
    """Every page by its file name."""
    by_file: dict[str, list[Text]] = {}
    for text in desk.texts:
        by_file.setdefault(text.file, []).append(text)
    found = {_page_of(file): _page(desk, file, texts) for file, texts in by_file.items()}
    return {INDEX: _index(desk, by_file), **found}


def write(folder: Path, made: Mapping[str, str]) -> None:
    """Write the pages into a folder and take away those of texts that are gone; other files stay.

    Raises:
        FileExistsError: another file than a page has the name of one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.name: _is_page(path) for path in folder.glob("*.md")}
    for name in made:
        if not there.get(name, True):
            raise FileExistsError(f"{folder / name} is no page of texts; name another folder.")
    for name in (name for name, is_page in there.items() if is_page and name not in made):
        (folder / name).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


def _is_page(path: Path) -> bool:
    return MARK in path.read_text(encoding="utf-8", errors="replace")


def _page_of(file: str) -> str:
    return f"{PurePath(file).stem}.md"


def _index(desk: Desk, by_file: Mapping[str, list[Text]]) -> str:
    rules = desk.rules
    head = _INDEX.format(mark=MARK, version=desk.library.version, grade=rules.highest_grade, ease=rules.lowest_ease)
    rows = (
        f"| [{PurePath(file).stem}]({_page_of(file)}) | {_KINDS[texts[0].kind]} | {len(texts)} |\n"
        for file, texts in by_file.items()
    )
    return head + "".join(rows)


def _page(desk: Desk, file: str, texts: list[Text]) -> str:
    head = (
        f"# Texts: {PurePath(file).stem.replace('_', ' ')}",
        "",
        f"{MARK} docs/texts` from `messages/templates/{file}`; [how to read this page](README.md#how-to-read-a-page).",
        "Nothing here has clinical sign-off.",
    )
    return "\n".join((*head, *(line for text in texts for line in _block(desk, text)), ""))


def _block(desk: Desk, text: Text) -> Iterator[str]:
    """One text: its id, its words side by side, and what bears on it."""
    said = list(wordings_of(text))
    yield from ("", f"## {text.template.id}", "")
    yield _row(_NAMES.get(one.name, one.name) for one in said)
    yield _row("---" for _ in said)
    yield _row(one.words for one in said)
    yield from _options(desk, text, said)
    yield from ("", f"- For {_for_whom(desk, text.template)}", *(f"- {line}" for line in _more(text.template)))
    yield f"- {_measures(desk, said)} Version {text.template.version}."


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _options(desk: Desk, text: Text, said: Iterable[Said]) -> Iterator[str]:
    """The list that a question on joining shows where {choices} stands."""
    for question in desk.onboarding.questions.values():
        if question.options and question.text == text.template.id:
            yield _row(f"*{question.choices(one.language)}*" for one in said)


def _for_whom(desk: Desk, template: Template) -> str:
    only, never = " and ".join(_titles(desk, template.only)), " or ".join(_titles(desk, template.gates))
    if not only and not never:
        return "everybody."
    whom = f"nobody but people under {only}" if only else "everybody"
    return f"{whom}, but not under {never}." if never else f"{whom}."


def _titles(desk: Desk, gates: frozenset[str]) -> Iterator[str]:
    yield from (f"*{gate.title}*" for gate in desk.library.gates.values() if gate.id in gates)


def _more(template: Template) -> Iterator[str]:
    if template.weeks is not None:
        yield f"In weeks {template.weeks.first} to {template.weeks.last}."
    if template.step is not None:
        yield f"A move of step {template.step}."
    if template.facts:
        labels = {**CONDITION_LABELS, **MEDICINE_LABELS}
        yield f"Comes first to people with: {', '.join(sorted(labels.get(fact, fact) for fact in template.facts))}."
    if template.after:
        yield f"Comes first after somebody told of: {_in_words(template.after)}."
    if template.yes_means is not None:
        yield f"A yes counts as: {_in_words([template.yes_means])}."


def _in_words(signs: Iterable[str]) -> str:
    return ", ".join(sorted(sign.replace("_", " ") for sign in signs))


def _measures(desk: Desk, said: list[Said]) -> str:
    parts = ", ".join(f"{one.name} {segments(desk.filled(one))}" for one in said)
    eased = ", ".join(f"{one.name} {ease(plain_text(one)):.0f}" for one in said if one.language is Language.ES)
    return f"Parts: {parts}. Grade: en {max(0.0, grade(plain_text(said[0]))):.1f}. Ease: {eased}."
