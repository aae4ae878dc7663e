"""The address in a page opens a case for whoever is signed in, and changes nothing, whoever fetches it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, select

from coach.adapters.database.engine import open_engine
from coach.adapters.database.reports import Reports
from coach.adapters.database.tables import metadata
from coach.adapters.links import SignedLinks
from coach.web.page_links import page_links
from tests.clocks import StoppedClock
from tests.web.dashboard_panel import PASSWORD, Panel, Visitor, dashboard

MINUTE = timedelta(minutes=1)
ANA = 7  # the number of her row on the list of staff on call
LINKS = SignedLinks("s" * 48, "http://127.0.0.1:8000")


@dataclass(frozen=True)
class Ward:
    """A visitor who is not signed in, and an urgent case of Ruth's."""

    visitor: Visitor
    engine: Engine
    clock: StoppedClock
    ruth: int
    case: int

    @property
    def address(self) -> str:
        """The path of the address in Ana's page."""
        return self.address_of(self.case)

    def address_of(self, case: int) -> str:
        """The path of an address for a case."""
        return urlsplit(LINKS.page(case, ANA, self.clock())).path

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        with self.engine.connect() as connection:
            return {t.name: [tuple(row) for row in connection.execute(select(t))] for t in metadata.sorted_tables}


@pytest.fixture
def ward(sqlite_url: str, clock: StoppedClock) -> Iterator[Ward]:
    """A dashboard with one case."""
    engine = open_engine(sqlite_url)
    panel = Panel(engine, clock())
    panel.person("Walter Nguyen", 12)
    ruth = panel.person("Ruth Ames", 13)
    case = panel.case(ruth, "urgent", "sudden weakness", "since noon", MINUTE)
    visitor = dashboard(engine, clock, routers=(page_links(LINKS, Reports(engine), clock),))
    yield Ward(visitor, engine, clock, ruth, case)
    engine.dispose()


def test_the_address_leads_a_signed_in_coordinator_to_the_case(ward: Ward) -> None:
    """To its place on the person's page."""
    ward.visitor.sign_in()
    answer = ward.visitor.get(ward.address)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{ward.ruth}#case-{ward.case}")
    assert f'id="case-{ward.case}"' in ward.visitor.get(f"/people/{ward.ruth}").text


def test_without_a_session_it_leads_to_sign_in_and_back_to_the_case(ward: Ward) -> None:
    """Nothing about the case is said before."""
    first = ward.visitor.get(ward.address)
    assert first.status_code == 303
    form = ward.visitor.get(first.headers["location"])
    assert f'name="next" value="{ward.address}"' in form.text
    assert not any(word in first.text + form.text for word in ("Ruth", "urgent", "weakness"))
    entered = ward.visitor.post("/sign-in", {"username": "ana", "password": PASSWORD, "next": ward.address})
    assert entered.headers["location"] == ward.address
    assert ward.visitor.get(ward.address).headers["location"] == f"/people/{ward.ruth}#case-{ward.case}"


def test_opening_it_changes_nothing(ward: Ward) -> None:
    """Carriers and phones fetch addresses before anybody looks; and so do people who only look."""
    before = ward.everything()
    for _ in range(3):
        ward.visitor.get(ward.address)
        ward.visitor.ask("HEAD", ward.address)
    assert ward.everything() == before
    ward.visitor.sign_in()
    before = ward.everything()
    ward.visitor.get(ward.address)
    assert ward.everything() == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_can_only_be_opened(ward: Ward, method: str) -> None:
    """There is nothing to do at this address."""
    ward.visitor.sign_in()
    assert ward.visitor.ask(method, ward.address).status_code == 405


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("change", ["old", "last letter", "another letter", "short", "invented"])
def test_an_address_that_is_not_good_opens_nothing_and_says_where_to_look(
    ward: Ward,
    change: str,
    signed_in: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Old, damaged and invented ones alike, so that nothing can be learnt by trying."""
    address = ward.address
    if signed_in:
        ward.visitor.sign_in()
    if change == "old":
        ward.clock.advance(hours=73)
        if signed_in:
            ward.visitor.sign_in()
    last = "A" if address[-1] != "A" else "B"
    ninth = "A" if address[-9] != "A" else "B"
    tried = {
        "last letter": address[:-1] + last,
        "another letter": address[:-9] + ninth + address[-8:],
        "short": address[:-5],
        "invented": "/page/" + "A" * 40,
    }.get(change, address)
    answer = ward.visitor.get(tried)
    assert answer.status_code == 404
    assert "worklist" in answer.text
    assert "Ruth" not in answer.text


def test_an_address_of_a_case_that_is_gone_is_no_page(ward: Ward) -> None:
    """After a restore, say."""
    ward.visitor.sign_in()
    assert ward.visitor.get(ward.address_of(9999)).status_code == 404


@pytest.mark.parametrize(
    "wanted", ["/page/", "/page/../people", "/page/a?b=c", "/page/" + "a" * 81, "//page/abc", "/page/a/b", "/page/a\n"]
)
def test_signing_in_leads_back_only_to_what_could_be_an_address_of_ours(ward: Ward, wanted: str) -> None:
    """Everything else becomes the worklist."""
    answer = ward.visitor.post("/sign-in", {"username": "ana", "password": PASSWORD, "next": wanted})
    assert answer.headers["location"] == "/"
