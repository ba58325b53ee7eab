import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { SaysoError } from "./errors.js";
import {
  ArticleChange,
  type ArticleSchema,
  type DeleteArticleRequestSchema,
  type IngestArticlesRequest,
  IngestArticlesRequestSchema,
  type IngestArticlesResponse,
  type IngestArticlesResponse_DurableEvent,
  type PutArticleRequestSchema,
  WaitFor,
} from "./v1.js";

/** What can be ingested: an article, or a put or delete with settings of its own. */
export type Change =
  | { article: MessageInitShape<typeof ArticleSchema> }
  | { put: MessageInitShape<typeof PutArticleRequestSchema> }
  | { delete: MessageInitShape<typeof DeleteArticleRequestSchema> };

/** What became of one change. */
export interface Acknowledgement {
  /** The change, as it was given. */
  change: Change;
  /** The article's id, as given or as made by the server. */
  id: string;
  /** What the write did; unspecified if it was not made. */
  outcome: ArticleChange;
  /** The article's present revision; 0 if it was deleted. */
  revision: bigint;
  /** The article's present etag; empty if it was deleted. */
  etag: string;
  /** Whether every read sees the change already. */
  searchable: boolean;
  /** Why the change was not made; undefined if it was. */
  error?: SaysoError;
}

/** How to ingest. */
export interface IngestOptions {
  /** When a change is acknowledged. By default when every read sees it. */
  waitFor?: WaitFor;
  /** How many changes may be under way. 1,000 by default. */
  window?: number;
  /** For how many milliseconds to try to reach a server that gives no answer. Five minutes by default. */
  patienceMs?: number;
}

/** A change that is not acknowledged yet. */
interface Entry {
  change: Change;
  request: IngestArticlesRequest;
  durable?: IngestArticlesResponse_DurableEvent;
}

/**
 * Of every change, how far it has come. It knows no streams.
 *
 * A change of an article is sent only when earlier changes of the same article are acknowledged, so that one that is sent again
 * never undoes a later one.
 */
export class Ledger {
  #entries = new Map<bigint, Entry>();
  #unsent: bigint[] = [];
  #busy = new Set<string>();
  #last = 0n;
  #progress = Date.now();
  #resume = 0;
  /** Whether the source has ended. */
  exhausted = false;

  constructor(private readonly options: Required<IngestOptions>) {}

  /** Whether so many changes are under way that no more should be read from the source. */
  get full(): boolean {
    return this.#entries.size >= this.options.window;
  }

  /** Whether everything is acknowledged. */
  get finished(): boolean {
    return this.exhausted && this.#entries.size === 0;
  }

  /** Whether nothing will have to be sent any more, unless the stream breaks. */
  get allSaid(): boolean {
    return this.exhausted && this.#unsent.length === 0 && [...this.#entries.values()].every((entry) => entry.durable);
  }

  /** For how many milliseconds nothing should be sent, because the server asked for that. */
  get pauseMs(): number {
    return Math.max(0, this.#resume - Date.now());
  }

  /** Takes in a change from the source. */
  add(change: Change): void {
    const clientSequence = ++this.#last;
    const action =
      "delete" in change
        ? ({ case: "delete", value: change.delete } as const)
        : ({ case: "put", value: "put" in change ? change.put : { article: change.article } } as const);
    const request = create(IngestArticlesRequestSchema, { clientSequence, action });
    this.#entries.set(clientSequence, { change, request });
    this.#unsent.push(clientSequence);
  }

  /** What to send now; undefined if there is nothing, or if it has to wait. */
  next(): IngestArticlesRequest | undefined {
    const sequence = this.#unsent[0];
    const entry = sequence === undefined || this.pauseMs > 0 ? undefined : this.#entries.get(sequence);
    if (entry === undefined) return undefined;
    const id = idOf(entry);
    if (this.#busy.has(id)) return undefined;
    if (id) this.#busy.add(id);
    this.#unsent.shift();
    return entry.request;
  }

  /** Notes an answer, and returns the acknowledgement if it is the last one of its change. */
  answered({ clientSequence, event }: IngestArticlesResponse): Acknowledgement | undefined {
    const entry = this.#entries.get(clientSequence);
    if (entry === undefined) return undefined;
    this.#progress = Date.now();
    switch (event.case) {
      case "durable":
        // Sent again after the connection broke, the change is made already; the first answer tells what it did.
        entry.durable ??= event.value;
        return this.options.waitFor === WaitFor.DURABLE ? this.#close(clientSequence, entry, false) : undefined;
      case "searchable":
        return this.#close(clientSequence, entry, true);
      case "rejected":
        return this.#rejected(clientSequence, entry, SaysoError.ofStatus(event.value.status!), event.value.retryable);
      default:
        return undefined;
    }
  }

  #rejected(sequence: bigint, entry: Entry, error: SaysoError, retryable: boolean): Acknowledgement | undefined {
    if (!retryable) return { ...this.#close(sequence, entry, false), error };
    this.#unsent.unshift(sequence);
    this.#busy.delete(idOf(entry));
    this.#resume = Date.now() + (error.retryDelayMs ?? 1000);
    return undefined;
  }

  #close(sequence: bigint, entry: Entry, searchable: boolean): Acknowledgement {
    const { change, durable } = entry;
    this.#entries.delete(sequence);
    this.#busy.delete(idOf(entry));
    const { id = idOf(entry), revision = 0n, etag = "" } = durable ?? {};
    return { change, id, outcome: durable?.change ?? ArticleChange.UNSPECIFIED, revision, etag, searchable };
  }

  /**
   * Notes that the stream has ended. What is not acknowledged is to be sent again. Throws what does not pass.
   *
   * A stream that ends well has made durable what it answered; while the indexes cannot follow, that is all.
   */
  ended(error?: SaysoError): Acknowledgement[] {
    if (error && (!error.retryable || Date.now() - this.#progress > this.options.patienceMs)) throw error;
    const done = error ? [] : [...this.#entries].filter(([, entry]) => entry.durable);
    const late = done.map(([sequence, entry]) => this.#close(sequence, entry, false));
    this.#unsent = [...this.#entries.keys()];
    this.#busy.clear();
    return late;
  }
}

function idOf({ request: { action } }: Entry): string {
  return (action.case === "put" ? action.value.article?.id : action.value?.id) ?? "";
}
