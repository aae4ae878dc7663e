"""What a text says: `read` is the only door, and `Lexicon` the words it knows."""

from coach.core.reading.answers import takes_yes
from coach.core.reading.days import THESE_DAYS
from coach.core.reading.lexicon import Entry, Lexicon, Vocabulary, build_lexicon
from coach.core.reading.reader import read

__all__ = ["THESE_DAYS", "Entry", "Lexicon", "Vocabulary", "build_lexicon", "read", "takes_yes"]
