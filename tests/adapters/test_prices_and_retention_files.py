"""messages/prices.toml and messages/retention.toml: figures with where they come from, and no table forgotten."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from coach.adapters.database.tables import metadata
from coach.adapters.library.prices import load_prices, minutes
from coach.adapters.library.problems import LibraryError
from coach.adapters.library.retention import load_retention, tables_named
from coach.ports import Forgotten

MESSAGES = Path(__file__).parents[2] / "messages"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The two files, to break."""
    for name in ("prices.toml", "retention.toml"):
        shutil.copy(MESSAGES / name, tmp_path / name)
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Write something else into a file."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_table_is_kept_for_a_reason_or_loses_rows_for_one() -> None:
    """A new table has to be thought of."""
    assert tables_named(MESSAGES) == set(metadata.tables)


def test_every_kind_that_may_go_has_its_time() -> None:
    """What the program can remove stands in the file, none for less than the day a session lasts."""
    kept = load_retention(MESSAGES)
    assert set(kept) == set(Forgotten)
    assert min(kept.values()) >= timedelta(days=1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('what = "sessions"', 'what = "conversations"'),
        ('what = "sessions"', 'what = "alarms"'),
        ("after_days = 90", "after_days = 0"),
        ("after_days = 90", 'after_days = "long"'),
        ('because = "Sessions of staff end after twelve hours."', ""),
    ],
)
def test_a_slip_in_retention_is_refused(folder: Path, old: str, new: str) -> None:
    """What nobody may remove, told twice, no time, no reason."""
    change(folder, "retention.toml", old, new)
    with pytest.raises(LibraryError, match=r"retention\.toml"):
        load_retention(folder)


def test_prices_say_where_they_come_from_and_when() -> None:
    """And are in millionths."""
    prices = load_prices(MESSAGES)
    assert (prices.currency, len(prices.as_of)) == ("USD", 7)
    assert "twilio.com" in prices.source
    american = prices.of("US")
    assert american is not None
    assert (american.texts(3), prices.of("ZZ")) == (38_100, None)


@pytest.mark.parametrize(("old", "new"), [('as_of = "2026-11"', ""), ("sms_segment = 0.0127", "sms_segment = -1.0")])
def test_a_slip_in_prices_is_refused(folder: Path, old: str, new: str) -> None:
    """A price without a date, a price below nothing."""
    change(folder, "prices.toml", old, new)
    with pytest.raises(LibraryError, match=r"prices\.toml"):
        load_prices(folder)


@pytest.mark.parametrize(("seconds", "begun"), [(0, 1), (59, 1), (60, 1), (61, 2), (600, 10)])
def test_each_minute_begun_counts(seconds: float, begun: int) -> None:
    """As calls are billed."""
    assert minutes(seconds) == begun
