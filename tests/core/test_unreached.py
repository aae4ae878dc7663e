"""Words about a case that do not reach the person: the call at once, and what whoever is paged hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from coach.core import paging
from coach.core.conversation import greeting
from coach.core.events import CaseStepped, EscalationContacted, MessageQueued, PageQueued, Said
from coach.core.model import Asked, CaseStepKind, Channel, Disposition, Escalation, Language, Status, Timer
from coach.core.policy import WhenUndelivered
from coach.core.rota import FIRST, OnCall, Rota, Shift
from coach.core.spelling import spelled, spelled_phone
from tests.core import talking
from tests.core.talking import HANDBOOK, Talk, meet, of, templates

MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # ten in New York
MINUTE = timedelta(minutes=1)
ZONE = "America/New_York"
ANA = OnCall(7, "ana", "Ana Lopez", "+12025550107", Language.EN, ZONE)
ROTA = Rota((ANA,), (Shift(1, 7, FIRST, frozenset(range(7)), time(0), time(0), date(2026, 1, 1), None),), ())


def ruth(words: str, **facts: object) -> Talk:
    """Ruth takes part, has just told of something serious, and Ana is paged; no text is known to arrive."""
    known = {"status": Status.ACTIVE, "zone": ZONE, "enrolled_on": date(2026, 3, 2), "name": "Ruth Ames"}
    talk = meet(MORNING, **{**known, **facts})
    talk.rota, talk.texts_arrive = ROTA, False
    talk.says(words)
    talk.at(talk.now)
    return talk


def in_danger(**facts: object) -> Talk:
    """An emergency."""
    talk = ruth("I can't breathe", **facts)
    assert talk.case.level is Disposition.EMERGENCY
    return talk


def needs_care(**facts: object) -> Talk:
    """Urgent."""
    talk = ruth("my pee looks like cola", **facts)
    assert talk.case.level is Disposition.URGENT
    return talk


def lost(talk: Talk, channel: Channel = Channel.SMS) -> list[str]:
    """A second later the newest message about the case is said to be lost; gives what is queued for Ruth at once."""
    before = len(talk.queued)
    talk.now += timedelta(seconds=1)
    note = next(step.note for step in reversed(talk.steps) if step.channel is channel and step.to is None)
    talk.keep((CaseStepped(talk.case.id, CaseStepKind.NOT_DELIVERED, note=note, channel=channel),))
    talk.keep(talk.fires(Timer(0, 1, "case", f"case/{talk.now}", talk.now)))
    return [message.template for message in talk.queued[before:]]


def not_delivered(case: Escalation, text: str) -> CaseStepped:
    """The carrier says that a text about a case is lost."""
    return CaseStepped(case.id, CaseStepKind.NOT_DELIVERED, note=text, channel=Channel.SMS)


def queued_until(talk: Talk, minutes: int) -> list[str]:
    """What is queued for Ruth until so many minutes after now."""
    return [message.template for message in talk.prompted(talk.now + minutes * MINUTE)]


def pages(talk: Talk) -> list[tuple[str, Channel]]:
    """The newest pages, those of one moment."""
    paged = [step for step in talk.steps if step.kind is CaseStepKind.PAGED]
    return [(step.note, step.channel) for step in paged if step.at == paged[-1].at and step.channel]


# --- towards the person ---


@pytest.mark.parametrize("begin", [in_danger, needs_care])
def test_what_does_not_arrive_is_called_out_at_once(begin: object) -> None:
    """At any level that cannot wait for tomorrow."""
    talk: Talk = begin()  # type: ignore[operator]
    assert lost(talk) == ["voice.alarm"]
    assert talk.queued[-1].channel is Channel.VOICE
    assert talk.queued[-1].escalation_id == talk.case.id


def test_however_much_is_lost_there_is_one_call_and_one_page() -> None:
    """Callbacks come twice, and texts of several parts or repeats are lost together."""
    talk = in_danger()
    lost(talk)
    before = len(talk.paged)
    assert lost(talk) == []
    assert len(talk.paged) == before


def test_the_ladder_goes_on_by_call_while_nothing_is_heard() -> None:
    """The text of the fifteenth minute may be lost too, so a call comes with it; and one after five minutes more."""
    talk = in_danger()
    lost(talk)
    assert queued_until(talk, 15) == ["escalation.emergency_again", "voice.alarm"]
    assert queued_until(talk, 5) == ["voice.alarm"]


def test_an_urgent_one_is_called_out_once() -> None:
    """Then it is for people to reach them."""
    talk = needs_care()
    lost(talk)
    assert "voice.alarm" not in queued_until(talk, 120)


@pytest.mark.parametrize("status", [Status.OPTED_OUT, Status.WRONG_PERSON, Status.INVITED, Status.STRANGER])
def test_nobody_who_does_not_take_part_is_called(status: Status) -> None:
    """Decision 2, and to a stranger nothing personal could be said; whoever is paged hears of it all the same."""
    talk = in_danger(status=status)
    assert lost(talk) == []
    assert pages(talk) == [("page.unreached_take", Channel.SMS)]


def test_nobody_is_called_who_has_called_for_help_or_was_spoken_with() -> None:
    """They know what to do."""
    called = in_danger()
    called.says("CALLED")
    assert lost(called) == []
    spoken = in_danger()
    spoken.keep((EscalationContacted(spoken.case.id, "ana"),))
    assert lost(spoken) == []
    assert CaseStepKind.UNREACHED not in {step.kind for step in (*called.steps, *spoken.steps)}


def test_words_that_only_ask_for_more_help_keep_no_call_back() -> None:
    """Somebody who got no answer writes again."""
    talk = in_danger()
    talk.says("hello?")
    assert lost(talk) == ["voice.alarm"]


@pytest.mark.parametrize("note", ["when it began: today", "not_reached", "told that it got worse", "not seen yet"])
def test_nor_does_an_answer_that_is_no_word_of_help(note: str) -> None:
    """Such an answer may be the very cause of the text that was lost."""
    talk = in_danger()
    talk.keep((CaseStepped(talk.case.id, CaseStepKind.ANSWERED, note=note),))
    assert lost(talk) == ["voice.alarm"]


def test_a_call_that_nobody_takes_keeps_the_next_one_from_nothing() -> None:
    """It is the call that counts, not when the carrier told of it."""
    talk = in_danger()
    lost(talk)
    assert queued_until(talk, 15) == ["escalation.emergency_again", "voice.alarm"]
    talk.now += 30 * timedelta(seconds=1)
    failed = CaseStepped(talk.case.id, CaseStepKind.NOT_DELIVERED, note="voice.alarm", channel=Channel.VOICE)
    talk.keep((failed,))
    assert queued_until(talk, 5) == ["voice.alarm"]


def test_whoever_heard_it_in_a_call_is_not_called_about_the_text() -> None:
    """They may be on the line with the emergency number."""
    talk = meet(MORNING, status=Status.ACTIVE, zone=ZONE, enrolled_on=date(2026, 3, 2), channel=Channel.VOICE)
    talk.rota, talk.texts_arrive = ROTA, False
    talk.says("I can't breathe", Channel.VOICE)
    talk.at(talk.now)
    assert lost(talk) == []
    assert queued_until(talk, 10) == []


@pytest.mark.parametrize(("words", "text"), [("I can't breathe", "emergency"), ("my pee looks like cola", "urgent")])
def test_a_question_that_arrived_does_not_stand_for_a_lost_alarm(words: str, text: str) -> None:
    """It says nothing of what to do about the case."""
    talk = ruth(words)
    talk.texts_arrive = True
    assert templates(talk.says("I feel hopeless")) == ["ask_first.safe"]
    talk.now += timedelta(seconds=1)
    talk.keep((not_delivered(talk.conversation.escalations[0], f"escalation.{text}"),))
    talk.keep(talk.fires(Timer(0, 1, "case", f"case/{talk.now}", talk.now)))
    assert templates(talk.last) == ["voice.alarm"]
    assert CaseStepKind.UNREACHED in {step.kind for step in talk.conversation.escalations[0].steps}


def test_an_alarm_about_another_case_does_not_stand_for_it_either() -> None:
    """The same template, about something else."""
    talk = needs_care()
    talk.texts_arrive = True
    assert templates(talk.says("my calf is swollen and hot")) == ["escalation.urgent"]
    talk.now += timedelta(seconds=1)
    talk.keep((not_delivered(talk.conversation.escalations[0], "escalation.urgent"),))
    talk.keep(talk.fires(Timer(0, 1, "case", f"case/{talk.now}", talk.now)))
    assert templates(talk.last) == ["voice.alarm"]


@pytest.mark.parametrize("begin", [in_danger, needs_care])
def test_its_own_alarm_that_arrived_after_all_needs_no_call(begin: object) -> None:
    """Another part or try of it was lost."""
    talk: Talk = begin()  # type: ignore[operator]
    talk.conversation = replace(
        talk.conversation, sent=tuple(replace(sent, confirmed=True) for sent in talk.conversation.sent)
    )
    assert lost(talk) == []


def test_an_alarm_that_was_said_again_and_arrived_needs_no_call() -> None:
    """The text of the fifteenth minute says what to do as well."""
    talk = in_danger()
    talk.texts_arrive = True
    assert queued_until(talk, 15) == ["voice.alarm", "escalation.emergency_again"]
    talk.now += timedelta(seconds=1)
    talk.keep((not_delivered(talk.case, "escalation.emergency"),))
    talk.keep(talk.fires(Timer(0, 1, "case", f"case/{talk.now}", talk.now)))
    assert CaseStepKind.UNREACHED not in {step.kind for step in talk.steps}


def test_two_cases_whose_texts_are_lost_together_ring_once() -> None:
    """The call says the gravest; the other text is called out once the line is free, unless that was heard."""
    talk = needs_care()
    talk.says("I can't breathe")
    talk.at(talk.now)
    before = len(talk.queued)
    for case, text in zip(talk.conversation.escalations, ("urgent", "emergency"), strict=True):
        talk.now += timedelta(seconds=1)
        talk.keep((not_delivered(case, f"escalation.{text}"),))
        talk.keep(talk.fires(Timer(0, 1, "case", f"case/{talk.now}", talk.now)))
    assert templates(talk.queued[before:]) == ["voice.alarm"]
    assert queued_until(talk, 4) == []
    assert "voice.alarm" in queued_until(talk, 2)


def test_the_one_call_about_two_cases_says_the_gravest() -> None:
    """Whichever of them it was placed for."""
    talk = needs_care()
    lost(talk)
    talk.says("I can't breathe")
    lost(talk)
    assert templates(talk.call_opens()) == ["voice.emergency"]


def test_a_lost_word_about_who_will_phone_is_no_lost_alarm() -> None:
    """The alarm itself is on their phone."""
    talk = in_danger()
    talk.texts_arrive = True
    talk.conversation = replace(
        talk.conversation, sent=tuple(replace(sent, confirmed=True) for sent in talk.conversation.sent)
    )
    talk.texts_arrive = False
    talk.now += MINUTE
    talk.taken("ana")
    assert lost(talk) == []
    assert CaseStepKind.UNREACHED not in {step.kind for step in talk.steps}


def test_what_was_lost_hours_ago_is_not_said_any_more() -> None:
    """A carrier may report very late; then people see to it."""
    talk = in_danger()
    talk.now += timedelta(hours=3)
    assert lost(talk) == []
    assert CaseStepKind.UNREACHED in {step.kind for step in talk.steps}


@pytest.mark.parametrize(("choice", "paged"), [(WhenUndelivered.PAGE, True), (WhenUndelivered.TASK, False)])
def test_the_clinical_owner_says_what_is_done(
    choice: WhenUndelivered, *, paged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By level, in messages/escalation.toml."""
    talk = in_danger()
    policy = HANDBOOK.policy
    level = replace(policy.of(Disposition.EMERGENCY), when_undelivered=choice)
    changed = replace(policy, page={**policy.page, Disposition.EMERGENCY: level})
    monkeypatch.setattr(talking, "HANDBOOK", replace(HANDBOOK, policy=changed))
    assert lost(talk) == []
    assert (CaseStepKind.UNREACHED in {step.kind for step in talk.steps}) is paged


# --- no word whether it arrived ---


def test_an_emergency_that_no_carrier_confirms_is_called_out_after_three_minutes() -> None:
    """Once; nobody is told that it was lost."""
    talk = in_danger()
    assert queued_until(talk, 3) == ["voice.alarm"]
    assert queued_until(talk, 5) == []
    assert CaseStepKind.UNREACHED not in {step.kind for step in talk.steps}


def test_an_urgent_one_is_not() -> None:
    """Some carriers never confirm anything."""
    assert queued_until(needs_care(), 10) == []


def test_nor_one_that_was_called_out_already_or_answered() -> None:
    """Anything heard says that a phone is there."""
    talk = in_danger()
    lost(talk)
    assert queued_until(talk, 10) == []
    answered = in_danger()
    answered.says("ok")
    assert "voice.alarm" not in queued_until(answered, 10)


# --- what the call says ---


@pytest.mark.parametrize(
    ("words", "language", "said"),
    [
        ("I can't breathe", Language.EN, "Hang up and dial 9 1 1 now."),
        ("I can't breathe", Language.ES, "Cuelgue y marque 9 1 1 ahora."),
        ("my pee looks like cola", Language.EN, "Please get medical care today."),
        ("my pee looks like cola", Language.ES, "Busque atención médica hoy."),
        (
            "I want to kill myself",
            Language.EN,
            "You deserve support. Please hang up and call 9 8 8 (or text 9 8 8) now.",
        ),
        ("I want to kill myself", Language.ES, "Usted merece apoyo. Por favor cuelgue y llame al 9 8 8"),
    ],
)
def test_the_call_says_what_the_text_said(words: str, language: Language, said: str) -> None:
    """After key 1, with numbers digit by digit; it promises no text, since none arrives."""
    talk = ruth(words, language=language)
    lost(talk)
    assert greeting(talk.known(), HANDBOOK, talk.now).template == "voice.alarm"
    (heard,) = of(talk.call_opens(), Said)
    assert heard.body.startswith(said)
    assert "911" not in heard.body
    assert "to your phone" not in heard.body
    assert "a su teléfono" not in heard.body


def test_once_the_call_has_said_it_the_person_counts_as_reached() -> None:
    """The next call asks for the score again."""
    talk = needs_care()
    lost(talk)
    talk.call_opens()
    assert greeting(talk.known(), HANDBOOK, talk.now).template == "voice.greeting"


WEAKER = {
    Language.EN: "my left leg is weaker than my right",
    Language.ES: "la pierna izquierda está más débil que la otra",
}


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
@pytest.mark.parametrize(
    ("answer", "language"),
    [
        ("1", Language.EN),
        ("this morning", Language.EN),
        ("today", Language.EN),
        ("1", Language.ES),
        ("hoy", Language.ES),
        ("empezó hoy", Language.ES),
    ],
)
def test_a_call_that_asks_when_it_began_takes_the_answer(answer: str, language: Language, channel: Channel) -> None:
    """In the call or by text afterwards (rule A5)."""
    talk = ruth(WEAKER[language], language=language)
    assert lost(talk) == ["voice.alarm"]
    assert templates(talk.call_opens()) == ["spoken.ask_first_onset"]
    assert asked_in_the_call(talk) is Asked.ONSET
    talk.says(answer, channel)
    assert talk.case.level is Disposition.EMERGENCY


def test_an_urgent_text_and_the_question_after_it_are_both_said() -> None:
    """And the answer counts."""
    talk = ruth("my left leg is weak and my calf is swollen and hot")
    assert templates(talk.queued) == ["escalation.urgent", "ask_first.onset"]
    assert lost(talk) == ["voice.alarm"]
    said = of(talk.call_opens(), Said)
    assert [line.template for line in said] == ["spoken.escalation_urgent", "spoken.ask_first_onset"]
    assert "You told us: one leg weaker than the other. When did it start?" in said[1].body
    assert "911" not in said[1].body
    talk.says("1")
    assert talk.case.level is Disposition.EMERGENCY


def test_after_the_words_of_an_emergency_a_call_asks_nothing() -> None:
    """They are to hang up and dial."""
    talk = ruth(WEAKER[Language.EN])
    talk.says("I can't breathe")
    talk.at(talk.now)
    lost(talk)
    assert templates(talk.call_opens()) == ["voice.emergency"]
    assert asked_in_the_call(talk) is None


def asked_in_the_call(talk: Talk) -> Asked | None:
    """The question that the call waits for."""
    question = replace(talk.moment(), channel=Channel.VOICE).question()
    return question.asked if question is not None and question.closed_at is None else None


# --- what staff hear ---


def test_the_case_is_paged_again_at_once_and_says_why() -> None:
    """By text and call, with how to take it, and nothing of what is wrong."""
    talk = in_danger()
    talk.now += 2 * MINUTE
    lost(talk)
    assert pages(talk) == [("page.unreached_take", Channel.SMS), ("page.unreached_take", Channel.VOICE)]
    assert talk.paged[-2].body.startswith("EMERGENCY case, R. A.: our message has not reached the person. To take it")
    assert "breath" not in talk.paged[-2].body


def test_while_their_phone_still_rings_they_get_it_as_a_text_and_the_ringing_call_says_it() -> None:
    """A second call would find the line busy."""
    talk = in_danger()
    lost(talk)
    assert pages(talk) == [("page.unreached_take", Channel.SMS)]
    assert "Our message has not reached the person." in rings(talk)


def test_whoever_takes_no_texts_is_called_again() -> None:
    """There is no other way to tell them."""
    talk = ruth("fever")
    talk.rota = replace(ROTA, people=(replace(ANA, texts=False),))
    talk.says("I can't breathe")
    talk.at(talk.now)
    lost(talk)
    assert pages(talk) == [("page.unreached_take", Channel.VOICE)]


def test_whoever_has_the_case_hears_it_again_when_their_own_word_is_lost() -> None:
    """They planned to phone by a time of which the person knows nothing; once."""
    talk = in_danger()
    lost(talk)
    talk.now += 4 * MINUTE
    talk.taken("ana")
    lost(talk)
    assert pages(talk) == [("page.unreached", Channel.SMS), ("page.unreached", Channel.VOICE)]
    before = len(talk.paged)
    talk.now += MINUTE
    lost(talk)
    assert len(talk.paged) == before


def test_after_twenty_five_minutes_they_hear_that_nothing_arrived_and_not_that_nothing_was_answered() -> None:
    """Nobody was told what to do."""
    talk = in_danger()
    lost(talk)
    talk.at(talk.case.raised_at + 24 * MINUTE)
    before = len(talk.paged)
    talk.at(talk.case.raised_at + 25 * MINUTE)
    assert {page.template for page in talk.paged[before:]} == {"page.unreached_take"}
    assert CaseStepKind.SILENT not in {step.kind for step in talk.steps}


def test_silence_and_a_repeat_of_the_same_minute_are_one_page_that_says_both() -> None:
    """Nobody gets two texts and two calls at once."""
    talk = in_danger()
    talk.at(talk.case.raised_at + 40 * MINUTE)
    by_moment: dict[datetime, list[str]] = {}
    for step in talk.steps:
        if step.kind is CaseStepKind.PAGED and step.channel is Channel.SMS:
            by_moment.setdefault(step.at, []).append(step.note)
    assert all(len(notes) == 1 for notes in by_moment.values())
    assert by_moment[talk.case.raised_at + 25 * MINUTE] == ["page.silent_take"]
    assert [step.note for step in talk.steps if step.kind is CaseStepKind.SILENT] == ["no word since the alarm"]


def rings(talk: Talk) -> str:
    """What Ana hears first when she takes the call now."""
    return paging.Answering(talk.known(), talk.case, ANA, HANDBOOK, talk.now).first_words()[0]


def test_a_call_to_staff_says_why_it_rings() -> None:
    """New, not reached, silent, theirs, late: never that the time is over while it is not."""
    talk = in_danger()
    assert "To take it press 1" in rings(talk)
    lost(talk)
    assert "Our message has not reached the person. To take it press 1" in rings(talk)
    talk.taken("ana")
    assert "Please phone the person." in rings(talk)
    lost(talk)
    assert "Our message has not reached the person. Please phone them now." in rings(talk)
    talk.at(talk.now + 16 * MINUTE)
    assert "The time to phone is over." in rings(talk)


def test_silence_rings_as_silence() -> None:
    """For whoever has the case, before the promise is over."""
    talk = in_danger()
    talk.texts_arrive = True
    talk.conversation = replace(
        talk.conversation, sent=tuple(replace(sent, confirmed=True) for sent in talk.conversation.sent)
    )
    talk.at(talk.case.raised_at + 24 * MINUTE)
    talk.taken("ana")
    talk.at(talk.case.raised_at + 26 * MINUTE)
    assert "There is no word from the person. Please phone them now." in rings(talk)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("+1 202-555-0199", "1, 2 0 2, 5 5 5, 0 1 9 9"),
        ("+12025550199", "1, 2 0 2, 5 5 5, 0 1 9 9"),
        ("(202) 555-0199", "2 0 2, 5 5 5, 0 1 9 9"),
        ("+34 911 23 45 67", "3 4, 9 1 1, 2 3, 4 5, 6 7"),
        ("911", "9 1 1"),
        ("", ""),
    ],
)
def test_telephone_numbers_are_said_digit_by_digit_in_groups(written: str, said: str) -> None:
    """Without plus and dash, which a voice would read out."""
    assert spelled_phone(written) == said


def test_numbers_within_words_are_said_digit_by_digit() -> None:
    """And the words stay."""
    assert spelled("988 (or text 988)") == "9 8 8 (or text 9 8 8)"


def test_a_page_about_it_tells_no_more_than_any_other() -> None:
    """Phones lie on tables: initials, level and code."""
    talk = in_danger()
    lost(talk)
    bodies = " ".join(page.body for page in of(talk.paged, PageQueued))
    assert "Ruth" not in bodies
    assert of(talk.queued, MessageQueued)[-1].body == ""
