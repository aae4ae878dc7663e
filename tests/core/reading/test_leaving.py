"""Whoever asks to be left alone is heard, in any words; whoever only speaks of stopping is not unsubscribed."""

import json
from pathlib import Path

import pytest

from coach.adapters.library.lexicon import load_grammar
from coach.core.model import Asked, Channel, Language
from coach.core.reading import Lexicon, read

ROOT = Path(__file__).parents[3]
REPLIES = ROOT / "tests" / "core" / "vectors" / "replies" / "phrasings_round_11.jsonl"
AT_LEAST, AT_MOST = 0.99, 0.01

STAYS = [
    ("stop the pain please", "en"),
    ("i can't stop coughing", "en"),
    ("please don't stop these messages", "en"),
    ("the bus stop is two blocks and i made it", "en"),
    ("my son never calls or texts me", "en"),
    ("get me off this couch lol", "en"),
    ("they took me off the blood thinner", "en"),
    ("ya paren este dolor por favor", "es"),
    ("para mí estuvo fácil", "es"),
    ("basta con caminar diez minutos", "es"),
    ("no dejen de escribirme por favor", "es"),
    ("quiero salir a caminar", "es"),
    ("no me llama mi hijo", "es"),
]

FOR_A_WHILE = [
    ("can you quit texting til friday", "en"),
    ("leave me be until tuesday", "en"),
    ("ill be out of the country for ten days, dont call", "en"),
    ("dejen de escribirme unos días", "es"),
    ("no me manden mensajes esta semana", "es"),
    ("estaré fuera, no manden nada", "es"),
]


@pytest.fixture(scope="module")
def grammar() -> Lexicon:
    """The wording alone, without what was learnt from these very replies."""
    return load_grammar(ROOT / "messages")


def _intent(text: str, language: str, lexicon: Lexicon) -> str:
    return read(text, Asked.NOTHING, Language(language), Channel.SMS, lexicon).intent.value


def test_the_ways_to_leave_are_heard_and_their_lookalikes_are_not(grammar: Lexicon) -> None:
    """The grammar knows nearly every way to leave that was collected, and takes hardly anything else for one."""
    lines = [json.loads(line) for line in REPLIES.read_text(encoding="utf-8").splitlines()]
    leaving = {line["text"]: line["expect"]["intent"] == "stop" for line in lines}
    heard = {line["text"]: _intent(line["text"], line["language"], grammar) == "stop" for line in lines}
    found = sum(heard[text] for text, leaves in leaving.items() if leaves)
    false = sum(heard[text] for text, leaves in leaving.items() if not leaves)
    wishes = sum(leaving.values())
    assert found >= AT_LEAST * wishes
    assert false <= AT_MOST * (len(leaving) - wishes)


@pytest.mark.parametrize(("text", "language"), STAYS)
def test_ending_something_else_unsubscribes_nobody(text: str, language: str, lexicon: Lexicon) -> None:
    """Pain, a walk, a bus, praise and a son who does not call are no wish to leave."""
    assert _intent(text, language, lexicon) != "stop"


@pytest.mark.parametrize(("text", "language"), FOR_A_WHILE)
def test_leaving_for_a_while_is_a_pause(text: str, language: str, lexicon: Lexicon) -> None:
    """Words to leave with a time beside them ask for silence until then."""
    assert _intent(text, language, lexicon) == "pause"
