"""What the carrier says texts and calls cost: it tells late, in a list, and for some never."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import requests

from coach.adapters.library.prices import MICROS, Priced
from coach.adapters.twilio.carrier import CarrierOptions
from coach.adapters.twilio.checkup import base_address

_PAGE = 1000
_LISTS = (("Messages", "messages", "DateSent"), ("Calls", "calls", "StartTime"))


def told_prices(options: CarrierOptions, first: date, last: date) -> Iterator[Priced]:
    """The prices of what was sent or called on these days (UTC), both included, as far as the carrier tells them.

    Raises:
        ConnectionError: the carrier cannot be asked.
    """
    for resource, entries, moment in _LISTS:
        days = {f"{moment}>": first.isoformat(), f"{moment}<": (last + timedelta(days=1)).isoformat()}
        path: str | None = f"/2010-04-01/Accounts/{options.account_sid}/{resource}.json"
        while path:
            page = _page(options, path, {**days, "PageSize": str(_PAGE)})
            yield from (priced for entry in page[entries] if (priced := _priced(entry)) is not None)
            path, days = page.get("next_page_uri"), {}


def _page(options: CarrierOptions, path: str, query: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    try:
        answer = requests.get(
            base_address(options) + path,
            params=query if "?" not in path else None,  # the address of a further page holds the query already
            auth=(options.account_sid, options.auth_token),
            timeout=(options.connect_timeout, options.read_timeout),
        )
        answer.raise_for_status()
        return answer.json()
    except (requests.RequestException, ValueError) as error:
        problem = f"The carrier could not be asked for prices ({type(error).__name__}); try again later."
        raise ConnectionError(problem) from None  # the cause may quote an address with a number


def _priced(entry: Any) -> Priced | None:  # noqa: ANN401 - JSON
    """Money spent is told as a negative number, or as none yet."""
    try:
        amount = Decimal(str(entry["price"]))
    except InvalidOperation:
        return None
    unit = str(entry.get("price_unit") or "USD").upper()
    return Priced(str(entry["sid"]), round(abs(amount) * MICROS), unit[:3])
