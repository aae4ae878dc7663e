"""Reading a file of people to enrol: every problem is found at once, with its row, column and one plain sentence."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from coach.adapters.enrolment import FieldProblem, Rules, read_person
from coach.core.model import Participant

COLUMNS = (
    "phone", "name", "language", "zone", "quiet_start", "quiet_end", "channel", "age", "sex", "lives_alone",
    "walking_aid", "fluid_limit", "conditions", "medicines", "baseline", "country", "density", "ask_at", "birth_year",
    "pin", "no_voicemail",
)  # fmt: skip
REQUIRED = ("phone", "language")
BROKEN_QUOTES = "A quotation mark is opened and not closed, or stands inside a cell; remove it or close it."
MOST_ROWS = 10_000
"""A longer file is refused as a whole: it is more likely a mistake than a panel."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong in one cell. `row` counts the lines of the file from 1; `column` is empty for the whole row."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds: the people whose rows are right, in order, and every problem of the others."""

    rows: list[Participant] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    def importable(self, *, despite_problems: bool = False) -> list[Participant]:
        """Those to enrol: nobody while there are problems, unless asked to leave out only the bad rows."""
        return self.rows if despite_problems or not self.problems else []


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    cells: list[str]


def read_people(text: str, country: str, today: date, *, allow_fictional: bool = False) -> Parsed:
    """Read a CSV file with the columns of `COLUMNS`, separated by commas, semicolons or tabs.

    Numbers without a country code are read as numbers of `country`. Nothing raises: problems are part of the answer.
    """
    try:
        records = list(_records(text.removeprefix("\ufeff")))
    except _BrokenQuotesError as broken:
        return Parsed(problems=[RowProblem(broken.line, "", BROKEN_QUOTES)])
    problems = _problems_of_shape(records)
    if problems:
        return Parsed(problems=problems)
    return _read_rows(records, Rules(country, allow_fictional), today)


class _BrokenQuotesError(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _records(text: str) -> Iterator[_Record]:
    """The rows that hold anything, with the line each begins on."""
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=_separator(text), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _Record(begins, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _BrokenQuotesError(begins) from error


def _separator(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)


def _problems_of_shape(records: Sequence[_Record]) -> list[RowProblem]:
    if not records:
        return [RowProblem(1, "", f"The file is empty; its first row names the columns: {', '.join(COLUMNS)}.")]
    if len(records) - 1 > MOST_ROWS:
        return [RowProblem(1, "", f"The file has more than {MOST_ROWS:,} rows; split it.")]
    header = records[0]
    names = _names(header)
    unknown = [RowProblem(header.line, name, _unknown(name)) for name in names if name not in COLUMNS]
    doubled = sorted({name for name in names if names.count(name) > 1})
    twice = [RowProblem(header.line, name, "This column is there twice; keep one.") for name in doubled]
    absent = [name for name in REQUIRED if name not in names]
    missing = [RowProblem(header.line, name, f"The column {name} is missing; add it.") for name in absent]
    nobody = [] if len(records) > 1 else [RowProblem(header.line, "", "The file has no people in it; add a row.")]
    return unknown + twice + missing + nobody


def _names(header: _Record) -> list[str]:
    names = [cell.strip().casefold().replace(" ", "_") for cell in header.cells]
    while names and not names[-1]:  # spreadsheets leave empty columns at the end
        names.pop()
    return names


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, COLUMNS, n=1)
    advice = f"did you mean {near[0]}?" if near else f"the columns are {', '.join(COLUMNS)}."
    return f"The column “{name[:40]}” is not known; {advice}"


def _read_rows(records: Sequence[_Record], rules: Rules, today: date) -> Parsed:
    names, parsed, first_line = _names(records[0]), Parsed(), dict[str, int]()
    for record in records[1:]:
        person = _read_row(names, record, rules, today)
        if not isinstance(person, Participant):
            parsed.problems.extend(person)
        elif person.phone in first_line:
            sentence = f"The same number as in row {first_line[person.phone]}; keep one of them."
            parsed.problems.append(RowProblem(record.line, "phone", sentence))
        else:
            first_line[person.phone] = record.line
            parsed.rows.append(person)
    return parsed


def _read_row(names: Sequence[str], record: _Record, rules: Rules, today: date) -> Participant | list[RowProblem]:
    extra = [cell for cell in record.cells[len(names) :] if cell.strip()]
    if extra:
        sentence = f"This row has more cells than columns; “{extra[0][:40]}” is too many. Quote cells with commas."
        return [RowProblem(record.line, "", sentence)]
    result = read_person(dict(zip(names, record.cells, strict=False)), rules, today)
    return result if isinstance(result, Participant) else [_at(record.line, problem) for problem in result]


def _at(line: int, problem: FieldProblem) -> RowProblem:
    return RowProblem(line, problem.field, problem.sentence)
