"""What messages cost: by the carrier's word where it gave one, else by a price table. Amounts are in millionths.

Calls that people made to us are not among the attempts, so they are not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from coach.adapters.database.figures import CostFigures
from coach.adapters.database.tables import attempt, inbound, outbox, participant
from coach.adapters.library.prices import MICROS, CountryPrices, Priced, Prices, minutes
from coach.core.model import Channel
from coach.core.sms import segments
from coach.ports import Outcome

_NOT_BILLED = frozenset({"busy", "no-answer", "failed", "canceled"})  # of calls: nobody took them
_FAILED = "failed"  # of a text: it never left the carrier


@dataclass(frozen=True, slots=True)
class Cost:
    """Messages of one channel, way and country together. `units`: segments of texts, minutes of calls."""

    channel: str
    way: str  # out or in
    country: str
    currency: str
    messages: int
    units: int
    told: int = 0  # by the carrier
    estimated: int = 0  # by the table
    unpriced: int = 0  # messages that neither gives a price for

    @property
    def key(self) -> tuple[str, ...]:
        """What is added up apart."""
        return self.channel, self.way, self.country, self.currency


def keep_prices(connection: Connection, priced: Iterable[Priced]) -> int:
    """Keep the carrier's prices with their attempts. Returns how many attempts were priced."""
    rows = [{"b_id": one.carrier_id, "price_micros": one.micros, "currency": one.currency} for one in priced]
    if not rows:
        return 0
    return sum(connection.execute(_KEEP, row).rowcount for row in rows)


_KEEP = update(attempt).where(attempt.c.carrier_id == bindparam("b_id"))


def read_costs(connection: Connection, begin: datetime, end: datetime, prices: Prices) -> Sequence[Cost]:
    """What everything sent and received from `begin` until `end` cost, by channel, way and country."""
    return _added([*_sent(connection, begin, end, prices), *_received(connection, begin, end, prices)])


def read_cost_figures(connection: Connection, begin: datetime, end: datetime, prices: Prices) -> Sequence[CostFigures]:
    """What was sent from `begin` until `end` cost, by channel: the carrier's word and the estimate apart."""
    figures: dict[tuple[str, str, str], int] = {}
    for cost in _sent(connection, begin, end, prices):
        for source, micros in (("carrier", cost.told), ("estimate", cost.estimated)):
            key = (cost.channel, cost.currency, source)
            figures[key] = figures.get(key, 0) + micros
    return tuple(CostFigures(*key, micros / MICROS) for key, micros in sorted(figures.items()) if micros)


def _sent(connection: Connection, begin: datetime, end: datetime, prices: Prices) -> Iterator[Cost]:
    within = (attempt.c.started_at >= begin, attempt.c.started_at < end, attempt.c.outcome == Outcome.ACCEPTED)
    yield from _texts_by_carrier(connection, within)
    yield from _texts_by_table(connection, within, prices)
    yield from _calls(connection, within, prices)


def _texts_by_carrier(connection: Connection, within: tuple[ColumnElement[bool], ...]) -> Iterator[Cost]:
    a, o, p = attempt.c, outbox.c, participant.c
    sums = (func.count(), func.sum(o.segments), func.sum(a.price_micros))
    statement = select(p.country, a.currency, *sums).join(outbox, o.id == a.outbox_id).join(participant)
    told = statement.where(*within, o.channel == Channel.SMS, a.price_micros.is_not(None))
    for country, currency, count, units, micros in connection.execute(told.group_by(p.country, a.currency)):
        yield Cost("sms", "out", country, currency, count, int(units), told=int(micros))


def _texts_by_table(connection: Connection, within: tuple[ColumnElement[bool], ...], prices: Prices) -> Iterator[Cost]:
    a, o, p = attempt.c, outbox.c, participant.c
    failed = func.coalesce(a.status, "") == _FAILED
    statement = select(p.country, failed, func.count(), func.sum(o.segments)).join(outbox, o.id == a.outbox_id)
    untold = statement.join(participant).where(*within, o.channel == Channel.SMS, a.price_micros.is_(None))
    for country, is_failed, count, units in connection.execute(untold.group_by(p.country, failed)):
        table = prices.of(country)
        if table is None:
            yield Cost("sms", "out", country, prices.currency, count, int(units), unpriced=count)
        else:
            micros = count * table.sms_failed if is_failed else table.texts(int(units))
            yield Cost("sms", "out", country, prices.currency, count, int(units), estimated=micros)


def _calls(connection: Connection, within: tuple[ColumnElement[bool], ...], prices: Prices) -> Iterator[Cost]:
    """How long a call was is not told apart from when it ended, so its ringing counts too."""
    a, o, p = attempt.c, outbox.c, participant.c
    columns = (p.country, a.started_at, a.status, a.status_at, a.price_micros, a.currency)
    calls = select(*columns).join(outbox, o.id == a.outbox_id).join(participant).where(o.channel == Channel.VOICE)
    for row in connection.execute(calls.where(*within)):
        ended = row.status == "completed" and row.status_at is not None
        seconds = (row.status_at - row.started_at).total_seconds() if ended else 0.0
        units = 0 if row.status in _NOT_BILLED else minutes(seconds)
        one = Cost("voice", "out", row.country, row.currency or prices.currency, 1, units)
        yield _priced_call(one, seconds, row.price_micros, prices.of(row.country))


def _priced_call(call: Cost, seconds: float, told: int | None, table: CountryPrices | None) -> Cost:
    if told is not None:
        return replace(call, told=told)
    if table is None:
        return replace(call, unpriced=1)
    return replace(call, estimated=table.call(seconds) if call.units else 0)


def _received(connection: Connection, begin: datetime, end: datetime, prices: Prices) -> Iterator[Cost]:
    i, p = inbound.c, participant.c
    within = (i.received_at >= begin, i.received_at < end, i.channel == Channel.SMS)
    texts = select(p.country, i.body).join(participant, p.id == i.participant_id).where(*within)
    for country, body in connection.execute(texts):
        table, units = prices.of(country), max(1, segments(body))
        if table is None:
            yield Cost("sms", "in", country, prices.currency, 1, units, unpriced=1)
        else:
            yield Cost("sms", "in", country, prices.currency, 1, units, estimated=units * table.sms_received_segment)


def _added(costs: Iterable[Cost]) -> tuple[Cost, ...]:
    in_order = sorted(costs, key=lambda cost: cost.key)
    return tuple(_sum(key, tuple(alike)) for key, alike in groupby(in_order, key=lambda cost: cost.key))


def _sum(key: tuple[str, ...], alike: Sequence[Cost]) -> Cost:
    channel, way, country, currency = key
    return Cost(
        channel,
        way,
        country,
        currency,
        messages=sum(cost.messages for cost in alike),
        units=sum(cost.units for cost in alike),
        told=sum(cost.told for cost in alike),
        estimated=sum(cost.estimated for cost in alike),
        unpriced=sum(cost.unpriced for cost in alike),
    )
