"""The coordinators' pages without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import Engine

from coach.adapters.database.engine import open_engine
from coach.adapters.database.tables import event, send_rate
from coach.core.model import Channel, Profile
from coach.web.parts import Choice
from coach.web.text import age, visible
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import Panel, TableCoach, Visitor, add, busy_morning, dashboard


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Engine]:
    """A fresh SQLite file."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def panel(database: Engine, clock: StoppedClock) -> Panel:
    """An empty panel."""
    return Panel(database, clock())


@pytest.fixture
def ana(database: Engine, clock: StoppedClock) -> Visitor:
    """Ana, who is signed in."""
    visitor = dashboard(database, clock)
    visitor.sign_in()
    return visitor


class Words(HTMLParser):
    """The words of a page as a reader gets them, and its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.pieces.append(data)

    @property
    def text(self) -> str:
        """All words with single spaces."""
        return " ".join("".join(self.pieces).split())


def words(page: str) -> str:
    """The words of a page."""
    return Words(page).text


# Signing in -----------------------------------------------------------------------------------------------------------


def test_signing_in_leads_to_the_worklist(database: Engine, clock: StoppedClock) -> None:
    """The first thing a coordinator sees is what waits."""
    door = dashboard(database, clock)
    answer = door.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Worklist" in words(door.get("/").text)


def test_a_wrong_password_says_one_plain_sentence_and_keeps_the_name(database: Engine, clock: StoppedClock) -> None:
    """The answer is the same for a name nobody has."""
    door = dashboard(database, clock)
    wrong = door.post("/sign-in", {"username": "ana", "password": "not this one at all"})
    nobody = door.post("/sign-in", {"username": "zed", "password": "not this one at all"})
    assert (wrong.status_code, nobody.status_code) == (401, 401)
    assert "do not belong together" in words(wrong.text)
    assert wrong.text.replace('value="ana"', "") == nobody.text.replace('value="zed"', "")
    assert "not this one at all" not in wrong.text


def test_after_signing_in_one_is_where_one_wanted_to_be(database: Engine, clock: StoppedClock) -> None:
    """A link from a page to a coordinator's phone still leads to the person."""
    door = dashboard(database, clock)
    Panel(database, clock()).person("Walter", 12)
    asked = door.get("/people/1")
    assert asked.headers["location"] == "/sign-in?next=%2Fpeople%2F1"
    form = {"username": "ana", "password": "a short sentence is good", "next": "/people/1"}
    assert door.post("/sign-in", form).headers["location"] == "/people/1"


def test_signing_out_ends_the_session_for_ever(ana: Visitor) -> None:
    """The old cookie opens nothing, even when somebody kept it."""
    kept = dict(ana.cookies)
    assert ana.post("/sign-out").headers["location"] == "/sign-in"
    ana.cookies.update(kept)
    assert ana.get("/").headers["location"] == "/sign-in"


# The worklist ---------------------------------------------------------------------------------------------------------


def test_the_worklist_shows_each_case_with_reason_quote_age_and_owner(ana: Visitor, panel: Panel) -> None:
    """Everything needed to choose whom to call first is in one row."""
    busy_morning(panel)
    shown = words(ana.get("/").text)
    assert "Emergency open for 6 min today, 09:54 Rosa Delgado cannot pass water and numb between the legs" in shown
    assert "no puedo orinar desde anoche y tengo dormida la entrepierna" in shown
    assert "with ben" in shown
    assert shown.index("Inez") < shown.index("Rosa") < shown.index("Walter") < shown.index("Harold")


def test_the_title_counts_what_nobody_has_taken(ana: Visitor, panel: Panel) -> None:
    """It can be seen in a tab at the back."""
    busy_morning(panel)
    assert "<title>(4) Worklist" in ana.get("/").text


def test_an_empty_worklist_says_so(ana: Visitor) -> None:
    """Nothing to do is good news, not an empty page."""
    assert "No open case." in words(ana.get("/").text)


def test_texts_that_wait_too_long_are_told_to_the_coordinators(ana: Visitor, panel: Panel) -> None:
    """They are the first to be asked why nobody answered."""
    walter = panel.person("Walter", 12)
    panel.received(walter, "help", panel.now - timedelta(minutes=5), decided_at=None)
    assert "1 received text not read by the coach for minutes." in words(ana.get("/").text)


def test_a_paused_line_is_told_with_its_reason_while_it_lasts(ana: Visitor, database: Engine, panel: Panel) -> None:
    """A refused account is nothing to find out from silence."""
    paused = {"paused_until": panel.now + timedelta(minutes=1), "pause_reason": "the carrier refuses the account"}
    add(database, send_rate, id=1, tokens=0.0, refilled_at=panel.now, **paused)
    assert "Sending is paused: the carrier refuses the account." in words(ana.get("/").text)
    with database.begin() as connection:
        connection.execute(send_rate.update().values(paused_until=panel.now))
    assert "Sending is paused" not in words(ana.get("/").text)


# Cases ----------------------------------------------------------------------------------------------------------------


def test_taking_a_case_leads_to_the_person_and_names_the_owner(ana: Visitor, panel: Panel) -> None:
    """The next thing to do is to call."""
    walter = panel.person("Walter", 12)
    case = panel.case(walter, "urgent", "new rise", "6", timedelta(hours=1))
    answer = ana.post(f"/people/{walter}/cases/{case}/acknowledge", {"back": "/"})
    assert answer.headers["location"] == f"/people/{walter}?said=taken#case-{case}"
    assert "with ana" in words(ana.get(f"/people/{walter}").text)


@pytest.mark.parametrize("back", ["/", "/people/1"])
def test_the_second_to_take_a_case_is_told_who_has_it(ana: Visitor, panel: Panel, back: str) -> None:
    """Two coordinators never call the same person unawares."""
    walter = panel.person("Walter", 12)
    case = panel.case(walter, "urgent", "new rise", "6", timedelta(hours=1), owner="ben", state="acknowledged")
    answer = ana.post(f"/people/{walter}/cases/{case}/acknowledge", {"back": back})
    assert answer.status_code == 409
    assert "Not done. ben has already taken this case." in words(answer.text)


def test_a_case_is_closed_with_an_outcome_and_a_note(ana: Visitor, panel: Panel) -> None:
    """What came of it stays with the person."""
    walter = panel.person("Walter", 12)
    case = panel.case(walter, "urgent", "new rise", "6", timedelta(hours=1), owner="ana", state="acknowledged")
    form = {"outcome": "reached_care", "note": "Sees Dr Amin\r\nat 3."}
    answer = ana.post(f"/people/{walter}/cases/{case}/close", form)
    assert answer.headers["location"] == f"/people/{walter}?said=closed"
    shown = words(ana.get(f"/people/{walter}?said=closed").text)
    assert "The case is closed." in shown
    assert "Outcome: Reached; seeing a clinician today. “Sees Dr Amin at 3.”" in shown


def test_closing_without_an_outcome_keeps_the_note(ana: Visitor, panel: Panel) -> None:
    """Nobody types a note twice."""
    walter = panel.person("Walter", 12)
    case = panel.case(walter, "urgent", "new rise", "6", timedelta(hours=1))
    answer = ana.post(f"/people/{walter}/cases/{case}/close", {"outcome": "", "note": "left a voicemail"})
    assert answer.status_code == 422
    assert "Choose what came of this case." in words(answer.text)
    assert ">left a voicemail</textarea>" in answer.text


def test_a_note_that_is_too_long_is_refused_and_kept(ana: Visitor, panel: Panel) -> None:
    """It is cut by the person who wrote it."""
    walter = panel.person("Walter", 12)
    case = panel.case(walter, "urgent", "new rise", "6", timedelta(hours=1))
    answer = ana.post(f"/people/{walter}/cases/{case}/close", {"outcome": "reached_care", "note": "x" * 2001})
    assert answer.status_code == 422
    assert "x" * 2001 in answer.text


def test_a_case_is_only_reached_through_its_own_person(ana: Visitor, panel: Panel) -> None:
    """An address put together wrongly changes nothing."""
    walter, grace = panel.person("Walter", 12), panel.person("Grace", 13)
    case = panel.case(walter, "urgent", "new rise", "6", timedelta(hours=1))
    assert ana.post(f"/people/{grace}/cases/{case}/acknowledge").status_code == 404
    assert ana.post(f"/people/{grace}/cases/{case}/close", {"outcome": "reached_care"}).status_code == 404
    assert "nobody has taken" in words(ana.get("/").text)


def test_a_task_is_finished_once(ana: Visitor, panel: Panel) -> None:
    """The second try says that it is done already."""
    task = panel.task(panel.person("Walter", 12), "silence", "silent for 7 days", timedelta(hours=1))
    assert ana.post(f"/tasks/{task}/finish", {"back": "/people/1"}).headers["location"] == "/people/1?said=finished"
    again = ana.post(f"/tasks/{task}/finish")
    assert (again.status_code, "already done" in words(again.text)) == (409, True)


# A person -------------------------------------------------------------------------------------------------------------


def test_the_page_of_a_person_has_conversation_chart_cases_and_consent(ana: Visitor, panel: Panel) -> None:
    """One page answers: what happened, how are they, what is to be done."""
    rosa = busy_morning(panel)["Rosa"]
    shown = words(ana.get(f"/people/{rosa}").text)
    assert "Rosa Delgado Active Spanish · texts · 10:00 there now" in shown
    assert "Last score 8 (today), median 4;" in shown
    assert "Not delivered: this number cannot take texts" in shown
    assert "because you wrote of a sign that needs help now" in shown.lower()
    assert "Read as report, score 8; signs: cauda equina signs; denied: chest pain Emergency" in shown
    assert "Said yes" in shown
    assert "Exercise: a case was open" in shown
    assert "Coming up Question about a case 25 Nov, 08:00" in shown


def test_times_are_the_persons_and_exact_for_machines(ana: Visitor, panel: Panel) -> None:
    """A coordinator in another zone does not have to reckon."""
    walter = panel.person("Walter", 12, zone="America/Los_Angeles")
    panel.received(walter, "hello", panel.now - timedelta(hours=1))
    assert '<time datetime="2026-11-24T14:00:00Z">06:00</time>' in ana.get(f"/people/{walter}").text


def test_without_a_zone_times_say_that_they_are_utc(ana: Visitor, panel: Panel) -> None:
    """A time without its zone would be somebody's guess."""
    lena = panel.person("Lena", 18, zone=None)
    panel.received(lena, "hello", panel.now)
    assert ">15:00 UTC</time>" in ana.get(f"/people/{lena}").text


def test_the_list_of_people_is_searched_by_name_or_number(ana: Visitor, panel: Panel) -> None:
    """And says how many it found."""
    busy_morning(panel)
    found = words(ana.get("/people?q=rosa").text)
    assert "1 person found for “rosa”" in found
    assert "Walter" not in found
    assert "Nobody by that name or number." in words(ana.get("/people?q=zzz").text)


def test_a_person_can_be_told_why_they_got_this_and_not_that(ana: Visitor, database: Engine, panel: Panel) -> None:
    """Texts that were not safe for them are folded in beside the prompt and the skipped prompt."""
    walter = panel.person("Walter", 12)
    over = {"passed_over": [{"template": "hydration.glass", "gate": "D1"}]}
    panel.sent(walter, "Sip with each meal.", panel.now, lane=4, template="hydration.meals")
    chosen = {"template": "hydration.meals"} | over
    add(database, event, participant_id=walter, at=panel.now, kind="MessageQueued", data=chosen)
    skipped = {"slot": "tips", "day": "2026-11-23", "reason": "gate", "because": "none was safe"} | over
    add(database, event, participant_id=walter, at=panel.now, kind="PromptSkipped", data=skipped)
    page = ana.get(f"/people/{walter}").text
    assert page.count("<summary>Texts passed over (1)</summary>") == 2
    assert words(page).count("Not sent because of rule D1: hydration.glass.") == 2
    shown = ana.get(f"/api/v1/people/{walter}").json()
    assert shown["lines"][0]["passed_over"] == over["passed_over"]


def test_what_a_person_has_yet_to_be_asked_is_named(ana: Visitor, panel: Panel) -> None:
    """No condition recorded may mean that nobody has asked."""
    june = panel.person("June", 13, profile=Profile(untold=frozenset({"carer", "ssri"})))
    shown = words(ana.get(f"/people/{june}").text)
    assert "2 factsA carer helps with the texts, Antidepressant such as sertraline" in shown
    walter = panel.person("Walter", 12)
    assert "Not told yet" not in ana.get(f"/people/{walter}").text


# Enrolling ------------------------------------------------------------------------------------------------------------

FORM = {"phone": "(202) 555-0150", "name": "Rosa Delgado", "language": "es", "country": "US"}


def test_enrolling_sends_one_invitation_and_leads_to_the_person(ana: Visitor) -> None:
    """What was typed arrives as facts."""
    form = FORM | {
        "zone": "america/new_york", "quiet_start": "21:00", "quiet_end": "08:00", "channel": "voice", "age": "71",
        "sex": "f", "lives_alone": "yes", "walking_aid": "cane", "fluid_limit": "no",
        "density": "less", "ask_at": "10:15", "birth_year": "1955", "pin": "480215", "no_voicemail": "yes",
        "conditions": ["diabetes", "ckd"], "medicines": ["statin"],
    }  # fmt: skip
    coach = ana.app.state.parts.coach
    assert isinstance(coach, TableCoach)
    answer = ana.post("/people/new", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/people/1?said=enrolled")
    (rosa,) = coach.enrolled
    assert (rosa.phone, rosa.channel, rosa.zone) == ("+12025550150", Channel.VOICE, "America/New_York")
    assert (rosa.birth_year, rosa.call_pin, rosa.no_voicemail) == (1955, "480215", True)
    assert rosa.profile.conditions == {"diabetes", "ckd"}
    page = ana.get("/people/1").text
    shown = (("Asks at", "10:15"), ("Messages", "Fewer"), ("Programme", "Legs 12 weeks"), ("Year of birth", "1955"))
    for label, value in (*shown, ("PIN", "Set"), ("Voicemail", "Never")):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in page
    assert "nothing else is sent until the person answers Y" in words(ana.get("/people/1?said=enrolled").text)


def test_whoever_is_enrolled_begins_with_the_first_programme_unless_another_is_chosen(ana: Visitor) -> None:
    """However many there are, and in whatever order."""
    parts = ana.app.state.parts
    ana.app.state.parts = replace(parts, programmes=(Choice("keep-going", "Keep going"), *parts.programmes))
    page = Words(ana.get("/people/new").text)
    chosen = {e.get("value") for tag, e in page.elements if tag == "option" and "selected" in e}
    assert chosen & {"keep-going", "legs-12-weeks"} == {"legs-12-weeks"}


def test_the_form_says_what_consent_means_in_the_words_that_are_sent(ana: Visitor) -> None:
    """Whoever enrols somebody knows what that person will read."""
    shown = words(ana.get("/people/new").text)
    assert "Nothing but that one invitation is sent until the person answers Y." in shown
    assert "Reply Y to join, or STOP." in shown


def test_problems_stand_beside_their_fields_and_in_a_summary_and_values_stay(ana: Visitor) -> None:
    """Nobody fills in a form twice."""
    form = FORM | {"phone": "12", "zone": "Mars/Base", "age": "7", "conditions": ["ckd"], "sex": "f"}
    answer = ana.post("/people/new", form)
    page = Words(answer.text)
    assert answer.status_code == 422
    for field in ("phone", "zone", "age"):
        assert any(e.get("href") == f"#{field}" for _, e in page.elements)
        (shown,) = [e for tag, e in page.elements if tag == "input" and e.get("id") == field]
        assert (shown["aria-invalid"], shown["value"]) == ("true", form[field])
        assert f"{field}-problem" in str(shown["aria-describedby"])
    kept = {e.get("value") for tag, e in page.elements if tag == "input" and "checked" in e}
    assert {"ckd", "f", "es"} <= kept
    groups = [e for tag, e in page.elements if tag == "fieldset"]
    assert {e.get("tabindex") for e in groups} == {"-1"}  # a link to a group of choices leads the keyboard there
    assert ana.app.state.parts.coach.enrolled == []


def test_a_known_number_is_refused_beside_the_number(ana: Visitor, panel: Panel) -> None:
    """The coach's own refusals are shown where they belong."""
    panel.person("Rosa", 50)
    answer = ana.post("/people/new", FORM)
    assert answer.status_code == 422
    assert words(answer.text).count("Somebody with this number is already enrolled.") == 2


def test_every_problem_of_the_form_can_be_reached_by_its_link(ana: Visitor) -> None:
    """A link in the summary that leads nowhere helps nobody."""
    wrong = {
        "phone": "x", "language": "fr", "zone": "x", "quiet_start": "x", "channel": "pigeon", "age": "x", "sex": "x",
        "baseline": "11", "lives_alone": "x", "walking_aid": "stilts", "fluid_limit": "x", "conditions": "x",
        "medicines": "x", "name": "x" * 121, "density": "lots", "ask_at": "x", "birth_year": "x",
        "pin": "x", "no_voicemail": "x",
    }  # fmt: skip
    page = Words(ana.post("/people/new", wrong).text)
    links = {str(e["href"])[1:] for tag, e in page.elements if tag == "a" and str(e.get("href")).startswith("#")}
    ids = [e["id"] for _, e in page.elements if "id" in e]
    assert set(wrong) <= links
    assert links <= set(ids)


# All pages ------------------------------------------------------------------------------------------------------------

PAGES = ("/", "/people", "/people/new", "/people/1", "/people/8", "/heat", "/sign-in", "/nowhere")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_made(ana: Visitor, panel: Panel, path: str) -> None:
    """One h1, a main landmark, a skip link, a language, unique ids, labelled fields, no inline style or script."""
    busy_morning(panel)
    page = Words((dashboard_door(ana) if path == "/sign-in" else ana).get(path).text)
    tags = [tag for tag, _ in page.elements]
    ids = [e["id"] for _, e in page.elements if "id" in e]
    assert tags.count("h1") == tags.count("main") == tags.count("title") - _svg_titles(page) == 1
    assert ("html", {"lang": "en"}) in page.elements
    assert page.elements[tags.index("a")][1] == {"class": "skip", "href": "#main"}
    assert sorted(ids, key=str) == sorted(set(ids), key=str)
    assert not [e for _, e in page.elements if "style" in e or any(name.startswith("on") for name in e)]
    assert all(e.get("src") for tag, e in page.elements if tag == "script")
    assert _unlabelled(page) == []


def dashboard_door(visitor: Visitor) -> Visitor:
    """The same application for somebody who is not signed in."""
    return Visitor(visitor.app)


def _svg_titles(page: Words) -> int:
    return sum(tag == "title" for tag, _ in page.elements) - 1


def _unlabelled(page: Words) -> list[str]:
    labels = {e.get("for") for tag, e in page.elements if tag == "label"}
    fields = [e for tag, e in page.elements if tag in {"input", "select", "textarea"}]
    free = [e for e in fields if e.get("type") not in {"hidden", "radio", "checkbox"}]
    return [str(e.get("name")) for e in free if e.get("id") not in labels]


def test_a_missing_page_says_in_one_sentence_what_to_do(ana: Visitor) -> None:
    """Also an id far too large for any database."""
    for path in ("/nowhere", "/people/4711", f"/people/{2**63 - 1}", "/people/99999999999999999999", "/people/abc"):
        answer = ana.get(path)
        assert answer.status_code == 404
        assert "There is no such page Check the address, or go back to the worklist." in words(answer.text)


def test_a_fault_of_ours_shows_no_trace(
    database: Engine, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The page says what to do; the log names the place and nobody's words."""
    visitor = dashboard(database, clock, reports=_Broken())
    visitor.sign_in()
    answer = visitor.get("/people?q=Rosa+Delgado")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in words(answer.text)
    assert "Rosa" not in answer.text + caplog.text
    assert "content-security-policy" in answer.headers
    assert any("RuntimeError at" in str(vars(record).get("error")) for record in caplog.records)


class _Broken:
    def people(self, query: str, *_more: object) -> None:
        """Fail with somebody's words in the message."""
        message = f"cannot find {query}"
        raise RuntimeError(message)


def test_a_notice_is_never_made_of_words_in_the_address(ana: Visitor) -> None:
    """Only our own sentences can be shown by a link."""
    assert "role=" not in re.sub(r'id="announcer".*', "", ana.get("/?said=You+are+fired").text)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (0, "just now"),
        (1, "1 min"),
        (59, "59 min"),
        (60, "1 h"),
        (130, "2 h 10 min"),
        (1500, "1 d 1 h"),
        (99999, "69 d"),
    ],
)
def test_an_age_is_told_in_its_two_largest_units(minutes: int, shown: str, clock: StoppedClock) -> None:
    """Short enough for a row."""
    assert age(clock() - timedelta(minutes=minutes), clock()) == shown


def test_characters_that_hide_are_shown_by_their_number() -> None:
    """A text that turns itself around is shown as it was sent."""
    assert visible("a\u202eb\x00c\ud800d\te\r\nf") == "a[U+202E]b[U+0000]c[U+D800]d[U+0009]e\nf"
    assert visible("👩\u200d⚕️ ñ") == "👩\u200d⚕️ ñ"
