"""Every number of the trend rules as a named field. The values live in messages/triage/rules.toml, none of them here.

`day` numbers count from enrolment (day 1); "days back" and windows are calendar days with both ends included.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class CurrentRules:
    """C: median of the `last` scores of the last `days_back` days and today, once there are `least`."""

    days_back: int
    last: int
    least: int


@dataclass(frozen=True, slots=True)
class BaselineRules:
    """B: median of the `first` scores within `days` days from the first score, once there are `least`."""

    days: int
    first: int
    least: int


@dataclass(frozen=True, slots=True)
class RecoveredRules:
    """L: median of the scores from `from_days_back` to `to_days_back`, once there are `least`."""

    from_days_back: int
    to_days_back: int
    least: int


@dataclass(frozen=True, slots=True)
class NoiseRules:
    """S: a person's own noise over the `last` scores at least `days_back` old; `otherwise` while under `least`."""

    last: int
    days_back: int
    least: int
    otherwise: float


@dataclass(frozen=True, slots=True)
class PriorRules:
    """What today's score is compared with: the scores of the last `days`; `enough` of them are needed."""

    days: int
    enough: int


@dataclass(frozen=True, slots=True)
class NeedRules:
    """The rise that counts as a jump: `noises` times S, but not under `least` and not over `most`."""

    least: float
    noises: float
    most: float


@dataclass(frozen=True, slots=True)
class CannotStandRules:
    """J3: `score` means cannot stand; the usual is the median of the `last` prior scores."""

    score: int
    last: int
    emergency_up_to: float


@dataclass(frozen=True, slots=True)
class BigJumpRules:
    """J2: a jump so big that no question is asked first."""

    above_highest: float
    rise: float
    noises: float
    severe_score: int
    usual_up_to: float


@dataclass(frozen=True, slots=True)
class JumpRules:
    """J1: a jump that is asked about before anything is said."""

    above_highest: float
    score: int
    ask_again_days: int


@dataclass(frozen=True, slots=True)
class EarlyRules:
    """J0: a high score before there is anything to compare it with."""

    score: int
    ask_again_days: int


@dataclass(frozen=True, slots=True)
class WorseningRules:
    """W: the current level stays above the reference; the `urgent_` fields say when that is urgent."""

    rise: float
    noises: float
    rise_most: float
    current: float
    last_scores: int
    above_reference: float
    scored_days: int
    urgent_days_back: int
    urgent_rise: float
    urgent_noises: float
    urgent_rise_most: float
    urgent_current: float
    function_days: int
    chair_stands_lost: int
    chair_stands_first: int
    new_code_days: int
    rearm_gap: float
    rearm_scored_days: int


@dataclass(frozen=True, slots=True)
class SevereRules:
    """P3: `scores` scores in a row of at least `score`, the first at most `days_back` ago."""

    score: int
    scores: int
    days_back: int
    seen_days: int
    stable_rise: float


@dataclass(frozen=True, slots=True)
class PersistingRules:
    """P1 and P2: most scores of a window are at least `score`, and it is not getting better."""

    from_day: int
    days: int
    scores: int
    span_days: int
    share: float
    score: int
    improving_days_back: int
    improving_drop: float


@dataclass(frozen=True, slots=True)
class RearmRules:
    """When P1, P2 and P3 may speak again: under `share` of at least `scores` scores in `days` days are high."""

    days: int
    scores: int
    share: float


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """G: the weekly comparison with last week; two answers "worse" at most `days_apart` count."""

    days_apart: int
    ask_again_days: int


@dataclass(frozen=True, slots=True)
class QuestionRules:
    """How long a question waits: `waking_hours` for the coordinator's task, `open_days` after the day it was asked."""

    waking_hours: float
    open_days: int


@dataclass(frozen=True, slots=True)
class CoolDownRules:
    """Days in which a further trend message of that level is held."""

    urgent_days: int
    routine_days: int


@dataclass(frozen=True, slots=True)
class RepeatRules:
    """How long the same sign at the same level raises no new escalation. Emergencies have no such time.

    A routine fall is the exception: a second one within `second_fall_days` is urgent. Signs of different texts
    belong together, as one combination, for `together_hours`.
    """

    routine_days: int
    urgent_hours: float
    second_fall_code: str
    second_fall_days: int
    together_hours: float


@dataclass(frozen=True, slots=True)
class SilenceRules:
    """When silence becomes a coordinator's task; `risk_` fields say who counts as high risk."""

    risk_days: int
    risk_current: float
    risk_alone_score: int
    risk_fall_days: int
    risk_fall_codes: tuple[str, ...]
    missed_days: int
    long_days: int
    urgent_waking_hours: float


@dataclass(frozen=True, slots=True)
class RecoveryRules:
    """The good news: `drop` below the reference for `scored_days` scored days, at most every `again_days`."""

    drop: float
    scored_days: int
    again_days: int


@dataclass(frozen=True, slots=True)
class WakingRules:
    """The part of the day whose hours count when waiting for an answer."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class ChairStandsNorm:
    """Ages with both ends included; fewer chair stands than this in 30 seconds are below average for men or women."""

    from_age: int
    to_age: int
    men: int
    women: int


@dataclass(frozen=True, slots=True)
class FunctionTestRules:
    """What the function tests call for by themselves: chair stands, up and go, stairs, SARC-F."""

    stairs_cannot: int
    stairs_rise: int
    stairs_times: int
    sarc_f_points: int
    sarc_f_days: int
    sarc_f_again: int
    fall_days: int
    up_and_go_seconds: float
    up_and_go_from_age: int
    chair_stands: tuple[ChairStandsNorm, ...]


@dataclass(frozen=True, slots=True)
class TrendRules:
    """All numbers of the trend rules and the silence ladder, with the version that was in force."""

    version: str
    look_back_days: int  # how much further back the comparison value of C is searched
    visit_mute_days: int  # P1 and P2 are silent for so long after a visit
    current: CurrentRules
    baseline: BaselineRules
    recovered: RecoveredRules
    noise: NoiseRules
    prior: PriorRules
    need: NeedRules
    cannot_stand: CannotStandRules
    big_jump: BigJumpRules
    jump: JumpRules
    early: EarlyRules
    worsening: WorseningRules
    severe: SevereRules
    persisting: PersistingRules
    mild_persisting: PersistingRules
    rearm: RearmRules
    comparison: ComparisonRules
    question: QuestionRules
    cool_down: CoolDownRules
    repeat: RepeatRules
    silence: SilenceRules
    recovery: RecoveryRules
    function_tests: FunctionTestRules
    waking: WakingRules
