"""Reading one received text: what it says, what it calls for, and the facts worth keeping."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from coach.core import triage
from coach.core.conversation import function_answers, sarc_f
from coach.core.conversation.meaning import meant, plain
from coach.core.conversation.moment import DISTRESS, Moment
from coach.core.events import Event, Observed, ReplyRead
from coach.core.handbook import Keyword, Word
from coach.core.model import (
    Asked,
    Assessment,
    CheckIn,
    InboundMessage,
    Intent,
    Kind,
    Language,
    Observation,
    Reply,
)
from coach.core.programme import reported
from coach.core.trend import Seen, answers_of

_NOT_YET = frozenset(
    {"no", "not", "havent", "haven", "dont", "don", "didnt", "couldnt", "cant", "todavia", "aun", "nunca"}
)
_AMOUNT_KINDS = {Asked.HYDRATION: Kind.CUPS, Asked.EXERCISE: Kind.MOVES}


@dataclass(frozen=True, slots=True)
class Heard:
    """A text with its reading."""

    message: InboundMessage
    question: CheckIn | None
    reply: Reply
    assessment: Assessment
    keyword: Keyword | None
    observations: tuple[Observation, ...]
    unsettled: CheckIn | None = None  # an older question about a sign, to which a yes in the text may belong

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
    """Read and triage a text against the question it answers."""
    found = meant(moment, message)
    question, reply = found.question, sarc_f.of_the_year(found.question, found.reply)
    keyword = moment.handbook.keywords.get(plain(message.body))
    if message.opt_out_type == "STOP" or (keyword is not None and keyword.word is Word.CARRIER_STOP):
        reply = replace(reply, intent=Intent.STOP)
    profile, rules, recent = moment.participant.profile, moment.handbook.triage, _recent_codes(moment)
    reply = function_answers.with_sign(moment, question, reply)
    assessment = triage.assess(reply, profile, rules, recent)
    reply = triage.with_question(reply, assessment, rules)
    assessment = function_answers.with_result(moment, question, reply, assessment)
    observations = tuple(_observations(moment, message, reply, assessment, question, keyword))
    return Heard(message, question, reply, assessment, keyword, observations, found.unsettled)


def language_of(text: str, moment: Moment) -> Language:
    """The language a stranger seems to write in; English when nothing shows it."""
    shown = [moment.handbook.speaks[word] for word in plain(text).split() if word in moment.handbook.speaks]
    return Language.ES if shown.count(Language.ES) > shown.count(Language.EN) else Language.EN


def _recent_codes(moment: Moment) -> frozenset[str]:
    """The signs told so lately that they make one picture with those of this text (combinations X1 to X18)."""
    told = reported(moment.conversation, moment.now, moment.handbook.limits.one_picture)
    return told & moment.handbook.triage.signs.keys()


def _observations(  # noqa: PLR0913, PLR0917 - everything that was heard of one text
    moment: Moment,
    message: InboundMessage,
    reply: Reply,
    assessment: Assessment,
    question: CheckIn | None,
    keyword: Keyword | None,
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
    yield from (fact(kind, value=points) for kind, points in sarc_f.observed(moment, question, reply))
    if asked is Asked.RED_FLAG and reply.yes is False and question is not None and question.about != DISTRESS:
        yield fact(Kind.SCREENED, value=1.0)
    if asked in _AMOUNT_KINDS and (reply.yes is not None or reply.amount is not None):
        yield fact(Kind.DONE, question.about if question else None, float(reply.yes is not False and reply.amount != 0))
    answers = answers_of(reply, asked)
    seen = _seen_by_keyword(keyword) or answers.seen or _seen_in_words(moment, message, reply, asked)
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


def _seen_in_words(moment: Moment, message: InboundMessage, reply: Reply, asked: Asked) -> Seen | None:
    """An answer about a visit that is neither yes, no nor a figure: a booking told at length, or that there is none."""
    if (
        asked is not Asked.SEEN
        or reply.intent is not Intent.ANSWER
        or reply.yes is not None
        or reply.amount is not None
    ):
        return None
    said = plain(message.body)
    if not _NOT_YET.isdisjoint(said.split()):
        return Seen.NOT_YET
    bookings = (phrase for phrase, known in moment.handbook.keywords.items() if known.word is Word.BOOKED)
    told = any(said.startswith(f"{phrase} ") for phrase in bookings)
    return Seen.BOOKED if told and "?" not in message.body else None


def _seen_by_keyword(keyword: Keyword | None) -> Seen | None:
    if keyword is None:
        return None
    return {Word.SEEN: Seen.YES, Word.BOOKED: Seen.BOOKED}.get(keyword.word)
