"""Which texts were passed over, in words a coordinator can read aloud."""

from __future__ import annotations

from coach.core.content import Gate, Library
from coach.core.model import PassedOver
from coach.web.rules import passed_over_in_words

LIBRARY = Library(
    templates={},
    gates={"D1": Gate("D1", "fluid limit: no amounts")},
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


def test_rules_and_texts_that_are_gone_keep_their_names() -> None:
    """An old fact outlives the content it speaks of."""
    assert passed_over_in_words([PassedOver("old.text", "D99")], LIBRARY) == ["Not sent because of rule D99: old.text."]
