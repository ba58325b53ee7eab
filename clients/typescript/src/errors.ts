import { Code, ConnectError } from "@connectrpc/connect";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import type { Status } from "./gen/google/rpc/status_pb.js";

/** Noticed on this side, these come without details. The server gives them reasons of the same names. */
const OWN_REASONS = new Map([
  [Code.Canceled, "CANCELLED"],
  [Code.DeadlineExceeded, "DEADLINE_EXCEEDED"],
]);
/** How a connection that breaks is told here. The server gives errors of these codes a reason. */
const BROKEN = [Code.Aborted, Code.Internal, Code.Unknown];

/** Why a call failed, or why an article was rejected. */
export class SaysoError extends Error {
  /** For programs: the name of a value of ErrorReason without ERROR_REASON_; empty if the server was not reached. */
  reason: string;
  /** The first field of the request that is at fault; empty if none is. */
  field = "";
  /** Which limit was exceeded, where a query cannot be read, and so on: the protos tell for each reason. */
  metadata: Record<string, string> = {};
  /** In how many milliseconds to try again, if the server tells that. */
  retryDelayMs: number | undefined;

  /** @param code The code of gRPC. @param message What is wrong, and what would be accepted, for people. */
  constructor(
    readonly code: Code,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "SaysoError";
    this.reason = OWN_REASONS.get(code) ?? "";
  }

  /** Whether the same call may succeed later: the server asks to try again, or the connection broke. */
  get retryable(): boolean {
    return this.code === Code.Unavailable || this.retryDelayMs !== undefined;
  }

  /** The error of a call. */
  static of(thrown: unknown): SaysoError {
    if (thrown instanceof SaysoError) return thrown;
    const failed = ConnectError.from(thrown);
    const [info] = failed.findDetails(ErrorInfoSchema);
    const code = info === undefined && BROKEN.includes(failed.code) ? Code.Unavailable : failed.code;
    const error = new SaysoError(code, failed.rawMessage, { cause: thrown });
    return error.#tell(info, failed.findDetails(BadRequestSchema)[0], failed.findDetails(RetryInfoSchema)[0]);
  }

  /** The error that a message tells: of a request in a batch or stream. */
  static ofStatus(status: Status): SaysoError {
    const find = <T>(unpack: (detail: Status["details"][number]) => T | undefined) =>
      status.details.map(unpack).find((detail) => detail !== undefined);
    return new SaysoError(status.code, status.message).#tell(
      find((detail) => anyUnpack(detail, ErrorInfoSchema)),
      find((detail) => anyUnpack(detail, BadRequestSchema)),
      find((detail) => anyUnpack(detail, RetryInfoSchema)),
    );
  }

  #tell(
    info?: { reason: string; metadata: Record<string, string> },
    fault?: { fieldViolations: { field: string }[] },
    retry?: { retryDelay?: { seconds: bigint; nanos: number } },
  ): this {
    if (info) [this.reason, this.metadata] = [info.reason, info.metadata];
    this.field = fault?.fieldViolations[0]?.field ?? "";
    if (retry?.retryDelay) this.retryDelayMs = Number(retry.retryDelay.seconds) * 1000 + retry.retryDelay.nanos / 1e6;
    return this;
  }
}
