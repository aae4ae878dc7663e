"""Ruth, who speaks English, and Rosa, who speaks Spanish: both take part by phone and were born in 1948."""

from __future__ import annotations

from datetime import UTC, date, datetime

from coach.core.events import CheckInOpened
from coach.core.model import Asked, Channel, Language, Status
from tests.core.phoning import PhoneCall
from tests.core.talking import Talk, meet

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""Ten in the morning in New York."""
SUNDAY = datetime(2026, 3, 8, 15, tzinfo=UTC)
BORN = "1948"


def takes_part(now: datetime = MONDAY, **facts: object) -> Talk:
    """Somebody who takes part by phone."""
    known: dict[str, object] = {
        "status": Status.ACTIVE,
        "zone": "America/New_York",
        "name": "Ruth Ames",
        "channel": Channel.VOICE,
        "enrolled_on": date(2026, 2, 20),
        "birth_year": int(BORN),
    }
    return meet(now, **(known | facts))


def rings(talk: Talk, *, inbound: bool = False, can_connect: bool = False) -> PhoneCall:
    """A call that was just picked up."""
    return PhoneCall(talk, inbound, can_connect)


def asked(talk: Talk) -> Talk:
    """The day's question was put: a check-in call is on its way."""
    talk.keep((CheckInOpened(Asked.WEAKNESS, talk.now.date()),))
    return talk


def ruth(*, inbound: bool = False, can_connect: bool = False, **facts: object) -> PhoneCall:
    """Ruth on the phone."""
    return rings(takes_part(**facts), inbound=inbound, can_connect=can_connect)


def rosa(*, inbound: bool = False, can_connect: bool = False, **facts: object) -> PhoneCall:
    """Rosa on the phone."""
    return rings(takes_part(name="Rosa Díaz", language=Language.ES, **facts), inbound=inbound, can_connect=can_connect)


def known(call: PhoneCall) -> PhoneCall:
    """They have pressed 1 and told who they are."""
    call.presses("1")
    call.presses(BORN)
    return call
