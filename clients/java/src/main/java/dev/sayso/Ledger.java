package dev.sayso;

import dev.sayso.v1.ArticleChange;
import dev.sayso.v1.IngestArticlesRequest;
import dev.sayso.v1.IngestArticlesResponse;
import dev.sayso.v1.IngestArticlesResponse.DurableEvent;
import dev.sayso.v1.WaitFor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Of every request of an ingest, how far it has come. It knows no streams and no threads.
 *
 * <p>A request for an article is sent only when earlier ones for the same article are acknowledged, so that one that is sent again never
 * undoes a later one.
 */
final class Ledger {
  private final IngestOptions options;
  private final Map<Long, Entry> entries = new LinkedHashMap<>();
  private final ArrayDeque<Long> unsent = new ArrayDeque<>();
  private final Set<String> busy = new HashSet<>();
  private long last;
  private long progress = System.nanoTime();
  private long resume = progress;
  private boolean exhausted;

  /** A request that is not acknowledged yet. */
  private static final class Entry {
    final IngestArticlesRequest request;
    DurableEvent durable;

    Entry(IngestArticlesRequest request) {
      this.request = request;
    }

    String id() {
      return request.hasPut() ? request.getPut().getArticle().getId() : request.getDelete().getId();
    }

    Acknowledgement acknowledge(boolean searchable) {
      return new Acknowledgement(
          request, durable.getId(), durable.getChange(), durable.getRevision(), durable.getEtag(), searchable, Optional.empty());
    }
  }

  Ledger(IngestOptions options) {
    this.options = options;
  }

  /** How many requests are under way. */
  int size() {
    return entries.size();
  }

  /** Notes that the source has ended. */
  void exhaust() {
    exhausted = true;
  }

  /** Whether everything is acknowledged. */
  boolean finished() {
    return exhausted && entries.isEmpty();
  }

  /** Whether nothing will have to be sent any more, unless the stream breaks. */
  boolean allSaid() {
    return exhausted && unsent.isEmpty() && entries.values().stream().allMatch(entry -> entry.durable != null);
  }

  /** For how many milliseconds nothing should be sent, because the server asked for that. */
  long pauseMillis() {
    return Math.max(0, (resume - System.nanoTime() + 999_999) / 1_000_000);
  }

  /** Takes in a request from the source. */
  void add(IngestArticlesRequest request) {
    entries.put(++last, new Entry(request));
    unsent.add(last);
  }

  /** What to send now; null if there is nothing, or if it has to wait. */
  IngestArticlesRequest next() {
    if (unsent.isEmpty() || pauseMillis() > 0) return null;
    var entry = entries.get(unsent.peek());
    if (busy.contains(entry.id())) return null;
    if (!entry.id().isEmpty()) busy.add(entry.id());
    return entry.request.toBuilder().setClientSequence(unsent.poll()).build();
  }

  /** Notes an answer, and returns the acknowledgement if it is the last one of its request. */
  Optional<Acknowledgement> answered(IngestArticlesResponse answer) {
    var sequence = answer.getClientSequence();
    var entry = entries.get(sequence);
    if (entry == null) return Optional.empty();
    progress = System.nanoTime();
    return switch (answer.getEventCase()) {
      case DURABLE -> {
        // Sent again after the connection broke, the change is made already; the first answer tells what it did.
        if (entry.durable == null) entry.durable = answer.getDurable();
        var done = options.waitFor() == WaitFor.WAIT_FOR_DURABLE;
        yield done ? Optional.of(close(sequence, entry.acknowledge(false))) : Optional.empty();
      }
      case SEARCHABLE -> Optional.of(close(sequence, entry.acknowledge(true)));
      case REJECTED -> rejected(sequence, entry, answer.getRejected());
      default -> Optional.empty();
    };
  }

  private Optional<Acknowledgement> rejected(long sequence, Entry entry, IngestArticlesResponse.RejectedEvent event) {
    var error = SaysoException.of(event.getStatus());
    if (!event.getRetryable()) {
      var unspecified = ArticleChange.ARTICLE_CHANGE_UNSPECIFIED;
      return Optional.of(close(sequence, new Acknowledgement(entry.request, event.getId(), unspecified, 0, "", false, Optional.of(error))));
    }
    unsent.addFirst(sequence);
    busy.remove(entry.id());
    resume = System.nanoTime() + error.retryDelay().orElse(Duration.ofSeconds(1)).toNanos();
    return Optional.empty();
  }

  private Acknowledgement close(long sequence, Acknowledgement acknowledgement) {
    busy.remove(entries.remove(sequence).id());
    return acknowledgement;
  }

  /**
   * Notes that the stream has ended, with an error or well (null). What is not acknowledged is to be sent again. Throws what does not pass.
   *
   * <p>A stream that ends well has made durable what it answered; while the indexes cannot follow, that is all.
   */
  List<Acknowledgement> ended(SaysoException error) {
    if (error != null && (!error.retryable() || System.nanoTime() - progress > options.patience().toNanos())) throw error;
    var late = new ArrayList<Acknowledgement>();
    if (error == null) {
      var durable = entries.entrySet().stream().filter(entry -> entry.getValue().durable != null).toList();
      durable.forEach(entry -> late.add(close(entry.getKey(), entry.getValue().acknowledge(false))));
    }
    unsent.clear();
    unsent.addAll(entries.keySet());
    busy.clear();
    return late;
  }
}
