"""A client for Sayso, which finds who said what in news articles.

    import sayso
    from sayso.v1 import EntitySelector, SearchQuotesRequest

    with sayso.connect("localhost:50051") as client:
        request = SearchQuotesRequest(speakers=[EntitySelector(name="varrin")])
        for hit in sayso.iterate(client.quotes.SearchQuotes, request):
            print(hit.quote.text)

`sayso.aio` has the same for asyncio, and `sayso.v1` the messages.
"""

from ._ingest import Acknowledgement
from ._paging import iterate, pages
from .client import Client, connect
from .errors import SaysoError

__all__ = ["Acknowledgement", "Client", "SaysoError", "connect", "iterate", "pages"]
