"""What messages cost: the carrier's word where there is one, else the table's, and never a guess without either."""

from __future__ import annotations

from datetime import timedelta

from coach.adapters.database.costs import Cost
from coach.adapters.database.figures import CostFigures
from coach.adapters.database.ledger import Ledger
from coach.adapters.database.reports import Reports
from coach.adapters.database.tables import attempt
from coach.adapters.library.prices import CountryPrices, Priced, Prices
from coach.core.model import Channel, Lane
from coach.ports import Outcome
from tests.adapters.database.scene import Scene

US = CountryPrices(
    sms_segment=12_000, sms_failed=1_000, sms_received_segment=9_000, voice_minute=14_000, voice_call=30_000
)
PRICES = Prices("USD", "2026-11", "invented", {"US": US})
TWO_SEGMENTS = "Stand up slowly. " * 12


def costs(scene: Scene, prices: Prices = PRICES) -> tuple[Cost, ...]:
    """Of the hour up to now."""
    end = scene.now + timedelta(seconds=1)
    return tuple(Ledger(scene.engine).costs(end - timedelta(hours=1), end, prices))


def send(scene: Scene, person: int, carrier_id: str, body: str = "How are your legs?", **more: Channel) -> str:
    """A message the carrier took; gives its attempt."""
    scene.queue(person, Lane.REPLY, body, **more)
    message = scene.claim_one()
    scene.finish(message, Outcome.ACCEPTED, carrier_id=carrier_id, status="queued")
    return message.attempt_id


def test_texts_are_estimated_by_their_segments(scene: Scene) -> None:
    """One of one, one of two."""
    rosa = scene.enrol("Rosa")
    send(scene, rosa, "SM1")
    send(scene, rosa, "SM2", TWO_SEGMENTS)
    assert costs(scene) == (Cost("sms", "out", "US", "USD", messages=2, units=3, estimated=36_000),)


def test_the_carriers_word_takes_the_place_of_the_estimate(scene: Scene) -> None:
    """Message by message, and told twice it counts once; a message of somebody else is nobody's."""
    rosa = scene.enrol("Rosa")
    for carrier_id in ("SM1", "SM2"):
        send(scene, rosa, carrier_id)
    told = [Priced("SM1", 8_300, "USD"), Priced("SM1", 8_300, "USD"), Priced("SM-other", 1, "USD")]
    ledger = Ledger(scene.engine)
    assert [ledger.keep(told[:1]), ledger.keep(told[2:]), ledger.keep([])] == [1, 0, 0]
    ledger.keep(told)
    assert costs(scene) == (Cost("sms", "out", "US", "USD", 2, 2, told=8_300, estimated=12_000),)
    assert scene.column(attempt, "currency").count("USD") == 1


def test_what_was_not_taken_costs_nothing_and_what_failed_costs_little(scene: Scene) -> None:
    """A text the carrier refused is none; one it could not send has its own price."""
    rosa = scene.enrol("Rosa")
    scene.queue(rosa)
    scene.finish(scene.claim_one(), Outcome.REJECTED)
    scene.callback(send(scene, rosa, "SM1", TWO_SEGMENTS), "failed", "SM1")
    assert costs(scene) == (Cost("sms", "out", "US", "USD", 1, 2, estimated=1_000),)


def test_a_call_costs_each_minute_begun_and_nothing_when_nobody_took_it(scene: Scene) -> None:
    """Ninety seconds are two minutes."""
    rosa = scene.enrol("Rosa")
    taken = send(scene, rosa, "CA1", channel=Channel.VOICE)
    not_taken = send(scene, rosa, "CA2", channel=Channel.VOICE)
    scene.clock.advance(seconds=90)
    scene.callback(taken, "completed", "CA1")
    scene.callback(not_taken, "no-answer", "CA2")
    assert costs(scene) == (Cost("voice", "out", "US", "USD", 2, 2, estimated=30_000 + 2 * 14_000),)


def test_received_texts_cost_too(scene: Scene) -> None:
    """By the segments they came in."""
    scene.enrol("Rosa")
    scene.receive("Rosa", "5")
    scene.receive("Rosa", "Mis piernas están débiles. " * 4)
    assert costs(scene) == (Cost("sms", "in", "US", "USD", 2, 3, estimated=27_000),)


def test_a_country_without_a_price_is_counted_and_not_guessed(scene: Scene) -> None:
    """Whoever reads the sum is told what is not in it."""
    rosa = scene.enrol("Rosa")
    send(scene, rosa, "SM1")
    send(scene, rosa, "CA1", channel=Channel.VOICE)
    scene.receive("Rosa", "5")
    found = costs(scene, Prices("USD", "2026-11", "invented", {}))
    assert [(cost.channel, cost.way, cost.unpriced, cost.estimated) for cost in found] == [
        ("sms", "in", 1, 0), ("sms", "out", 1, 0), ("voice", "out", 1, 0),
    ]  # fmt: skip


def test_currencies_are_kept_apart(scene: Scene) -> None:
    """They cannot be added."""
    rosa = scene.enrol("Rosa")
    for carrier_id in ("SM1", "SM2"):
        send(scene, rosa, carrier_id)
    Ledger(scene.engine).keep([Priced("SM1", 7_000, "EUR")])
    assert [(cost.currency, cost.told, cost.estimated) for cost in costs(scene)] == [
        ("EUR", 7_000, 0), ("USD", 0, 12_000),
    ]  # fmt: skip


def test_only_the_time_asked_for_counts(scene: Scene) -> None:
    """From its first moment to just before its last."""
    rosa = scene.enrol("Rosa")
    send(scene, rosa, "SM1")
    ledger, now = Ledger(scene.engine), scene.now
    assert len(ledger.costs(now, now + timedelta(hours=1), PRICES)) == 1
    assert ledger.costs(now - timedelta(hours=1), now, PRICES) == ()


def test_the_figures_tell_the_last_hour_by_channel_and_source(scene: Scene) -> None:
    """In units of the currency; nothing without a table."""
    rosa = scene.enrol("Rosa")
    for carrier_id in ("SM1", "SM2"):
        send(scene, rosa, carrier_id)
    Ledger(scene.engine).keep([Priced("SM1", 8_300, "USD")])
    scene.clock.advance(minutes=40)
    assert Reports(scene.engine, PRICES).gauges(scene.now).costs == (
        CostFigures("sms", "USD", "carrier", 0.0083),
        CostFigures("sms", "USD", "estimate", 0.012),
    )
    assert Reports(scene.engine).gauges(scene.now).costs == ()
    scene.clock.advance(minutes=30)
    assert Reports(scene.engine, PRICES).gauges(scene.now).costs == ()
