"""Which question a text answers, and what it says as that answer."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from coach.core.conversation import aloud, keys
from coach.core.conversation.asked_signs import answered_lately, answered_since, waiting_behind
from coach.core.conversation.asking import current, signs_chosen
from coach.core.conversation.function_answers import given_just_now
from coach.core.conversation.moment import DISTRESS, HARM, QUESTION_OPEN, Moment
from coach.core.conversation.told_worse import is_worse, question_of_case, says_worse
from coach.core.handbook import Word
from coach.core.model import SARC_F_ITEMS, Asked, Channel, CheckIn, Finding, InboundMessage, Intent, Reply
from coach.core.programme import SHORT
from coach.core.reading import read, takes_yes

_CORRECTING = frozenset("sorry oops meant mean correction perdon perdone disculpe quise decir digo corrijo".split())  # noqa: SIM905
_APOLOGIES = frozenset({"sorry", "oops", "perdon", "perdone", "disculpe"})
_ONE_SIGN = (Asked.SYMPTOM, Asked.SIDE_EFFECTS)
_NEEDS_PLAIN_NO = (Asked.RED_FLAG, *_ONE_SIGN)
_YES_NO_KEYS = {"1": True, "2": False}
_SEEN_KEYS = ("1", "2", "3")
_BY_WORD = {Word.REACHED: True, Word.NOT_REACHED: False}
_SAYS_LITTLE = (Intent.UNCLEAR, Intent.REPORT)


@dataclass(frozen=True, slots=True)
class Meant:
    """A text as the answer to a question. `unsettled` is an older one about a sign, to which its yes may belong."""

    question: CheckIn | None
    reply: Reply
    unsettled: CheckIn | None = None


def meant(moment: Moment, message: InboundMessage) -> Meant:
    """The question a text answers, with its reading.

    That is the newest one. Three cases look further back: a figure that is no answer to a question on joining is the
    day's score; a bare yes that is no answer to the newest question belongs to the sign that was asked about before;
    and a no to a sign may be taken back for some minutes. Any other yes leaves the older question unsettled. What is
    told after a question about a case may also be that it got worse.
    """
    found = _meant(moment, message)
    return found if question_of_case(moment) is None else _with_worse(moment, message, found)


def _meant(moment: Moment, message: InboundMessage) -> Meant:
    question = _newest(moment, message)
    reply = _read(moment, message, question)
    score = _score_instead(moment, message, question)
    if score is not None:
        return score
    began = _began_instead(moment, message, question)
    if began is not None:
        return began
    taken_back = _taken_back(moment, message, question, reply)
    if taken_back is not None:
        return taken_back
    waiting = waiting_behind(moment, question)
    if waiting is None or message.body.strip().isdigit() or (question is not None and question.about == SHORT):
        return Meant(question, reply)
    as_sign = _read(moment, message, waiting)
    if not as_sign.yes:
        return Meant(question, reply)
    bare = moment.handbook.onboarding.is_yes(plain(message.body))
    if bare and reply.intent in _SAYS_LITTLE and question is not None and not takes_yes(question.asked):
        return Meant(waiting, as_sign)
    return Meant(question, reply, waiting)


def _taken_back(moment: Moment, message: InboundMessage, question: CheckIn | None, reply: Reply) -> Meant | None:
    """A yes some minutes after a no to a sign, when nothing else was asked or the words take something back."""
    denied = answered_lately(moment)
    said = plain(message.body).split()
    corrects = not _CORRECTING.isdisjoint(said)
    rest = " ".join(word for word in said if word not in _CORRECTING)
    if denied is None or not moment.handbook.onboarding.is_yes(rest):
        return None
    if not corrects and (question is not None or answered_since(moment, denied)):
        return None
    if reply.intent not in _SAYS_LITTLE and question is not None:
        return Meant(question, reply, denied)
    yes = replace(_read(moment, message, denied), intent=Intent.ANSWER, yes=True)
    return Meant(denied, _with_asked_sign(yes, denied))


def _newest(moment: Moment, message: InboundMessage) -> CheckIn | None:
    question = moment.question()
    earlier = _answered_again(moment, message, question)
    if earlier is not None:
        return earlier
    if question is not None and question.closed_at is not None and not _corrects(message.body):
        return None
    of_three = question is not None and question.asked in SARC_F_ITEMS
    if (current(moment, question) is not None or of_three) and not _CORRECTING.isdisjoint(plain(message.body).split()):
        return moment.correctable() or question
    return question


def _answered_again(moment: Moment, message: InboundMessage, newest: CheckIn | None) -> CheckIn | None:
    """The question about falls, stairs or chair stands whose answer a text takes back, by giving another figure.

    A figure alone is enough while nothing was asked after it; else the words must say so. “Sorry, 2” does not, where 2
    may answer what was asked since.
    """
    given = given_just_now(moment, newest)
    if given is None or not _corrects(message.body) or _read(moment, message, given).amount is None:
        return None
    said = _CORRECTING.intersection(plain(message.body).split())
    if newest is None or newest.opened_at <= given.opened_at:
        return given
    enough = bool(said) if newest.asked in _ONE_SIGN else not said <= _APOLOGIES
    return given if enough else None


def _score_instead(moment: Moment, message: InboundMessage, question: CheckIn | None) -> Meant | None:
    """The day's score, when a question on joining or on a case came after it and the figure is no answer to that."""
    joining, check_in = current(moment, question), moment.unanswered_score()
    if check_in is None or (joining is None and not _is_another_figure(moment, message, question)):
        return None
    answer = moment.handbook.onboarding.read(joining, plain(message.body), message.body) if joining else None
    if answer is not None and joining is not None and not joining.is_too_low(answer):
        return None
    reply = _read(moment, message, check_in)
    return Meant(check_in, reply) if reply.weakness is not None else None


def _began_instead(moment: Moment, message: InboundMessage, question: CheckIn | None) -> Meant | None:
    """When it began, by a figure, though the question of self-harm was put again since: that takes a yes or a no."""
    asked = [c for c in moment.open_questions() if c.asked is Asked.ONSET and c.about is not None]
    fresh = [c for c in asked if moment.now - c.opened_at <= QUESTION_OPEN]
    if question is None or question.about != HARM or not message.body.strip().isdigit() or not fresh:
        return None
    reply = _read(moment, message, fresh[-1])
    return Meant(fresh[-1], reply) if reply.onset is not None else None


def _is_another_figure(moment: Moment, message: InboundMessage, question: CheckIn | None) -> bool:
    """Whether a text is a figure, alone or with “worse”, that the menu of a question about a case does not have."""
    said, _, more = plain(message.body).partition(" ")
    if question is None or not said.isdigit() or (more and says_worse(moment, message) is None):
        return False
    if question.asked is Asked.SEEN:
        return said not in _SEEN_KEYS
    return said not in _YES_NO_KEYS and (question.asked is Asked.REACHED or question.about == DISTRESS)


def _read(moment: Moment, message: InboundMessage, question: CheckIn | None) -> Reply:
    asked = question.asked if question else Asked.NOTHING
    message = replace(message, body=keys.said(moment, message.body, question))
    if asked is Asked.REACHED:
        return _reached(moment, message)
    reply = read(message.body, asked, moment.language, message.channel, moment.handbook.lexicon)
    reply = _without_doubt(moment, reply, question, message)
    if keys.mean_yes_or_no(moment, question) and plain(message.body) in _YES_NO_KEYS:
        reply = replace(reply, intent=Intent.ANSWER, yes=_YES_NO_KEYS[plain(message.body)])
    reply = _with_asked_sign(reply, question)
    return _with_chosen_signs(reply, signs_chosen(moment, question, plain(message.body), message.body))


def _reached(moment: Moment, message: InboundMessage) -> Reply:
    """Whether somebody phoned: only a plain yes or no, a key or one of the known answers.

    A yes ends the paging, so nothing that is in doubt is taken for one; and “no one called” is no wrong number.
    """
    said, known = plain(message.body), moment.handbook.onboarding
    word = moment.handbook.keywords.get(said)
    told = _BY_WORD.get(word.word) if word is not None else None
    plainly = known.yes_or_no(said, message.body) if not known.is_polite(said) else None
    yes = _YES_NO_KEYS.get(said, told if told is not None else plainly)
    reply = read(message.body, Asked.NOTHING, moment.language, message.channel, moment.handbook.lexicon)
    if yes is None or reply.signs or reply.intent is Intent.STOP:
        return reply
    if reply.intent is Intent.HELP:
        return replace(reply, yes=yes)
    return replace(reply, intent=Intent.ANSWER, yes=yes, weakness=None)


def _with_worse(moment: Moment, message: InboundMessage, found: Meant) -> Meant:
    """The answer with whether it got worse; a yes to that is no yes to having been seen or phoned."""
    worse, reply = says_worse(moment, message), found.reply
    if worse is None:
        return replace(found, reply=replace(reply, trend=None)) if is_worse(reply.trend) else found
    known = moment.handbook.onboarding
    rest = " ".join(word for word in message.body.split() if not known.is_yes(plain(word)))
    if reply.yes and not _read(moment, replace(message, body=rest), found.question).yes:
        reply = replace(reply, yes=None)
    intent = Intent.REPORT if reply.intent is Intent.UNCLEAR else reply.intent
    return replace(found, reply=replace(reply, trend=worse, intent=intent))


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


def _without_doubt(moment: Moment, reply: Reply, question: CheckIn | None, message: InboundMessage) -> Reply:
    """Only a plain no denies a sign (“not sure” does not), and a polite “ok” is no yes to one."""
    if question is not None and moment.channel is Channel.VOICE:
        return aloud.answered(moment, reply, question.asked, plain(message.body))
    if question is None or question.asked not in _NEEDS_PLAIN_NO:
        return reply
    known, said = moment.handbook.onboarding, plain(message.body)
    if known.is_none(said):
        return replace(reply, intent=Intent.ANSWER, yes=False)
    if reply.intent is Intent.THANKS and reply.yes is None and known.is_yes(said.partition(" ")[0]):
        return replace(reply, intent=Intent.ANSWER, yes=True)
    if reply.yes is True and known.is_polite(said):
        return replace(reply, yes=None, intent=Intent.UNCLEAR)
    if reply.yes is not False or question.about in reply.denied_codes:
        return reply
    is_plain_no = known.yes_or_no(said, message.body) is False
    return reply if is_plain_no else replace(reply, yes=None, intent=Intent.UNCLEAR)


def _with_chosen_signs(reply: Reply, signs: tuple[str, ...]) -> Reply:
    """The signs that an option of a list stands for are signs told."""
    found = (Finding(sign, 0, 0, rule="answer/option") for sign in signs if sign not in reply.codes)
    return replace(reply, signs=(*reply.signs, *found))


def _corrects(text: str) -> bool:
    """A number alone, or words that take something back; a question about the scale is neither."""
    words = plain(text).split()
    return "?" not in text and (len(words) == 1 or not _CORRECTING.isdisjoint(words))


def plain(text: str) -> str:
    """Lower case without accents or punctuation, single blanks: the form keywords are compared in."""
    letters = unicodedata.normalize("NFD", text[:200]).casefold()
    kept = "".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join(kept.split())
