"""The pages in a real browser: fresh without reloading, usable on a narrow screen, calm in the console."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from coach.sandbox.calling import CallOrder
from coach.sandbox.network import Network
from coach.sandbox.texting import Order
from tests.chromium import chromium
from tests.sandbox.conftest import COACH, ROSA, Listener


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


@pytest.mark.parametrize("path", ["/phone", f"/phone/{ROSA}"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_of_a_narrow_screen(page: Page, network: Network, path: str, scheme: str) -> None:
    """Not even an address without a break."""
    network.add_phone(ROSA, "Rosa Delgado-Fernández de la Vega")
    network.text(ROSA, "https://example.test/" + "without-any-break" * 9)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
