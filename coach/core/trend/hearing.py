"""What one row that was heard brings, in the fixed order of the rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coach.core.model import Disposition, Onset, Reason, TrendAnswer
from coach.core.trend import function, questions, sending, signs, standing
from coach.core.trend.jumps import Jump, find_jump
from coach.core.trend.quantities import day_score
from coach.core.trend.questions import Candidate
from coach.core.trend.record import with_score, with_visit
from coach.core.trend.silence import Silence
from coach.core.trend.values import Action, Decision, Result, Row, Rule, Seen, plain
from coach.core.trend.waking import after_waking_hours

if TYPE_CHECKING:
    from coach.core.trend.state import State


@dataclass(frozen=True, slots=True)
class Turn:
    """The state while a row is worked through, with what holds so far and the answer not used yet."""

    state: State
    row: Row
    onset: Onset | None
    results: tuple[Result, ...] = ()
    jump: Jump | None = None

    @property
    def scored(self) -> bool:
        """The row carries a score."""
        return day_score(self.row.weakness) is not None


def hear_row(state: State, row: Row) -> tuple[State, tuple[Decision, ...]]:
    """Take in a row on which something was heard. What fell due before it must have been performed."""
    state = replace(state, silence=Silence(heard_on=row.day))
    state, reasons = _judge_signs(state, row)
    turn = _answer_open_question(Turn(state, row, row.answers.onset))
    turn = replace(turn, state=_store(turn.state, row))
    turn = _compare_with_last_week(_judge_score(turn) if turn.scored else turn)
    state, escalation = _send(turn, reasons)
    state, recheck = _ask(replace(turn, state=state), escalation)
    state, note = _recover(state, row) if turn.scored else (state, None)
    if turn.scored:
        state = replace(state, sending=sending.rearmed(state.sending, state.record, state.rules))
    return state, tuple(d for d in (escalation, recheck, note) if d is not None)


def _judge_signs(state: State, row: Row) -> tuple[State, tuple[Reason, ...]]:
    log, rules = state.signs, state.rules.repeat
    reasons = signs.reasons_of(log, row, rules)
    fresh = signs.fresh(log, row, reasons, rules)
    return replace(state, signs=signs.logged(log, row, reasons, fresh, rules)), fresh


def _answer_open_question(turn: Turn) -> Turn:
    if turn.onset is None or turn.state.question is None:
        return turn
    question, result = questions.answer(turn.state.question, turn.onset)
    results = (result,) if result else ()
    return replace(turn, state=replace(turn.state, question=question), onset=None, results=results)


def _store(state: State, row: Row) -> State:
    record, score = state.record, day_score(row.weakness)
    if score is not None:
        record = with_score(record, row.day, score, state.rules)
    if row.answers.seen is Seen.YES:
        record = with_visit(record, row.day, state.rules)
        state = replace(state, sending=sending.after_visit(state.sending))
    falls = state.rules.silence.risk_fall_codes
    known = function.noted(state.function, row.day, row.answers, row.codes, falls)
    return replace(state, record=record, function=known)


def _judge_score(turn: Turn) -> Turn:
    latest = turn.state.record.latest
    if latest is None:
        return turn
    turn = replace(turn, jump=find_jump(turn.state.record, latest, turn.state.person, turn.state.rules))
    turn = _own_answer(_meet_open_question(turn))
    found = standing.standing_results(turn.state.record, _new_loss(turn), turn.state.rules)
    return replace(turn, results=turn.results + found)


def _own_answer(turn: Turn) -> Turn:
    """A jump with a level counts at once; one that asks first may be answered by its own row, and is then not put."""
    jump, state = turn.jump, turn.state
    if jump is None:
        return turn
    if jump.level is not None:
        return replace(turn, results=(*turn.results, Result(jump.rule, jump.level, jump.because)))
    if turn.onset is None:
        return turn
    result = questions.answer_result(jump.rule, turn.onset, jump.because)
    question = questions.open_answered(jump, turn.row.day) if result is None else state.question
    state = replace(state, question=question, asked=(*state.asked, (jump.rule, turn.row.day)))
    return replace(turn, state=state, onset=None, results=turn.results + ((result,) if result else ()))


def _meet_open_question(turn: Turn) -> Turn:
    question, latest = turn.state.question, turn.state.record.latest
    if question is None or latest is None:
        return turn
    question, result = questions.meet_score(question, latest.day, latest.score, turn.jump)
    state = replace(turn.state, question=question)
    return replace(turn, state=state, results=turn.results + ((result,) if result else ()))


def _new_loss(turn: Turn) -> str | None:
    rules = turn.state.rules.worsening
    code = signs.new_urgent_sign(turn.state.signs, turn.row.day, rules.new_code_days)
    if code is not None:
        return f"A new urgent sign came with it ({code.replace('_', ' ')})."
    return function.lost(turn.state.function, turn.row.day, rules)


def _compare_with_last_week(turn: Turn) -> Turn:
    """Rule G, routine half: "worse" in two successive comparison answers."""
    answer, state = turn.row.answers.trend, turn.state
    if answer is None:
        return turn
    before, day = state.worse_on, turn.row.day
    if answer is not TrendAnswer.WORSE:
        return replace(turn, state=replace(state, worse_on=None))
    if before is None or day - before > state.rules.comparison.days_apart:
        return replace(turn, state=replace(state, worse_on=day))
    because = f'"Worse than last week" on day {before} and again on day {day}.'
    result = Result(Rule.G, Disposition.ROUTINE, because)
    return replace(turn, state=replace(state, worse_on=None), results=(*turn.results, result))


def _send(turn: Turn, reasons: tuple[Reason, ...]) -> tuple[State, Decision | None]:
    """One message from all that holds and is not held back, the signs of the text included."""
    state, day = turn.state, turn.row.day
    sent = sending.sendable(state.sending, day, turn.results, state.rules)
    state = replace(state, sending=sending.after_message(state.sending, day, sent))
    level = _level(turn.row, [r.level for r in reasons] + [r.level for r in sent])
    if level is None:
        return state, None
    codes = tuple(r.rule for r in reasons)
    because = " ".join([_reason_sentence(r) for r in reasons] + [r.because for r in sent])
    escalation = Decision(day, Action.ESCALATE, level, codes + tuple(r.rule.value for r in sent), because)
    return _after_escalation(state, turn.row, level), escalation


def _level(row: Row, levels: list[Disposition]) -> Disposition | None:
    """The highest level of the message. An assessment that is an emergency is one, whatever its reasons say."""
    if row.assessment is not None and row.assessment.disposition is Disposition.EMERGENCY:
        return Disposition.EMERGENCY
    return max(levels, key=lambda level: level.rank, default=None)


def _reason_sentence(reason: Reason) -> str:
    words = reason.because.rstrip(". ") or reason.rule
    return f"{words[0].upper()}{words[1:]}."


def _after_escalation(state: State, row: Row, level: Disposition) -> State:
    state = replace(state, acted_on=row.day)
    if level.rank < Disposition.URGENT.rank:
        return state
    state = replace(state, question=None)
    if level is not Disposition.URGENT:
        return state
    due = after_waking_hours(row.moment, state.rules.silence.urgent_waking_hours, state.rules.waking)
    return replace(state, silence=replace(state.silence, urgent_due=due))


def _ask(turn: Turn, escalation: Decision | None) -> tuple[State, Decision | None]:
    """Put the question that the row gives cause for, unless the person is told to get care anyway."""
    state, row = turn.state, turn.row
    if escalation is not None and escalation.level in {Disposition.URGENT, Disposition.EMERGENCY}:
        return state, None
    wanted = tuple(c for c in _candidates(turn) if _may_ask(state, c.rule, row.day))
    if not wanted:
        return state, None
    state = replace(state, asked=state.asked + tuple((c.rule, row.day) for c in wanted))
    first = wanted[0]
    question = questions.open_question(first, row.day, row.moment, state.rules)
    because = " ".join(c.because for c in wanted)
    recheck = Decision(
        row.day, Action.RECHECK, None, tuple(c.rule.value for c in wanted), because, first.base, first.need
    )
    return replace(state, question=question, acted_on=row.day), recheck


def _candidates(turn: Turn) -> tuple[Candidate, ...]:
    """A jump comes before the comparison, because a later score can confirm it."""
    jump, found = turn.jump, []
    if jump is not None and jump.level is None:
        found.append(Candidate(jump.rule, jump.because, jump.base, jump.need))
    if turn.row.answers.trend is TrendAnswer.MUCH_WORSE:
        found.append(Candidate(Rule.G, '"Much worse than last week".'))
    return tuple(found)


def _may_ask(state: State, rule: Rule, day: int) -> bool:
    again = questions.ask_again_days(rule, state.rules)
    return all(day - asked_on >= again for asked, asked_on in state.asked if asked is rule)


def _recover(state: State, row: Row) -> tuple[State, Decision | None]:
    """The positive note, on exactly the day the run is long enough and nothing else was said that day."""
    rules, figures = state.rules.recovery, state.record.figures
    run = next((i for i, f in enumerate(reversed(figures)) if not f.better), len(figures))
    lately = state.recovery_on is not None and row.day - state.recovery_on < rules.again_days
    if run != rules.scored_days or lately or state.acted_on == row.day:
        return state, None
    latest = figures[-1]
    because = (
        f"The current level {plain(latest.current or 0.0)} has been at least {plain(rules.drop)} below the reference "
        f"{plain(latest.reference or 0.0)} for {run} scored days running."
    )
    note = Decision(row.day, Action.RECOVERY, None, (Rule.RECOVERY.value,), because)
    return replace(state, recovery_on=row.day), note
