"""What `coach check` finds in the texts, programmes, gates, numbers and zones of messages/."""

from __future__ import annotations

from pathlib import Path

from coach.adapters.library.cases import load_outcomes, read_tellings, unknown_rules
from coach.adapters.library.desk import read_desk
from coach.adapters.library.lint_article import check_article
from coach.adapters.library.lint_names import check_names
from coach.adapters.library.lint_replies import check_replies
from coach.adapters.library.lint_use import check_use
from coach.adapters.library.lint_wording import check_wording
from coach.adapters.library.onboarding import check_onboarding
from coach.adapters.library.policy import read_policy
from coach.adapters.library.problems import LibraryError, Problem, located


def lint(folder: Path) -> list[Problem]:
    """Every problem found in a messages folder, but those of the lexicon and the triage rules, whose loaders tell."""
    problems: list[Problem] = []
    desk = read_desk(folder, problems)
    if desk is not None:
        for check in (check_wording, check_names, check_use, check_replies, check_article):
            problems += check(desk)
        problems += check_onboarding(desk.onboarding, desk.library, desk.signs)
    problems += _cases(folder)
    return list(located(problems, folder))


def _cases(folder: Path) -> dict[Problem, None]:
    """What is wrong in escalation.toml, each thing once."""
    problems: list[Problem] = []
    read_tellings(folder, problems)
    read_policy(folder, problems)
    try:
        load_outcomes(folder)
    except LibraryError as error:
        problems += error.problems
    problems += unknown_rules(folder)
    return dict.fromkeys(problems)
