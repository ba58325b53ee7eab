package dev.sayso;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sayso.v1.AnalyzeRequest;
import dev.sayso.v1.Article;
import dev.sayso.v1.ArticleSummary;
import dev.sayso.v1.DeleteArticleRequest;
import dev.sayso.v1.ExportQuotesRequest;
import dev.sayso.v1.GetServerInfoRequest;
import dev.sayso.v1.IngestArticlesRequest;
import dev.sayso.v1.ListArticlesRequest;
import dev.sayso.v1.ListArticlesResponse;
import dev.sayso.v1.OffsetEncoding;
import dev.sayso.v1.PutArticleRequest;
import dev.sayso.v1.SearchQuotesRequest;
import dev.sayso.v1.SearchQuotesResponse;
import dev.sayso.v1.SearchSentencesRequest;
import dev.sayso.v1.WaitFor;
import io.grpc.Status;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The client against a server with the samples, at SAYSO_ADDRESS. */
class SaysoClientTest {
  private static final String ADDRESS = System.getenv("SAYSO_ADDRESS");
  private static final String TEXT = "Café Zoë 🍰 closes. “The cakes were never the problem,” said Zoë Ängström.";
  private static final SaysoClient CLIENT = SaysoClient.connect(ADDRESS);

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  /** An address where nobody listens. */
  private static String nobody() {
    try (var free = new ServerSocket(0)) {
      return "127.0.0.1:" + free.getLocalPort();
    } catch (IOException none) {
      throw new IllegalStateException(none);
    }
  }

  private static IngestArticlesRequest put(String id, String body) {
    var article = Article.newBuilder().setId(id).setBody(body);
    return IngestArticlesRequest.newBuilder().setPut(PutArticleRequest.newBuilder().setArticle(article)).build();
  }

  @Test
  void itemsYieldsTheHitsOfAllPages() {
    var request = SearchQuotesRequest.newBuilder().setPageSize(7).build();
    var ids = new HashSet<String>();
    Pages.items(CLIENT::searchQuotes, request, SearchQuotesResponse::getHitsList).forEach(hit -> ids.add(hit.getQuote().getId()));
    var answers = new ArrayList<SearchQuotesResponse>();
    Pages.of(CLIENT::searchQuotes, request).forEach(answers::add);
    assertEquals(ids.size(), answers.get(0).getTotal().getCount());
    assertEquals((ids.size() + 6) / 7, answers.size());
    assertTrue(answers.size() > 1);
    Stream<ArticleSummary> articles =
        Pages.items(CLIENT::listArticles, ListArticlesRequest.newBuilder().setPageSize(3).build(), ListArticlesResponse::getArticlesList);
    assertTrue(articles.count() >= 10);
  }

  @Test
  void spansCutStringsUnlessAnotherUnitIsAskedFor() {
    var request = AnalyzeRequest.newBuilder().setText(TEXT);
    var sentences = CLIENT.analyze(request.build()).getAnnotations().getSentencesList();
    for (var sentence : sentences) {
      assertEquals(sentence.getText(), TEXT.substring(sentence.getSpan().getStart(), sentence.getSpan().getEnd()));
    }
    var bytes = CLIENT.analyze(request.setOffsetEncoding(OffsetEncoding.OFFSET_ENCODING_UTF8).build()).getAnnotations();
    var last = bytes.getSentences(bytes.getSentencesCount() - 1).getSpan();
    assertEquals(TEXT.getBytes(StandardCharsets.UTF_8).length, last.getEnd());
  }

  @Test
  void aStreamYieldsAllHits() {
    var count = 0;
    var total = 0L;
    for (var answers = CLIENT.exportQuotes(ExportQuotesRequest.getDefaultInstance()); answers.hasNext(); ) {
      var answer = answers.next();
      count += answer.getHitsCount();
      total = answer.getTotal().getCount();
    }
    assertEquals(total, count);
  }

  @Test
  void anErrorTellsReasonFieldAndMetadata() {
    var request = SearchSentencesRequest.newBuilder().setQuery("foo:bar").build();
    var error = assertThrows(SaysoException.class, () -> CLIENT.searchSentences(request));
    assertEquals(Status.Code.INVALID_ARGUMENT, error.code());
    assertEquals("QUERY_SYNTAX", error.reason());
    assertEquals("query", error.field());
    assertEquals("0", error.metadata().get("position"));
    assertFalse(error.retryable());
  }

  @Test
  void callsHaveADeadlineByDefault() {
    try (var client = SaysoClient.builder(ADDRESS).timeout(Duration.ofMillis(1)).build()) {
      var request = AnalyzeRequest.newBuilder().setText(TEXT.repeat(2000)).build();
      assertEquals("DEADLINE_EXCEEDED", assertThrows(SaysoException.class, () -> client.analyze(request)).reason());
      assertTrue(client.withTimeout(Duration.ofMinutes(1)).analyze(request).hasAnnotations());
    }
  }

  @Test
  void callsAreTriedAgainWhereNobodyListens() {
    var begun = System.nanoTime();
    try (var client = SaysoClient.connect(nobody())) {
      var error = assertThrows(SaysoException.class, () -> client.getServerInfo(GetServerInfoRequest.getDefaultInstance()));
      assertTrue(error.retryable());
      assertEquals("", error.reason());
    }
    assertTrue(System.nanoTime() - begun > 100_000_000);
  }

  @Test
  void ingestThrowsWhatTheSourceThrows() {
    var requests = Stream.of("source/1", "").peek(id -> { if (id.isEmpty()) throw new IllegalStateException("the feed is gone"); });
    var acknowledged = new ArrayList<String>();
    try (var ingest = CLIENT.ingest(requests.map(id -> put(id, "He said no.")).iterator())) {
      assertThrows(IllegalStateException.class, () -> ingest.forEachRemaining(one -> acknowledged.add(one.id())));
    }
    assertEquals(List.of("source/1"), acknowledged);
  }

  @Test
  void ingestMayBeLeft() {
    Iterator<IngestArticlesRequest> endless =
        Stream.iterate(0, number -> number + 1).map(number -> put("left/" + number % 50, "He said " + number + ".")).iterator();
    try (var ingest = CLIENT.ingest(endless)) {
      for (var count = 0; count < 60; count++) assertTrue(ingest.next().error().isEmpty());
    }
    var deletes =
        IntStream.range(0, 50)
            .mapToObj(number -> DeleteArticleRequest.newBuilder().setId("left/" + number).setAllowMissing(true))
            .map(request -> IngestArticlesRequest.newBuilder().setDelete(request).build());
    var count = 0;
    for (var ingest = CLIENT.ingest(deletes.iterator()); ingest.hasNext(); ingest.next()) count++;
    assertEquals(50, count);
  }

  @Test
  void ingestGivesUpWhereNobodyListens() {
    var impatient = new IngestOptions(WaitFor.WAIT_FOR_DURABLE, 10, Duration.ofSeconds(1));
    try (var client = SaysoClient.connect(nobody());
        var ingest = client.ingest(List.of(put("", "He said no.")).iterator(), impatient)) {
      assertTrue(assertThrows(SaysoException.class, ingest::hasNext).retryable());
    }
  }
}
