"""The reader for the commands that read."""

from __future__ import annotations

import gc

from coach.adapters.library.lexicon import load_lexicon
from coach.adapters.library.triage import load_triage
from coach.core.reading import Lexicon
from coach.core.triage import TriageRules
from coach.resources import folder


def load_reader() -> tuple[Lexicon, TriageRules]:
    """The words and the rules of messages/.

    Everything made here stays, so a look for garbage in between would find none and cost a third of the time.
    """
    messages = folder("messages")
    gc.disable()
    try:
        return load_lexicon(messages), load_triage(messages)
    finally:
        gc.freeze()
        gc.enable()
