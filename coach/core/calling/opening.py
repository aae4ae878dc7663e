"""How a call begins: neutral words, one key, and who is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from coach.core.call_rules import Hints, WordList
from coach.core.calling.following import follow
from coach.core.calling.menu import back_later, welcome
from coach.core.calling.saying import again, ends, says, text, waits
from coach.core.calling.speech import digits, in_language, means, other_language, wants_repeat
from coach.core.calling.values import CallState, Ear, Stage, Step, Turn, Words
from coach.core.conversation import Moment, greeting, open_call
from coach.core.conversation.unheard import case_of
from coach.core.events import DetailsChanged, Event, TaskRaised, TimersCleared
from coach.core.handbook import Handbook
from coach.core.model import Channel, Conversation, Language, Participant, TimerKind

_READY = Ear(hints=Hints.READY)
_YEAR_DIGITS = 4
_WRONG_A_DAY = 6  # then nobody is asked any more that day: a year of birth is soon guessed


def begin(conversation: Conversation, handbook: Handbook, now: datetime, *, inbound: bool) -> CallState:
    """The first words of a call, either way: they name us and the emergency number, and nothing else."""
    person = conversation.participant
    moment = Moment(conversation, handbook, now, Channel.VOICE)
    state = CallState(person.language, inbound)
    if not person.status.talks:
        return replace(state, stage=Stage.OVER, words=Words((greeting(conversation, handbook, now).body,)))
    first = text(moment, "call.welcome") if inbound else greeting(conversation, handbook, now).body
    return replace(state, words=Words((first,), _READY, moment.text("voice.other_language")), question=(first,))


def ready(turn: Turn) -> Step:
    """Key 1, or a word for it, goes on; 2 takes the other language; 3 is for later."""
    keys = turn.given.keys
    chosen = _other(turn.state.language) if keys == "2" else other_language(turn)
    if chosen is not None:
        return _who_is_there(in_language(turn, chosen))
    if keys == "1" or means(turn, WordList.READY):
        return _who_is_there(turn)
    if (keys == "3" or means(turn, WordList.LATER)) and _may_wait(turn):
        return back_later(turn)
    if wants_repeat(turn):
        return again(turn)
    return _not_ready(turn)


def _may_wait(turn: Turn) -> bool:
    """Whether calling later is of use: not where they called us, nor while an alarm waits for them."""
    return not turn.state.inbound and case_of(turn.moment) is None


def _other(language: Language) -> Language:
    return next(other for other in Language if other is not language)


def _not_ready(turn: Turn) -> Step:
    """Once more, twice; then it is taken for an answering machine that was not recognised."""
    misses = turn.state.misses + 1
    if misses >= turn.moment.handbook.calls.patience:
        if turn.state.inbound:
            return ends(turn, says(turn, "call.silent_goodbye"))
        over = replace(turn.state, stage=Stage.OVER, words=Words(to_a_machine=True))
        return Step(over)
    last = misses == turn.moment.handbook.calls.patience - 1
    first = "call.ready_again" if _may_wait(turn) else "call.ready_once"
    lines = says(turn, "call.ready_last" if last else first)
    return Step(replace(turn.state, words=Words(lines, _READY), misses=misses))


# --- who is there ---


def _who_is_there(turn: Turn) -> Step:
    """Ask for the PIN or the year of birth; with neither on file nothing more can be said."""
    person = turn.moment.participant
    if not _expected(person):
        missing = TaskRaised(
            "identity_missing",
            "has neither a birth year nor a PIN, so no call can go on",
            f"identity/{turn.moment.today}",
        )
        return ends(turn, says(turn, _unchecked_end(turn, "call.identity_missing")), missing)
    if turn.wrong_before >= _WRONG_A_DAY:
        return ends(turn, says(turn, _unchecked_end(turn, "call.identity_failed")), *_failed(turn))
    ear = Ear(len(person.call_pin) if person.call_pin else _YEAR_DIGITS, hints=Hints.NUMBER)
    return waits(turn, Stage.IDENTITY, says(turn, "call.ask_pin" if person.call_pin else "call.ask_birth_year"), ear)


def _expected(person: Participant) -> str:
    return person.call_pin or (str(person.birth_year) if person.birth_year is not None else "")


def _unchecked_end(turn: Turn, otherwise: str) -> str:
    """An alarm that waits for the person is urged in general words."""
    return otherwise if case_of(turn.moment) is None else "call.alarm_unchecked"


def identity(turn: Turn) -> Step:
    """Take the year of birth or the PIN."""
    chosen = other_language(turn)
    if chosen is not None:
        return _who_is_there(in_language(turn, chosen))
    if wants_repeat(turn, zero=False):
        return again(turn)
    given = digits(turn)
    if not given:
        return _not_given(turn)
    if given == _expected(turn.moment.participant) or _is_among(turn):
        return _identified(turn)
    return _wrong(turn)


def _is_among(turn: Turn) -> bool:
    """Whether the year was said among other figures, as in a whole date."""
    year = turn.moment.participant.birth_year
    return not turn.moment.participant.call_pin and year is not None and str(year) in turn.given.speech.split()


def _not_given(turn: Turn) -> Step:
    misses = turn.state.misses + 1
    if misses >= turn.moment.handbook.calls.patience:
        return ends(turn, says(turn, _unchecked_end(turn, "call.silent_goodbye")))
    step = again(turn, text(turn.moment, "call.identity_again"))
    return replace(step, state=replace(step.state, misses=misses))


def _wrong(turn: Turn) -> Step:
    wrong = turn.state.wrong + 1
    if wrong >= turn.moment.handbook.calls.identity_tries:
        return ends(turn, says(turn, _unchecked_end(turn, "call.identity_failed")), *_failed(turn))
    step = again(turn, text(turn.moment, "call.identity_wrong"))
    return replace(step, state=replace(step.state, wrong=wrong, misses=0))


def _failed(turn: Turn) -> tuple[Event, ...]:
    """Staff find out, and nothing about health goes to this phone by text in the place of the call."""
    because = "somebody in a call did not know the birth year or PIN"
    task = TaskRaised("identity_failed", because, f"identity_failed/{turn.moment.today}")
    return (task, TimersCleared((TimerKind.REMIND,)))


def _identified(turn: Turn) -> Step:
    """It is the person: the alarm that waits, the open question, or what they called for."""
    turn = replace(turn, state=replace(turn.state, identified=True, misses=0))
    kept = DetailsChanged(language=turn.state.language)
    if turn.state.inbound and case_of(turn.moment) is None:
        step = welcome(turn)
    else:
        step = follow(turn, open_call(turn.moment.conversation, turn.moment.handbook, turn.moment.now))
    return replace(step, events=(kept, *step.events))
