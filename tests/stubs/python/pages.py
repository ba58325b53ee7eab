"""pages.py ADDRESS MIB HITS puts invented articles and reads them with gRPC's own limit, 4 MiB a message.

It reads an article of MIB mebibytes part by part and pages through HITS hits, and ends with an error where anything is
missing, comes twice or is not what was put.
"""

import itertools
import sys
import time
from collections.abc import Iterator
from typing import Protocol, TypeVar

import grpc
from sayso.v1.article_service_pb2 import (
    GetArticleRequest,
    GetArticleResponse,
    IngestArticlesRequest,
    PutArticleRequest,
    PutArticleResponse,
)
from sayso.v1.article_service_pb2_grpc import ArticleServiceStub
from sayso.v1.resources_pb2 import ANALYSIS_MODE_FAST, OFFSET_ENCODING_UTF32, Article
from sayso.v1.search_service_pb2 import SearchSentencesRequest, SearchSentencesResponse
from sayso.v1.search_service_pb2_grpc import SearchServiceStub

ACCEPTED_BYTES = 4 << 20
SENTENCES_PER_ARTICLE = 100
# Labels of an article, which every hit repeats: so many that a page must end for its bytes, before its hits are 1,000.
LABELS = {f"shelf-{number}": "x" * 1000 for number in range(5)}


class Answer(Protocol):
    """An answer that has a next one."""

    @property
    def next_page_token(self) -> str: ...
    def ByteSize(self) -> int: ...  # noqa: N802 - protobuf calls it so.


A = TypeVar("A", bound=Answer)


class Reading:
    """Counts the answers of one reading, and how large they are."""

    def __init__(self) -> None:
        self.count = self.largest = self.total = 0
        self.begun = time.monotonic()

    def note(self, answer: A) -> A:
        size = answer.ByteSize()
        assert size < ACCEPTED_BYTES, f"an answer has {size} bytes"
        self.count, self.largest, self.total = self.count + 1, max(self.largest, size), self.total + size
        return answer

    def __str__(self) -> str:
        seconds = time.monotonic() - self.begun
        return f"{self.count} answers, {self.total:,} bytes, the largest {self.largest:,}, in {seconds:.1f} s"


def sentence(number: int) -> str:
    """An invented sentence that names its number."""
    speaker = ("Ada Lind", "Elske Varrin", "Joren Maat", "Zoë Ångström")[number % 4]
    return f"“The crane on berth{number} is safe,” {speaker} told reporters in Port Veld."


def put_long(articles: ArticleServiceStub, size: int) -> tuple[str, PutArticleResponse]:
    """An article of so many bytes, and what the server says of it."""
    pieces, room = list[str](), size
    for number in itertools.count():
        piece = sentence(number) + ("\n\n" if number % 5 == 4 else " ")
        room -= len(piece.encode())
        if room < 0:
            break
        pieces.append(piece)
    body = "".join(pieces)
    body += "." * (size - len(body.encode()))
    article = Article(id="long", outlet="Veld Courier", body=body)
    begun = time.monotonic()
    put: PutArticleResponse = articles.PutArticle(PutArticleRequest(article=article, analysis_mode=ANALYSIS_MODE_FAST))
    print(f"put an article of {size:,} bytes in {time.monotonic() - begun:.1f} s")
    return body, put


def read_long(articles: ArticleServiceStub, body: str, put: PutArticleResponse) -> Reading:
    """Reads it part by part."""
    reading, request = Reading(), GetArticleRequest(id="long", offset_encoding=OFFSET_ENCODING_UTF32)
    text, sentences, entities, mentions, quotes = "", 0, set[str](), set[str](), 0
    while True:
        part: GetArticleResponse = reading.note(articles.GetArticle(request))
        text += part.article.body
        found = part.annotations
        for one in found.sentences:
            assert one.index == sentences and one.text == body[one.span.start : one.span.end], one
            sentences += 1
        for quote in found.quotes:
            assert quote.index == quotes and quote.content_spans, quote
            quotes += 1
        for mention in found.mentions:
            assert mention.id not in mentions and mention.text == body[mention.span.start : mention.span.end], mention
            mentions.add(mention.id)
        for entity in found.entities:
            assert entity.id not in entities, entity
            entities.add(entity.id)
        if not part.next_page_token:
            break
        request.page_token = part.next_page_token
    assert text == body, "the body of all parts is not the body that was put"
    assert (sentences, len(entities), quotes) == (put.sentence_count, put.entity_count, put.quote_count), put
    assert mentions and reading.count > 1
    print(f"read it with {sentences:,} sentences, {len(mentions):,} mentions and {quotes:,} quotes: {reading}")
    return reading


def ingest(articles: ArticleServiceStub, count: int) -> None:
    """Puts articles of so many sentences together."""
    begun, found = time.monotonic(), 0

    def requests() -> Iterator[IngestArticlesRequest]:
        for start in range(0, count, SENTENCES_PER_ARTICLE):
            body = " ".join(sentence(number) for number in range(start, min(start + SENTENCES_PER_ARTICLE, count)))
            article = Article(id=f"short-{start}", outlet="Crane Register", labels=LABELS, body=body)
            put = PutArticleRequest(article=article, analysis_mode=ANALYSIS_MODE_FAST)
            yield IngestArticlesRequest(client_sequence=start + 1, put=put)

    for answer in articles.IngestArticles(requests()):
        assert not answer.HasField("rejected"), answer
        found += answer.HasField("searchable")
    assert found == -(-count // SENTENCES_PER_ARTICLE), f"{found} articles are searchable"
    print(f"put {found:,} articles in {time.monotonic() - begun:.1f} s")


def search(sentences: SearchServiceStub, count: int) -> Reading:
    """Pages through a sentence each of them."""
    reading, seen, early = Reading(), set[str](), 0
    request = SearchSentencesRequest(query='crane AND outlet:"Crane Register"', page_size=1000)
    while True:
        page: SearchSentencesResponse = reading.note(sentences.SearchSentences(request))
        assert (page.total.count, page.total.exact) == (count, True), page.total
        for hit in page.hits:
            number = hit.sentence.text.split("berth")[1].split()[0]
            assert number not in seen, f"{hit.sentence.id} came twice"
            seen.add(number)
        if not page.next_page_token:
            break
        early += len(page.hits) < 1000
        request.page_token = page.next_page_token
    assert seen == {str(number) for number in range(count)}, f"{len(seen)} of {count} hits came"
    assert early, "no page ended for its bytes"
    print(f"paged through {count:,} hits: {reading}")
    return reading


def refused(address: str, most: int) -> None:
    """The control: a client that takes one byte less than the largest part cannot read the article."""
    with grpc.insecure_channel(address, [("grpc.max_receive_message_length", most)]) as channel:
        try:
            request = GetArticleRequest(id="long", offset_encoding=OFFSET_ENCODING_UTF32)
            while True:
                request.page_token = ArticleServiceStub(channel).GetArticle(request).next_page_token
                assert request.page_token, "the control failed: a smaller client reads the article, too"
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED, error


def main() -> None:
    address, size, hits = sys.argv[1], int(sys.argv[2]) << 20, int(sys.argv[3])
    with grpc.insecure_channel(address) as channel:
        articles = ArticleServiceStub(channel)
        largest = read_long(articles, *put_long(articles, size)).largest
        refused(address, largest - 1)
        ingest(articles, hits)
        search(SearchServiceStub(channel), hits)


if __name__ == "__main__":
    main()
