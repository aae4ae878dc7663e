"""How far somebody is with the questions about themselves: what was put, what is known, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from coach.core.conversation.moment import Moment
from coach.core.model import Asked, CheckIn, Kind, Observation, Onset
from coach.core.onboarding import Question

WINDOW = timedelta(days=7)
"""How long the questions may be taken up again after the first was put."""

NOT_SEEN = "not_seen"
"""The fact that no clinician has looked at the weakness yet."""

_TOLD_BY = {Asked.RED_FLAG: Kind.SCREENED, Asked.WEAKNESS: Kind.WEAKNESS, Asked.ONSET: Kind.ONSET}


def put(moment: Moment) -> tuple[CheckIn, ...]:
    """The questions put in the present run, oldest first; empty when none is going on.

    A run lasts a week from its first question. Somebody who comes back much later may get another one.
    """
    ours = [c for c in moment.conversation.check_ins if moment.handbook.onboarding.of(c.about)]
    run: list[CheckIn] = []
    for question in ours:
        run = [*run, question] if run and question.opened_at - run[0].opened_at < WINDOW else [question]
    return tuple(run) if run and moment.now - run[0].opened_at < WINDOW else ()


def begun(moment: Moment) -> datetime | None:
    """When the present run began; None when none is going on."""
    run = put(moment)
    return run[0].opened_at if run else None


def current(moment: Moment, question: CheckIn | None) -> Question | None:
    """The question of the list that an open check-in puts."""
    if question is None or question.closed_at is not None:
        return None
    return moment.handbook.onboarding.of(question.about)


def next_question(moment: Moment) -> Question | None:
    """The first question that has not had its turn and is neither known nor pointless."""
    had_its_turn = {c.about for c in put(moment) if c.answered_at is not None}
    return next((q for q in _wanted(moment) if q.id not in had_its_turn), None)


def missing(moment: Moment) -> tuple[str, ...]:
    """What is still not known and staff should find out, in plain words."""
    return tuple(dict.fromkeys(question.fact for question in _wanted(moment) if question.needed))


def _wanted(moment: Moment) -> Iterator[Question]:
    profile = moment.participant.profile
    for question in moment.handbook.onboarding.questions.values():
        for_them = question.when.is_time(profile) and not question.when.ruled_out(profile)
        if for_them and not _is_told(moment, question) and not (question.when.weak and not _may_be_weak(moment)):
            yield question


def _is_told(moment: Moment, question: Question) -> bool:
    kind = _TOLD_BY.get(question.asked)
    return question.is_told(moment.participant.profile) if kind is None else _last(moment, kind) is not None


def _may_be_weak(moment: Moment) -> bool:
    score = _last(moment, Kind.WEAKNESS)
    return score is None or score.value != 0


def _last(moment: Moment, kind: Kind) -> Observation | None:
    return next((fact for fact in reversed(moment.conversation.observations) if fact.kind is kind), None)


def signs_chosen(moment: Moment, question: CheckIn | None, said: str, body: str) -> tuple[str, ...]:
    """The signs that the answer to a question of the list shows.

    A sudden beginning is one as long as it may be new: not when it was long ago or a clinician has looked at it.
    """
    asked = current(moment, question)
    answer = moment.handbook.onboarding.read(asked, said, body) if asked is not None else None
    signs = (option.sign for option in answer.options if option.sign) if answer is not None else ()
    return tuple(sign for sign in signs if not (asked and asked.when.weak and _is_old(moment)))


def _is_old(moment: Moment) -> bool:
    onset, profile = _last(moment, Kind.ONSET), moment.participant.profile
    seen = NOT_SEEN not in profile.untold and NOT_SEEN not in profile.conditions
    return seen or (onset is not None and onset.code == Onset.LONGER.value)
