"""What a call says next, and how it listens: the small steps every stage needs."""

from __future__ import annotations

from dataclasses import replace

from coach.core.call_rules import Hints
from coach.core.calling.values import Ear, Pending, Stage, Step, Turn, Words
from coach.core.conversation import ASKED_IN_CALLS
from coach.core.conversation.moment import Moment
from coach.core.events import Event
from coach.core.model import Asked
from coach.core.spelling import spelled

OF_FIGURES = (Asked.WEAKNESS, Asked.FALLS, Asked.STAIRS)
"""Questions whose answer is a figure, for which 0 is one."""


def text(moment: Moment, template: str, **extra: str) -> str:
    """A sentence of the dialogue; its numbers are for the ear."""
    numbers = {"em": moment.spoken_number(), "crisis": spelled(moment.values()["crisis"])}
    return moment.text(template, **(numbers | extra))


def says(turn: Turn, *templates: str) -> tuple[str, ...]:
    """Sentences of the dialogue, in order."""
    return tuple(text(turn.moment, template) for template in templates)


def waits(  # noqa: PLR0913 - what the next step depends on
    turn: Turn,
    stage: Stage,
    lines: tuple[str, ...],
    ear: Ear,
    *,
    question: tuple[str, ...] | None = None,
    events: tuple[Event, ...] = (),
    pending: Pending | None = None,
    asked: Asked = Asked.NOTHING,
) -> Step:
    """Say the lines and wait in a stage. `question` is what is said again, all lines by default.

    Misses begin anew, unless it is still the same question.
    """
    is_same = asked is not Asked.NOTHING and asked is turn.state.asked
    state = replace(
        turn.state,
        stage=stage,
        words=Words(lines, ear),
        question=lines if question is None else question,
        misses=turn.state.misses if is_same else 0,
        pending=pending,
        asked=asked,
    )
    return Step(state, events)


def again(turn: Turn, *before: str) -> Step:
    """Say once more what is waited for."""
    ear = turn.state.words.ear or Ear()
    return Step(replace(turn.state, words=Words((*before, *turn.state.question), ear)))


def ends(turn: Turn, lines: tuple[str, ...], *events: Event) -> Step:
    """Say the lines and hang up. An answer that waits is kept with the call, and settled when it has ended."""
    state = replace(turn.state, stage=Stage.OVER, words=Words(lines), question=lines, asked=Asked.NOTHING)
    return Step(state, events)


def question_words(turn: Turn, asked: Asked) -> str:
    """A question of the call, as it is put."""
    return text(turn.moment, ASKED_IN_CALLS[asked])


def asks(turn: Turn, asked: Asked, lines: tuple[str, ...], events: tuple[Event, ...] = ()) -> Step:
    """Wait for the answer to a question; only its own words are said again."""
    question = (question_words(turn, asked),)
    return waits(turn, Stage.QUESTION, lines, ear_of(asked), question=question, events=events, asked=asked)


def asks_again(turn: Turn, *events: Event) -> Step:
    """Put the question that is open once more."""
    return asks(turn, turn.state.asked, (question_words(turn, turn.state.asked),), events)


def ear_of(asked: Asked) -> Ear:
    """How an answer is listened for: one key, or words."""
    return Ear(hints=Hints.NUMBER if asked in OF_FIGURES else Hints.CHOICE)
