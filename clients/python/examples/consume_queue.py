"""Takes articles from a queue, and acknowledges each only when Sayso has it: consume_queue.py ADDRESS FOLDER.

The queue is a folder in which each file is a message: an article as JSON. Whoever puts one in writes it under another name
and renames it to NUMBER.json, so that it is whole when it appears. To acknowledge a message is to delete its file. If this program
or Sayso is killed at any moment, what was not acknowledged is still there for the next run, and putting it again is safe.
"""

import os
import pathlib
import sys
from collections.abc import Iterator

import sayso
from google.protobuf import json_format
from sayso.v1 import Article


# ANCHOR: consume
def consume(client: sayso.Client, queue: pathlib.Path) -> None:
    # The messages under way, by the identity of their articles: an acknowledgement has the article as it was given.
    under_way: dict[int, tuple[pathlib.Path, Article]] = {}

    def articles() -> Iterator[Article]:
        for message in sorted(queue.glob("*.json")):
            try:
                article = json_format.Parse(message.read_text(encoding="utf-8"), Article())
            except json_format.ParseError as fault:
                set_aside(message, str(fault))
                continue
            # An id that stays the same when the message is delivered twice.
            article.id = article.id or f"queue/{message.stem}"
            under_way[id(article)] = (message, article)
            yield article

    for acknowledgement in client.ingest(articles()):
        message, _ = under_way.pop(id(acknowledgement.change))
        if acknowledgement.error and acknowledgement.error.retryable:
            continue  # It stays in the queue, for the next run.
        if acknowledgement.error:
            set_aside(message, str(acknowledgement.error))
        else:
            message.unlink()


def set_aside(message: pathlib.Path, why: str) -> None:
    """Keeps a message that will never be taken, so that a person can look at it."""
    print(f"{message.name}: {why}", file=sys.stderr)
    message.rename(message.with_suffix(".refused"))


# ANCHOR_END: consume

if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: consume_queue.py ADDRESS FOLDER, such as localhost:50051 messages")
    with sayso.connect(sys.argv[1], key=os.environ.get("SAYSO_KEY")) as made:
        consume(made, pathlib.Path(sys.argv[2]))
