"""The second reader adds what known texts tell of in other words; it takes nothing away and lowers nothing."""

import json
import math
import re
import shutil
import tomllib
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coach.adapters.library.lexicon import load_grammar, load_lexicon
from coach.adapters.library.likeness import common_words, load_likeness, written
from coach.adapters.library.triage import load_triage
from coach.adapters.lines.read import ProfileLine
from coach.adapters.lines.score import LabelledLine
from coach.core.model import Asked, Channel, Disposition, Finding, Intent, Language, Profile, Reason, Reply
from coach.core.reading import Lexicon, read
from coach.core.reading.likeness import ZERO, Likeness, Trust, Weights, added, log_odds
from coach.core.reading.reader import first_reading
from coach.core.triage import Modifier, SignRule, TriageRules, When, assess

ROOT = Path(__file__).parents[3]
REPLIES = ROOT / "tests" / "core" / "vectors" / "replies"
SWOLLEN, SORE = "one_leg_swelling", "foot_sore"
LEVELS = {SWOLLEN: Disposition.URGENT, SORE: Disposition.ROUTINE, "chest_pain": Disposition.EMERGENCY}
EVEN = dict.fromkeys(Disposition, 0.0)  # believed when as likely as not
BELIEVED = Trust(signs=EVEN, denied=0.0, spoken_of=0.0, hinted=0.0, short=0.0)
TRUST = (ROOT / "messages" / "second_reader" / "trust.toml").read_text(encoding="utf-8")

Told = Callable[..., Reply]


def _weights(bias: dict[str, float], features: dict[str, dict[str, int]] | None = None, length: int = 1) -> Weights:
    """A hand-made model: a bias for each label, and for each feature what it adds to labels."""
    labels, rows = tuple(bias), features or {}
    return Weights(
        labels=labels,
        bias=tuple(bias.values()),
        index={name: number for number, name in enumerate(rows)},
        lengths=[length] * len(rows),
        rows=bytes([ZERO + row.get(label, 0) for row in rows.values() for label in labels]),
    )


GRIBBLE = _weights({SWOLLEN: -2.0}, {"w:gribble": {SWOLLEN: 10}, "w:sunny": {SWOLLEN: -100}})
KNOWN = {SWOLLEN: ("one gribble more", "that gribble is back", "nothing alike")}


def _likeness(weights: Weights, trust: Trust = BELIEVED) -> Likeness:
    return Likeness(weights, trust, {c: d for c, d in LEVELS.items() if c in weights.labels}, KNOWN)


@pytest.fixture(scope="module")
def grammar() -> Lexicon:
    """The first reader alone."""
    return load_grammar(ROOT / "messages")


@pytest.fixture(scope="module")
def rules() -> TriageRules:
    """The triage rules as they are delivered."""
    return load_triage(ROOT / "messages")


@pytest.fixture(scope="module")
def told(grammar: Lexicon) -> Told:
    """What a text is read as with a hand-made second reader."""

    def read_with(text: str, weights: Weights, trust: Trust = BELIEVED) -> Reply:
        lexicon = replace(grammar, likeness=_likeness(weights, trust))
        return read(text, Asked.NOTHING, Language.EN, Channel.SMS, lexicon)

    return read_with


def _sample(most: int) -> list[LabelledLine]:
    """Always the same few of the labelled replies."""
    lines = [line for file in sorted(REPLIES.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    lines.sort(key=lambda line: zlib.crc32(json.loads(line)["id"].encode()))
    return [LabelledLine.model_validate_json(line) for line in lines[:most]]


def test_a_sign_told_in_other_words_is_added_with_the_nearest_known_text_as_its_rule(told: Told) -> None:
    """Rosa's word is in no list, but she is understood, and staff see which known text hers is like."""
    found = told("the gribble is back", GRIBBLE).signs
    assert [(f.code, f.rule) for f in found] == [(SWOLLEN, "like “that gribble is back”")]


def test_what_is_added_points_at_the_sentence_that_tells_of_it(told: Told) -> None:
    """The words can be quoted."""
    text = "Hello dear. The day is sunny. That gribble is back"
    finding = told(text, GRIBBLE).signs[0]
    assert text[finding.start : finding.end] == "That gribble is back"


def test_without_a_known_text_the_rule_is_still_a_sentence(told: Told) -> None:
    """A sign with no phrasings kept does not fail."""
    weights = _weights({SORE: 1.0})
    assert [f.rule for f in told("nothing much to tell", weights).signs] == ["like “”"]


@pytest.mark.parametrize("text", ["", "   ", "…", "👍", "7", "7 10", "8:30, 1/2", "gribble", "7 gribble 10", "!?"])
def test_a_text_of_numbers_or_of_one_word_is_left_to_the_first_reader(text: str, told: Told, grammar: Lexicon) -> None:
    """There is too little to be like anything."""
    first = read(text, Asked.NOTHING, Language.EN, Channel.SMS, grammar)
    assert told(text, _weights({SWOLLEN: 9.0, "level:urgent": 9.0}), replace(BELIEVED, levels=EVEN)) == first


@pytest.mark.parametrize("before", ["", "The day is sunny. ", "What a sunny sunny day. A sunny, sunny soup! "])
@pytest.mark.parametrize("after", ["", ". The day is sunny", ". Sunny. Sunny talking to you. Sunny day"])
def test_a_friendly_sentence_hides_nothing(before: str, after: str, told: Told) -> None:
    """Even words that speak against a sign count only in their own sentences."""
    assert SWOLLEN in told(f"{before}the gribble is back{after}", GRIBBLE).codes


def test_the_same_word_against_it_counts_in_the_same_sentence(told: Told) -> None:
    """What a sentence says of its own word is heard."""
    assert told("the sunny gribble is back", GRIBBLE).codes == ()


@pytest.mark.parametrize(("between", "heard"), [("", True), ("we sat down. ", True), ("we sat. we ate. ", False)])
def test_up_to_three_sentences_are_read_as_one(between: str, heard: Any, told: Told) -> None:
    """What is told in neighbouring sentences counts together, what is far apart does not."""
    halves = _weights({SWOLLEN: -2.5}, {"w:gribble": {SWOLLEN: 2}, "w:flurp": {SWOLLEN: 2}})
    reply = told(f"a gribble came. {between}a flurp came", halves)
    assert (SWOLLEN in reply.codes) is heard


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("no chest pain", "denied"),
        ("I about had a heart attack when I saw the water bill", "denied"),
        ("my neighbour has chest pain", "spoken_of"),
    ],
)
@pytest.mark.parametrize(("likely", "heard"), [(0.98, False), (0.995, True)])
def test_a_denial_an_idiom_or_another_person_is_overruled_only_by_near_certainty(
    text: str, doubted: str, likely: float, heard: Any, told: Told
) -> None:
    """What the first reader has a reason not to believe needs far more than what it has not found."""
    trust = replace(BELIEVED, **{doubted: log_odds(0.99)})
    reply = told(text, _weights({"chest_pain": log_odds(likely)}), trust)
    assert ("chest_pain" in reply.codes) is heard
    assert not heard or "chest_pain" not in {*reply.denied_codes, *(f.code for f in reply.hypothetical)}


def test_a_hint_needs_less_than_silence_does(grammar: Lexicon) -> None:
    """Wording that is often harmless is believed when the rest of the text is like it."""
    trust = replace(BELIEVED, signs=dict.fromkeys(Disposition, log_odds(0.6)), hinted=log_odds(0.3))
    trust = replace(trust, denied=math.inf, spoken_of=math.inf)
    weights = _weights({"swallow_or_eye_weakness": 0.0})
    likeness = Likeness(weights, trust, {"swallow_or_eye_weakness": Disposition.EMERGENCY})
    lexicon = replace(grammar, likeness=likeness)
    hinted, silent = (
        read(text, Asked.NOTHING, Language.EN, Channel.SMS, lexicon).codes
        for text in ("2. Tigers choked in the 9th again, i give up on them", "2. the tigers lost again, as ever")
    )
    assert (hinted, silent) == (("swallow_or_eye_weakness",), ())


@pytest.mark.parametrize(("text", "heard"), [("my flurp hurts", False), ("my flurp really hurts a lot today", True)])
def test_in_a_few_words_a_sign_must_be_likelier(text: str, heard: Any, told: Told) -> None:
    """Short texts are like many others."""
    trust = replace(BELIEVED, short=log_odds(0.9))
    assert (SWOLLEN in told(text, _weights({SWOLLEN: log_odds(0.8)}), trust).codes) is heard


def test_a_level_it_is_sure_of_is_named_with_its_reason(told: Told) -> None:
    """A reader that raises says so."""
    trust = replace(BELIEVED, levels={Disposition.URGENT: log_odds(0.9)})
    reply = told("my chest hurts a lot today", _weights({"level:urgent": log_odds(0.95)}), trust)
    assert reply.raised == Reason("second_reader", Disposition.URGENT, "reads like texts that called for this")


@pytest.mark.parametrize(("text", "likely"), [("my chest hurts", 0.95), ("my chest hurts a lot today", 0.85)])
def test_a_short_text_or_a_doubtful_level_raises_nothing(text: str, likely: float, told: Told) -> None:
    """Three words are too few to tell a level without their signs."""
    trust = replace(BELIEVED, levels={Disposition.URGENT: log_odds(0.9)})
    assert told(text, _weights({"level:urgent": log_odds(likely)}), trust).raised is None


def test_a_level_without_any_sign_brings_its_likeliest_sign(told: Told) -> None:
    """A raised level always has a sign to ask about and to show."""
    trust = replace(BELIEVED, signs=dict.fromkeys(Disposition, math.inf), levels={Disposition.URGENT: 0.0})
    reply = told("it is all gone to pot", _weights({SWOLLEN: -3.0, SORE: -1.0, "level:urgent": 1.0}), trust)
    assert reply.codes == (SWOLLEN,)
    assert reply.raised is not None


SUDDEN = SignRule(
    code="sudden_weakness",
    level=Disposition.EMERGENCY,
    meaning="leg power lost within minutes",
    sign_en="sudden weakness",
    sign_es="debilidad repentina",
    group="weakness",
    modifiers=(Modifier(False, Disposition.ROUTINE, "back after a race", When(facts=frozenset({"recovered"}))),),
)
TIRED = replace(SUDDEN, code="tired_heavy_legs", level=Disposition.SELF_CARE, modifiers=())
RULES = TriageRules({rule.code: rule for rule in (SUDDEN, TIRED)})


def _raised(code: str, level: Disposition, *facts: str) -> Reply:
    finding = Finding(code, 0, 4, "word")
    return Reply(
        Intent.REPORT,
        signs=(finding,),
        facts=frozenset(facts),
        raised=Reason("second_reader", level, "reads like others"),
    )


def test_a_raised_level_counts() -> None:
    """A text that reads like urgent ones is urgent, even where its signs are small."""
    found = assess(_raised("tired_heavy_legs", Disposition.URGENT), Profile(), RULES)
    assert found.disposition is Disposition.URGENT
    assert "reads like" in found.reasons[0].because


def test_a_raised_level_does_not_count_where_the_text_gave_a_reason_to_lower() -> None:
    """What Luis said of his recovery weighs more than what his text is like."""
    reply = _raised("sudden_weakness", Disposition.EMERGENCY, "recovered")
    assert assess(reply, Profile(), RULES).disposition is Disposition.ROUTINE


def test_a_raised_level_without_any_sign_has_nothing_to_stand_on() -> None:
    """A level is always that of a sign."""
    reply = replace(_raised("sudden_weakness", Disposition.EMERGENCY), signs=())
    assert assess(reply, Profile(), RULES).disposition is Disposition.SELF_CARE


def test_a_raised_level_below_that_of_the_signs_lowers_nothing() -> None:
    """The highest reason decides."""
    found = assess(_raised("sudden_weakness", Disposition.ROUTINE), Profile(), RULES)
    assert found.disposition is Disposition.EMERGENCY


def test_no_sign_goes_and_no_level_falls_by_the_second_reader(lexicon: Lexicon, rules: TriageRules) -> None:
    """Of many labelled replies, each keeps what the first reader found and is taken at least as seriously."""
    lost, lower = [], []
    for line in _sample(800):
        asked = (line.text, line.asked, line.language, line.channel, lexicon)
        first, second = first_reading(*asked)[0], read(*asked)
        profile = (line.profile or ProfileLine()).profile()
        levels = [assess(reply, profile, rules, single=True).disposition.rank for reply in (first, second)]
        lost += [line.id] if set(first.signs) - set(second.signs) else []
        lower += [line.id] if levels[1] < levels[0] else []
    assert (lost, lower) == ([], [])


def test_every_sign_it_adds_points_to_a_known_text(lexicon: Lexicon) -> None:
    """Nothing is added without something to show for it."""
    readings = [
        (first_reading(line.text, line.asked, line.language, line.channel, lexicon)[0], line) for line in _sample(400)
    ]
    added = [
        finding.rule
        for first, line in readings
        for finding in read(line.text, line.asked, line.language, line.channel, lexicon).signs
        if finding not in first.signs
    ]
    assert len(added) > 20
    assert all(rule.startswith("like “") and len(rule) > len("like “”") for rule in added)


TWO = _weights({"a": -4.0, "b": 1.0}, {"w:cold": {"a": 30}, "w:blue": {"a": 20, "b": -10}})


@pytest.mark.parametrize(
    ("features", "lengths", "scores"),
    [
        ([], (9, 16), [-4.0, 1.0]),  # the bias alone
        (["w:unknown"], (9, 16), [-4.0, 1.0]),  # what was never learnt adds nothing
        (["w:cold"], (9, 16), [6.0, 1.0]),  # 30 / √9 and the bias
        (["w:blue"], (9, 16), [1.0, -1.5]),  # 20 and -10 / √16
        (["w:cold", "w:blue"], (9, 16), [6.0, -1.0]),  # 50 and -10 / √25
    ],
)
def test_a_score_is_what_the_features_add_over_the_length_of_the_text(
    features: list[str], lengths: tuple[int, int], scores: list[float]
) -> None:
    """The arithmetic, in round numbers."""
    weights = replace(TWO, lengths=lengths)
    assert weights.scores(weights.counts(sum(map(weights.share_of, features)))) == scores


def test_shares_add_up_in_any_grouping() -> None:
    """Words, sentences and whole texts are sums of the same kind."""
    cold, blue = TWO.share_of("w:cold"), TWO.share_of("w:blue")
    unknown = TWO.share_of("w:unknown")
    together = TWO.counts(cold + (blue + unknown))
    assert together == TWO.counts(blue + cold) == added([TWO.counts(cold), TWO.counts(unknown), TWO.counts(blue)])
    assert unknown == 0


def test_a_feature_too_long_for_its_counter_is_refused() -> None:
    """A model whose sums could run over is never used."""
    with pytest.raises(ValueError, match="more than 255"):
        replace(TWO, lengths=(9, 256))


def test_a_word_said_twice_in_a_sentence_counts_once() -> None:
    """Saying it again makes nothing likelier."""
    likeness = _likeness(GRIBBLE)
    assert likeness.counts(["gribble", "gribble"], ()) == likeness.counts(["gribble"], ())


@pytest.mark.parametrize(
    ("probability", "odds"),
    [(0.5, 0.0), (0.9, math.log(9)), (0.1, -math.log(9)), (0.0, -math.inf), (1.0, math.inf)],
)
def test_log_odds(probability: float, odds: float) -> None:
    """As likely as not is nought; certainty is out of reach."""
    assert log_odds(probability) == pytest.approx(odds)


@pytest.mark.parametrize("letters", [1, 20, 400])  # beside the number in each word
@pytest.mark.parametrize(("count", "score"), [(100, 635.0), (10_000, 6_350.0)])
def test_the_words_of_a_very_long_sentence_do_not_overflow(count: int, score: float, letters: int) -> None:
    """A counter at its highest or lowest does not spill into that of the next label."""
    words = [f"{'a' * letters}{number}" for number in range(count)]
    most = {"a": 127, "b": -127, "c": 127}
    weights = _weights({"a": 0.0, "b": 0.0, "c": 0.0}, {f"w:{word}": most for word in words}, length=4)
    assert weights.scores(_likeness(weights).counts(words, ())) == [score, -score, score]


def _home(tmp_path: Path, trust: str | None = TRUST) -> Path:
    """A messages folder with a hand-made second reader and the signs as they are delivered."""
    home = tmp_path / "second_reader"
    home.mkdir()
    (tmp_path / "triage").mkdir()
    shutil.copy(ROOT / "messages" / "triage" / "signs.toml", tmp_path / "triage")
    (home / "weights.json").write_text(written(GRIBBLE, KNOWN), encoding="utf-8")
    if trust is not None:
        (home / "trust.toml").write_text(trust, encoding="utf-8")
    return tmp_path


def test_the_share_of_texts_with_a_word_follows_from_its_length() -> None:
    """A squared length is that of log(texts / texts with the word): 4 is one text in e². Rare words are left out."""
    common, rare = _weights({}, {"w:leg": {}, "c:^leg": {}}, length=4), _weights({}, {"w:gribble": {}}, length=49)
    assert common_words(common) == {"leg": pytest.approx(math.exp(-2))}
    assert common_words(rare) == {}


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    """Weights, phrasings, levels and trust survive the file."""
    loaded = load_likeness(_home(tmp_path))
    assert loaded is not None
    assert (loaded.weights.labels, loaded.weights.bias, loaded.weights.index) == (
        GRIBBLE.labels,
        GRIBBLE.bias,
        GRIBBLE.index,
    )
    assert (list(loaded.weights.lengths), loaded.weights.rows) == (GRIBBLE.lengths, GRIBBLE.rows)
    assert (loaded.phrasings, loaded.levels) == (KNOWN, {SWOLLEN: Disposition.URGENT})
    assert loaded.trust.denied == pytest.approx(log_odds(tomllib.loads(TRUST)["denied"]))


def test_the_delivered_weights_are_written_as_they_were_read(lexicon: Lexicon) -> None:
    """Learning anew from the same replies leaves no change in the file but what was learnt."""
    assert lexicon.likeness is not None
    file = ROOT / "messages" / "second_reader" / "weights.json"
    again = json.loads(written(lexicon.likeness.weights, lexicon.likeness.phrasings))
    assert again == json.loads(file.read_text(encoding="utf-8"))


def test_without_its_folder_the_first_reader_reads_alone(tmp_path: Path) -> None:
    """The second reader can be left out."""
    shutil.copytree(ROOT / "messages" / "lexicon", tmp_path / "lexicon")
    lexicon = load_lexicon(tmp_path)
    assert lexicon.likeness is None
    assert "chest_pain" in read("my chest hurts", Asked.NOTHING, Language.EN, Channel.SMS, lexicon).codes


@pytest.mark.parametrize(
    ("key", "line", "said"),
    [
        ("denied", "denied = 1.5", "trust.toml.denied: .*less than or equal to 1"),
        ("hinted", "hinted = -0.3", "trust.toml.hinted: .*greater than or equal to 0"),
        ("hinted", 'hinted = "often"', "trust.toml.hinted: .*number"),
        ("hinted", "", "trust.toml.hinted: Field required"),
        ("hinted", "hinted = 0.3\nhoped = 0.3", "trust.toml.hoped: Extra"),
        ("urgent", "urgent = 3", "trust.toml.*signs.urgent"),
        ("urgent", "urgnt = 0.3", "trust.toml.signs.urgent: Field required"),
        ("routine", "", "trust.toml.*routine"),
        ("hinted", "hinted = ", "trust.toml"),
    ],
)
def test_a_wrong_trust_file_is_refused_by_name(key: str, line: str, said: str, tmp_path: Path) -> None:
    """Whoever edits the file is told which file and key to mend."""
    changed = re.sub(rf"^{key} = .*$", line, TRUST, count=1, flags=re.MULTILINE)
    assert changed != TRUST
    with pytest.raises(ValueError, match=said):
        load_likeness(_home(tmp_path, changed))


@pytest.mark.parametrize("table", ["signs", "levels"])
def test_a_trust_file_without_a_table_is_refused(table: str, tmp_path: Path) -> None:
    """Signs and levels have thresholds of their own."""
    with pytest.raises(ValueError, match=f"trust.toml.{table}: Field required"):
        load_likeness(_home(tmp_path, TRUST.replace(f"[{table}]", "[others]")))


def test_a_missing_trust_file_is_named(tmp_path: Path) -> None:
    """A folder with weights alone is no second reader."""
    with pytest.raises(FileNotFoundError, match=r"trust\.toml"):
        load_likeness(_home(tmp_path, trust=None))
