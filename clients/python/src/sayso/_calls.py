"""What every call gets, with and without asyncio: key, deadline, retries, encryption, and spans for strings of Python."""

import dataclasses
import json
import pathlib
from collections.abc import Sequence
from typing import Any, TypeVar

import grpc

from .v1 import OFFSET_ENCODING_UTF32

Message = TypeVar("Message")
Metadata = Sequence[tuple[str, str | bytes]]

# `True` trusts the authorities of the system; a path or PEM trusts that authority only.
Tls = bool | str | pathlib.Path | bytes

# Answers may have 64 MiB (ServerLimits.answer_bytes); gRPC takes 4 MiB by default.
_MOST_BYTES = 65 << 20
# Calls that take as long as there is to do. They have no deadline unless the caller sets one.
_LONG = ("DeleteArticles", "ApplyRetention", "Reindex", "CreateSnapshot", "VerifySnapshot", "DeleteSnapshot")
_RETRIES = {
    "maxAttempts": 5,
    "initialBackoff": "0.2s",
    "maxBackoff": "5s",
    "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"],
}


def options() -> list[tuple[str, Any]]:
    """Options of a channel, with retries as a service config. What `ingest` sends again needs none."""
    config = [
        {"name": [{}], "retryPolicy": _RETRIES},
        {"name": [{"service": "sayso.v1.ArticleService", "method": "IngestArticles"}]},
    ]
    return [
        ("grpc.service_config", json.dumps({"methodConfig": config})),
        ("grpc.max_receive_message_length", _MOST_BYTES),
        # Notices a server that has gone without a word.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.max_reconnect_backoff_ms", 5_000),
    ]


def credentials(tls: Tls) -> grpc.ChannelCredentials | None:
    """How the connection is encrypted; not at all if None."""
    if tls is False:
        return None
    if tls is True:
        return grpc.ssl_channel_credentials()
    return grpc.ssl_channel_credentials(tls if isinstance(tls, bytes) else pathlib.Path(tls).read_bytes())


@dataclasses.dataclass(frozen=True)
class Dress:
    """Makes of a request and its metadata what is sent."""

    key: str | None
    # The deadline of calls that set none, in seconds.
    default: float

    def timeout(self, path: str, given: float | None) -> float | None:
        """The deadline of a call with one answer. In a service config, it would be the longest that a caller can set."""
        if given is not None or path.rpartition("/")[2] in _LONG:
            return given
        return self.default

    def request(self, request: Message) -> Message:
        """The request, with spans in code points wherever it leaves their unit open."""
        copy = type(request)()
        copy.CopyFrom(request)  # type: ignore[attr-defined]
        for one in (copy, *getattr(copy, "requests", ()), getattr(copy, "search", None)):
            if getattr(one, "offset_encoding", None) == 0:
                one.offset_encoding = OFFSET_ENCODING_UTF32
        return copy

    def metadata(self, metadata: Metadata | None) -> Metadata:
        """The caller's metadata, and the key."""
        key = [] if self.key is None else [("authorization", f"Bearer {self.key}")]
        return (*(metadata or ()), *key)
