import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.sayso.Pages;
import dev.sayso.SaysoClient;
import dev.sayso.v1.ArticleFilter;
import dev.sayso.v1.EntityRef;
import dev.sayso.v1.IngestArticlesRequest;
import dev.sayso.v1.SearchQuotesRequest;
import dev.sayso.v1.SearchQuotesResponse;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/**
 * Puts articles from JSON Lines on standard input, and prints who says something in them: IngestLines ADDRESS. For example with the line
 * {"id": "diary/1", "body": "“The port is open,” Ada Lind told reporters."}. It needs protobuf-java-util.
 */
public class IngestLines {
  public static void main(String[] arguments) {
    if (arguments.length != 1) {
      System.err.println("usage: IngestLines ADDRESS, such as localhost:50051, with articles as JSON Lines on standard input");
      System.exit(1);
    }
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines();
    var filter = ArticleFilter.newBuilder();
    try (var client = SaysoClient.builder(arguments[0]).key(System.getenv("SAYSO_KEY")).build();
        var ingest = client.ingest(lines.map(IngestLines::put).iterator())) {
      ingest.forEachRemaining(
          done ->
              done.error()
                  .ifPresentOrElse(error -> System.err.println(done.id() + ": " + error), () -> filter.addArticleIds(done.id())));
      var request = SearchQuotesRequest.newBuilder().setFilter(filter).build();
      Pages.items(client::searchQuotes, request, SearchQuotesResponse::getHitsList)
          .map(hit -> hit.getQuote())
          .forEach(
              quote -> {
                var speakers = quote.getSpeakersList().stream().map(EntityRef::getName);
                System.out.println(speakers.collect(Collectors.joining(", ")) + ": " + quote.getText());
              });
    }
  }

  private static IngestArticlesRequest put(String line) {
    var request = IngestArticlesRequest.newBuilder();
    try {
      JsonFormat.parser().merge(line, request.getPutBuilder().getArticleBuilder());
    } catch (InvalidProtocolBufferException broken) {
      throw new IllegalArgumentException(line, broken);
    }
    return request.build();
  }
}
