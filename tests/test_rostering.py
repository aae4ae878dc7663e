"""Changes of the rota: what is refused, and in which words."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import Engine, select, text

from coach.adapters.database.store import SqlStore
from coach.adapters.database.tables import attempt, escalation_step, outbox
from coach.core.events import EscalationRaised
from coach.core.model import Disposition, Language, Participant, Status
from coach.core.rota import BACKUP, FIRST, SECOND, Leave, OnCall, Rota, Shift, gaps, problems
from coach.ports import Cause
from coach.rostering import Rostering
from coach.service import Done, Refused
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import handbook
from tests.web.on_call import ALWAYS, ANA, EVERY_DAY, SINCE, put_on_call

DORA = OnCall(0, "dora", "Dora Lund", "+12025550184", Language.EN, "America/Chicago")


@pytest.fixture
def office(sqlite_engine: Engine, clock: StoppedClock) -> Rostering:
    """Ana by day, Ben by night, Cleo as backup; it is Tuesday 24 November, ten in New York."""
    store = SqlStore(sqlite_engine)
    put_on_call(store, clock)
    return Rostering(store, clock, handbook())


def who(office: Rostering, handle: str) -> OnCall:
    """Somebody on call by handle."""
    found = office.rota().named(handle)
    assert found is not None
    return found


def sentence(result: Done | Refused) -> str:
    """Why something was refused."""
    assert isinstance(result, Refused)
    return result.sentence


def away(office: Rostering, handle: str, first: int, last: int, cover: str = "") -> Done | Refused:
    """A leave in November."""
    covering = who(office, cover).id if cover else None
    days = date(2026, 11, first), date(2026, 11, last)
    return office.add_leave(Leave(0, who(office, handle).id, *days, covering), "ana")


def whole_days(office: Rostering, handle: str, layer: int = FIRST) -> Shift:
    """A shift at all hours."""
    return Shift(0, who(office, handle).id, layer, EVERY_DAY, *ALWAYS, SINCE)


def test_the_rota_of_this_office_is_in_order(office: Rostering, clock: StoppedClock) -> None:
    """So that what is refused below is refused for its own reason."""
    assert problems(office.rota(), clock()) == ()


# Ending hours ---------------------------------------------------------------------------------------------------------


def test_a_shift_that_nobody_else_covers_is_not_ended(office: Rostering) -> None:
    """The sentence names the first hours that would be open, by the clock of whose shift it is."""
    said = sentence(office.end_shift(2, "ana"))
    assert said == (
        "Then nobody would be on call from Tue 24 Nov 20:00 to Wed 25 Nov 08:00 (America/New York)."
        " Give these hours to somebody else first."
    )
    assert len(office.rota().shifts) == 3


def test_a_shift_is_ended_once_others_have_its_hours(office: Rostering) -> None:
    """First give, then take; and only once."""
    office.add_shift(whole_days(office, "ana", SECOND), "ana")
    assert isinstance(office.end_shift(2, "ana"), Done)
    assert sentence(office.end_shift(2, "ana")) == "This shift has already ended."


def test_the_backup_covers_no_hour_and_may_end(office: Rostering) -> None:
    """Its end opens no hour; the rota says that the backup is missing."""
    assert isinstance(office.end_shift(3, "ana"), Done)


def test_hours_open_already_do_not_hold_up_other_changes(office: Rostering, clock: StoppedClock) -> None:
    """Only what a change itself would open is held against it."""
    with office.store.begin() as tx:
        tx.end_shift(2, "somebody earlier", clock())
    assert gaps(office.rota(), clock(), clock() + timedelta(days=1))
    office.add_shift(whole_days(office, "cleo", SECOND), "ana")
    assert isinstance(office.end_shift(1, "ana"), Done)


# Leave ----------------------------------------------------------------------------------------------------------------


def test_leave_within_14_days_needs_a_cover_where_nobody_else_is(office: Rostering) -> None:
    """With a cover it is fine."""
    said = sentence(away(office, "ana", 26, 27))
    assert said.startswith("Then nobody would be on call from Thu 26 Nov 08:00 to Thu 26 Nov 20:00")
    assert said.endswith("Name somebody to cover.")
    assert isinstance(away(office, "ana", 26, 27, "cleo"), Done)


def test_leave_later_than_14_days_is_only_flagged(office: Rostering) -> None:
    """There is time to find a cover."""
    later = Leave(0, who(office, "ana").id, date(2026, 12, 20), date(2026, 12, 27))
    assert isinstance(office.add_leave(later, "ana"), Done)


@pytest.mark.parametrize(
    ("handle", "days", "cover", "why"),
    [
        ("ana", (27, 26), "cleo", "The last day lies before the first; choose the same day or a later one."),
        ("ana", (20, 23), "cleo", "These days are over; choose today or later."),
        ("ana", (26, 27), "ana", "Nobody can cover for themselves; choose somebody else."),
        ("cleo", (26, 26), "ben", "Cleo Marin is away on some of these days already; end that leave first."),
        ("ana", (26, 27), "cleo", "Cleo Marin is away then too; choose somebody else."),
    ],
)
def test_a_wrong_leave_is_refused_in_one_sentence(
    office: Rostering, handle: str, days: tuple[int, int], cover: str, why: str
) -> None:
    """Cleo is away on the 26th."""
    assert isinstance(away(office, "cleo", 26, 26), Done)
    assert sentence(away(office, handle, *days, cover)) == why


def test_somebody_back_from_leave_has_their_hours_again(office: Rostering) -> None:
    """Ended once."""
    leave = away(office, "ana", 26, 27, "cleo")
    assert isinstance(leave, Done)
    assert isinstance(office.end_leave(leave.id or 0, "ana"), Done)
    assert sentence(office.end_leave(leave.id or 0, "ana")) == "This leave has already ended."
    assert office.rota().leaves == ()


# People ---------------------------------------------------------------------------------------------------------------


def test_a_number_of_somebody_in_the_programme_is_never_on_call(office: Rostering, clock: StoppedClock) -> None:
    """Their texts about their legs must be read as such."""
    walter = Participant(0, DORA.phone, Status.ACTIVE, Language.EN, "US", name="Walter")
    with office.store.begin() as tx:
        tx.enrol(walter, clock())
    assert "belongs to somebody in the programme" in sentence(office.add(DORA, "ana"))


def test_a_stranger_with_an_open_case_is_seen_to_before_they_are_on_call(
    office: Rostering, clock: StoppedClock
) -> None:
    """Otherwise nobody could open that case any more."""
    with office.store.begin() as tx:
        stranger = tx.conversation_of_number(DORA.phone, "US", clock())
        raised = EscalationRaised(Disposition.URGENT, ("fever",), "fever", "hot")
        tx.record(stranger, (raised,), Cause(), clock())
    assert sentence(office.add(DORA, "ana")) == "There is an open case about this number; see to it first."


def test_a_stranger_without_a_case_may_come_on_call(office: Rostering, clock: StoppedClock) -> None:
    """Dora texted the line once before she was added."""
    with office.store.begin() as tx:
        tx.conversation_of_number(DORA.phone, "US", clock())
    assert isinstance(office.add(DORA, "ana"), Done)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"phone": ANA.phone}, "This number is already on call."),
        ({"handle": "ana"}, "This number or this name is already taken; a number on call is nobody else's."),
        ({"texts": False, "calls": False}, "Choose texts, calls or both; else they could not be paged."),
    ],
)
def test_a_person_who_cannot_be_told_apart_or_paged_is_refused(
    office: Rostering, change: dict[str, object], why: str
) -> None:
    """And nothing is stored of them."""
    assert sentence(office.add(replace(DORA, **change), "ana")) == why  # type: ignore[arg-type]
    assert len(office.rota().people) == 3


def test_nobody_is_taken_off_call_who_alone_has_some_hours(office: Rostering) -> None:
    """Ben has the nights."""
    assert "from Tue 24 Nov 20:00" in sentence(office.take_off(who(office, "ben").id, "ana"))
    assert who(office, "ben").active


def test_whoever_is_taken_off_call_leaves_nothing_behind(office: Rostering, clock: StoppedClock) -> None:
    """No shift belongs to nobody, and they can come back."""
    office.add_shift(whole_days(office, "ana", SECOND), "ana")
    ben = who(office, "ben").id
    assert isinstance(office.take_off(ben, "ana"), Done)
    assert problems(office.rota(), clock()) == ()
    assert sentence(office.take_off(ben, "ana")) == "Ben Ode is not on call any more."
    assert isinstance(office.put_back(ben, "ana"), Done)
    assert who(office, "ben").active


def test_the_last_one_on_call_stays(sqlite_engine: Engine, clock: StoppedClock) -> None:
    """Also when the rota is full of holes: an unpaged case is worse."""
    office = Rostering(SqlStore(sqlite_engine), clock, handbook())
    office.add(DORA, "ana")
    assert "is the last one on call" in sentence(office.take_off(who(office, "dora").id, "ana"))


def test_a_change_of_zone_that_opens_hours_is_refused(office: Rostering) -> None:
    """Ana's day would begin later than Ben's night ends."""
    moved = replace(who(office, "ana"), zone="America/Los_Angeles")
    assert "Then nobody would be on call" in sentence(office.change(moved, "ana"))


# Shifts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"person": 99}, "Nobody who is on call has this name; add them first."),
        ({"weekdays": frozenset()}, "Choose at least one day of the week, and first, second or backup."),
        ({"layer": 3}, "Choose at least one day of the week, and first, second or backup."),
        ({"last_day": date(2026, 11, 23)}, "The last day is over, or lies before the first; choose a later one"),
    ],
)
def test_a_shift_that_names_nobody_or_no_time_is_refused(
    office: Rostering, change: dict[str, object], why: str
) -> None:
    """A rota never holds what can serve nobody."""
    shift = replace(whole_days(office, "ana", SECOND), **change)  # type: ignore[arg-type]
    assert sentence(office.add_shift(shift, "ana")).startswith(why)


def test_the_same_shift_is_not_set_twice(office: Rostering) -> None:
    """A form sent again."""
    assert isinstance(office.add_shift(whole_days(office, "cleo", SECOND), "ana"), Done)
    assert sentence(office.add_shift(whole_days(office, "cleo", SECOND), "ana")) == "Cleo Marin has this shift already."


def test_a_shift_is_never_refused_for_what_it_leaves_open(sqlite_engine: Engine, clock: StoppedClock) -> None:
    """Every rota begins with its first hour."""
    office = Rostering(SqlStore(sqlite_engine), clock, handbook())
    office.add(DORA, "ana")
    one_hour = Shift(0, who(office, "dora").id, BACKUP, frozenset({0}), time(8), time(9), SINCE)
    assert isinstance(office.add_shift(one_hour, "ana"), Done)


# Two at once ---------------------------------------------------------------------------------------------------------


def waits(engine: Engine) -> bool:
    """Whether somebody waits for a lock of this PostgreSQL database."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with engine.connect() as connection:
        return bool(connection.scalar(text(waiting)))


def test_on_postgresql_of_two_who_end_the_same_hours_at_once_the_second_is_refused(
    postgres_engine: Engine, postgres_url: str, clock: StoppedClock
) -> None:
    """Ana and Ben both cover the nights; each could go, but not both."""
    del postgres_url
    store = SqlStore(postgres_engine)
    put_on_call(store, clock)
    office = Rostering(store, clock, handbook())
    office.add_shift(whole_days(office, "ana", SECOND), "ana")
    with ThreadPoolExecutor(1) as desk:
        with store.begin() as tx:
            tx.rota_to_change()
            assert tx.end_shift(2, "ben", clock())
            other: Future[Done | Refused] = desk.submit(office.end_shift, 4, "ana")
            while not other.done() and not waits(postgres_engine):
                pass  # until the other one has reached the point where the first is
        assert sentence(other.result(10)).startswith("Then nobody would be on call from Tue 24 Nov 20:00")
    assert gaps(office.rota(), clock(), clock() + timedelta(days=14)) == ()


def test_of_many_who_give_up_the_same_hours_one_keeps_them(store: SqlStore, clock: StoppedClock) -> None:
    """Five of them at once, on either database: by a shift that ends, a leave without cover, or no more pages."""
    put_on_call(store, clock)
    office = Rostering(store, clock, handbook())
    for handle in ("ana", "cleo", "ana", "cleo"):
        office.add_shift(
            replace(whole_days(office, handle, SECOND), first_day=date(2026, 11, len(office.rota().shifts))), "ana"
        )
    ben = who(office, "ben")
    changes = [
        *(lambda shift=shift: office.end_shift(shift, "ana") for shift in (4, 5, 6, 7)),
        lambda: away(office, "ben", 24, 26),
        lambda: office.take_off(ben.id, "ben"),
    ]
    with ThreadPoolExecutor(len(changes)) as desks:
        results = [future.result(30) for future in [desks.submit(change) for change in changes]]
    assert any(isinstance(result, Refused) for result in results)
    assert gaps(office.rota(), clock(), clock() + timedelta(days=14)) == ()


def test_reading_the_rota_waits_for_nobody_who_changes_it(
    postgres_engine: Engine, postgres_url: str, clock: StoppedClock
) -> None:
    """Pages go on while somebody plans."""
    del postgres_url
    store = SqlStore(postgres_engine)
    put_on_call(store, clock)
    with store.begin() as tx:
        held = tx.rota_to_change()
        assert tx.end_shift(2, "ben", clock())
        assert Rostering(store, clock, handbook()).rota() == held


# Test pages and alarms ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("handle", "channel"), [("ana", "sms"), ("ben", "voice")])
def test_a_test_page_goes_the_way_a_page_would(
    office: Rostering, sqlite_engine: Engine, handle: str, channel: str
) -> None:
    """A text, or a call to whoever takes no texts; it belongs to no case."""
    person = who(office, handle)
    assert isinstance(office.page_me(person.id, "ana"), Done)
    with sqlite_engine.connect() as connection:
        (page,) = connection.execute(select(outbox)).all()
        assert connection.execute(select(escalation_step)).all() == connection.execute(select(attempt)).all() == []
    assert (page.participant_id, page.channel, page.lane, page.staff) == (person.id, channel, 2, "ana")
    assert "test" in page.body
    assert page.escalation_id is None


def test_nobody_is_paged_who_is_not_on_call(office: Rostering) -> None:
    """Neither somebody unknown nor somebody taken off."""
    office.add_shift(whole_days(office, "ana", SECOND), "ana")
    office.take_off(who(office, "ben").id, "ana")
    for person in (999, who(office, "ben").id):
        assert sentence(office.page_me(person, "ana")) == "There is nobody on call with this number."


def test_the_first_to_look_after_an_alarm_is_kept(office: Rostering, clock: StoppedClock) -> None:
    """The second is told."""
    office.store.raise_alarm("job", "job_late", "The sending of texts has stopped.", clock())
    (alarm,) = office.store.open_alarms()
    assert isinstance(office.see_alarm(alarm.id, "ana"), Done)
    assert "somebody looks after it already" in sentence(office.see_alarm(alarm.id, "ben"))
    assert office.store.open_alarms()[0].seen_by == "ana"


def test_an_empty_rota_is_a_rota(sqlite_engine: Engine, clock: StoppedClock) -> None:
    """The first start of an installation."""
    assert Rostering(SqlStore(sqlite_engine), clock, handbook()).rota() == Rota()
