"""A real browser on the real dashboard. Without one these tests are skipped, but never where CI is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from coach.adapters.database.engine import open_engine
from coach.web.app import create_app
from tests.chromium import chromium
from tests.clocks import StoppedClock
from tests.serving import serve
from tests.web.dashboard_panel import PASSWORD, Panel, busy_morning, dashboard_parts

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@dataclass
class Office:
    """A coordinator's desk: the address of the dashboard, its panel, and pages to look at it."""

    url: str
    panel: Panel
    ids: dict[str, int]
    clock: StoppedClock
    open_page: Callable[..., Page]
    complaints: list[str] = field(default_factory=list)

    def visit(self, width: int = 1280, height: int = 900, scheme: str = "light", **options: object) -> Page:
        """A page of a browser that keeps nothing from before; what it complains of is noted."""
        page = self.open_page(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "status of 4" not in text:
            self.complaints.append(text)

    def sign_in(self, page: Page, path: str = "/") -> Page:
        """Sign in as Ana and open an address."""
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("User name").fill("ana")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.url}/")
        if path != "/":
            page.goto(self.url + path)
        return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module's tests; each test has contexts of its own."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Engine]:
    """A fresh SQLite file."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def office(browser: Browser, database: Engine, clock: StoppedClock) -> Iterator[Office]:
    """The dashboard on a busy morning, served on this machine."""
    panel = Panel(database, clock())
    ids = busy_morning(panel)

    def open_page(**options: object) -> Page:
        return browser.new_context(**options).new_page()  # type: ignore[arg-type]

    with serve(create_app(dashboard_parts(database, clock))) as url:
        yield Office(url, panel, ids, clock, open_page)
        for context in browser.contexts:
            context.close()
