"""The pages of the simulated phones, without a script running."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import anyio
import httpx
import pytest

from coach.sandbox.app import Beside, create_app
from coach.sandbox.clock import AdjustableClock
from coach.sandbox.network import Network
from coach.sandbox.orders import CallOrder
from coach.sandbox.records import PicksUp
from tests.sandbox.conftest import COACH, ROSA, Listener


@pytest.fixture
def browser(base_url: str) -> Iterator[httpx.Client]:
    """A browser without scripts, which follows redirects."""
    with httpx.Client(base_url=base_url, follow_redirects=True) as client:
        yield client


def test_the_list_names_every_phone(browser: httpx.Client, network: Network) -> None:
    """With its last text."""
    network.add_phone(ROSA, "Rosa Delgado")
    network.text(ROSA, "About a 6")
    page = browser.get("/phone").text
    assert all(part in page for part in ("Rosa Delgado", ROSA, "You: About a 6"))


def test_a_text_is_sent_by_a_plain_form(browser: httpx.Client, listener: Listener) -> None:
    """The page comes back with the text and what became of it."""
    page = browser.post(f"/phone/{ROSA}/texts", data={"body": "About a 6"})
    assert (page.status_code, listener.values("/sms", "Body")) == (200, ["About a 6"])
    assert "About a 6" in page.text
    assert "Received by the coach" in page.text


def test_an_empty_text_is_refused_with_a_sentence(browser: httpx.Client, listener: Listener) -> None:
    """Nothing is sent."""
    page = browser.post(f"/phone/{ROSA}/texts", data={"body": "  "})
    assert (page.status_code, "Type a text first." in page.text, listener.heard) == (400, True, [])


def test_a_refused_text_stays_in_the_box(browser: httpx.Client) -> None:
    """Nobody has to type it again."""
    body = "a" * 1601
    page = browser.post(f"/phone/{ROSA}/texts", data={"body": body})
    assert (page.status_code, f">{body}</textarea>" in page.text) == (400, True)


def test_what_people_type_is_shown_as_text(browser: httpx.Client, network: Network) -> None:
    """Markup in a text or a name does nothing."""
    network.add_phone(ROSA, "<b>Rosa</b>")
    network.text(ROSA, "<script>alert(1)</script>")
    pages = browser.get(f"/phone/{ROSA}").text + browser.get("/phone").text
    assert ("<script>alert" in pages, "<b>Rosa" in pages) == (False, False)
    assert "&lt;script&gt;alert(1)" in pages


def test_pages_allow_no_foreign_scripts(browser: httpx.Client) -> None:
    """The policy names this address alone."""
    assert browser.get("/phone").headers["content-security-policy"].startswith("default-src 'self'")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(403, "Not received: the coach answered with error 403"), (200, "Received by the coach")],
)
def test_the_page_tells_whether_the_coach_took_the_text(
    browser: httpx.Client, network: Network, listener: Listener, status: int, sentence: str
) -> None:
    """In words."""
    listener.statuses["/sms"] = status
    network.text(ROSA, "Hello")
    assert sentence in browser.get(f"/phone/{ROSA}").text


def test_a_phone_is_added_by_its_number(browser: httpx.Client, network: Network) -> None:
    """Blanks do not matter; the new phone opens."""
    page = browser.post("/phone", data={"number": "+1 202 555 0188", "name": "Ana"})
    assert (page.url.path, [phone.name for phone in network.state.phones()]) == ("/phone/+12025550188", ["Ana"])


def test_a_wrong_number_is_refused_with_an_example(browser: httpx.Client, network: Network) -> None:
    """And no phone appears."""
    page = browser.post("/phone", data={"number": "555", "name": ""})
    assert (page.status_code, "such as +12025550123" in page.text, network.state.phones()) == (400, True, ())


def test_a_call_is_made_and_ended_by_plain_forms(browser: httpx.Client, network: Network, listener: Listener) -> None:
    """Ring, press, speak, hang up."""
    listener.answers["/voice"] = lambda _: "<Response><Gather><Say>Press 1</Say></Gather></Response>"
    browser.post(f"/phone/{ROSA}/ring")
    network.wait_for_turn(ROSA, 5)
    talking = browser.get(f"/phone/{ROSA}").text
    browser.post(f"/phone/{ROSA}/keys", data={"digits": "7"})
    browser.post(f"/phone/{ROSA}/say", data={"speech": "about a six"})
    over = browser.post(f"/phone/{ROSA}/hang-up").text
    assert ("In a call with the coach" in talking, "Press 1" in talking) == (True, True)
    assert "Last call: ended" in over


def test_without_a_script_the_page_waits_for_what_is_said_next(browser: httpx.Client, listener: Listener) -> None:
    """The answer to a key is on the page that comes back."""
    listener.answers["/voice"] = lambda _: '<Response><Gather numDigits="1" action="/next"/></Response>'
    listener.answers["/next"] = lambda _: "<Response><Gather><Say>Thank you.</Say></Gather></Response>"
    listener.delays["/next"] = 0.2
    browser.post(f"/phone/{ROSA}/ring")
    assert "Thank you." in browser.post(f"/phone/{ROSA}/keys", data={"digits": "1"}).text


def test_unclear_speech_is_chosen_in_words(browser: httpx.Client, listener: Listener) -> None:
    """And reaches the coach as a low confidence."""
    listener.answers["/voice"] = lambda _: '<Response><Gather input="speech" action="/next"/></Response>'
    page = browser.post(f"/phone/{ROSA}/ring").text
    browser.post(f"/phone/{ROSA}/say", data={"speech": "six", "confidence": "0.3"})
    refused = browser.post(f"/phone/{ROSA}/say", data={"speech": "six", "confidence": "very"})
    assert ("not so clearly" in page, listener.values("/next", "Confidence")) == (True, ["0.3"])
    assert (refused.status_code, "between 0 and 1" in refused.text) == (400, True)


def test_what_a_phone_does_is_set_by_a_plain_form(browser: httpx.Client, network: Network) -> None:
    """And shown as chosen."""
    page = browser.post(f"/phone/{ROSA}/picks-up", data={"as": "voicemail", "detected": "unknown"}).text
    refused = browser.post(f"/phone/{ROSA}/picks-up", data={"as": "somehow"})
    phone = network.state.phone(ROSA)
    assert (phone.picks_up, phone.detected, refused.status_code) == (PicksUp.VOICEMAIL, "unknown", 400)
    assert ('value="voicemail" selected' in page, 'value="unknown" selected' in page) == (True, True)


@pytest.mark.parametrize(
    ("manner", "sentence"),
    [("fax", "A fax machine picked up."), ("voicemail", "The voicemail box beeps."), ("busy", "declined or busy")],
)
def test_a_ringing_call_is_given_to_a_machine(
    browser: httpx.Client, network: Network, manner: str, sentence: str
) -> None:
    """Or declined."""
    call = CallOrder(ROSA, COACH, twiml="<Response><Pause length='1'/></Response>")
    network.calling.release(network.calling.accept(call).sid)
    network.settle()
    browser.post(f"/phone/{ROSA}/answer", data={"as": manner})
    network.settle()
    assert sentence in browser.get(f"/phone/{ROSA}").text


def test_the_other_end_of_a_connection_is_shown(browser: httpx.Client, network: Network) -> None:
    """What Ana says stands on Rosa's page, and Rosa hears Ana's words."""
    call = CallOrder(ROSA, COACH, twiml="<Response><Dial>+12025550181</Dial></Response>")
    network.calling.release(network.calling.accept(call).sid)
    network.settle()
    browser.post(f"/phone/{ROSA}/answer", data={"as": "human"})
    network.settle()
    ringing = browser.get("/phone/+12025550181").text
    browser.post("/phone/+12025550181/answer", data={"as": "human"})
    network.settle()
    browser.post("/phone/+12025550181/say", data={"speech": "This is Ana."})
    page = browser.get(f"/phone/{ROSA}").text
    assert ("A call is put through to this phone" in ringing, "The other person:" in page) == (True, True)
    assert "This is Ana." in page


def test_pressing_without_a_call_says_so(browser: httpx.Client) -> None:
    """409 and the phone's page."""
    page = browser.post(f"/phone/{ROSA}/keys", data={"digits": "7"})
    assert (page.status_code, "There is no call on this phone." in page.text) == (409, True)


def test_calling_the_coach_brings_time_back_to_normal(browser: httpx.Client, clock: AdjustableClock) -> None:
    """Nobody can talk at sixty times the speed."""
    clock.set_rate(60)
    browser.post(f"/phone/{ROSA}/ring")
    assert clock.rate == 1.0


def test_without_a_voice_address_no_call_is_offered(browser: httpx.Client, network: Network) -> None:
    """A button that cannot work is not shown."""
    network.state.put_line(replace(network.line, voice_url=None))
    assert "Call the coach" not in browser.get(f"/phone/{ROSA}").text


def test_the_clock_is_set_by_a_plain_form(browser: httpx.Client, clock: AdjustableClock) -> None:
    """And the person stays where they were."""
    page = browser.post("/phone/clock", data={"rate": "60", "back": f"/phone/{ROSA}"})
    assert (clock.rate, page.url.path, "1 minute a second" in page.text) == (60, f"/phone/{ROSA}", True)


def test_the_next_morning_is_that_of_the_pages_zone(browser: httpx.Client, clock: AdjustableClock) -> None:
    """08:55 in New York."""
    browser.post("/phone/clock", data={"next_morning": "1"})
    assert clock.running_until is not None
    assert clock.running_until.isoformat() == "2026-03-04T13:55:00+00:00"


def test_setting_the_clock_leads_to_no_foreign_page(browser: httpx.Client) -> None:
    """An address elsewhere is ignored."""
    page = browser.post("/phone/clock", data={"rate": "1", "back": "//evil.example/"})
    assert page.url.path == "/phone"


def test_fresh_parts_come_only_when_something_changed(browser: httpx.Client, network: Network) -> None:
    """A quiet page asks for little."""
    network.text(ROSA, "Hello")
    first = browser.get(f"/phone/{ROSA}/fresh").json()
    second = browser.get(f"/phone/{ROSA}/fresh?since={first['version']}").json()
    assert ("Hello" in first["texts"], "texts" in second, "now" in second) == (True, False, True)


@pytest.mark.parametrize("path", ["/phone/static/phone.css", "/phone/static/phone.js", "/phone/static/icon.svg"])
def test_styles_and_script_are_served(browser: httpx.Client, path: str) -> None:
    """From the same address."""
    assert browser.get(path).status_code == 200


def test_an_unknown_page_is_not_found(browser: httpx.Client) -> None:
    """Neither a phone nor a resource."""
    assert [browser.get(path).status_code for path in ("/phone/nobody", "/2010-04-01/Nothing.json")] == [404, 404]


@pytest.mark.parametrize(
    ("path", "answers"),
    [
        ("/phone", "network"),
        ("/phone/api/phones", "network"),
        ("/2010-04-01/Accounts/x/Messages.json", "network"),
        ("/", "coach"),
        ("/phones", "coach"),
        ("/twilio/sms", "coach"),
    ],
)
def test_beside_the_coach_each_gets_its_own_paths(
    network: Network, listener: Listener, path: str, answers: str
) -> None:
    """One process, two applications."""
    both = Beside(create_app(network), listener)
    assert _who_answers(both, path) == answers


def _who_answers(app: Beside, path: str) -> str:
    async def ask() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://both.test") as client:
            answer = await client.get(path)
        return "coach" if answer.text == "<Response/>" else "network"

    return anyio.run(ask)
