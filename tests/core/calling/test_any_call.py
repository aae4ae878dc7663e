"""Whatever is pressed, said or left unsaid: a call never ends in silence, loses no answer, and betrays nobody.

Each number is a call of its own with somebody of its own. A number that fails fails again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

import pytest

from coach.core.call_rules import WordList
from coach.core.calling import CallState, Stage
from coach.core.conversation import Moment
from coach.core.conversation.answers import answers_question
from coach.core.conversation.hearing import hear
from coach.core.conversation.meaning import plain
from coach.core.events import EscalationRaised, EscalationRelevelled, Event, Observed, StatusChanged, TaskRaised
from coach.core.model import Asked, Channel, Disposition, InboundMessage
from tests.core.calling.callers import GRAVE, NAME, STOPS, Act, somebody, something, stored
from tests.core.phoning import OURS, PhoneCall
from tests.core.talking import HANDBOOK, of

CALLS, MANY, AT_ONCE = 2000, 40_000, 250
MOST_SILENCES = 12
HEALTH = re.compile(
    r"\b(?:legs?|weak\w*|pain|scores?|check-?in|falls?|fell|stairs|medicines?|dose|breath\w*|chest|numb(?:ness)?"
    r"|symptoms?|health|tips?|advice|exercises?|water|piernas?|d[eé]bil\w*|dolor|notas?|sus preguntas|ca[ií]d\w*|cay\w*"
    r"|escaleras?|medicinas?|dosis|pecho|aire|s[ií]ntomas?|salud|consejos?|ejercicios?|agua)\b",
    re.IGNORECASE,
)
"""What a call is about: nothing of it may be heard by whoever picks up the phone of somebody else."""
WAY_ON = re.compile(
    r"goodbye|hasta luego|adi[oó]s|dial 9 1 1|marque 9 1 1|stay on the line|no cuelgue|call 9 8 8|llame al 9 8 8"
    r"|call your doctor|llame a su m[eé]dico|our team|nuestro equipo|no more texts or calls|no le enviar|ya no",
    re.IGNORECASE,
)
"""What the last words of a call hold: a goodbye, or what to do."""


@pytest.mark.parametrize("first", range(0, CALLS, AT_ONCE))
def test_any_call_is_a_good_call(first: int) -> None:
    """A few of them each time."""
    for number in range(first, first + AT_ONCE):
        _Watched(number).plays()


@pytest.mark.nightly
@pytest.mark.parametrize("first", range(CALLS, MANY, AT_ONCE))
def test_any_of_many_calls_is_a_good_call(first: int) -> None:
    """Many more of them."""
    for number in range(first, first + AT_ONCE):
        _Watched(number).plays()


@dataclass
class _Watched:
    """One call, and everything that must hold in it."""

    number: int
    chance: Random = field(init=False)
    call: PhoneCall = field(init=False)
    trail: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.number)
        self.call = somebody(self.chance)

    def plays(self) -> None:
        """From the first words to the end: some acts, then some hang up and the others fall silent."""
        chance = self.chance
        self._heard_by_anybody()
        for _ in range(chance.choice((3, 8, 30))):
            act = something(chance, self.call)
            if act.hangs_up or not self.call.listens:
                break
            self._acts(act)
        if chance.random() < 0.5:
            self._falls_silent()
        self._hangs_up()

    def _acts(self, act: Act) -> None:
        before, known = self.call.state, len(self.call.events)
        was_answer = self._is_answer(act)
        self.trail.append(f"{before.stage}: {act.keys or act.speech[:40] or 'silence'}")
        self.call.gives(act.keys, act.speech, act.confidence)
        facts = tuple(self.call.events[known:])
        self._goes_on_or_ends()
        self._heard_by_anybody()
        self._answer_is_kept(act, before, facts, was_answer=was_answer)
        self._grave_is_a_case(act, facts)
        self._stop_is_the_end(act, facts)
        assert stored(self.call.state) == self.call.state, self._story()

    # what must hold ---------------------------------------------------------------------------------------------------

    def _goes_on_or_ends(self) -> None:
        words, said = self.call.state.words, self.call.words
        if words.ear is not None:
            assert words.lines, self._story("asks nothing")
            assert said, self._story("asks nothing")
        elif not words.to_a_machine:
            assert WAY_ON.search(said), self._story("ends without a word of what to do")

    def _heard_by_anybody(self) -> None:
        if not self.call.state.identified:
            found = HEALTH.search(self.call.words.replace(HANDBOOK.organisation, ""))
            assert found is None, self._story(f"tells a stranger about {found[0] if found else ''}")
            assert not any(part in self.call.words for part in NAME.split()), self._story("tells a stranger the name")

    def _is_answer(self, act: Act) -> bool:
        """Whether this answers the question that is open, by the reading of texts alone."""
        body = act.keys or act.speech
        if self.call.state.stage is not Stage.QUESTION or not body:
            return False
        known = self.call.talk.known()
        moment = Moment(known, HANDBOOK, self.call.talk.now, Channel.VOICE)
        message = InboundMessage("CA", "", OURS, body, moment.now, Channel.VOICE, confidence=act.confidence)
        small = (WordList.REPEAT, WordList.ENGLISH, WordList.SPANISH)
        if plain(body) in {plain(word) for words in small for word in HANDBOOK.calls.listed(words)}:
            return False
        zero_repeats = body == "0" and self.call.state.asked not in (Asked.WEAKNESS, Asked.FALLS, Asked.STAIRS)
        return body != "*" and not zero_repeats and answers_question(hear(moment, message))

    def _answer_is_kept(self, act: Act, before: CallState, facts: tuple[Event, ...], *, was_answer: bool) -> None:
        after = self.call.state
        noted = bool(of(facts, Observed) or of(facts, TaskRaised))
        if was_answer:
            waits = after.pending is not None and after.pending.body == (act.keys or act.speech)
            assert waits or noted, self._story("an answer is lost")
        if before.pending is not None and after.pending != before.pending:
            withdrawn = act.keys in ("0", "2") or after.pending is not None or _is_no(act)
            assert withdrawn or noted, self._story("an answer that waited is lost")

    def _grave_is_a_case(self, act: Act, facts: tuple[Event, ...]) -> None:
        if act.speech not in GRAVE:
            return
        serious = [case for case in self.call.talk.conversation.escalations if case.is_open and case.level.is_serious]
        raised = of(facts, EscalationRaised) or of(facts, EscalationRelevelled)
        assert raised or serious, self._story("no case")
        assert any(case.level is Disposition.EMERGENCY for case in serious), self._story("not an emergency")
        assert "9 1 1" in self.call.words or "9 8 8" in self.call.words, self._story("no number to dial")
        assert self.call.state.stage in (Stage.OVER, Stage.CONNECT), self._story("goes on after an alarm")

    def _stop_is_the_end(self, act: Act, facts: tuple[Event, ...]) -> None:
        left = any(isinstance(fact, StatusChanged) and fact.status.has_left for fact in facts)
        if act.speech in STOPS:
            assert self.call.talk.conversation.participant.status.has_left, self._story("did not leave")
        if left:
            assert len(self.call.state.words.lines) == 1, self._story("says more than that they have left")
            assert self.call.state.stage is Stage.OVER, self._story("goes on after a stop")

    # the end ----------------------------------------------------------------------------------------------------------

    def _falls_silent(self) -> None:
        for _ in range(MOST_SILENCES):
            if not self.call.listens:
                break
            self._acts(Act())
        assert not self.call.listens, self._story("never ends")

    def _hangs_up(self) -> None:
        pending, identified = self.call.state.pending, self.call.state.identified
        facts = self.call.hangs_up()
        self.trail.append("hangs up")
        if pending is not None and identified:
            assert of(facts, Observed) or of(facts, TaskRaised), self._story("an answer is lost at the end")
        assert stored(self.call.state).stage is Stage.OVER

    def _story(self, problem: str = "") -> str:
        said = self.call.said[-3:]
        return "\n".join((f"call {self.number}: {problem}", *self.trail[-12:], *(f"  > {words}" for words in said)))


def _is_no(act: Act) -> bool:
    return plain(act.speech) in map(plain, HANDBOOK.calls.listed(WordList.NO))
