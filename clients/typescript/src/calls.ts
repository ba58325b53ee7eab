/** What every call gets: deadline, retries, errors, and spans for JavaScript's strings. */

import { clone, create, type DescMessage, type DescService, type Message } from "@bufbuild/protobuf";
import { Code, createClient, type CallOptions, type Client, type Transport } from "@connectrpc/connect";
import { SaysoError } from "./errors.js";
import { OffsetEncoding } from "./v1.js";

/** Calls that take as long as there is to do. They have no deadline unless the caller sets one. */
const LONG = ["DeleteArticles", "ApplyRetention", "Reindex", "CreateSnapshot", "VerifySnapshot", "DeleteSnapshot"];
const ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 200;
const CLOCK_MS = 50;

/** The types of all methods are those of the service; here they are one. */
type AnyCall = (request: any, options?: CallOptions) => any;

/** A client of a service, whose calls are dressed. */
export function dressed<S extends DescService>(service: S, transport: Transport, timeoutMs: number): Client<S> {
  const plain = createClient(service, transport) as unknown as Record<string, AnyCall>;
  const calls: Record<string, AnyCall> = {};
  for (const [name, method] of Object.entries(service.method)) {
    const call = plain[name] as AnyCall;
    const limit = LONG.includes(method.name) ? 0 : timeoutMs;
    calls[name] = {
      unary: (request: object, options?: CallOptions) => unary(call, prepared(method.input, request), options, limit),
      server_streaming: (request: object, options?: CallOptions) => answers(call, prepared(method.input, request), options),
      bidi_streaming: (request: object, options?: CallOptions) => answers(call, request, options),
      client_streaming: call,
    }[method.methodKind];
  }
  return calls as Client<S>;
}

/** The request, with spans in units of UTF-16 wherever it leaves their unit open. */
function prepared(schema: DescMessage, request: object): Message {
  const message = clone(schema, create(schema, request as Record<string, unknown>)) as Message & Record<string, unknown>;
  // All the hits of a search that states nothing have spans, too.
  const search = schema.field["search"]?.message;
  if (search) message["search"] ??= create(search);
  for (const one of [message, message["search"], ...((message["requests"] as unknown[] | undefined) ?? [])]) {
    const searched = one as { offsetEncoding?: OffsetEncoding } | undefined;
    if (searched?.offsetEncoding === OffsetEncoding.UNSPECIFIED) searched.offsetEncoding = OffsetEncoding.UTF16;
  }
  return message;
}

async function unary(call: AnyCall, request: Message, options: CallOptions | undefined, timeoutMs: number): Promise<unknown> {
  const limit = options?.timeoutMs ?? timeoutMs;
  const end = limit > 0 ? Date.now() + limit : Infinity;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(request, { ...options, timeoutMs: limit > 0 ? Math.max(1, end - Date.now()) : undefined });
    } catch (thrown) {
      const error = told(thrown, options, end);
      const backoff = Math.random() * FIRST_BACKOFF_MS * 2 ** attempt;
      const late = Date.now() + backoff >= end;
      if (error.code !== Code.Unavailable || attempt === ATTEMPTS || late || options?.signal?.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, backoff));
    }
  }
}

async function* answers(call: AnyCall, request: unknown, options: CallOptions | undefined): AsyncGenerator<unknown> {
  const end = options?.timeoutMs ? Date.now() + options.timeoutMs : Infinity;
  try {
    yield* call(request, options);
  } catch (thrown) {
    throw told(thrown, options, end);
  }
}

/** The error of a call. A stream of HTTP/2 that the other side resets is cancelled for Node.js, whoever wanted that. */
function told(thrown: unknown, options: CallOptions | undefined, end: number): SaysoError {
  const error = SaysoError.of(thrown);
  if (error.code !== Code.Canceled || options?.signal?.aborted) return error;
  // The clocks of both sides may differ a little.
  const code = Date.now() >= end - CLOCK_MS ? Code.DeadlineExceeded : Code.Unavailable;
  return new SaysoError(code, error.message, { cause: thrown });
}
