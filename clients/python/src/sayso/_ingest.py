"""The books of an ingest: what is to be sent, what waits for its answer, and what was acknowledged."""

import collections
import dataclasses
import time
from collections.abc import Iterator

from .errors import SaysoError
from .v1 import (
    ARTICLE_CHANGE_UNSPECIFIED,
    WAIT_FOR_DURABLE,
    Article,
    ArticleChange,
    DeleteArticleRequest,
    IngestArticlesRequest,
    IngestArticlesResponse,
    PutArticleRequest,
    WaitFor,
)

# What can be ingested: an article, or a put or delete with settings of its own.
Change = Article | PutArticleRequest | DeleteArticleRequest


@dataclasses.dataclass(frozen=True)
class Acknowledgement:
    """What became of one change."""

    # The change, as it was given.
    change: Change
    # The article's id, as given or as made by the server.
    id: str
    # What the write did; unspecified if it was not made.
    outcome: "ArticleChange.ValueType"
    # The article's present revision and etag; 0 and empty if it was deleted.
    revision: int = 0
    etag: str = ""
    # Whether every read sees the change already.
    searchable: bool = False
    # Why the change was not made; None if it was.
    error: SaysoError | None = None


@dataclasses.dataclass
class _Entry:
    """A change that is not acknowledged yet."""

    change: Change
    request: IngestArticlesRequest
    durable: IngestArticlesResponse.DurableEvent | None = None

    @property
    def id(self) -> str:
        return self.request.put.article.id or self.request.delete.id

    def acknowledge(self, searchable: bool) -> Acknowledgement:
        assert self.durable is not None
        of = self.durable
        return Acknowledgement(self.change, of.id, of.change, of.revision, of.etag, searchable)


class Ledger:
    """Of every change, how far it has come. It knows no streams and no threads.

    A change of an article is sent only when earlier changes of the same article are acknowledged, so that one that is sent
    again never undoes a later one.
    """

    def __init__(self, wait_for: "WaitFor.ValueType", window: int, patience: float) -> None:
        self._wait_for, self._window, self._patience = wait_for, window, patience
        self._entries: dict[int, _Entry] = {}
        self._unsent: collections.deque[int] = collections.deque()
        self._busy: set[str] = set()
        self._last = 0
        self._progress = time.monotonic()
        self._resume = 0.0
        # Whether the source has ended.
        self.exhausted = False

    @property
    def full(self) -> bool:
        """Whether so many changes are under way that no more should be read from the source."""
        return len(self._entries) >= self._window

    @property
    def finished(self) -> bool:
        """Whether everything is acknowledged."""
        return self.exhausted and not self._entries

    @property
    def all_said(self) -> bool:
        """Whether nothing will have to be sent any more, unless the stream breaks."""
        return self.exhausted and not self._unsent and all(entry.durable for entry in self._entries.values())

    @property
    def pause(self) -> float:
        """For how many seconds nothing should be sent, because the server asked for that."""
        return max(0.0, self._resume - time.monotonic())

    def add(self, change: Change) -> None:
        """Takes in a change from the source."""
        self._last += 1
        request = IngestArticlesRequest(client_sequence=self._last)
        match change:
            case Article():
                request.put.article.CopyFrom(change)
            case PutArticleRequest():
                request.put.CopyFrom(change)
            case DeleteArticleRequest():
                request.delete.CopyFrom(change)
            case _:
                raise TypeError(f"expected an Article, PutArticleRequest or DeleteArticleRequest, not {type(change)}")
        self._entries[self._last] = _Entry(change, request)
        self._unsent.append(self._last)

    def next(self) -> IngestArticlesRequest | None:
        """What to send now; None if there is nothing, or if it has to wait."""
        if not self._unsent or self.pause:
            return None
        entry = self._entries[self._unsent[0]]
        if entry.id in self._busy:
            return None
        if entry.id:
            self._busy.add(entry.id)
        self._unsent.popleft()
        return entry.request

    def answered(self, answer: IngestArticlesResponse) -> Acknowledgement | None:
        """Notes an answer, and returns the acknowledgement if it is the last one of its change."""
        entry = self._entries.get(answer.client_sequence)
        if entry is None:
            return None
        self._progress = time.monotonic()
        match answer.WhichOneof("event"):
            case "durable":
                # Sent again after the connection broke, the change is made already; the first answer tells what it did.
                entry.durable = entry.durable or answer.durable
                if self._wait_for != WAIT_FOR_DURABLE:
                    return None
                return self._close(answer.client_sequence, entry.acknowledge(searchable=False))
            case "searchable":
                return self._close(answer.client_sequence, entry.acknowledge(searchable=True))
            case "rejected":
                return self._rejected(answer, entry)
            case _:
                return None

    def _rejected(self, answer: IngestArticlesResponse, entry: _Entry) -> Acknowledgement | None:
        error = SaysoError.of_status(answer.rejected.status)
        if answer.rejected.retryable:
            self._unsent.appendleft(answer.client_sequence)
            self._busy.discard(entry.id)
            self._resume = time.monotonic() + (error.retry_delay or 1.0)
            return None
        acknowledgement = Acknowledgement(entry.change, answer.rejected.id, ARTICLE_CHANGE_UNSPECIFIED, error=error)
        return self._close(answer.client_sequence, acknowledgement)

    def _close(self, sequence: int, acknowledgement: Acknowledgement) -> Acknowledgement:
        self._busy.discard(self._entries.pop(sequence).id)
        return acknowledgement

    def ended(self, error: SaysoError | None) -> Iterator[Acknowledgement]:
        """Notes that the stream has ended. What is not acknowledged is to be sent again. Raises what does not pass.

        A stream that ends well has made durable what it answered; while the indexes cannot follow, that is all.
        """
        if error is not None and not error.retryable:
            raise error
        if error is None:
            durable = [sequence for sequence, entry in self._entries.items() if entry.durable]
            yield from [self._close(one, self._entries[one].acknowledge(searchable=False)) for one in durable]
        self._unsent, self._busy = collections.deque(self._entries), set()
        if error is not None and time.monotonic() - self._progress > self._patience:
            raise error
