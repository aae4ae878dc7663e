"""A coach in the test's own process, over a street's database and phone network."""

from __future__ import annotations

from coach.adapters.database.store import SqlStore
from coach.adapters.library.carrier import load_carrier_codes
from coach.adapters.twilio import CarrierOptions, TwilioCarrier
from coach.resources import folder
from coach.sending import Options
from coach.service import Coach
from tests.chaos.mortal import Life, MortalCarrier, MortalStore
from tests.chaos.street import ACCOUNT, LINE, TOKEN, Street
from tests.core.talking import HANDBOOK

CODES = load_carrier_codes(folder("messages") / "carrier.toml")
FAST = Options(segments_per_second=1000.0, senders=2)


def open_coach(street: Street, life: Life | None = None, options: Options = FAST) -> Coach:
    """It lives by the street's clock, and for as long as its life lasts."""
    passing, address = life or Life(), street.serve.settings["COACH_TWILIO_API_URL"]
    given = CarrierOptions(ACCOUNT, TOKEN, street.address, from_number=LINE, api_url=address)
    carrier = MortalCarrier(TwilioCarrier(given, street.clock, CODES), passing)
    store = MortalStore(SqlStore(street.engine), passing)
    return Coach(store, carrier, HANDBOOK, street.clock, options, elapsed=lambda: street.clock().timestamp())
