"""The pages of the simulated phones. Every action works as a plain form; a script only keeps the page fresh."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from coach.sandbox.clock import AdjustableClock
from coach.sandbox.control import NO_CALL, change_clock, do_with_phone, set_manner, text_body
from coach.sandbox.detection import RESULTS
from coach.sandbox.network import Network
from coach.sandbox.numbers import is_number
from coach.sandbox.requests import Form, form_of
from coach.sandbox.resources import Json
from coach.sandbox.views import CLARITIES, MANNERS, RATES, bubbles, call_view, clock_view, phone_rows, title

PostedForm = Annotated[Form, Depends(form_of)]
_STARTS_TALK = ("answer", "ring")
_LISTENING_SECONDS = 3.0
"""How long a page without a script waits for what the coach says next."""
_POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


class Pages:
    """Renders the templates with what they all need."""

    def __init__(self, network: Network, zone: ZoneInfo) -> None:
        """Times are shown in `zone`."""
        self._network = network
        self._zone = zone
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
        )

    def render(self, name: str, **values: object) -> str:
        """Render one template."""
        clock = clock_view(self._network, self._zone)
        line = self._network.line.number
        template = self._templates.get_template(name)
        return template.render(clock=clock, rates=RATES, zone=str(self._zone), line=line, **values)

    def list_page(self, notice: str = "", status: int = 200) -> Response:
        """The list of phones."""
        return _html(self.render("phones.html", phones=phone_rows(self._network, self._zone), notice=notice), status)

    def phone_page(self, number: str, notice: str = "", status: int = 200, draft: str = "") -> Response:
        """One phone with its texts and its call."""
        phone = self._network.state.phone(number)
        texts = list(bubbles(self._network, number, self._zone))
        page = self.render(
            "phone.html", phone=phone, title=title(phone), bubbles=texts, call=call_view(self._network, number),
            notice=notice, draft=draft, manners=MANNERS, clarities=CLARITIES, results=sorted(RESULTS),
            rings=self._network.line.voice_url is not None,
            version=self._network.state.version,
        )  # fmt: skip
        return _html(page, status)

    def _time(self) -> Json:
        clock = clock_view(self._network, self._zone)
        return {"now": clock.now, "iso": clock.iso, "speed": clock.speed, "rate": clock.rate}

    def fresh(self, number: str, since: int) -> Json:
        """What has changed on a phone's page since a version of the records."""
        version = self._network.state.version
        answer: Json = {"version": version, **self._time()}
        if version != since:
            call = call_view(self._network, number)
            texts = list(bubbles(self._network, number, self._zone))
            answer |= {
                "phase": call.phase, "call": call.title, "heard": self.render("_heard.html", call=call),
                "texts": self.render("_texts.html", bubbles=texts),
            }  # fmt: skip
        return answer

    def fresh_list(self, since: int) -> Json:
        """What has changed on the list of phones."""
        version = self._network.state.version
        answer: Json = {"version": version, **self._time()}
        if version != since:
            answer["phones"] = self.render("_rows.html", phones=phone_rows(self._network, self._zone))
        return answer


def pages_router(network: Network, zone: str) -> APIRouter:
    """Return the routes of the pages."""
    pages = Pages(network, ZoneInfo(zone))
    router = APIRouter(prefix="/phone")
    _add_list_routes(router, network, pages, zone)
    _add_phone_routes(router, network, pages)
    _add_call_routes(router, network, pages)
    return router


def _add_list_routes(router: APIRouter, network: Network, pages: Pages, zone: str) -> None:
    @router.get("")
    @router.get("/", include_in_schema=False)
    def phones() -> Response:
        return pages.list_page()

    @router.get("/fresh")
    def fresh(since: int = -1) -> Json:
        return pages.fresh_list(since)

    @router.post("")
    def add_phone(form: PostedForm) -> Response:
        number = "".join(form.get("number").split())
        if not is_number(number):
            return pages.list_page("Write the number in international form, such as +12025550123.", 400)
        network.state.set_phone(number, form.get("name").strip() or None)
        return _go(f"/phone/{number}")

    @router.post("/clock")
    def set_clock(form: PostedForm) -> Response:
        back = form.get("back", "/phone")
        wish = {"rate": form.get("rate")} if form.has("rate") else {"next_morning": zone}
        try:
            change_clock(network, wish)
        except HTTPException as error:
            return pages.list_page(str(error.detail), error.status_code)
        return _go(back if back.startswith("/phone") else "/phone")


def _add_phone_routes(router: APIRouter, network: Network, pages: Pages) -> None:
    @router.get("/{number}")
    def phone(number: str) -> Response:
        return pages.phone_page(_known(number))

    @router.get("/{number}/fresh")
    def fresh(number: str, since: int = -1) -> Json:
        return pages.fresh(_known(number), since)

    @router.post("/{number}/texts")
    def send_text(number: str, form: PostedForm) -> Response:
        try:
            network.text(_known(number), text_body(form.get("body")))
        except HTTPException as error:
            return pages.phone_page(number, str(error.detail), error.status_code, form.get("body"))
        return _go(f"/phone/{number}#type")


def _add_call_routes(router: APIRouter, network: Network, pages: Pages) -> None:
    @router.post("/{number}/picks-up")
    def picks_up(number: str, form: PostedForm) -> Response:
        try:
            set_manner(network, _known(number), form.get("as"), form.get("detected"))
        except HTTPException as error:
            return pages.phone_page(number, str(error.detail), error.status_code)
        return _go(f"/phone/{number}#picks-up")

    @router.post("/{number}/{act}")
    def act_on_call(number: str, act: str, form: PostedForm, x_keeps_fresh: Annotated[str, Header()] = "") -> Response:
        phone = _known(number)
        try:
            if act in _STARTS_TALK:
                _slow_down(network)
            if do_with_phone(network, phone, act, _given(form)) is None:
                return pages.phone_page(phone, NO_CALL, 409)
        except HTTPException as error:
            return pages.phone_page(phone, str(error.detail), error.status_code)
        if not x_keeps_fresh:
            network.wait_for_turn(phone, _LISTENING_SECONDS)
        return _go(f"/phone/{phone}")


def _given(form: Form) -> dict[str, str]:
    return {name: form.get(name) for name in ("as", "digits", "speech", "confidence") if form.has(name)}


def _slow_down(network: Network) -> None:
    """Bring time back to normal speed: nobody can talk at sixty times that."""
    if isinstance(network.clock, AdjustableClock) and network.clock.rate > 1:
        network.clock.set_rate(1.0)


def _known(number: str) -> str:
    if not is_number(number):
        raise HTTPException(404, "There is no such phone.")
    return number


def _html(page: str, status: int) -> Response:
    return HTMLResponse(page, status, {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})


def _go(path: str) -> Response:
    return RedirectResponse(path, 303)
