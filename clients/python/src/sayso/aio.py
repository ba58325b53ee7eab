"""The client for asyncio."""

import asyncio
import contextlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, TypeVar, overload

import grpc
import grpc.aio

from ._calls import Dress, Metadata, Tls, credentials, options
from ._ingest import Acknowledgement, Change, Ledger
from ._paging import Articles, Hits, Item_co, Page, Request, items, next_request
from .client import RECONNECT_SECONDS
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

Response = TypeVar("Response", bound=Page)


def connect(address: str, *, key: str | None = None, tls: Tls = False, timeout: float = 60.0) -> "Client":
    """The same as sayso.connect, for asyncio."""
    trusted = credentials(tls)
    if trusted is None:
        return Client(grpc.aio.insecure_channel(address, options()), key, timeout)
    return Client(grpc.aio.secure_channel(address, trusted, options()), key, timeout)


async def pages(method: Callable[[Request], Awaitable[Response]], request: Request) -> AsyncIterator[Response]:
    """Calls a method until there is no next page, and yields every answer: of a search, a list, or a long article."""
    token = ""
    while True:
        page = await method(next_request(request, token))
        yield page
        token = page.next_page_token
        if not token:
            return


@overload
def iterate(method: Callable[[Request], Awaitable[Hits[Item_co]]], request: Request) -> AsyncIterator[Item_co]: ...
@overload
def iterate(method: Callable[[Request], Awaitable[Articles[Item_co]]], request: Request) -> AsyncIterator[Item_co]: ...
async def iterate(method: Callable[[Request], Awaitable[Any]], request: Request) -> AsyncIterator[Any]:
    """All hits, or articles, of all pages."""
    async for page in pages(method, request):
        for item in items(page):
            yield item


class Client:
    """The same as sayso.Client, for asyncio: `await` calls with one answer, and iterate over streams with `async for`."""

    def __init__(self, channel: grpc.aio.Channel, key: str | None = None, timeout: float = 60.0) -> None:
        self._channel = _Channel(channel, Dress(key, timeout))
        self.analysis = AnalyzeServiceStub(self._channel)
        self.articles = ArticleServiceStub(self._channel)
        self.entities = EntityServiceStub(self._channel)
        self.quotes = QuoteServiceStub(self._channel)
        self.search = SearchServiceStub(self._channel)
        self.server = ServerServiceStub(self._channel)
        self.snapshots = SnapshotServiceStub(self._channel)

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connection. Calls that are open are cancelled."""
        await self._channel.close()

    def ingest(
        self,
        changes: Iterable[Change] | AsyncIterable[Change],
        *,
        wait_for: "WaitFor.ValueType" = WAIT_FOR_SEARCHABLE,
        window: int = 1000,
        patience: float = 300.0,
    ) -> AsyncIterator[Acknowledgement]:
        """The same as sayso.Client.ingest. `changes` is read by a task of its own."""
        return _Ingest(self.articles.IngestArticles, Ledger(wait_for, window, patience)).run(changes)


class _Ingest:
    """An ingest under way: a task reads the source, one of gRPC's sends, and the caller's reads the answers."""

    def __init__(self, method: Callable[[AsyncIterator[IngestArticlesRequest]], Any], ledger: Ledger) -> None:
        self._method, self._ledger = method, ledger
        self._changed = asyncio.Condition()
        # Which stream is the present one; the sender of another one ends.
        self._stream = 0

    async def run(self, changes: Iterable[Change] | AsyncIterable[Change]) -> AsyncIterator[Acknowledgement]:
        """Opens streams until everything is acknowledged."""
        reader = asyncio.create_task(self._read(changes))
        try:
            while not self._ledger.finished:
                async for acknowledgement in self._one_stream():
                    yield acknowledgement
            await reader
        finally:
            self._stream = -1
            reader.cancel()
            # Whoever sends on a stream that has ended, ends.
            await self._notify()

    async def _one_stream(self) -> AsyncIterator[Acknowledgement]:
        answers, error = self._method(self._requests(self._stream)), None
        try:
            async for answer in answers:
                acknowledgement = self._ledger.answered(answer)
                await self._notify()
                if acknowledgement is not None:
                    yield acknowledgement
        except SaysoError as broken:
            error = broken
        finally:
            await answers.aclose()
        self._stream += 1
        late = list(self._ledger.ended(error))
        await self._notify()
        for acknowledgement in late:
            yield acknowledgement
        if error is not None:
            await asyncio.sleep(error.retry_delay or RECONNECT_SECONDS)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _read(self, changes: Iterable[Change] | AsyncIterable[Change]) -> None:
        try:
            async for change in _each(changes):
                async with self._changed:
                    await self._changed.wait_for(lambda: not self._ledger.full)
                    self._ledger.add(change)
                    self._changed.notify_all()
        finally:
            self._ledger.exhausted = True
            await self._notify()

    async def _requests(self, stream: int) -> AsyncIterator[IngestArticlesRequest]:
        while True:
            async with self._changed:
                if self._stream != stream:
                    return
                request = self._ledger.next()
                if request is None:
                    if self._ledger.all_said:
                        return
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._changed.wait(), self._ledger.pause or None)
                    continue
            yield request


async def _each(changes: Iterable[Change] | AsyncIterable[Change]) -> AsyncIterator[Change]:
    if isinstance(changes, AsyncIterable):
        async for change in changes:
            yield change
    else:
        for change in changes:
            yield change


class _Channel(grpc.aio.Channel):
    """A channel whose calls are dressed, and whose errors are SaysoError."""

    def __init__(self, inner: grpc.aio.Channel, dress: Dress) -> None:
        self._inner, self._dress = inner, dress

    def unary_unary(self, method: str, *args: Any, **named: Any) -> Any:
        return self._unary(method, self._inner.unary_unary(method, *args, **named))

    def unary_stream(self, *args: Any, **named: Any) -> Any:
        return self._answers(self._inner.unary_stream(*args, **named), self._dress.request)

    def stream_unary(self, *args: Any, **named: Any) -> Any:
        raise NotImplementedError("no method takes a stream and gives one answer")

    def stream_stream(self, *args: Any, **named: Any) -> Any:
        return self._answers(self._inner.stream_stream(*args, **named), lambda requests: requests)

    def _unary(self, method: str, inner: Any) -> Any:
        async def call(
            request: Any, timeout: float | None = None, metadata: Metadata | None = None, **named: Any
        ) -> Any:
            dress = self._dress
            dressed = {"timeout": dress.timeout(method, timeout), "metadata": dress.metadata(metadata)}
            try:
                return await inner(dress.request(request), **dressed, **named)
            except grpc.aio.AioRpcError as error:
                raise SaysoError.of_call(error) from error

        return call

    def _answers(self, inner: Any, dress: Callable[[Any], Any]) -> Any:
        async def call(
            request: Any, timeout: float | None = None, metadata: Metadata | None = None, **named: Any
        ) -> AsyncIterator[Any]:
            answers = inner(dress(request), timeout=timeout, metadata=self._dress.metadata(metadata), **named)
            try:
                async for answer in answers:
                    yield answer
            except grpc.aio.AioRpcError as error:
                raise SaysoError.of_call(error) from error
            finally:
                answers.cancel()

        return call

    async def close(self, grace: float | None = None) -> None:
        await self._inner.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        return self._inner.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        await self._inner.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        await self._inner.channel_ready()

    async def __aenter__(self) -> "_Channel":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
