"""The carrier's prices, read from its lists page by page; what has none yet is passed over."""

from __future__ import annotations

from datetime import date

import pytest

from coach.adapters.library.prices import Priced
from coach.adapters.twilio.carrier import CarrierOptions
from coach.adapters.twilio.prices import told_prices
from tests.adapters.twilio.loopback import Answer, loopback

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def options(address: str) -> CarrierOptions:
    """Ours, at that address."""
    return CarrierOptions("AC1", "token", "https://coach.example.org", from_number="+12025550100", api_url=address)


def text(sid: str, price: str | None, unit: str | None = "USD") -> dict[str, str | None]:
    """One entry of a list."""
    return {"sid": sid, "price": price, "price_unit": unit}


def test_prices_come_from_both_lists_and_all_their_pages() -> None:
    """Money spent is a negative number; millionths are exact."""
    more = "/2010-04-01/Accounts/AC1/Messages.json?PageToken=PA2&PageSize=1000"
    first = {"messages": [text("SM1", "-0.00830"), text("SM2", None)], "next_page_uri": more}
    second = {"messages": [text("SM3", "-0.01660", "usd")], "next_page_uri": None}
    calls = {"calls": [text("CA1", "-0.0140"), text("CA2", "soon")], "next_page_uri": None}
    with loopback(Answer(200, first), Answer(200, second), Answer(200, calls)) as carrier:
        found = list(told_prices(options(carrier.url), FIRST, LAST))
        asked = [(one.path, dict(one.query)) for one in carrier.asked]
    assert found == [Priced("SM1", 8_300, "USD"), Priced("SM3", 16_600, "USD"), Priced("CA1", 14_000, "USD")]
    within = {"DateSent>": ["2026-11-01"], "DateSent<": ["2026-12-01"], "PageSize": ["1000"]}
    assert asked[0] == ("/2010-04-01/Accounts/AC1/Messages.json", within)
    assert asked[1][1] == {"PageToken": ["PA2"], "PageSize": ["1000"]}
    assert asked[2][1]["StartTime>"] == ["2026-11-01"]


@pytest.mark.parametrize("answer", [Answer(401, {"code": 20003}), Answer(200, "no JSON"), Answer(drop=True)])
def test_a_carrier_that_does_not_answer_well_is_one_plain_sentence(answer: Answer) -> None:
    """Without an address, which could hold a number."""
    with loopback(answer) as carrier, pytest.raises(ConnectionError) as refused:
        list(told_prices(options(carrier.url), FIRST, LAST))
    assert str(refused.value).startswith("The carrier could not be asked for prices (")
    assert "127.0.0.1" not in str(refused.value)
