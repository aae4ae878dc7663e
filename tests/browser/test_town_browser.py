"""The whole town through a person's eyes: the phone page, a call, and the coordinator's desk, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.town import AGNES, PASSWORD, STAFF, Town, enrol_agnes, open_town

RUTH = "+12025550171"
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town on a June morning; Ruth's phone is there."""
    with open_town(tmp_path, datetime(2026, 6, 1, 15, 0, tzinfo=UTC)) as opened:
        opened.web.post("/phone/api/phones", json={"number": RUTH, "name": "Ruth"}).raise_for_status()
        yield opened


@pytest.fixture
def page(browser: Browser, town: Town) -> Iterator[Page]:
    """A window on the town."""
    context = browser.new_context(base_url=town.address)
    yield context.new_page()
    context.close()


def write(page: Page, body: str, answer: str) -> None:
    """Type a text on the phone page and wait for the coach's answer to show."""
    page.get_by_label("Text to the coach").fill(body)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Text to the coach")).to_have_value("")
    expect(page.locator("#texts")).to_contain_text(answer)


def test_from_the_phone_page_to_the_worklist(page: Page) -> None:
    """Enrol by text, tell an emergency, and find it first on the desk."""
    page.goto(f"/phone/{RUTH}")
    write(page, "LEGS", "reply Y")
    write(page, "Y", "Which time zone")
    write(page, "1", "You are all set")
    write(page, "I can't pee and I'm numb between my legs", "Call 911 now")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "phone-page-emergency.png")
    page.goto("/sign-in")
    page.get_by_label("User name").fill(STAFF)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("main")).to_contain_text("I can't pee and I'm numb between my legs")
    page.get_by_role("button", name="Take").first.click()
    expect(page.get_by_role("main")).to_contain_text(STAFF)


def test_the_phone_rings_the_coach_and_takes_keys(page: Page, town: Town) -> None:
    """A call to the coach, answered by keypad on the page: who is there, the choices, the first question."""
    enrol_agnes(town)
    page.goto(f"/phone/{AGNES}")
    page.get_by_role("button", name="Call the coach").click()
    expect(page.locator("body")).to_contain_text("Press 1 to go on")
    page.get_by_role("button", name="1", exact=True).click()
    expect(page.locator("body")).to_contain_text("the year you were born")
    for key in "1940":
        page.get_by_role("button", name=key, exact=True).click()
    expect(page.locator("body")).to_contain_text("Press 1 for your check-in")
    page.get_by_role("button", name="1", exact=True).click()
    expect(page.locator("body")).to_contain_text("how weak were your legs")
