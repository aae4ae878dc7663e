"""Charts as inline SVG made on the server from plain values: the same picture on screen, on paper and without scripts.

The axis is always 0 to 10. A day without a score is a gap. Colour never carries a meaning alone: markers are numbered,
have a shape for each kind, and are listed in words below; the table holds everything the picture shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from markupsafe import Markup

from coach.adapters.database.reports_values import CHART_DAYS, SPARK_DAYS, DayScore, Marker
from coach.web.text import day_in_words, plural, score_in_words

RECENT = 7
"""How many of the last scores the summary compares with the median."""
_KINDS = ("case", "fall", "sign")  # the first of them gives a day's marker its shape
_GRID = range(0, 11, 2)


@dataclass(frozen=True, slots=True)
class Note:
    """One numbered mark on the chart with everything that happened on its day."""

    number: int
    day: date
    kind: str
    entries: tuple[Marker, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One day of the table beside the chart."""

    day: date
    score: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A timeline in two widths, with its summary, the list of its markers and its table."""

    wide: Markup
    narrow: Markup
    summary: str
    notes: tuple[Note, ...]
    table: tuple[TableRow, ...]  # newest day first


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things are drawn, in SVG user units."""

    width: int
    top: int
    height: int  # of the plot itself
    first: date
    days: int
    label_every: int  # days between date labels
    left: int = 26
    right: int = 64
    bottom: int = 26

    def x(self, day: date) -> float:
        """The middle of a day."""
        share = (day - self.first).days / (self.days - 1)
        return round(self.left + share * (self.width - self.left - self.right), 1)

    def y(self, score: float) -> float:
        """The height of a score; 10 is at the top."""
        return round(self.top + (10 - min(10.0, max(0.0, score))) / 10 * self.height, 1)

    @property
    def total_height(self) -> int:
        """Of the whole picture."""
        return self.top + self.height + self.bottom


def timeline(
    scores: Sequence[DayScore], markers: Sequence[Marker], today: date, enrolled_on: date | None = None
) -> Chart:
    """Twelve weeks of daily scores up to today, with numbered markers."""
    first = today - timedelta(days=CHART_DAYS - 1)
    shown = [score for score in scores if first <= score.day <= today]
    notes = _notes([marker for marker in markers if first <= marker.day <= today])
    summary = summarise(shown, today, max(first, enrolled_on or first))
    return Chart(
        wide=_picture(shown, notes, summary, _frame(notes, 860, 170, first, 14), "wide"),
        narrow=_picture(shown, notes, summary, _frame(notes, 360, 150, first, 28), "narrow"),
        summary=summary,
        notes=notes,
        table=_table(shown, notes, today),
    )


def summarise(scores: Sequence[DayScore], today: date, first: date) -> str:
    """The chart in one sentence."""
    if not scores:
        return "No score in the last 12 weeks."
    last, middle = scores[-1], median(score.score for score in scores)
    recent = scores[-RECENT:]
    above = sum(1 for score in recent if score.score > middle)
    days = max((today - first).days + 1, len(scores))
    return (
        f"Last score {score_in_words(last.score)} ({day_in_words(last.day, today)}), "
        f"median {score_in_words(middle)}; {above} of the last {plural(len(recent), 'score')} above it; "
        f"scored on {len(scores)} of {plural(days, 'day')}."
    )


def _notes(markers: Sequence[Marker]) -> tuple[Note, ...]:
    by_day: defaultdict[date, list[Marker]] = defaultdict(list)
    for marker in markers:
        by_day[marker.day].append(marker)
    return tuple(
        Note(number, day, min((m.kind for m in by_day[day]), key=_KINDS.index), tuple(by_day[day]))
        for number, day in enumerate(sorted(by_day), start=1)
    )


def _table(scores: Sequence[DayScore], notes: Sequence[Note], today: date) -> tuple[TableRow, ...]:
    score_on = {score.day: score.score for score in scores}
    words_on = {note.day: "; ".join(entry.words for entry in note.entries) for note in notes}
    known = [*score_on, *words_on]
    if not known:
        return ()
    days = (today - timedelta(days=back) for back in range((today - min(known)).days + 1))
    return tuple(TableRow(day, score_on.get(day), words_on.get(day, "")) for day in days)


_MARK = 18
"""Room a marker needs on either axis."""


def _frame(notes: Sequence[Note], width: int, height: int, first: date, label_every: int) -> Frame:
    bare = Frame(width, 0, height, first, CHART_DAYS, label_every)
    rows = 1 + max((row for _, row in _placed(notes, bare)), default=-1)
    return Frame(width, 8 + rows * _MARK, height, first, CHART_DAYS, label_every)


def _placed(notes: Sequence[Note], frame: Frame) -> Iterator[tuple[Note, int]]:
    """Each note with the first row above the plot in which it touches no other."""
    ends: list[float] = []
    for note in notes:
        x = frame.x(note.day)
        row = next((i for i, end in enumerate(ends) if x - end >= _MARK), len(ends))
        ends[row : row + 1] = [x]
        yield note, row


def _picture(scores: Sequence[DayScore], notes: Sequence[Note], summary: str, frame: Frame, size: str) -> Markup:
    parts = (*_grid(frame), *_dates(frame), *_median(scores, frame), *_marks(notes, frame), *_line(scores, frame))
    about = "Weakness scores from 0, none, to 10, cannot stand, by day. "
    return Markup(
        '<svg class="chart chart-{size}" viewBox="0 0 {w} {h}" role="img" aria-labelledby="chart-{size}-title '
        'chart-{size}-desc"><title id="chart-{size}-title">Weakness scores of the last 12 weeks</title>'
        '<desc id="chart-{size}-desc">{desc}</desc>{body}</svg>'
    ).format(size=size, w=frame.width, h=frame.total_height, desc=about + summary, body=Markup("").join(parts))


def _grid(frame: Frame) -> Iterator[Markup]:
    right = frame.width - frame.right
    for score in _GRID:
        y = frame.y(score)
        yield Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(frame.left, right, y, y)
        yield _label(frame.left - 8, y + 4, "end", score)


def _dates(frame: Frame) -> Iterator[Markup]:
    last = frame.first + timedelta(days=frame.days - 1)
    y = frame.top + frame.height + 18
    for back in range(0, frame.days, frame.label_every):
        day = last - timedelta(days=back)
        anchor = "middle" if back else "end"
        yield _label(frame.x(day) + (0 if back else 6), y, anchor, day_in_words(day))


def _label(x: float, y: float, anchor: str, words: object) -> Markup:
    return Markup('<text class="axis" x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, words)


def _median(scores: Sequence[DayScore], frame: Frame) -> Iterator[Markup]:
    if not scores:
        return
    middle = median(score.score for score in scores)
    y, right = frame.y(middle), frame.width - frame.right
    yield Markup('<line class="median" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(frame.left, right, y, y)
    yield _label(right + 8, y + 4, "start", f"median {score_in_words(middle)}")


def _line(scores: Sequence[DayScore], frame: Frame) -> Iterator[Markup]:
    for run in _runs(scores):
        points = " ".join(f"{frame.x(s.day)},{frame.y(s.score)}" for s in run)
        if len(run) > 1:
            yield Markup('<polyline class="line" points="{}"/>').format(points)
        yield from (_dot(score, frame) for score in run)


def _dot(score: DayScore, frame: Frame) -> Markup:
    words = f"{day_in_words(score.day)}: {score_in_words(score.score)}"
    return Markup('<circle class="dot" cx="{}" cy="{}" r="2.6"><title>{}</title></circle>').format(
        frame.x(score.day), frame.y(score.score), words
    )


def _runs(scores: Sequence[DayScore]) -> list[list[DayScore]]:
    """Scores of days that follow each other; a missing day begins a new run."""
    runs: list[list[DayScore]] = []
    for score in scores:
        if runs and score.day - runs[-1][-1].day == timedelta(days=1):
            runs[-1].append(score)
        else:
            runs.append([score])
    return runs


def _marks(notes: Sequence[Note], frame: Frame) -> Iterator[Markup]:
    for note, row in _placed(notes, frame):
        x, y = frame.x(note.day), 10 + row * _MARK
        words = f"{note.number}: {day_in_words(note.day)}, " + "; ".join(entry.words for entry in note.entries)
        yield Markup(
            '<g class="mark mark-{kind}"><title>{words}</title><line class="stem" x1="{x}" x2="{x}" y1="{from_y}" '
            'y2="{to_y}"/>{shape}<text x="{x}" y="{text_y}" text-anchor="middle">{number}</text></g>'
        ).format(
            kind=note.kind,
            words=words,
            x=x,
            from_y=y + 8,
            to_y=frame.y(0),
            shape=_shape(note.kind, x, y),
            text_y=y + 3.5,
            number=note.number,
        )


def _shape(kind: str, x: float, y: float) -> Markup:
    if kind == "case":
        return Markup('<rect x="{}" y="{}" width="16" height="16" rx="2"/>').format(x - 8, y - 8)
    if kind == "fall":
        points = f"{x - 9},{y + 8} {x + 9},{y + 8} {x},{y - 9}"
        return Markup('<polygon points="{}"/>').format(points)
    return Markup('<circle cx="{}" cy="{}" r="8"/>').format(x, y)


def spark(scores: Sequence[DayScore], today: date) -> Markup:
    """Fourteen days in a row of the worklist: the same fixed axis, gaps as gaps, the last score as a larger dot."""
    first = today - timedelta(days=SPARK_DAYS - 1)
    shown = [score for score in scores if first <= score.day <= today]
    frame = Frame(112, 4, 32, first, SPARK_DAYS, SPARK_DAYS, left=4, right=4, bottom=4)
    return Markup(
        '<svg class="spark" viewBox="0 0 112 40" width="112" height="40" role="img" aria-label="{}">{}{}</svg>'
    ).format(_spark_words(shown, first), _spark_base(frame), _spark_line(shown, frame))


def _spark_words(scores: Sequence[DayScore], first: date) -> str:
    if not scores:
        return f"No score in the last {SPARK_DAYS} days"
    score_on = {score.day: score_in_words(score.score) for score in scores}
    days = (first + timedelta(days=i) for i in range(SPARK_DAYS))
    return f"Scores of the last {SPARK_DAYS} days: " + ", ".join(score_on.get(day, "none") for day in days)


def _spark_base(frame: Frame) -> Markup:
    bottom, top = frame.y(0), frame.y(10)
    return Markup(
        '<line class="grid" x1="0" x2="112" y1="{b}" y2="{b}"/><line class="grid" x1="0" x2="112" y1="{t}" y2="{t}"/>'
    ).format(b=bottom, t=top)


def _spark_line(scores: Sequence[DayScore], frame: Frame) -> Markup:
    pieces: list[Markup] = []
    for run in _runs(scores):
        points = " ".join(f"{frame.x(s.day)},{frame.y(s.score)}" for s in run)
        if len(run) > 1:
            pieces.append(Markup('<polyline class="line" points="{}"/>').format(points))
        pieces.extend(_spark_dot(s, frame, 3 if s is scores[-1] else 1.4) for s in run)
    return Markup("").join(pieces)


def _spark_dot(score: DayScore, frame: Frame, radius: float) -> Markup:
    x, y = frame.x(score.day), frame.y(score.score)
    return Markup('<circle class="dot" cx="{}" cy="{}" r="{}"/>').format(x, y, radius)
