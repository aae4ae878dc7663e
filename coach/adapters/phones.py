"""Telephone numbers as people write them, made into E.164."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

LONGEST = 40
"""Longer texts are no telephone number and are not looked at (in characters)."""

COUNTRY_NAMES = {
    "US": "United States", "CA": "Canada", "MX": "Mexico", "ES": "Spain", "GB": "United Kingdom",
    "IE": "Ireland", "AU": "Australia", "NZ": "New Zealand",
}  # fmt: skip
"""Names of the countries whose emergency number is known, by their ISO 3166 codes."""

_FICTIONAL = re.compile(r"\+1[2-9]\d{2}55501\d{2}")
_SPREADSHEET = re.compile(r"[+']?\d([.,]\d+)?[eE]\+?\d+")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something that was typed cannot be used: one plain sentence that also says what to do."""

    sentence: str


def normalise_phone(text: str, country: str, *, allow_fictional: bool = False) -> str | Problem:
    """Give the number in E.164 ("+12025550143"), or say in one sentence what is wrong with it.

    A number without a country code is read as one of `country` (ISO 3166 alpha-2). The numbers reserved for fiction,
    555-01xx, are refused unless `allow_fictional` says that this is a demonstration.
    """
    written = text.strip().removeprefix("'")  # spreadsheets put an apostrophe before a leading plus sign
    early = _plainly_wrong(written)
    if early:
        return Problem(early)
    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException as error:
        return Problem(_why_unreadable(error, country))
    full = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if _FICTIONAL.fullmatch(full):
        return full if allow_fictional else Problem("This number is reserved for films and examples; use a real one.")
    if number.extension:
        return Problem("A number with an extension cannot receive texts; use another number.")
    return full if phonenumbers.is_valid_number(number) else Problem(_why_invalid(number, country))


def pretty_phone(phone: str) -> str:
    """The E.164 number spaced for reading, such as "+1 202-555-0143"; anything else comes back unchanged."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _plainly_wrong(written: str) -> str | None:
    if not written:
        return "Write the phone number."
    if len(written) > LONGEST:
        return "This is too long for a phone number; write one number only."
    if _SPREADSHEET.fullmatch(written):
        return "A spreadsheet has shortened this number; format the column as text and write the number in full."
    return None


def _why_unreadable(error: phonenumbers.NumberParseException, country: str) -> str:
    if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
        return f"The country code is not known; write the number with + and its country code, {_example(country)}."
    return f"This is not a phone number; write digits, {_example(country)}."


def _why_invalid(number: phonenumbers.PhoneNumber, country: str) -> str:
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason in {phonenumbers.ValidationResult.TOO_SHORT, phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY}:
        return f"This number has too few digits; write it with its area code, {_example(country)}."
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        return f"This number has too many digits; check it against {_example(country)}."
    return "No such number is in use in that country; check it with the person."


def _example(country: str) -> str:
    if country == "US":  # the example number of the numbering plan would be somebody's
        return "for example +1 202 555 0143"
    sample = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if sample is None:
        return "for example +1 202 555 0143"
    shown = phonenumbers.format_number(sample, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return f"for example {shown} ({COUNTRY_NAMES.get(country, country)})"
