package dev.sayso;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import dev.sayso.v1.Article;
import dev.sayso.v1.ArticleChange;
import dev.sayso.v1.IngestArticlesRequest;
import dev.sayso.v1.IngestArticlesResponse;
import dev.sayso.v1.PutArticleRequest;
import dev.sayso.v1.WaitFor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The books of an ingest. */
class LedgerTest {
  private static final SaysoException BROKEN = SaysoException.of(Status.UNAVAILABLE.asRuntimeException());

  private static IngestArticlesRequest put(String id) {
    return IngestArticlesRequest.newBuilder().setPut(PutArticleRequest.newBuilder().setArticle(Article.newBuilder().setId(id))).build();
  }

  /** With articles that have been read from the source. */
  private static Ledger ledger(IngestOptions options, String... ids) {
    var books = new Ledger(options);
    for (var id : ids) books.add(put(id));
    return books;
  }

  private static Ledger ledger(String... ids) {
    return ledger(IngestOptions.DEFAULT, ids);
  }

  /** Sends all that may be sent. */
  private static List<Long> sent(Ledger books) {
    var numbers = new ArrayList<Long>();
    for (var request = books.next(); request != null; request = books.next()) numbers.add(request.getClientSequence());
    return numbers;
  }

  private static IngestArticlesResponse durable(long number, ArticleChange change) {
    return IngestArticlesResponse.newBuilder()
        .setClientSequence(number)
        .setDurable(IngestArticlesResponse.DurableEvent.newBuilder().setChange(change))
        .build();
  }

  private static IngestArticlesResponse durable(long number) {
    return durable(number, ArticleChange.ARTICLE_CHANGE_CREATED);
  }

  private static IngestArticlesResponse searchable(long number) {
    var event = IngestArticlesResponse.SearchableEvent.getDefaultInstance();
    return IngestArticlesResponse.newBuilder().setClientSequence(number).setSearchable(event).build();
  }

  private static IngestArticlesResponse rejected(long number, int millis) {
    var status = com.google.rpc.Status.newBuilder().setCode(Status.Code.RESOURCE_EXHAUSTED.value()).setMessage("no");
    var delay = com.google.protobuf.Duration.newBuilder().setNanos(millis * 1_000_000);
    status.addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(delay).build()));
    var event = IngestArticlesResponse.RejectedEvent.newBuilder().setStatus(status).setRetryable(millis > 0);
    return IngestArticlesResponse.newBuilder().setClientSequence(number).setRejected(event).build();
  }

  @Test
  void aRequestWaitsForAnEarlierOneOfTheSameArticle() {
    var books = ledger("a", "b", "a", "c");
    assertEquals(List.of(1L, 2L), sent(books));
    books.answered(durable(1));
    assertEquals(List.of(), sent(books));
    assertTrue(books.answered(searchable(1)).orElseThrow().searchable());
    assertEquals(List.of(3L, 4L), sent(books));
  }

  @Test
  void articlesWithoutAnIdDoNotWait() {
    assertEquals(List.of(1L, 2L, 3L), sent(ledger("", "", "")));
  }

  @Test
  void whatIsNotAcknowledgedIsSentAgainInOrder() {
    var books = ledger("a", "b", "c", "b");
    assertEquals(List.of(1L, 2L, 3L), sent(books));
    books.answered(durable(1));
    books.answered(durable(2));
    books.answered(searchable(2));
    assertEquals(List.of(), books.ended(BROKEN));
    assertEquals(List.of(1L, 3L, 4L), sent(books));
  }

  @Test
  void theFirstAnswerTellsWhatARequestDid() {
    var books = ledger("a");
    sent(books);
    books.answered(durable(1));
    books.ended(BROKEN);
    sent(books);
    books.answered(durable(1, ArticleChange.ARTICLE_CHANGE_UNCHANGED));
    assertEquals(ArticleChange.ARTICLE_CHANGE_CREATED, books.answered(searchable(1)).orElseThrow().change());
  }

  @Test
  void durableSufficesIfAskedFor() {
    var books = ledger(new IngestOptions(WaitFor.WAIT_FOR_DURABLE, 10, Duration.ofMinutes(1)), "a");
    sent(books);
    assertFalse(books.answered(durable(1)).orElseThrow().searchable());
    assertTrue(books.answered(searchable(1)).isEmpty());
    books.exhaust();
    assertTrue(books.finished());
  }

  @Test
  void whatIsRejectedForNowComesFirstAgainAfterThePause() throws InterruptedException {
    var books = ledger("a", "b");
    assertEquals(List.of(1L, 2L), sent(books));
    assertTrue(books.answered(rejected(1, 50)).isEmpty());
    assertEquals(List.of(), sent(books));
    while (books.pauseMillis() > 0) Thread.sleep(books.pauseMillis());
    assertEquals(List.of(1L), sent(books));
  }

  @Test
  void whatIsRejectedForGoodIsTold() {
    var books = ledger("a");
    sent(books);
    var told = books.answered(rejected(1, 0)).orElseThrow();
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, told.error().orElseThrow().code());
    assertEquals(ArticleChange.ARTICLE_CHANGE_UNSPECIFIED, told.change());
  }

  @Test
  void aStreamThatEndsWellLeavesDurableChangesAndResendsOthers() {
    var books = ledger("a", "b");
    sent(books);
    books.answered(durable(2));
    assertEquals(List.of(false), books.ended(null).stream().map(Acknowledgement::searchable).toList());
    assertEquals(List.of(1L), sent(books));
  }

  @Test
  void allIsSaidWhenEverythingIsDurable() {
    var books = ledger("a");
    books.exhaust();
    sent(books);
    assertFalse(books.allSaid());
    books.answered(durable(1));
    assertTrue(books.allSaid());
    assertFalse(books.finished());
  }

  @Test
  void patienceEnds() {
    var books = ledger(new IngestOptions(WaitFor.WAIT_FOR_DURABLE, 10, Duration.ofSeconds(-1)), "a");
    assertSame(BROKEN, assertThrows(SaysoException.class, () -> books.ended(BROKEN)));
  }

  @Test
  void whatDoesNotPassIsThrown() {
    var refused = SaysoException.of(Status.PERMISSION_DENIED.asRuntimeException());
    assertSame(refused, assertThrows(SaysoException.class, () -> ledger("a").ended(refused)));
  }
}
