"""Is every text sent by something, and every gate used? What nothing reaches is either forgotten or misspelt."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from coach.adapters.library.desk import Desk, of_text
from coach.adapters.library.problems import Problem
from coach.core.model import Asked, Disposition


def check_use(desk: Desk) -> Iterator[Problem]:
    """Texts that are missing or that nothing sends, and gates that keep nothing from anybody."""
    if not desk.is_whole:
        return
    yield from _missing(desk)
    yield from _unserved(desk)
    yield from _idle_texts(desk)
    yield from _idle_gates(desk)


def drawn_groups(desk: Desk) -> frozenset[str]:
    """The groups that programmes or the program itself draw from."""
    slots = [slot for programme in desk.programmes.values() for slot in programme.slots]
    named = {group for slot in slots for group in (slot.group, slot.easy_group) if group}
    following = {asked.value for slot in slots for asked in slot.followed_by}
    return frozenset(named | following | set(_answering(desk)))


def _answering(desk: Desk) -> tuple[str, ...]:
    """The groups that answers are drawn from: each must have a text for everybody."""
    told = (one.group for one in desk.tellings if one.level is Disposition.SELF_CARE)
    return tuple(dict.fromkeys((*desk.needed.groups, *told)))


def _missing(desk: Desk) -> Iterator[Problem]:
    written = desk.library.templates.keys()
    named = (
        ("needed.toml", desk.needed.texts, "This text is needed and is in no file of templates/; write it."),
        ("needed.toml", desk.needed.not_yet, "No text has this id; take it from not_yet."),
        ("escalation.toml", _told(desk), "This text is in no file of templates/; write it."),
    )
    for file, ids, sentence in named:
        yield from (Problem(file, name, sentence) for name in dict.fromkeys(ids) if name not in written)
    for group in _answering(desk):
        if not desk.library.group(group):
            yield Problem("needed.toml", group, "No text is in this group, which the program draws from; write one.")


def _told(desk: Desk) -> list[str]:
    """The texts that tell of a case."""
    return [one.group for one in desk.tellings if one.level is not Disposition.SELF_CARE]


def _unserved(desk: Desk) -> Iterator[Problem]:
    """A group that the program answers from must have a text for everybody, whichever rules hold for them."""
    for group in _answering(desk):
        always = [t for t in desk.library.group(group) if t.weeks is None and t.step in (None, 1)]
        gates = sorted({gate for t in always for gate in t.gates | t.only})
        for held in (frozenset(some) for count in range(len(gates) + 1) for some in combinations(gates, count)):
            if always and not any(t.gates.isdisjoint(held) and t.only <= held for t in always):
                whom = " and ".join(sorted(held)) or "no rule"
                sentence = f"It has no text for people under {whom}; write one for them, or remove a gate."
                yield Problem("needed.toml", group, sentence)
                break


def _idle_texts(desk: Desk) -> Iterator[Problem]:
    used = set(desk.needed.texts) | _by_topic(desk) | {f"check_in.{asked}" for asked in Asked}
    used |= {question.text for question in desk.onboarding.questions.values()}
    used |= set(_told(desk))
    groups = drawn_groups(desk)
    for text in desk.texts:
        sent = text.template.id in used or bool(text.template.groups & groups)
        waiting = text.template.id in desk.needed.not_yet
        if not sent and not waiting:
            yield of_text(text, "Nothing sends this text; put it into a group that is used, or under not_yet.")
        if sent and waiting:
            yield of_text(text, "This text is sent; take it from not_yet in needed.toml.")


def _by_topic(desk: Desk) -> set[str]:
    entries = desk.lexicon.vocabulary.entries if desk.lexicon else ()
    topics = (e.label.removeprefix("topic:") for e in entries if e.label.startswith("topic:"))
    return {f"faq.{topic}" for topic in (*topics, "other")}


def _idle_gates(desk: Desk) -> Iterator[Problem]:
    named = {gate for text in desk.texts for gate in text.template.gates | text.template.only}
    ruled = {rule.gate for rule in desk.wordings}
    for gate in desk.library.gates:
        if gate not in named | ruled:
            sentence = "No text names this rule and it rules no wording; use it in a text, or remove it."
            yield Problem("gates.toml", gate, sentence)
