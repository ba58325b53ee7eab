package dev.sayso;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Why a call failed, or why an article was rejected. */
public final class SaysoException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Status.Code code;
  private final transient ErrorInfo info;
  private final String field;
  private final Duration retryDelay;

  private SaysoException(com.google.rpc.Status status, Throwable cause) {
    super(status.getMessage(), cause);
    code = Status.fromCodeValue(status.getCode()).getCode();
    var found = ErrorInfo.newBuilder();
    // Noticed on this side, these come without details. The server gives them reasons of the same names.
    if (code == Status.Code.CANCELLED || code == Status.Code.DEADLINE_EXCEEDED) found.setReason(code.name());
    var violated = "";
    Duration delay = null;
    for (var detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        found.clear().mergeFrom(unpack(detail, ErrorInfo.class));
      } else if (detail.is(BadRequest.class)) {
        var fault = unpack(detail, BadRequest.class);
        if (fault.getFieldViolationsCount() > 0) violated = fault.getFieldViolations(0).getField();
      } else if (detail.is(RetryInfo.class)) {
        var told = unpack(detail, RetryInfo.class).getRetryDelay();
        delay = Duration.ofSeconds(told.getSeconds(), told.getNanos());
      }
    }
    info = found.build();
    field = violated;
    retryDelay = delay;
  }

  private static <T extends com.google.protobuf.Message> T unpack(Any detail, Class<T> type) {
    try {
      return detail.unpack(type);
    } catch (InvalidProtocolBufferException broken) {
      throw new IllegalArgumentException(broken);
    }
  }

  /** The error of a call. */
  static SaysoException of(Throwable thrown) {
    var status = StatusProto.fromThrowable(thrown);
    if (status != null) return new SaysoException(status, thrown);
    var own = Status.fromThrowable(thrown);
    var told = com.google.rpc.Status.newBuilder().setCode(own.getCode().value()).setMessage(String.valueOf(thrown.getMessage()));
    return new SaysoException(told.build(), thrown);
  }

  /** The error that a message tells: of a request in a batch or stream. */
  public static SaysoException of(com.google.rpc.Status status) {
    return new SaysoException(status, null);
  }

  /** The code of gRPC. */
  public Status.Code code() {
    return code;
  }

  /** For programs: the name of a value of ErrorReason without ERROR_REASON_; empty if the server was not reached. */
  public String reason() {
    return info.getReason();
  }

  /** The first field of the request that is at fault; empty if none is. */
  public String field() {
    return field;
  }

  /** Which limit was exceeded, where a query cannot be read, and so on: the protos tell for each reason. */
  public Map<String, String> metadata() {
    return info.getMetadataMap();
  }

  /** When to try again, if the server tells that. */
  public Optional<Duration> retryDelay() {
    return Optional.ofNullable(retryDelay);
  }

  /** Whether the same call may succeed later: the server asks to try again, or the connection broke. */
  public boolean retryable() {
    return switch (code) {
      case UNAVAILABLE -> true;
      // Without a reason, the error is of the connection, or of something in between.
      case INTERNAL, UNKNOWN -> retryDelay != null || reason().isEmpty();
      default -> retryDelay != null;
    };
  }

  @Override
  public String toString() {
    return getMessage() + " (" + (reason().isEmpty() ? code : reason()) + ")";
  }
}
