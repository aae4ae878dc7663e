"""When a sign began, asked before the full text: the case is there at once, urgent and paged (rule A5).

What is told of a beginning counts for the signs in the same sentence; where it stands beside none, for all of the text.
The newest one raises every sign, as triage does; a sign without a beginning of its own is asked about all the same.
"""

from __future__ import annotations

import re
from dataclasses import replace

from coach.core.conversation.alarms import Told, sign
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import QUESTION_OPEN, Moment
from coach.core.conversation.waiting_case import Held, asks, asks_only, by_weight, case_of, is_grave, is_told, timer
from coach.core.events import CheckInOpened, Event, MessageQueued, Said
from coach.core.model import Asked, Assessment, Channel, CheckIn, Disposition, Escalation, Finding, Lane
from coach.core.reading import read
from coach.core.trend import Action, Decision

TEXT = "ask_first.onset"
"""The text that puts the question."""
_UNKNOWN = "When it began is not known, so it counts as urgent until the answer."
_END_OF_SENTENCE = re.compile(r"[.!?;\n]")


def is_open(moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]) -> bool:
    """Whether the level of one sign of a case depends on when it began, and that was neither said nor asked."""
    if is_grave(decisions) or not _of_signs(moment, heard, decision):
        return False
    before = _asked_lately(moment)
    return before is None or before.answered_at is None


def may_wait(moment: Moment, heard: Heard, decision: Decision) -> bool:
    """Whether the full text may wait: not where anything else is part of what is urgent already."""
    if decision.level is not Disposition.URGENT:
        return True
    return asks_only(moment, decision, Asked.ONSET) and not any(_is_dated(moment, heard, r) for r in decision.rules)


def holds_up(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> bool:
    """Whether the question goes out now before the full text of a case."""
    return any(_goes_out(moment, heard, one, decisions) and may_wait(moment, heard, one) for one in decisions)


def held(moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]) -> Held:
    """The case until the answer; asked lately, or somebody who has left: told at once as if it were new."""
    if not _goes_out(moment, heard, decision, decisions):
        return Held(Disposition.URGENT, _UNKNOWN, assessment=_unknown(moment, heard, decision))
    question, words = _question(moment, heard, decision, decisions)
    if moment.channel is Channel.VOICE:
        return Held(Disposition.URGENT, _UNKNOWN, (question, moment.spoken_question(Asked.ONSET), timer(moment)))
    return Held(Disposition.URGENT, _UNKNOWN, (question, replace(words, tells=True), timer(moment)))


def besides(moment: Moment, heard: Heard, decisions: tuple[Decision, ...]) -> tuple[Event, ...]:
    """After the full text about something that is urgent already; by text, as a call has ended with that."""
    asking = (one for one in decisions if _goes_out(moment, heard, one, decisions))
    decision = next((one for one in asking if not may_wait(moment, heard, one)), None)
    return _question(moment, heard, decision, decisions) if decision is not None else ()


def once_more(moment: Moment, case: Escalation) -> MessageQueued | None:
    """The words of the question about a case while it waits for the answer, when another one came between."""
    question = _asked_lately(moment)
    waits = question is not None and question.opened_at == case.raised_at and question.closed_at is None
    if question is None or question.about is None or not waits or is_told(moment, case):
        return None
    return moment.alarm(TEXT, Lane.URGENT, "when it began is still open", sign=_sign(moment, question.about))


def waiting(moment: Moment) -> CheckIn | None:
    """The question when a sign began, while a case waits for the answer."""
    question = _asked_lately(moment)
    waits = question is not None and question.about is not None and question.closed_at is None
    return question if question is not None and waits and case_of(moment, question) is not None else None


def spoken(moment: Moment, question: CheckIn) -> Said:
    """The words of that question in a call, as the text has them; the number digit by digit."""
    sign_of_it = _sign(moment, question.about or "")
    name = moment.spoken_form(TEXT) or TEXT
    return Said(name, moment.text(name, em=moment.spoken_number(), sign=sign_of_it))


def _sign(moment: Moment, rule: str) -> str:
    return sign(moment, Told(Disposition.URGENT, (rule,), "", Assessment(Disposition.URGENT)))


def _goes_out(moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]) -> bool:
    """Whether the question goes out now: once a day, and to nobody who has left."""
    may_ask = not moment.participant.status.has_left and _asked_lately(moment) is None
    return may_ask and is_open(moment, heard, decision, decisions)


def _of_signs(moment: Moment, heard: Heard, decision: Decision) -> tuple[str, ...]:
    """The signs in a text that the question is about, unless it tells when they began or something lowered them."""
    if decision.action is not Action.ESCALATE:
        return ()
    signs = moment.handbook.triage.signs
    levels = {reason.rule: reason.level.rank for reason in heard.assessment.reasons}
    asking = (rule for rule in decision.rules if rule in levels and asks(moment, rule, Asked.ONSET))
    as_grave = (rule for rule in asking if levels[rule] >= signs[rule].level.rank)
    return tuple(rule for rule in as_grave if not _is_dated(moment, heard, rule))


def _is_dated(moment: Moment, heard: Heard, rule: str) -> bool:
    """Whether the text tells when a sign began."""
    if heard.reply.onset is None:
        return False
    dated = {finding.code for finding in heard.reply.signs if _has_beginning(moment, heard, finding)}
    return rule in dated or not dated


def _has_beginning(moment: Moment, heard: Heard, finding: Finding) -> bool:
    """Whether the sentence of a sign tells when it began."""
    body = heard.message.body
    before = [end.end() for end in _END_OF_SENTENCE.finditer(body, 0, finding.start)]
    after = _END_OF_SENTENCE.search(body, max(finding.start, finding.end - 1))
    sentence = body[before[-1] if before else 0 : after.start() if after else len(body)]
    lexicon = moment.handbook.lexicon
    return read(sentence, Asked.NOTHING, moment.language, moment.channel, lexicon).onset is not None


def _question(
    moment: Moment, heard: Heard, decision: Decision, decisions: tuple[Decision, ...]
) -> tuple[CheckInOpened, MessageQueued]:
    """The question about the sign that depends on it, whatever else the case is about."""
    rules = _of_signs(moment, heard, decision)
    told = Told(Disposition.URGENT, rules, decision.because, heard.assessment)
    recheck = next((other for other in decisions if other.action is Action.RECHECK), None)
    question = CheckInOpened(
        Asked.ONSET,
        moment.today,
        scheduled=False,
        base=recheck.base if recheck else None,
        need=recheck.need if recheck else None,
        about=rules[0],
    )
    because = f"asked when it began before more is said: {decision.because}"
    return question, moment.alarm(TEXT, Lane.URGENT, because, sign=sign(moment, told))


def _unknown(moment: Moment, heard: Heard, decision: Decision) -> Assessment:
    """The words as they count while it is not known when it began, the signs that depend on it first."""
    asking = _of_signs(moment, heard, decision)
    urgent = [
        replace(reason, level=max(reason.level, Disposition.URGENT, key=lambda level: level.rank))
        if reason.rule in asking
        else reason
        for reason in heard.assessment.reasons
    ]
    return replace(heard.assessment, reasons=by_weight(moment, urgent))


def _asked_lately(moment: Moment) -> CheckIn | None:
    """The last question when something began, within a day."""
    asked = (c for c in reversed(moment.conversation.check_ins) if c.asked is Asked.ONSET)
    return next((c for c in asked if moment.now - c.opened_at <= QUESTION_OPEN), None)
