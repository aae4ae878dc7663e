"""A yes, a no, or a mere “okay” said in a call, where nobody sees whether it was meant as an answer.

To a list of warning signs a hedged yes counts as one, for a wrong alarm costs a call and a missed one more; a hedged no
is no answer, and neither is a word that only takes note.
"""

from __future__ import annotations

from dataclasses import replace

from coach.core.conversation.moment import Moment
from coach.core.model import Asked, Disposition, Finding, Intent, Onset, Reply
from coach.core.onboarding import Meaning

_SUDDEN = "sudden_weakness"
_MEDICINE = "medicine_changed"
_ABOUT_SIGNS = (Asked.RED_FLAG, Asked.SIDE_EFFECTS)
_SAYS_LITTLE = (Intent.UNCLEAR, Intent.REPORT, Intent.QUESTION)
_WISHES = (Intent.STOP, Intent.HELP, Intent.WRONG_PERSON)


def answered(moment: Moment, reply: Reply, asked: Asked, said: str) -> Reply:
    """The reply with what was said aloud, in plain form, as a yes or a no."""
    if asked is Asked.ONSET:
        return _began(moment, reply, said)
    if asked is Asked.SIDE_EFFECTS and _MEDICINE in (*reply.codes, *reply.denied_codes):
        return replace(reply, intent=Intent.ANSWER, yes=_MEDICINE in reply.codes)
    if reply.intent in _WISHES or reply.denied or (asked is Asked.SEEN and reply.amount is not None):
        return reply
    if asked is Asked.SEEN:
        return _seen(moment, reply, said)
    if asked is Asked.RED_FLAG and reply.yes is not None and _is_emergency(moment, reply):
        return replace(reply, yes=True)
    return _about_signs(moment, reply, said) if asked in _ABOUT_SIGNS else reply


def _about_signs(moment: Moment, reply: Reply, said: str) -> Reply:
    known = moment.handbook.onboarding
    meant = known.meant_aloud(said)
    if meant in (Meaning.YES, Meaning.NO):
        return replace(reply, intent=Intent.ANSWER, yes=meant is Meaning.YES)
    is_open = known.has_doubt(said) if reply.yes is False else known.is_polite(said) and not known.has_yes(said)
    return _unclear(reply) if meant is Meaning.DOUBT or (reply.yes is not None and is_open) else reply


def _began(moment: Moment, reply: Reply, said: str) -> Reply:
    """“All at once” is what the question sends to the emergency number for."""
    if not moment.handbook.onboarding.is_sudden(said) or _SUDDEN in reply.denied_codes:
        return reply
    signs = (*reply.signs, *(() if _SUDDEN in reply.codes else (Finding(_SUDDEN, 0, 0, rule="answer/sudden"),)))
    intent = Intent.ANSWER if reply.intent in _SAYS_LITTLE else reply.intent
    return replace(reply, intent=intent, onset=reply.onset or Onset.TODAY, signs=signs)


def _seen(moment: Moment, reply: Reply, said: str) -> Reply:
    """Only a plain yes says that a clinician has seen them."""
    known = moment.handbook.onboarding
    meant = known.meant_aloud(said)
    if meant is Meaning.NO:
        return replace(reply, intent=Intent.ANSWER, yes=False)
    return _unclear(reply) if meant is not None and not known.is_yes(said) else reply


def _is_emergency(moment: Moment, reply: Reply) -> bool:
    """Whether the words name a sign that is an emergency by itself; the “no” of “no puedo orinar” denies nothing."""
    signs = moment.handbook.triage.signs
    return any(code in signs and signs[code].level is Disposition.EMERGENCY for code in reply.codes)


def _unclear(reply: Reply) -> Reply:
    return replace(reply, yes=None, intent=Intent.REPORT if reply.signs else Intent.UNCLEAR)
