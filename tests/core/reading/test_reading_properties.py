"""Rules that hold for every text: a reply comes out, noise changes no level, and nothing said beside an alarm hides it.

The alarms are labelled emergency and urgent replies that are read right, always the same few.
"""

import itertools
import json
import re
import unicodedata
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.adapters.library.lexicon import load_lexicon
from coach.adapters.library.triage import load_triage
from coach.adapters.lines.read import ProfileLine
from coach.adapters.lines.score import LabelledLine
from coach.core.model import Asked, Channel, Disposition, Finding, Language, Profile, Reply
from coach.core.reading import Lexicon, read
from coach.core.reading.reader import first_reading
from coach.core.triage import TriageRules, assess

ROOT = Path(__file__).parents[3]
REPLIES = ROOT / "tests" / "core" / "vectors" / "replies"
ALARMS, PAIRED = 120, 36
LONGEST = 3_000
EVERYDAY = {
    Language.EN: (
        "Hello, this is Ana.",
        "We had soup for lunch.",
        "The bus was late again.",
        "I watered the garden.",
        "My grandson visits on Sunday.",
        "I like these messages.",
        "The neighbours have a new car.",
        "It rained a little.",
        "Talk to you soon.",
        "Thank you!",
        "How are you?",
    ),
    Language.ES: (
        "Hola, le escribe Ana.",
        "Comimos sopa.",
        "El autobús llegó tarde otra vez.",
        "Regué las plantas.",
        "Mi nieta viene el domingo.",
        "Me gustan estos mensajes.",
        "Los vecinos tienen coche nuevo.",
        "Llovió un poco.",
        "Hablamos pronto.",
        "¡Muchas gracias!",
        "¿Cómo están?",
    ),
}

Heard = Callable[[LabelledLine, str], Reply]
Level = Callable[[LabelledLine, str], Disposition]


def _serious() -> list[LabelledLine]:
    """Labelled emergencies and urgent replies, in an order that has nothing to do with what they say."""
    files = sorted(REPLIES.glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    serious = [line for line in lines if line["expect"]["disposition"] in ("emergency", "urgent")]
    serious.sort(key=lambda line: zlib.crc32(line["id"].encode()))
    return [LabelledLine.model_validate_json(json.dumps(line)) for line in serious[: 2 * ALARMS]]


@pytest.fixture(scope="module")
def rules() -> TriageRules:
    """The triage rules as they are delivered."""
    return load_triage(ROOT / "messages")


@pytest.fixture(scope="module")
def heard(lexicon: Lexicon) -> Heard:
    """What another text is read as in the place of a labelled one."""

    def read_as(line: LabelledLine, text: str) -> Reply:
        return read(text, line.asked, line.language, line.channel, lexicon)

    return read_as


@pytest.fixture(scope="module")
def level(heard: Heard, rules: TriageRules) -> Level:
    """What another text calls for in the place of a labelled one."""

    def of(line: LabelledLine, text: str) -> Disposition:
        return assess(heard(line, text), (line.profile or ProfileLine()).profile(), rules, single=True).disposition

    return of


@pytest.fixture(scope="module")
def alarms(level: Level) -> list[LabelledLine]:
    """The alarms that are read right as they stand."""
    return [line for line in _serious() if level(line, line.text) is line.expect.disposition][:ALARMS]


def test_there_are_enough_alarms_to_tell(alarms: list[LabelledLine]) -> None:
    """The rules below are tried on many texts, of both languages and both levels."""
    assert len(alarms) == ALARMS
    assert {(line.language, line.expect.disposition.value) for line in alarms} == {
        (language, name) for language in Language for name in ("emergency", "urgent")
    }


# Any text at all

ANY_LETTER = st.characters(codec=None, exclude_categories=())
WORDS = ("no", "not", "my", "leg", "10", "7/10", "half", "pain", "pecho", "sin", "he", "if", "?", ".", ",", "½", "'s")
ANY_TEXT = st.one_of(
    st.text(alphabet=ANY_LETTER, max_size=LONGEST),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(ANY_LETTER, max_size=5)), max_size=300).map(" ".join),
    st.builds(
        lambda text, times: (text * times)[:LONGEST],
        st.text(ANY_LETTER, min_size=1, max_size=9),
        st.integers(1, LONGEST),
    ),
)


def _findings(reply: Reply) -> tuple[Finding, ...]:
    return reply.signs + reply.denied + reply.hypothetical + reply.idioms + reply.hinted


@settings(max_examples=300, derandomize=True, deadline=None)
@given(text=ANY_TEXT, how=st.tuples(st.sampled_from(Asked), st.sampled_from(Language), st.sampled_from(Channel)))
def test_any_text_gives_a_reply_whose_evidence_lies_in_it(
    text: str, how: tuple[Asked, Language, Channel], lexicon: Lexicon, rules: TriageRules
) -> None:
    """Whatever arrives on whatever channel is read, can be assessed, and can be quoted."""
    reply = read(text, *how, lexicon)
    assert isinstance(reply, Reply)
    assert reply.weakness is None or 0 <= reply.weakness <= 10
    assert all(0 <= finding.start < finding.end <= len(text) for finding in _findings(reply))
    assert assess(reply, Profile(), rules, single=True).disposition in Disposition


def test_the_evidence_of_an_alarm_lies_in_its_text(alarms: list[LabelledLine], heard: Heard) -> None:
    """Every finding of a real text can be quoted from it, with noise around it too."""
    for line in alarms:
        for text in (line.text, f"  {line.text}", f"🦵🏽… {line.text} …🦵🏽", unicodedata.normalize("NFD", line.text)):
            found = _findings(heard(line, text))
            assert found
            assert all(text[f.start : f.end].strip() and f.end <= len(text) for f in found), line.id


def test_the_same_text_is_always_read_the_same(alarms: list[LabelledLine], heard: Heard) -> None:
    """A reply depends on nothing read before: a reader built anew, in the other order, reads the same."""
    anew = load_lexicon(ROOT / "messages")
    first = [heard(line, line.text) for line in alarms]
    again = [read(line.text, line.asked, line.language, line.channel, anew) for line in reversed(alarms)]
    assert first == again[::-1]


# Noise

WORD = re.compile(r"[^\W\d_]+")


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _stretched(text: str, lexicon: Lexicon) -> str:
    """One letter of every word written three times.

    Left out are letters that stand twice already, and those that make another known word when written twice ("to" and
    "too"): which of the two was meant is lost with the third letter.
    """

    def stretch(found: re.Match[str]) -> str:
        word = found.group()
        places = [
            n for n in range(1, len(word)) if word[n].isalpha() and word[n] not in word[n - 1 : n] + word[n + 1 :][:1]
        ]
        places = [n for n in places if _bare(word[:n] + word[n] + word[n:]).lower() not in lexicon.known]
        if not places:
            return word
        place = places[zlib.crc32(word.encode()) % len(places)]
        return word[:place] + word[place] * 2 + word[place:]

    return WORD.sub(stretch, text)


Noise = Callable[[str, Lexicon], str]
NOISES: dict[str, Noise] = {
    "letters written three times": _stretched,
    "accents left out": lambda text, _: _bare(text),
    "accents typed apart": lambda text, _: unicodedata.normalize("NFD", text),
    "shouted": lambda text, _: text.upper(),
    "all small": lambda text, _: text.lower(),
    "every word with a capital": lambda text, _: text.title(),
    "curly apostrophes": lambda text, _: text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"),
    # "'s" stays: without its apostrophe it is a plural ("leg's", "legs")
    "no apostrophes": lambda text, _: re.sub(
        "['\N{RIGHT SINGLE QUOTATION MARK}](?!s\\b)", "", text, flags=re.IGNORECASE
    ),
    "doubled spaces": lambda text, _: text.replace(" ", "  "),
    "line ends about it": lambda text, _: f"\n\n{text}\n",
    "trailing dots": lambda text, _: f"{text}...",
    "many exclamation marks": lambda text, _: f"{text}!!!!!",
}


@pytest.mark.parametrize("noise", NOISES)
def test_noise_changes_no_level(noise: str, alarms: list[LabelledLine], level: Level, lexicon: Lexicon) -> None:
    """However it is typed, an alarm stays what it is."""
    changed = [
        line.id for line in alarms if level(line, NOISES[noise](line.text, lexicon)) is not line.expect.disposition
    ]
    assert changed == []


@settings(max_examples=300, derandomize=True, deadline=None)
@given(number=st.integers(0, ALARMS - 1), noises=st.sets(st.sampled_from(list(NOISES)), min_size=2))
def test_several_noises_together_change_no_level(
    number: int, noises: set[str], alarms: list[LabelledLine], level: Level, lexicon: Lexicon
) -> None:
    """Neither does any of them on top of others."""
    line = alarms[number]
    text = line.text
    for name, noise in NOISES.items():
        text = noise(text, lexicon) if name in noises else text
    assert level(line, text) is line.expect.disposition


# What is said beside an alarm


def _ended(text: str) -> str:
    text = text.strip()
    return text if text[-1] in ".!?…" else f"{text}."


@pytest.mark.parametrize(
    ("number", "before"), list(itertools.product(range(len(EVERYDAY[Language.EN])), (True, False))), ids=str
)
def test_an_everyday_sentence_lowers_no_level(
    number: int, before: object, alarms: list[LabelledLine], level: Level
) -> None:
    """Talk of soup or of the bus, before or after it, hides no alarm. Each text gets the sentence in its language."""
    lowered = []
    for line in alarms:
        talk = EVERYDAY[line.language][number]
        text = f"{talk} {line.text}" if before else f"{_ended(line.text)} {talk}"
        if level(line, text).rank < line.expect.disposition.rank:
            lowered.append(line.id)
    assert lowered == []


def _emergencies(line: LabelledLine, lexicon: Lexicon, rules: TriageRules) -> set[str]:
    """The emergency signs found by themselves.

    A sign that is only named because the whole text calls for a level, where nothing else was found, is not among
    them: beside another sign the level needs no such name.
    """
    asked = (line.text, Asked.NOTHING, line.language, line.channel, lexicon)
    reply = read(*asked)
    if reply.raised and not first_reading(*asked)[0].signs:
        return set()
    return {code for code in reply.codes if rules.signs[code].level is Disposition.EMERGENCY}


@pytest.mark.parametrize("language", Language)
def test_two_texts_in_one_tell_the_emergencies_of_both(
    language: Language, alarms: list[LabelledLine], lexicon: Lexicon, rules: TriageRules
) -> None:
    """What is sent in one breath is heard as if sent in two."""
    told = {line.id: (line, _emergencies(line, lexicon, rules)) for line in alarms if line.language is language}
    telling = [pair for pair in told.values() if pair[1]][:PAIRED]
    assert len(telling) > 5
    lost = {}
    for (first, ours), (second, theirs) in itertools.permutations(telling, 2):
        text = f"{_ended(first.text)} {second.text}"
        codes = read(text, Asked.NOTHING, language, first.channel, lexicon).codes
        said = frozenset(codes).union(
            *(lexicon.vocabulary.replaces[code] for code in codes)
        )  # a graver one says it too
        missing = {*ours, *theirs} - said
        if missing:
            lost[f"{first.id} {second.id}"] = sorted(missing)
    assert lost == {}


@pytest.mark.parametrize(
    "text", ["dad cant breathe. his wife. ok", "Thanks for asking. dad cant breathe. his wife. bye"]
)
def test_a_signature_is_heard_although_more_is_said_after_it(text: str, lexicon: Lexicon, rules: TriageRules) -> None:
    """Who signs for the participant writes of the participant."""
    reply = read(text, Asked.NOTHING, Language.EN, Channel.SMS, lexicon)
    assert assess(reply, Profile(), rules).disposition is Disposition.EMERGENCY


# Faults that were found and are not mended yet


@pytest.mark.parametrize(
    ("text", "asked", "language"),
    [
        ("Have a nice day. {}", "weakness", "en"),
        ("Que tenga buen día. {}", "weakness", "es"),
        ("{}. Days are long", "weakness", "en"),
    ],
)
def test_a_word_of_another_sentence_is_no_unit_of_the_answer(
    text: str, asked: str, language: str, lexicon: Lexicon
) -> None:
    """The ten that Rosa answers is her score, whatever she says before or after it."""
    reply = read(text.format(10), Asked(asked), Language(language), Channel.SMS, lexicon)
    assert reply.weakness == 10


@pytest.mark.parametrize("score", [5, 10])
def test_a_score_is_no_hard_effort(score: int, lexicon: Lexicon) -> None:
    """A number alone tells of no run; with it, legs that gave way suddenly are lowered to routine."""
    text = f"{score}. both my legs suddenly gave out this morning, fine after a rest"
    assert "hard_effort" not in read(text, Asked.WEAKNESS, Language.EN, Channel.SMS, lexicon).facts


def test_a_visit_is_no_bicycle(lexicon: Lexicon) -> None:
    """Fainting while visiting a sister is not fainting in exercise."""
    reply = read("me desmayé, estaba visitando a mi hermana", Asked.NOTHING, Language.ES, Channel.SMS, lexicon)
    assert "hard_effort" not in reply.facts


@pytest.mark.parametrize(
    "talk",
    [
        "Mi hija está aquí conmigo.",
        "My daughter is here with me and we are watching the football.",
    ],
)
def test_an_alarm_in_one_language_is_heard_beside_a_sentence_in_the_other(talk: str, lexicon: Lexicon) -> None:
    """Who writes in two languages at once is understood in both."""
    text = f"Tengo un pie helado y dormido. {talk}"
    reply, _ = first_reading(text, Asked.NOTHING, Language.ES, Channel.SMS, lexicon)
    assert "cold_pale_leg" in reply.codes


def test_legs_that_are_not_felt_are_heard_beside_talk_of_soup(lexicon: Lexicon, rules: TriageRules) -> None:
    """A comma hides no more than a full stop does."""
    text = "no siento las piernas, hoy comimos sopa"
    reply = read(text, Asked.NOTHING, Language.ES, Channel.SMS, lexicon)
    assert assess(reply, Profile(), rules).disposition.is_serious
