"""Whatever the policy, the rota and the faults: a case that is open never ends in silence.

Each number is a practice of its own: random people, shifts and policies, and days of trouble. A number that fails
fails again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from coach.core import escalation, paging
from coach.core.conversation.memory import after
from coach.core.escalation import PageAnswer, PageVerb, Refusal
from coach.core.events import CaseStepped, EscalationRaised, Event, PageQueued, TimerSet
from coach.core.model import (
    CaseStepKind,
    Channel,
    Conversation,
    Disposition,
    Escalation,
    EscalationState,
    Language,
    Participant,
    Status,
)
from coach.core.paging import LOOK_AT_LEAST, SILENT_AT_MOST
from coach.core.policy import LevelPolicy, WorkingHours
from coach.core.rota import BACKUP, FIRST, SECOND, Leave, OnCall, Rota, Shift, backups, on_duty
from tests.core.talking import HANDBOOK

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ZONES = ("America/New_York", "Europe/Madrid", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Tokyo")
CLOCK_CHANGES = (datetime(2026, 3, 7, 12, tzinfo=UTC), datetime(2026, 10, 31, 12, tzinfo=UTC))
SWEEP = MINUTE  # within this an open case without a next look gets one
LOOKS, MANY_LOOKS = 45, 330  # of a long life one each hour or so


@dataclass
class Practice:
    """One random practice and what happens in it."""

    chance: Random
    now: datetime
    conversation: Conversation
    rota: Rota
    policies: dict[Disposition, LevelPolicy]
    dead: frozenset[int]  # people to whom nothing can be delivered
    looks: list[datetime] = field(default_factory=list)
    pages: int = 0
    faults: dict[str, int] = field(default_factory=dict)

    def keep(self, events: tuple[Event, ...]) -> None:
        """What the store would do; a look may get lost."""
        self.conversation = after(self.conversation, events, self.now)
        for event in events:
            if isinstance(event, TimerSet) and not self.strikes("lost look", 0.1):
                self.looks = sorted({*self.looks, event.due_at})
            if isinstance(event, PageQueued) and event.escalation_id is not None:
                self.pages += 1
                self.deliver(event)

    def deliver(self, page: PageQueued) -> None:
        """A page to a dead number fails, and any may."""
        if page.to in self.dead or self.strikes("failed page", 0.1):
            failed = CaseStepped(page.escalation_id or 0, CaseStepKind.PAGE_FAILED, to=page.to, channel=page.channel)
            self.keep(escalation.watch((failed,), self.now))

    def strikes(self, fault: str, how_often: float) -> bool:
        """Whether a fault happens now."""
        happens = self.chance.random() < how_often
        self.faults[fault] = self.faults.get(fault, 0) + happens
        return happens

    def pass_time(self) -> None:
        """Until the next look; sometimes everything stands still for forty minutes first."""
        due = self.looks.pop(0) if self.looks else self.now + SWEEP
        self.now = max(self.now, due) + self.chance.choice((0, 0, 1, 7)) * timedelta(seconds=1)
        if self.strikes("outage", 0.03):
            self.now += 40 * MINUTE

    def weeks_pass(self) -> None:
        """Nobody does anything any more; while no person was reached, looks come hours too late."""
        self.pass_time()
        states = {case.state for case in self.conversation.escalations}
        if EscalationState.CONTACTED not in states:
            self.now += minutes(self.chance, 0, 720)

    def look(self) -> None:
        """The look itself, held to the law."""
        handbook = replace(HANDBOOK, policy=replace(HANDBOOK.policy, page=self.policies))
        known = [case for case in self.conversation.escalations if case.is_open]
        found = paging.wake(self.conversation, handbook, self.rota, lambda _case, _to: "", self.now)
        next_looks = [event.due_at for event in found if isinstance(event, TimerSet)]
        assert len(next_looks) == (1 if known else 0)
        for case in known:
            longest = max(self.policies[case.level].repeat, LOOK_AT_LEAST)
            assert self.now < next_looks[0] <= self.now + longest
        self.keep(found)

    def meddle(self) -> None:
        """Staff and the person do what they do, or nothing."""
        if self.strikes("new case", 0.06):
            raised = EscalationRaised(self.chance.choice(LEVELS), ("sign",), "a sign", "", self.now - 20 * MINUTE)
            self.keep(escalation.watch((raised,), self.now))
        if self.strikes("answer", 0.12) and self.rota.people:
            self.staff_act()
        if self.strikes("silent person", 0.03) and self.conversation.escalations:
            silent = CaseStepped(self.chance.choice(self.conversation.escalations).id, CaseStepKind.SILENT)
            self.keep(escalation.watch((silent,), self.now))
        if self.strikes("other rota", 0.05):
            self.rota = replace(random_rota(self.chance), people=self.rota.people or people(self.chance))
        if self.strikes("empty rota", 0.02):
            self.rota = Rota()

    def staff_act(self) -> None:
        """Somebody answers, reopens or takes a case in the dashboard."""
        case, who = self.chance.choice(self.conversation.escalations), self.chance.choice(self.rota.people)
        verb = self.chance.choice((PageVerb.ACK, PageVerb.PASS, PageVerb.PASS, PageVerb.SPOKE))
        step: object = paging.answer(self.conversation, case, who, PageAnswer(verb), HANDBOOK, self.now)
        if self.chance.random() < 0.2:
            fact = escalation.acknowledge(case, "dashboard", self.now + 20 * MINUTE, self.now)
            step = fact if isinstance(fact, Refusal) else (fact,)
        if self.chance.random() < 0.1:
            step = (escalation.reopen(case, None, "not well"),)
            step = step if not isinstance(step[0], Refusal) else step[0]
        if isinstance(step, tuple):
            self.keep(escalation.watch(step, self.now))

    def all_are_reached(self) -> None:
        """Somebody spoke with the person about every case, and closes none."""
        known = (escalation.contacted(case, "person1") for case in self.conversation.escalations)
        self.keep(escalation.watch(tuple(fact for fact in known if not isinstance(fact, Refusal)), self.now))

    def check(self) -> None:
        """After a look nobody who should know of a case is left out."""
        reachable = any(map(paging.is_reachable, self.rota.people))
        for case in (case for case in self.conversation.escalations if case.is_open and reachable):
            policy = self.policies[case.level]
            begins = wait_ends(case, policy)
            if begins <= self.now:
                since = max([s.at for s in case.steps if s.kind is CaseStepKind.PAGED], default=None)
                assert since is not None, (case, self.now)
                assert self.now - since < longest_silence(case, policy), (case, self.now)
            if case.state is EscalationState.RAISED and policy.hours is None:
                self.check_turns(case, policy)

    def check_turns(self, case: Escalation, policy: LevelPolicy) -> None:
        """Everybody whose turn has begun was paged, however late the look came."""
        told = {s.to for s in case.steps if s.kind is CaseStepKind.PAGED and s.at >= case.clock}
        passed = {s.staff for s in case.steps if s.kind is CaseStepKind.PASSED and s.at >= case.clock}
        order = dict.fromkeys((*on_duty(self.rota, self.now), *backups(self.rota, self.now)))
        willing = [one for one in order if paging.is_reachable(one) and one.handle not in passed]
        for turn, one in enumerate(willing):
            if case.clock + policy.first_after + turn * policy.next_after <= self.now:
                assert one.id in told, (one, case, self.now)


LEVELS = (Disposition.EMERGENCY, Disposition.URGENT, Disposition.ROUTINE)


def wait_ends(case: Escalation, policy: LevelPolicy) -> datetime:
    """From when on somebody must have been paged for the state the case is in."""
    quiet = SILENT_AT_MOST + DAY if policy.hours else timedelta(0)
    match case.state:
        case EscalationState.RAISED:
            return case.clock + policy.first_after + quiet
        case EscalationState.ACKNOWLEDGED:
            taken = max(s.at for s in case.steps if s.kind is CaseStepKind.ACKNOWLEDGED)
            return (case.contact_by or taken + policy.contact_within) + quiet
        case _:
            reached = max(s.at for s in case.steps if s.kind is CaseStepKind.CONTACTED)
            return reached + policy.close_remind + SILENT_AT_MOST


def longest_silence(case: Escalation, policy: LevelPolicy) -> timedelta:
    """How long nobody may have been paged, at a moment right after a look."""
    if case.state is EscalationState.CONTACTED:
        return policy.close_remind + SILENT_AT_MOST
    return SILENT_AT_MOST + policy.repeat + DAY if policy.hours else policy.repeat


def minutes(chance: Random, low: int, high: int) -> timedelta:
    """A whole number of minutes."""
    return chance.randint(low, high) * MINUTE


def slow_policy(chance: Random) -> LevelPolicy:
    """One that goes by working hours, in which days go by between two pages."""
    policy = random_policy(chance)
    hours = policy.hours or WorkingHours(frozenset(chance.sample(range(7), 2)), time(9), time(chance.randint(10, 17)))
    return replace(policy, repeat=minutes(chance, 45, 240), hours=hours)


def random_policy(chance: Random) -> LevelPolicy:
    """Anything that a file may say."""
    days = frozenset(chance.sample(range(7), chance.randint(1, 7)))
    start = chance.randint(0, 20)
    hours = WorkingHours(days, time(start), time(chance.randint(start + 1, 23), 30))
    return LevelPolicy(
        first_after=minutes(chance, 0, 15),
        channels=chance.choice(((Channel.SMS,), (Channel.VOICE,), (Channel.SMS, Channel.VOICE))),
        repeat=minutes(chance, 1, 60),
        next_after=minutes(chance, 1, 60),
        contact_within=minutes(chance, 1, 120),
        contact_again=minutes(chance, 1, 60),
        close_remind=chance.randint(1, 72) * 60 * MINUTE,
        close_give_up=chance.randint(1, 168) * 60 * MINUTE,
        voice_from_repeat=chance.randint(0, 2),
        hours=hours if chance.random() < 0.25 else None,
    )


def people(chance: Random) -> tuple[OnCall, ...]:
    """One to five, some of whom cannot be texted, called or paged at all."""
    count = chance.randint(1, 5)
    return tuple(
        OnCall(
            number,
            f"person{number}",
            f"Person {number}",
            f"+1202555018{number}",
            chance.choice(list(Language)),
            chance.choice(ZONES),
            texts=chance.random() < 0.8,
            calls=chance.random() < 0.8,
            active=chance.random() < 0.9,
        )
        for number in range(1, count + 1)
    )


def random_rota(chance: Random) -> Rota:
    """Shifts with holes and overlaps, for people who may be away."""
    everybody = people(chance)
    shifts = tuple(
        Shift(
            number,
            chance.choice(everybody).id,
            chance.choice((FIRST, FIRST, SECOND, BACKUP)),
            frozenset(chance.sample(range(7), chance.randint(1, 7))),
            time(chance.randint(0, 23)),
            time(chance.randint(0, 23)),
            date(2026, 1, 1),
        )
        for number in range(chance.randint(0, 5))
    )
    away = chance.choice(everybody)
    leave = Leave(1, away.id, date(2026, 3, 8), date(2026, 3, 9), chance.choice((None, everybody[0].id)))
    return Rota(everybody, shifts, (leave,) if chance.random() < 0.3 else ())


def lives(number: int, looks: int = LOOKS) -> Practice:
    """The life of one practice, held to the law at every look; a long one is left alone after its first days."""
    chance = Random(number)
    start = chance.choice(CLOCK_CHANGES) + minutes(chance, 0, 1440)
    person = Participant(1, "+12025550142", Status.ACTIVE, Language.EN, "US", name="Ruth Ames")
    rota = random_rota(chance) if chance.random() < 0.95 else Rota()
    dead = frozenset(one.id for one in rota.people if chance.random() < 0.15)
    policies = {level: (slow_policy if looks > LOOKS else random_policy)(chance) for level in LEVELS}
    practice = Practice(chance, start, Conversation(person), rota, policies, dead)
    practice.keep(escalation.watch((EscalationRaised(chance.choice(LEVELS), ("sign",), "a sign", ""),), start))
    for count in range(looks):
        if count == LOOKS and number % 2:
            practice.all_are_reached()
        (practice.pass_time if count < LOOKS else practice.weeks_pass)()
        practice.look()
        practice.check()
        if count < LOOKS:
            practice.meddle()
    return practice


@pytest.mark.parametrize("group", range(8))
def test_an_open_case_never_ends_in_silence(group: int) -> None:
    """Lost looks, pages that fail, dead numbers, no rota, outages, changes of shift and of the clock."""
    practices = [lives(number) for number in range(group * 25, group * 25 + 25)]
    assert sum(practice.pages for practice in practices) > 25


def test_nor_in_the_weeks_after() -> None:
    """Working hours that are rare, people who sleep when they serve, cases that nobody closes."""
    practices = [lives(number, MANY_LOOKS) for number in range(8)]
    lived = [practice.now - practice.conversation.escalations[0].raised_at for practice in practices]
    assert sum(lived, timedelta(0)) > 100 * DAY


@pytest.mark.nightly
def test_nor_in_the_weeks_after_in_two_hundred_practices() -> None:
    """The same with more luck and more trouble."""
    practices = [lives(number, MANY_LOOKS) for number in range(100, 300)]
    assert sum(practice.pages for practice in practices) > 2000


@pytest.mark.nightly
@pytest.mark.parametrize("group", range(10))
def test_ten_thousand_practices_never_end_in_silence(group: int) -> None:
    """The same, ten thousand times, and every fault really happened."""
    practices = [lives(number) for number in range(1000 + group * 1000, 2000 + group * 1000)]
    faults = {name for practice in practices for name, count in practice.faults.items() if count}
    assert faults == {
        "lost look",
        "failed page",
        "outage",
        "new case",
        "answer",
        "silent person",
        "other rota",
        "empty rota",
    }
