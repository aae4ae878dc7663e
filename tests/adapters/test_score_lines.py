"""`coach read --score`: the figures, the levels crossed with each other, and every miss."""

import json
from pathlib import Path

import pytest

from coach.adapters.library.lexicon import load_lexicon
from coach.adapters.library.triage import load_triage
from coach.adapters.lines.problems import LineError
from coach.adapters.lines.report import report
from coach.adapters.lines.score import Pair, read_pair, score

MESSAGES = Path(__file__).parents[2] / "messages"
LEXICON = load_lexicon(MESSAGES)
RULES = load_triage(MESSAGES)

NOTHING = {"weakness": None, "trend": None, "yes": None, "amount": None, "onset": None, "topic": None}


def values(disposition: str, **more: object) -> dict[str, object]:
    """What a text is read as, or expected as."""
    return {"intent": "report", "signs": [], "denied": [], "disposition": disposition, **NOTHING, **more}


PAIRS = [
    Pair("a1", "my chest hurts", values("emergency", signs=["chest_pain"]), values("urgent")),
    Pair("a2", "I can't breathe", values("emergency"), values("emergency")),
    Pair("b1", "fell twice", values("urgent", amount=2), values("emergency", amount=2.0)),
    Pair("c1", "no fever", values("self_care", denied=["fever"]), values("routine", signs=["fever"])),
    Pair("d1", "stop", values("self_care", intent="stop"), values("self_care", intent="stop")),
]


def labelled(expect: object, **more: object) -> Pair:
    """A labelled line as it is read."""
    line = {"id": "x", "text": "my chest hurts", "expect": expect, **more}
    return read_pair(json.dumps(line), 7, LEXICON, RULES)


def test_too_low_and_too_high_are_counted_apart() -> None:
    """One of five each way that matters: an emergency read as urgent; two raised."""
    figures = score(PAIRS)
    assert figures["raised too low"] == pytest.approx(0.2)
    assert figures["raised too high"] == pytest.approx(0.4)
    assert figures["emergency recall"] == pytest.approx(0.5)
    assert figures["denied told as present"] == 1.0
    assert figures["opt-out recall"] == 1.0


def test_the_report_has_the_table_the_counts_and_the_levels_crossed() -> None:
    """A row for what was expected, a column for what was read."""
    lines = report(PAIRS).splitlines()
    assert "raised too low            20.0%" in lines
    assert "emergency                    2 expected, 2 read, 1 raised too low" in lines
    crossed = {
        line.split()[0]: line.split()[1:] for line in lines[lines.index("") + 1 :] if line.endswith(tuple("012"))
    }
    assert crossed["emergency"] == ["1", "1", "0", "0"]
    assert crossed["urgent"] == ["1", "0", "0", "0"]
    assert crossed["self_care"] == ["0", "0", "1", "1"]


def test_each_miss_names_the_text_and_each_field_that_differs() -> None:
    """What is right is not repeated; 2 and 2.0 are the same."""
    said = report(PAIRS)
    assert "3 read otherwise than expected:" in said
    misses = said.split("expected:\n")[1]
    assert "a1: my chest hurts\n    signs: expected chest_pain, read nothing\n" in misses
    assert "    disposition: expected emergency, read urgent\n" in misses
    assert "a2" not in misses
    assert "amount" not in misses


def test_labels_that_are_left_out_mean_nothing_or_none() -> None:
    """Only the intent and the disposition have to be said."""
    pair = labelled({"intent": "report", "disposition": "emergency"})
    assert pair.want == values("emergency")
    assert pair.differing() == ("signs",)
    assert labelled({"intent": "report", "disposition": "emergency", "signs": ["chest_pain"]}).differing() == ()


def test_a_line_without_an_id_is_called_by_its_number() -> None:
    """So that a miss can be found."""
    assert labelled({"intent": "report", "disposition": "emergency"}, id=None).id == "line 7"


@pytest.mark.parametrize(
    ("expect", "complaint"),
    [
        (None, "expect"),
        ({"intent": "report"}, "expect.disposition is missing; add it."),
        ({"intent": "tell", "disposition": "urgent"}, "expect.intent is wrong; write 'answer', "),
        ({"intent": "report", "disposition": "urgent", "weekness": 2}, "field expect.weekness is unknown"),
        ({"intent": "report", "disposition": "urgent", "weakness": 11}, "expect.weakness: "),
        ({"intent": "report", "disposition": "urgent", "signs": ["chest_pian"]}, "did you mean chest_pain?"),
    ],
)
def test_a_wrong_label_is_refused_with_its_mend(expect: object, complaint: str) -> None:
    """A slip in a label would count as a miss of the reader."""
    with pytest.raises(LineError) as refused:
        labelled(expect)
    assert complaint in str(refused.value)
    assert "chest hurts" not in str(refused.value)
