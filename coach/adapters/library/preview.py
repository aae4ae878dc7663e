"""What one person would get: the text chosen, filled in and measured, and why every other was passed over."""

from __future__ import annotations

from collections.abc import Iterator

from coach.adapters.library.desk import Desk, Said, listed
from coach.adapters.library.grade import ease, grade
from coach.adapters.library.lint_wording import plain_text
from coach.core.content import Situation, Template, choose, render
from coach.core.model import Language
from coach.core.sms import encoding, segments


def preview(desk: Desk, name: str, situation: Situation) -> Iterator[str]:
    """The lines to print for a text or a group of that name.

    Raises:
        LookupError: there is neither; the sentence says so.
    """
    group = desk.library.group(name)
    template = desk.library.templates.get(name)
    if template is None and not group:
        raise LookupError(f"There is no text and no group named {name}; coach check --texts FOLDER writes them out.")
    if template is not None:
        yield from _one(desk, template, situation)
    if group and group != (template,):
        yield from _of_group(desk, name, situation)


def _one(desk: Desk, template: Template, situation: Situation) -> Iterator[str]:
    reasons = list(_why_not(desk, template, situation))
    yield f"{template.id}: this person may get it." if not reasons else f"{template.id}: this person does not get it."
    yield from (f"  {reason}" for reason in reasons)
    yield from _shown(desk, template, situation)


def _of_group(desk: Desk, group: str, situation: Situation) -> Iterator[str]:
    choice = choose(desk.library, group, situation)
    if choice.template is None:
        yield f"{group}: no text of this group is for this person now, so none is sent."
    else:
        because = f" ({choice.because})" if choice.because else ""
        yield f"{group}: this person gets {choice.template.id} first{because}."
        yield from _shown(desk, choice.template, situation)
    rest = [template for template in desk.library.group(group) if template is not choice.template]
    by_reason: dict[str, list[str]] = {}
    for template in rest:
        for reason in list(_why_not(desk, template, situation)) or ["for this person too, later"]:
            by_reason.setdefault(reason, []).append(template.id)
    yield from (f"{reason[0].upper()}{reason[1:]}: {', '.join(names)}" for reason, names in sorted(by_reason.items()))


def _why_not(desk: Desk, template: Template, situation: Situation) -> Iterator[str]:
    yield from _against(desk, template, situation)
    yield from _out_of_time(template, situation)


def _against(desk: Desk, template: Template, situation: Situation) -> Iterator[str]:
    profile = situation.participant.profile
    applying = desk.library.applying(profile, hot=situation.hot, reported=situation.reported)
    for gate in sorted(template.gates & applying):
        yield f"kept from this person by rule {gate} ({desk.library.gates[gate].title})"
    for gate in sorted(template.only - applying):
        yield f"only for people under rule {gate} ({desk.library.gates[gate].title})"


def _out_of_time(template: Template, situation: Situation) -> Iterator[str]:
    weeks = template.weeks
    if weeks is not None and situation.week not in weeks:
        yield f"only in weeks {weeks.first} to {weeks.last}, not in week {situation.week}"
    if template.step is not None and template.step > situation.step:
        yield f"only from step {template.step} on, not at step {situation.step}"


def _shown(desk: Desk, template: Template, situation: Situation) -> Iterator[str]:
    person = situation.participant
    text = next(text for text in desk.texts if text.template.id == template.id)
    region = f"{person.language.value}-{person.country}"
    name = region if region in template.regional else person.language.value
    said = Said(text, name, person.language, template.wording(person.language, person.country))
    filled = render(template, person.language, _values(desk, situation), person.country)
    yield f"  version {template.version}, {name}, {_measured(said, filled)}"
    yield from ("", filled, "")


def _measured(said: Said, filled: str) -> str:
    parts = segments(filled)
    reading = (
        f"grade {grade(plain_text(said)):.1f}" if said.language is Language.EN else f"ease {ease(plain_text(said)):.0f}"
    )
    return f"{parts} part{'s' if parts != 1 else ''}, {encoding(filled).value}, {reading}"


def _values(desk: Desk, situation: Situation) -> dict[str, str]:
    """Real numbers of the person's country, and the longest example of everything else."""
    person = situation.participant
    numbers = desk.library.numbers_for(person.country)
    return desk.rules.longest_values(person.language) | {
        "em": numbers.emergency,
        "crisis": numbers.crisis_words[person.language],
        "urgent": numbers.urgent,
        "choices": listed(desk.library.zone_choices(person.country), person.language),
    }
