"""The reader and triage as one function, for records of many texts."""

from __future__ import annotations

from collections.abc import Callable

from coach.core.model import Asked, Assessment, Channel, Language, Profile, Reply
from coach.core.reading import Lexicon, read
from coach.core.triage import TriageRules, assess, with_question

Judge = Callable[[str, Asked, Language, Profile, frozenset[str]], tuple[Reply, Assessment]]
"""Reads a text and says what it calls for; given the text, what was asked, and the signs found in the last 48 hours."""


def make_judge(lexicon: Lexicon, rules: TriageRules) -> Judge:
    """A judge with these words and rules."""

    def judge(
        text: str, asked: Asked, language: Language, profile: Profile, recent: frozenset[str]
    ) -> tuple[Reply, Assessment]:
        reply = read(text, asked, language, Channel.SMS, lexicon)
        assessment = assess(reply, profile, rules, recent)
        return with_question(reply, assessment, rules), assessment

    return judge
