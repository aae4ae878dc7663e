"""Charts: the same picture for everybody, on screen and on paper."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from coach.adapters.database.reports_values import DayScore, Marker
from coach.web.charts import Chart, spark, summarise, timeline

TODAY = date(2026, 11, 24)


def scored(*recent: float | None) -> list[DayScore]:
    """Scores of the last days, the last one today; None is a day without."""
    days = reversed(range(len(recent)))
    return [
        DayScore(TODAY - timedelta(days=back), score)
        for back, score in zip(days, recent, strict=True)
        if score is not None
    ]


def parsed(svg: str) -> ET.Element:
    """The picture as elements."""
    return ET.fromstring(svg)  # noqa: S314 - our own markup


def drawn(svg: str, tag: str, kind: str) -> list[dict[str, str]]:
    """The attributes of the elements of one class."""
    return [dict(e.attrib) for e in parsed(svg).iter(tag) if e.get("class") == kind]


def both(chart: Chart) -> tuple[str, str]:
    """The picture in its two widths."""
    return str(chart.wide), str(chart.narrow)


@pytest.mark.parametrize("scores", [scored(1, 1, 1), scored(9, 10, 9)], ids=["low", "high"])
def test_the_axis_is_always_zero_to_ten(scores: list[DayScore]) -> None:
    """An axis that fits itself to the data makes a small change look like a fall."""
    for svg in both(timeline(scores, [], TODAY)):
        labels = [e.text for e in parsed(svg).iter("text") if e.get("text-anchor") == "end"]
        assert [label for label in labels if label and label.isdigit()] == ["0", "2", "4", "6", "8", "10"]


def test_a_missing_day_is_a_gap() -> None:
    """A line drawn over a silent day would be a score nobody gave."""
    for svg in both(timeline(scored(3, 4, None, 5, 6, None, 7), [], TODAY)):
        assert len(drawn(svg, "polyline", "line")) == 2
        assert len(drawn(svg, "circle", "dot")) == 5


def test_higher_scores_are_drawn_higher_and_later_days_further_right() -> None:
    """Up is worse, right is now."""
    dots = drawn(str(timeline(scored(2, 8), [], TODAY).wide), "circle", "dot")
    assert float(dots[0]["cy"]) > float(dots[1]["cy"])
    assert float(dots[0]["cx"]) < float(dots[1]["cx"])


def test_the_median_is_drawn_and_named() -> None:
    """Their usual is what a score is compared with."""
    for svg in both(timeline(scored(2, 4, 9), [], TODAY)):
        assert len(drawn(svg, "line", "median")) == 1
        assert "median 4" in svg


def test_the_summary_is_one_sentence_with_last_score_median_and_how_many_days() -> None:
    """Everybody gets the gist without the picture."""
    words = summarise(scored(4, 4, 4, None, 6, 7), TODAY, TODAY - timedelta(days=9))
    assert words == ("Last score 7 (today), median 4; 2 of the last 5 scores above it; scored on 5 of 10 days.")


def test_somebody_without_scores_has_a_sentence_and_no_dots() -> None:
    """No data is said, not drawn as zero."""
    chart = timeline([], [], TODAY)
    assert chart.summary == "No score in the last 12 weeks."
    assert drawn(str(chart.wide), "circle", "dot") == []
    assert chart.table == ()


def test_markers_are_numbered_by_day_and_listed_in_words() -> None:
    """One number a day; colour and shape only repeat what the list says."""
    fall = Marker(TODAY - timedelta(days=3), "fall", "1 fall")
    sign = Marker(TODAY - timedelta(days=3), "sign", "numbness tingling")
    case = Marker(TODAY, "case", "urgent case: new rise")
    chart = timeline(scored(3, 4), [case, sign, fall], TODAY)
    assert [(n.number, n.kind, len(n.entries)) for n in chart.notes] == [(1, "fall", 2), (2, "case", 1)]
    for svg in both(chart):
        numbers = re.findall(r'text-anchor="middle">(\d+)</text></g>', svg)
        assert numbers == ["1", "2"]


def test_markers_of_neighbouring_days_do_not_cover_each_other() -> None:
    """Numbers that touch move to a row of their own."""
    markers = [Marker(TODAY - timedelta(days=back), "sign", "dizzy") for back in range(12)]
    for svg in both(timeline(scored(3), markers, TODAY)):
        circles = [(float(c["cx"]), float(c["cy"])) for c in _mark_circles(svg)]
        apart = [abs(x - u) >= 17 or abs(y - v) >= 17 for i, (x, y) in enumerate(circles) for u, v in circles[:i]]
        assert len(circles) == 12
        assert all(apart)


def _mark_circles(svg: str) -> list[dict[str, str]]:
    return [dict(e.attrib) for e in parsed(svg).iter("circle") if e.get("class") is None]


def test_the_table_holds_every_day_since_the_first_known_one() -> None:
    """Newest first; a day without a score says so by having none."""
    chart = timeline(scored(3, None, 5), [Marker(TODAY - timedelta(days=3), "fall", "1 fall")], TODAY)
    assert [(row.score, row.words) for row in chart.table] == [(5, ""), (None, ""), (3, ""), (None, "1 fall")]


def test_what_is_older_than_twelve_weeks_is_not_drawn() -> None:
    """The picture is of the programme."""
    old = [DayScore(TODAY - timedelta(days=84), 9)]
    assert timeline(old, [Marker(TODAY - timedelta(days=84), "fall", "1 fall")], TODAY).notes == ()
    assert drawn(str(timeline(old, [], TODAY).wide), "circle", "dot") == []


def test_a_chart_says_what_it_shows_and_sets_no_style() -> None:
    """It has a title and a description, and nothing the content policy forbids."""
    chart = timeline(scored(3, 4), [Marker(TODAY, "sign", "<script>alert(1)</script>")], TODAY)
    for svg in (*both(chart), str(spark(scored(3, 4), TODAY))):
        assert "style=" not in svg
        assert "<script" not in svg
    titles = [e.text for e in parsed(str(chart.wide)).iter("title")]
    assert titles[0] == "Weakness scores of the last 12 weeks"


def test_a_spark_tells_its_fourteen_days_in_words() -> None:
    """Somebody who cannot see it hears the same."""
    svg = parsed(str(spark(scored(*[None] * 10, 3, 4, None, 6), TODAY)))
    assert svg.get("aria-label") == "Scores of the last 14 days: " + "none, " * 10 + "3, 4, none, 6"
    assert parsed(str(spark([], TODAY))).get("aria-label") == "No score in the last 14 days"
