"""A panel of invented people in a real database, and the dashboard over it, for tests of pages."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine, Table, insert, select, update

from coach.adapters.database import tables as t
from coach.adapters.database.encoding import encode_profile
from coach.adapters.database.reports import Reports
from coach.adapters.database.staff import Accounts
from coach.adapters.database.store import SqlStore
from coach.adapters.library.handbook import load_handbook
from coach.core import escalation as life
from coach.core.events import (
    EscalationAcknowledged,
    EscalationClosed,
    EscalationContacted,
    EscalationPassed,
    EscalationReopened,
)
from coach.core.handbook import Handbook
from coach.core.model import Disposition, Escalation, EscalationState, Participant, Profile
from coach.core.schedule import local
from coach.details import Details
from coach.ports import Clock
from coach.resources import folder
from coach.rostering import Rostering
from coach.service import Done, Refused, heat_refusal
from coach.web.app import create_app
from coach.web.parts import Choice, WebParts
from tests.passwords import QUICK

ZONE = "America/New_York"
PASSWORD = "a short sentence is good"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
OUTCOMES = (
    Choice("reached_999", "Reached; emergency services called"),
    Choice("reached_care", "Reached; seeing a clinician today"),
    Choice("reached_fine", "Reached; no care needed"),
    Choice("no_contact", "Could not reach after three tries"),
)
INVITATION = "Leg Coach: Your clinic asked us to text you about your legs. Reply Y to join, or STOP."


@cache
def handbook() -> Handbook:
    """The delivered content, read once."""
    return load_handbook(folder("messages"), "Leg Coach")


@dataclass
class TableCoach:
    """The staff actions of the coach, carried out on the tables with the real state machine of cases."""

    engine: Engine
    clock: Clock
    enrolled: list[Participant] = field(default_factory=list)

    def enrol(self, participant: Participant, staff: str) -> Done | Refused:
        """Store the person; a known number is refused."""
        del staff
        with self.engine.begin() as connection:
            known = connection.execute(select(t.participant.c.id).where(t.participant.c.phone == participant.phone))
            if known.first():
                return Refused("Somebody with this number is already enrolled.")
        self.enrolled.append(participant)
        return Done(add_person(self.engine, self.clock(), participant))

    def acknowledge(self, escalation_id: int, staff: str) -> Done | Refused:
        """Take a case."""
        promise = self.clock() + timedelta(hours=1)
        step = life.acknowledge(self._case(escalation_id), staff, promise, self.clock())
        if not isinstance(step, EscalationAcknowledged):
            return Refused(step.sentence)
        return self._record(escalation_id, "acknowledged", staff, "", {"owner": staff, "contact_by": promise})

    def pass_on(self, escalation_id: int, staff: str) -> Done | Refused:
        """Give a case on."""
        step = life.pass_on(self._case(escalation_id), staff)
        if not isinstance(step, EscalationPassed):
            return Refused(step.sentence)
        return self._record(escalation_id, "raised", staff, "", {"owner": None, "contact_by": None}, "passed")

    def contacted(self, escalation_id: int, staff: str, note: str) -> Done | Refused:
        """Somebody spoke with the person."""
        step = life.contacted(self._case(escalation_id), staff, note)
        if not isinstance(step, EscalationContacted):
            return Refused(step.sentence)
        more = {"owner": self._case(escalation_id).owner or staff, "contacted_at": self.clock()}
        return self._record(escalation_id, "contacted", staff, step.note, more)

    def reopen_case(self, escalation_id: int, staff: str, because: str) -> Done | Refused:
        """Open a closed case again."""
        step = life.reopen(self._case(escalation_id), staff, because)
        if not isinstance(step, EscalationReopened):
            return Refused(step.sentence)
        return self._record(escalation_id, "raised", staff, because, {"owner": None, "outcome": None}, "reopened")

    @property
    def details(self) -> Details:
        """The real one, on the tables."""
        return Details(SqlStore(self.engine), self.clock)

    @property
    def rostering(self) -> Rostering:
        """The real one, on the tables."""
        return Rostering(SqlStore(self.engine), self.clock, handbook())

    def close_case(self, escalation_id: int, staff: str, outcome: str, note: str) -> Done | Refused:
        """End a case."""
        outcomes = tuple(life.CaseOutcome(choice.id, choice.label) for choice in OUTCOMES)
        step = life.close(self._case(escalation_id), staff, outcome, note, outcomes)
        if not isinstance(step, EscalationClosed):
            return Refused(step.sentence)
        return self._record(escalation_id, "closed", staff, note, {"outcome": outcome})

    def finish_task(self, task_id: int, staff: str) -> Done | Refused:
        """Mark a task as done, once."""
        done = update(t.task).where(t.task.c.id == task_id, t.task.c.done_at.is_(None))
        with self.engine.begin() as connection:
            found = connection.execute(done.values(done_at=self.clock(), done_by=staff)).rowcount
        return Done(task_id) if found else Refused("This task is already done.")

    def declare_heat(self, zone: str, first_day: date, last_day: date, staff: str) -> Done | Refused:
        """Set a heat alert."""
        refusal = heat_refusal(first_day, last_day, local(self.clock(), zone).date())
        if refusal:
            return Refused(refusal)
        number = SqlStore(self.engine).declare_heat(zone, first_day, last_day, staff, self.clock())
        return Done(number) if number else Refused("There is already a heat alert for these days.")

    def end_heat(self, alert_id: int, staff: str) -> Done | Refused:
        """End a heat alert, once."""
        ended = SqlStore(self.engine).end_heat(alert_id, staff, self.clock())
        return Done(alert_id) if ended else Refused("This heat alert has already ended.")

    def _case(self, escalation_id: int) -> Escalation:
        with self.engine.begin() as connection:
            row = connection.execute(select(t.escalation).where(t.escalation.c.id == escalation_id)).one()
        return Escalation(
            row.id, row.participant_id, Disposition(row.level), tuple(row.rules), row.because, row.quote,
            row.raised_at, EscalationState(row.state), row.owner, row.outcome, contact_by=row.contact_by,
        )  # fmt: skip

    def _record(  # noqa: PLR0917 - the columns
        self, case_id: int, state: str, staff: str, note: str, more: Mapping[str, Any], step: str = ""
    ) -> Done:
        now = self.clock()
        with self.engine.begin() as connection:
            connection.execute(update(t.escalation).where(t.escalation.c.id == case_id).values(state=state, **more))
        add(self.engine, t.escalation_step, escalation_id=case_id, step=step or state, at=now, staff=staff, note=note)
        return Done(case_id)


def add(engine: Engine, table: Table, **values: Any) -> int:
    """Insert one row and give its id, when it is a number."""
    with engine.begin() as connection:
        key = connection.execute(insert(table).values(**values)).inserted_primary_key
    return key[0] if key and isinstance(key[0], int) else 0


def add_person(engine: Engine, now: datetime, participant: Participant) -> int:
    """Insert a participant and give its id."""
    return add(
        engine,
        t.participant,
        phone=participant.phone,
        name=participant.name,
        status=participant.status,
        language=participant.language,
        country=participant.country,
        zone=participant.zone,
        quiet_start=participant.quiet.start,
        quiet_end=participant.quiet.end,
        channel=participant.channel,
        programme=participant.programme,
        enrolled_on=participant.enrolled_on,
        programme_on=participant.programme_on,
        density=participant.density,
        ask_at=participant.ask_at,
        profile=encode_profile(participant.profile),
        birth_year=participant.birth_year,
        call_pin=participant.call_pin,
        no_voicemail=participant.no_voicemail,
        created_at=now,
        changed_at=now,
    )


@dataclass
class Panel:
    """Writes what happened to people straight into the tables, in as few words as a test needs."""

    engine: Engine
    now: datetime

    def person(self, name: str, last_digits: int, **fields: Any) -> int:
        """An active person in New York with the fictional number 202-555-01xx."""
        profile = Profile(age=71, lives_alone=True, conditions=frozenset({"diabetes"}), medicines=frozenset({"statin"}))
        values: dict[str, Any] = {
            "status": "active",
            "language": "en",
            "country": "US",
            "zone": ZONE,
            "profile": profile,
        } | fields
        enrolled = (self.now - timedelta(days=70)).date()
        person = Participant(id=0, phone=f"+120255501{last_digits:02d}", name=name, enrolled_on=enrolled, **values)
        return add_person(self.engine, self.now - timedelta(days=70), person)

    def received(self, person: int, body: str, at: datetime, **fields: Any) -> int:
        """A text from the person, read by the coach unless told otherwise."""
        with self.engine.begin() as connection:
            phone = connection.scalar(select(t.participant.c.phone).where(t.participant.c.id == person))
        values: dict[str, Any] = {
            "carrier_id": f"SM{person}-{at.timestamp()}", "participant_id": person, "channel": "sms", "sender": phone,
            "recipient": "+12025550100", "body": body, "raw": {}, "received_at": at, "decided_at": at, "media": 0,
        }  # fmt: skip
        return add(self.engine, t.inbound, **(values | fields))

    def sent(self, person: int, body: str, at: datetime, status: str | None = "delivered", **fields: Any) -> int:
        """A message from the coach, with one attempt that ended in the carrier's status."""
        values = {
            "participant_id": person, "lane": 3, "channel": "sms", "recipient": "+12025550100", "body": body,
            "template": "reply", "because": "you wrote to us", "segments": 1, "state": "accepted", "created_at": at,
            "not_before": at, "expires_at": at + timedelta(hours=1),
        }  # fmt: skip
        failure = fields.pop("failure", None)
        key = add(self.engine, t.outbox, **(values | fields))
        if status is not None:
            attempt = {"id": f"a{key}", "outbox_id": key, "started_at": at, "status": status, "failure": failure}
            add(self.engine, t.attempt, **attempt)
        return key

    def score(self, person: int, day: date, score: float) -> None:
        """The day's weakness score."""
        self.observed(person, day, kind="weakness", value=score, asked="weakness")

    def observed(self, person: int, day: date, **fields: Any) -> None:
        """Any dated fact, at half past four on the person's day."""
        at = datetime.combine(day, time(16, 30), ZoneInfo(ZONE)).astimezone(UTC)
        add(
            self.engine,
            t.observation,
            **({"participant_id": person, "asked": "nothing", "at": at, "day": day} | fields),
        )

    def scores(self, person: int, *recent: float | None) -> None:
        """Scores of the last days, oldest first, the last one today; None is a day without."""
        for back, score in enumerate(reversed(recent)):
            if score is not None:
                self.score(person, (self.now - timedelta(days=back)).date(), score)

    def case(self, person: int, level: str, because: str, quote: str, ago: timedelta, **fields: Any) -> int:
        """An escalation, raised and untouched unless told otherwise."""
        raised = self.now - ago
        values = {
            "participant_id": person, "level": level, "rules": ["J1"], "because": because, "quote": quote,
            "state": "raised", "raised_at": raised,
        }  # fmt: skip
        key = add(self.engine, t.escalation, **(values | fields))
        add(self.engine, t.escalation_step, escalation_id=key, step="raised", at=raised, staff=None, note="")
        if fields.get("owner"):
            taken = raised + timedelta(minutes=4)
            add(
                self.engine,
                t.escalation_step,
                escalation_id=key,
                step="acknowledged",
                at=taken,
                staff=fields["owner"],
                note="",
            )
        return key

    def task(self, person: int | None, kind: str, because: str, ago: timedelta, **fields: Any) -> int:
        """Work that is no case."""
        values = {"participant_id": person, "kind": kind, "because": because, "raised_at": self.now - ago}
        return add(self.engine, t.task, **(values | fields))


@dataclass
class Visitor:
    """Somebody at a browser without scripts: follows no redirect by itself and keeps cookies."""

    app: FastAPI
    headers: Mapping[str, str] = field(default_factory=lambda: {"sec-fetch-site": "same-origin"})
    base_url: str = "http://127.0.0.1:8000"
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request; `headers` replaces the ones a browser of ours would send."""
        return asyncio.run(self._ask(method, path, **more))

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        headers = more.pop("headers", self.headers)
        async with httpx.AsyncClient(transport=transport, base_url=self.base_url, cookies=self.cookies) as client:
            answer = await client.request(method, path, headers=dict(headers), **more)
            self.cookies = client.cookies
            return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Open a page."""
        return self.ask("GET", path, **more)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Send a form."""
        return self.ask("POST", path, data=data or {}, **more)

    def sign_in(self, username: str = "ana") -> httpx.Response:
        """Sign in as a coordinator of the panel."""
        return self.post("/sign-in", {"username": username, "password": PASSWORD})


def dashboard_parts(engine: Engine, clock: Clock, **changes: Any) -> WebParts:
    """The dashboard over a database, with the coordinator ana."""
    accounts = Accounts(engine, clock, QUICK)
    accounts.add("ana", "Ana Ruiz", "coordinator", PASSWORD)
    parts = WebParts(
        coach=TableCoach(engine, clock),
        reports=Reports(engine),
        accounts=accounts,
        clock=clock,
        outcomes=OUTCOMES,
        programmes=(Choice("legs-12-weeks", "Legs, 12 weeks"),),
        invitations={"en": INVITATION},
        allow_fictional=True,
    )
    return replace(parts, **changes)


def dashboard(engine: Engine, clock: Clock, **changes: Any) -> Visitor:
    """A visitor at the door of the dashboard over a database."""
    return Visitor(create_app(dashboard_parts(engine, clock, **changes)))


def busy_morning(panel: Panel) -> dict[str, int]:
    """Nine people with all that a coordinator may find in the morning; gives the ids by first name."""
    ids = {
        "Rosa": panel.person("Rosa Delgado", 11, language="es"),
        "Walter": panel.person("Walter Nguyen", 12),
        "Grace": panel.person("Grace Oyelaran", 13),
        "Harold": panel.person("Harold Pike", 14),
        "Inez": panel.person("Inez Ferreira-Castellanos y Montoya", 15, channel="voice"),
        "Joan": panel.person("Joan Whitfield", 16),
        "Karl": panel.person("Karl Lindqvist", 17, status="paused"),
        "Lena": panel.person("Lena Abramov", 18, status="invited", zone=None),
        "Moses": panel.person("", 19),
    }
    panel.scores(ids["Rosa"], 4, 4, None, 5, 5, 4, 6, 5, None, 6, 7, 7, None, 8)
    panel.scores(ids["Walter"], 2, 2, 3, 2, 2, 2, 6, 6)
    panel.scores(ids["Grace"], 3, 3, 3, 4, 3, None, None, 4, 4, 5, 4, 5, 5, 6)
    panel.scores(ids["Harold"], 5, 5, 4, 5, 6, 5, 5, 4, 5, 5, 5, 6, 5, 5)
    panel.scores(ids["Inez"], 4, None, None, 4, None, None, None, 5, None, None, 4)
    panel.scores(ids["Joan"], 1, 1, 0, 1, 2, 1, 1, 1, 1, 2, 1, 1, 1, 1)
    quote = "no puedo orinar desde anoche y tengo dormida la entrepierna"
    read = {"intent": "report", "weakness": 8, "disposition": "emergency"}
    read |= {"signs": [{"code": "cauda_equina_signs"}], "denied": [{"code": "chest_pain"}]}
    inbound = panel.received(ids["Rosa"], quote, panel.now - MINUTE * 6, reply=read)
    panel.case(
        ids["Rosa"],
        "emergency",
        "cannot pass water and numb between the legs",
        quote,
        MINUTE * 6,
        rules=["cauda_equina_signs"],
        inbound_id=inbound,
    )
    panel.case(
        ids["Inez"],
        "emergency",
        "no answer 15 minutes after an emergency message",
        "my chest feels tight",
        MINUTE * 48,
        owner="ben",
        state="acknowledged",
        rules=["chest_pain", "silence-em"],
    )
    panel.case(
        ids["Walter"],
        "urgent",
        "score rose by 4 in a day and the rise is new",
        "6, since yesterday, stairs a struggle",
        HOUR * 3,
        rules=["J1"],
    )
    panel.case(
        ids["Moses"],
        "urgent",
        "muscle pain while taking a statin",
        "thighs ache, did nothing special",
        HOUR * 1,
        rules=["X5"],
    )
    panel.case(
        ids["Grace"],
        "routine",
        "slowly worse over two weeks",
        "5, a bit heavier than last week",
        HOUR * 26,
        rules=["W"],
    )
    panel.case(
        ids["Harold"],
        "routine",
        "weak on most days for 14 days",
        "5 not seen anyone yet",
        HOUR * 70,
        owner="ana",
        state="acknowledged",
        rules=["P1"],
    )
    panel.task(ids["Joan"], "asked_for_person", "asked to speak to somebody", HOUR * 2)
    panel.task(ids["Karl"], "silence", "silent for 7 days", HOUR * 20)
    conversation_of_rosa(panel, ids["Rosa"])
    return ids


def conversation_of_rosa(panel: Panel, rosa: int) -> None:
    """Some weeks of texts, scores, a fall, calls and a closed case."""
    chance = random.Random(7)
    now, day = panel.now, timedelta(days=1)
    for back in range(15, 70):
        if chance.random() < 0.72:
            panel.score(rosa, (now - day * back).date(), chance.choice((3, 4, 4, 5)))
    panel.observed(rosa, (now - day * 40).date(), kind="falls", value=1)
    panel.observed(rosa, (now - day * 22).date(), kind="sign", code="back_or_shooting_pain")
    panel.observed(rosa, (now - day * 21).date(), kind="sign", code="numbness_tingling")
    panel.observed(rosa, now.date(), kind="sign", code="cauda_equina_signs")
    old = panel.case(
        rosa,
        "routine",
        "back pain down one leg",
        "dolor que baja por la pierna izquierda",
        day * 22,
        state="closed",
        owner="ana",
        outcome="reached_care",
        rules=["back_or_shooting_pain"],
    )
    add(
        panel.engine,
        t.escalation_step,
        escalation_id=old,
        step="closed",
        at=now - day * 21,
        staff="ana",
        note="Sees Dr Amin on Friday.",
    )
    add(
        panel.engine,
        t.consent,
        participant_id=rosa,
        step="invited",
        wording_id="invitation",
        wording_version="3",
        wording=INVITATION,
        channel="sms",
        at=now - day * 70,
        staff="ana",
    )
    add(
        panel.engine,
        t.consent,
        participant_id=rosa,
        step="confirmed",
        wording_id="invitation",
        wording_version="3",
        wording="SI",
        channel="sms",
        at=now - day * 69,
        staff=None,
    )
    add(
        panel.engine,
        t.timer,
        participant_id=rosa,
        kind="follow",
        key="w",
        due_at=now + timedelta(hours=22),
        payload={},
        state="pending",
    )
    add(
        panel.engine,
        t.event,
        participant_id=rosa,
        at=now - day * 3,
        kind="PromptSkipped",
        data={
            "slot": "exercise",
            "day": (now - day * 3).date().isoformat(),
            "reason": "open_case",
            "because": "a case was open",
        },
    )
    read = {"intent": "answer", "weakness": 7, "signs": [], "disposition": "self_care"}
    panel.sent(
        rosa,
        "Buenos dias. ¿Como estan sus piernas hoy, de 0 a 10?",
        now - day - timedelta(hours=2),
        lane=4,
        because="your daily check-in",
    )
    panel.received(rosa, "7, me cuestan las escaleras", now - day - timedelta(hours=1), reply=read)
    panel.sent(rosa, "Gracias. Anotado 7. Descanse entre tareas.", now - day - timedelta(minutes=59), status="sent")
    panel.sent(
        rosa,
        "daily_call",
        now - timedelta(hours=5),
        status="no-answer",
        channel="voice",
        because="no answer to two check-ins",
        template="daily_call",
    )
    panel.sent(
        rosa,
        "Llame al 911 ahora. Puede ser grave.",
        now - timedelta(minutes=6),
        lane=0,
        because="you wrote of a sign that needs help now",
        status="delivered",
    )
    panel.sent(
        rosa,
        "¿Ya llamó?",
        now - timedelta(minutes=1),
        lane=1,
        status="undelivered",
        failure="number",
        because="no answer to an emergency message",
    )
