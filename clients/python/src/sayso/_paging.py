"""All pages of an answer."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeVar, overload

Item_co = TypeVar("Item_co", covariant=True)
Request = TypeVar("Request")
Response = TypeVar("Response", bound="Page")


class Page(Protocol):
    """An answer that may have a next one."""

    @property
    def next_page_token(self) -> str:
        """Empty on the last page."""


class Hits(Page, Protocol[Item_co]):
    """A page of hits."""

    @property
    def hits(self) -> Iterable[Item_co]:
        """Those of this page."""


class Articles(Page, Protocol[Item_co]):
    """A page of articles."""

    @property
    def articles(self) -> Iterable[Item_co]:
        """Those of this page."""


def pages(method: Callable[[Request], Response], request: Request) -> Iterator[Response]:
    """Calls a method until there is no next page, and yields every answer: of a search, a list, or a long article."""
    token = ""
    while True:
        page = method(next_request(request, token))
        yield page
        token = page.next_page_token
        if not token:
            return


@overload
def iterate(method: Callable[[Request], Hits[Item_co]], request: Request) -> Iterator[Item_co]: ...
@overload
def iterate(method: Callable[[Request], Articles[Item_co]], request: Request) -> Iterator[Item_co]: ...
def iterate(method: Callable[[Request], Any], request: Request) -> Iterator[Any]:
    """All hits, or articles, of all pages."""
    for page in pages(method, request):
        yield from items(page)


def items(page: Any) -> Iterable[Any]:
    """The hits or articles of a page."""
    found: Iterable[Any] = page.hits if hasattr(page, "hits") else page.articles
    return found


def next_request(request: Request, token: str) -> Request:
    """The request for the next page; the first one goes on from the token that the caller gave."""
    if not token:
        return request
    copy = type(request)()
    copy.CopyFrom(request)  # type: ignore[attr-defined]
    copy.page_token = token  # type: ignore[attr-defined]
    return copy
