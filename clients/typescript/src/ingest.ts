import type { CallOptions } from "@connectrpc/connect";
import { SaysoError } from "./errors.js";
import { type Acknowledgement, type Change, type IngestOptions, Ledger } from "./ledger.js";
import { type IngestArticlesRequest, type IngestArticlesResponse, WaitFor } from "./v1.js";

/** Between two attempts to reach a server that has gone. */
const RECONNECT_MS = 500;

/** Opens a stream of requests, and yields the answers. */
export type Stream = (requests: AsyncIterable<IngestArticlesRequest>, options: CallOptions) => AsyncIterable<IngestArticlesResponse>;

/** Opens streams until every change is acknowledged. */
export async function* ingest(
  open: Stream,
  changes: Iterable<Change> | AsyncIterable<Change>,
  options: IngestOptions,
): AsyncGenerator<Acknowledgement, void> {
  const run = new Ingest(open, new Ledger({ waitFor: WaitFor.SEARCHABLE, window: 1000, patienceMs: 300_000, ...options }));
  yield* run.all(changes);
}

/** An ingest under way: one task reads the source, one sends, and the caller's reads the answers. */
class Ingest {
  #waiting: (() => void)[] = [];
  #left = false;

  constructor(
    private readonly open: Stream,
    private readonly ledger: Ledger,
  ) {}

  async *all(changes: Iterable<Change> | AsyncIterable<Change>): AsyncGenerator<Acknowledgement, void> {
    let failure: { thrown: unknown } | undefined;
    this.#read(changes).catch((thrown: unknown) => {
      failure = { thrown };
    });
    try {
      while (!this.ledger.finished) yield* this.#oneStream();
    } finally {
      this.#left = true;
      this.#wake();
    }
    // The source has ended, and whatever it threw is known by the next turn.
    await Promise.resolve();
    if (failure) throw failure.thrown;
  }

  async *#oneStream(): AsyncGenerator<Acknowledgement, void> {
    const stop = new AbortController();
    let error: SaysoError | undefined;
    try {
      for await (const answer of this.open(this.#requests(stop.signal), { signal: stop.signal })) {
        const acknowledgement = this.ledger.answered(answer);
        this.#wake();
        if (acknowledgement) yield acknowledgement;
      }
    } catch (thrown) {
      error = SaysoError.of(thrown);
    } finally {
      stop.abort();
      this.#wake();
    }
    yield* this.ledger.ended(error);
    if (error) await new Promise((resolve) => setTimeout(resolve, error.retryDelayMs ?? RECONNECT_MS));
  }

  async #read(changes: Iterable<Change> | AsyncIterable<Change>): Promise<void> {
    try {
      for await (const change of changes) {
        while (this.ledger.full && !this.#left) await this.#changed();
        if (this.#left) return;
        this.ledger.add(change);
        this.#wake();
      }
    } finally {
      this.ledger.exhausted = true;
      this.#wake();
    }
  }

  async *#requests(stop: AbortSignal): AsyncGenerator<IngestArticlesRequest, void> {
    while (!stop.aborted) {
      const request = this.ledger.next();
      if (request) yield request;
      else if (this.ledger.allSaid) return;
      else await this.#changed(this.ledger.pauseMs);
    }
  }

  /** Waits until something has changed, or for so many milliseconds if that is not 0. */
  #changed(ms = 0): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms > 0 ? setTimeout(resolve, ms) : undefined;
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
