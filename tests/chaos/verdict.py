"""What became of everything that was due, by the phone network's own ledger; our tables only say what was given up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from coach.adapters.database.tables import attempt, escalation, inbound, outbox
from coach.core.model import Lane
from coach.sandbox.ledger import Entry
from tests.chaos.street import Street


@dataclass(frozen=True)
class Verdict:
    """Figures of one run."""

    kills: int
    due: int
    """People of whom each was to get one prompt."""
    sent: int
    given_up: int
    """It was in the hands of somebody killed, the carrier does not list it, and it is shown as not delivered."""
    lost: int
    doubled: int
    """Prompts the carrier took more than once."""
    alarms: int
    """Texts with an emergency that were taken from people."""
    unanswered: int
    """Of those, how many got no alarm, or about which nobody was paged."""
    repeated: int
    """Posts of what must arrive beyond the first of each message."""

    def __str__(self) -> str:
        """One line, for the log of a run."""
        return ", ".join(f"{name} {value}" for name, value in asdict(self).items())


def judge(street: Street, kills: int, due: Collection[str], alarmed: Collection[str]) -> Verdict:
    """`due` are the phones of those who were to get one prompt, `alarmed` of those whose emergency text was taken."""
    taken = Counter(entry.recipient for entry in _taken(street))
    rows = street.rows(outbox)
    failed = {row.recipient for row in rows if row.lane == Lane.PROMPT and row.state == "failed"}
    missing = [phone for phone in due if not taken[phone]]
    sent = street.sent()
    return Verdict(
        kills=kills,
        due=len(due),
        sent=len(due) - len(missing),
        given_up=sum(phone in failed for phone in missing),
        lost=sum(phone not in failed for phone in missing),
        doubled=sum(taken[phone] > 1 for phone in due),
        alarms=len(alarmed),
        unanswered=len(set(alarmed) - _helped(street)),
        repeated=sum(max(0, sent[row.id] - 1) for row in rows if Lane(row.lane).must_arrive),
    )


def _taken(street: Street) -> Sequence[Entry]:
    return street.network.ledger.entries("message")


def _helped(street: Street) -> set[str]:
    """Who got an alarm, and about whose case somebody was paged."""
    told = {entry.recipient for entry in _taken(street) if "911" in entry.text}
    senders = {row.id: row.sender for row in street.rows(inbound)}
    pages = street.pages()
    return {senders[row.inbound_id] for row in street.rows(escalation) if pages[row.id]} & told


def nothing_is_lost_or_doubled(street: Street, verdict: Verdict) -> None:
    """Zero lost, zero doubled; what must arrive may come twice, but not more often than somebody was killed."""
    assert (verdict.lost, verdict.doubled, verdict.unanswered) == (0, 0, 0), verdict
    assert verdict.repeated <= verdict.kills, verdict
    assert set(street.at_carrier().values()) <= {1}, "no attempt is posted twice"
    _only_what_was_begun_is_given_up(street)


def _only_what_was_begun_is_given_up(street: Street) -> None:
    begun = Counter(row.outbox_id for row in street.rows(attempt))
    dropped = [row for row in street.rows(outbox) if row.lane == Lane.PROMPT and row.state in {"expired", "cancelled"}]
    assert dropped == []
    failed = [row.id for row in street.rows(outbox) if row.state == "failed"]
    assert all(begun[number] for number in failed)
