package dev.sayso;

import dev.sayso.v1.WaitFor;
import java.time.Duration;

/**
 * How to ingest.
 *
 * @param waitFor when a request is acknowledged
 * @param window how many requests may be under way
 * @param patience for how long to try to reach a server that gives no answer
 */
public record IngestOptions(WaitFor waitFor, int window, Duration patience) {
  /** When every read sees the change; 1,000 requests; five minutes. */
  public static final IngestOptions DEFAULT = new IngestOptions(WaitFor.WAIT_FOR_SEARCHABLE, 1000, Duration.ofMinutes(5));
}
