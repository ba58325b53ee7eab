"""The same commands over HTTP/JSON, with curl."""

import json
import pathlib
import subprocess
import urllib.parse
from collections.abc import Iterable, Iterator
from typing import Any

from .server import Server

# Codes of gRPC by number, where a status is a message of its own: those that an article can be rejected with.
CODES = {3: "INVALID_ARGUMENT", 5: "NOT_FOUND", 8: "RESOURCE_EXHAUSTED", 10: "ABORTED", 14: "UNAVAILABLE"}
JSON = "application/json"
LINES = "application/x-ndjson"
# As curl ends when its time is over, and when a connection breaks: while it shakes hands, sends, waits or receives.
TIMED_OUT = 28
BROKEN = (18, 35, 52, 55, 56, 92)


class Curl:
    """Carries out commands by curl. Paths and verbs are those that the server's OpenAPI document tells."""

    def __init__(self, server: Server) -> None:
        self.server = server
        document = json.loads(self._run("/openapi.json", server.keys["admin"], ["--fail"])[1])
        # The way with a body is the last one told; it takes every request as it is.
        self.operations: dict[str, tuple[str, str]] = {}
        self.streams: set[str] = set()
        for path, verbs in document["paths"].items():
            for verb, operation in verbs.items():
                name = operation["operationId"]
                if LINES in json.dumps(operation["responses"]):
                    self.streams.add(name.removesuffix("ByPost"))
                if name.removesuffix("ByPost") not in self.operations or name.endswith("ByPost"):
                    self.operations[name.removesuffix("ByPost")] = (verb.upper(), path)

    def perform(self, command: dict[str, Any]) -> dict[str, Any]:
        """Has one command carried out."""
        match command["kind"]:
            case "call":
                return self._call(command)
            case "pages":
                return self._pages(command)
            case "ingest":
                return self._ingest(command)
            case "slices":
                return self._slices(command)
            case "raw":
                http = command["http"]
                options = ["--header", f"origin: {command['origin']}"] if "origin" in command else []
                return outcome(*self._run(http["path"], command["key"], options, http.get("body")))
            case kind:
                raise ValueError(f"no command is called {kind}")

    def close(self) -> None:
        """Nothing is open."""

    def _run(
        self,
        path: str,
        key: str | None,
        options: Iterable[str] = (),
        data: str | None = None,
        kind: str = JSON,
        seconds: float = 300,
    ) -> tuple[int, bytes]:
        """curl's exit status, and what it printed."""
        command = ["curl", "--silent", "--cacert", str(self.server.ca), "--max-time", str(seconds), *options]
        if key is not None:
            command += ["--header", f"authorization: Bearer {key}"]
        if data is not None:
            command += ["--header", f"content-type: {kind}", "--data-binary", "@-"]
        command.append(f"https://{self.server.address}{path}")
        done = subprocess.run(command, input=(data or "").encode(), capture_output=True, check=False)
        return done.returncode, done.stdout

    def _call(self, command: dict[str, Any]) -> dict[str, Any]:
        name = command["method"].split("/")[1]
        verb, path = self.operations[name]
        request = dict(command["request"])
        options, data = ["--request", verb], None
        for field in ("id", "article_id", "quote_id", "entity_id"):
            if f"{{{field}}}" in path:
                value = request.pop(camel(field))
                path = path.replace(f"{{{field}}}", urllib.parse.quote(value, safe="/" if "entit" in path else ""))
        if name == "PutArticle":
            data = json.dumps(request.pop("article", {}))
        elif verb == "POST":
            data, request = json.dumps(request), {}
        path += "?" + urllib.parse.urlencode(list(parameters(request)))
        if "timeout" in command:
            options += ["--header", f"grpc-timeout: {round(command['timeout'] * 1e6)}u"]
        seconds = command.get("cancelAfter", 300)
        code, printed = self._run(path, command["key"], options, data, seconds=seconds)
        if code == TIMED_OUT and "cancelAfter" in command:
            return {"error": {"code": "CANCELLED", "reason": "CANCELLED"}}
        return outcome(code, printed, stream=name in self.streams)

    def _pages(self, command: dict[str, Any]) -> dict[str, Any]:
        pages, token = [], ""
        while True:
            request = command["request"] | ({"pageToken": token} if token else {})
            found = self._call(command | {"request": request})
            if "error" in found:
                return found
            pages.append(found["answer"])
            token = found["answer"].get("nextPageToken", "")
            if not token:
                return {"answer": {"pages": pages}}

    def _ingest(self, command: dict[str, Any]) -> dict[str, Any]:
        """Sends lines, and those that were not acknowledged again when the connection breaks."""
        lines = pathlib.Path(command["requests"]).read_text(encoding="utf-8").splitlines()
        waiting = {str(at): json.loads(line) for at, line in enumerate(lines, 1)}
        done: dict[str, dict[str, Any]] = {}
        options = ["--retry", "60", "--retry-delay", "1", "--retry-connrefused"]
        while waiting:
            numbered = (json.dumps({"clientSequence": at, **request}) for at, request in waiting.items())
            code, printed = self._run("/v1/articles:ingest", command["key"], options, "\n".join(numbered), LINES)
            for line in printed.decode().splitlines():
                try:
                    answer = json.loads(line)
                except json.JSONDecodeError:
                    # The line at which the connection broke.
                    continue
                if "error" in answer:
                    return {"error": error(answer["error"])}
                note(done, answer)
            if code == 0 and not waiting.keys() - done.keys():
                break
            if code != 0 and code not in BROKEN:
                raise RuntimeError(f"curl ended with {code}: {printed[-300:]!r}")
            waiting = {at: request for at, request in waiting.items() if "searchable" not in done.get(at, {})}
        return {"answer": {"acknowledgements": [done[key] for key in sorted(done, key=int)]}}

    def _slices(self, command: dict[str, Any]) -> dict[str, Any]:
        """Sentences of an article, cut out of its bytes by their spans."""
        found = self._call(command | {"method": "sayso.v1.ArticleService/GetArticle"})["answer"]
        text = found["article"]["body"].encode()
        spans = (sentence["span"] for sentence in found["annotations"]["sentences"])
        return {"answer": {"slices": [text[span.get("start", 0) : span["end"]].decode() for span in spans]}}


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def parameters(request: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The fields of a request as an address has them."""
    for name, value in request.items():
        match value:
            case dict():
                yield from parameters(value, f"{prefix}{name}.")
            case list():
                yield from ((prefix + name, str(one)) for one in value)
            case bool():
                yield prefix + name, str(value).lower()
            case _:
                yield prefix + name, str(value)


def outcome(code: int, printed: bytes, stream: bool = False) -> dict[str, Any]:
    """What curl printed, as answer or error."""
    if code != 0:
        raise RuntimeError(f"curl ended with {code}: {printed[-300:]!r}")
    messages = [json.loads(line) for line in printed.decode().splitlines() if line]
    failed = next((message["error"] for message in messages if "error" in message), None)
    if failed is not None:
        return {"error": error(failed)}
    return {"answer": {"messages": messages} if stream else messages[0]}


def error(status: dict[str, Any]) -> dict[str, Any]:
    """An error as clients tell it."""
    told: dict[str, Any] = {"code": status["status"], "message": status["message"]}
    for detail in status.get("details", []):
        told |= {key: detail[key] for key in ("reason", "metadata") if key in detail}
        if "fieldViolations" in detail:
            told["field"] = detail["fieldViolations"][0]["field"]
        if "retryDelay" in detail:
            told["retryDelay"] = float(detail["retryDelay"].rstrip("s"))
    return told


def note(done: dict[str, dict[str, Any]], answer: dict[str, Any]) -> None:
    """Puts what an answer of a stream says to what was said of its request."""
    number = answer.get("clientSequence", "0")
    if "durable" in answer:
        done.setdefault(number, {}).update({"id": answer["durable"]["id"], "change": answer["durable"]["change"]})
    elif "searchable" in answer:
        done.setdefault(number, {})["searchable"] = True
    elif "rejected" in answer:
        status = dict(answer["rejected"]["status"])
        status["status"] = CODES.get(status["code"], status["code"])
        done[number] = {"id": answer["rejected"].get("id", ""), "error": error(status)}
