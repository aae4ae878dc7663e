"""docs/content.md: which text covers which item of what people are told about weak legs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from coach.adapters.library.article import Item
from coach.adapters.library.desk import Desk
from coach.adapters.library.families import counted
from coach.adapters.library.lint_article import brought_by, heeding, is_teaching, rules_wording, texts_on
from coach.adapters.library.templates import Text

MISSING = "**missing**"
"""What a cell says that `coach check` would complain of."""

_INTRODUCTION = """\
# What the texts cover

Written by `coach check --coverage`; do not edit it here. Change the texts in `messages/` and write it again. Every text
stands word for word in [texts](texts/README.md).

Each row is an item of `messages/article.toml`. **Lessons** teach it. **Questions** are answered with yes or no; behind
each stands the sign that a yes shows. **Also in** counts its other texts. **Signs** are those that may lie behind it.
**Brought forward by** names the conditions and medicines that make a text of the row come first. **Cautions** are the
safety rules that bear on it; what they are stands below the table.
"""
_RULES = """
## The safety rules named above
"""


def document(desk: Desk) -> str:
    """The whole of docs/content.md."""
    columns = [name for name, _ in _CELLS]
    rows = ([cell(desk, item) or MISSING for _, cell in _CELLS] for item in desk.items)
    table = (f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows))
    return "\n".join((_INTRODUCTION, *table, _RULES, *_rules(desk), ""))


def _rules(desk: Desk) -> Iterator[str]:
    named = {gate for item in desk.items for gate in item.cautions}
    yield from (f"- **{gate.id}** {gate.title}" for gate in desk.library.gates.values() if gate.id in named)


def _title(_desk: Desk, item: Item) -> str:
    return item.title


def _asking(text: Text) -> bool:
    return text.template.yes_means is not None


def _lessons(desk: Desk, item: Item) -> str:
    teaching = [text for text in texts_on(desk, item) if is_teaching(text)]
    told = ", ".join(f"`{text.template.id}`" for text in teaching if not _asking(text))
    return told or ("taught by its questions" if teaching else "")


def _questions(desk: Desk, item: Item) -> str:
    asking = filter(_asking, texts_on(desk, item))
    told = ", ".join(f"`{text.template.id}` ({text.template.yes_means})" for text in asking)
    return told or ("" if item.asks else "told in its lesson")


def _also_in(desk: Desk, item: Item) -> str:
    others = [text for text in texts_on(desk, item) if not is_teaching(text) and not _asking(text)]
    return counted(text.template.id for text in others) or "nothing else"


def _signs(_desk: Desk, item: Item) -> str:
    return ", ".join(item.signs)


def _forward(desk: Desk, item: Item) -> str:
    texts = texts_on(desk, item)
    facts = (fact if brought_by(desk, fact, texts) else f"{fact} {MISSING}" for fact in item.facts)
    return ", ".join(facts) or "for everybody alike"


def _cautions(desk: Desk, item: Item) -> str:
    texts = texts_on(desk, item)
    return ", ".join(gate if _is_heeded(desk, gate, texts) else f"{gate} {MISSING}" for gate in item.cautions)


def _is_heeded(desk: Desk, gate: str, texts: Iterable[Text]) -> bool:
    return rules_wording(desk, gate) or bool(heeding(gate, texts))


_CELLS: tuple[tuple[str, Callable[[Desk, Item], str]], ...] = (
    ("item", _title),
    ("lessons", _lessons),
    ("questions", _questions),
    ("also in", _also_in),
    ("signs", _signs),
    ("brought forward by", _forward),
    ("cautions", _cautions),
)
