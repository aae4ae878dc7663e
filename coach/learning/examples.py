"""Labelled replies as the second reader sees them: features, and the labels that are true."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from coach.adapters.lines.read import ReplyLine
from coach.core.model import Asked, Channel, Disposition, Intent, Language
from coach.core.reading import Lexicon
from coach.core.reading.likeness import text_features, word_features
from coach.core.reading.reader import first_reading
from coach.core.reading.second import INTENT, LEVEL, sentences_of, whole_features

DAILY = 3.0


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled reply: how often each feature of its sentences occurs, features of the whole, labels and words."""

    features: Counter[str]
    of_whole: frozenset[str] | None  # None for a sentence alone, which has no intent
    labels: frozenset[str]
    words: str
    weight: float = 1.0


class Expected(BaseModel):
    """What a person expects to be read from a reply, as far as the second reader learns it."""

    intent: Intent
    signs: list[str] = []
    disposition: Disposition


def load_examples(files: Iterable[Path], lexicon: Lexicon, usual: Mapping[str, Disposition]) -> list[Example]:
    """Every line of the files of labelled replies; raises ValueError when a line is none.

    Files named `round…` hold what people send from day to day and count more; `usual` is the level of each sign.
    """
    return [
        example
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        for example in _examples(line, lexicon, usual, DAILY if file.stem.startswith("round") else 1.0)
    ]


def _examples(line: str, lexicon: Lexicon, usual: Mapping[str, Disposition], weight: float) -> Iterator[Example]:
    """The whole reply; where nothing is wrong, each of its sentences too, for they are read alone as well."""
    reply = ReplyLine.model_validate_json(line)
    first, scan = first_reading(reply.text, reply.asked, reply.language, reply.channel, lexicon)
    sentences = [_features(*part) for part in sentences_of(scan, first).values()]
    expect = Expected.model_validate(json.loads(line)["expect"])
    by_profile = bool(reply.profile and (reply.profile.conditions or reply.profile.medicines))
    labels = labels_of(expect, usual, by_profile=by_profile)
    of_whole = frozenset(whole_features(scan, first, reply.asked))
    yield Example(sum(sentences, Counter()), of_whole, labels, " ".join(scan.spelled), weight)
    if len(sentences) > 1 and not expect.signs:
        yield from (Example(features, None, frozenset(), "", weight) for features in sentences)


def load_known(folder: Path, lexicon: Lexicon, usual: Mapping[str, Disposition]) -> list[Example]:
    """The sentences of the project's own lists of signs by code, told and denied.

    They are learnt as sentences: what a person would want with them, or calls for beside them, is not on the lists.
    """
    told = [_table(folder, f"signs_{level}.toml") for level in ("emergency", "urgent", "routine")]
    denied = _table(folder, "signs_denied.toml")
    rows: list[tuple[list[str] | None, tuple[str, Language]]]
    rows = [([code], text) for table in told for code, row in table.items() for text in _texts(row)]
    rows += [([], text) for row in denied.values() for text in _texts(row)]
    cases = _table(folder, "reading_tricky.toml")["case"]
    rows += [(case.get("signs", []), (case["text"], Language(case.get("language", "en")))) for case in cases]
    rows += [(None, text) for text in _texts(_table(folder, "signs_everyday.toml")["self_care"])]
    return [_known(codes, text, language, lexicon, usual) for codes, (text, language) in rows]


def _table(folder: Path, name: str) -> dict[str, Any]:
    return tomllib.loads((folder / name).read_text(encoding="utf-8"))


def _texts(row: Mapping[str, Sequence[str]] | Sequence[str]) -> Iterator[tuple[str, Language]]:
    """The texts of a row by language; a row without languages is mostly English."""
    if not isinstance(row, Mapping):
        return ((text, Language.EN) for text in row)
    return ((text, language) for language in Language for text in row.get(language.value, ()))


def _known(
    codes: list[str] | None, text: str, language: Language, lexicon: Lexicon, usual: Mapping[str, Disposition]
) -> Example:
    first, scan = first_reading(text, Asked.NOTHING, language, Channel.SMS, lexicon)
    features = sum((_features(*part) for part in sentences_of(scan, first).values()), Counter[str]())
    codes = list(first.codes) if codes is None else codes  # of everyday texts the list says only that they are harmless
    level = max((usual[code] for code in codes), key=lambda level: level.rank, default=Disposition.SELF_CARE)
    expect = Expected(intent=Intent.REPORT, signs=codes, disposition=level)
    labels = {label for label in labels_of(expect, usual, by_profile=False) if not label.startswith(INTENT)}
    return Example(features, None, frozenset(labels), " ".join(scan.spelled), DAILY)


def _features(words: list[str], further: list[str]) -> Counter[str]:
    """The features of a sentence as the second reader counts them: of every distinct word, and of the sentence."""
    features = Counter({*text_features(words), *further})
    for word in dict.fromkeys(words):
        features.update(word_features(word))
    return features


def labels_of(expect: Expected, usual: Mapping[str, Disposition], *, by_profile: bool) -> frozenset[str]:
    """The labels that hold for what should be read.

    A level holds when the text itself calls for it: with a profile, only where the usual level of a sign does.
    """
    labels = {*expect.signs, f"{INTENT}{expect.intent}"}
    highest = max((usual[code].rank for code in expect.signs), default=0)
    for level in (Disposition.EMERGENCY, Disposition.URGENT):
        if expect.disposition.rank >= level.rank and (highest >= level.rank or not by_profile):
            labels.add(f"{LEVEL}{level}")
    return frozenset(labels)
