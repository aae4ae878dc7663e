"""Two weeks of an invented person as Markdown for a clinician: every text as it would be sent, and why not others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from coach.adapters.library.families import counted
from coach.adapters.library.rehearsals import DAYS, Rehearsal
from coach.core import schedule
from coach.core.content import Gate
from coach.core.conversation.rehearsal import Rehearsed, Wrote, rehearse
from coach.core.events import EscalationClosed, EscalationRaised, MessageQueued, PromptSkipped, TaskRaised
from coach.core.handbook import Handbook
from coach.core.model import Channel, Lane, PassedOver
from coach.core.programme import PromptKind, SkipReason
from coach.core.sms import segments

_KINDS = {
    PromptKind.CHECK_IN: "check-in",
    PromptKind.EXERCISE: "moves",
    PromptKind.EDUCATION: "lesson",
    PromptKind.HYDRATION: "drinks",
}
_LIST_OF_SIGNS = "red_flag"
_REMINDER = "reminder"
_ALARMS = {Lane.EMERGENCY: "**emergency message**, ", Lane.URGENT: "**urgent message**, "}
_COLUMNS = ("time", "what", "text", "parts", "why this one")
_RULE = re.compile(r"\(rules? ([\w, ]+)\)")
_PLANNED = re.compile(r"scheduled .* of \d{4}-\d\d-\d\d(: )?")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a day's table."""

    what: str
    text: str
    parts: str = ""
    why: str = ""


def calendar(handbook: Handbook, rehearsal: Rehearsal) -> str:
    """The whole page. It is the same whenever it is made."""
    happened = tuple(rehearse(handbook, rehearsal.known, rehearsal.begin, DAYS, rehearsal.habits))
    lines = list(_head(handbook, rehearsal, happened))
    for number in range(1, DAYS + 1):
        day = rehearsal.first_day + timedelta(days=number - 1)
        hot = ", heat alert" if day in rehearsal.hot_days else ""
        lines += ("", f"## Day {number}, {day:%A} {day.day} {day:%B}{hot}", "")
        lines += _table(handbook, rehearsal, happened, day)
    return "\n".join((*lines, ""))


def _head(handbook: Handbook, rehearsal: Rehearsal, happened: tuple[Rehearsed, ...]) -> Iterator[str]:
    name, library = rehearsal.participant.name, handbook.library
    yield from (f"# {name}", "", rehearsal.who, "")
    yield from (_figures(rehearsal, happened), "")
    yield f"Nothing here has clinical sign-off. {name} is invented; the texts, the rules and their order are real."
    always = library.applying(rehearsal.participant.profile)
    kept = _passed_over(happened)
    for title, gates in (
        ("Rules for this person:", always),
        ("Rules on some of these days:", frozenset(text.gate for text in kept) - always),
    ):
        if gates:
            yield from ("", title, "")
            yield from (_rule(gate, kept) for gate in library.gates.values() if gate.id in gates)
    yield ""
    yield (
        "Parts are what the carrier bills. Prompts that only come with a cause, such as heat or a sign that was told, "
        "are not listed on days without it."
    )


def _figures(rehearsal: Rehearsal, happened: tuple[Rehearsed, ...]) -> str:
    """How much is sent that nobody asked for."""
    zone = rehearsal.participant.zone
    sent = [(r.at, r.outcome) for r in happened if isinstance(r.outcome, MessageQueued)]
    unasked = [at for at, message in sent if message.lane is Lane.PROMPT and message.channel is Channel.SMS]
    days = Counter(schedule.local(at, zone).date() for at in unasked)
    return f"**{len(unasked)} texts come unasked in {DAYS} days, {max(days.values(), default=0)} a day at most.**"


def _rule(gate: Gate, kept: Iterable[PassedOver]) -> str:
    """A rule with what it keeps back in these days."""
    told = counted(text.template for text in kept if text.gate == gate.id)
    return f"- **{gate.id}** {gate.title}" + (f" (keeps back {told})" if told else "")


def _passed_over(happened: Iterable[Rehearsed]) -> frozenset[PassedOver]:
    """Every text that was kept back on one day or another, once."""
    outcomes = (row.outcome for row in happened)
    kept = (o.passed_over for o in outcomes if isinstance(o, MessageQueued | PromptSkipped))
    return frozenset(text for passed_over in kept for text in passed_over)


def _table(handbook: Handbook, rehearsal: Rehearsal, happened: tuple[Rehearsed, ...], day: date) -> Iterator[str]:
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"|{'---|' * len(_COLUMNS)}"
    zone = rehearsal.participant.zone
    rows = [row for row in happened if schedule.local(row.at, zone).date() == day]
    yield from dict.fromkeys(_rows(handbook, rehearsal, rows))  # two left out at one time for one reason are one line


def _rows(handbook: Handbook, rehearsal: Rehearsal, rows: list[Rehearsed]) -> Iterator[str]:
    said = ""
    sent_at = {row.at for row in rows if isinstance(row.outcome, MessageQueued)}
    for row in sorted(rows, key=lambda row: (row.at, isinstance(row.outcome, PromptSkipped))):
        if isinstance(row.outcome, Wrote):
            said = row.outcome.text
        if getattr(row.outcome, "reason", None) == SkipReason.MERGED and row.at in sent_at:
            continue  # another of the same hour went, which the reader sees
        line = _line(handbook, rehearsal, row, said, is_answered=_is_answered(row, rows))
        if line is not None:
            at = schedule.local(row.at, rehearsal.participant.zone)
            cells = (f"{at:%H:%M}", line.what, line.text, line.parts, line.why)
            yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _is_answered(text: Rehearsed, rows: list[Rehearsed]) -> bool:
    """Whether a message goes out on a text of the person."""
    return any(r.at == text.at and r.slot is None and isinstance(r.outcome, MessageQueued) for r in rows)


def _line(handbook: Handbook, rehearsal: Rehearsal, row: Rehearsed, said: str, *, is_answered: bool) -> _Line | None:
    """What one thing that happens looks like; None for what is said by another line or not worth one."""
    match row.outcome:
        case Wrote(text=text):
            return None if is_answered else _Line(f"{rehearsal.participant.name} writes “{text}”", "*(no answer)*")
        case MessageQueued() as message:
            return _message(handbook, row, message, said)
        case PromptSkipped(reason=SkipReason.NOT_NEEDED):
            return None
        case PromptSkipped() as skipped:
            because = _with_titles(handbook, skipped.because)
            return _Line(_kind(handbook, row), f"*not sent: {because}*")
        case EscalationRaised(level=level, because=because):
            return _Line("for the team", f"*a case opens, {level.value}: {because.rstrip('.')}*")
        case TaskRaised(because=because):
            return _Line("for the team", f"*to do: {because.rstrip('.')}*")
        case EscalationClosed():
            return _Line("the team", "*closes the case: a clinician has seen them*")


def _message(handbook: Handbook, row: Rehearsed, message: MessageQueued, said: str) -> _Line:
    if message.channel is Channel.VOICE:
        return _Line("call", "*a call with the question of the check-in*", why=_why(handbook, message))
    what = f"answer to “{said}”" if row.slot is None else _kind(handbook, row, message)
    return _Line(
        _ALARMS.get(message.lane, "") + what, message.body, str(segments(message.body)), _why(handbook, message)
    )


def _kind(handbook: Handbook, row: Rehearsed, message: MessageQueued | None = None) -> str:
    """The kind of prompt in words."""
    if message is not None and _LIST_OF_SIGNS in handbook.library.templates[message.template].groups:
        return "list of warning signs"
    slots = (programme.slot(row.slot or "") for programme in handbook.programmes.values())
    slot = next((slot for slot in slots if slot is not None), None)
    return _KINDS[slot.kind] if slot else _REMINDER


def _why(handbook: Handbook, message: MessageQueued) -> str:
    told = _PLANNED.sub("", message.because, count=1) if message.lane is Lane.PROMPT else ""
    for gate in handbook.library.gates.values():
        told = told.replace(f"{gate.id} ({gate.title})", gate.id)
    return told


def _with_titles(handbook: Handbook, because: str) -> str:
    """A reason with the titles of the rules it names."""
    gates = handbook.library.gates

    def titled(found: re.Match[str]) -> str:
        named = (f"{gate}: {gates[gate].title}" if gate in gates else gate for gate in found[1].split(", "))
        return f"(rule {'; '.join(named)})"

    return _RULE.sub(titled, because)
