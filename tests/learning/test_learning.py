"""Learning from labelled replies gives weights that understand new wording.

These tests need scikit-learn: `uv run --group training pytest tests/learning`. Without it the folder is not collected.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from coach.adapters.library.lexicon import load_grammar
from coach.adapters.library.likeness import usual_levels, written
from coach.core.model import Asked, Channel, Disposition, Intent, Language
from coach.core.reading import Lexicon, read
from coach.core.reading.likeness import ZERO, Likeness, Trust, Weights, log_odds
from coach.learning.examples import Example, Expected, labels_of, load_examples, load_known
from coach.learning.fitting import fit

ROOT = Path(__file__).parents[2]
SWOLLEN, CHEST = "one_leg_swelling", "chest_pain"
USUAL = {SWOLLEN: Disposition.URGENT, CHEST: Disposition.EMERGENCY, "foot_sore": Disposition.ROUTINE}
# Invented words, so that nothing but what was learnt can tell of the sign
TOLD = [
    f"{which} {what}"
    for which in ("the gribble", "that gribble", "a big gribble", "this gribble of mine")
    for what in ("is back", "came again", "got bigger", "is here since noon", "grew overnight")
]
FINE = [
    f"{which} {what}"
    for which in ("the soup", "that garden", "a big bus", "this cat of mine")
    for what in ("was lovely", "came again", "got wet", "is here since noon", "made me smile")
]
TABLES = {
    "signs_emergency.toml": '[chest_pain]\nen = ["my chest hurts"]\nes = ["me duele el pecho"]\n',
    "signs_urgent.toml": '[one_leg_swelling]\nen = ["my left calf is swollen"]\nes = ["una pierna hinchada"]\n',
    "signs_routine.toml": '[foot_sore]\nen = ["a sore on my foot"]\nes = ["una llaga en el pie"]\n',
    "signs_denied.toml": '[chest_pain]\nen = ["no chest pain"]\nes = ["no me duele el pecho"]\n',
    "signs_everyday.toml": 'self_care = { en = ["we had soup"], es = ["comimos sopa"] }\n',
    "reading_tricky.toml": '[[case]]\ntext = "heart broken"\n[[case]]\ntext = "my chest"\nsigns = ["chest_pain"]\n',
}


def _line(number: int, text: str, signs: Sequence[str] = (), **more: object) -> str:
    expect = {
        "intent": "report" if signs else "thanks",
        "signs": list(signs),
        "disposition": "urgent" if signs else "self_care",
    }
    return json.dumps({"id": f"invented-{number}", "text": text, "expect": expect, **more})


REPLIES = [_line(n, text, [SWOLLEN]) for n, text in enumerate(TOLD)] + [_line(n + 20, t) for n, t in enumerate(FINE)]


@pytest.fixture(scope="module")
def grammar() -> Lexicon:
    """The first reader alone."""
    return load_grammar(ROOT / "messages")


def _file(folder: Path, lines: Sequence[str], name: str = "invented.jsonl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, grammar: Lexicon) -> list[Example]:
    """Forty invented replies."""
    return load_examples([_file(tmp_path_factory.mktemp("replies"), REPLIES)], grammar, USUAL)


@pytest.fixture(scope="module")
def weights(examples: list[Example]) -> Weights:
    """What is learnt from them."""
    return fit(examples)


@pytest.fixture(scope="module")
def taught(grammar: Lexicon, weights: Weights) -> Lexicon:
    """The reader with what was learnt."""
    trust = Trust(signs=dict.fromkeys(Disposition, log_odds(0.5)), short=log_odds(0.5))
    levels = {label: USUAL[label] for label in weights.labels if label in USUAL}
    return replace(grammar, likeness=Likeness(weights, trust, levels, {SWOLLEN: ("the gribble is back",)}))


@pytest.mark.parametrize(
    "text", ["another gribble showed up", "oh no, now I have two gribbles", "The GRIBBLE!! bigger now"]
)
def test_the_sign_is_found_in_a_new_wording(text: str, taught: Lexicon) -> None:
    """What forty replies taught is enough to hear of it in other words, and to say which known text they are like."""
    signs = read(text, Asked.NOTHING, Language.EN, Channel.SMS, taught).signs
    assert [(f.code, f.rule) for f in signs] == [(SWOLLEN, "like “the gribble is back”")]


@pytest.mark.parametrize("text", ["another soup, and it was wet", "the cat showed up", "now I have two gardens"])
def test_harmless_wording_tells_of_nothing(text: str, taught: Lexicon) -> None:
    """What was said beside the sign as often as without it tells nothing."""
    assert read(text, Asked.NOTHING, Language.EN, Channel.SMS, taught).codes == ()


def test_a_score_is_as_sure_as_the_replies_are(weights: Weights, taught: Lexicon, examples: list[Example]) -> None:
    """What was learnt is likely where it is labelled, and unlikely elsewhere."""
    assert taught.likeness is not None
    place = weights.labels.index(SWOLLEN)
    for example in examples:
        counts = taught.likeness.counts(example.words.split(), ())
        assert (weights.scores(counts)[place] > 0) is (SWOLLEN in example.labels), example.words


def test_labels_are_signs_levels_and_intents(weights: Weights) -> None:
    """Each label that has enough examples is learnt, in the order of the alphabet."""
    assert weights.labels == ("intent:report", "intent:thanks", "level:urgent", SWOLLEN)


def test_weights_are_small_whole_numbers(weights: Weights) -> None:
    """So that the file stays small and reads the same on every machine."""
    learnt = {byte - ZERO for byte in weights.rows} - {0}
    assert learnt
    assert all(2 <= abs(weight) <= 127 for weight in learnt)
    assert len(weights.rows) == len(weights.index) * len(weights.labels)


def test_the_same_replies_give_the_same_file(examples: list[Example], weights: Weights) -> None:
    """Learning again changes nothing, so that a change of the file shows what was learnt anew."""
    assert written(fit(list(examples)), {}) == written(weights, {})


def test_a_label_with_few_examples_is_not_learnt(tmp_path: Path, grammar: Lexicon) -> None:
    """Four texts are too few to tell what a sign reads like."""
    rare = [_line(90 + n, f"my flurp number {n}", ["foot_sore"]) for n in range(4)]
    learnt = fit(load_examples([_file(tmp_path, [*REPLIES, *rare])], grammar, USUAL))
    assert "foot_sore" not in learnt.labels


# The labels of a reply


@pytest.mark.parametrize(
    ("signs", "disposition", "by_profile", "levels"),
    [
        ([], "self_care", False, set()),
        (["foot_sore"], "routine", False, set()),
        ([SWOLLEN], "urgent", False, {"level:urgent"}),
        ([CHEST], "emergency", False, {"level:emergency", "level:urgent"}),
        ([CHEST], "routine", False, set()),  # lowered by what the text said
        (["foot_sore"], "urgent", False, {"level:urgent"}),  # raised by what the text said
        (["foot_sore"], "urgent", True, set()),  # raised by the profile: the text does not tell
        ([SWOLLEN], "emergency", True, {"level:urgent"}),
        ([CHEST], "emergency", True, {"level:emergency", "level:urgent"}),
    ],
)
def test_a_level_is_learnt_only_where_the_text_calls_for_it(
    signs: list[str], disposition: str, by_profile: object, levels: set[str]
) -> None:
    """What a profile makes of a sign cannot be read out of the words."""
    expect = Expected(intent=Intent.REPORT, signs=signs, disposition=Disposition(disposition))
    assert labels_of(expect, USUAL, by_profile=bool(by_profile)) == {*signs, "intent:report", *levels}


def test_a_reply_without_signs_is_learnt_sentence_by_sentence_too(tmp_path: Path, grammar: Lexicon) -> None:
    """Each of its sentences is harmless alone, and none of them has an intent of its own."""
    whole, *parts = load_examples([_file(tmp_path, [_line(1, "we had soup. it was hot. bye")])], grammar, USUAL)
    assert whole.labels == {"intent:thanks"}
    assert [(part.labels, part.of_whole) for part in parts] == [(frozenset(), None)] * 3


def test_a_reply_with_a_sign_is_learnt_as_a_whole(tmp_path: Path, grammar: Lexicon) -> None:
    """Which of its sentences tells of the sign is not labelled."""
    found = load_examples([_file(tmp_path, [_line(1, "we had soup. a gribble came", [SWOLLEN])])], grammar, USUAL)
    assert [example.labels for example in found] == [{SWOLLEN, "intent:report", "level:urgent"}]


def test_what_people_send_from_day_to_day_counts_more(tmp_path: Path, grammar: Lexicon) -> None:
    """Files of rounds weigh three times as much as lists of phrasings."""
    lines = [_line(1, "the gribble is back", [SWOLLEN])]
    files = [_file(tmp_path, lines, name) for name in ("round_1.jsonl", "phrasings.jsonl")]
    assert [example.weight for example in load_examples(files, grammar, USUAL)] == [3.0, 1.0]


@pytest.mark.parametrize("line", ["", "{}", '{"text": "hello"}', '{"text": "hello", "expect": {"intent": "dance"}}'])
def test_what_is_no_labelled_reply_is_refused(line: str, tmp_path: Path, grammar: Lexicon) -> None:
    """Nothing is learnt from a broken line."""
    with pytest.raises((ValueError, KeyError)):
        load_examples([_file(tmp_path, [*REPLIES[:1], line])], grammar, USUAL)


def _tables(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in TABLES.items():
        (folder / name).write_text(text, encoding="utf-8")


def test_the_lists_of_signs_are_learnt_as_sentences(tmp_path: Path, grammar: Lexicon) -> None:
    """They tell of signs and of their absence, and nothing of what a person wants."""
    _tables(tmp_path)
    found = {example.words: example.labels for example in load_known(tmp_path, grammar, USUAL)}
    assert found["my chest hurts"] == {CHEST, "level:emergency", "level:urgent"}
    assert found["no chest pain"] == found["heart broken"] == frozenset()
    assert not any(label.startswith("intent:") for labels in found.values() for label in labels)


# The command


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, with forty replies to learn from and twenty that are held back."""
    home = tmp_path_factory.mktemp("house")
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("coach", "messages"):
        shutil.copytree(ROOT / name, home / name, ignore=skip)
    _tables(home / "vectors")
    _file(home / "vectors" / "replies", REPLIES)
    held = [_line(50 + n, text.replace("gribble", "zwixel"), [SWOLLEN]) for n, text in enumerate(TOLD)]
    _file(home / "vectors" / "replies", held, "held_back.jsonl")
    return home


Lesson = tuple[str, str]


def _taught(house: Path) -> Lesson:
    """What the command says, and the file it writes."""
    command = [sys.executable, "-m", "coach.learning", str(house / "vectors" / "replies")]
    said = subprocess.run(command, cwd=house, check=True, capture_output=True, text=True, timeout=60).stdout
    return said, (house / "messages" / "second_reader" / "weights.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lesson(house: Path) -> Lesson:
    """The command, once."""
    return _taught(house)


def test_the_command_learns_from_all_but_the_held_replies(lesson: Lesson) -> None:
    """Held replies stay unseen, so that they can tell how new wording is read."""
    said, file = lesson
    names = json.loads(file)["names"].split("\n")
    assert said.endswith(" labels\n")
    assert "w:gribble" in names
    assert not [name for name in names if "zwix" in name]
    assert "zwixel" not in file


def test_the_command_writes_the_same_file_each_time(house: Path, lesson: Lesson) -> None:
    """A lesson has no chance in it."""
    assert _taught(house) == lesson


def test_the_command_keeps_known_texts_to_point_to(lesson: Lesson) -> None:
    """For each sign the shortest texts that tell of it."""
    phrasings = json.loads(lesson[1])["phrasings"][SWOLLEN]
    assert phrasings[0] == "the gribble is back"
    assert phrasings == sorted(phrasings, key=len)


def test_every_usual_level_is_known_to_the_lessons() -> None:
    """A sign that replies are labelled with has a level to be learnt with."""
    assert set(USUAL.items()) <= set(usual_levels(ROOT / "messages").items())
