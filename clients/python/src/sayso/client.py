"""The client, for programs without asyncio."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import grpc

from ._calls import Dress, Metadata, Tls, credentials, options
from ._ingest import Acknowledgement, Change, Ledger
from .errors import SaysoError
from .v1 import (
    WAIT_FOR_SEARCHABLE,
    AnalyzeServiceStub,
    ArticleServiceStub,
    EntityServiceStub,
    IngestArticlesRequest,
    QuoteServiceStub,
    SearchServiceStub,
    ServerServiceStub,
    SnapshotServiceStub,
    WaitFor,
)

# Between two attempts to reach a server that has gone.
RECONNECT_SECONDS = 0.5


def connect(address: str, *, key: str | None = None, tls: Tls = False, timeout: float = 60.0) -> "Client":
    """A client of the server at an address like "localhost:50051". It connects with the first call.

    `key` is an API key or token. `tls` encrypts: True for a certificate that the system trusts, or the certificate of an
    authority, as the path of a PEM file or its bytes. `timeout` is the deadline in seconds of calls that set none
    themselves; streams, and calls that take as long as there is to do, have none.
    """
    trusted = credentials(tls)
    if trusted is None:
        return Client(grpc.insecure_channel(address, options()), key, timeout)
    return Client(grpc.secure_channel(address, trusted, options()), key, timeout)


class Client:
    """Calls a server. All calls send the key, have a deadline, are tried again while the server cannot be reached, count spans
    in code points, so that they cut strings of Python, and raise SaysoError. May be used by many threads.
    """

    def __init__(self, channel: grpc.Channel, key: str | None = None, timeout: float = 60.0) -> None:
        self._channel = _Channel(channel, Dress(key, timeout))
        self.analysis = AnalyzeServiceStub(self._channel)
        self.articles = ArticleServiceStub(self._channel)
        self.entities = EntityServiceStub(self._channel)
        self.quotes = QuoteServiceStub(self._channel)
        self.search = SearchServiceStub(self._channel)
        self.server = ServerServiceStub(self._channel)
        self.snapshots = SnapshotServiceStub(self._channel)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection. Calls that are open are cancelled."""
        self._channel.close()

    def ingest(
        self,
        changes: Iterable[Change],
        *,
        wait_for: "WaitFor.ValueType" = WAIT_FOR_SEARCHABLE,
        window: int = 1000,
        patience: float = 300.0,
    ) -> Iterator[Acknowledgement]:
        """Puts and deletes articles, and yields what became of each, in any order.

        What is not acknowledged when the connection breaks is sent again, also to a server that was started anew. Reads
        `changes` in a thread, at most `window` ahead of what is acknowledged. Raises SaysoError if it gets no answer for
        `patience` seconds, or if the server refuses the stream. Nothing is sent until the first acknowledgement is asked for.
        """
        return _Ingest(self.articles.IngestArticles, Ledger(wait_for, window, patience)).run(changes)


class _Ingest:
    """An ingest under way: a thread reads the source, one of gRPC's sends, and the caller's reads the answers."""

    def __init__(self, method: Callable[[Iterator[IngestArticlesRequest]], Any], ledger: Ledger) -> None:
        self._method, self._ledger = method, ledger
        self._changed = threading.Condition()
        # Which stream is the present one; the sender of another one ends.
        self._stream = 0
        self._failure: BaseException | None = None

    def run(self, changes: Iterable[Change]) -> Iterator[Acknowledgement]:
        """Opens streams until everything is acknowledged."""
        threading.Thread(target=self._read, args=(changes,), daemon=True).start()
        try:
            while not self._ledger.finished:
                yield from self._one_stream()
        finally:
            with self._changed:
                self._stream = -1
                self._changed.notify_all()
        if self._failure is not None:
            raise self._failure

    def _one_stream(self) -> Iterator[Acknowledgement]:
        answers, error = self._method(self._requests(self._stream)), None
        try:
            for answer in answers:
                with self._changed:
                    acknowledgement = self._ledger.answered(answer)
                    self._changed.notify_all()
                if acknowledgement is not None:
                    yield acknowledgement
        except SaysoError as broken:
            error = broken
        finally:
            answers.close()
        with self._changed:
            self._stream += 1
            late = list(self._ledger.ended(error))
            self._changed.notify_all()
        yield from late
        if error is not None:
            time.sleep(error.retry_delay or RECONNECT_SECONDS)

    def _read(self, changes: Iterable[Change]) -> None:
        try:
            for change in changes:
                with self._changed:
                    self._changed.wait_for(lambda: not self._ledger.full or self._stream < 0)
                    if self._stream < 0:
                        return
                    self._ledger.add(change)
                    self._changed.notify_all()
        except BaseException as failure:  # The caller's thread raises it.
            self._failure = failure
        with self._changed:
            self._ledger.exhausted = True
            self._changed.notify_all()

    def _requests(self, stream: int) -> Iterator[IngestArticlesRequest]:
        while True:
            with self._changed:
                if self._stream != stream:
                    return
                request = self._ledger.next()
                if request is None:
                    if self._ledger.all_said:
                        return
                    self._changed.wait(self._ledger.pause or None)
                    continue
            yield request


class _Channel(grpc.Channel):
    """A channel whose calls are dressed, and whose errors are SaysoError."""

    def __init__(self, inner: grpc.Channel, dress: Dress) -> None:
        self._inner, self._dress = inner, dress

    def unary_unary(self, method: str, *args: Any, **named: Any) -> Any:
        return _Unary(method, self._inner.unary_unary(method, *args, **named), self._dress)

    def unary_stream(self, *args: Any, **named: Any) -> Any:
        return _Stream(self._inner.unary_stream(*args, **named), self._dress, self._dress.request)

    def stream_unary(self, *args: Any, **named: Any) -> Any:
        raise NotImplementedError("no method takes a stream and gives one answer")

    def stream_stream(self, *args: Any, **named: Any) -> Any:
        return _Stream(self._inner.stream_stream(*args, **named), self._dress, lambda requests: requests)

    def subscribe(self, callback: Any, try_to_connect: bool = False) -> None:
        self._inner.subscribe(callback, try_to_connect)

    def unsubscribe(self, callback: Any) -> None:
        self._inner.unsubscribe(callback)

    def close(self) -> None:
        self._inner.close()

    def __enter__(self) -> "_Channel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Unary:
    """A method with one answer."""

    def __init__(self, method: str, inner: Any, dress: Dress) -> None:
        self._method, self._inner, self._dress = method, inner, dress

    def __call__(self, request: Any, *args: Any, **named: Any) -> Any:
        return self._begin(self._inner, request, *args, **named)

    def with_call(self, request: Any, *args: Any, **named: Any) -> Any:
        """The answer, and gRPC's own view of the call."""
        return self._begin(self._inner.with_call, request, *args, **named)

    def future(self, request: Any, *args: Any, **named: Any) -> Any:
        """Begins the call. Its errors are gRPC's own; SaysoError.of_call reads them."""
        return self._begin(self._inner.future, request, *args, **named)

    def _begin(
        self, inner: Any, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **named: Any
    ) -> Any:
        dress = self._dress
        dressed = dress.request(request), dress.timeout(self._method, timeout), dress.metadata(metadata)
        try:
            return inner(*dressed, **named)
        except grpc.RpcError as error:
            raise SaysoError.of_call(error) from error


class _Stream:
    """A method with a stream of answers. Closing the generator cancels the call."""

    def __init__(self, inner: Any, dress: Dress, request: Callable[[Any], Any]) -> None:
        self._inner, self._dress, self._request = inner, dress, request

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Metadata | None = None, **named: Any
    ) -> Iterator[Any]:
        call = self._inner(self._request(request), timeout, self._dress.metadata(metadata), **named)
        try:
            yield from call
        except grpc.RpcError as error:
            raise SaysoError.of_call(error) from error
        finally:
            call.cancel()
