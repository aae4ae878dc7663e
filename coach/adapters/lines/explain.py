"""How one text is read, step by step, in words that a nurse can follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from coach.adapters.lines.read import plain_number
from coach.adapters.profile_facts import fact_in_words
from coach.core.model import Asked, Assessment, Channel, Finding, Intent, Language, Profile, Reply
from coach.core.reading import Lexicon, read
from coach.core.reading.matching import Hit
from coach.core.reading.scan import Scan, scan
from coach.core.triage import TriageRules, assess, codes_with_added, with_question

_NOTHING = ["nothing"]
_LANGUAGES = {Language.EN: "English", Language.ES: "Spanish"}
_CHANNELS = {Channel.SMS: "a text", Channel.VOICE: "words heard in a call"}
_INTENTS = {
    Intent.ANSWER: "answers what was asked",
    Intent.REPORT: "tells how it goes without being asked",
    Intent.QUESTION: "asks something",
    Intent.STOP: "wants no more messages",
    Intent.START: "wants messages again",
    Intent.HELP: "asks for help",
    Intent.PAUSE: "wants a break",
    Intent.RESUME: "wants the break to end",
    Intent.LESS: "wants fewer messages",
    Intent.MORE: "wants more messages",
    Intent.CHANGE: "wants something changed: times, language, channel or number",
    Intent.HUMAN: "wants a person",
    Intent.WRONG_PERSON: "is somebody else",
    Intent.THANKS: "thanks, greets or chats",
    Intent.UNCLEAR: "nothing that can be told",
}
_ASIDE = (
    ("cue:past", "told of the past"),
    ("cue:other", "told of somebody else"),
    ("cue:imagined", "imagined or feared"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One text, and what is known beside it."""

    text: str
    asked: Asked = Asked.NOTHING
    language: Language = Language.EN
    channel: Channel = Channel.SMS
    profile: Profile = field(default_factory=Profile)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text with all that was made of it."""

    told: Told
    rules: TriageRules
    reply: Reply
    seen: Scan
    assessment: Assessment
    codes: tuple[str, ...]

    def words_of(self, finding: Finding) -> str:
        return f"“{self.told.text[finding.start : finding.end]}”"

    def name_of(self, code: str) -> str:
        rule = self.rules.signs.get(code)
        return f"{code} ({rule.meaning})" if rule else code


def explain(told: Told, lexicon: Lexicon, rules: TriageRules) -> str:
    """The reasoning from the words to what they call for, a heading and its lines for each step."""
    reply = read(told.text, told.asked, told.language, told.channel, lexicon)
    reply = with_question(reply, assess(reply, told.profile, rules, single=True), rules)
    return explain_reply(told, reply, scan(told.text, lexicon, told.language), rules)


def explain_reply(told: Told, reply: Reply, seen: Scan, rules: TriageRules) -> str:
    """The same for a text that was looked over and read."""
    reading = _Reading(
        told=told,
        rules=rules,
        reply=reply,
        seen=seen,
        assessment=assess(reply, told.profile, rules, single=True),
        codes=codes_with_added(reply, told.profile, rules, single=True),
    )
    return "\n".join(line for heading, lines in _steps(reading) for line in (heading, *_indented(lines)))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in [*lines] or _NOTHING)


def _steps(reading: _Reading) -> Iterator[tuple[str, Iterable[str]]]:
    yield "The text", _text(reading.told)
    yield "Signs found", _found(reading)
    yield "Signs denied", _denied(reading)
    yield "Signs only spoken of, which do not count", _spoken_of(reading)
    yield "Numbers and answers", _values(reading.reply)
    yield "Facts that can change a level", _facts(reading.reply.facts)
    yield "What the person wants", _intent(reading.reply)
    yield "What the text calls for, by itself", _disposition(reading.assessment)
    yield "What would be asked, because the level depends on it", _question(reading.reply.ask)


def _text(told: Told) -> Iterator[str]:
    yield f"“{told.text}”"
    yield f"It came as {_CHANNELS[told.channel]}; the person's language is {_LANGUAGES[told.language]}."
    asked = "No question was open." if told.asked is Asked.NOTHING else f"The open question asked for: {told.asked}."
    yield asked.replace("_", " ")
    yield f"Known of the person: {'; '.join(_known(told.profile)) or 'nothing'}."


def _known(profile: Profile) -> Iterator[str]:
    yield from (fact_in_words(code) for code in sorted(profile.conditions | profile.medicines))
    if profile.baseline is not None:
        yield f"usual weakness {profile.baseline}"
    if profile.age is not None:
        yield f"age {profile.age}"
    if profile.sex is not None:
        yield "a woman" if profile.sex == "f" else "a man"
    if profile.lives_alone is not None:
        yield "lives alone" if profile.lives_alone else "does not live alone"


def _found(reading: _Reading) -> Iterator[str]:
    for finding in reading.reply.signs:
        yield f"{reading.name_of(finding.code)}: {reading.words_of(finding)}"
        yield f"  found by {_rule(finding)}"
    for code in sorted({*reading.codes} - {*reading.reply.codes}):
        yield f"{reading.name_of(code)}: what the signs, the facts and the person's conditions mean together"
    for code in sorted({*reading.reply.codes} - {*reading.codes}):
        yield f"{code} is part of that and not named by itself"


def _rule(finding: Finding) -> str:
    """The second reader names the known text that is nearest; the first one its pattern, or the number of falls."""
    if finding.rule.startswith("like "):
        return f"the second reader: {finding.rule}"
    return finding.rule if finding.rule.startswith("a count") else f"the pattern {finding.rule}"


def _denied(reading: _Reading) -> Iterator[str]:
    for finding in reading.reply.denied:
        if finding.code in reading.codes:
            continue
        yield f"{reading.name_of(finding.code)}: {reading.words_of(finding)}"
        cancelled = f"cancelled by “{finding.cue}”; " if finding.cue else ""
        yield f"  {cancelled}found by {_rule(finding)}"


def _spoken_of(reading: _Reading) -> Iterator[str]:
    for finding in reading.reply.hypothetical:
        yield f"{reading.name_of(finding.code)}: {reading.words_of(finding)}"
        yield f"  {_why_aside(finding, reading)}; found by {_rule(finding)}"


def _why_aside(finding: Finding, reading: _Reading) -> str:
    """The words in the same sentence that set a sign aside, those nearest to it first; else it is in a question."""
    seen = reading.seen
    cues = [(kind, cue) for label, kind in _ASIDE for cue in seen.of(label) if _in_one_sentence(cue, finding, seen)]
    if not cues:
        return "asked in a question"
    kind, nearest = min(cues, key=lambda pair: _clauses_between(pair[1], finding, seen))
    start, end = seen.offsets(nearest)
    return f"{kind}: “{reading.told.text[start:end]}”"


def _in_one_sentence(cue: Hit, finding: Finding, seen: Scan) -> bool:
    low, high = seen.sentences[seen.line.sentences[cue.start]]
    return finding.start < high and low < finding.end


def _clauses_between(cue: Hit, finding: Finding, seen: Scan) -> int:
    own = next((number for number, (_, end) in seen.clauses.items() if finding.start < end), 0)
    return abs(seen.line.clauses[cue.start] - own)


def _values(reply: Reply) -> Iterator[str]:
    if reply.weakness is not None:
        yield f"weakness: {reply.weakness} of 10"
    if reply.amount is not None:
        yield f"amount, or place in the menu: {plain_number(reply.amount)}"
    if reply.yes is not None:
        yield f"yes or no: {'yes' if reply.yes else 'no'}"
    if reply.trend is not None:
        yield f"trend: {reply.trend}".replace("_", " ")
    if reply.onset is not None:
        yield f"began: {reply.onset}".replace("_", " ")


def _facts(facts: frozenset[str]) -> Iterator[str]:
    """Each fact once, with the signs of its sentence."""
    for name in sorted({fact.partition(":")[0] for fact in facts}):
        codes = sorted(fact.partition(":")[2] for fact in facts if fact.startswith(f"{name}:"))
        yield name.replace("_", " ") + (f", said with {', '.join(codes)}" if codes else "")


def _intent(reply: Reply) -> Iterator[str]:
    yield f"{reply.intent}: {_INTENTS[reply.intent]}" + (f", about {reply.topic}" if reply.topic else "")


def _disposition(assessment: Assessment) -> Iterator[str]:
    now = ", and at once" if assessment.now else ""
    yield f"{assessment.disposition}{now}".replace("_", " ")
    for reason in assessment.reasons:
        yield f"  {reason.level.replace('_', ' ')} by {reason.rule}: {reason.because}"
    if not assessment.reasons:
        yield "  no sign and no rule calls for more"


def _question(ask: Asked | None) -> Iterator[str]:
    if ask is not None:
        yield f"{ask}".replace("_", " ")
