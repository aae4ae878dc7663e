"""The pages in a real browser: fresh without reloading, usable on a narrow screen, calm in the console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from coach.sandbox.network import Network
from coach.sandbox.orders import CallOrder
from coach.sandbox.records import PicksUp
from coach.sandbox.texting import Order
from tests.chromium import chromium
from tests.sandbox.conftest import COACH, ROSA, Listener, eventually


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, base_url: str) -> Iterator[Page]:
    """A narrow window; nothing may be written to its console."""
    page = browser.new_page(base_url=base_url, viewport={"width": 320, "height": 640})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def test_a_text_is_typed_and_shown_without_reloading(page: Page, listener: Listener) -> None:
    """Enter sends; the box is empty again."""
    page.goto(f"/phone/{ROSA}")
    page.get_by_label("Text to the coach").fill("About a 6")
    page.keyboard.press("Enter")
    expect(page.locator("#texts")).to_contain_text("Received by the coach")
    expect(page.get_by_label("Text to the coach")).to_have_value("")
    assert listener.values("/sms", "Body") == ["About a 6"]


def test_a_text_from_the_coach_appears_by_itself(page: Page, network: Network) -> None:
    """Within a second or two."""
    page.goto(f"/phone/{ROSA}")
    message = network.texting.accept(Order(ROSA, "Good morning, Rosa.", COACH))
    network.delivery.release(message.sid)
    expect(page.locator("#texts")).to_contain_text("Good morning, Rosa.")


def test_a_call_is_answered_by_a_click(page: Page, network: Network) -> None:
    """The coach is heard; hanging up ends it."""
    page.goto(f"/phone/{ROSA}")
    call = CallOrder(ROSA, COACH, twiml="<Response><Gather><Say>Press 1</Say></Gather></Response>")
    network.calling.release(network.calling.accept(call).sid)
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator("#heard")).to_contain_text("Press 1")
    page.get_by_role("button", name="Hang up").click()
    expect(page.locator("#call-title")).to_contain_text("Last call: ended")


SPOKEN = "window.spoken = []; speechSynthesis.speak = (said) => window.spoken.push([said.lang, said.text]);"
IN_SPANISH = '<Response><Gather timeout="60"><Say language="es-US">Oprima 1</Say></Gather></Response>'


@pytest.mark.parametrize(("ticked", "spoken"), [(True, [["es-US", "Oprima 1"]]), (False, [])])
def test_a_call_is_spoken_aloud_only_when_asked(
    page: Page, network: Network, *, ticked: bool, spoken: list[list[str]]
) -> None:
    """In the language of the script; the box is not ticked at first."""
    page.add_init_script(SPOKEN)
    page.goto(f"/phone/{ROSA}")
    box = page.get_by_label("Speak")
    expect(box).not_to_be_checked()
    if ticked:
        box.check()
    network.calling.release(network.calling.accept(CallOrder(ROSA, COACH, twiml=IN_SPANISH)).sid)
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator("#heard [lang=es-US]")).to_contain_text("Oprima 1")
    assert page.evaluate("window.spoken") == spoken


def test_keys_and_unclear_speech_are_given_by_hand(page: Page, network: Network, listener: Listener) -> None:
    """One key of the keypad; words that are hardly to be understood."""
    asks = '<Response><Gather numDigits="1" input="dtmf speech" timeout="60" action="{0}/step"/></Response>'
    listener.answers["/step"] = lambda _: asks.format(listener.base)
    page.goto(f"/phone/{ROSA}")
    call = CallOrder(ROSA, COACH, twiml=asks.format(listener.base))
    network.calling.release(network.calling.accept(call).sid)
    page.get_by_role("button", name="Answer", exact=True).click()
    page.get_by_role("button", name="Star").click()
    expect(page.locator("#heard")).to_contain_text("pressed *")
    page.get_by_label("Spoken").select_option("0.3")
    page.get_by_label("Say", exact=True).fill("about a six")
    page.keyboard.press("Enter")
    expect(page.locator("#heard")).to_contain_text("about a six")
    assert eventually(lambda: len(listener.at("/step")) == 2)
    assert (listener.values("/step", "Digits")[0], listener.values("/step", "Confidence")[1]) == ("*", "0.3")


def test_the_keypad_stays_in_reach_in_a_long_call(page: Page, network: Network) -> None:
    """What was said first scrolls away, not the keys."""
    page.goto(f"/phone/{ROSA}")
    words = "<Say>A long sentence that nobody has to remember for very long.</Say>" * 30
    call = CallOrder(ROSA, COACH, twiml=f"<Response>{words}<Gather timeout='60'/></Response>")
    network.calling.release(network.calling.accept(call).sid)
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator("#heard .coach")).to_have_count(30)
    expect(page.locator("#heard .coach").last).to_be_in_viewport()
    assert page.evaluate("document.getElementById('heard').clientHeight") < 300


def test_the_phone_is_told_what_to_do_when_it_rings(page: Page, network: Network) -> None:
    """And the page says that it will."""
    page.goto(f"/phone/{ROSA}")
    page.get_by_label("This phone").select_option("fax")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("Kept.")).to_be_visible()
    assert network.state.phone(ROSA).picks_up is PicksUp.FAX


@pytest.mark.parametrize("path", ["/phone", f"/phone/{ROSA}"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_of_a_narrow_screen(page: Page, network: Network, path: str, scheme: str) -> None:
    """Not even an address without a break."""
    network.add_phone(ROSA, "Rosa Delgado-Fernández de la Vega")
    network.text(ROSA, "https://example.test/" + "without-any-break" * 9)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(path)
    if path != "/phone":
        call = CallOrder(ROSA, COACH, twiml="<Response><Gather timeout='60'/></Response>")
        network.calling.release(network.calling.accept(call).sid)
        page.get_by_role("button", name="Answer", exact=True).click()
        page.get_by_role("button", name="Pound").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
