"""What is said to a text while nothing can be looked up or recorded: the emergency message, or nothing."""

from __future__ import annotations

from datetime import datetime

from coach.core.conversation.respond import respond
from coach.core.events import MessageQueued
from coach.core.handbook import Handbook
from coach.core.model import Conversation, InboundMessage, Lane, Language, Participant, Status


def emergency_text(message: InboundMessage, handbook: Handbook, country: str, now: datetime) -> str | None:
    """The emergency message for a text whose sender cannot be looked up; None when the text by itself calls for none.

    The text is read as a stranger's: without history, in the language it shows, what is not known of the profile on the
    careful side. It is dealt with again, with all that is known, as soon as it can be recorded; so whoever was told to
    call the emergency number may be told so twice, and is never told less than this first. A text that only asks to
    stop is not answered; one that tells of an emergency is, whatever else it says (decision 2).
    """
    stranger = Participant(0, message.sender, Status.STRANGER, Language.EN, country)
    decided = respond(Conversation(stranger), message, handbook, now)
    texts = (event for event in decided if isinstance(event, MessageQueued) and event.lane is Lane.EMERGENCY)
    return next((text.body for text in texts), None)
