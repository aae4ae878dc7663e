"""A word with a slip is brought back to the one word it stands for; every other word stays as it is."""

from pathlib import Path
from typing import Any

import pytest

from coach.adapters.library.lexicon import load_grammar
from coach.core.model import Asked, Channel, Language
from coach.core.reading import Lexicon
from coach.core.reading.reader import first_reading
from coach.core.reading.spelling import Speller, build_speller, remembered, sound

ROOT = Path(__file__).parents[3]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
KNOWN = (
    "cansada",
    "casada",
    "hinchado",
    "medicina",
    "ankle",
    "swollen",
    "breath",
    "breathe",
    "numb",
    "chest",
    "vomito",
)
PLAIN = frozenset({"canada", "married"})
FIXED = frozenset({"nunca", "without", "eleven"})


@pytest.fixture(scope="module")
def speller() -> Speller:
    """A speller of a few words, with "diarr…" as a beginning."""
    return build_speller({*KNOWN, *FIXED}, {"diarr"}, PLAIN, FIXED)


@pytest.fixture(scope="module")
def grammar() -> Lexicon:
    """The words as they are delivered."""
    return load_grammar(ROOT / "messages")


def _fixed(lexicon: Lexicon) -> frozenset[str]:
    """The words that count or deny."""
    denying = {p for e in lexicon.vocabulary.entries if e.label == "cue:negator" for p in e.patterns}
    return frozenset(word for word in denying | set(lexicon.vocabulary.numbers) if word.isalpha())


def _slips(word: str) -> set[str]:
    """All ways to mistype a word once: a letter left out, added or changed, or two neighbours swapped."""
    places = range(len(word))
    left_out = {word[:n] + word[n + 1 :] for n in places}
    changed = {word[:n] + letter + word[n + 1 :] for n in places for letter in LETTERS}
    added = {word[:n] + letter + word[n:] for n in range(len(word) + 1) for letter in LETTERS}
    swapped = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in places[:-1]}
    return left_out | changed | added | swapped


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("swolen", "swollen"),  # one left out
        ("swolllen", "swollen"),  # one too many
        ("swollem", "swollen"),  # the next key
        ("swlolen", "swollen"),  # two swapped
        ("swollenn", "swollen"),
        ("hnchadio", "hinchado"),  # one that went elsewhere in a long word
        ("akle", "akle"),  # too short for a slip
        ("anlke", "ankle"),  # but not for two swapped
        ("nubm", "numb"),
        ("chset", "chest"),
        ("ankles", "ankle"),  # several of them
        ("wollen", "wollen"),  # the first letter is hardly ever the wrong one
        ("num", "num"),
    ],
)
def test_a_slip_of_the_finger(typed: str, meant: str, speller: Speller) -> None:
    """The longer the word, the more may be wrong in it."""
    assert speller.mend(typed, False) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("inchado", "hinchado"),
        ("medisina", "medicina"),
        ("canzada", "cansada"),
        ("bomito", "vomito"),
        ("kansada", "cansada"),
        ("diarea", "diarr"),
    ],
)
def test_spanish_is_spelled_by_ear(typed: str, meant: str, speller: Speller) -> None:
    """Silent h, b and v, c, s and z sound alike."""
    assert speller.mend(typed, True) == meant


def test_by_ear_only_in_spanish(speller: Speller) -> None:
    """An English text is mended by its letters alone: "bomito" is no English slip of "vomito"."""
    assert speller.mend("bomito", False) == "bomito"


@pytest.mark.parametrize(
    ("word", "like"),
    [("inchado", "hinchado"), ("kiero", "quiero"), ("vever", "beber"), ("lluvia", "yuvia"), ("zapato", "sapato")],
)
def test_words_that_sound_alike(word: str, like: str) -> None:
    """Spelling that makes no difference to the ear makes none to the reader."""
    assert sound(word) == sound(like)


@pytest.mark.parametrize("word", ["canada", "married", "breath", "breathe", "casada", "diarrhea", "diarreico"])
def test_a_word_that_is_one_stays(word: str, speller: Speller) -> None:
    """Canada is not "cansada", nor is someone married tired."""
    assert [speller.mend(word, by_ear) for by_ear in (True, False)] == [word, word]


@pytest.mark.parametrize("typed", ["caxada", "cassada"])
def test_nothing_is_mended_when_two_words_are_as_near(typed: str) -> None:
    """Which of two was meant is not for the reader to say, for they may be different signs."""
    speller = build_speller({"cascada", "cansada", "casada", "catada"}, (), frozenset(), frozenset())
    assert speller.mend(typed, False) == typed


def test_two_forms_of_one_word_are_not_two_words() -> None:
    """Between "diarrea" and "diarreas" there is nothing to choose."""
    speller = build_speller({"diarrea", "diarreas"}, (), frozenset(), frozenset())
    assert speller.mend("diarera", False) == "diarrea"


@pytest.mark.parametrize("typed", ["nunka", "nunac", "wihtout", "withuot", "elevne", "elven"])
def test_nothing_becomes_a_number_or_a_denial(typed: str, speller: Speller) -> None:
    """A slip must never deny a sign or answer a question."""
    assert [speller.mend(typed, by_ear) for by_ear in (True, False)] == [typed, typed]


@pytest.mark.parametrize("word", ["", "a", "7", "7/10", "pain2", "½", "x" * 21, "x" * 3_000])
def test_what_is_no_ordinary_word_stays(word: str, speller: Speller) -> None:
    """Digits, single letters and endless strings are left alone, in no time."""
    assert speller.mend(word, True) == word


def test_what_is_remembered_is_what_was_mended(speller: Speller) -> None:
    """The memory of words changes none."""
    mend = remembered(speller)
    words = ["swolen", "swolen", "inchado", "canada", "swolen"]
    assert [mend(word, True) for word in words] == [speller.mend(word, True) for word in words]


def test_every_known_word_stays_itself(grammar: Lexicon) -> None:
    """No word of one sign is ever taken for a word of another."""
    words = [word for word in grammar.known if word.isalpha()]
    assert len(words) > 3_000
    assert [word for word in words if {grammar.mend(word, True), grammar.mend(word, False)} != {word}] == []


def test_what_is_mended_needs_no_more_mending(grammar: Lexicon) -> None:
    """The word a slip is brought to is one the lexicon knows."""
    slips = {slip for word in sorted(grammar.known)[::40] if word.isalpha() and len(word) > 5 for slip in _slips(word)}
    mended = {grammar.mend(slip, by_ear) for slip in slips for by_ear in (True, False)}
    assert [word for word in mended if grammar.mend(word, False) != word] == []


def test_no_slip_of_a_number_or_of_a_denial_makes_one(grammar: Lexicon) -> None:
    """Whatever is typed one letter beside "seven" or "nunca", no number and no denial is read into it."""
    fixed = _fixed(grammar)
    made = {
        slip
        for word in fixed
        for slip in _slips(word) - grammar.known
        for by_ear in (True, False)
        if grammar.mend(slip, by_ear) in fixed
    }
    assert made == set()


ORDINARY = {
    Language.EN: "canada panama garden window kitchen dinner coffee church sister brother bakery basket pocket wallet "
    "picture winter autumn reason parson holiday birthday cottage marriage message package passage sausage cabbage "
    "daughter laughter number member memory history mystery battery gallery salary library century mountain fountain "
    "nation mission passion fashion cushion onion opinion union lettuce potato chicken kitten button cotton butter "
    "letter litter matter weather leather mother gather together pillow shadow sparrow tunnel panel camel hammer "
    "manner banner finger ginger television telephone computer internet football cricket racket jacket trumpet",
    Language.ES: "canada panama domingo lunes jardin ventana cocina trabajo cena cafe vecina iglesia hermana doctor "
    "mercado canasta bolsillo cartera foto verano invierno primavera temporada razon persona hospital fiesta mensaje "
    "basura nieta numero miembro fabrica misterio bateria salario biblioteca siglo fuente capitan cortina estacion "
    "nacion mision pasion moda cojin cebolla opinion union lechuga tomate papa pollo algodon carta plato clima padre "
    "almohada amarillo sombra flecha canal panel camello martillo manera anillo dedo peligro television telefono "
    "computadora programa futbol chaqueta trompeta vivir visa",
}


@pytest.mark.parametrize("language", Language)
def test_ordinary_words_are_not_taken_for_others(language: Language, grammar: Lexicon) -> None:
    """Talk of the garden or the market stays talk of the garden or the market."""
    by_ear = language is Language.ES
    changed = {word: grammar.mend(word, by_ear) for word in ORDINARY[language].split()}
    assert {word: mended for word, mended in changed.items() if word != mended} == {}


@pytest.mark.parametrize("word", ["sins", "nots", "nadas", "nines", "cincos", "withouts"])
def test_several_of_a_number_or_a_denial_are_none(word: str, grammar: Lexicon) -> None:
    """More than one "sin" are sins."""
    assert [grammar.mend(word, by_ear) for by_ear in (True, False)] == [word, word]


def test_sins_deny_nothing(grammar: Lexicon) -> None:
    """Whoever pays for sins with chest pain has chest pain."""
    text = "paid for my sins chest pain since noon"
    reply, _ = first_reading(text, Asked.NOTHING, Language.EN, Channel.SMS, grammar)
    assert "chest_pain" in reply.codes


@pytest.mark.parametrize(
    ("word", "by_ear"),
    [
        ("lovely", False),  # lonely
        ("station", False),  # statin
        ("feather", False),  # father
        ("planet", False),  # plant
        ("danger", False),  # dagger
        ("county", False),  # count
        ("meadow", False),  # meado
        ("visitas", True),  # bici
        ("visitando", True),  # bici
        ("pescado", True),  # pesado
        ("memoria", True),  # mejoria
        ("cuero", True),  # cuerpo
        ("bandera", True),  # banera
        ("planeta", True),  # planta
    ],
)
def test_these_ordinary_words_stay_too(word: str, by_ear: Any, grammar: Lexicon) -> None:
    """They are spelled right."""
    assert grammar.mend(word, by_ear) == word


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("feeling so lovely today", "en", "low_mood"),
        ("I stopped at the station", "en", "missed_treatment"),
        ("hoy comí pescado con las piernas en alto", "es", "tired_heavy_legs"),
    ],
)
def test_an_ordinary_word_tells_of_no_sign(text: str, language: str, code: str, grammar: Lexicon) -> None:
    """A lovely day, a station and a fish are nothing to worry about."""
    reply, _ = first_reading(text, Asked.NOTHING, Language(language), Channel.SMS, grammar)
    assert code not in reply.codes


@pytest.mark.parametrize(
    ("written", "language", "meant"),
    [
        ("stayin", Language.EN, "staying"),
        ("mareao", Language.ES, "mareado"),
        ("hinchaos", Language.ES, "hinchados"),
        ("caio", Language.ES, "caido"),
        ("dolol", Language.ES, "dolor"),
        ("caminal", Language.ES, "caminar"),
        ("muelta", Language.ES, "muerta"),
        ("basin", Language.EN, "basin"),
        ("cacao", Language.ES, "cacao"),
        ("sal", Language.ES, "sal"),
    ],
)
def test_letters_swallowed_in_speech_come_back(written: str, language: Language, meant: str, grammar: Lexicon) -> None:
    """Only where a known word comes of it."""
    assert grammar.mend(written, language is Language.ES) == meant
