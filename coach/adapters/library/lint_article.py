"""Is all that people should be told about weak legs really in the texts?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coach.adapters.library.article import Item
from coach.adapters.library.desk import Desk
from coach.adapters.library.lint_names import no_fact, no_sign
from coach.adapters.library.problems import Problem
from coach.adapters.library.templates import Text
from coach.adapters.profile_facts import CONDITION_LABELS, MEDICINE_LABELS

_TEACHING = ("education.", "lessons", "faq.")


def check_article(desk: Desk) -> Iterator[Problem]:
    """What each item of article.toml still lacks."""
    for item in desk.items:
        lacking = _lacking(desk, item) if desk.is_whole else ()
        for sentence in (*_unknown(desk, item), *lacking):
            yield Problem("article.toml", item.id, sentence)


def texts_on(desk: Desk, item: Item) -> list[Text]:
    """The texts that say they are about an item."""
    return [text for text in desk.texts if item.id in text.covers]


def is_teaching(text: Text) -> bool:
    """Whether a text is a lesson or the answer to a question of knowledge."""
    return any(group.startswith(_TEACHING) for group in text.template.groups)


def brought_by(desk: Desk, fact: str, texts: Iterable[Text]) -> list[Text]:
    """The texts that a condition or medicine brings forward: by its own name, or by a rule that it puts in force."""
    gates = {g.id for g in desk.library.gates.values() if fact in g.conditions | g.medicines}
    return [text for text in texts if fact in text.template.facts or text.template.only & gates]


def heeding(gate: str, texts: Iterable[Text]) -> list[Text]:
    """The texts that keep to a rule by name."""
    return [text for text in texts if gate in text.template.gates | text.template.only]


def rules_wording(desk: Desk, gate: str) -> bool:
    """Whether a rule holds for the words of texts."""
    return any(rule.gate == gate for rule in desk.wordings)


def _unknown(desk: Desk, item: Item) -> Iterator[str]:
    yield from no_sign(item.signs, desk.signs)
    yield from no_fact(item.facts, {*CONDITION_LABELS, *MEDICINE_LABELS})
    for gate in item.cautions:
        if gate not in desk.library.gates:
            yield f"There is no gate {gate} in gates.toml; add it there or mend the name."


def _lacking(desk: Desk, item: Item) -> Iterator[str]:
    texts = texts_on(desk, item)
    if not texts:
        yield f'No text is about it; write one with covers = ["{item.id}"].'
        return
    if not any(map(is_teaching, texts)):
        yield "No lesson or answer is about it; put one of its texts into a group education.…, lessons or faq.…."
    if item.asks and not any(text.template.yes_means for text in texts):
        yield "None of its texts puts a question; give one of them yes_means."
    for fact in item.facts:
        if not brought_by(desk, fact, texts):
            yield f"None of its texts comes forward for {fact}; name it under facts in one of them."
    for gate in item.cautions:
        if not rules_wording(desk, gate) and not heeding(gate, texts):
            yield f"None of its texts keeps to rule {gate}; name it under gates or only in one of them."
