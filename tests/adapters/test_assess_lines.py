"""The lines of `coach assess`: what goes in, what comes out, and what is said about a bad line."""

import json
from pathlib import Path
from typing import Any

import pytest

from coach.adapters.library.trend import load_trend_rules
from coach.adapters.lines.assess import assess_line
from coach.adapters.lines.problems import LineError
from coach.core.model import (
    Asked,
    Assessment,
    Disposition,
    Finding,
    Intent,
    Language,
    Onset,
    Profile,
    Reason,
    Reply,
    TrendAnswer,
)

RULES = load_trend_rules(Path(__file__).parents[2] / "messages" / "triage" / "rules.toml")

SAID = {
    "chest hurts": Reply(Intent.REPORT, signs=(Finding("chest_pain", 0, 5, "chest"),)),
    "legs at 10": Reply(Intent.ANSWER, weakness=10),
    "6 since yesterday": Reply(Intent.ANSWER, weakness=6, onset=Onset.THIS_WEEK),
    "6 as for years": Reply(Intent.ANSWER, weakness=6, onset=Onset.LONGER),
    "since yesterday": Reply(Intent.ANSWER, onset=Onset.THIS_WEEK),
    "worse": Reply(Intent.ANSWER, trend=TrendAnswer.WORSE),
    "yes": Reply(Intent.ANSWER, yes=True),
    "1": Reply(Intent.ANSWER, amount=1),
}


class Reader:
    """Stands in for reading and triage: knows the few texts above and remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Asked, Language, Profile, frozenset[str]]] = []

    def __call__(
        self, text: str, asked: Asked, language: Language, profile: Profile, recent: frozenset[str]
    ) -> tuple[Reply, Assessment]:
        """Read one of the known texts."""
        self.calls.append((text, asked, language, profile, recent))
        reply = SAID[text]
        reasons = tuple(Reason(code, Disposition.EMERGENCY, "pain in the chest") for code in reply.codes)
        return reply, Assessment(Disposition.EMERGENCY if reasons else Disposition.SELF_CARE, reasons)


def decisions(*days: dict[str, Any], **more: Any) -> list[str]:
    """The decisions about these rows, each as "day action level rules"."""
    line = json.dumps({"id": "ada", "days": list(days), **more})
    entries = assess_line(line, Reader(), RULES)["decisions"]
    return [f"{e['day']} {e['action']} {e['level']} {' '.join(e['rules'])}" for e in entries]


def test_answer_carries_the_id_and_five_fields_for_each_decision() -> None:
    """Ada's first score is ten."""
    answer = assess_line('{"id": "ada", "weeks": 12, "days": [{"day": 1, "weakness": 10}]}', Reader(), RULES)

    assert answer["id"] == "ada"
    assert answer["decisions"] == [
        {
            "day": 1,
            "action": "escalate",
            "level": "emergency",
            "rules": ["J3"],
            "because": "Score 10 means that the person cannot stand, and there are too few scores in the 10 days "
            "before to call it usual. Scores used: 10 (day 1). Had the reply of day 1 been 9 instead of 10, J3 would "
            f"not have come. Rules version {RULES.version}: J3.",
        }
    ]


def test_score_beside_the_text_counts_and_signs_are_read_all_the_same() -> None:
    """Bela's given score of 3 stands, whatever number the text holds; the chest pain in a text is not lost."""
    assert decisions({"day": 1, "text": "legs at 10", "weakness": 3}) == []
    assert decisions({"day": 1, "text": "legs at 10"}) == ["1 escalate emergency J3"]
    assert decisions({"day": 1, "text": "chest hurts", "weakness": 3}) == ["1 escalate emergency chest_pain"]


def test_score_and_sign_of_one_row_are_one_decision() -> None:
    """Carla's text has both."""
    assert decisions({"day": 1, "text": "chest hurts", "weakness": 10}) == ["1 escalate emergency chest_pain J3"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"asked": "onset", "text": "since yesterday"}, "4 escalate urgent J1"),
        ({"asked": "onset", "answers": {"onset": "today"}}, "4 escalate urgent J1"),
        ({"asked": "onset", "text": "since yesterday", "answers": {"onset": "longer"}}, None),
        ({"asked": "nothing", "text": "since yesterday"}, "4 escalate urgent J1"),
    ],
    ids=["read", "given", "given before read", "volunteered"],
)
def test_answer_to_a_jump_is_taken_from_the_answers_or_the_text(row: dict[str, Any], expected: str | None) -> None:
    """Dora's jump is asked about at 16:30 and answered half an hour later."""
    scores = [{"day": day, "weakness": value} for day, value in enumerate((2, 2, 2, 6), start=1)]

    got = decisions(*scores, {"day": 4, "at": "17:00", **row})

    assert got == ([expected] if expected else []) + ["4 recheck None J1"]


def test_longer_counts_only_as_an_answer_to_its_question() -> None:
    """Ewa writes "as for years" beside her score, perhaps about something else: the question is still asked."""
    scores = [{"day": day, "weakness": 2} for day in (1, 2, 3)]

    assert decisions(*scores, {"day": 4, "text": "6 as for years"}) == ["4 recheck None J1"]
    assert decisions(*scores, {"day": 4, "text": "6 since yesterday"}) == ["4 escalate urgent J1"]


def test_other_answers_are_read_only_where_they_were_asked() -> None:
    """Femi says "worse" to the weekly question twice; said to a check-in it is no answer to it."""
    weekly = {"asked": "trend", "text": "worse"}

    assert decisions({"day": 7, **weekly}, {"day": 14, **weekly}) == ["14 escalate routine G"]
    assert decisions({"day": 7, "text": "worse"}, {"day": 14, "text": "worse"}) == []


@pytest.mark.parametrize("text", ["yes", "1"])
def test_visit_is_read_from_words_and_from_the_menu(text: str) -> None:
    """Gita was seen on day 10, which mutes what would be told on day 14."""
    fives = [{"day": day, "weakness": 5} for day in range(1, 15)]

    assert decisions(*fives) == ["14 escalate routine P1"]
    assert decisions(*fives, {"day": 10, "at": "10:00", "asked": "seen", "text": text}) == []


def test_falls_are_counted_from_a_text() -> None:
    """Hana fell once, then is silent for two days."""
    fell = {"day": 1, "asked": "falls", "text": "1", "weakness": 3}
    silent = [{"day": day, "asked": "weakness", "weakness": None} for day in (2, 3)]

    assert decisions(fell, *silent) == ["3 task None silence-48h"]


def test_listed_row_without_anything_is_a_missed_check_in() -> None:
    """Ivan is asked on four days and never answers."""
    assert decisions(*({"day": day, "text": None, "answers": {}} for day in range(1, 5))) == ["4 task None silence-4"]


def test_profile_facts_reach_the_rules_and_the_reading() -> None:
    """Jun does not walk and lives alone."""
    profile = {"conditions": ["non_ambulatory"], "medicines": ["statin"], "lives_alone": True, "baseline": 3}
    reader = Reader()
    rows = [{"day": 1, "text": "legs at 10"}, {"day": 3, "weakness": None}]

    answer = assess_line(json.dumps({"id": "jun", "profile": profile, "days": rows}), reader, RULES)

    assert [(e["day"], e["rules"]) for e in answer["decisions"]] == [(1, ["J0"]), (2, ["J0"]), (3, ["silence-48h"])]
    assert reader.calls[0][3] == Profile(
        conditions=frozenset({"non_ambulatory"}), medicines=frozenset({"statin"}), lives_alone=True, baseline=3
    )


def test_reading_is_told_what_was_asked_and_which_signs_came_lately() -> None:
    """Kofi wrote of his chest two days ago; a minute later that is no longer recent."""
    reader = Reader()
    rows = [
        {"day": 1, "text": "chest hurts"},
        {"day": 3, "asked": "seen", "text": "yes"},
        {"day": 3, "at": "16:31", "text": "yes"},
    ]

    assess_line(json.dumps({"id": "kofi", "language": "es", "days": rows}), reader, RULES)

    assert [(asked, recent) for _, asked, _, _, recent in reader.calls] == [
        (Asked.WEAKNESS, frozenset()),
        (Asked.SEEN, frozenset({"chest_pain"})),
        (Asked.WEAKNESS, frozenset()),
    ]
    assert {language for _, _, language, _, _ in reader.calls} == {Language.ES}


def test_rows_count_by_day_and_then_as_listed() -> None:
    """Lena's rows come in any order of days; on one day the later row corrects the earlier."""
    shuffled = [
        {"day": 3, "weakness": 2},
        {"day": 4, "weakness": 7},
        {"day": 1, "weakness": 2},
        {"day": 2, "weakness": 2},
    ]

    assert decisions(*shuffled) == ["4 escalate urgent J2"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "Invalid JSON: EOF while parsing an object at line 1 column 1. Write one JSON object on the line"),
        ("[]", "the line: input should be an object; mend it"),
        ('{"days": []}', "id is missing; add it."),
        ('{"id": "x"}', "days is missing; add it."),
        ('{"id": "x", "days": [], "profil": {}}', "the line: the key profil is unknown; did you mean profile?"),
        ('{"id": "x", "days": [{"day": 0}]}', "days, row 1, day: input should be greater than or equal to 1"),
        ('{"id": "x", "days": [{"day": 1}, {"day": 2, "weakness": "x"}]}', "days, row 2, weakness: input should be a "),
        ('{"id": "x", "days": [{"day": 1, "weaknes": 7}]}', "days, row 1: the key weaknes is unknown; did you mean "),
        (
            '{"id": "x", "days": [{"day": 1, "weakness": NaN}]}',
            "days, row 1, weakness: input should be a finite number",
        ),
        ('{"id": "x", "days": [{"day": 1, "at": "25:00"}]}', "days, row 1, at: input should be in a valid time format"),
        ('{"id": "x", "days": [{"day": 1, "answers": {"onset": "now"}}]}', "days, row 1, answers, onset: input should"),
    ],
)
def test_a_bad_line_is_named_by_place_and_rule(line: str, complaint: str) -> None:
    """So that it can be mended without a look at the others."""
    with pytest.raises(LineError) as refused:
        assess_line(line, Reader(), RULES)
    assert complaint in str(refused.value)


def test_complaint_does_not_quote_what_a_person_wrote() -> None:
    """A text of the wrong kind is named by its place only."""
    line = '{"id": "x", "days": [{"day": 1, "text": ["my private words"]}]}'
    with pytest.raises(LineError) as refused:
        assess_line(line, Reader(), RULES)
    assert str(refused.value) == "days, row 1, text: input should be a valid string; mend it and run the line again."


def test_comment_fields_are_passed_over() -> None:
    """Worked series carry why they are there and what is expected."""
    line = '{"id": "x", "why": "a note", "archetype": "slow", "expect": {}, "days": []}'
    assert assess_line(line, Reader(), RULES) == {"id": "x", "decisions": []}
