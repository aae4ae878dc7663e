"""The lines of `coach read`: what goes in, what comes out, what is said about a bad line or a bad lexicon."""

import json
import shutil
from pathlib import Path

import pytest

from coach.adapters.library.lexicon import LexiconError, load_lexicon
from coach.adapters.library.triage import load_triage
from coach.adapters.lines.assess import LineError
from coach.adapters.lines.read import make_judge, read_line
from coach.adapters.lines.score import score_file
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
        ("not json", "one JSON object"),
        ('{"id": "1"}', "text"),
        ('{"text": "hi", "asked": "colour"}', "asked"),
        ('{"text": "private words", "language": "fr"}', "language"),
    ],
)
def test_a_bad_line_is_named_with_its_mend_and_without_the_text(line: str, named: str) -> None:
    """The complaint says what to do and quotes nothing a person wrote."""
    with pytest.raises(LineError, match=named) as refused:
        read_line(line, LEXICON, RULES)
    assert "private" not in str(refused.value)


def test_the_judge_reads_and_assesses_at_once() -> None:
    """Records of many texts use the same reader; earlier signs count."""
    judge = make_judge(LEXICON, RULES)
    reply, found = judge("I fainted", Asked.NOTHING, Language.EN, Profile(), frozenset({"one_leg_swelling"}))
    assert reply.codes == ("faint",)
    assert found.disposition is Disposition.EMERGENCY


def test_a_labelled_file_is_scored_as_a_table(tmp_path: Path) -> None:
    """Every figure has its row."""
    expect = _answer(id="1", text="my chest hurts")
    file = tmp_path / "labelled.jsonl"
    file.write_text(json.dumps({"id": "1", "text": "my chest hurts", "expect": expect}) + "\n", "utf-8")
    assert "emergency recall" in score_file(file, LEXICON, RULES)


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
