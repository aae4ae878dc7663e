"""The file of trend rules: what is delivered loads, and what is wrong in it is named."""

import datetime as dt
import re
from pathlib import Path

import pytest

from coach.adapters.library.trend import TrendRulesError, load_trend_rules

DELIVERED = Path(__file__).parents[2] / "messages" / "triage" / "rules.toml"


def test_delivered_rules_load_with_their_version() -> None:
    """The numbers of the file arrive as they stand there."""
    rules = load_trend_rules(DELIVERED)

    assert rules.version
    assert (rules.current.last, rules.worsening.rise_most, rules.persisting.share) == (5, 3.5, 0.75)
    assert (rules.waking.start, rules.waking.end) == (dt.time(9, 0), dt.time(20, 0))
    assert rules.silence.risk_fall_codes == ("fall_no_injury", "fall_serious")


@pytest.mark.parametrize(
    ("line", "instead", "complaint"),
    [
        ("ask_again_days = 14", "", "the key early.ask_again_days is missing; add it."),
        ("otherwise = 1.0", "otherwize = 1.0", "the key noise.otherwize is unknown; remove it or mend its spelling."),
        ("[recovery]", "[recovered_again]", "the key recovered_again is unknown; remove it or mend its spelling."),
        (
            "rise_most = 3.5",
            'rise_most = "3.5"',
            "the key worsening.rise_most is wrong: input should be a valid number.",
        ),
        (
            "missed_days = 4",
            "missed_days = 4.5",
            "the key silence.missed_days is wrong: input should be a valid integer.",
        ),
        (
            "missed_days = 4",
            "missed_days = true",
            "the key silence.missed_days is wrong: input should be a valid integer.",
        ),
        ("rise_most = 3.5", "rise_most = -1", "the key worsening.rise_most is -1.0; it must be a number of 0 or more."),
        ("rise_most = 3.5", "rise_most = inf", "the key worsening.rise_most is inf; it must be a number"),
        ("share = 0.5", "share = 50", "the key rearm.share is 50.0; a share lies between 0 and 1."),
        ("scored_days = 3", "scored_days = 0", "the key recovery.scored_days is 0; it must be more than 0."),
        ('end = "20:00"', 'end = "08:00"', "the key waking.end must be later than waking.start."),
        ("[silence]", "[silence", "this is not valid TOML"),
    ],
)
def test_wrong_rules_are_refused_with_file_key_and_mend(
    tmp_path: Path, line: str, instead: str, complaint: str
) -> None:
    """Whoever edits the file reads one sentence that says where the mistake is."""
    text = DELIVERED.read_text("utf-8")
    edited = tmp_path / "rules.toml"
    edited.write_text(text.replace(line, instead, 1), "utf-8")

    assert line in text
    with pytest.raises(TrendRulesError) as refusal:
        load_trend_rules(edited)
    assert str(refusal.value).startswith(f"{edited}: {complaint}")


def _keys() -> list[tuple[str, int]]:
    """Every key of the file under its full name, with its line."""
    found, table = [], ""
    for number, line in enumerate(DELIVERED.read_text("utf-8").splitlines()):
        if heading := re.fullmatch(r"\[+([\w.]+)]+", line):
            table = heading[1] + "."
        elif key := re.match(r"\w+(?= = )", line):
            found.append((table + key[0], number))
    return found


@pytest.mark.parametrize(("key", "number"), [pytest.param(*one, id=f"{one[0]}, line {one[1] + 1}") for one in _keys()])
def test_each_number_is_needed_and_its_absence_is_named(tmp_path: Path, key: str, number: int) -> None:
    """A file that lost one line is refused with one sentence that names the file and the key."""
    lines = DELIVERED.read_text("utf-8").splitlines()
    edited = tmp_path / "rules.toml"
    edited.write_text("\n".join(lines[:number] + lines[number + 1 :]), "utf-8")

    with pytest.raises(TrendRulesError) as refusal:
        load_trend_rules(edited)
    file, said, mend = re.fullmatch(r"(.*): the key (\S+) (is missing; add it\.)", str(refusal.value)).groups()  # type: ignore[union-attr]
    assert (file, re.sub(r"\.\d+", "", said), mend) == (str(edited), key, "is missing; add it.")


def _tables() -> list[str]:
    """Each table with the comment above it; a list of tables counts as one."""
    tables: list[str] = []
    for part in DELIVERED.read_text("utf-8").split("\n\n"):
        if part.startswith("[["):
            tables[-1] += part
        elif "\n[" in part:
            tables.append(part)
    return tables


@pytest.mark.parametrize("table", _tables(), ids=lambda table: re.search(r"(?<=\n)\[.*", table)[0])  # type: ignore[index]
def test_each_table_says_where_its_numbers_come_from(table: str) -> None:
    """Design or evidence: whoever changes a number can see what it leans on."""
    assert re.search(r"design|evidence", table, re.IGNORECASE)


def test_chair_stand_ages_are_checked_like_other_numbers(tmp_path: Path) -> None:
    """A number below zero in a list of tables is named with its place."""
    edited = tmp_path / "rules.toml"
    edited.write_text(DELIVERED.read_text("utf-8").replace("women = 4", "women = -4"), "utf-8")

    with pytest.raises(TrendRulesError, match=r"the key function_tests\.chair_stands\.6\.women is -4; it must be"):
        load_trend_rules(edited)


def test_messages_folder_is_enough_to_find_the_file() -> None:
    """Whoever has the folder need not know the file's place in it."""
    assert load_trend_rules(DELIVERED.parents[1]) == load_trend_rules(DELIVERED)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A wrong path is said as such."""
    with pytest.raises(TrendRulesError, match=r"rules\.toml: the file cannot be read"):
        load_trend_rules(tmp_path / "rules.toml")
