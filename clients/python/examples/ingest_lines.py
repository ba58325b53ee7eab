"""Puts articles from JSON Lines on standard input, and prints who says something in them: ingest_lines.py ADDRESS.

echo '{"id": "diary/1", "body": "“The port is open,” Ada Lind told reporters."}' | python ingest_lines.py localhost:50051
"""

import asyncio
import os
import sys
from collections.abc import Iterator

from google.protobuf import json_format
from sayso import aio
from sayso.v1 import Article, ArticleFilter, SearchQuotesRequest


def articles() -> Iterator[Article]:
    """One for each line."""
    for line in sys.stdin:
        yield json_format.Parse(line, Article())


async def main(address: str) -> None:
    """Puts them, and then asks for their quotes."""
    async with aio.connect(address, key=os.environ.get("SAYSO_KEY")) as client:
        ids = []
        async for acknowledgement in client.ingest(articles()):
            if acknowledgement.error:
                print(f"{acknowledgement.id}: {acknowledgement.error}", file=sys.stderr)
            else:
                ids.append(acknowledgement.id)
        request = SearchQuotesRequest(filter=ArticleFilter(article_ids=ids))
        async for hit in aio.iterate(client.quotes.SearchQuotes, request):
            print(f"{', '.join(speaker.name for speaker in hit.quote.speakers)}: {hit.quote.text}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: ingest_lines.py ADDRESS, such as localhost:50051, with JSON Lines on standard input")
    asyncio.run(main(sys.argv[1]))
