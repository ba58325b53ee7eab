/** The client for browsers, over gRPC-Web. */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { bearer, Client, type Settings } from "./client.js";
import { SaysoError } from "./errors.js";
import type { Stream } from "./ingest.js";
import { type IngestArticlesRequest, type IngestArticlesResponse, IngestArticlesResponseSchema } from "./v1.js";

export { Code } from "@connectrpc/connect";
export type { Client, Settings } from "./client.js";
export { SaysoError } from "./errors.js";
export type { Acknowledgement, Change, IngestOptions } from "./ledger.js";
export { iterate, pages } from "./pages.js";

/** How many articles are put at the same time. */
const AT_ONCE = 100;
/** With these, the server refuses an article, and may take others. */
const REJECTED = [Code.InvalidArgument, Code.NotFound, Code.Aborted];

/**
 * A client of the server at an address like "https://sayso.example:50051". A server takes calls of a page of another site only if its
 * setting `cors_origins` names that site.
 */
export function connect(address: string, options: Settings = {}): Client {
  const transport = createGrpcWebTransport({ baseUrl: address, interceptors: bearer(options.key) });
  return new Client(transport, options, () => undefined, singly);
}

/** Browsers cannot send streams. This is one of single calls, with the answers that a stream would get. */
function singly({ articles }: Client): Stream {
  return async function* (requests) {
    const running = new Set<Promise<IngestArticlesResponse[]>>();
    const source = requests[Symbol.asyncIterator]();
    let next: Promise<void> | undefined;
    let ended = false;
    while (!ended || running.size > 0) {
      if (!ended && running.size < AT_ONCE) {
        next ??= source.next().then(({ done, value }) => {
          next = undefined;
          if (done) {
            ended = true;
            return;
          }
          const call = single(articles, value);
          // If another one fails first, nobody waits for this one.
          call.catch(() => undefined);
          running.add(call);
        });
      }
      const answered = [...running].map(async (call) => ({ call, answers: await call }));
      const first = await Promise.race(next ? [next, ...answered] : answered);
      if (first === undefined) continue;
      running.delete(first.call);
      yield* first.answers;
    }
  };
}

/** What a stream would answer to one request. */
async function single(
  articles: Client["articles"],
  { clientSequence, action }: IngestArticlesRequest,
): Promise<IngestArticlesResponse[]> {
  const answer = (event: MessageInitShape<typeof IngestArticlesResponseSchema>["event"]) =>
    create(IngestArticlesResponseSchema, { clientSequence, event });
  try {
    const durable = await made(articles, action);
    return [answer({ case: "durable", value: durable }), answer({ case: "searchable", value: { id: durable.id } })];
  } catch (thrown) {
    const error = SaysoError.of(thrown);
    if (!REJECTED.includes(error.code) || !(error.cause instanceof ConnectError)) throw error;
    const details = error.cause.details.flatMap((detail) =>
      "type" in detail ? [{ typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value }] : [],
    );
    const id = (action.case === "put" ? action.value.article?.id : action.value?.id) ?? "";
    return [answer({ case: "rejected", value: { id, status: { code: error.code, message: error.message, details } } })];
  }
}

/** Makes a change, and returns what a stream would say of it. */
async function made(articles: Client["articles"], action: IngestArticlesRequest["action"]) {
  if (action.case === "put") {
    const { id, change, revision, etag } = await articles.putArticle(action.value);
    return { id, change, revision, etag };
  }
  if (action.case === "delete") {
    const { change } = await articles.deleteArticle(action.value);
    return { id: action.value.id, change };
  }
  throw new TypeError("expected a put or a delete");
}
