"""`coach assess`: series of scores in, decisions out."""

from __future__ import annotations

from coach.adapters.library.trend import load_trend_rules
from coach.adapters.lines.assess import assess_line
from coach.adapters.lines.judge import make_judge
from coach.cli.loading import load_reader
from coach.cli.streams import answer_lines
from coach.resources import folder


def assess() -> None:
    """Assess series of scores: one participant a line in, their decisions a line out.

    Example: coach assess < series.jsonl
    """
    rules = load_trend_rules(folder("messages"))
    judge = make_judge(*load_reader())
    answer_lines(lambda line: assess_line(line, judge, rules))
