"""`coach read --explain`: from the words to what they call for, so that a nurse can check each step."""

from pathlib import Path

import pytest

from coach.adapters.library.lexicon import load_lexicon
from coach.adapters.library.triage import load_triage
from coach.adapters.lines.explain import Told, explain, explain_reply
from coach.core.model import Asked, Channel, Disposition, Finding, Intent, Language, Profile, Reason, Reply
from coach.core.reading.scan import scan

MESSAGES = Path(__file__).parents[2] / "messages"
LEXICON = load_lexicon(MESSAGES)
RULES = load_triage(MESSAGES)


def steps(told: Told) -> dict[str, str]:
    """What is said under each heading, by the first word or two of the heading."""
    return by_heading(explain(told, LEXICON, RULES))


def by_heading(said: str) -> dict[str, str]:
    """The same for an explanation that is there already."""
    found: dict[str, str] = {}
    heading = ""
    for line in said.splitlines():
        if line.startswith(" "):
            found[heading] += line + "\n"
        else:
            heading = " ".join(line.split()[:2])
            found[heading] = ""
    return found


def test_ruths_score_with_chest_pain_is_followed_to_emergency() -> None:
    """Her number, the words of the sign with what found them, and the rule that decides."""
    said = steps(Told("2 but my chest hurts", Asked.WEAKNESS, profile=Profile(baseline=2, age=81)))

    assert "“2 but my chest hurts”" in said["The text"]
    assert "asked for: weakness" in said["The text"]
    assert "usual weakness 2; age 81" in said["The text"]
    assert "chest_pain (chest pain or pressure" in said["Signs found"]
    assert "“chest hurts”" in said["Signs found"]
    assert "found by the pattern" in said["Signs found"]
    assert "weakness: 2 of 10" in said["Numbers and"]
    assert said["What the"].startswith("  emergency")
    assert "emergency by chest_pain: chest pain or pressure" in explain(
        Told("2 but my chest hurts", Asked.WEAKNESS), LEXICON, RULES
    )


def test_martas_denied_fever_is_shown_with_the_word_that_cancelled_it() -> None:
    """A denial beside a sign that is there, and since when."""
    said = steps(Told("I can't lift my left foot since this morning, no fever"))

    assert "foot_drop" in said["Signs found"]
    assert "can't lift my left foot" in said["Signs found"]
    assert "fever" not in said["Signs found"]
    assert "“fever”" in said["Signs denied"]
    assert "cancelled by “no”" in said["Signs denied"]
    assert "began: today" in said["Numbers and"]
    assert "one sided, said with foot_drop" in said["Facts that"]


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("my neighbor can't pee", "cauda_equina_signs", "told of somebody else: “neighbor”"),
        ("years ago I had chest pain", "chest_pain", "told of the past: “years ago”"),
        ("can dehydration cause chest pain?", "chest_pain", "“can dehydration cause"),
    ],
)
def test_a_sign_only_spoken_of_is_shown_with_what_sets_it_aside(text: str, code: str, why: str) -> None:
    """Somebody else, the past, a question: quoted, and no sign of this person."""
    said = steps(Told(text))
    assert code not in said["Signs found"]
    assert code in said["Signs only"]
    assert why in said["Signs only"]
    assert "self care" in explain(Told(text), LEXICON, RULES)


def test_what_stands_for_more_together_is_said() -> None:
    """Otto is shaky and takes insulin: the code that the two add up to is named, and why."""
    told = Told("I feel shaky and sweaty", profile=Profile(medicines=frozenset({"insulin_sulfonylurea"})))
    said = steps(told)
    assert "Insulin" in said["The text"]
    assert "low_blood_sugar" in said["Signs found"]


def test_what_the_second_reader_adds_is_named_as_its_own() -> None:
    """The nearest known phrasing, the level it is sure of, and the question that it leaves open."""
    told = Told("keeled over in the pew without warning")
    reply = Reply(
        Intent.REPORT,
        signs=(Finding("faint", 0, len(told.text), "like “i keeled over”"),),
        raised=Reason("second_reader", Disposition.EMERGENCY, "reads like texts that called for this"),
        ask=Asked.ONSET,
    )
    whole = explain_reply(told, reply, scan(told.text, LEXICON, Language.EN), RULES)
    assert "found by the second reader: like “i keeled over”" in whole
    assert "emergency by faint: " in whole
    assert "; reads like texts that called for this" in whole
    assert by_heading(whole)["What would"] == "  onset\n"


def test_a_text_with_nothing_in_it_says_so_at_each_step() -> None:
    """A greeting heard in a call."""
    said = steps(Told("hello", channel=Channel.VOICE, language=Language.ES))
    assert "words heard in a call; the person's language is Spanish" in said["The text"]
    for heading in ("Signs found", "Signs denied", "Signs only", "Numbers and", "Facts that", "What would"):
        assert said[heading] == "  nothing\n"
    assert "thanks" in explain(Told("hello"), LEXICON, RULES)


def test_a_count_of_falls_is_named_as_what_found_the_sign() -> None:
    """Pia answers 2 to the falls question."""
    said = steps(Told("2", Asked.FALLS))
    assert "found by a count of falls" in said["Signs found"]
    assert "amount, or place in the menu: 2" in said["Numbers and"]


def test_the_same_text_is_explained_in_the_same_words() -> None:
    """Nothing depends on chance or on the order of a set."""
    told = Told("no chest pain, fever or chills, my left leg is weak and numb since monday", Asked.WEAKNESS)
    assert explain(told, load_lexicon(MESSAGES), RULES) == explain(told, LEXICON, RULES)
