"""Lists in pages, as the REST API gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from coach.sandbox.resources import Json

DEFAULT_SIZE, MAXIMUM_SIZE = 50, 1000


class HasSid(Protocol):
    """Anything with an id."""

    @property
    def sid(self) -> str:
        """The id."""


T = TypeVar("T", bound=HasSid)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The query of a list request and the path it came to."""

    path: str
    query: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """Return a query parameter, or an empty string."""
        return dict(self.query).get(name, "")

    @property
    def size(self) -> int:
        """Items per page, at most 1000."""
        return min(max(_whole(self.get("PageSize"), DEFAULT_SIZE), 1), MAXIMUM_SIZE)

    @property
    def page(self) -> int:
        """Number of the page, from 0."""
        return max(_whole(self.get("Page"), 0), 0)

    def uri(self, page: int, token: str = "") -> str:
        """Return the address of another page of the same list."""
        kept = [(name, value) for name, value in self.query if name not in ("Page", "PageToken", "PageSize")]
        paging = [("PageSize", str(self.size)), ("Page", str(page)), *([("PageToken", token)] if token else [])]
        return f"{self.path}?{urlencode([*kept, *paging])}"


def page_json(request: PageRequest, key: str, items: Sequence[T], as_json: Callable[[T], Json]) -> Json:
    """Return one page of `items` (newest first) under `key`.

    The token names the last item of the page before, so that items added meanwhile shift nothing.
    """
    start = _start(request, items)
    shown = items[start : start + request.size]
    more = start + request.size < len(items)
    return {
        key: [as_json(item) for item in shown],
        "page": request.page,
        "page_size": request.size,
        "start": start,
        "end": start + max(len(shown) - 1, 0),
        "uri": request.uri(request.page, request.get("PageToken")),
        "first_page_uri": request.uri(0),
        "next_page_uri": request.uri(request.page + 1, f"PA{shown[-1].sid}") if more else None,
        "previous_page_uri": request.uri(request.page - 1) if request.page else None,
    }


def _start(request: PageRequest, items: Sequence[HasSid]) -> int:
    last_seen = request.get("PageToken").removeprefix("PA")
    found = next((index + 1 for index, item in enumerate(items) if item.sid == last_seen), None)
    return request.page * request.size if found is None else found


def _whole(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default
