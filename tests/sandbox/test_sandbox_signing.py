"""Webhook signatures are those Twilio would make."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from coach.sandbox.signing import signature

PUBLISHED = (
    ("Digits", "1234"),
    ("CallSid", "CA1234567890ABCDE"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
    ("From", "+14158675309"),
)


def test_the_published_example_is_reproduced() -> None:
    """Twilio prints this address, token, form and signature in its security guide."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(url, PUBLISHED, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_field_sent_several_times_counts_once_per_value() -> None:
    """Values of one name are sorted and repeated values dropped."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    once = (("Digits", "1234"), ("Digits", "5678"))
    assert signature(url, (("Digits", "5678"), *once), "12345") == signature(url, once, "12345")


def test_the_fragment_is_not_signed() -> None:
    """A fragment only tells the network how to connect."""
    assert signature("http://a.example/x#rc=3", (), "t") == signature("http://a.example/x", (), "t")


@given(
    form=st.dictionaries(st.text(min_size=1), st.text(), max_size=8),
    path=st.from_regex(r"/[a-z0-9]{0,9}", fullmatch=True),
)
def test_any_form_is_signed_as_twilios_validator_expects(form: dict[str, str], path: str) -> None:
    """The SDK's validator accepts the signature of any form."""
    url = f"http://127.0.0.1:8000{path}"
    assert RequestValidator("secret").validate(url, form, signature(url, form.items(), "secret"))
