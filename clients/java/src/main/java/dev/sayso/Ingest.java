package dev.sayso;

import dev.sayso.v1.ArticleServiceGrpc;
import dev.sayso.v1.IngestArticlesRequest;
import dev.sayso.v1.IngestArticlesResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * An ingest under way, which yields what became of each request, in any order. Close it to leave it early.
 *
 * <p>What is not acknowledged when the connection breaks is sent again, also to a server that was started anew. {@link #hasNext} throws
 * {@link SaysoException} if the server gives no answer for too long, or refuses the stream, and whatever the source threw.
 *
 * <p>One thread reads the source, at most a window ahead of what was taken from here; another one sends; gRPC's receive.
 */
public final class Ingest implements Iterator<Acknowledgement>, AutoCloseable {
  /** Between two attempts to reach a server that has gone. */
  private static final Duration RECONNECT = Duration.ofMillis(500);

  private final Channel channel;
  private final IngestOptions options;
  private final Ledger ledger;
  private final ArrayDeque<Acknowledgement> acknowledged = new ArrayDeque<>();
  private RuntimeException failure;
  private boolean ended;
  private boolean closed;

  Ingest(Channel channel, Iterator<IngestArticlesRequest> requests, IngestOptions options) {
    this.channel = channel;
    this.options = options;
    ledger = new Ledger(options);
    start("sayso-ingest-source", () -> read(requests));
    start("sayso-ingest", this::send);
  }

  private static void start(String name, Runnable work) {
    var thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public synchronized boolean hasNext() {
    while (acknowledged.isEmpty() && !ended) pause(0);
    if (acknowledged.isEmpty() && failure != null) throw failure;
    return !acknowledged.isEmpty();
  }

  @Override
  public synchronized Acknowledgement next() {
    if (!hasNext()) throw new NoSuchElementException();
    notifyAll();
    return acknowledged.poll();
  }

  /** Cancels the stream. What is acknowledged stays. */
  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private void read(Iterator<IngestArticlesRequest> requests) {
    RuntimeException thrown = null;
    try {
      while (requests.hasNext() && take(requests.next())) {}
    } catch (RuntimeException failed) {
      thrown = failed;
    }
    synchronized (this) {
      failure = thrown;
      ledger.exhaust();
      notifyAll();
    }
  }

  /** Takes in a request when there is room. Returns whether to go on. */
  private synchronized boolean take(IngestArticlesRequest request) {
    while (!closed && ledger.size() + acknowledged.size() >= options.window()) pause(0);
    if (!closed) ledger.add(request);
    notifyAll();
    return !closed;
  }

  private void send() {
    try {
      while (goesOn()) {
        var broken = new Answers().exchange();
        if (broken.isPresent()) sleep(broken.get().retryDelay().orElse(RECONNECT));
      }
    } catch (RuntimeException failed) {
      synchronized (this) {
        failure = failed;
      }
    }
    synchronized (this) {
      ended = true;
      closed = true;
      notifyAll();
    }
  }

  private synchronized boolean goesOn() {
    return !closed && !ledger.finished();
  }

  private synchronized void sleep(Duration delay) {
    var end = System.nanoTime() + delay.toNanos();
    for (long left; !closed && (left = (end - System.nanoTime()) / 1_000_000) > 0; ) pause(left);
  }

  /** Waits until something has changed, or for so many milliseconds if that is not 0. */
  private void pause(long millis) {
    try {
      wait(millis);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for acknowledgements", interrupted);
    }
  }

  /** One stream. */
  private final class Answers implements ClientResponseObserver<IngestArticlesRequest, IngestArticlesResponse> {
    private ClientCallStreamObserver<IngestArticlesRequest> requests;
    private Optional<SaysoException> error = Optional.empty();
    private boolean over;
    private boolean allSent;

    /** Sends until the stream is over. Returns what it broke with, if it did. */
    Optional<SaysoException> exchange() {
      var call = channel.newCall(ArticleServiceGrpc.getIngestArticlesMethod(), CallOptions.DEFAULT);
      ClientCalls.asyncBidiStreamingCall(call, this);
      while (!isOver()) {
        var request = await();
        if (request.isPresent()) requests.onNext(request.get());
      }
      synchronized (Ingest.this) {
        if (closed) return Optional.empty();
        acknowledged.addAll(ledger.ended(error.orElse(null)));
        Ingest.this.notifyAll();
        return error;
      }
    }

    private boolean isOver() {
      synchronized (Ingest.this) {
        if (closed && !over) requests.cancel("the ingest was closed", null);
        return over || closed;
      }
    }

    /** What to send next, as soon as it may be sent; nothing if something else is to be looked at first. */
    private Optional<IngestArticlesRequest> await() {
      synchronized (Ingest.this) {
        var request = over || closed || !requests.isReady() ? null : ledger.next();
        if (request == null && !over && !allSent && ledger.allSaid()) {
          allSent = true;
          requests.onCompleted();
        }
        if (request == null && !over && !closed) pause(ledger.pauseMillis());
        return Optional.ofNullable(request);
      }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<IngestArticlesRequest> stream) {
      requests = stream;
      stream.setOnReadyHandler(() -> note(() -> {}));
    }

    @Override
    public void onNext(IngestArticlesResponse answer) {
      note(() -> ledger.answered(answer).ifPresent(acknowledged::add));
    }

    @Override
    public void onError(Throwable thrown) {
      note(
          () -> {
            error = Optional.of(SaysoException.of(thrown));
            over = true;
          });
    }

    @Override
    public void onCompleted() {
      note(() -> over = true);
    }

    private void note(Runnable change) {
      synchronized (Ingest.this) {
        change.run();
        Ingest.this.notifyAll();
      }
    }
  }
}
