"""How one attempt ended, from whatever the SDK, requests or the network raised.

The one question that matters: can the message exist at the carrier? When that is not known it is IN_DOUBT, for a repeat
could be a second text.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from requests import exceptions as requests_errors
from twilio.base.exceptions import TwilioException
from urllib3 import exceptions as urllib3_errors

from coach.adapters.library.carrier import CarrierCodes
from coach.core.failures import FailureClass
from coach.ports import Outcome, SendResult

LONGEST_PAUSE = timedelta(hours=1)
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)  # what the SDK raises on an answer it cannot read
FAILURES = (TwilioException, requests_errors.RequestException, urllib3_errors.HTTPError, OSError, *UNREADABLE)
_NEVER_LEFT = (
    requests_errors.ConnectTimeout,
    requests_errors.InvalidHeader,
    requests_errors.InvalidSchema,
    requests_errors.InvalidURL,
    requests_errors.MissingSchema,
    requests_errors.ProxyError,
    urllib3_errors.ConnectTimeoutError,
    urllib3_errors.NewConnectionError,  # also name resolution
)
# OpenSSL's words for a handshake that failed; any other TLS error may have come after the request was written
_HANDSHAKE = ("CERTIFICATE", "HANDSHAKE", "HTTP_REQUEST", "PROTOCOL", "UNRECOGNIZED_NAME", "WRONG_VERSION_NUMBER")


class Throttled(Exception):
    """The carrier answered 429: it has not looked at the request."""

    def __init__(self, retry_after: timedelta | None) -> None:
        """Keep the pause asked for, when one was."""
        super().__init__("throttled")
        self.retry_after = retry_after


def attempt(create: Callable[[], SendResult], codes: CarrierCodes) -> SendResult:
    """Run one create call and say how it ended, whatever it raises."""
    try:
        return create()
    except Throttled as throttled:
        return SendResult(Outcome.THROTTLED, failure=FailureClass.THROTTLE, retry_after=throttled.retry_after)
    except FAILURES as error:
        return _of_error(error, codes)


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After header, seconds or a date; None when absent, unreadable or past. At most an hour."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = _seconds_until(header, now)
    if not math.isfinite(seconds) or seconds <= 0:
        return None
    return timedelta(seconds=min(seconds, LONGEST_PAUSE.total_seconds()))


def _seconds_until(date: str, now: datetime) -> float:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return math.nan
    return ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds()


def _of_error(error: Exception, codes: CarrierCodes) -> SendResult:
    status = getattr(error, "status", None)
    if isinstance(error, TwilioException) and isinstance(status, int):
        return _of_answer(status, _code(error, status), codes)
    return SendResult(Outcome.NOT_SENT if _never_left(error) else Outcome.IN_DOUBT)


def _of_answer(status: int, code: int | None, codes: CarrierCodes) -> SendResult:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendResult(Outcome.IN_DOUBT, code=code)
    meaning = codes.meaning(code, status)
    outcome = Outcome.THROTTLED if meaning.failure is FailureClass.THROTTLE else Outcome.REJECTED
    return SendResult(outcome, code=code, failure=meaning.failure, meaning=meaning)


def _code(error: Exception, status: int) -> int | None:
    """Give the carrier's own code; the SDK repeats the HTTP status where an answer had none."""
    code = getattr(error, "code", None)
    return code if isinstance(code, int) and code != status else None


def _never_left(error: Exception) -> bool:
    return any(isinstance(cause, _NEVER_LEFT) or _handshake_failed(cause) for cause in _causes(error))


def _handshake_failed(cause: BaseException) -> bool:
    return isinstance(cause, ssl.SSLError) and any(word in (cause.reason or "") for word in _HANDSHAKE)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give the error and what it wraps: urllib3 hangs the cause on `reason`, requests in the arguments."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            waiting += [getattr(cause, "reason", None), cause.__cause__, *cause.args]
