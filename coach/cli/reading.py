"""`coach read`: replies in, what was read out; or one reply explained, or a labelled file scored."""

from __future__ import annotations

from pathlib import Path

import typer

from coach.adapters.lines.read import read_line
from coach.cli.loading import load_reader
from coach.cli.problems import WRONG_USE, Problem
from coach.cli.streams import answer_lines
from coach.core.model import Asked, Channel, Language


def read(
    score: Path | None = typer.Option(
        None, "--score", metavar="FILE", help="Score a labelled file instead: figures and misses."
    ),
    explain: str | None = typer.Option(None, "--explain", metavar="TEXT", help="Say step by step how a text is read."),
    asked: Asked | None = typer.Option(None, help="With --explain: what the open question asked; left out: nothing."),
    language: Language | None = typer.Option(None, help="With --explain: the participant's language; left out: en."),
    channel: Channel | None = typer.Option(None, help="With --explain: how it came; left out: sms."),
    profile: str | None = typer.Option(
        None, metavar="FACTS", help="With --explain: who wrote it, such as: age=82 conditions=diabetes baseline=3"
    ),
) -> None:
    """Read replies: one JSON object a line in, one a line out. Bad lines are named on stderr; the others are answered.

    Examples: coach read < replies.jsonl · coach read --explain "2 but my chest hurts" --asked weakness
    """
    if explain is None and any(option is not None for option in (asked, language, channel, profile)):
        raise Problem("--asked, --language, --channel and --profile belong to --explain; add it.", WRONG_USE)
    if explain is not None and score is not None:
        raise Problem("--explain and --score do different things; leave one of them out.", WRONG_USE)
    if explain is not None:
        _explain(explain, asked or Asked.NOTHING, language, channel or Channel.SMS, profile or "")
    elif score is not None:
        _score(score)
    else:
        lexicon, rules = load_reader()
        answer_lines(lambda line: read_line(line, lexicon, rules))


def _explain(text: str, asked: Asked, language: Language | None, channel: Channel, profile: str) -> None:
    from coach.cli.explaining import explained  # noqa: PLC0415 - the other uses of `coach read` start faster

    print(explained(text, asked, language, channel, profile))


def _score(file: Path) -> None:
    from coach.cli.scoring import print_score  # noqa: PLC0415 - the same

    print_score(file)
