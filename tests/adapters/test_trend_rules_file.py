"""The file of trend rules: what is delivered loads, and what is wrong in it is named."""

import datetime as dt
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


def test_messages_folder_is_enough_to_find_the_file() -> None:
    """Whoever has the folder need not know the file's place in it."""
    assert load_trend_rules(DELIVERED.parents[1]) == load_trend_rules(DELIVERED)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A wrong path is said as such."""
    with pytest.raises(TrendRulesError, match=r"rules\.toml: the file cannot be read"):
        load_trend_rules(tmp_path / "rules.toml")
