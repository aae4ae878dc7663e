"""The whole town through a person's eyes: the phone page, a call, and the coordinator's desk, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.town import AGNES, PASSWORD, STAFF, Town, enrol_agnes, open_town

RUTH = "+12025550171"
BORN = "1940"
CHECK_IN_HOUR = datetime(2026, 6, 1, 20, 30, 1, tzinfo=UTC)  # 16:30 in New York
WIDTHS = (1280, 320)
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
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


def sign_in(page: Page) -> None:
    """Open the dashboard as a coordinator."""
    page.goto("/sign-in")
    page.get_by_label("User name").fill(STAFF)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def said(page: Page) -> Locator:
    """What has been said in the call, as a screen reader finds it."""
    return page.get_by_label("What is said in the call")


def press(page: Page, keys: str, hears: str) -> None:
    """Press keys on the page's keypad and wait for what the coach says then."""
    for key in keys:
        page.get_by_role("button", name=key, exact=True).click()
    expect(said(page)).to_contain_text(hears)


def looks_right(page: Page, name: str) -> None:
    """Nothing is wider than the window, wide or narrow, light or dark; a picture of each is kept to be looked at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.screenshot(path=SHOTS / f"phone-{name}-{width}-{scheme}.png")
        assert not page.evaluate(WIDER_THAN_THE_WINDOW), f"{name} at {width} px"
    page.set_viewport_size({"width": 1280, "height": 900})


def test_from_the_phone_page_to_the_worklist(page: Page) -> None:
    """Enrol by text, tell an emergency, and find it first on the desk."""
    page.goto(f"/phone/{RUTH}")
    write(page, "LEGS", "reply Y")
    write(page, "Y", "Which time zone")
    write(page, "1", "You are all set")
    write(page, "I can't pee and I'm numb between my legs", "Call 911 now")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "phone-page-emergency.png")
    sign_in(page)
    expect(page.get_by_role("main")).to_contain_text("I can't pee and I'm numb between my legs")
    page.get_by_role("button", name="Take").first.click()
    expect(page.get_by_role("main")).to_contain_text(STAFF)


def test_a_check_in_call_is_finished_by_keypad(page: Page, town: Town) -> None:
    """The coach calls at her hour, hears who is there, the score and the warning signs; the desk shows the score."""
    enrol_agnes(town)
    page.goto(f"/phone/{AGNES}")
    town.set_clock(CHECK_IN_HOUR)
    expect(page.get_by_role("heading", name="The coach is calling")).to_be_visible()
    looks_right(page, "ringing")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(said(page)).to_contain_text("Press 1 if you are ready")
    press(page, "1", "the year you were born")
    press(page, BORN, "how weak were your legs")
    press(page, "4", "You said 4.")
    looks_right(page, "talking")
    expect(said(page).get_by_role("listitem").last).to_be_in_viewport()
    press(page, "1", "chest pain")
    press(page, "2", "Goodbye.")
    expect(page.get_by_role("heading", name="Last call")).to_be_visible()
    looks_right(page, "after-a-call")
    sign_in(page)
    page.goto("/people?q=Agnes")
    page.get_by_role("link", name="Agnes Moreau").click()
    expect(page.locator("#live-scores")).to_contain_text("4")
    thread = page.get_by_role("region", name="Conversation", exact=True)
    expect(thread).to_contain_text("score 4")
    expect(thread).to_contain_text("[answer to what was read back]")
    expect(thread).not_to_contain_text(BORN)
    looks_right(page, "person-after-a-call")


def test_somebody_who_rings_the_coach_chooses_from_the_menu(page: Page, town: Town) -> None:
    """Who is there, the choices, the advice there is, a person of the team; the desk has the wish."""
    enrol_agnes(town)
    page.goto(f"/phone/{AGNES}")
    page.get_by_role("button", name="Call the coach").click()
    expect(said(page)).to_contain_text("Press 1 to go on")
    press(page, "1", "the year you were born")
    press(page, BORN, "Press 1 for your check-in")
    press(page, "2", "There is no advice to repeat.")
    looks_right(page, "menu")
    press(page, "3", "Goodbye.")
    sign_in(page)
    expect(page.get_by_role("main")).to_contain_text("asked for a person")


def test_what_is_said_in_a_call_is_announced_line_by_line(page: Page, town: Town) -> None:
    """A screen reader hears each new line once: lines are only added to a polite live region."""
    enrol_agnes(town)
    page.goto(f"/phone/{AGNES}")
    expect(said(page)).to_have_attribute("aria-live", "polite")
    expect(said(page)).to_have_attribute("aria-relevant", "additions")
    page.get_by_role("button", name="Call the coach").click()
    expect(said(page)).to_contain_text("Press 1 to go on")
    first = said(page).get_by_role("listitem").first
    first.evaluate("line => { line.wasSpoken = true }")
    press(page, "1", "the year you were born")
    assert first.evaluate("line => line.wasSpoken"), "an old line was put in anew"
