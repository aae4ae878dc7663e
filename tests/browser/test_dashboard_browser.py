"""The dashboard in a real browser."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import SCREENSHOTS, Office

PAGES = {
    "sign-in": "/sign-in",
    "worklist": "/",
    "people": "/people",
    "person": "/people/1",
    "enrol": "/people/new",
    "rota": "/rota",
}
HOSTILE = tomllib.loads((Path(__file__).parents[1] / "web" / "hostile.toml").read_text(encoding="utf-8"))["words"]


def open_page_named(office: Office, page: Page, name: str) -> Page:
    """One of the pages, signed in where that is needed."""
    if name == "sign-in":
        page.goto(office.url + PAGES[name])
        return page
    return office.sign_in(page, PAGES[name])


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_a_case_is_found_taken_and_closed(office: Office) -> None:
    """Sign in, worst first, take, close with an outcome."""
    page = office.sign_in(office.visit())
    cases = page.locator("[data-case]")
    expect(cases.nth(0)).to_contain_text("Emergency")
    expect(cases.nth(1)).to_contain_text("Rosa Delgado")
    cases.nth(1).get_by_role("button", name="Take the case of Rosa Delgado").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rosa Delgado")
    expect(page.get_by_role("status").first).to_contain_text("The case is yours.")
    page.get_by_label("What came of it").select_option(label="Reached; emergency services called")
    page.get_by_label("Note").fill("Ambulance on the way, neighbour is with her.")
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_text("The case is closed.")).to_be_visible()
    page.goto(office.url)
    expect(page.get_by_text("Rosa Delgado")).to_have_count(0)
    assert office.complaints == []


def test_everything_works_without_scripts(office: Office) -> None:
    """Scripts only add freshness."""
    page = office.sign_in(office.visit(java_script_enabled=False))
    page.get_by_role("button", name="Take the case of Rosa Delgado").click()
    page.get_by_label("What came of it").select_option("reached_999")
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_text("The case is closed.")).to_be_visible()


def test_somebody_is_enrolled_after_correcting_the_form(office: Office) -> None:
    """The summary has the focus, its links lead to the fields, and what was typed is still there."""
    page = office.sign_in(office.visit(), "/people/new")
    page.get_by_label("Mobile number").fill("555")
    page.get_by_label("Name they go by").fill("Marta Ibarra")
    page.get_by_role("group", name="Language of messages").get_by_label("Español").check()
    page.get_by_label("Time zone").fill("America/Chicago")
    page.get_by_label("Chronic kidney disease").check()
    page.get_by_role("button", name="Enrol and send the invitation").click()
    summary = page.get_by_role("alert").filter(has_text="Nobody was enrolled")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(page.get_by_label("Mobile number")).to_be_focused()
    expect(page.get_by_label("Name they go by")).to_have_value("Marta Ibarra")
    expect(page.get_by_label("Chronic kidney disease")).to_be_checked()
    page.get_by_label("Mobile number").fill("(202) 555-0160")
    page.get_by_role("button", name="Enrol and send the invitation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Marta Ibarra")
    expect(page.get_by_text("nothing else is sent until the person answers Y")).to_be_visible()
    assert office.complaints == []


def look_again(page: Page) -> None:
    """What the page does by itself every few seconds."""
    page.evaluate("look()")


def test_a_new_case_appears_by_itself_and_is_announced(office: Office) -> None:
    """An open page never hides an emergency."""
    page = office.sign_in(office.visit())
    office.panel.case(office.ids["Joan"], "emergency", "chest pain", "my chest hurts", timedelta(minutes=1))
    look_again(page)
    expect(page.locator("[data-case]").nth(2)).to_contain_text("Joan Whitfield")
    expect(page.locator("#announcer")).to_have_text("New: emergency case: Joan Whitfield")
    expect(page).to_have_title("(5) Worklist · Leg Coach")


def test_what_is_being_typed_is_never_replaced(office: Office) -> None:
    """A note half written stays through refreshes, a new text, and a reload; the news waits behind a button."""
    page = office.sign_in(office.visit(), f"/people/{office.ids['Harold']}")
    page.get_by_label("Note").fill("He says that")
    office.panel.case(office.ids["Harold"], "urgent", "new rise", "8 now", timedelta(minutes=1))
    look_again(page)
    expect(page.locator("#banner")).to_contain_text("There is something new on this page.")
    expect(page.get_by_label("Note").first).to_have_value("He says that")
    page.get_by_role("button", name="Show it").click()
    expect(page.locator("[data-case]")).to_have_count(2)
    page.reload()
    expect(page.locator("[data-case]").filter(has_text="weak on most days").get_by_label("Note")).to_have_value(
        "He says that"
    )


def test_an_open_page_says_when_its_session_has_ended(office: Office) -> None:
    """A page that is no longer fresh must not look as if it were."""
    page = office.sign_in(office.visit())
    office.clock.advance(hours=13)
    look_again(page)
    expect(page.locator("#banner")).to_contain_text("You are signed out; this page is no longer fresh.")


def test_the_conversation_opens_at_its_newest_message(office: Office) -> None:
    """Without scrolling."""
    page = office.sign_in(office.visit(height=1400), "/people/1")
    page.locator(".thread").scroll_into_view_if_needed()
    expect(page.get_by_text("¿Ya llamó?")).to_be_in_viewport()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_on_the_narrowest_phone(office: Office, name: str) -> None:
    """320 pixels: also what 1280 pixels are at 400 percent."""
    page = open_page_named(office, office.visit(width=320, height=700), name)
    assert sideways(page) <= 0


@pytest.mark.parametrize("name", PAGES)
def test_what_is_pressed_on_a_phone_is_large_enough(office: Office, name: str) -> None:
    """Buttons, fields and navigation are at least 44 pixels high."""
    page = open_page_named(office, office.visit(width=390, height=844), name)
    pressed = page.locator(".button:visible, .nav a:visible, select:visible, input:not([type=hidden]):visible")
    small = pressed.evaluate_all(
        """all => all
             .map(e => e.closest("label") || e)
             .filter(e => e.getBoundingClientRect().height < 43.5)
             .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_words_stand_out_from_their_background(office: Office, name: str, scheme: str) -> None:
    """4.5 to 1 at least, in both colour schemes (WCAG 1.4.3)."""
    page = open_page_named(office, office.visit(scheme=scheme), name)
    assert page.evaluate(CONTRAST) == []


CONTRAST = """() => {
  const channel = v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; };
  const light = c => .2126 * channel(c[0]) + .7152 * channel(c[1]) + .0722 * channel(c[2]);
  const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = numbers(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || e.closest("svg, script, .unseen, .skip, option, datalist")) continue;
    if (!e.getClientRects().length) continue;
    const a = light(numbers(getComputedStyle(e).color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${walker.currentNode.textContent.trim().slice(0, 40)}`);
  }
  return bad;
}"""


def test_hostile_words_run_nothing(office: Office) -> None:
    """Stored in names, texts, reasons and notes; shown on every page; refreshed by the script."""
    for number, words in enumerate(HOSTILE, start=40):
        stored = words.replace("\x00", "")
        person = office.panel.person(stored, number)
        office.panel.case(person, "urgent", stored, stored, timedelta(hours=1))
        office.panel.received(person, stored, office.panel.now)
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page = office.sign_in(office.visit())
    page.on("dialog", note)
    office.panel.case(office.ids["Joan"], "emergency", HOSTILE[0], HOSTILE[2], timedelta(minutes=1))
    look_again(page)
    expect(page.locator("#announcer")).to_contain_text("New")
    for path in ("/people", *(f"/people/{10 + i}" for i in range(0, len(HOSTILE), 8)), f"/people?q={HOSTILE[0]}"):
        page.goto(office.url + path)
    assert dialogs == []
    assert office.complaints == []


def test_the_keyboard_alone_takes_a_case(office: Office) -> None:
    """Skip link, then the first case that nobody has."""
    page = office.sign_in(office.visit())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.startsWith('Take')"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rosa Delgado")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["desktop", "phone"])
def test_pictures_of_every_page_are_taken(office: Office, width: int, height: int, scheme: str) -> None:
    """For people to look at: build/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = office.visit(width=width, height=height, scheme=scheme)
    taken = []
    for name, path in PAGES.items():
        if name in {"sign-in", "worklist"}:
            open_page_named(office, page, name)
        else:
            page.goto(office.url + path)
        file = SCREENSHOTS / f"{name}-{width}-{scheme}.png"
        page.screenshot(path=file, full_page=True)
        taken.append(file.stat().st_size)
    assert min(taken) > 5_000
