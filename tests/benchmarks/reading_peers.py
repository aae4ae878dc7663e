"""Other readers of clinical text with the same signs to look for: medspaCy (ConText) and negspaCy (NegEx).

Both start from a blank spaCy model, so nothing is downloaded. Both know denials in English and in Spanish; ConText
ships no Spanish rules and takes those of NegEx. Each is built twice: with phrases to look for, which is fast and finds
little, and with patterns of tokens, which is nearer to what the lexicon says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any

Said = tuple[frozenset[str], frozenset[str]]
"""The codes that a text was read to have, and those it was read to deny."""

Peer = Callable[[Sequence[str]], list[Said]]
Target = str | list[dict[str, Any]]  # a phrase, or a pattern of tokens as spaCy writes it
Targets = Mapping[str, Sequence[Target]]  # by the code of the sign

_DIRECTIONS = {
    "preceding_negations": "FORWARD",
    "following_negations": "BACKWARD",
    "pseudo_negations": "PSEUDO",
    "termination": "TERMINATE",
}
_ASIDE = ("is_historical", "is_hypothetical", "is_family")


def build_peers(targets: Mapping[str, Targets]) -> tuple[dict[str, Peer], list[str]]:
    """The pipelines that can be built here, for each kind of target, and the packages that are missing."""
    peers: dict[str, Peer] = {}
    missing: list[str] = []
    for package, build in (("medspacy", _medspacy), ("negspacy", _negspacy)):
        try:
            peers |= {f"{package} {version(package)}, {kind}": build(some) for kind, some in targets.items()}
        except ModuleNotFoundError as absent:
            missing.append(absent.name or package)
    return peers, missing


def plain(text: str) -> str:
    """A text as the phrases are written: without accents, with straight apostrophes."""
    letters = unicodedata.normalize("NFD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _denials(language: str) -> dict[str, list[str]]:
    terms = import_module("negspacy.termsets").termset(language).get_patterns()
    return {kind: [plain(term) for term in terms[kind]] for kind in _DIRECTIONS}


def _medspacy(targets: Targets) -> Peer:
    medspacy = import_module("medspacy")
    import_module("loguru").logger.disable("PyRuSH")  # it writes a line for each sentence, which would be timed
    nlp = medspacy.load()
    nlp.get_pipe("medspacy_target_matcher").add(_target_rules(targets))
    context_rule = import_module("medspacy.context").ConTextRule
    spanish = [
        context_rule(term, "NEGATED_EXISTENCE", direction=_DIRECTIONS[kind])
        for kind, terms in _denials("es_clinical").items()
        for term in terms
    ]
    nlp.get_pipe("medspacy_context").add(spanish)
    return _peer(nlp, lambda found: found._.is_negated, lambda found: any(getattr(found._, name) for name in _ASIDE))


def _target_rules(targets: Targets) -> list[Any]:
    rule = import_module("medspacy.ner").TargetRule
    return [
        rule(target, code) if isinstance(target, str) else rule(code, code, pattern=target)
        for code, some in targets.items()
        for target in some
    ]


def _negspacy(targets: Targets) -> Peer:
    import_module("negspacy.negation")
    nlp = import_module("spacy").blank("en")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns([{"label": code, "pattern": target} for code, some in targets.items() for target in some])
    english, spanish = _denials("en_clinical"), _denials("es_clinical")
    nlp.add_pipe("negex", config={"neg_termset": {kind: english[kind] + spanish[kind] for kind in _DIRECTIONS}})
    return _peer(nlp, lambda found: found._.negex, lambda _found: False)


def _peer(nlp: Any, denied: Callable[[Any], bool], aside: Callable[[Any], bool]) -> Peer:
    def read(texts: Sequence[str]) -> list[Said]:
        return [_said(doc.ents, denied, aside) for doc in nlp.pipe(map(plain, texts))]

    return read


def _said(found: Iterable[Any], denied: Callable[[Any], bool], aside: Callable[[Any], bool]) -> Said:
    """A sign that is told somewhere and denied elsewhere is told."""
    no = {span.label_ for span in found if denied(span)}
    yes = {span.label_ for span in found if not denied(span) and not aside(span)}
    return frozenset(yes), frozenset(no - yes)
