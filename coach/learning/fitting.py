"""One linear classifier for each label, exported as plain numbers."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from coach.core.reading.likeness import ZERO, Weights
from coach.core.reading.second import INTENT
from coach.learning.examples import Example

TIMES_SEEN = 3  # features that occur in fewer texts are left out
FEWEST = 5  # examples a label needs
STRENGTH = 1.0  # inverse of the regularisation
HELD_BACK = 6  # one example in so many is held back to calibrate
SMALLEST = 2  # weights are whole numbers; those nearer to zero are dropped
LARGEST = 127
DIGITS = 2


def fit(examples: Sequence[Example]) -> Weights:
    """Learn the weights of every label that has enough examples.

    Signs and levels are learnt from the sentences alone, so that nothing said beside them counts; intents from all.
    The weights are scaled so that a score is the log odds of its label, as seen on examples that were held back.
    """
    task = _task(examples)
    held = np.array([zlib.crc32(example.words.encode()) % HELD_BACK == 0 for example in examples])
    slope, shift = _calibrated(task, held)
    models = [_model(task, label, task.rows) for label in task.labels]
    columns = np.array([model.coef_[0] * slope for model in models]).T
    rarity = np.array(list(task.rarity.values()))
    whole = np.rint(columns * rarity[:, None]).astype(int).clip(-LARGEST, LARGEST)
    whole[np.abs(whole) < SMALLEST] = 0
    return Weights(
        labels=task.labels,
        bias=tuple(round(float(model.intercept_[0]) * slope + shift, DIGITS) for model in models),
        index={feature: number for number, feature in enumerate(task.rarity)},
        lengths=np.rint(rarity**2).astype(int).tolist(),
        rows=(whole + ZERO).astype(np.uint8).tobytes(),
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """All that a model is learnt from. `of_sentences` and `of_whole` are sparse matrices, one row an example."""

    labels: tuple[str, ...]
    rarity: dict[str, float]
    of_sentences: Any
    of_whole: Any
    truth: dict[str, Any]
    weights: Any
    is_whole: Any
    rows: Any


def _task(examples: Sequence[Example]) -> _Task:
    sentences = [dict(example.features) for example in examples]
    everything = [{**example.features, **dict.fromkeys(example.of_whole or (), 1)} for example in examples]
    rarity = _rarity(everything)
    index = {feature: number for number, feature in enumerate(rarity)}
    counts = Counter(label for example in examples for label in example.labels)
    labels = tuple(sorted(label for label, count in counts.items() if count >= FEWEST))
    return _Task(
        labels,
        rarity,
        _matrix(sentences, rarity, index),
        _matrix(everything, rarity, index),
        {label: np.array([label in example.labels for example in examples]) for label in labels},
        np.array([example.weight for example in examples]),
        np.array([example.of_whole is not None for example in examples]),
        np.ones(len(examples), dtype=bool),
    )


def _model(task: _Task, label: str, rows: Any) -> LinearSVC:  # noqa: ANN401 - an array of booleans
    """A linear classifier of one label, learnt from some of the rows."""
    of_whole = label.startswith(INTENT)
    matrix = task.of_whole if of_whole else task.of_sentences
    chosen = np.flatnonzero(rows & task.is_whole if of_whole else rows)
    model = LinearSVC(C=STRENGTH, random_state=0)
    return model.fit(matrix[chosen], task.truth[label][chosen], sample_weight=task.weights[chosen])


def _calibrated(task: _Task, held: Any) -> tuple[float, float]:  # noqa: ANN401 - an array of booleans
    """Slope and shift that turn margins into log odds (Platt 1999), the same for all labels."""
    margins, truths = [], []
    chosen = np.flatnonzero(held & task.is_whole)
    for label in task.labels:
        matrix = task.of_whole if label.startswith(INTENT) else task.of_sentences
        margins.append(_model(task, label, ~held).decision_function(matrix[chosen]))
        truths.append(task.truth[label][chosen])
    odds = LogisticRegression(C=1e6).fit(np.concatenate(margins)[:, None], np.concatenate(truths))
    return float(odds.coef_[0][0]), float(odds.intercept_[0])


def _rarity(rows: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """Features seen often enough, with how telling they are for being rare (inverse document frequency)."""
    seen = Counter(feature for row in rows for feature in row)
    return {f: math.log(1 + len(rows) / (n + 1)) for f, n in sorted(seen.items()) if n >= TIMES_SEEN}


def _matrix(rows: Sequence[Mapping[str, int]], rarity: Mapping[str, float], index: Mapping[str, int]) -> Any:  # noqa: ANN401 - sparse
    places: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for place, row in enumerate(rows):
        known = {f: n for f, n in row.items() if f in index}
        length = math.sqrt(sum(n * rarity[f] ** 2 for f, n in known.items())) or 1.0
        places.extend([place] * len(known))
        columns.extend(index[f] for f in known)
        values.extend(n * rarity[f] / length for f, n in known.items())
    return csr_matrix((values, (places, columns)), shape=(len(rows), len(index)))
