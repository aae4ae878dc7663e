"""A yes that may belong to an older question about a sign: ask again once, then a person does."""

from __future__ import annotations

from coach.core.conversation.asked_signs import times_put
from coach.core.conversation.hearing import Heard
from coach.core.conversation.moment import Moment
from coach.core.events import CheckInOpened, Event, TaskRaised
from coach.core.model import Asked, Channel, CheckIn


def settle(moment: Moment, heard: Heard) -> tuple[Event, ...]:
    """The older question about a sign once more, when a yes may be for it; after that a person asks."""
    waiting = heard.unsettled
    if waiting is None or moment.channel is Channel.VOICE:
        return ()
    template = _asked_with(moment, waiting)
    if template is None or times_put(moment, waiting) > 1:
        return unsettled(heard)
    question = CheckInOpened(waiting.asked, waiting.day, scheduled=False, about=waiting.about)
    words = f"{moment.text('ask.again')} {moment.text(template)}"
    return (question, moment.answer(template, words, "an older question about a sign may have been answered"))


def unsettled(heard: Heard) -> tuple[Event, ...]:
    """Work for a person: it is open which question a yes was meant for."""
    if heard.unsettled is None:
        return ()
    return (TaskRaised("unsettled_yes", f"a yes may have been meant for the question about {heard.unsettled.about}"),)


def _asked_with(moment: Moment, question: CheckIn) -> str | None:
    """The text that put a question about a sign."""
    templates = moment.handbook.library.templates
    sent = (message.template for message in reversed(moment.conversation.sent) if message.template in templates)
    if question.asked is Asked.RED_FLAG:
        return next((name for name in sent if "red_flag" in templates[name].groups), None)
    return next((name for name in sent if templates[name].yes_means == question.about), None)
