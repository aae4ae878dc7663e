"""Reading one received text: what it says, what it calls for, and the facts worth keeping."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from coach.core import triage
from coach.core.conversation.moment import Moment
from coach.core.events import Event, Observed, ReplyRead
from coach.core.handbook import Keyword, Word
from coach.core.model import Asked, Assessment, CheckIn, InboundMessage, Intent, Kind, Language, Observation, Reply
from coach.core.reading import read
from coach.core.trend import Seen, answers_of

_TOGETHER = timedelta(hours=48)
"""Signs this close together count as one picture (combinations X1 to X18)."""

_AMOUNT_KINDS = {Asked.HYDRATION: Kind.CUPS, Asked.EXERCISE: Kind.MINUTES}
_CORRECTING = frozenset("sorry oops meant mean correction perdon perdone disculpe quise digo corrijo".split())  # noqa: SIM905
_RED_FLAG_KEYS = {"1": True, "2": False}


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with its reading."""

    message: InboundMessage
    question: CheckIn | None
    reply: Reply
    assessment: Assessment
    keyword: Keyword | None
    observations: tuple[Observation, ...]

    @property
    def asked(self) -> Asked:
        """What the open question asked."""
        return self.question.asked if self.question else Asked.NOTHING

    def is_word(self, word: Word) -> bool:
        """True when the whole text is that keyword."""
        return self.keyword is not None and self.keyword.word is word

    def facts(self) -> tuple[Event, ...]:
        """The facts that every received text leaves, whatever is done about it."""
        return (ReplyRead(self.reply, self.assessment, self.asked), *(Observed(o) for o in self.observations))


def hear(moment: Moment, message: InboundMessage) -> Heard:
    """Read and triage a text against the open question."""
    question = moment.question()
    if question is not None and question.closed_at is not None and not _corrects(message.body):
        question = None
    asked = question.asked if question else Asked.NOTHING
    reply = read(message.body, asked, moment.language, message.channel, moment.handbook.lexicon)
    keyword = moment.handbook.keywords.get(plain(message.body))
    if message.opt_out_type == "STOP" or (keyword is not None and keyword.word is Word.CARRIER_STOP):
        reply = replace(reply, intent=Intent.STOP)
    if asked is Asked.RED_FLAG and message.body.strip() in _RED_FLAG_KEYS:
        reply = replace(reply, intent=Intent.ANSWER, yes=_RED_FLAG_KEYS[message.body.strip()])
    assessment = triage.assess(reply, moment.participant.profile, moment.handbook.triage, _recent_codes(moment))
    observations = tuple(_observations(moment, reply, assessment, asked, keyword))
    return Heard(message, question, reply, assessment, keyword, observations)


def language_of(text: str, moment: Moment) -> Language:
    """The language a stranger seems to write in; English when nothing shows it."""
    shown = [moment.handbook.speaks[word] for word in plain(text).split() if word in moment.handbook.speaks]
    return Language.ES if shown.count(Language.ES) > shown.count(Language.EN) else Language.EN


def _corrects(text: str) -> bool:
    """A number alone, or words that take something back; a question about the scale is neither."""
    words = plain(text).split()
    return "?" not in text and (len(words) == 1 or not _CORRECTING.isdisjoint(words))


def plain(text: str) -> str:
    """Lower case without accents or punctuation, single blanks: the form keywords are compared in."""
    letters = unicodedata.normalize("NFD", text[:200]).casefold()
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())


def _recent_codes(moment: Moment) -> frozenset[str]:
    return frozenset(
        fact.code
        for fact in moment.conversation.observations
        if fact.kind is Kind.SIGN
        and fact.code
        and fact.code in moment.handbook.triage.signs
        and moment.now - fact.at <= _TOGETHER
    )


def _observations(
    moment: Moment, reply: Reply, assessment: Assessment, asked: Asked, keyword: Keyword | None
) -> Iterator[Observation]:
    def fact(kind: Kind, code: str | None = None, value: float | None = None) -> Observation:
        return Observation(kind, moment.now, moment.today, code, value, asked)

    yield fact(Kind.HEARD, code=reply.intent.value)
    if reply.weakness is not None:
        yield fact(Kind.WEAKNESS, value=float(reply.weakness))
    levels = {reason.rule: float(reason.level.rank) for reason in assessment.reasons}
    codes = triage.codes_with_added(reply, moment.participant.profile, moment.handbook.triage, _recent_codes(moment))
    yield from (fact(Kind.SIGN, code, levels.get(code, 0.0)) for code in sorted({*codes, *levels}))
    yield from (fact(Kind.DENIED, code) for code in reply.denied_codes)
    yield from (fact(kind, value=float(amount)) for kind, amount in _amounts(reply, asked))
    answers = answers_of(reply, asked)
    seen = _seen_by_keyword(keyword) or answers.seen
    words = ((Kind.TREND, answers.trend), (Kind.ONSET, answers.onset), (Kind.SEEN, seen))
    yield from (fact(kind, code=word.value) for kind, word in words if word is not None)


def _amounts(reply: Reply, asked: Asked) -> Iterator[tuple[Kind, float]]:
    if reply.amount is not None and asked in _AMOUNT_KINDS:
        yield _AMOUNT_KINDS[asked], reply.amount
    answers = answers_of(reply, asked)
    counted = (
        (Kind.FALLS, answers.falls),
        (Kind.STAIRS, answers.stairs),
        (Kind.CHAIR_STANDS, answers.chair_stands),
    )
    yield from ((kind, count) for kind, count in counted if count is not None)


def _seen_by_keyword(keyword: Keyword | None) -> Seen | None:
    if keyword is None:
        return None
    return {Word.SEEN: Seen.YES, Word.BOOKED: Seen.BOOKED}.get(keyword.word)
