"""client.py ADDRESS SPEAKER prints the first quote of a speaker, then code and reason of an error."""

import sys

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status
from sayso.v1.quote_service_pb2 import GetQuoteRequest, SearchQuotesRequest, SearchQuotesResponse
from sayso.v1.quote_service_pb2_grpc import QuoteServiceStub
from sayso.v1.resources_pb2 import EntitySelector

address, speaker = sys.argv[1:]
with grpc.insecure_channel(address) as channel:
    quotes = QuoteServiceStub(channel)
    request = SearchQuotesRequest(speakers=[EntitySelector(name=speaker)])
    found: SearchQuotesResponse = quotes.SearchQuotes(request)
    quote = found.hits[0].quote
    print(f"{quote.speakers[0].name}: {quote.text}")
    try:
        quotes.GetQuote(GetQuoteRequest(id="nothing#q0-1-00000000"))
    except grpc.RpcError as error:
        assert isinstance(error, grpc.Call)
        print(error.code().name)
        for detail in rpc_status.from_call(error).details:
            info = ErrorInfo()
            if detail.Unpack(info):
                print(f"reason: {info.reason}")
