"""A script played by the core alone: its decisions, and nothing between them and the person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from coach.core import escalation
from coach.core.conversation import aftercare
from coach.core.conversation.timetable import begin
from coach.core.events import Event
from coach.core.model import Conversation, Escalation
from coach.core.paging import promised_by
from coach.core.rota import OnCall
from tests.core.talking import HANDBOOK, Talk
from tests.transcripts.scribe import Scribe
from tests.transcripts.scripts import STARTS, NotAScript, Scene

DEEDS = re.compile(r"(takes|passes on|spoke about|closes|opens again) case (\d+)(?: (?:as|because) (.*))?")
"""What staff do in the dashboard: the deed, the case, and what goes with it."""


@dataclass
class CoreAlone(Talk):
    """A talk that writes down what happens."""

    scribe: Scribe = field(default_factory=Scribe)

    def keep(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """Keep the facts, and write down those that somebody hears of."""
        kept = super().keep(events)
        self.scribe.heard(self.conversation, events, self.rota, self.now)
        return kept

    def begins(self) -> None:
        """The programme starts."""
        self.keep(begin(self.moment(), self.conversation.participant))

    def texts(self, staff: OnCall, said: str) -> None:
        """Somebody on call answers a page by text."""
        answered = self.answers_page(said, staff)
        if isinstance(answered, escalation.Refusal):
            self.scribe.write("<", self.now, f"text → {staff.name} (sms) {answered.sentence}")
        elif answered is None:
            self.scribe.write("<", self.now, f"text → {staff.name} (sms) (how to answer)")

    def does(self, who: str, said: str) -> None:
        """Somebody of the staff does something in the dashboard."""
        found = DEEDS.fullmatch(said)
        if found is None:
            raise NotAScript(f"nobody can do this without “@ with phones and dashboard”: {said}")
        handle, deed, number, note = who.lower(), found[1], int(found[2]), found[3] or ""
        case = next(one for one in self.known().escalations if one.id == number)
        fact = self._deed(handle, deed, case, note)
        if isinstance(fact, escalation.Refusal):
            self.scribe.write("<", self.now, f"dashboard → {who} {fact.sentence}")
        else:
            self.keep(aftercare.following(self.moment(), (fact,), handle, self.rota))

    def turns(self, who: str, what: str) -> None:
        """There are no phones."""
        raise NotAScript(f"{who} has no phone without “@ with phones and dashboard”: {what}")

    def _deed(self, staff: str, deed: str, case: Escalation, note: str) -> Event | escalation.Refusal:
        match deed:
            case "takes":
                by = promised_by(HANDBOOK.policy.of(case.level), self.rota.named(staff), self.now)
                return escalation.acknowledge(case, staff, by, self.now)
            case "passes on":
                return escalation.pass_on(case, staff)
            case "spoke about":
                return escalation.contacted(case, staff, note)
            case "closes":
                return escalation.close(case, staff, note, "", HANDBOOK.outcomes)
            case _:
                return escalation.reopen(case, staff, note)


def core_alone(scene: Scene) -> CoreAlone:
    """A core that knows the scene, at eight on the first day."""
    return CoreAlone(STARTS, Conversation(scene.person), rota=scene.rota)
