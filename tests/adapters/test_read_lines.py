"""The lines of `coach read`: what goes in, what comes out, what is said about a bad line or a bad lexicon."""

import json
import shutil
from pathlib import Path

import pytest

from coach.adapters.library.lexicon import LexiconError, load_lexicon
from coach.adapters.library.triage import load_triage
from coach.adapters.lines.judge import make_judge
from coach.adapters.lines.problems import LineError
from coach.adapters.lines.read import read_line
from coach.core.model import Asked, Disposition, Language, Profile

MESSAGES = Path(__file__).parents[2] / "messages"
LEXICON = load_lexicon(MESSAGES)
RULES = load_triage(MESSAGES)


def _answer(**line: object) -> dict[str, object]:
    return read_line(json.dumps(line), LEXICON, RULES)


def test_a_line_is_answered_with_every_field() -> None:
    """The output has the id and all values, null where there is none."""
    found = _answer(id="a1", text="2 but my chest hurts", asked="weakness", language="en", channel="sms")
    assert found == {
        "id": "a1",
        "intent": "answer",
        "weakness": 2,
        "trend": None,
        "yes": None,
        "amount": None,
        "onset": None,
        "signs": ["chest_pain"],
        "denied": [],
        "topic": None,
        "disposition": "emergency",
    }


def test_profile_facts_change_the_level() -> None:
    """A fever is routine for most and an emergency on chemotherapy."""
    assert _answer(id="1", text="I have a fever")["disposition"] == "routine"
    assert _answer(id="1", text="I have a fever", profile={"medicines": ["chemo"]})["disposition"] == "emergency"


def test_labels_beside_the_text_are_left_alone() -> None:
    """A labelled line can be read as it is."""
    assert _answer(id="1", text="thanks", expect={"intent": "thanks"})["intent"] == "thanks"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("not json", "Write one JSON object on the line, with at least text"),
        ("", "Write one JSON object"),
        ('{"text": "private words"', "Write one JSON object"),
        ('["private words"]', "this is no JSON object"),
        ('"private words"', "this is no JSON object"),
        ('{"id": "1"}', "text is missing; add it"),
        ('{"text": null}', "text: input should be a valid string"),
        ('{"text": 7}', "text: input should be a valid string"),
        ('{"text": "private words", "asked": "colour"}', "asked is wrong; write 'weakness', 'onset', "),
        ('{"text": "private words", "language": "fr"}', "language is wrong; write 'en' or 'es'"),
        ('{"text": "private words", "channel": "fax"}', "channel is wrong; write 'sms' or 'voice'"),
        ('{"text": "private words", "profile": []}', "profile: input should be an object"),
        ('{"text": "private words", "profil": {}}', "the field profil is unknown; did you mean profile"),
        ('{"text": "private words", "colour": 1}', "the field colour is unknown; known are id, text, asked, language"),
        ('{"text": "a", "my private words": 1}', "there is a field that is unknown; known are id, text"),
    ],
)
def test_a_bad_line_is_named_with_its_mend_and_without_the_text(line: str, named: str) -> None:
    """The complaint says what to do and quotes nothing a person wrote."""
    with pytest.raises(LineError) as refused:
        read_line(line, LEXICON, RULES)
    assert named in str(refused.value)
    assert "private" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("profile", "named"),
    [
        ({"smokes": True}, "the field profile.smokes is unknown; known are conditions, medicines, baseline"),
        ({"conditions": ["diabetis"]}, "profile.conditions: the condition diabetis is unknown; did you mean diabetes?"),
        ({"medicines": ["aspirin"]}, "profile.medicines: the medicine aspirin is unknown; known are "),
        ({"conditions": "diabetes"}, "profile.conditions: input should be a valid array"),
        ({"baseline": 11}, "profile.baseline: input should be less than or equal to 10"),
        ({"baseline": "3"}, "profile.baseline: input should be a valid number"),
        ({"age": "old"}, "profile.age: input should be a valid integer"),
        ({"sex": "x"}, "profile.sex is wrong; write 'f' or 'm'"),
        ({"lives_alone": "yes"}, "profile.lives_alone: input should be a valid boolean"),
    ],
)
def test_a_profile_fact_that_would_be_lost_is_refused(profile: dict[str, object], named: str) -> None:
    """Fever on an unknown medicine must not be read as fever on none."""
    with pytest.raises(LineError) as refused:
        _answer(text="I have a fever", profile=profile)
    assert named in str(refused.value)


def test_every_profile_fact_of_the_contract_is_known() -> None:
    """All conditions and medicines together, with the other facts."""
    conditions = [
        "diabetes", "heart_failure", "coronary", "ckd", "dialysis", "pad", "atrial_fibrillation", "past_clot", "ms",
        "venous_insufficiency", "myasthenia", "neuropathy", "thyroid", "cancer", "anaemia", "mecfs", "fibromyalgia",
        "arthritis", "disc_or_stenosis", "osteoporosis", "pregnant", "surgery_12wk", "recent_infection", "fluid_limit",
        "non_ambulatory", "foot_brace", "cognitive_impairment",
    ]  # fmt: skip
    medicines = [
        "statin", "diuretic", "acei_arb", "potassium_sparing", "digoxin", "ppi", "steroid", "chemo", "metformin",
        "insulin_sulfonylurea", "sglt2", "anticoagulant", "beta_blocker", "fluoroquinolone", "nsaid", "iron",
        "potassium_tablets", "bp_medicine_new",
    ]  # fmt: skip
    others = {"baseline": 3, "lives_alone": True, "age": 80, "sex": "f"}
    found = _answer(text="thanks", profile={"conditions": conditions, "medicines": medicines, **others})
    assert found["disposition"] == "self_care"


def test_the_judge_reads_and_assesses_at_once() -> None:
    """Records of many texts use the same reader; earlier signs count."""
    judge = make_judge(LEXICON, RULES)
    reply, found = judge("I fainted", Asked.NOTHING, Language.EN, Profile(), frozenset({"one_leg_swelling"}))
    assert reply.codes == ("faint",)
    assert found.disposition is Disposition.EMERGENCY


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[sign.fever]\ncolour = []\n", "sign.fever.colour"),
        ("[moods.low]\nen = []\n", "moods"),
        ('[sign.fever]\nabsorbs = ["nothing_known"]\n', "nothing_known"),
        ('[cue.negator]\nen = ["<nowhere>"]\n', "nowhere"),
        ("[sign.fever\n", "more.toml"),
    ],
)
def test_a_wrong_lexicon_file_is_refused_by_name(text: str, named: str, tmp_path: Path) -> None:
    """An unknown key, table, code or concept is named."""
    (tmp_path / "more.toml").write_text(text, "utf-8")
    with pytest.raises(LexiconError, match=named):
        load_lexicon(tmp_path)


def test_a_meaning_given_twice_is_refused(tmp_path: Path) -> None:
    """Two files cannot both define the same sign."""
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text('[sign.fever]\nen = ["fever"]\n', "utf-8")
    with pytest.raises(LexiconError, match="twice"):
        load_lexicon(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """Without words nothing can be read, so nothing starts."""
    with pytest.raises(LexiconError, match="no lexicon files"):
        load_lexicon(tmp_path)


def test_the_delivered_lexicon_can_be_copied_and_loaded(tmp_path: Path) -> None:
    """The folder stands on its own."""
    shutil.copytree(MESSAGES / "lexicon", tmp_path / "lexicon")
    assert load_lexicon(tmp_path).known == LEXICON.known
