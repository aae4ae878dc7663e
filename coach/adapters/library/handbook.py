"""messages/ → the handbook."""

from __future__ import annotations

from pathlib import Path

from coach.adapters.library.calls import load_call_rules
from coach.adapters.library.cases import load_outcomes, load_tellings
from coach.adapters.library.content import load_library
from coach.adapters.library.keywords import load_keywords, load_speaks
from coach.adapters.library.lexicon import load_lexicon
from coach.adapters.library.onboarding import load_onboarding
from coach.adapters.library.policy import load_policy, rules_version
from coach.adapters.library.programmes import load_programmes
from coach.adapters.library.trend import load_trend_rules
from coach.adapters.library.triage import load_triage
from coach.core.handbook import Handbook


def load_handbook(folder: Path, organisation: str, support_phone: str = "") -> Handbook:
    """All of messages/, checked. Raises ValueError with every problem found."""
    policy = load_policy(folder)
    return Handbook(
        library=load_library(folder),
        programmes=load_programmes(folder),
        lexicon=load_lexicon(folder),
        triage=load_triage(folder),
        trend=load_trend_rules(folder / "triage" / "rules.toml"),
        keywords=load_keywords(folder),
        speaks=load_speaks(folder),
        outcomes=load_outcomes(folder),
        onboarding=load_onboarding(folder),
        tellings=load_tellings(folder),
        policy=policy,
        calls=load_call_rules(folder),
        rules_version=rules_version(folder, policy),
        organisation=organisation,
        support_phone=support_phone,
    )
