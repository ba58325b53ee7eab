import type { Client as ServiceClient, Interceptor, Transport } from "@connectrpc/connect";
import { dressed } from "./calls.js";
import { ingest, type Stream } from "./ingest.js";
import type { Acknowledgement, Change, IngestOptions } from "./ledger.js";
import {
  AnalyzeService,
  ArticleService,
  EntityService,
  QuoteService,
  SearchService,
  ServerService,
  SnapshotService,
} from "./v1.js";

/** What every way to connect takes. */
export interface Settings {
  /** An API key or token. */
  key?: string | undefined;
  /** The deadline of calls that set none themselves; streams, and calls that take as long as there is to do, have none. 60,000 by default. */
  timeoutMs?: number;
}

/**
 * Calls a server. All calls send the key, have a deadline, are tried again while the server cannot be reached, count spans in units of
 * UTF-16, so that they cut JavaScript's strings, and throw SaysoError.
 */
export class Client {
  readonly analysis: ServiceClient<typeof AnalyzeService>;
  readonly articles: ServiceClient<typeof ArticleService>;
  readonly entities: ServiceClient<typeof EntityService>;
  readonly quotes: ServiceClient<typeof QuoteService>;
  readonly search: ServiceClient<typeof SearchService>;
  readonly server: ServiceClient<typeof ServerService>;
  readonly snapshots: ServiceClient<typeof SnapshotService>;
  readonly #stream: Stream;
  readonly #close: () => void;

  /** @internal Use `connect`. */
  constructor(transport: Transport, settings: Settings, close: () => void, stream?: (client: Client) => Stream) {
    const { timeoutMs = 60_000 } = settings;
    this.analysis = dressed(AnalyzeService, transport, timeoutMs);
    this.articles = dressed(ArticleService, transport, timeoutMs);
    this.entities = dressed(EntityService, transport, timeoutMs);
    this.quotes = dressed(QuoteService, transport, timeoutMs);
    this.search = dressed(SearchService, transport, timeoutMs);
    this.server = dressed(ServerService, transport, timeoutMs);
    this.snapshots = dressed(SnapshotService, transport, timeoutMs);
    this.#stream = stream?.(this) ?? this.articles.ingestArticles;
    this.#close = close;
  }

  /**
   * Puts and deletes articles, and yields what became of each, in any order.
   *
   * What is not acknowledged when the connection breaks is sent again, also to a server that was started anew. Reads `changes` at most a
   * window ahead of what is acknowledged. Throws SaysoError if it gets no answer for too long, or if the server refuses the stream.
   */
  ingest(changes: Iterable<Change> | AsyncIterable<Change>, options: IngestOptions = {}): AsyncGenerator<Acknowledgement, void> {
    return ingest(this.#stream, changes, options);
  }

  /** Closes the connection. Calls that are open end with an error. */
  close(): void {
    this.#close();
  }
}

/** Sends the key with every call. */
export function bearer(key: string | undefined): Interceptor[] {
  if (key === undefined) return [];
  return [
    (next) => (request) => {
      request.header.set("authorization", `Bearer ${key}`);
      return next(request);
    },
  ];
}
