"""What a reply calls for: levels, modifiers, profile effects and combinations."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coach.adapters.library.lexicon import load_lexicon
from coach.adapters.library.triage import load_triage
from coach.core.model import Asked, Channel, Disposition, Finding, Intent, Language, Onset, Profile, Reply
from coach.core.reading import read
from coach.core.triage import assess, codes_with_added, question_for

ROOT = Path(__file__).parents[2]
RULES = load_triage(ROOT / "messages")
LEXICON = load_lexicon(ROOT / "messages")
VECTORS = Path(__file__).parent / "vectors"
CASES = tomllib.loads((VECTORS / "signs_levels.toml").read_text(encoding="utf-8"))["case"]
EVERYDAY = tomllib.loads((VECTORS / "signs_everyday.toml").read_text(encoding="utf-8"))


def _level_of(text: str, language: str) -> Disposition:
    reply = read(text, Asked.NOTHING, Language(language), Channel.SMS, LEXICON)
    return assess(reply, Profile(), RULES).disposition


def _signs(*codes: str, weakness: int | None = None) -> Reply:
    return Reply(Intent.REPORT, weakness=weakness, signs=tuple(Finding(code, 0, 1, "test") for code in codes))


def test_all_45_signs_have_a_level_and_wording_in_both_languages() -> None:
    """Each sign can be named to a person and to the emergency service."""
    assert len(RULES.signs) == 45
    assert all(rule.sign_en and rule.sign_es and rule.meaning for rule in RULES.signs.values())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_what_a_text_calls_for(case: dict[str, Any]) -> None:
    """Modifiers, profile and combinations give the level a nurse would expect."""
    profile = Profile(frozenset(case.get("conditions", [])), frozenset(case.get("medicines", [])))
    reply = read(case["text"], Asked.NOTHING, Language.EN, Channel.SMS, LEXICON)
    found = assess(reply, profile, RULES)
    assert found.disposition == case["level"], found
    assert "rule" not in case or case["rule"] in {reason.rule for reason in found.reasons}
    assert case.get("because", "") in found.reasons[0].because if found.reasons else "because" not in case
    assert found.now or not case.get("now", False)


@pytest.mark.parametrize("level", ["emergency", "urgent", "routine"])
def test_everyday_alarms_reach_their_level(level: str) -> None:
    """Colloquial wording in both languages does not hide what a text calls for."""
    texts = [(lang, text) for lang, found in EVERYDAY[level].items() for text in found]
    low = [text for lang, text in texts if _level_of(text, lang).rank < Disposition(level).rank]
    assert len(low) <= 0.02 * len(texts), low


def test_everyday_chat_raises_no_alarm() -> None:
    """Grandchildren, weather, television and cooking are no signs."""
    texts = [(lang, text) for lang, found in EVERYDAY["self_care"].items() for text in found]
    raised = [text for lang, text in texts if _level_of(text, lang) is not Disposition.SELF_CARE]
    assert len(raised) <= 0.02 * len(texts), raised


def test_reasons_come_highest_first() -> None:
    """The first reason is the one the message is about."""
    found = assess(_signs("fever", "chest_pain", "muscle_cramps"), Profile(), RULES)
    assert [reason.level.rank for reason in found.reasons] == [3, 1, 0]
    assert found.reasons[0].rule == "chest_pain"


def test_signs_of_the_last_two_days_count_in_combinations() -> None:
    """A swollen calf yesterday and a faint today belong together."""
    assert assess(_signs("faint"), Profile(), RULES).disposition is Disposition.URGENT
    together = assess(_signs("faint"), Profile(), RULES, frozenset({"one_leg_swelling"}))
    assert "X1" in {reason.rule for reason in together.reasons}


def test_old_signs_alone_raise_nothing() -> None:
    """A text without any sign is self-care, whatever was told yesterday."""
    recent = frozenset({"fever", "foot_sore", "chest_pain"})
    assert assess(Reply(Intent.THANKS), Profile(), RULES, recent).disposition is Disposition.SELF_CARE


@pytest.mark.parametrize(("usual", "level"), [(3, "emergency"), (None, "emergency"), (8, "urgent")])
def test_a_single_score_of_ten_counts_against_the_usual(usual: int | None, level: str) -> None:
    """Ten means unable to stand; on its own it is an emergency unless the usual is 8 or 9."""
    profile = Profile(baseline=usual)
    assert assess(_signs(weakness=10), profile, RULES, single=True).disposition == level


def test_with_a_history_the_score_is_left_to_the_trend_rules() -> None:
    """A ten among many tens is weighed there."""
    assert assess(_signs(weakness=10), Profile(), RULES).disposition is Disposition.SELF_CARE


def test_a_combination_may_put_a_sign_on_record() -> None:
    """Ten without words is recorded as newly unable to stand."""
    assert codes_with_added(_signs(weakness=10), Profile(baseline=2), RULES, single=True) == ("cannot_stand_new",)


def _question(reply: Reply) -> Asked | None:
    return question_for(reply, assess(reply, Profile(), RULES), RULES)


@pytest.mark.parametrize(
    ("codes", "asked"),
    [
        (("one_leg_weaker",), Asked.ONSET),
        (("numbness_tingling",), Asked.ONSET),
        (("proximal_weakness",), Asked.ONSET),
        (("weakness_general",), Asked.WEAKNESS),
        (("low_mood",), Asked.SAFE),
        (("low_mood", "weakness_general"), Asked.SAFE),
        (("low_mood", "numbness_tingling"), Asked.ONSET),
        (("fever",), None),
        ((), None),
    ],
)
def test_what_the_level_depends_on_is_asked_of_the_highest_sign(codes: tuple[str, ...], asked: Asked | None) -> None:
    """One question, and only where an answer could change what is done."""
    assert _question(_signs(*codes)) is asked


def test_an_emergency_is_answered_and_not_asked_about() -> None:
    """Nobody waits for a question while help should be called."""
    assert _question(_signs("chest_pain", "one_leg_weaker")) is None
    assert _question(replace(_signs("one_leg_weaker"), onset=Onset.TODAY)) is None


@pytest.mark.parametrize(
    "reply",
    [
        replace(_signs("proximal_weakness"), onset=Onset.LONGER),
        replace(_signs("numbness_tingling"), facts=frozenset({"usual", "usual:numbness_tingling"})),
        _signs("weakness_general", weakness=4),
        replace(_signs("low_mood"), denied=(Finding("self_harm", 0, 1, "test"),)),
    ],
    ids=["told since when", "told that it is old", "told the score", "said no to self-harm"],
)
def test_what_the_text_has_answered_is_not_asked(reply: Reply) -> None:
    """Nobody is asked for what they have just said."""
    assert _question(reply) is None


def test_what_is_told_counts_where_the_profile_does_not_say_so() -> None:
    """A fever is an emergency in chemotherapy, whoever knows of it."""
    told = replace(_signs("fever"), facts=frozenset({"chemo_fever"}))
    assert assess(_signs("fever"), Profile(), RULES).disposition is Disposition.ROUTINE
    assert assess(told, Profile(), RULES).disposition is Disposition.EMERGENCY
