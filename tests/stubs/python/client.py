"""client.py ADDRESS SPEAKER prints the first quote of a speaker, then the error for a quote that does not exist."""

import sys

import grpc
from sayso.v1.quote_service_pb2 import GetQuoteRequest, SearchQuotesRequest, SearchQuotesResponse
from sayso.v1.quote_service_pb2_grpc import QuoteServiceStub

address, speaker = sys.argv[1:]
with grpc.insecure_channel(address) as channel:
    quotes = QuoteServiceStub(channel)
    found: SearchQuotesResponse = quotes.SearchQuotes(SearchQuotesRequest(speaker=speaker))
    quote = found.hits[0].quote
    print(f"{quote.speakers[0].name}: {quote.text}")
    try:
        quotes.GetQuote(GetQuoteRequest(id="nothing#q0"))
    except grpc.RpcError as error:
        print(error.code().name)
