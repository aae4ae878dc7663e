"""docs/content.md: what is covered by which text, and every text with its length and reading grade."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from coach.adapters.library.article import Item
from coach.adapters.library.desk import Desk, Said, wordings_of
from coach.adapters.library.grade import ease, grade
from coach.adapters.library.lint_article import brought_by, heeding, rules_wording, texts_on
from coach.adapters.library.lint_wording import plain_text
from coach.adapters.library.templates import Text
from coach.core.model import Language
from coach.core.sms import encoding, segments

MISSING = "**missing**"
"""What a cell says that `coach check` would complain of."""

_INTRODUCTION = """\
# What the texts cover

Written by `coach check --coverage`; do not edit it here. Change the texts in `messages/` and write it again.

## What people are told about weak legs

Each row is an item of `messages/article.toml`. A question names the sign that a yes shows. “Brought forward by” names
the conditions and medicines that make a text of the row come first, “cautions” the safety rules that bear on it.
"""
_ALL_TEXTS = """
## All texts

Parts are counted with the longest real value of every placeholder, in the encoding that the text really needs. The
grade of English is Flesch-Kincaid (at most {grade}), the ease of Spanish Fernández Huerta (at least {ease}).
"""


def document(desk: Desk) -> str:
    """The whole of docs/content.md."""
    limits = _ALL_TEXTS.format(grade=desk.rules.highest_grade, ease=desk.rules.lowest_ease)
    items = [[cell(desk, item) for _, cell in _ITEM_CELLS] for item in desk.items]
    texts = [_text_row(desk, text) for text in sorted(desk.texts, key=lambda text: text.template.id)]
    return "\n".join(
        (
            _INTRODUCTION,
            *_table([name for name, _ in _ITEM_CELLS], items),
            limits,
            *_table(_TEXT_COLUMNS, texts),
            "",
        )
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    yield from (f"| {' | '.join(cell or MISSING for cell in row)} |" for row in rows)


def _title(_desk: Desk, item: Item) -> str:
    return item.title


def _texts(desk: Desk, item: Item) -> str:
    return _ids(texts_on(desk, item))


def _question(desk: Desk, item: Item) -> str:
    asking = [text for text in texts_on(desk, item) if text.template.yes_means]
    if asking:
        return ", ".join(f"`{text.template.id}` (yes: {text.template.yes_means})" for text in asking)
    return "" if item.asks else "told in its lesson"


def _signs(_desk: Desk, item: Item) -> str:
    return ", ".join(item.signs)


def _forward(desk: Desk, item: Item) -> str:
    if not item.facts:
        return "for everybody alike"
    texts = texts_on(desk, item)
    return ", ".join(fact if brought_by(desk, fact, texts) else f"{fact} {MISSING}" for fact in item.facts)


def _cautions(desk: Desk, item: Item) -> str:
    texts = texts_on(desk, item)
    return "; ".join(_caution(desk, gate, texts) for gate in item.cautions)


def _caution(desk: Desk, gate: str, texts: list[Text]) -> str:
    heeded = heeding(gate, texts)
    if heeded:
        return f"{gate}: {_ids(heeded)}"
    return f"{gate}: wording of every text" if rules_wording(desk, gate) else f"{gate}: {MISSING}"


def _ids(texts: Iterable[Text]) -> str:
    return ", ".join(f"`{text.template.id}`" for text in texts)


_ITEM_CELLS: tuple[tuple[str, Callable[[Desk, Item], str]], ...] = (
    ("item", _title),
    ("texts", _texts),
    ("question", _question),
    ("signs", _signs),
    ("brought forward by", _forward),
    ("cautions", _cautions),
)
_TEXT_COLUMNS = ("text", "groups", "for whom", "parts", "encoding", "grade en", "ease es")


def _text_row(desk: Desk, text: Text) -> list[str]:
    said = list(wordings_of(text))
    spanish = [one for one in said if one.language is Language.ES]
    return [
        f"`{text.template.id}`",
        ", ".join(sorted(text.template.groups)),
        _for_whom(text),
        ", ".join(f"{one.name} {segments(desk.filled(one))}" for one in said),
        ", ".join(f"{one.name} {encoding(desk.filled(one)).value}" for one in said),
        f"{grade(plain_text(said[0])):.1f}",
        _eases(spanish),
    ]


def _eases(spanish: list[Said]) -> str:
    figures = [(one.name, f"{ease(plain_text(one)):.0f}") for one in spanish]
    return figures[0][1] if len(figures) == 1 else ", ".join(f"{name} {figure}" for name, figure in figures)


def _for_whom(text: Text) -> str:
    template = text.template
    whom = (("only", template.only), ("not", template.gates))
    return ", ".join(f"{word} {' '.join(sorted(gates))}" for word, gates in whom if gates) or "everybody"
