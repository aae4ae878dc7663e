"""Reading one received text: what it says, what it calls for, and the facts worth keeping."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from coach.core import triage
from coach.core.conversation.asking import current, signs_chosen
from coach.core.conversation.moment import Moment
from coach.core.events import Event, Observed, ReplyRead
from coach.core.handbook import Keyword, Word
from coach.core.model import (
    Asked,
    Assessment,
    Channel,
    CheckIn,
    Finding,
    InboundMessage,
    Intent,
    Kind,
    Language,
    Observation,
    Reply,
)
from coach.core.reading import read
from coach.core.trend import Seen, answers_of

_TOGETHER = timedelta(hours=48)
"""Signs this close together count as one picture (combinations X1 to X18)."""

_AMOUNT_KINDS = {Asked.HYDRATION: Kind.CUPS, Asked.EXERCISE: Kind.MOVES}
_CORRECTING = frozenset("sorry oops meant mean correction perdon perdone disculpe quise digo corrijo".split())  # noqa: SIM905
_ONE_SIGN = (Asked.SYMPTOM, Asked.SIDE_EFFECTS)
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
    if current(moment, question) is not None and not _CORRECTING.isdisjoint(plain(message.body).split()):
        question = moment.correctable() or question
    asked = question.asked if question else Asked.NOTHING
    reply = read(message.body, asked, moment.language, message.channel, moment.handbook.lexicon)
    keyword = moment.handbook.keywords.get(plain(message.body))
    if message.opt_out_type == "STOP" or (keyword is not None and keyword.word is Word.CARRIER_STOP):
        reply = replace(reply, intent=Intent.STOP)
    if asked is Asked.RED_FLAG and message.body.strip() in _RED_FLAG_KEYS:
        reply = replace(reply, intent=Intent.ANSWER, yes=_RED_FLAG_KEYS[message.body.strip()])
    reply = _with_asked_sign(_without_doubt(moment, reply, asked, message), question)
    reply = _with_chosen_signs(reply, signs_chosen(moment, question, plain(message.body), message.body))
    assessment = triage.assess(reply, moment.participant.profile, moment.handbook.triage, _recent_codes(moment))
    observations = tuple(_observations(moment, reply, assessment, question, keyword))
    return Heard(message, question, reply, assessment, keyword, observations)


def _with_asked_sign(reply: Reply, question: CheckIn | None) -> Reply:
    """A yes to a question about one sign shows that sign, a no denies it; what the words themselves say comes first."""
    if question is None or question.asked not in _ONE_SIGN or question.about is None or reply.yes is None:
        return reply
    if question.about in (*reply.codes, *reply.denied_codes):
        return reply
    finding = Finding(question.about, 0, 0, rule=f"answer/{'yes' if reply.yes else 'no'}")
    if reply.yes:
        return replace(reply, signs=(*reply.signs, finding))
    return replace(reply, denied=(*reply.denied, finding))


def _without_doubt(moment: Moment, reply: Reply, asked: Asked, message: InboundMessage) -> Reply:
    """Only a plain no answers the list of warning signs by text: “not sure” or “no entiendo” is none."""
    if asked is not Asked.RED_FLAG or moment.channel is Channel.VOICE or reply.yes is not False:
        return reply
    said = moment.handbook.onboarding.yes_or_no(plain(message.body), message.body)
    is_plain_no = message.body.strip() in _RED_FLAG_KEYS or said is False
    return reply if is_plain_no else replace(reply, yes=None)


def _with_chosen_signs(reply: Reply, signs: tuple[str, ...]) -> Reply:
    """The signs that an option of a list stands for are signs told."""
    found = (Finding(sign, 0, 0, rule="answer/option") for sign in signs if sign not in reply.codes)
    return replace(reply, signs=(*reply.signs, *found))


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
    moment: Moment, reply: Reply, assessment: Assessment, question: CheckIn | None, keyword: Keyword | None
) -> Iterator[Observation]:
    asked = question.asked if question else Asked.NOTHING

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
    if asked in _AMOUNT_KINDS and (reply.yes is not None or reply.amount is not None):
        yield fact(Kind.DONE, question.about if question else None, float(reply.yes is not False and reply.amount != 0))
    answers = answers_of(reply, asked)
    seen = _seen_by_keyword(keyword) or answers.seen
    words = ((Kind.TREND, answers.trend), (Kind.ONSET, answers.onset), (Kind.SEEN, seen))
    yield from (fact(kind, code=word.value) for kind, word in words if word is not None)


def _amounts(reply: Reply, asked: Asked) -> Iterator[tuple[Kind, float]]:
    if reply.amount is not None and asked in _AMOUNT_KINDS:
        yield _AMOUNT_KINDS[asked], reply.amount
    if asked is Asked.RED_FLAG and reply.yes is False:
        yield Kind.SCREENED, 1
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
