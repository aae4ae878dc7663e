"""Plays a script of a conversation and writes down what came of it, so that a nurse can read it.

A script is a text file. The lines that begin with one of these marks are read; all others are written by the player:

    # words                                what the file shows
    @ person: Ruth Ames, en, lives alone   who takes part since Monday 2 March 2026, in New York
    @ status: invited                      unless they take part already
    @ has: statin, diabetes                conditions and medicines
    @ programme runs                       prompts come as well
    @ on call: ana first, ben second, cy backup
    @ away: ana, 3 Mar to 5 Mar, ben covers
    > Mon 2 Mar 10:00 Ruth: words          somebody writes; staff by their first name too
    > Mon 2 Mar 10:04 Ana does: takes case 1
    ~ Tue 3 Mar 12:00                      time passes

What staff do in the dashboard: takes, passes on, spoke about, closes as an outcome, opens again because. Written are:
`<` texts and pages (`…` where a prompt goes on; links are left out), `=` steps of cases, `!` tasks for coordinators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from coach.core import escalation, schedule
from coach.core.conversation import aftercare
from coach.core.conversation.timetable import begin
from coach.core.events import (
    CaseStepped,
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    EscalationPassed,
    EscalationRaised,
    EscalationRelevelled,
    EscalationReopened,
    Event,
    MessageQueued,
    PageQueued,
    TaskRaised,
)
from coach.core.model import Channel, Conversation, Escalation, Lane, Language, Participant, Profile, Status
from coach.core.paging import promised_by
from coach.core.rota import BACKUP, FIRST, SECOND, Leave, OnCall, Rota, Shift
from tests.core.talking import HANDBOOK, Talk

ZONE = "America/New_York"
FIRST_DAY = date(2026, 3, 2)
_MINUTE = timedelta(minutes=1)
_LAYERS = {"first": FIRST, "second": SECOND, "backup": BACKUP}
_READ = re.compile(r"[#@>~]")
_WHEN = re.compile(r"\w{3} (\d{1,2}) (\w{3}) (\d\d):(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHOWN = 60
_LINK = re.compile(r"https://\S+")
_BY = {Channel.SMS: "text", Channel.VOICE: "call"}


class NotAScript(Exception):
    """A line cannot be read; the sentence names it."""


@dataclass
class Played(Talk):
    """A talk that writes down what happens."""

    lines: list[str] = field(default_factory=list)

    def keep(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """Keep the facts, and write down those that somebody hears of."""
        known = frozenset(self.keys)
        kept = super().keep(events)
        at = _local(self.now)
        for event in events:
            if isinstance(event, TaskRaised) and event.key in known:
                continue
            line = self._line(event)
            if line:
                self.lines.append(f"{line[0]} {at:%a} {at.day} {at:%b %H:%M} {line[1]}")
        self.lines += [f"< {at:%a} {at.day} {at:%b %H:%M} {page}" for page in self._pages(events)]
        return kept

    def _pages(self, events: tuple[Event, ...]) -> Iterator[str]:
        """One line for all who get the same page; the address in it differs and is left out."""
        found: dict[tuple[bool, str], list[str]] = {}
        for event in events:
            if isinstance(event, PageQueued):
                is_page = event.lane is Lane.PAGE and event.escalation_id is not None
                who = self.rota.person(event.to)
                name = f"{who.name.split()[0] if who else '?'} by {_BY[event.channel]}"
                found.setdefault((is_page, _LINK.sub("", event.body).strip()), []).append(name)
        for (is_page, body), names in found.items():
            yield f"{'page' if is_page else 'word'} → {', '.join(names)}: {body}"

    def _line(self, event: Event) -> tuple[str, str] | None:
        match event:
            case MessageQueued():
                return "<", self._said(event)
            case TaskRaised():
                return "!", f"task for a coordinator: {event.kind}: {event.because}"
            case EscalationRaised():
                return "=", f"case {self.case.id}: raised, {event.level}: {event.because}"
            case EscalationRelevelled():
                return "=", f"case {event.escalation_id}: now {event.level}: {event.because}"
            case CaseStepped():
                return "=", f"case {event.escalation_id}: {event.kind}{_beside(event.note)}"
            case _ if type(event) in _DONE:
                who: str | None = getattr(event, "staff", None)
                staff = f" by {who}" if who else ""
                case_id: int = getattr(event, "escalation_id", 0)
                note = getattr(event, "outcome", "") or getattr(event, "note", "") or getattr(event, "because", "")
                return "=", f"case {case_id}: {_DONE[type(event)]}{staff}{_beside(note)}"
        return None

    def _said(self, event: MessageQueued) -> str:
        name = self.conversation.participant.name.split()[0]
        if event.channel is Channel.VOICE:
            return f"coach → {name} [call] {event.template}"
        body = event.body
        if event.lane is Lane.PROMPT and len(body) > _SHOWN:
            body = body[:_SHOWN].rsplit(" ", 1)[0] + " …"
        return f"coach → {name} [{event.lane.name.lower()}] {body}"


_DONE: dict[type[Event], str] = {
    EscalationAcknowledged: "taken",
    EscalationPassed: "passed on",
    EscalationContacted: "the person was reached",
    EscalationClosed: "closed",
    EscalationReopened: "open again",
}


def _beside(note: str) -> str:
    return f" ({note})" if note else ""


def play(script: str) -> str:
    """The same script with everything that came of it."""
    given = [line.rstrip() for line in script.splitlines() if _READ.match(line)]
    settings = [line[1:].strip() for line in given if line.startswith("@")]
    talk = _scene(settings)
    shown: list[str] = [line for line in given if line[0] in "#@"]
    shown.append("")
    talk.lines = []
    if "programme runs" in settings:
        talk.keep(begin(talk.moment(), talk.conversation.participant))
    for line in given:
        if line[0] in ">~":
            _act(talk, line)
    return "\n".join((*shown, *talk.lines)) + "\n"


def _scene(settings: list[str]) -> Played:
    said = dict(line.split(": ", 1) for line in settings if ": " in line)
    name, language, *more = [word.strip() for word in said.get("person", "Ruth Ames, en").split(",")]
    facts = frozenset(word.strip() for word in said.get("has", "").split(",") if word.strip())
    alone = "lives alone" in more
    person = Participant(
        1,
        "+12025550142",
        Status(said.get("status", "active")),
        Language(language),
        "US",
        name=name,
        zone=ZONE,
        enrolled_on=FIRST_DAY,
        profile=Profile(age=50, fluid_limit=False, conditions=facts, medicines=facts, lives_alone=alone),
    )
    now = schedule.to_utc(FIRST_DAY, time(8), ZONE)
    return Played(now, Conversation(person), rota=_rota(said))


def _rota(said: dict[str, str]) -> Rota:
    if "on call" not in said:
        return Rota()
    people: list[OnCall] = []
    shifts: list[Shift] = []
    for number, entry in enumerate(said["on call"].split(","), 1):
        handle, layer = entry.split()
        people.append(OnCall(number, handle, handle.title(), f"+1202555019{number}", Language.EN, ZONE))
        shifts.append(
            Shift(number, number, _LAYERS[layer], frozenset(range(7)), time(0), time(0), FIRST_DAY - timedelta(days=9))
        )
    rota = Rota(tuple(people), tuple(shifts))
    return replace(rota, leaves=tuple(_leaves(said, rota)))


def _leaves(said: dict[str, str], rota: Rota) -> Iterator[Leave]:
    if "away" not in said:
        return
    handle, days, cover = [part.strip() for part in said["away"].split(",")]
    first, last = (_day(part) for part in days.split(" to "))
    away, instead = rota.named(handle), rota.named(cover.removesuffix(" covers"))
    if away is None:
        raise NotAScript(f"nobody on call is named {handle}")
    yield Leave(1, away.id, first, last, instead.id if instead else None)


def _day(words: str) -> date:
    day, month = words.split()
    return date(2026, _MONTHS.index(month) + 1, int(day))


def _local(at: datetime) -> datetime:
    return schedule.local(at, ZONE)


def _act(talk: Played, line: str) -> None:
    found = _WHEN.match(line[2:])
    if found is None:
        raise NotAScript(f"no time such as “Mon 2 Mar 10:00” in: {line}")
    day, month, hour, minute = found.groups()
    at = schedule.to_utc(date(2026, _MONTHS.index(month) + 1, int(day)), time(int(hour), int(minute)), ZONE)
    if at < talk.now:
        raise NotAScript(f"this was before: {line}")
    words = line[2 + found.end() :].strip()
    talk.at(at - _MINUTE if words else at)
    talk.lines.append(f"{line[0]} {_local(at):%a} {_local(at).day} {_local(at):%b %H:%M}{' ' + words if words else ''}")
    if words:
        who, _, said = words.partition(": ")
        _somebody(talk, at, who, said)


def _somebody(talk: Played, at: datetime, who: str, said: str) -> None:
    handle = who.removesuffix(" does").lower()
    staff = talk.rota.named(handle)
    if who.endswith(" does"):
        talk.at(at)
        _in_the_dashboard(talk, handle, said)
    elif staff is not None:
        talk.at(at)
        _by_text(talk, staff, said)
    elif talk.conversation.participant.name.startswith(who):
        talk.says(said)
    else:
        raise NotAScript(f"nobody is named {who}")


def _by_text(talk: Played, staff: OnCall, said: str) -> None:
    answered = talk.answers_page(said, staff)
    if isinstance(answered, escalation.Refusal):
        talk.lines.append(f"< {_stamp(talk)} text → {staff.name} (sms) {answered.sentence}")
    elif answered is None:
        talk.lines.append(f"< {_stamp(talk)} text → {staff.name} (sms) (how to answer)")


def _stamp(talk: Played) -> str:
    at = _local(talk.now)
    return f"{at:%a} {at.day} {at:%b %H:%M}"


def _in_the_dashboard(talk: Played, staff: str, said: str) -> None:
    found = re.fullmatch(r"(takes|passes on|spoke about|closes|opens again) case (\d+)(?: (?:as|because) (.*))?", said)
    if found is None:
        raise NotAScript(f"nobody can do this: {said}")
    deed, number, note = found[1], int(found[2]), found[3] or ""
    case = next(one for one in talk.known().escalations if one.id == number)
    fact = _deed(talk, staff, deed, case, note)
    if isinstance(fact, escalation.Refusal):
        talk.lines.append(f"< {_stamp(talk)} dashboard → {staff.title()} {fact.sentence}")
    else:
        talk.keep(aftercare.following(talk.moment(), (fact,), staff, talk.rota))


def _deed(talk: Played, staff: str, deed: str, case: Escalation, note: str) -> Event | escalation.Refusal:
    match deed:
        case "takes":
            by = promised_by(case, HANDBOOK.policy.of(case.level), talk.rota.named(staff), talk.now)
            return escalation.acknowledge(case, staff, by, talk.now)
        case "passes on":
            return escalation.pass_on(case, staff)
        case "spoke about":
            return escalation.contacted(case, staff, note)
        case "closes":
            return escalation.close(case, staff, note, "", HANDBOOK.outcomes)
        case _:
            return escalation.reopen(case, staff, note)
