"""The quick rules decide as the slow and plain ones do."""

from collections import Counter
from random import Random

import pytest

from coach.core.trend import TrendRules, decide
from tests.core.trend.plain_rules import plain_decisions
from tests.core.trend.random_courses import a_course, as_entries, as_person, as_row

EVERY_KIND = {
    *("escalate emergency J3", "escalate urgent J3", "escalate urgent J2", "escalate urgent J1", "recheck J1"),
    *("escalate urgent J0", "escalate routine J0", "recheck J0", "task J1", "task J0"),
    *("escalate routine W", "escalate urgent W", "escalate routine P3", "escalate urgent P3"),
    *("escalate routine P1", "escalate routine P2", "escalate routine G", "escalate urgent G", "recheck G", "task G"),
    *("task silence-48h", "task silence-4", "task silence-7d", "task silence-urgent", "recovery recovery"),
}


def compare(first: int, last: int, rules: TrendRules) -> Counter[str]:
    """Decide the courses of these numbers both ways; how often each rule spoke. Fails at the first difference."""
    seen: Counter[str] = Counter()
    for number in range(first, last):
        plain, walks, alone = a_course(Random(number))
        rows, person = [as_row(row) for row in plain], as_person(walks=walks, alone=alone)
        expected = plain_decisions(plain, walks=walks, alone=alone)
        assert as_entries(decide(rows, person, rules)) == expected, f"course {number}"
        for _, action, level, names in expected:
            seen.update(f"{action} {level} {name}" if level else f"{action} {name}" for name in names)
    return seen


def test_five_hundred_courses_are_decided_as_the_plain_rules_say(rules: TrendRules) -> None:
    """The quick fold and the slow description agree, and every rule is reached at least three times."""
    seen = compare(0, 500, rules)

    assert {kind for kind in EVERY_KIND if seen[kind] < 3} == set()


@pytest.mark.nightly
def test_twenty_thousand_courses_are_decided_as_the_plain_rules_say(rules: TrendRules) -> None:
    """The same with other courses, many of them."""
    seen = compare(500, 20_500, rules)

    assert {kind for kind in EVERY_KIND if seen[kind] < 100} == set()
