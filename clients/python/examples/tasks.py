"""The tasks of the manual, one after the other: tasks.py ADDRESS. The pages in docs/tasks show the parts between ANCHOR and ANCHOR_END."""

import os
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import sayso
from sayso.v1 import (
    AnalyzeRequest,
    Article,
    ArticleChange,
    ArticleFilter,
    DeleteArticleRequest,
    EntitySelector,
    GetArticleRequest,
    ListArticlesRequest,
    PutArticleRequest,
    SearchQuotesRequest,
    SearchSentencesRequest,
)

Answer = TypeVar("Answer")


# ANCHOR: put
def put(client: sayso.Client) -> None:
    article = Article(
        id="tasks/port",
        outlet="Harbour Post",
        title="Port opens again",
        body="🚢 “The port is open,” Ada Lind, the harbour commissioner, told reporters.\n\n"
        "Lind said that the cranes would be inspected again in May.",
    )
    answer = client.articles.PutArticle(PutArticleRequest(article=article))
    print("put:", ArticleChange.Name(answer.change))


# ANCHOR_END: put


# ANCHOR: search
def search(client: sayso.Client) -> None:
    request = SearchSentencesRequest(query='cranes AND outlet:"Harbour Post"', page_size=10)
    answer = client.search.SearchSentences(request)
    for hit in answer.hits:
        print(f"found in “{hit.article.title}”: {hit.sentence.text}")


# ANCHOR_END: search


# ANCHOR: quotes
def quotes(client: sayso.Client) -> None:
    request = SearchQuotesRequest(
        speakers=[EntitySelector(name="ada lind")],
        filter=ArticleFilter(outlets=["Harbour Post"]),
        order_by="publish_time desc",
    )
    for hit in sayso.iterate(client.quotes.SearchQuotes, request):
        names = ", ".join(speaker.name for speaker in hit.quote.speakers)
        print(f"{names}: {hit.quote.text}")


# ANCHOR_END: quotes


# ANCHOR: ingest
def ingest(client: sayso.Client) -> None:
    texts = ["“We sail at noon,” said Joren Teal.", "The ferry was late, Teal said.", ""]
    articles = (
        Article(id=f"tasks/ferry-{number}", outlet="Harbour Post", body=text) for number, text in enumerate(texts)
    )
    kept = 0
    for acknowledgement in client.ingest(articles):
        if acknowledgement.error:
            print(f"refused {acknowledgement.id}: {acknowledgement.error.reason}")
        else:
            kept += 1
    print("kept:", kept)


# ANCHOR_END: ingest


# ANCHOR: pages
def pages(client: sayso.Client) -> None:
    request = ListArticlesRequest(filter=ArticleFilter(outlets=["Harbour Post"]), page_size=2)
    ids = sorted(summary.article.id for summary in sayso.iterate(client.articles.ListArticles, request))
    print("articles:", ", ".join(ids))


# ANCHOR_END: pages


# ANCHOR: analyze
def analyze(client: sayso.Client) -> None:
    answer = client.analysis.Analyze(AnalyzeRequest(text="“It lifts again,” Mira Sund said of the bridge."))
    for quote in answer.annotations.quotes:
        print(f"analysed: {quote.speakers[0].name}, {quote.cue.text}: {quote.text}")


# ANCHOR_END: analyze


# ANCHOR: errors
def errors(client: sayso.Client) -> None:
    try:
        client.search.SearchSentences(SearchSentencesRequest(query="harbour AND"))
    except sayso.SaysoError as error:
        print(f"error: {error.reason} in {error.field} at byte {error.metadata['position']}")


def patiently(call: Callable[[], Answer], attempts: int = 5) -> Answer:
    """Makes a call again while the server asks for that, or cannot be reached."""
    for attempt in range(attempts):
        try:
            return call()
        except sayso.SaysoError as error:
            if not error.retryable or attempt == attempts - 1:
                raise
            time.sleep(error.retry_delay or 2**attempt)
    raise ValueError("at least one attempt is needed")


# ANCHOR_END: errors


# ANCHOR: spans
def spans(client: sayso.Client) -> None:
    answer = client.articles.GetArticle(GetArticleRequest(id="tasks/port"))
    body = answer.article.body
    for quote in answer.annotations.quotes:
        for span in quote.content_spans:
            print(f"cut: {body[span.start : span.end]}")


# ANCHOR_END: spans


def clean(client: sayso.Client) -> None:
    for name in ("port", "ferry-0", "ferry-1"):
        client.articles.DeleteArticle(DeleteArticleRequest(id=f"tasks/{name}"))


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: tasks.py ADDRESS, such as localhost:50051")
    # ANCHOR: connect
    with sayso.connect(sys.argv[1], key=os.environ.get("SAYSO_KEY")) as client:
        patiently(lambda: put(client))
        # ANCHOR_END: connect
        search(client)
        quotes(client)
        ingest(client)
        pages(client)
        analyze(client)
        errors(client)
        spans(client)
        clean(client)


if __name__ == "__main__":
    main()
