"""What texts are for, as people call it, counted: “12 drink prompts, 31 moves”."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

_FAMILIES = {
    "hydration": ("drink prompt", "drink prompts"),
    "exercise": ("move", "moves"),
    "education": ("lesson", "lessons"),
    "condition_check": ("weekly check", "weekly checks"),
    "food": ("food tip", "food tips"),
    "check_in": ("check-in", "check-ins"),
    "ack": ("answer", "answers"),
    "told": ("answer", "answers"),
}
_OTHER = ("other text", "other texts")


def counted(templates: Iterable[str]) -> str:
    """How many there are of each family, by their ids; "" when there are none."""
    counts = Counter(_FAMILIES.get(template.partition(".")[0], _OTHER) for template in sorted(templates))
    return ", ".join(f"{count} {one if count == 1 else many}" for (one, many), count in counts.items())
