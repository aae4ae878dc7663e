"""The operator's figures in the Prometheus text format. Label values are our own words only, never anything personal.

All but the memory and open files of the answering process come from the tables, so every process tells the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import TypeAlias

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from coach.adapters.database.figures import LATELY, Figures
from coach.watching import INTERVALS

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_Samples: TypeAlias = Iterable[tuple[Sequence[str], float]]
"""Label values with their figure."""

_QUANTILES = (0.5, 0.9, 0.99, 1.0)
_MINUTES = f"in the last {LATELY.total_seconds() / 60:.0f} minutes"
_LANE, _LEVEL, _JOB = ("lane",), ("level",), ("job",)


@dataclass(frozen=True, slots=True)
class SpoolFigures:
    """What this process has set down on disk because the database could not take it; 0 seconds when nothing."""

    waiting: int
    oldest_seconds: float


def prometheus_text(figures: Figures | None, spool: SpoolFigures | None = None) -> bytes:
    """The figures as text; without any the database cannot be reached, which is itself a figure."""
    families = [_one("coach_database_up", "1 when the tables can be read, else 0.", figures is not None)]
    families += _of_tables(figures) if figures is not None else ()
    families += _of_spool(spool) if spool is not None else ()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gathered((*families, *ProcessCollector(registry=None).collect())))
    return generate_latest(registry)


@dataclass(frozen=True, eq=False)
class _Gathered(Collector):
    families: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        """All of them, as they are."""
        return self.families


def _of_tables(figures: Figures) -> Iterable[Metric]:
    return (*_of_waiting(figures), *_of_sending(figures), *_of_care(figures), *_of_jobs(figures), _costs(figures))


def _of_waiting(figures: Figures) -> Iterable[Metric]:
    lanes = figures.lanes
    waiting = [((lane.lane,), lane.waiting) for lane in lanes]
    oldest = [((lane.lane,), lane.oldest_seconds) for lane in lanes]
    return (
        _many("coach_backlog_messages", "Messages waiting to be sent.", _LANE, waiting),
        _many("coach_backlog_oldest_seconds", "Age of the message that could have left longest ago.", _LANE, oldest),
        _one("coach_oldest_due_seconds", "Age of the oldest thing past its time.", figures.oldest_due_seconds),
        _one("coach_undecided_texts", "Received texts not yet dealt with.", figures.undecided),
    )


def _of_sending(figures: Figures) -> Iterable[Metric]:
    sends = [((one.channel, one.outcome), one.attempts) for one in figures.sends]
    answers = [((f"{share:g}",), _quantile(figures.answers, share)) for share in _QUANTILES if figures.answers]
    return (
        _many("coach_sends_recent", f"Attempts begun {_MINUTES}.", ("channel", "outcome"), sends),
        _one("coach_in_doubt_messages", "Messages the carrier may or may not have.", figures.in_doubt),
        _one("coach_in_doubt_oldest_seconds", "Age of the oldest doubt.", figures.in_doubt_oldest_seconds),
        _one("coach_answers_recent", f"Texts received and answered {_MINUTES}.", len(figures.answers)),
        _many("coach_answer_seconds", "From a text's arrival to its first answer taken.", ("quantile",), answers),
    )


def _of_care(figures: Figures) -> Iterable[Metric]:
    cases = figures.cases
    still_open = [((case.level,), case.open) for case in cases]
    unowned = [((case.level,), case.unowned) for case in cases]
    oldest = [((case.level,), case.unowned_oldest_seconds) for case in cases]
    return (
        _many("coach_open_cases", "Open cases.", _LEVEL, still_open),
        _many("coach_unowned_cases", "Open cases nobody has taken.", _LEVEL, unowned),
        _many("coach_unowned_case_oldest_seconds", "Age of the oldest case nobody has taken.", _LEVEL, oldest),
        _one("coach_open_tasks", "Open tasks.", figures.tasks),
        _one("coach_open_alarms", "Open alarms about the program itself.", figures.alarms),
    )


def _of_jobs(figures: Figures) -> Iterable[Metric]:
    worked = {job.name: job.ok_seconds for job in figures.jobs if job.ok_seconds is not None}
    names = dict.fromkeys((*INTERVALS, *(job.name for job in figures.jobs)))
    ages = [((name,), worked.get(name, inf)) for name in names]
    failing = [((job.name,), float(job.failing)) for job in figures.jobs]
    seen = [((one.name,), one.seen_seconds) for one in figures.processes]
    return (
        _many("coach_job_ok_seconds", "Since a job last did its work; marked every ten seconds.", _JOB, ages),
        _many("coach_job_failing", "1 when a job's last run failed.", _JOB, failing),
        _many("coach_process_seen_seconds", "Since a process of the last day left a mark.", ("process",), seen),
    )


def _costs(figures: Figures) -> Metric:
    costs = [((cost.channel, cost.currency, cost.source), cost.amount) for cost in figures.costs]
    about = "What was sent in the last hour cost, by the carrier's word or by the price table."
    return _many("coach_cost_last_hour", about, ("channel", "currency", "source"), costs)


def _of_spool(spool: SpoolFigures) -> Iterable[Metric]:
    return (
        _one("coach_spool_entries", "Received requests on disk, not yet in the tables.", spool.waiting),
        _one("coach_spool_oldest_seconds", "Age of the oldest of them.", spool.oldest_seconds),
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The least of the values that so large a share of them does not exceed."""
    return ordered[ceil(len(ordered) * share) - 1]


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _many(name: str, about: str, labels: Sequence[str], values: _Samples) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family
