"""Errors of calls."""

import dataclasses
from collections.abc import Iterable

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc import error_details_pb2 as details
from google.rpc.status_pb2 import Status

# Noticed on this side, these come without details. The server gives them reasons of the same names.
_OWN_REASONS = (grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED)

# What may pass, by whether the server gave a reason. Without one, the error is of the connection, or of something in between; a
# send that fails is INTERNAL with asyncio.
_UNAVAILABLE, _INTERNAL, _UNKNOWN = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN
_BROKEN = {True: (_UNAVAILABLE,), False: (_UNAVAILABLE, _INTERNAL, _UNKNOWN)}


@dataclasses.dataclass(eq=False)
class SaysoError(Exception):
    """Why a call failed, or why an article was rejected."""

    # The code of gRPC.
    code: grpc.StatusCode
    # What is wrong, and what would be accepted, for people.
    message: str
    # For programs: the name of a value of sayso.v1.ErrorReason without ERROR_REASON_; empty if the server was not reached.
    reason: str = ""
    # The first field of the request that is at fault; empty if none is.
    field: str = ""
    # Which limit was exceeded, where a query cannot be read, and so on: the protos tell for each reason.
    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    # In how many seconds to try again, if the server tells that.
    retry_delay: float | None = None

    def __str__(self) -> str:
        return f"{self.message} ({self.reason or self.code.name})"

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later: the server asks to try again, or the connection broke."""
        return self.retry_delay is not None or self.code in _BROKEN[bool(self.reason)]

    @classmethod
    def of_call(cls, error: object) -> "SaysoError":
        """The error of a call that gRPC has raised or returned: of a future, for example."""
        if not isinstance(error, grpc.Call | grpc.aio.AioRpcError):
            return cls(grpc.StatusCode.UNKNOWN, str(error))
        trailers = error.trailing_metadata() or ()
        packed = next((value for key, value in trailers if key == "grpc-status-details-bin"), b"")
        assert isinstance(packed, bytes)
        return cls._of(error.code(), error.details() or "", Status.FromString(packed).details)

    @classmethod
    def of_status(cls, status: Status) -> "SaysoError":
        """The error that a message tells: of a request in a batch or stream."""
        code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
        return cls._of(code, status.message, status.details)

    @classmethod
    def _of(cls, code: grpc.StatusCode, message: str, packed: Iterable[Any]) -> "SaysoError":
        error = cls(code, message, reason=code.name if code in _OWN_REASONS else "")
        for detail in packed:
            info, fault, retry = details.ErrorInfo(), details.BadRequest(), details.RetryInfo()
            if detail.Unpack(info):
                error.reason, error.metadata = info.reason, dict(info.metadata)
            elif detail.Unpack(fault) and fault.field_violations:
                error.field = fault.field_violations[0].field
            elif detail.Unpack(retry):
                error.retry_delay = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9
        return error
