"""The dashboard of a script: staff sign in, open the address in a page, and press its buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI

from coach.adapters.database.staff import Accounts
from tests.adapters.twilio.posting import URL
from tests.web.dashboard_panel import PASSWORD, Visitor

_ROUTES = {
    "takes": ("acknowledge", ""),
    "passes on": ("pass", ""),
    "spoke about": ("contacted", "note"),
    "closes": ("close", "outcome"),
    "opens again": ("reopen", "because"),
}
_NOTICE = re.compile(r'<p class="(?:notice|problem)\b[^>]*>(.*?)</p>', re.DOTALL)
_TITLE = re.compile(r"<title>(.*?) · ")
_OWNER = re.compile(r'<article [^>]*id="([^"]*)".*?<p class="owner"><b>(.*?)</b>', re.DOTALL)


@dataclass
class Desk:
    """Everybody's browser."""

    app: FastAPI
    accounts: Accounts
    _browsers: dict[str, Visitor] = field(default_factory=dict)

    def presses(self, who: str, person: int, case: int, deed: str, words: str) -> str:
        """Press a button of a case; gives what the page says then."""
        route, name = _ROUTES[deed]
        browser = self._signed_in(who)
        answer = browser.post(f"/people/{person}/cases/{case}/{route}", {name: words} if name else {})
        page = browser.get(answer.headers["location"]) if answer.is_redirect else answer
        said = _NOTICE.search(page.text)
        assert said is not None, f"the page says nothing: {answer.status_code}"
        return _plain(said[1])

    def opens(self, who: str, address: str) -> str:
        """Open the address in a page, sign in where that is asked; gives the titles of what is shown, and the case."""
        browser, path = self._browser(who), urlsplit(address).path
        shown: list[str] = []
        page = self._follow(browser, browser.get(path), shown)
        if page.url.path == "/sign-in":
            entered = browser.post("/sign-in", {"username": who, "password": PASSWORD, "next": path})
            page = self._follow(browser, entered, shown)
        return ", then ".join(shown)

    def _follow(self, browser: Visitor, answer: httpx.Response, shown: list[str]) -> httpx.Response:
        place = ""
        while answer.is_redirect:
            place = urlsplit(answer.headers["location"]).fragment
            answer = browser.get(answer.headers["location"])
        title = _TITLE.search(answer.text)
        owners = dict(_OWNER.findall(answer.text))
        at = f" at {place.replace('-', ' ')}: {_plain(owners[place])}" if place in owners else ""
        shown.append(f"“{_plain(title[1]) if title else '?'}”{at}")
        return answer

    def _signed_in(self, who: str) -> Visitor:
        browser = self._browser(who)
        if browser.get("/").is_redirect:
            browser.sign_in(who)
        return browser

    def _browser(self, who: str) -> Visitor:
        if who not in self._browsers:
            self.accounts.add(who, who.title(), "coordinator", PASSWORD)
            self._browsers[who] = Visitor(self.app, base_url=URL)
        return self._browsers[who]


def _plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())
