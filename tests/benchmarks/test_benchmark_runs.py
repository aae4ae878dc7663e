"""The benchmarks run and count rightly; how fast anything is, no test says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from coach.adapters.database.engine import open_engine
from coach.adapters.database.tables import inbound, outbox
from coach.core.reading import Entry, Vocabulary, build_lexicon
from tests.benchmarks.__main__ import NAMES
from tests.benchmarks.document import keep
from tests.benchmarks.figures import Target, at_least, at_most
from tests.benchmarks.reading_measures import found_by_all, labelled_pairs, negation, time_rounds
from tests.benchmarks.reading_peers import plain
from tests.benchmarks.reading_phrases import count, phrases_of, token_patterns_of
from tests.benchmarks.reading_texts import Case, case_of, load_cases, long_texts
from tests.benchmarks.seeding import seed
from tests.benchmarks.template import live_through

SCRIPT = Path(__file__).parent / "reading.py"
ROSA, HENRY, MAI = (
    {"text": "me duele el pecho", "language": "es", "expect": {"signs": ["chest_pain"], "denied": []}},
    {"text": "no fever, but my calf is swollen", "expect": {"signs": ["one_leg_swelling"], "denied": ["fever"]}},
    {"text": "thanks, see you tomorrow"},
)
LEXICON = build_lexicon(
    Vocabulary(
        concepts={"leg": ("leg", "lower limb")},
        entries=(
            Entry("sign:swelling", ("<leg> & swoll*", "cant .. boots", "?big ankles")),
            Entry("cue:other", ("swollen",)),
        ),
        words={"fillers": frozenset({"my"})},
        short_forms={},
        numbers={},
        heard_numbers={},
    )
)
NOBODY: frozenset[str] = frozenset()


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """A file with the replies of Rosa, Henry and Mai."""
    file = tmp_path / "replies.jsonl"
    file.write_text("\n\n".join(json.dumps(line) for line in (ROSA, HENRY, MAI)), "utf-8")
    return file


def test_the_command_prints_every_table_for_three_replies(replies: Path) -> None:
    """With or without the other readers installed, coach's own figures are there and the others are named."""
    command = [sys.executable, str(SCRIPT), str(replies), "--rounds", "1", "--brief"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=SCRIPT.parents[2])
    assert done.returncode == 0, done.stderr
    assert "3 texts of 24 characters, best of 1 rounds" in done.stdout
    assert re.search(r"^coach read +[\d,]+ +[\d,]+ +1\.00x", done.stdout, re.MULTILINE)
    assert re.search(r"^coach lines +3 +1\.000 +1\.000 +1\.000", done.stdout, re.MULTILINE)
    assert "medspacy" in done.stdout
    assert "negspacy" in done.stdout


def test_labels_are_taken_where_a_reply_has_them(replies: Path) -> None:
    """Mai's reply is timed and not judged."""
    labels = [(case.present, case.denied) for case in load_cases([replies], 10)]
    assert labels == [({"chest_pain"}, NOBODY), ({"one_leg_swelling"}, {"fever"}), (NOBODY, NOBODY)]


def test_of_many_replies_some_of_every_file_are_taken(replies: Path) -> None:
    """Two of six, one of each file."""
    taken: list[Case] = load_cases([replies, replies], 2)
    assert [case.parts.text for case in taken] == [ROSA["text"], ROSA["text"]]
    assert case_of(json.dumps(MAI)).line == json.dumps(MAI)


@pytest.mark.parametrize("length", [10, 1_000, 10_000])
def test_long_texts_have_the_length_asked_for_and_are_the_same_again(length: int) -> None:
    """So that two runs can be compared."""
    made = long_texts(["my legs are tired", "no puedo"], length)
    assert {len(text) for text in made.values()} == {length}
    assert made == long_texts(["my legs are tired", "no puedo"], length)


def test_only_the_repeated_sentence_says_anything_twice() -> None:
    """A reader that skips what was said before must still read all of the others."""
    for kind, text in long_texts(["my legs are tired", "no puedo"], 10_000).items():
        said = text.split(" " if kind == "unknown words" else ". ")[:-1]
        assert (len(set(said)) == len(said)) is (kind != "one sentence, repeated"), kind


def test_phrases_close_gaps_spell_out_concepts_and_take_either_order() -> None:
    """Only signs are written out, and "cant" also as people type it."""
    phrases = phrases_of(LEXICON)
    assert set(phrases) == {"swelling"}
    assert set(phrases["swelling"]) == {
        "leg swollen",
        "lower limb swollen",
        "swollen leg",
        "swollen lower limb",
        "cant boots",
        "can't boots",
        "ankles",
    }
    assert count(phrases) == 7


def test_token_patterns_keep_gaps_and_pass_over_fillers() -> None:
    """Words that may stand in one place share a token; "cant" is two, as spaCy splits it."""
    patterns = token_patterns_of(LEXICON)["swelling"]
    gap, filler = [{"OP": "?"}] * 3, {"LOWER": {"IN": ["my"]}, "OP": "?"}
    swollen = {"LOWER": {"IN": ["swollen"]}}
    assert [{"LOWER": {"IN": ["leg"]}}, *gap, swollen] in patterns
    assert [swollen, *gap, {"LOWER": "lower"}, {"LOWER": "limb"}] in patterns
    assert [{"LOWER": "ca"}, {"LOWER": "n't"}, *gap, {"LOWER": {"IN": ["boots"]}}] in patterns
    assert all(pattern[0] != filler for pattern in patterns)


def test_a_text_loses_its_accents_for_readers_that_know_none() -> None:
    """The phrases are written without them."""
    assert plain("no puedo más, can’t") == "no puedo mas, can't"  # noqa: RUF001 - as phones type it


def test_denied_signs_are_counted_right_wrong_and_missed() -> None:
    """Two denied, one told as denied; one present told as denied; one not found."""
    labels = [(frozenset({"fever"}), NOBODY), (NOBODY, frozenset({"fever", "faint"})), (frozenset({"faint"}), NOBODY)]
    said = [(NOBODY, frozenset({"fever"})), (frozenset({"faint"}), frozenset({"fever"})), (NOBODY, NOBODY)]
    pairs = labelled_pairs(labels)
    told = negation(pairs, said)
    assert (told.pairs, told.denied, told.found, told.precision, told.recall) == (4, 2, 3, 0.5, 0.5)
    assert told.f1 == pytest.approx(0.5)
    assert found_by_all(pairs, [said, labels]) == pairs[:3]
    assert negation([], said).f1 == 0.0


def test_every_reader_has_its_turn_in_every_round_and_is_not_always_first() -> None:
    """What the machine does meanwhile falls on all alike."""
    turns: list[str] = []
    readers = {name: lambda name=name: turns.append(name) for name in ("coach", "other", "third")}
    timings = time_rounds(readers, 3)
    assert [turns[n : n + 3] for n in (0, 3, 6)] == [
        ["coach", "other", "third"],
        ["coach", "third", "other"],
        ["third", "coach", "other"],
    ]
    assert all(taken.best <= taken.first for taken in timings.values())


# The benchmarks of scale ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def performance(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The document that the quick form of all benchmarks writes."""
    document = tmp_path_factory.mktemp("performance") / "performance.md"
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--write", str(document)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=SCRIPT.parents[2])
    if "NoPostgres" in done.stderr and "CI" not in os.environ:
        pytest.skip("no PostgreSQL")
    assert done.returncode == 0, done.stderr
    return document.read_text("utf-8")


def section(document: str, name: str) -> str:
    """What the document says of one benchmark."""
    return document.partition(f"<!-- {name} -->\n")[2].partition("<!-- end -->")[0]


@pytest.mark.nightly
@pytest.mark.parametrize("name", NAMES)
def test_each_benchmark_runs_and_says_on_what_machine(performance: str, name: str) -> None:
    """Its own checks passed: nothing was lost, all that was due was done. How fast it was, no test says."""
    said = section(performance, name)
    assert said.startswith("## ")
    assert re.search(r"^\| -+ \|", said, re.MULTILINE), "a table"
    assert re.search(r"^- (Met|\*\*MISSED\*\*): ", said, re.MULTILINE), "a target"
    assert re.search(r"load before and after: [\d.]+, [\d.]+\. .* cores.* Python 3.* PostgreSQL \d+", said)


@pytest.mark.nightly
@pytest.mark.parametrize("name", [name for name in NAMES if name != "workers"])
def test_both_databases_are_measured(performance: str, name: str) -> None:
    """Workers on several machines have PostgreSQL only."""
    table = [line for line in section(performance, name).splitlines() if line.startswith("|")]
    assert all(any(kind in line for line in table) for kind in ("SQLite", "PostgreSQL"))


@pytest.mark.nightly
def test_planning_neither_loses_nor_doubles_a_prompt_where_stored_jobs_do(performance: str) -> None:
    """However a process ends, and however many run."""
    rows = [
        line.split("|") for line in section(performance, "naive").splitlines() if ", coach " in line and "|" in line
    ]
    assert [(row[3].strip(), row[4].strip()) for row in rows] == [("0 lost, 0 twice", "0 lost, 0 twice")] * 2


def test_a_benchmark_run_again_replaces_its_own_section_only(tmp_path: Path) -> None:
    """The others keep what they found, in the order of the document."""
    document = tmp_path / "performance.md"
    for name, words in (("plan", "first"), ("ticks", "second"), ("plan", "third")):
        keep(document, name, words, NAMES)
    kept = document.read_text("utf-8")
    assert "first" not in kept
    assert kept.index("second") < kept.index("third")


def test_an_unknown_benchmark_is_named_with_those_there_are() -> None:
    """Nothing is run."""
    command = [sys.executable, "-m", "tests.benchmarks", "tics"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=SCRIPT.parents[2])
    assert done.returncode == 2
    assert "no benchmark tics; choose from ticks" in " ".join(done.stderr.split())


def test_people_are_multiplied_with_all_that_hangs_on_them(sqlite_url: str, tmp_path: Path) -> None:
    """Each copy has the rows of the one person, and they point at each other, not at somebody else's."""
    template = live_through(tmp_path, 1)
    seed(sqlite_url, template, 3)
    engine = open_engine(sqlite_url)
    with engine.connect() as connection:
        assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        each = (
            connection.execute(select(func.count()).select_from(outbox).group_by(outbox.c.participant_id))
            .scalars()
            .all()
        )
        crossed = outbox.join(inbound, outbox.c.inbound_id == inbound.c.id)
        strangers = select(func.count()).select_from(crossed).where(outbox.c.participant_id != inbound.c.participant_id)
        assert connection.scalar(strangers) == 0
    engine.dispose()
    assert each == [len(template.rows["outbox"])] * 3


@pytest.mark.parametrize(
    ("target", "line"),
    [
        (at_least("speed", 12.34, 10, " x"), "- Met: speed: 12.3 x (wanted: at least 10 x)"),
        (at_most("wait", 1200, 250, " ms"), "- **MISSED**: wait: 1,200 ms (wanted: at most 250 ms)"),
    ],
)
def test_a_target_that_is_missed_is_called_missed(target: Target, line: str) -> None:
    """Plainly, with what was wanted."""
    assert target.line() == line
