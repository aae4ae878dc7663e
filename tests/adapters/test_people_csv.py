"""Files of people to enrol."""

from __future__ import annotations

from datetime import date, time

import pytest

from coach.adapters.people_csv import BROKEN_QUOTES, COLUMNS, MOST_ROWS, Parsed, RowProblem, read_people
from coach.core.model import Channel, Density, Language, Status

HEADER = ",".join(COLUMNS)
TODAY = date(2026, 11, 24)


def read(text: str) -> Parsed:
    """Read a file at a demonstration in the United States."""
    return read_people(text, "US", TODAY, allow_fictional=True)


def test_a_full_row_becomes_a_participant_to_be_invited() -> None:
    """Every column arrives where it belongs."""
    row = (
        "(202) 555-0111,Rosa Delgado,es,america/new_york,21:00,08:30,voice,71,f,yes,walker,no,"
        '"diabetes ckd",statin|diuretic,4,US,more,10:30,1955,480215,yes'
    )
    (rosa,) = read(f"{HEADER}\n{row}\n").rows
    assert (rosa.phone, rosa.name, rosa.language) == ("+12025550111", "Rosa Delgado", Language.ES)
    assert (rosa.zone, rosa.channel, rosa.status) == ("America/New_York", Channel.VOICE, Status.INVITED)
    assert (rosa.quiet.start, rosa.quiet.end) == (time(21), time(8, 30))
    assert (rosa.density, rosa.ask_at) == (Density.MORE, time(10, 30))
    assert (rosa.birth_year, rosa.call_pin, rosa.no_voicemail) == (1955, "480215", True)
    assert rosa.profile.conditions == {"diabetes", "ckd"}
    assert rosa.profile.medicines == {"statin", "diuretic"}
    assert (rosa.profile.age, rosa.profile.sex, rosa.profile.baseline) == (71, "f", 4)
    assert (rosa.profile.lives_alone, rosa.profile.walking_aid, rosa.profile.fluid_limit) == (True, "walker", False)


def test_what_is_left_empty_is_not_known() -> None:
    """Nothing is guessed about a person; the usual quiet hours and texts apply."""
    (walter,) = read("phone,language,lives_alone,age,fluid_limit\n2025550112,en,,,\n").rows
    assert (walter.profile.lives_alone, walter.profile.age, walter.profile.fluid_limit) == (None, None, None)
    assert (walter.zone, walter.name, walter.channel) == (None, "", Channel.SMS)
    assert (walter.quiet.start, walter.quiet.end) == (time(20), time(9))


def test_left_empty_the_hour_is_the_programmes_and_the_messages_as_usual() -> None:
    """Also in files made before there was a choice."""
    (walter,) = read("phone,language,density,ask_at\n2025550112,en,,\n").rows
    (june,) = read("phone,language\n2025550113,en\n").rows
    assert (walter.density, walter.ask_at) == (june.density, june.ask_at) == (Density.USUAL, None)


@pytest.mark.parametrize(
    ("density", "ask_at", "column"), [("lots", "", "density"), ("", "noonish", "ask_at"), ("", "21:00", "ask_at")]
)
def test_an_hour_at_night_or_an_unknown_density_is_a_problem(density: str, ask_at: str, column: str) -> None:
    """A check-in in quiet hours would never come."""
    problems = read(f"phone,language,density,ask_at\n2025550112,en,{density},{ask_at}\n").problems
    assert [problem.column for problem in problems] == [column]


def test_a_limit_on_fluids_is_a_fact_and_a_condition() -> None:
    """Rules may ask for either; the careful one of two contradicting answers holds."""
    text = "phone,language,fluid_limit,conditions\n2025550111,en,yes,\n2025550112,en,no,fluid_limit\n"
    for person in read(text).rows:
        assert person.profile.fluid_limit is True
        assert person.profile.has("fluid_limit")


@pytest.mark.parametrize(
    ("year", "age", "sentence"),
    [
        ("1899", "", "Write the year of birth as four digits, 1900 to 2008, or leave it empty."),
        ("2009", "", "Write the year of birth as four digits, 1900 to 2008, or leave it empty."),
        ("55", "", "Write the year of birth as four digits, 1900 to 2008, or leave it empty."),
        ("1955", "68", "Somebody born in 1955 is not 68 years old; correct the age or the year of birth."),
        ("1955", "73", "Somebody born in 1955 is not 73 years old; correct the age or the year of birth."),
    ],
)
def test_a_year_of_birth_that_cannot_be_is_told(year: str, age: str, sentence: str) -> None:
    """Nobody younger than 18; a slip in the age or in the year would leave somebody out of their own calls."""
    (problem,) = read(f"phone,language,birth_year,age\n2025550112,en,{year},{age}\n").problems
    assert (problem.column, problem.sentence) == ("birth_year", sentence)


@pytest.mark.parametrize(("year", "age"), [("1955", "70"), ("1955", "71"), ("1955", "72"), ("2008", ""), ("1900", "")])
def test_an_age_may_be_told_before_or_after_the_birthday(year: str, age: str) -> None:
    """A year more or less is no contradiction."""
    (walter,) = read(f"phone,language,birth_year,age\n2025550112,en,{year},{age}\n").rows
    assert walter.birth_year == int(year)


@pytest.mark.parametrize(
    "pin",
    ["482", "482150938", "48 15", "48a5", "\uff14\uff18\uff11\uff15", "0000", "77777777", "1234", "56789", "8765"],
)
def test_a_pin_that_is_short_or_easily_guessed_is_told_without_it(pin: str) -> None:
    """Of digits alone, and of several."""
    (problem,) = read(f"phone,language,pin\n2025550112,en,{pin}\n").problems
    assert problem.column == "pin"
    assert pin not in problem.sentence.replace("such as 1234", "")


@pytest.mark.parametrize("pin", ["4821", "0482", "1223", "48215093"])
def test_a_pin_has_four_to_eight_digits(pin: str) -> None:
    """It is kept as it is typed, a first zero too."""
    (walter,) = read(f"phone,language,pin\n2025550112,en,{pin}\n").rows
    assert walter.call_pin == pin


def test_whoever_is_to_be_called_needs_a_year_of_birth_or_a_pin() -> None:
    """Without one a call could never speak of their health."""
    parsed = read(
        "phone,language,channel,birth_year,pin\n"
        "2025550111,en,voice,,\n2025550112,en,voice,1955,\n2025550113,en,voice,,4821\n2025550114,en,sms,,\n"
    )
    assert [(p.row, p.column) for p in parsed.problems] == [(2, "birth_year")]
    assert [person.can_be_identified for person in parsed.rows] == [True, True, False]


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_spreadsheets_of_all_countries_are_read(separator: str) -> None:
    """With a byte order mark, Windows line ends and the separator of the country."""
    rows = [["phone", "name", "language"], ["2025550111", "José Núñez", "es"]]
    text = "\ufeff" + "\r\n".join(separator.join(row) for row in rows) + "\r\n"
    (jose,) = read(text).rows
    assert jose.name == "José Núñez"


def test_every_problem_of_a_row_is_told_at_once() -> None:
    """Nobody wants to repair a file one mistake at a time."""
    parsed = read("phone,language,zone,age,conditions,quiet_start\n12,fr,Mars/Base,seven,bad_knees,25:00\n")
    assert {(p.row, p.column) for p in parsed.problems} == {
        (2, "phone"), (2, "language"), (2, "zone"), (2, "age"), (2, "conditions"), (2, "quiet_start"),
    }  # fmt: skip
    assert all(problem.sentence.endswith(".") for problem in parsed.problems)


def test_nobody_is_imported_while_there_are_problems_unless_asked() -> None:
    """All or nothing is the rule; leaving out bad rows is a decision somebody makes."""
    parsed = read("phone,language\n2025550111,en\n12,en\n")
    assert [person.phone for person in parsed.rows] == ["+12025550111"]
    assert parsed.importable() == []
    assert parsed.importable(despite_problems=True) == parsed.rows


def test_the_same_number_twice_names_the_earlier_row_however_it_is_written() -> None:
    """Two rows of one person would be two invitations."""
    parsed = read("phone,language\n(202) 555-0111,en\n+1 202 555 0111,es\n")
    assert parsed.problems == [RowProblem(3, "phone", "The same number as in row 2; keep one of them.")]


def test_a_misspelt_column_is_told_with_the_one_that_is_meant() -> None:
    """A column that is not known is never silently dropped: it may hold a kidney disease."""
    (problem,) = read("phone,language,medicnes\n2025550111,en,statin\n").problems
    assert (problem.row, problem.column) == (1, "medicnes")
    assert "did you mean medicines?" in problem.sentence


def test_a_column_that_is_missing_or_doubled_is_told() -> None:
    """The columns are settled before any row is read."""
    assert [p.sentence for p in read("phone,phone\n2025550111,2025550111\n").problems] == [
        "This column is there twice; keep one.",
        "The column language is missing; add it.",
    ]


@pytest.mark.parametrize("text", ['phone,language\n"2025550111,en\n', 'phone,language\n"202"5550111,en\n'])
def test_broken_quotes_are_told_with_their_row(text: str) -> None:
    """A quotation mark that swallows the rest of the file is no person."""
    assert read(text) == Parsed(problems=[RowProblem(2, "", BROKEN_QUOTES)])


def test_a_row_with_too_many_cells_is_told() -> None:
    """An unquoted comma in a name would shift everything behind it."""
    (problem,) = read("phone,name,language\n2025550111,Delgado, Rosa,es\n").problems
    assert "more cells than columns" in problem.sentence


def test_rows_are_counted_as_the_spreadsheet_counts_them() -> None:
    """Line ends inside quotes and empty lines do not shift the row that is named."""
    parsed = read('phone,name,language\n2025550111,"Rosa\nDelgado",es\n\n12,Walter,en\n')
    assert [(p.row, p.column) for p in parsed.problems] == [(5, "phone")]
    assert parsed.rows[0].name == "Rosa Delgado"


@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", "phone,language\n"])
def test_a_file_without_people_is_a_problem(text: str) -> None:
    """An empty import is a mistake, not a success."""
    assert len(read(text).problems) == 1


def test_a_file_that_is_far_too_long_is_refused_as_a_whole() -> None:
    """The limit protects the people of another clinic's export."""
    text = "phone,language\n" + "2025550111,en\n" * (MOST_ROWS + 1)
    (problem,) = read(text).problems
    assert "10,000" in problem.sentence


def test_control_characters_do_not_reach_the_database() -> None:
    """They hide things, and PostgreSQL refuses some of them."""
    (person,) = read("phone,name,language\n2025550111,Ro\u202esa\x00 \x1b[1mDel,en\n").rows
    assert person.name == "Ro sa [1mDel"
