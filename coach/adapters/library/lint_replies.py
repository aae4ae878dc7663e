"""Would the coach understand every reply that a text invites? An invitation it cannot read is a broken promise."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coach.adapters.library.desk import Desk, Said, of_text, wordings_of
from coach.adapters.library.problems import Problem
from coach.adapters.library.templates import Text, TextKind
from coach.core.conversation.meaning import plain
from coach.core.model import Asked, Channel, Intent, Language
from coach.core.reading import Lexicon, read

READ_BY_CODE = frozenset({Asked.PROFILE, Asked.CHANGE, Asked.ZONE, Asked.RED_FLAG})
"""Questions whose simple answers the conversation reads by itself."""

_SIMPLE = re.compile(r"[YNS]|\d{1,3}")
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_CAPITALS = re.compile(r"\b(?:[A-ZÁÉÍÓÚÑ]{2,}|[YNS])\b(?![.:]?\d)")
_RANGE = re.compile(r"\b(\d{1,3}) (?:to|a) (\d{1,3})\b")
_CHOICE = re.compile(r"(?<![\w.,])(\d)(?=\)? [a-záéíóúñ])", re.IGNORECASE)
_EXAMPLE = re.compile(r"(?:\blike|\bfor example:?|\bpor ejemplo:?)\s+(\d+)", re.IGNORECASE)
_ANY_NUMBER = "5"
_UNREAD = frozenset({Intent.UNCLEAR, Intent.QUESTION})


def check_replies(desk: Desk) -> Iterator[Problem]:
    """Every invited reply that would not be understood."""
    if desk.lexicon is None:
        return
    for text in desk.texts:
        if text.kind in (TextKind.VOICE, TextKind.PAGE):  # calls hear keys, and answers of staff are read apart
            continue
        asked = questions(desk, text)
        for said in wordings_of(text):
            for found in _unread(desk, desk.lexicon, said, asked):
                yield of_text(text, f"{said.name}: {found}")


def questions(desk: Desk, text: Text) -> frozenset[Asked]:
    """What may be open when a reply to the text comes."""
    if text.asks is not Asked.NOTHING:
        return frozenset({text.asks})
    if text.template.yes_means is not None:
        return frozenset({Asked.SYMPTOM})
    on_joining = {q.asked for q in desk.onboarding.questions.values() if q.text == text.template.id}
    if on_joining:
        return frozenset(on_joining)
    slots = [slot for programme in desk.programmes.values() for slot in programme.slots]
    asked = {slot.asked for slot in slots if text.template.groups & {slot.group, slot.easy_group}}
    asked |= {a for a in Asked if text.template.id == f"check_in.{a}" or a.value in text.template.groups}
    return frozenset(asked or {Asked.NOTHING})


def invited(desk: Desk, words: str) -> tuple[str, ...]:
    """The replies that a wording invites, each once: words in capitals, menu figures, ranges and examples."""
    verb = re.compile(rf"\b(?:{'|'.join(desk.rules.invites)})\b", re.IGNORECASE)
    number = re.compile(rf"\b(?:{'|'.join(desk.rules.number_words)})\b", re.IGNORECASE)
    found = list(_menu(words))
    for sentence in _SENTENCES.split(words):
        begin = verb.search(sentence)
        if begin is None:
            continue
        call = sentence[begin.end() :]
        figures = [*_range(call), *_first(call), *_EXAMPLE.findall(words)]
        found += [*_CAPITALS.findall(call), *figures]
        if not figures and not _menu(words) and number.search(call):
            found.append(_ANY_NUMBER)
    return tuple(dict.fromkeys(found))


def _menu(words: str) -> list[str]:
    """The figures of a list such as “1 today 2 this week 3 longer”: three or more that count up from 0 or 1."""
    run: list[int] = []
    for figure in map(int, _CHOICE.findall(words)):
        if run and figure == run[-1] + 1:
            run.append(figure)
        elif len(run) < len("123") and figure in (0, 1):
            run = [figure]
    return [str(figure) for figure in run] if len(run) >= len("123") else []


def _range(call: str) -> list[str]:
    found = _RANGE.search(call)
    return [str(figure) for figure in range(int(found[1]), int(found[2]) + 1)] if found else []


def _first(call: str) -> list[str]:
    """A figure right after the verb, as in “Reply 0 if none”."""
    found = re.match(r"\s+(?:with\s+|con\s+)?(\d+)\b", call)
    return [found[1]] if found else []


def _unread(desk: Desk, lexicon: Lexicon, said: Said, asked: frozenset[Asked]) -> Iterator[str]:
    replies = invited(desk, said.words)
    yes = "Y" if said.language is Language.EN else "S"
    if said.text.template.yes_means is not None and yes not in replies:
        yield f"A text with yes_means must invite the reply {yes}; add it."
    for question in sorted(asked):
        lost = [word for word in replies if not _known(desk, lexicon, word, question, said.language)]
        if lost:
            open_now = "when nothing is asked" if question is Asked.NOTHING else f"to the question {question}"
            yield f"The coach would not understand the reply {', '.join(lost)} {open_now}; change it, or mend “asks”."


def _known(desk: Desk, lexicon: Lexicon, word: str, asked: Asked, language: Language) -> bool:
    if asked is Asked.PROFILE and plain(word) in desk.onboarding.phrases:
        return True
    if plain(word) in desk.keywords or (asked in READ_BY_CODE and _SIMPLE.fullmatch(word)):
        return True
    intent = read(word, asked, language, Channel.SMS, lexicon).intent
    return intent is Intent.ANSWER if _SIMPLE.fullmatch(word) else intent not in _UNREAD
