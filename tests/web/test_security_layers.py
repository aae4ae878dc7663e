"""What protects every page: headers, same-origin requests, bounded bodies, sessions, inert words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine

from coach.adapters.database import tables as t
from coach.adapters.database.engine import open_engine
from coach.web.security import LARGEST_BODY
from coach.web.sessions import place_to_return
from coach.web.text import visible
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import PASSWORD, Panel, Visitor, add, busy_morning, dashboard

HOSTILE: list[str] = tomllib.loads(Path(__file__).with_name("hostile.toml").read_text(encoding="utf-8"))["words"]
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
OPEN_TO_ALL = {"/sign-in", "/sign-out", "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/static"}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Engine]:
    """A fresh SQLite file."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def ana(database: Engine, clock: StoppedClock) -> Visitor:
    """Ana, signed in, on a busy morning."""
    busy_morning(Panel(database, clock()))
    visitor = dashboard(database, clock)
    visitor.sign_in()
    return visitor


def addresses(visitor: Visitor, methods: set[str]) -> list[tuple[str, str]]:
    """Every address of the application with one of the methods, its parameters filled in."""
    found = [(m, r.path or "") for r in iter_route_contexts(visitor.app.routes) for m in (r.methods or ())]
    return sorted({(m, re.sub(r"\{\w+(:\w+)?\}", "1", path)) for m, path in found if m in methods})


# Other sites ----------------------------------------------------------------------------------------------------------

FOREIGN = {
    "another site": {"sec-fetch-site": "cross-site"},
    "a sibling subdomain": {"sec-fetch-site": "same-site"},
    "another site with our origin": {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"},
    "an old browser on another site": {"origin": "https://evil.example"},
    "another port of this machine": {"origin": "http://127.0.0.1:9000"},
    "https pretending to be http": {"origin": "https://127.0.0.1:8000"},
    "a sandboxed frame": {"origin": "null"},
    "something that is no browser": {},
    "a made-up value": {"sec-fetch-site": "same-origin-ish"},
    "a JSON request": {"sec-fetch-site": "cross-site", "content-type": "application/json"},
    "a text request": {"sec-fetch-site": "cross-site", "content-type": "text/plain"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN.keys())
def test_no_other_site_can_make_a_browser_change_anything(ana: Visitor, headers: dict[str, str]) -> None:
    """Every address that changes something, listed from the router, refuses every request that is not ours."""
    changing = addresses(ana, UNSAFE)
    before = ana.get("/api/v1/worklist").json()["cases"]
    assert len(changing) >= 6
    for method, path in changing:
        assert ana.ask(method, path, data={"back": "/"}, headers=headers).status_code == 403, path
    assert ana.get("/api/v1/worklist").json()["cases"] == before


OURS = {
    "our own page": {"sec-fetch-site": "same-origin"},
    "the address bar": {"sec-fetch-site": "none"},
    "our own page without a referrer": {"sec-fetch-site": "same-origin", "origin": "null"},
    "an old browser on our own page": {"origin": "http://127.0.0.1:8000"},
}


@pytest.mark.parametrize("headers", OURS.values(), ids=OURS.keys())
def test_our_own_pages_can(ana: Visitor, headers: dict[str, str]) -> None:
    """The same addresses answer our own forms."""
    for method, path in addresses(ana, UNSAFE):
        assert ana.ask(method, path, data={}, headers=headers).status_code != 403, path


def test_only_what_the_carrier_signs_is_exempt(database: Engine, clock: StoppedClock) -> None:
    """A webhook proves itself by its signature; an address that only looks like one does not count."""
    router = APIRouter()
    for path in ("/twilio/sms", "/twilioX/sms"):
        router.add_api_route(path, lambda: "ok", methods=["POST"])
    visitor = dashboard(database, clock, routers=(router,))
    assert visitor.post("/twilio/sms", headers={}).status_code == 200
    assert visitor.post("/twilioX/sms", headers={}).status_code == 403


# Sessions -------------------------------------------------------------------------------------------------------------


def test_every_page_demands_a_session_unless_it_is_named_here(ana: Visitor) -> None:
    """A page added later is shut until somebody decides otherwise."""
    stranger = Visitor(ana.app)
    for method, path in addresses(ana, UNSAFE | {"GET"}):
        answer = stranger.ask(method, path)
        if path not in OPEN_TO_ALL:
            shut = answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in")
            assert shut, (method, path)


def test_signing_in_gives_a_new_session_whatever_cookie_came_along(database: Engine, clock: StoppedClock) -> None:
    """A session planted by somebody else is never taken over."""
    visitor = dashboard(database, clock)
    visitor.cookies.set("coach", "planted-by-somebody-else")
    answer = visitor.sign_in()
    first = answer.headers["set-cookie"]
    assert "planted" not in first
    assert Visitor(visitor.app).sign_in().headers["set-cookie"] != first


@pytest.mark.parametrize(
    ("public_url", "name", "secure"),
    [("https://coach.example.org", "__Host-coach", True), ("http://127.0.0.1:8000", "coach", False)],
)
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    database: Engine,
    clock: StoppedClock,
    public_url: str,
    name: str,
    secure: bool,  # noqa: FBT001 - a table
) -> None:
    """HttpOnly and SameSite always; over HTTPS also Secure and bound to this host by its name."""
    visitor = dashboard(database, clock, public_url=public_url)
    cookie = visitor.sign_in().headers["set-cookie"]
    assert cookie.startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is secure
    assert "Domain" not in cookie


def test_a_secure_session_works_from_door_to_door(database: Engine, clock: StoppedClock) -> None:
    """The cookie set at sign-in is the one that is asked for and deleted."""
    visitor = dashboard(database, clock, public_url="https://coach.example.org")
    visitor.base_url = "https://coach.example.org"
    visitor.sign_in()
    assert visitor.get("/").status_code == 200
    assert visitor.post("/sign-out").headers["location"] == "/sign-in"
    assert visitor.get("/").status_code == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/%2f/evil.example",
        "/people/1//evil.example", "/people/1\n", "/people/1?x=//evil", "javascript:alert(1)", "/people/", "people",
        "/sign-out", "", " /", "/people/0", "http:evil",
    ],
)  # fmt: skip
def test_signing_in_never_leads_anywhere_else(database: Engine, clock: StoppedClock, wanted: str) -> None:
    """Only the worklist, the list, the form and the page of a person are ever returned to."""
    assert place_to_return(wanted) == "/"
    form = {"username": "ana", "password": PASSWORD, "next": wanted}
    assert dashboard(database, clock).post("/sign-in", form).headers["location"] == "/"


def test_an_odd_cookie_is_nobody(database: Engine, clock: StoppedClock) -> None:
    """Neither long nor broken tokens break anything."""
    visitor = dashboard(database, clock)
    for token in (b"x" * 5000, b"%00", "é".encode(), b"\xff"):
        assert visitor.get("/", headers={"cookie": b"coach=" + token}).status_code == 303


# Headers and bodies ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nowhere", "/healthz", "/api/v1/worklist", "/static/coach.css"])
def test_every_answer_carries_the_headers(ana: Visitor, path: str) -> None:
    """Also errors, machines' pages and files."""
    headers = ana.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy.split("; "))
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
    assert "no-store" in headers["cache-control"]
    assert "strict-transport-security" not in headers


def test_refusals_carry_the_headers_too(ana: Visitor) -> None:
    """The layers that refuse are inside the one that adds them."""
    for answer in (ana.post("/sign-out", headers={}), ana.post("/sign-out", {"x": "y" * (LARGEST_BODY + 1)})):
        assert answer.status_code in {403, 413}
        assert "content-security-policy" in answer.headers


def test_https_is_promised_for_the_future(database: Engine, clock: StoppedClock) -> None:
    """Only where browsers come by HTTPS."""
    visitor = dashboard(database, clock, public_url="https://coach.example.org")
    assert visitor.get("/healthz").headers["strict-transport-security"].startswith("max-age=63072000")


def test_a_body_over_a_megabyte_is_refused_announced_or_not(ana: Visitor) -> None:
    """Before any handler reads it."""

    async def unannounced() -> object:
        for _ in range(11):
            yield b"x" * 100_000

    form = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    assert ana.ask("POST", "/people/new", content=b"x" * 1_000_001, headers=form).status_code == 413
    assert ana.ask("POST", "/people/new", content=unannounced(), headers=form).status_code == 413
    assert ana.ask("POST", "/people/new", content=b"name=" + b"x" * 900_000, headers=form).status_code == 422


def test_nonsense_never_breaks_a_page(ana: Visitor) -> None:
    """Whatever is sent, the answer is a page of ours and no fault."""
    form = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    bodies = (
        b"name=%ED%A0%80",
        b"name=%00%FF&phone=%C3",
        b"\xff\xfe",
        b"=&&=&;",
        b"name[]=1",
        b"name=" + b"%F0%9F" * 999,
    )
    for _, path in addresses(ana, {"POST"}):
        for body in bodies:
            assert ana.ask("POST", path, content=body, headers=form).status_code < 500, (path, body)
    queries = ("/people?q=%ED%A0%80", "/people?q=%00", "/people?page=x", "/people?page=-1", "/people/1?before=x")
    for path in (*queries, "/people/1?before=0001-01-01T00:00:00Z", "/people/1?before=9999-12-31T23:59:59-12:00"):
        assert ana.get(path).status_code < 500, path


# Words ----------------------------------------------------------------------------------------------------------------


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, and nothing of its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.bones: list[tuple[str, tuple[str, ...]]] = []
        self.words: list[str] = []
        self.values: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and its attributes."""
        self.bones.append((tag, tuple(name for name, _ in attrs)))
        self.values += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_data(self, data: str) -> None:
        """Note the words."""
        self.words.append(data)


@dataclass(frozen=True)
class Inked:
    """A dashboard where each of some words stands everywhere that somebody else's words can stand, one person each."""

    visitor: Visitor
    cases: list[int]


def inked(template: Path, file: Path, all_words: Sequence[str]) -> Inked:
    """Write the words into every column that holds words."""
    file.write_bytes(template.read_bytes())
    engine, clock = open_engine(f"sqlite:///{file}"), StoppedClock()
    panel = Panel(engine, clock())
    cases = [everywhere(panel, words.replace("\x00", ""), number) for number, words in enumerate(all_words, start=1)]
    visitor = dashboard(engine, clock)
    visitor.sign_in()
    return Inked(visitor, cases)


def everywhere(panel: Panel, words: str, number: int) -> int:
    """One person of whom every word is these; gives the open case."""
    person = panel.person(words, number)
    open_case = panel.case(
        person, "urgent", words, words, timedelta(hours=1), owner=words, state="acknowledged", rules=[words]
    )
    panel.task(person, words, words, timedelta(hours=1), inbound_id=panel.received(person, words, panel.now))
    panel.sent(person, words, panel.now, because=words, status=words)
    panel.observed(person, panel.now.date(), kind="sign", code=words)
    closed = panel.case(person, "routine", words, words, timedelta(days=2), state="closed", outcome=words)
    add(panel.engine, t.escalation_step, escalation_id=closed, step="closed", at=panel.now, staff=words, note=words)
    proof = {"wording_id": words, "wording_version": words, "wording": words, "staff": words, "at": panel.now}
    add(panel.engine, t.consent, participant_id=person, step=words, channel="sms", **proof)
    return open_case


@pytest.fixture(scope="module")
def hostile(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Inked:
    """All the hostile words."""
    return inked(sqlite_template, tmp_path_factory.mktemp("hostile") / "coach.db", HOSTILE)


@pytest.fixture(scope="module")
def harmless(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Inked:
    """The same with harmless words."""
    return inked(sqlite_template, tmp_path_factory.mktemp("harmless") / "coach.db", ["plain words"])


def pages_of(inked: Inked, number: int, words: str) -> dict[str, Skeleton]:
    """Pages that show one person's words, and those that give back what was just typed."""
    typed = {"outcome": "", "note": words, "name": words, "phone": words, "zone": words, "age": words}
    typed |= {"birth_year": words, "pin": words}
    case = inked.cases[number - 1]
    answers = {
        "person": inked.visitor.get(f"/people/{number}"),
        "close": inked.visitor.post(f"/people/{number}/cases/{case}/close", typed),
        "enrol": inked.visitor.post("/people/new", typed | {"conditions": words}),
        "calls": inked.visitor.post(f"/people/{number}/calls", typed),
    }
    return {name: Skeleton(answer.text) for name, answer in answers.items()}


@pytest.mark.parametrize("number", range(1, len(HOSTILE) + 1), ids=HOSTILE)
def test_words_stay_words_wherever_they_stand(hostile: Inked, harmless: Inked, number: int) -> None:
    """A page has the same elements and attributes with hostile words as with harmless ones."""
    words = HOSTILE[number - 1]
    expected = pages_of(harmless, 1, "plain words")
    for name, page in pages_of(hostile, number, words).items():
        assert page.bones == expected[name].bones, name
        assert all(value.startswith(("/", "#", "tel:")) for value in page.values), name
    shown = "".join(pages_of(hostile, number, words)["person"].words)
    assert visible(words.replace("\x00", "")) in shown


def test_words_stay_words_in_lists(hostile: Inked, harmless: Inked) -> None:
    """The worklist and the list of people have nothing in forty rows that they have not in one."""
    for path, row in (("/", "li"), ("/people", "tr")):
        many, one = (Skeleton(inked.visitor.get(path).text) for inked in (hostile, harmless))
        assert set(many.bones) == set(one.bones)
        rows = [sum(tag == row for tag, _ in page.bones) for page in (many, one)]
        assert rows[0] - rows[1] == (len(HOSTILE) - 1) * (2 if path == "/" else 1)


def test_what_is_searched_for_is_shown_as_words(hostile: Inked, harmless: Inked) -> None:
    """Found or not found."""
    known = {bone for q in ("plain", "zzz") for bone in Skeleton(harmless.visitor.get(f"/people?q={q}").text).bones}
    for words in HOSTILE:
        page = Skeleton(hostile.visitor.get("/people", params={"q": words}).text)
        assert set(page.bones) <= known
        assert visible(words) in "".join(page.words)


def test_a_user_name_is_shown_as_words(harmless: Inked) -> None:
    """The door is the one page anybody can reach."""
    stranger = Visitor(harmless.visitor.app)
    bones = [
        Skeleton(stranger.post("/sign-in", {"username": words, "password": "", "next": words}).text).bones
        for words in ("plain words", *HOSTILE)
    ]
    assert all(page == bones[0] for page in bones)


def test_no_template_turns_escaping_off() -> None:
    """`safe` and unescaped blocks are not used anywhere."""
    folder = Path(__file__).parents[2] / "coach" / "web" / "templates"
    templates = list(folder.glob("*.html"))
    assert len(templates) > 5
    for template in templates:
        assert not re.search(r"\|\s*safe|autoescape|Markup|<script(?! src=)", template.read_text(encoding="utf-8"))
