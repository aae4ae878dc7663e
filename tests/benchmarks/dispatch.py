"""How fast queued texts leave, beside a bare loop over the carrier's SDK; the measuring is that of sending.py."""

from __future__ import annotations

from tests.benchmarks.figures import Found, at_least
from tests.benchmarks.place import KINDS, Place, say
from tests.benchmarks.sending import Size, measure

_WANTED = {50.0: 0.9, 0.0: 0.8}
"""The share of the bare loop's rate, by how many milliseconds a text takes at the carrier."""


def run(place: Place) -> Found:
    """Both databases, a carrier that takes its time and one that takes none."""
    size = Size(messages=40, rounds=1) if place.quick else Size()
    rows, targets = [], []
    for kind in KINDS:
        for delay, wanted in _WANTED.items():
            say(f"dispatch: {kind}, {delay:.0f} ms")
            url = place.database(kind)
            bare, coach = measure(url, delay / 1000, size)
            place.drop(url)
            ratio = coach.per_second / bare.per_second
            name = f"{kind}, answered after {delay:.0f} ms"
            figures = (f"{bare.per_second:,.0f}", f"{coach.per_second:,.0f}", f"{ratio:.2f}")
            rows.append((name, *figures, f"{bare.cpu_ms:.2f}", f"{coach.cpu_ms:.2f}"))
            targets.append(at_least(name, ratio, wanted, " x"))
    about = (
        f"{size.messages:,} queued texts: claimed, posted by {size.senders} threads, their ends kept. "
        f"Beside it a loop over the SDK with as many threads, which keeps nothing. Medians of {size.rounds}, "
        "the two taking turns."
    )
    head = ("", "bare loop/s", "coach/s", "ratio", "bare ms CPU", "coach ms CPU")
    return Found("Sending: how fast do queued texts leave?", about, head, rows, targets)
