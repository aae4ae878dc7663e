"""`python -m coach.learning FOLDER`: learn from labelled replies and write `messages/second_reader/weights.json`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from coach.adapters.library.lexicon import load_grammar
from coach.adapters.library.likeness import FOLDER, WEIGHTS, usual_levels, written
from coach.core.reading.likeness import Weights
from coach.learning.examples import Example, load_examples, load_known
from coach.learning.fitting import fit
from coach.resources import folder

PHRASINGS = 60  # known texts kept for each sign, to point to
LONGEST = 90  # characters
HELD = "held_"  # files of replies that are never learnt from


def main(replies: Path) -> None:
    """Learn from every file of a folder but those held back, and write; says how many replies and features it took."""
    messages = folder("messages")
    files = sorted(file for file in replies.glob("*.jsonl") if not file.name.startswith(HELD))
    grammar, usual = load_grammar(messages), usual_levels(messages)
    examples = [*load_examples(files, grammar, usual), *load_known(replies.parent, grammar, usual)]
    weights = fit(examples)
    target = messages / FOLDER / WEIGHTS
    target.write_text(written(weights, _phrasings(weights, examples)), encoding="utf-8")
    sys.stdout.write(f"{len(examples)} examples, {len(weights.index)} features, {len(weights.labels)} labels\n")


def _phrasings(weights: Weights, examples: Sequence[Example]) -> dict[str, tuple[str, ...]]:
    """For each sign the shortest texts that tell of it."""
    return {label: _shortest(label, examples) for label in weights.labels if ":" not in label}


def _shortest(code: str, examples: Sequence[Example]) -> tuple[str, ...]:
    texts = {e.words for e in examples if code in e.labels and len(e.words) <= LONGEST}
    return tuple(sorted(sorted(texts), key=len)[:PHRASINGS])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
