"""The client against a server with the samples, at SAYSO_ADDRESS."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator

import grpc
import pytest
import sayso
from sayso import aio
from sayso.v1 import (
    OFFSET_ENCODING_UTF8,
    AnalyzeRequest,
    Article,
    DeleteArticleRequest,
    EntitySelector,
    GetServerInfoRequest,
    LookupEntitiesRequest,
    SearchQuotesRequest,
    SearchSentencesRequest,
)

ADDRESS = os.environ["SAYSO_ADDRESS"]
TEXT = "Café Zoë 🍰 closes. “The cakes were never the problem,” said Zoë Ängström."


@pytest.fixture
def client() -> Iterator[sayso.Client]:
    with sayso.connect(ADDRESS) as client:
        yield client


def nobody() -> str:
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def test_iterate_yields_the_hits_of_all_pages(client: sayso.Client) -> None:
    request = SearchQuotesRequest(page_size=7)
    hits = list(sayso.iterate(client.quotes.SearchQuotes, request))
    answers = list(sayso.pages(client.quotes.SearchQuotes, request))
    assert len(answers) == -(-answers[0].total.count // 7) > 1
    assert len({hit.quote.id for hit in hits}) == len(hits) == answers[0].total.count
    assert request == SearchQuotesRequest(page_size=7)


def test_spans_cut_strings(client: sayso.Client) -> None:
    request = AnalyzeRequest(text=TEXT)
    found = client.analysis.Analyze(request).annotations
    assert [TEXT[one.span.start : one.span.end] for one in found.sentences] == [one.text for one in found.sentences]
    assert request == AnalyzeRequest(text=TEXT)


def test_another_unit_may_be_asked_for(client: sayso.Client) -> None:
    found = client.analysis.Analyze(AnalyzeRequest(text=TEXT, offset_encoding=OFFSET_ENCODING_UTF8)).annotations
    assert found.sentences[-1].span.end == len(TEXT.encode())


def test_an_error_tells_reason_field_and_metadata(client: sayso.Client) -> None:
    with pytest.raises(sayso.SaysoError) as caught:
        client.search.SearchSentences(SearchSentencesRequest(query="foo:bar"))
    error = caught.value
    assert (error.code, error.reason, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, "QUERY_SYNTAX", "query")
    assert error.metadata["position"] == "0"
    assert "foo" in str(error)
    assert not error.retryable


def test_calls_have_a_deadline_by_default() -> None:
    with sayso.connect(ADDRESS, timeout=0.001) as client:
        with pytest.raises(sayso.SaysoError) as caught:
            client.server.GetServerInfo(GetServerInfoRequest())
        # Another one may be longer, too.
        client.server.GetServerInfo(GetServerInfoRequest(), timeout=60)
    assert caught.value.reason == "DEADLINE_EXCEEDED"


def test_calls_are_tried_again_where_nobody_listens() -> None:
    begun = time.monotonic()
    with sayso.connect(nobody()) as client, pytest.raises(sayso.SaysoError) as caught:
        client.server.GetServerInfo(GetServerInfoRequest())
    assert caught.value.retryable
    assert caught.value.reason == ""
    assert time.monotonic() - begun > 0.1


def test_ingest_raises_what_the_source_raises(client: sayso.Client) -> None:
    def articles() -> Iterator[Article]:
        yield Article(id="source/1", body="He said no.")
        raise LookupError("the feed is gone")

    acknowledged = []
    with pytest.raises(LookupError, match="the feed is gone"):
        for acknowledgement in client.ingest(articles()):
            acknowledged.append(acknowledgement.id)
    assert acknowledged == ["source/1"]


def test_ingest_may_be_left(client: sayso.Client) -> None:
    articles = (Article(id=f"left/{number % 50}", body=f"He said {number}.") for number in range(10**9))
    for _ in zip(range(60), client.ingest(articles), strict=False):
        pass
    deleted = [DeleteArticleRequest(id=f"left/{number}", allow_missing=True) for number in range(50)]
    assert len(list(client.ingest(deleted))) == 50


def test_ingest_gives_up_where_nobody_listens() -> None:
    with sayso.connect(nobody()) as client, pytest.raises(sayso.SaysoError) as caught:
        list(client.ingest([Article(body="He said no.")], patience=1))
    assert caught.value.retryable


def test_asyncio() -> None:
    async def all_of_it() -> None:
        async with aio.connect(ADDRESS) as client:
            request = LookupEntitiesRequest(name="varrin", page_size=1)
            names = [hit.entity.name async for hit in aio.iterate(client.entities.LookupEntities, request)]
            assert "Elske Varrin" in names
            with pytest.raises(sayso.SaysoError) as caught:
                await client.quotes.SearchQuotes(SearchQuotesRequest(speakers=[EntitySelector(name="")]))
            assert caught.value.reason == "INVALID_FIELD"
            await ingests(client)

    async def ingests(client: aio.Client) -> None:
        async def articles() -> AsyncIterator[Article]:
            yield Article(id="async/1", body="He said no.")
            await asyncio.sleep(0.1)
            yield Article(id="async/2", body="She said yes.")
            raise LookupError("the feed is gone")

        acknowledged = []
        with pytest.raises(LookupError, match="the feed is gone"):
            async for acknowledgement in client.ingest(articles()):
                acknowledged.append(acknowledgement.id)
        assert acknowledged == ["async/1", "async/2"]

    asyncio.run(all_of_it())


def test_asyncio_ingest_may_be_left() -> None:
    async def leave() -> None:
        async with aio.connect(ADDRESS) as client:
            count = 0
            articles = (Article(id=f"left/{number % 50}", body=f"He said {number}.") for number in range(10**9))
            async for _ in client.ingest(articles):
                count += 1
                if count == 60:
                    break

    asyncio.run(asyncio.wait_for(leave(), 60))
