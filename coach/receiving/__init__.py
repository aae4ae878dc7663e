"""Receiving loses nothing: what comes in is in the database, or on this machine's disk, before the carrier hears of it.

While the database cannot take a text it is set down on disk, and an emergency is answered from the text alone. Jobs
take up what waits on disk, in order, and find at the carrier what never reached us at all.
"""

from coach.receiving.missed import ASK_EVERY, LONGEST_BACK, NoMailbox
from coach.receiving.on_disk import TRIES, Door, NoSpool
from coach.receiving.way_in import Receiving

__all__ = ["ASK_EVERY", "LONGEST_BACK", "TRIES", "Door", "NoMailbox", "NoSpool", "Receiving"]
