import dev.sayso.Pages;
import dev.sayso.SaysoClient;
import dev.sayso.SaysoException;
import dev.sayso.v1.*;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The tasks of the manual, one after the other: Tasks ADDRESS. The pages in docs/tasks show the parts between ANCHOR and ANCHOR_END. */
public class Tasks {
  // ANCHOR: put
  static PutArticleResponse put(SaysoClient client) {
    var article =
        Article.newBuilder()
            .setId("tasks/port")
            .setOutlet("Harbour Post")
            .setTitle("Port opens again")
            .setBody(
                "🚢 “The port is open,” Ada Lind, the harbour commissioner, told reporters.\n\n"
                    + "Lind said that the cranes would be inspected again in May.");
    var answer = client.putArticle(PutArticleRequest.newBuilder().setArticle(article).build());
    System.out.println("put: " + answer.getChange());
    return answer;
  }

  // ANCHOR_END: put

  // ANCHOR: search
  static void search(SaysoClient client) {
    var request = SearchSentencesRequest.newBuilder().setQuery("cranes AND outlet:\"Harbour Post\"").setPageSize(10).build();
    for (var hit : client.searchSentences(request).getHitsList()) {
      System.out.println("found in “" + hit.getArticle().getTitle() + "”: " + hit.getSentence().getText());
    }
  }

  // ANCHOR_END: search

  // ANCHOR: quotes
  static void quotes(SaysoClient client) {
    var request =
        SearchQuotesRequest.newBuilder()
            .addSpeakers(EntitySelector.newBuilder().setName("ada lind"))
            .setFilter(ArticleFilter.newBuilder().addOutlets("Harbour Post"))
            .setOrderBy("publish_time desc")
            .build();
    Pages.items(client::searchQuotes, request, SearchQuotesResponse::getHitsList)
        .map(QuoteHit::getQuote)
        .forEach(
            quote -> {
              var names = quote.getSpeakersList().stream().map(EntityRef::getName).collect(Collectors.joining(", "));
              System.out.println(names + ": " + quote.getText());
            });
  }

  // ANCHOR_END: quotes

  // ANCHOR: ingest
  static void ingest(SaysoClient client) {
    var texts = List.of("“We sail at noon,” said Joren Teal.", "The ferry was late, Teal said.", "");
    var requests =
        IntStream.range(0, texts.size())
            .mapToObj(number -> Article.newBuilder().setId("tasks/ferry-" + number).setOutlet("Harbour Post").setBody(texts.get(number)))
            .map(article -> IngestArticlesRequest.newBuilder().setPut(PutArticleRequest.newBuilder().setArticle(article)).build());
    var kept = 0;
    try (var ingest = client.ingest(requests.iterator())) {
      while (ingest.hasNext()) {
        var acknowledgement = ingest.next();
        if (acknowledgement.error().isEmpty()) kept++;
        acknowledgement.error().ifPresent(error -> System.out.println("refused " + acknowledgement.id() + ": " + error.reason()));
      }
    }
    System.out.println("kept: " + kept);
  }

  // ANCHOR_END: ingest

  // ANCHOR: pages
  static void pages(SaysoClient client) {
    var filter = ArticleFilter.newBuilder().addOutlets("Harbour Post");
    var request = ListArticlesRequest.newBuilder().setFilter(filter).setPageSize(2).build();
    var ids =
        Pages.items(client::listArticles, request, ListArticlesResponse::getArticlesList)
            .map(summary -> summary.getArticle().getId())
            .sorted()
            .collect(Collectors.joining(", "));
    System.out.println("articles: " + ids);
  }

  // ANCHOR_END: pages

  // ANCHOR: analyze
  static void analyze(SaysoClient client) {
    var request = AnalyzeRequest.newBuilder().setText("“It lifts again,” Mira Sund said of the bridge.").build();
    for (var quote : client.analyze(request).getAnnotations().getQuotesList()) {
      System.out.println("analysed: " + quote.getSpeakers(0).getName() + ", " + quote.getCue().getText() + ": " + quote.getText());
    }
  }

  // ANCHOR_END: analyze

  // ANCHOR: errors
  static void errors(SaysoClient client) {
    try {
      client.searchSentences(SearchSentencesRequest.newBuilder().setQuery("harbour AND").build());
    } catch (SaysoException error) {
      System.out.println("error: " + error.reason() + " in " + error.field() + " at byte " + error.metadata().get("position"));
    }
  }

  /** Makes a call again while the server asks for that, or cannot be reached. */
  static <T> T patiently(int attempts, Supplier<T> call) throws InterruptedException {
    for (var attempt = 1; ; attempt++) {
      try {
        return call.get();
      } catch (SaysoException error) {
        if (!error.retryable() || attempt >= attempts) throw error;
        Thread.sleep(error.retryDelay().orElse(Duration.ofSeconds(1L << attempt)).toMillis());
      }
    }
  }

  // ANCHOR_END: errors

  // ANCHOR: spans
  static void spans(SaysoClient client) {
    var answer = client.getArticle(GetArticleRequest.newBuilder().setId("tasks/port").build());
    var body = answer.getArticle().getBody();
    for (var quote : answer.getAnnotations().getQuotesList()) {
      for (var span : quote.getContentSpansList()) {
        System.out.println("cut: " + body.substring(span.getStart(), span.getEnd()));
      }
    }
  }

  // ANCHOR_END: spans

  static void clean(SaysoClient client) {
    for (var name : List.of("port", "ferry-0", "ferry-1")) {
      client.deleteArticle(DeleteArticleRequest.newBuilder().setId("tasks/" + name).build());
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    if (arguments.length != 1) {
      System.err.println("usage: Tasks ADDRESS, such as localhost:50051");
      System.exit(1);
    }
    // ANCHOR: connect
    try (var client = SaysoClient.builder(arguments[0]).key(System.getenv("SAYSO_KEY")).build()) {
      patiently(5, () -> put(client));
      // ANCHOR_END: connect
      List<Consumer<SaysoClient>> tasks =
          List.of(Tasks::search, Tasks::quotes, Tasks::ingest, Tasks::pages, Tasks::analyze, Tasks::errors, Tasks::spans, Tasks::clean);
      tasks.forEach(task -> task.accept(client));
    }
  }
}
