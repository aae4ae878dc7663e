"""Who is paged when: everybody in turn until somebody has the case, and then until the person was reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from coach.core import escalation, paging
from coach.core.escalation import PageAnswer, PageVerb, page_code
from coach.core.events import (
    CaseStepped,
    EscalationAcknowledged,
    EscalationContacted,
    EscalationPassed,
    EscalationRaised,
    Event,
    PageQueued,
    TimerSet,
)
from coach.core.model import CaseStepKind, Channel, Disposition, EscalationState, Language, Status, TimerKind
from coach.core.paging import NOT_REACHED, Unchanged
from coach.core.rota import BACKUP, SECOND, OnCall, Rota
from tests.core.duty_roster import ANA, ANA_ALONE, BEN, CY, THREE, shift
from tests.core.talking import HANDBOOK, Talk, meet, of

MONDAY_MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 10:00 in New York
FRIDAY_EVENING = datetime(2026, 3, 6, 21, 30, tzinfo=UTC)  # 16:30 in New York
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = {1: "Ana", 2: "Ben", 3: "Cy"}


def ruth(level: Disposition, now: datetime = MONDAY_MORNING, rota: Rota = THREE) -> Talk:
    """Ruth Ames takes part, and at this moment a case of this level opens about her."""
    facts: dict[str, object] = {"status": Status.ACTIVE, "zone": "America/New_York", "name": "Ruth Ames"}
    talk = meet(now, enrolled_on=date(2026, 3, 2), **facts)
    talk.rota = rota
    another(talk, level)
    return talk


def another(talk: Talk, level: Disposition) -> None:
    """One more case about her, now."""
    raised = EscalationRaised(level, ("chest_pain",), "a sign", "it hurts")
    talk.keep(escalation.watch((raised,), talk.now))


def happens(talk: Talk, *facts: Event) -> None:
    """Facts of this moment, with the look that follows them."""
    talk.keep(escalation.watch(facts, talk.now))


def paged(talk: Talk, since: datetime = MONDAY_MORNING) -> list[tuple[float, str, str, str]]:
    """The pages of the newest case: minutes, who, which way, which words."""
    steps = (step for step in talk.steps if step.kind is CaseStepKind.PAGED)
    return [((s.at - since) / MINUTE, NAMES[s.to or 0], str(s.channel), s.note.removeprefix("page.")) for s in steps]


def who_when(pages: Iterable[tuple[float, str, str, str]]) -> list[tuple[float, str]]:
    """The same by minute and name, each once."""
    return list(dict.fromkeys((minutes, name) for minutes, name, _, _ in pages))


def at(talk: Talk, minutes: float) -> Talk:
    """Let time pass until so many minutes after Monday morning."""
    return talk.at(MONDAY_MORNING + minutes * MINUTE)


# --- an emergency ---


def test_an_emergency_pages_at_once_by_text_and_call_every_five_minutes() -> None:
    """The first person alone for ten minutes."""
    pages = paged(at(ruth(Disposition.EMERGENCY), 9))
    assert pages == [
        (0, "Ana", "sms", "new"),
        (0, "Ana", "voice", "new"),
        (5, "Ana", "sms", "again"),
        (5, "Ana", "voice", "again"),
    ]


def test_after_ten_minutes_the_next_person_has_the_turn_and_then_the_backup() -> None:
    """From the last turn on everybody is paged, every five minutes, for ever."""
    pages = who_when(paged(at(ruth(Disposition.EMERGENCY), 31)))
    everybody = ("Ana", "Ben", "Cy")
    assert pages == [
        *[(0, "Ana"), (5, "Ana"), (10, "Ben"), (15, "Ben")],
        *[(minute, name) for minute in (20, 25, 30) for name in everybody],
    ]


def test_the_last_turn_repeats_until_somebody_takes_the_case() -> None:
    """After a whole day it still pages every five minutes; that a text was delivered changes nothing."""
    talk = at(ruth(Disposition.EMERGENCY, rota=ANA_ALONE), 24 * 60)
    assert [minute for minute, _ in who_when(paged(talk))] == [5.0 * n for n in range(24 * 12 + 1)]


def test_the_page_says_no_name_number_sign_or_word_of_the_person() -> None:
    """The level, initials, code and link; a phone lies on the table."""
    talk = at(ruth(Disposition.EMERGENCY), 0)
    text = talk.paged[0]
    assert text.body == (
        f"EMERGENCY case, R. A.: to take it reply ACK {page_code(1)}. https://coach.example.org/page/1-1"
    )
    assert (text.to, text.recipient, text.escalation_id) == (ANA.id, ANA.phone, 1)


def test_a_page_is_in_the_language_of_whoever_is_paged() -> None:
    """Not in that of the person."""
    eva = replace(ANA, language=Language.ES)
    talk = at(ruth(Disposition.EMERGENCY, rota=Rota((eva,), (shift(eva),))), 0)
    assert talk.paged[0].body.startswith("Caso de EMERGENCIA, R. A.: para tomarlo responda TOMO")


def test_a_page_lasts_for_two_repeats() -> None:
    """One that waits longer would come after those that followed it."""
    for level, lasts in ((Disposition.EMERGENCY, 10 * MINUTE), (Disposition.URGENT, 20 * MINUTE)):
        talk = at(ruth(level), 0)
        assert {page.expires_at - talk.now for page in talk.paged} == {lasts}


# --- urgent and routine ---


def test_an_urgent_case_begins_with_a_text_and_calls_from_the_first_repeat_on() -> None:
    """Every ten minutes, the next person after twenty."""
    assert paged(at(ruth(Disposition.URGENT), 25)) == [
        (0, "Ana", "sms", "new"),
        (10, "Ana", "sms", "again"),
        (10, "Ana", "voice", "again"),
        (20, "Ben", "sms", "new"),
    ]


def test_an_urgent_case_is_paged_at_night_too() -> None:
    """Only what can wait for days waits for the morning."""
    talk = ruth(Disposition.URGENT, datetime(2026, 3, 3, 7, 0, tzinfo=UTC))
    assert who_when(paged(talk.at(talk.now), talk.now)) == [(0, "Ana")]


def test_a_routine_case_is_a_text_within_working_hours() -> None:
    """Raised on Friday at half past four: at once, and again when four working hours are over, on Monday."""
    talk = ruth(Disposition.ROUTINE, FRIDAY_EVENING)
    talk.at(FRIDAY_EVENING + 4 * DAY)
    monday_half_past_twelve = (datetime(2026, 3, 9, 16, 30, tzinfo=UTC) - FRIDAY_EVENING) / MINUTE
    assert paged(talk, FRIDAY_EVENING)[:2] == [
        (0, "Ana", "sms", "new"),
        (monday_half_past_twelve, "Ana", "sms", "again"),
    ]
    assert {channel for _, _, channel, _ in paged(talk, FRIDAY_EVENING)} == {"sms"}


def test_a_routine_case_of_the_evening_waits_for_the_morning() -> None:
    """For nine o'clock by the clock of whoever is on call."""
    night = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)  # Monday 22:00
    talk = ruth(Disposition.ROUTINE, night)
    talk.at(night + DAY)
    assert who_when(paged(talk, night))[0] == (11 * 60, "Ana")


def test_the_next_turn_of_a_routine_case_comes_after_a_working_day() -> None:
    """Eight working hours after Monday at ten: Tuesday at ten."""
    talk = at(ruth(Disposition.ROUTINE), 24 * 60)
    assert next(pair for pair in who_when(paged(talk)) if pair[1] == "Ben") == (24 * 60, "Ben")


def test_working_hours_keep_their_wall_time_when_the_clock_changes() -> None:
    """Sunday 8 March is an hour short in New York; Monday begins at nine all the same."""
    talk = ruth(Disposition.ROUTINE, datetime(2026, 3, 7, 15, 0, tzinfo=UTC))
    talk.at(talk.now + 3 * DAY)
    assert next(s.at for s in talk.steps if s.kind is CaseStepKind.PAGED) == datetime(2026, 3, 9, 13, 0, tzinfo=UTC)


def test_somebody_who_only_serves_outside_working_hours_hears_within_a_week() -> None:
    """Ana has the nights and Cy, in Tokyo, the days of New York: each is asleep or off duty when the other serves."""
    away = replace(CY, zone="Asia/Tokyo")
    days = shift(away, start=time(21), end=time(7))  # by Tokyo's clock
    april = datetime(2026, 4, 6, 14, 0, tzinfo=UTC)
    talk = ruth(Disposition.ROUTINE, april, Rota((ANA, away), (shift(ANA, start=time(18), end=time(8)), days)))
    talk.at(april + 8 * DAY)
    assert [minutes / 60 / 24 for minutes, _ in who_when(paged(talk, april))] == [7]


# --- what goes wrong ---


def test_after_an_outage_of_forty_minutes_nobody_is_skipped() -> None:
    """All whose turn has begun meanwhile are paged at once."""
    talk = ruth(Disposition.EMERGENCY)
    talk.timers.clear()
    talk.now = MONDAY_MORNING + 40 * MINUTE
    talk.keep((escalation.case_timer(talk.now),))
    assert who_when(paged(at(talk, 40))) == [(40, "Ana"), (40, "Ben"), (40, "Cy")]


def test_the_clock_of_a_case_is_the_text_that_caused_it() -> None:
    """A text that was read fifteen minutes late does not start the turns anew."""
    talk = meet(MONDAY_MORNING, status=Status.ACTIVE, name="Ruth Ames")
    talk.rota = THREE
    raised = EscalationRaised(Disposition.EMERGENCY, ("chest_pain",), "a sign", "", MONDAY_MORNING - 15 * MINUTE)
    happens(talk, raised)
    assert who_when(paged(at(talk, 0))) == [(0, "Ana"), (0, "Ben")]


def test_after_a_change_of_shift_the_new_people_are_paged_at_once() -> None:
    """Cy comes on duty seven minutes after the case began, and Ana has gone home."""
    early = (shift(ANA, start=time(0), end=time(10, 7)), shift(CY, start=time(10, 7), end=time(0)))
    talk = at(ruth(Disposition.EMERGENCY, rota=Rota((ANA, CY), early)), 12)
    assert who_when(paged(talk)) == [(0, "Ana"), (5, "Ana"), (10, "Cy")]


def test_a_page_that_fails_begins_the_next_turn_at_once() -> None:
    """A dead number costs no ten minutes."""
    talk = at(ruth(Disposition.EMERGENCY), 0)
    talk.now += MINUTE
    happens(talk, *(CaseStepped(1, CaseStepKind.PAGE_FAILED, to=ANA.id, channel=way) for way in Channel))
    assert who_when(paged(at(talk, 1))) == [(0, "Ana"), (1, "Ben")]


def test_a_call_that_nobody_takes_is_no_failure_while_the_text_arrived() -> None:
    """Ana may be reading it; Ben's turn comes in its time."""
    talk = at(ruth(Disposition.EMERGENCY), 0)
    talk.now += MINUTE
    happens(talk, CaseStepped(1, CaseStepKind.PAGE_FAILED, to=ANA.id, channel=Channel.VOICE))
    assert who_when(paged(at(talk, 9))) == [(0, "Ana"), (5, "Ana")]


def test_a_text_that_fails_is_followed_by_a_call_to_the_same_person() -> None:
    """Once, then at the usual pace: a number that refuses everything is no loop."""
    talk = at(ruth(Disposition.URGENT, rota=ANA_ALONE), 0)
    for minute in (1, 2, 3):
        failed = {step.channel for step in at(talk, minute).steps if step.kind is CaseStepKind.PAGED}
        happens(talk, *(CaseStepped(1, CaseStepKind.PAGE_FAILED, to=ANA.id, channel=way) for way in failed))
    calls = [minute for minute, _, channel, _ in paged(at(talk, 20)) if channel == "voice"]
    assert calls == [1, 11]


def test_who_takes_no_texts_is_called() -> None:
    """At every level, routine too."""
    deaf_to_texts = replace(ANA, texts=False)
    for level in (Disposition.EMERGENCY, Disposition.URGENT, Disposition.ROUTINE):
        talk = at(ruth(level, rota=Rota((deaf_to_texts,), (shift(deaf_to_texts),))), 0)
        assert [channel for _, _, channel, _ in paged(talk)] == ["voice"]


def test_who_takes_no_calls_is_texted() -> None:
    """In an emergency too."""
    silent = replace(ANA, calls=False)
    talk = at(ruth(Disposition.EMERGENCY, rota=Rota((silent,), (shift(silent),))), 0)
    assert [channel for _, _, channel, _ in paged(talk)] == ["sms"]


def test_in_an_hour_that_nobody_covers_the_backup_is_paged_and_else_everybody() -> None:
    """An unpaged case is worse than somebody woken."""
    backup = replace(THREE, shifts=(shift(CY, BACKUP),))
    assert who_when(paged(at(ruth(Disposition.EMERGENCY, rota=backup), 0))) == [(0, "Cy")]
    nobody = replace(THREE, shifts=())
    assert who_when(paged(at(ruth(Disposition.EMERGENCY, rota=nobody), 0))) == [(0, "Ana")]
    assert who_when(paged(at(ruth(Disposition.EMERGENCY, rota=nobody), 10))) == [(0, "Ana"), (5, "Ana"), (10, "Ben")]


def test_with_nobody_at_all_the_case_is_looked_at_again_and_again() -> None:
    """The first person added is paged within a repeat."""
    talk = at(ruth(Disposition.EMERGENCY, rota=Rota()), 32)
    assert paged(talk) == []
    talk.rota = ANA_ALONE
    assert who_when(paged(at(talk, 36))) == [(35, "Ana")]


def test_a_look_that_comes_twice_pages_nobody_twice() -> None:
    """Nor one that comes early."""
    talk = at(ruth(Disposition.EMERGENCY), 0)
    for minute in (0, 1, 3):
        talk.now = MONDAY_MORNING + minute * MINUTE
        talk.keep(paging.wake(talk.known(), HANDBOOK, THREE, talk.link, talk.now))
    assert who_when(paged(talk)) == [(0, "Ana")]


def test_looks_that_were_doubled_become_one_again() -> None:
    """The next moment follows from the case, not from the look."""
    talk = at(ruth(Disposition.EMERGENCY), 0)
    for seconds in (10, 20, 30):
        talk.keep((escalation.case_timer(talk.now + timedelta(seconds=seconds)),))
    at(talk, 4)
    assert [t.due_at for t in talk.timers.values() if t.kind == TimerKind.CASE] == [MONDAY_MORNING + 5 * MINUTE]


def test_stop_does_not_end_the_pages() -> None:
    """An emergency followed by STOP is still an emergency."""
    talk = at(ruth(Disposition.EMERGENCY), 0)
    talk.says("STOP")
    assert who_when(paged(at(talk, 10))) == [(0, "Ana"), (5, "Ana"), (10, "Ben")]


# --- several cases of one person ---


def test_a_new_case_never_waits_for_an_older_one() -> None:
    """It makes a page of its own at once."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    another(talk, Disposition.EMERGENCY)
    assert paged(at(talk, 2)) == [(2, "Ana", "sms", "new"), (2, "Ana", "voice", "new")]


def test_repeats_of_several_cases_to_one_number_are_one_message() -> None:
    """It names how many, and the code that takes all; the step stands in the trail of each."""
    talk = at(ruth(Disposition.URGENT), 2)
    another(talk, Disposition.EMERGENCY)
    before = len(at(talk, 2).paged)
    at(talk, 7)
    texts = [page.body for page in talk.paged[before:] if page.channel is Channel.SMS]
    assert [text.partition(" http")[0] for text in texts] == [
        f"EMERGENCY, R. A.: 2 open cases that nobody has. To take all reply ACK {page_code(2)}."
    ]
    older, newer = talk.conversation.escalations
    assert [case.steps[-1].note for case in (older, newer)] == ["page.again_all", "page.again_all"]


def test_to_take_the_newest_case_takes_the_older_ones_too() -> None:
    """A newer one than the one named still needs its own answer."""
    talk = ruth(Disposition.ROUTINE)
    another(talk, Disposition.URGENT)
    another(talk, Disposition.EMERGENCY)
    at(talk, 1)
    talk.answers_page(f"ACK {page_code(2)}", ANA)
    assert [case.owner for case in talk.conversation.escalations] == ["ana", "ana", None]


def test_the_word_back_names_the_gravest_of_the_cases_taken() -> None:
    """Ana answers the routine page that came last; Ruth's emergency is hers too, and Ana is told so."""
    talk = ruth(Disposition.EMERGENCY)
    another(talk, Disposition.ROUTINE)
    at(talk, 1)
    call = paging.Answering(talk.known(), talk.case, ANA, HANDBOOK, talk.now).last_words(PageVerb.ACK)
    assert call.startswith("The EMERGENCY case is yours, initials R. A. Please phone the person by 10:16.")
    said = PageAnswer(PageVerb.ACK, page_code(2))
    back = paging.answer(talk.conversation, talk.case, ANA, said, HANDBOOK, talk.now, talk.link)
    assert [page.body for page in of(back, PageQueued)] == [  # type: ignore[arg-type]  # no refusal
        (
            "EMERGENCY case 8919, R. A., is yours. Please phone the person by 10:16. Then reply SPOKE 8919. "
            "https://coach.example.org/page/1-1"
        )
    ]
    talk.answers_page(f"ACK {page_code(2)}", ANA)
    assert [case.owner for case in talk.conversation.escalations] == ["ana", "ana"]


def test_a_case_that_somebody_has_is_not_named_as_taken() -> None:
    """Ben has Ruth's emergency; Ana takes the routine one and is told of that."""
    talk = ruth(Disposition.EMERGENCY)
    answered(talk, f"ACK {page_code(1)}", BEN)
    another(talk, Disposition.ROUTINE)
    assert answered(talk, f"ACK {page_code(2)}").startswith(f"Routine case {page_code(2)}, R. A., is yours.")


# --- taking, passing on, speaking ---


def answered(talk: Talk, body: str, who: OnCall = ANA) -> str:
    """What somebody hears back."""
    before = len(talk.paged)
    said = talk.answers_page(body, who)
    if isinstance(said, Unchanged):
        return said.sentence
    return next(page.body for page in talk.paged[before:] if page.to == who.id)


def test_who_takes_a_case_hears_by_when_to_phone_and_the_others_stand_down() -> None:
    """Cy was not paged and hears nothing."""
    talk = at(ruth(Disposition.EMERGENCY), 12)
    before = len(talk.paged)
    yours = answered(talk, f"ack {page_code(1)}", BEN)
    assert yours.startswith(
        "EMERGENCY case 8919, R. A., is yours. Please phone the person by 10:27. Then reply SPOKE 8919."
    )
    others = {page.to: page.body for page in talk.paged[before:] if page.to != BEN.id}
    assert others == {ANA.id: "EMERGENCY case 8919: ben has it since 10:12."}
    assert len(at(talk, 24).paged) == before + 2


def test_nobody_is_paged_while_the_promise_stands() -> None:
    """Then whoever has it, and ten minutes later the others too, until somebody spoke with the person."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    answered(talk, f"ACK {page_code(1)}")
    talk.says("thank you")
    pages = [page for page in paged(at(talk, 33)) if page[0] > 2 and page[2] == "sms"]
    assert pages == [
        (17, "Ana", "sms", "late"),
        (22, "Ana", "sms", "late"),
        (27, "Ana", "sms", "late"),
        (27, "Ben", "sms", "not_reached"),
        (32, "Ana", "sms", "late"),
        (32, "Ben", "sms", "not_reached"),
    ]


def test_an_owner_without_a_number_is_not_waited_for() -> None:
    """Somebody took it in the dashboard: past the promise those on call hear at once."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    talk.taken("dr.who")
    assert next(page for page in paged(at(talk, 17)) if page[0] > 2) == (17, "Ana", "sms", "not_reached")


def test_a_case_that_was_passed_on_goes_to_the_next_at_once() -> None:
    """Whoever passed it is left alone while there is anybody else."""
    talk = at(ruth(Disposition.EMERGENCY), 3)
    assert answered(talk, f"PASS {page_code(1)}").startswith("You passed on EMERGENCY case 8919.")
    assert who_when(paged(at(talk, 14))) == [(0, "Ana"), (3, "Ben"), (8, "Ben"), (10, "Cy"), (13, "Ben")]


def test_whoever_is_alone_cannot_pass_a_case_on_for_good() -> None:
    """There is nobody else: better an annoyed person than a case without one."""
    talk = at(ruth(Disposition.EMERGENCY, rota=ANA_ALONE), 1)
    answered(talk, f"PASS {page_code(1)}")
    assert (5, "Ana") in who_when(paged(at(talk, 5)))


def test_somebody_off_duty_is_paged_when_all_on_duty_passed() -> None:
    """Ben has no shift, and no case stays with nobody."""
    talk = at(ruth(Disposition.EMERGENCY, rota=replace(THREE, shifts=(shift(ANA),))), 1)
    answered(talk, f"PASS {page_code(1)}")
    assert (1, "Ben") in who_when(paged(at(talk, 1)))


def test_when_the_person_was_reached_the_pages_end_and_a_reminder_comes_by_day() -> None:
    """Twelve hours later it is night; the reminder to close comes at nine, as a text."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    answered(talk, f"ACK {page_code(1)}")
    answered(at(talk, 10), f"SPOKE {page_code(1)}")
    assert talk.case.state is EscalationState.CONTACTED
    at(talk, 3 * 24 * 60)
    later = [page for page in paged(talk) if page[0] > 10]
    assert later[0] == (23 * 60, "Ana", "sms", "close_remind")
    assert {name for minute, name, _, _ in later if minute < 48 * 60} == {"Ana"}
    assert "Ben" in {name for _, name, _, _ in later}


def denied(level: Disposition, now: datetime, rota: Rota = THREE) -> Talk:
    """Ana took the case and texted SPOKE after ten minutes; after twenty Ruth says that nobody phoned her."""
    talk = ruth(level, now, rota).at(now + 2 * MINUTE)
    answered(talk, f"ACK {page_code(1)}")
    answered(talk.at(now + 10 * MINUTE), f"SPOKE {page_code(1)}")
    denies(talk.at(now + 20 * MINUTE))
    return talk


def denies(talk: Talk) -> None:
    """Ruth says that nobody phoned."""
    happens(talk, CaseStepped(1, CaseStepKind.ANSWERED, note=NOT_REACHED), escalation.case_timer(talk.now))


def test_who_says_that_nobody_phoned_is_believed_whatever_was_noted() -> None:
    """Ana is paged at once and again, and ten minutes later Ben too, in the night as well."""
    night = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    talk = denied(Disposition.EMERGENCY, night).at(night + 36 * MINUTE)
    pages = [page for page in paged(talk, night) if page[0] > 2 and page[2] == "sms"]
    assert pages == [
        (20, "Ana", "sms", "not_called"),
        (25, "Ana", "sms", "not_called"),
        (30, "Ana", "sms", "not_called"),
        (30, "Ben", "sms", "not_reached"),
        (35, "Ana", "sms", "not_called"),
        (35, "Ben", "sms", "not_reached"),
    ]


def test_an_urgent_case_that_was_noted_in_error_is_paged_at_night_too() -> None:
    """Ana is asleep and Ruth was not phoned."""
    night = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    talk = denied(Disposition.URGENT, night)
    assert paged(talk.at(talk.now), night)[-1] == (20, "Ana", "sms", "not_called")


def test_who_denies_twice_does_not_begin_the_turns_anew() -> None:
    """Ruth answers again after nine minutes: Ana hears at once, Ben at his time."""
    talk = at(denied(Disposition.EMERGENCY, MONDAY_MORNING), 29)
    denies(talk)
    assert who_when(page for page in paged(at(talk, 30)) if page[0] > 25) == [(29, "Ana"), (30, "Ben")]


def test_a_case_noted_in_error_whose_owner_has_no_number_is_paged_to_those_on_call_at_once() -> None:
    """Somebody took it in the dashboard, noted a call, and Ruth denies it."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    talk.taken("dr.who")
    happens(talk, escalation.contacted(talk.case, "dr.who"))  # type: ignore[arg-type]  # possible
    denies(at(talk, 20))
    assert paged(at(talk, 20))[-2:] == [(20, "Ana", "sms", "not_reached"), (20, "Ana", "voice", "not_reached")]


def test_a_new_word_that_somebody_spoke_with_the_person_ends_those_pages() -> None:
    """Ana phones, texts SPOKE again, and is only reminded to close the case by day."""
    talk = at(denied(Disposition.EMERGENCY, MONDAY_MORNING), 26)
    assert answered(talk, f"SPOKE {page_code(1)}").startswith("Noted: you spoke with R. A.")
    assert [step.kind for step in talk.steps].count(CaseStepKind.CONTACTED) == 2
    assert talk.case.state is EscalationState.CONTACTED
    assert answered(talk, f"SPOKE {page_code(1)}").startswith("It is noted already")
    later = [page for page in paged(at(talk, 24 * 60)) if page[0] > 25]
    assert {words for _, _, _, words in later} == {"close_remind"}


def test_closing_a_case_that_was_noted_in_error_ends_its_pages() -> None:
    """Somebody has seen to it."""
    talk = at(denied(Disposition.EMERGENCY, MONDAY_MORNING), 26)
    closed_by_ana(talk)
    assert who_when(paged(at(talk, 60)))[-1] == (25, "Ana")


def test_a_call_about_a_case_noted_in_error_says_so() -> None:
    """Ana may pass it on; Ben may take it over."""
    talk = at(denied(Disposition.EMERGENCY, MONDAY_MORNING), 26)
    first = {who.handle: paging.Answering(talk.known(), talk.case, who, HANDBOOK, talk.now) for who in (ANA, BEN)}
    assert first["ana"].first_words()[0].startswith("This is Leg Coach. You have the EMERGENCY case")
    assert first["ben"].first_words() == (
        (
            "This is Leg Coach. EMERGENCY case, initials R. A. ana has it and has not reached the person yet. "
            "To take it over press 1. To hear this again press 9."
        ),
        True,
    )


def test_whoever_else_answers_a_case_noted_in_error_takes_it_over() -> None:
    """Ben hears by when to phone and Ana that Ben has it; a new promise counts, and nobody takes it from him."""
    talk = at(denied(Disposition.EMERGENCY, MONDAY_MORNING), 31)
    assert answered(talk, f"ACK {page_code(1)}") == (
        "You have EMERGENCY case 8919 already. If you cannot see to it reply PASS 8919."
    )
    assert answered(talk, f"ACK {page_code(1)}", BEN).startswith("EMERGENCY case 8919, R. A., is yours.")
    assert (talk.case.state, talk.case.owner) == (EscalationState.ACKNOWLEDGED, "ben")
    assert talk.case.contact_by == MONDAY_MORNING + 46 * MINUTE
    taken = [step.staff for step in talk.steps if step.kind is CaseStepKind.ACKNOWLEDGED]
    assert taken == ["ana", "ben"]
    assert answered(talk, f"ACK {page_code(1)}") == "EMERGENCY case 8919: ben has it since 10:31."
    assert [page for page in paged(at(talk, 45)) if page[0] > 31] == []
    assert (46, "Ben", "sms", "late") in paged(at(talk, 46))


def test_no_word_since_the_alarm_is_told_to_whoever_has_the_case() -> None:
    """Also while the promise stands, once; and to those paged while nobody has it."""
    talk = at(ruth(Disposition.URGENT), 2)
    answered(talk, f"ACK {page_code(1)}")
    at(talk, 20)
    happens(talk, CaseStepped(1, CaseStepKind.SILENT, note="no word since the alarm"))
    pages = [page for page in paged(at(talk, 60)) if page[0] > 2]
    assert [(minute, name, words) for minute, name, _, words in pages] == [(20, "Ana", "silent")]


def test_news_in_the_middle_of_reminders_is_one_page() -> None:
    """Whoever is reminded already hears of it once, by each way."""
    talk = at(ruth(Disposition.EMERGENCY), 3)
    answered(talk, f"ACK {page_code(1)}")
    assert [page for page in paged(at(talk, 25)) if page[0] == 25] == [
        (25, "Ana", "sms", "silent"),
        (25, "Ana", "voice", "silent"),
    ]


def test_that_nobody_phoned_is_told_to_whoever_has_the_case() -> None:
    """The person says so, and it is paged at once."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    answered(talk, f"ACK {page_code(1)}")
    at(talk, 19)
    happens(talk, CaseStepped(1, CaseStepKind.ANSWERED, note=NOT_REACHED), escalation.case_timer(talk.now))
    assert (19, "Ana", "sms", "not_called") in paged(at(talk, 19))


def test_what_else_the_person_answers_pages_nobody() -> None:
    """CALLED is no reason to wake anybody."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    happens(talk, CaseStepped(1, CaseStepKind.ANSWERED, note="called"), escalation.case_timer(talk.now))
    assert who_when(paged(at(talk, 4))) == [(0, "Ana")]


def test_a_closed_case_pages_nobody_and_one_that_is_open_again_does_from_the_first_turn() -> None:
    """Its clock begins anew."""
    talk = at(ruth(Disposition.EMERGENCY), 12)
    happens(talk, escalation.close(talk.case, "ana", "admitted", "", HANDBOOK.outcomes))  # type: ignore[arg-type]  # possible
    assert who_when(paged(at(talk, 60)))[-1] == (10, "Ben")
    happens(talk, escalation.reopen(talk.case, None, "not seen after all"))  # type: ignore[arg-type]  # possible
    assert who_when(paged(at(talk, 71)))[3:] == [(60, "Ana"), (65, "Ana"), (70, "Ben")]


def test_a_lowered_case_keeps_the_rhythm_of_its_new_level() -> None:
    """From the next look on."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    happens(talk, escalation.relevel(talk.case, Disposition.URGENT, "began weeks ago"))  # type: ignore[arg-type]  # possible
    assert who_when(paged(at(talk, 19))) == [(0, "Ana"), (10, "Ana")]


# --- answers that change nothing ---


def taken_by_ben(talk: Talk) -> None:
    """Ben has it."""
    answered(talk, f"ACK {page_code(1)}", BEN)


def reached_by_ana(talk: Talk) -> None:
    """Ana spoke with her."""
    answered(talk, f"SPOKE {page_code(1)}")


def closed_by_ana(talk: Talk) -> None:
    """Ana closed it."""
    happens(talk, escalation.close(talk.case, "ana", "admitted", "", HANDBOOK.outcomes))  # type: ignore[arg-type]  # possible


def left_open(talk: Talk) -> None:
    """Nothing happened."""
    del talk


def taken_by_ana(talk: Talk) -> None:
    """Ana has it."""
    answered(talk, f"ACK {page_code(1)}")


@pytest.mark.parametrize(
    ("before", "body", "back"),
    [
        (left_open, "ACK 4821", "There is no open case 4821. Please check the code."),
        (left_open, "PASS 4821", "There is no open case 4821. Please check the code."),
        (left_open, "TOMO 1000", "There is no open case 1000. Please check the code."),
        (taken_by_ben, "ACK 8919", "EMERGENCY case 8919: ben has it since 10:02."),
        (taken_by_ben, "PASS 8919", "EMERGENCY case 8919: ben has it since 10:02."),
        (taken_by_ana, "ACK 8919", "You have EMERGENCY case 8919 already. If you cannot see to it reply PASS 8919."),
        (reached_by_ana, "SPOKE 8919", "It is noted already that somebody spoke with R. A., case 8919."),
        (closed_by_ana, "ACK 8919", "Case 8919 was closed at 10:02 by ana."),
        (closed_by_ana, "PASS 8919", "Case 8919 was closed at 10:02 by ana."),
        (closed_by_ana, "SPOKE 8919", "Case 8919 was closed at 10:02 by ana."),
    ],
)
def test_an_answer_that_changes_nothing_says_why(before: object, body: str, back: str) -> None:
    """In a sentence, with the state of the case as it was."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    before(talk)  # type: ignore[operator]  # one of those above
    trail = talk.steps
    assert answered(talk, body) == back
    assert talk.steps == trail


def test_the_same_in_spanish() -> None:
    """The language is that of whoever answers."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    taken_by_ben(talk)
    eva = replace(ANA, language=Language.ES)
    assert answered(talk, "tomo 8919", eva) == "Caso de EMERGENCIA 8919: lo tiene ben desde las 10:02."


def test_yesterday_is_told_with_its_date() -> None:
    """A time alone would be taken for today's."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    closed_by_ana(talk)
    talk.now += DAY
    assert answered(talk, "ACK 8919") == "Case 8919 was closed at 2026-03-02 10:02 by ana."


def test_whoever_is_only_called_gets_no_text_back() -> None:
    """They hear it in the call."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    told = talk.answers_page("ACK 8919", replace(ANA, texts=False))
    assert [page.to for page in of(told, PageQueued)] == []  # type: ignore[arg-type]  # no refusal
    assert of(told, EscalationAcknowledged)  # type: ignore[arg-type]  # the same


def test_spoken_with_means_all_older_cases_of_the_person_too() -> None:
    """Those that nobody else has."""
    talk = ruth(Disposition.ROUTINE)
    another(talk, Disposition.EMERGENCY)
    told = talk.answers_page(f"SPOKE {page_code(2)}", ANA)
    assert [fact.escalation_id for fact in of(told, EscalationContacted)] == [1, 2]  # type: ignore[arg-type]  # no refusal


def test_to_pass_on_names_one_case() -> None:
    """The others stay where they are."""
    talk = ruth(Disposition.ROUTINE)
    another(talk, Disposition.EMERGENCY)
    told = talk.answers_page(f"PASS {page_code(2)}", ANA)
    assert [fact.escalation_id for fact in of(told, EscalationPassed)] == [2]  # type: ignore[arg-type]  # no refusal


def test_an_answer_without_a_case_changes_nothing() -> None:
    """The code was somebody's slip."""
    talk = ruth(Disposition.EMERGENCY)
    said = paging.answer(talk.conversation, None, ANA, PageAnswer(PageVerb.ACK, "4821"), HANDBOOK, talk.now)
    assert isinstance(said, Unchanged)
    assert said.template == "page.unknown"


@pytest.mark.parametrize("verb", list(PageVerb))
def test_a_bare_answer_means_the_case_that_waits_for_it(verb: PageVerb) -> None:
    """To take: what nobody has. To pass on or to have spoken: what I have, before what nobody has."""
    talk = ruth(Disposition.ROUTINE)
    answered(talk, f"ACK {page_code(1)}")
    another(talk, Disposition.EMERGENCY)
    waiting = paging.waiting_for(talk.conversation.escalations, ANA, verb)
    assert [case.id for case in waiting] == ([2] if verb is PageVerb.ACK else [1])


def test_a_bare_spoke_never_means_a_case_that_somebody_else_or_nobody_has() -> None:
    """Ana spoke with Ruth about the first; the second is new, and Ben has the third."""
    talk = ruth(Disposition.EMERGENCY)
    reached_by_ana(talk)
    another(talk, Disposition.EMERGENCY)
    another(talk, Disposition.URGENT)
    mine, nobodys, bens = talk.conversation.escalations
    known = (mine, nobodys, replace(bens, state=EscalationState.ACKNOWLEDGED, owner="ben"))
    assert paging.waiting_for(known, ANA, PageVerb.SPOKE) == (mine,)
    assert paging.waiting_for(known[1:], ANA, PageVerb.SPOKE) == ()


# --- promises ---


@pytest.mark.parametrize(
    ("level", "now", "by"),
    [
        (Disposition.EMERGENCY, MONDAY_MORNING, MONDAY_MORNING + 15 * MINUTE),
        (Disposition.URGENT, MONDAY_MORNING, MONDAY_MORNING + HOUR),
        (Disposition.ROUTINE, MONDAY_MORNING, MONDAY_MORNING + 2 * DAY),
        (Disposition.ROUTINE, FRIDAY_EVENING, FRIDAY_EVENING + 4 * DAY - HOUR),  # the clock changes on Sunday
    ],
)
def test_the_promise_of_a_routine_case_is_two_working_days(level: Disposition, now: datetime, by: datetime) -> None:
    """By the clock of whoever takes it; the others are plain minutes."""
    assert paging.promised_by(HANDBOOK.policy.of(level), ANA, now) == by


def test_a_promise_from_the_dashboard_leaves_out_the_weekend() -> None:
    """Nobody knows their clock, so it is two working days at this hour."""
    by = paging.promised_by(HANDBOOK.policy.of(Disposition.ROUTINE), None, FRIDAY_EVENING)
    assert by == FRIDAY_EVENING + 4 * DAY


# --- the page of last resort ---


def test_the_page_of_last_resort_goes_to_everybody_by_the_way_that_works() -> None:
    """On duty or not; by call to those who take no texts; not to who has neither."""
    people = (ANA, replace(BEN, texts=False), replace(CY, texts=False, calls=False))
    talk = ruth(Disposition.EMERGENCY, rota=Rota(people))
    pages = paging.plain_pages(talk.conversation, HANDBOOK, talk.rota, talk.now)
    assert [(page.to, page.channel) for page in pages] == [(ANA.id, Channel.SMS), (BEN.id, Channel.VOICE)]
    talk.keep(pages)
    assert paging.plain_pages(talk.conversation, HANDBOOK, talk.rota, talk.now + MINUTE) == ()


def test_every_look_ends_with_exactly_one_next_look_while_a_case_is_open() -> None:
    """And with none when all are closed."""
    talk = at(ruth(Disposition.EMERGENCY), 2)
    another(talk, Disposition.ROUTINE)
    looked = paging.wake(talk.known(), HANDBOOK, THREE, talk.link, talk.now)
    assert [timer.kind for timer in of(looked, TimerSet)] == [TimerKind.CASE]
    assert talk.now < of(looked, TimerSet)[0].due_at <= talk.now + 5 * MINUTE
    for case in talk.conversation.escalations:
        happens(talk, escalation.close(case, "ana", "admitted", "", HANDBOOK.outcomes))  # type: ignore[arg-type]  # possible
    assert paging.wake(talk.known(), HANDBOOK, THREE, talk.link, talk.now) == ()


def test_on_duty_twice_is_paged_once() -> None:
    """Ana has both shifts at this hour."""
    both = Rota((ANA,), (shift(ANA), shift(ANA, SECOND), shift(ANA, BACKUP)))
    talk = at(ruth(Disposition.EMERGENCY, rota=both), 0)
    assert paged(talk) == [(0, "Ana", "sms", "new"), (0, "Ana", "voice", "new")]
