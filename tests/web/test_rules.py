"""Which texts were passed over, in words a coordinator can read aloud."""

from __future__ import annotations

from coach.core.content import Gate, Library, Template
from coach.core.model import Language, PassedOver
from coach.web.rules import passed_over_in_words

WORDS = {Language.EN: "Have a glass of water.", Language.ES: "Tome un vaso de agua."}
LIBRARY = Library(
    templates={
        "water.glass": Template("water.glass", "1", frozenset({"water"}), WORDS, gates=frozenset({"D1"})),
        "heat.ms": Template("heat.ms", "1", frozenset({"water"}), WORDS, only=frozenset({"D15"})),
    },
    gates={"D1": Gate("D1", "fluid limit: no amounts"), "D15": Gate("D15", "multiple sclerosis: keep cool")},
    numbers={},
    zones={},
    version="1",
)


def test_texts_of_one_rule_are_one_sentence_with_its_title() -> None:
    """Two are named and the others counted."""
    texts = [PassedOver(f"water.{n}", "D1") for n in ("glass", "colour", "tea", "soup")]
    assert passed_over_in_words(texts, LIBRARY) == [
        "Not sent because of rule D1 (fluid limit: no amounts): water.glass, water.colour and 2 more."
    ]
    assert passed_over_in_words(texts[:2], LIBRARY)[0].endswith(": water.glass, water.colour.")


def test_a_text_for_others_does_not_say_that_the_person_has_their_condition() -> None:
    """Somebody without multiple sclerosis is not said to have it."""
    texts = [PassedOver("heat.ms", "D15"), PassedOver("water.glass", "D1")]
    assert passed_over_in_words(texts, LIBRARY) == [
        "Not sent because of rule D1 (fluid limit: no amounts): water.glass.",
        "Only for people under rule D15 (multiple sclerosis: keep cool): heat.ms.",
    ]


def test_rules_and_texts_that_are_gone_keep_their_names() -> None:
    """An old fact outlives the content it speaks of."""
    assert passed_over_in_words([PassedOver("old.text", "D99")], LIBRARY) == ["Not sent because of rule D99: old.text."]
