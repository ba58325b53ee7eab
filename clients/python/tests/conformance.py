"""Carries out the commands of clients/conformance with this client: conformance.py ADDRESS CA [--asyncio]."""

import asyncio
import base64
import json
import pathlib
import sys
import time
from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.message import Message
from sayso import SaysoError, aio, connect, pages
from sayso._ingest import Acknowledgement, Change
from sayso.v1 import ArticleChange, GetArticleRequest, IngestArticlesRequest

SERVICES = {
    "AnalyzeService": "analysis",
    "ArticleService": "articles",
    "EntityService": "entities",
    "QuoteService": "quotes",
    "SearchService": "search",
    "ServerService": "server",
    "SnapshotService": "snapshots",
}


def called(client: Any, command: dict[str, Any]) -> tuple[Any, Message, bool]:
    """The method of the client that a command names, its request, and whether it streams."""
    service, name = command["method"].removeprefix("sayso.v1.").split("/")
    method = descriptor_pool.Default().FindServiceByName("sayso.v1." + service).methods_by_name[name]
    request = json_format.ParseDict(command["request"], message_factory.GetMessageClass(method.input_type)())
    return getattr(getattr(client, SERVICES[service]), name), request, method.server_streaming


def changes(command: dict[str, Any]) -> Iterator[Change]:
    """What a file of requests puts and deletes."""
    with pathlib.Path(command["requests"]).open(encoding="utf-8") as lines:
        for line in lines:
            request = json_format.Parse(line, IngestArticlesRequest())
            yield request.put if request.HasField("put") else request.delete


def acknowledged(one: Acknowledgement) -> dict[str, Any]:
    """An acknowledgement as JSON."""
    if one.error is not None:
        return {"id": one.id, "error": failed(one.error)}
    return {"id": one.id, "change": ArticleChange.Name(one.outcome), "searchable": one.searchable}


def failed(error: SaysoError) -> dict[str, Any]:
    """An error as JSON."""
    told = {"code": error.code.name, "message": error.message, "reason": error.reason, "field": error.field}
    return told | {"metadata": error.metadata, "retryDelay": error.retry_delay}


def slices(article: Any) -> dict[str, Any]:
    """The sentences of an article, cut out of its body."""
    text, sentences = article.article.body, article.annotations.sentences
    return {"slices": [text[sentence.span.start : sentence.span.end] for sentence in sentences]}


def raw(channel: Any, command: dict[str, Any]) -> Any:
    """Calls with bytes."""
    metadata = [("authorization", f"Bearer {command['key']}")]
    method = channel.unary_unary(command["path"], request_serializer=None, response_deserializer=None)
    return method(base64.b64decode(command["bytes"]), metadata=metadata)


def perform(client: Any, channel: grpc.Channel, command: dict[str, Any]) -> dict[str, Any]:
    """Carries out a command without asyncio."""
    match command["kind"]:
        case "call":
            method, request, streams = called(client, command)
            if "cancelAfter" in command:
                future = method.future(request)
                time.sleep(command["cancelAfter"])
                future.cancel()
                raise SaysoError.of_call(future)
            answer = method(request, timeout=command.get("timeout"))
            if streams:
                return {"messages": [json_format.MessageToDict(one) for one in answer]}
            return json_format.MessageToDict(answer)
        case "pages":
            method, request, _ = called(client, command)
            return {"pages": [json_format.MessageToDict(page) for page in pages(method, request)]}
        case "ingest":
            return {"acknowledgements": [acknowledged(one) for one in client.ingest(changes(command))]}
        case "slices":
            return slices(client.articles.GetArticle(json_format.ParseDict(command["request"], GetArticleRequest())))
        case "raw":
            raw(channel, command)
            return {}
        case kind:
            raise ValueError(f"no command is called {kind}")


async def perform_async(client: aio.Client, channel: grpc.aio.Channel, command: dict[str, Any]) -> dict[str, Any]:
    """Carries out a command with asyncio."""
    match command["kind"]:
        case "call":
            method, request, streams = called(client, command)
            if streams:
                return {"messages": [json_format.MessageToDict(one) async for one in method(request)]}
            task = asyncio.create_task(method(request, timeout=command.get("timeout")))
            if "cancelAfter" in command:
                await asyncio.sleep(command["cancelAfter"])
                task.cancel()
            return json_format.MessageToDict(await task)
        case "pages":
            method, request, _ = called(client, command)
            return {"pages": [json_format.MessageToDict(page) async for page in aio.pages(method, request)]}
        case "ingest":
            return {"acknowledgements": [acknowledged(one) async for one in client.ingest(changes(command))]}
        case "slices":
            request = json_format.ParseDict(command["request"], GetArticleRequest())
            return slices(await client.articles.GetArticle(request))
        case "raw":
            await raw(channel, command)
            return {}
        case kind:
            raise ValueError(f"no command is called {kind}")


def commands() -> Iterator[dict[str, Any]]:
    """Those on standard input."""
    for line in sys.stdin:
        yield json.loads(line)


def tell(outcome: dict[str, Any]) -> None:
    """Prints an outcome."""
    print(json.dumps(outcome), flush=True)


def main(address: str, ca: pathlib.Path) -> None:
    """Carries out all commands without asyncio."""
    clients: dict[str | None, Any] = {}
    with grpc.secure_channel(address, grpc.ssl_channel_credentials(ca.read_bytes())) as channel:
        for command in commands():
            key = command["key"]
            client = clients.get(key) or clients.setdefault(key, connect(address, key=key, tls=ca))
            try:
                tell({"answer": perform(client, channel, command)})
            except SaysoError as error:
                tell({"error": failed(error)})
            except grpc.RpcError as error:
                tell({"error": failed(SaysoError.of_call(error))})


async def main_async(address: str, ca: pathlib.Path) -> None:
    """Carries out all commands with asyncio."""
    clients: dict[str | None, aio.Client] = {}
    async with grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(ca.read_bytes())) as channel:
        for command in commands():
            key = command["key"]
            client = clients.get(key) or clients.setdefault(key, aio.connect(address, key=key, tls=ca))
            try:
                tell({"answer": await perform_async(client, channel, command)})
            except SaysoError as error:
                tell({"error": failed(error)})
            except grpc.aio.AioRpcError as error:
                tell({"error": failed(SaysoError.of_call(error))})
            except asyncio.CancelledError:
                tell({"error": {"code": "CANCELLED", "reason": "CANCELLED"}})
        for client in clients.values():
            await client.close()


if __name__ == "__main__":
    given = (sys.argv[1], pathlib.Path(sys.argv[2]))
    if "--asyncio" in sys.argv:
        asyncio.run(main_async(*given))
    else:
        main(*given)
