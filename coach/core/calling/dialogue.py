"""One step of a call. Whatever cannot wait ends any menu; the rest is up to the stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from coach.core.call_rules import WordList
from coach.core.calling.confirming import confirmed, settled
from coach.core.calling.following import follow, is_alarm
from coach.core.calling.menu import back, decide, leaving, menu
from coach.core.calling.opening import identity, ready
from coach.core.calling.questions import answer, is_grave
from coach.core.calling.saying import ends, says
from coach.core.calling.speech import holds, means, wants_repeat
from coach.core.calling.values import CallState, Given, Stage, Step, Turn, Words
from coach.core.events import DetailsChanged, EscalationRaised, Event, Said, StatusChanged
from coach.core.model import InboundMessage

MOST_TURNS = 60
"""A call that goes on longer is stuck."""

_ACTS = (EscalationRaised, StatusChanged)
_KEPT_ALWAYS = (Stage.QUESTION, Stage.CONFIRM, Stage.MENU, Stage.LEAVING, Stage.CALL_BACK)


def is_kept(stage: Stage, given: Given) -> bool:
    """Whether what came is an answer, to be stored before anything else.

    Birth years and PINs are not, nor what may be a machine's greeting.
    """
    return stage in _KEPT_ALWAYS and bool(given.keys or given.speech)


def may_be_alarm(turn: Turn) -> bool:
    """Whether words said before it is known who is there must be taken as the person's own; they are then stored."""
    if turn.state.stage in _KEPT_ALWAYS or not turn.given.speech or _may_be_machine(turn):
        return False
    said = InboundMessage("", turn.moment.participant.phone, "", turn.given.speech, turn.moment.now)
    spoken = replace(said, channel=turn.moment.channel, confidence=turn.given.confidence)
    return _cries(turn) or is_grave(turn, spoken)


def _cries(turn: Turn) -> bool:
    """Words for help, or that somebody else has this number; once it is known who is there, only the former."""
    is_other = not turn.state.identified and holds(turn, WordList.WRONG_NUMBER)
    return is_other or holds(turn, WordList.ALARM)


def _may_be_machine(turn: Turn) -> bool:
    """Whether words may be a machine's greeting: only the first ones of a call that we made."""
    first = turn.state.stage is Stage.READY and not turn.state.inbound
    return first and holds(turn, WordList.MACHINE)


def go_on(turn: Turn) -> Step:
    """Decide one step. The turn counts on, and a chosen language is kept once it is known who is there."""
    state = replace(turn.state, turn=turn.state.turn + 1, talked=turn.state.talked or turn.message is not None)
    turn = replace(turn, state=state)
    step = _alarm(turn) if _cuts_in(turn) else _STAGES[state.stage](turn)
    if state.turn > MOST_TURNS and step.state.words.ear is not None:
        step = _stuck(turn, step)
    step = replace(step, state=replace(step.state, acted=state.acted or any(isinstance(e, _ACTS) for e in step.events)))
    return _without_idle_change(turn, step)


def _stuck(turn: Turn, step: Step) -> Step:
    """The end of a call that goes in circles: its last answer is taken all the same."""
    lines = step.state.words.lines if is_alarm(step.events) else says(turn, "call.silent_goodbye")
    return ends(replace(turn, state=step.state), lines, *step.events)


def _cuts_in(turn: Turn) -> bool:
    """Before it is known who is there, and between questions, words that cannot wait end the menu.

    So do those after which an answer was settled that ended the call.
    """
    if turn.message is None or not turn.given.speech or turn.state.stage in (Stage.QUESTION, Stage.CONFIRM):
        return False
    if turn.state.stage is Stage.OVER:
        return True
    cries = turn.state.stage is not Stage.CONNECT and _cries(turn)
    return cries or is_grave(turn, turn.message)


def _alarm(turn: Turn) -> Step:
    message = turn.message
    if message is None:
        return _STAGES[turn.state.stage](turn)
    facts = decide(turn, message, turn.given.speech, turn.given.confidence)
    silenced = is_alarm(facts) or any(isinstance(fact, StatusChanged) for fact in facts)
    goodbye = turn.state.words.lines if turn.state.stage is Stage.OVER and not silenced else ()
    return follow(turn, facts, *goodbye)


def _connect(turn: Turn) -> Step:
    """Try somebody on call, whatever is pressed or said but a plain no; after silence it is offered once more."""
    if wants_repeat(turn) or (not turn.given.keys and not turn.given.speech and turn.state.misses == 0):
        words = replace(turn.state.words, lines=turn.state.question)
        return Step(replace(turn.state, words=words, misses=turn.state.misses + 1))
    if means(turn, WordList.NO) or not (turn.given.keys or turn.given.speech):
        return ends(turn, says(turn, "call.dial_now"))
    lines = says(turn, "call.connecting")
    return Step(replace(turn.state, stage=Stage.OVER, words=Words(lines, connects=True), question=lines))


def _over(turn: Turn) -> Step:
    return Step(turn.state)


_STAGES: Mapping[Stage, Callable[[Turn], Step]] = {
    Stage.READY: ready,
    Stage.IDENTITY: identity,
    Stage.MENU: menu,
    Stage.QUESTION: answer,
    Stage.CONFIRM: confirmed,
    Stage.CONNECT: _connect,
    Stage.LEAVING: leaving,
    Stage.CALL_BACK: back,
    Stage.OVER: _over,
}


def _without_idle_change(turn: Turn, step: Step) -> Step:
    """A language that is the person's already is no change."""
    idle = DetailsChanged(language=turn.known_language)
    return replace(step, events=tuple(event for event in step.events if event != idle))


def over(turn: Turn) -> tuple[Event, ...]:
    """The call has ended: an answer that waited to be confirmed counts for what it was heard as.

    Nobody hears what would be said, so no words are among the facts.
    """
    pending = turn.state.pending
    if pending is None or not turn.state.identified:
        return ()
    return tuple(event for event in settled(turn, turn.message, pending) if not isinstance(event, Said))


def ended(state: CallState) -> CallState:
    """The state of a call that is over."""
    return replace(state, stage=Stage.OVER, pending=None, words=replace(state.words, ear=None, connects=False))
