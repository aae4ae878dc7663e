"""All benchmarks by name; prints their tables and keeps them in docs/performance.md.

    uv run python -m tests.benchmarks
    uv run python -m tests.benchmarks ticks latency
    uv run python -m tests.benchmarks --quick

`--quick` only shows that they run: it takes small figures that mean nothing, and keeps none of them.
"""

from __future__ import annotations

import importlib
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from traceback import format_exception

from coach.adapters.clock import system_clock
from tests.benchmarks.document import keep
from tests.benchmarks.place import Place, load, machine, open_place, say

NAMES = ("ticks", "plan", "dispatch", "inbound", "naive", "workers", "latency", "size")
DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"


def main() -> int:
    """Exit status: 0 they ran, whatever they found; 1 one of them failed its own checks, and the others ran."""
    options = _options()
    failed = 0
    with open_place(quick=options.quick) as place:
        for name in options.names or NAMES:
            try:
                section = _section(name, place)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - an hour's work of the others must not be lost
                failed = 1
                say(f"{name} failed: {''.join(format_exception(error))}")
                continue
            sys.stdout.write(f"{section}\n\n")
            sys.stdout.flush()
            if options.write:
                keep(options.write, name, section, NAMES)
    return failed


def _section(name: str, place: Place) -> str:
    before = load()
    found = importlib.import_module(f"tests.benchmarks.{name}").run(place)
    run = f"Run on {system_clock():%d %B %Y}; load before and after: {before}, {load()}. {machine()}; "
    return f"{found.markdown()}\n\n{run}PostgreSQL {place.postgres_version()}."


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m tests.benchmarks", description="How fast, and what it costs.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(NAMES)}; left out: all")
    parser.add_argument("--quick", action="store_true", help="small, to see that they run; the figures mean nothing")
    parser.add_argument("--write", type=Path, help="the document to keep the tables in; left out: docs/performance.md")
    options = parser.parse_args()
    unknown = sorted({*options.names} - {*NAMES})
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; choose from {', '.join(NAMES)}")
    options.write = options.write or (None if options.quick else DOCUMENT)
    return options


if __name__ == "__main__":  # the carrier's process imports this file again
    say("the benchmarks take a while; run them on a machine that does nothing else")
    sys.exit(main())
