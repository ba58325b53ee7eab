package dev.sayso;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.sayso.v1.AnalyzeServiceGrpc;
import dev.sayso.v1.ArticleServiceGrpc;
import dev.sayso.v1.EntityServiceGrpc;
import dev.sayso.v1.GetArticleRequest;
import dev.sayso.v1.IngestArticlesRequest;
import dev.sayso.v1.QuoteServiceGrpc;
import dev.sayso.v1.SearchServiceGrpc;
import dev.sayso.v1.ServerServiceGrpc;
import dev.sayso.v1.SnapshotServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Carries out the commands of clients/conformance with this client: Conformance ADDRESS CA. */
public final class Conformance {
  private static final Map<String, MethodDescriptor<?, ?>> METHODS =
      Stream.of(
              AnalyzeServiceGrpc.getServiceDescriptor(),
              ArticleServiceGrpc.getServiceDescriptor(),
              EntityServiceGrpc.getServiceDescriptor(),
              QuoteServiceGrpc.getServiceDescriptor(),
              SearchServiceGrpc.getServiceDescriptor(),
              ServerServiceGrpc.getServiceDescriptor(),
              SnapshotServiceGrpc.getServiceDescriptor())
          .map(ServiceDescriptor::getMethods)
          .flatMap(methods -> methods.stream())
          .collect(Collectors.toMap(MethodDescriptor::getFullMethodName, method -> method));
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .usingTypeRegistry(TypeRegistry.newBuilder().add(ErrorInfo.getDescriptor()).add(BadRequest.getDescriptor()).build());
  private static final Gson GSON = new Gson();

  private final String address;
  private final Path authority;
  private final Map<String, SaysoClient> clients = new HashMap<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  private Conformance(String address, Path authority) {
    this.address = address;
    this.authority = authority;
  }

  public static void main(String[] arguments) throws IOException {
    var run = new Conformance(arguments[0], Path.of(arguments[1]));
    var lines = new java.io.BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line; (line = lines.readLine()) != null; ) {
      var outcome = new JsonObject();
      try {
        outcome.add("answer", run.perform(JsonParser.parseString(line).getAsJsonObject()));
      } catch (SaysoException error) {
        outcome.add("error", told(error));
      }
      output.println(GSON.toJson(outcome));
    }
    run.clients.values().forEach(SaysoClient::close);
    run.timer.shutdownNow();
  }

  private SaysoClient client(JsonElement key) {
    var name = key.isJsonNull() ? null : key.getAsString();
    return clients.computeIfAbsent(String.valueOf(name), unused -> SaysoClient.builder(address).tls(authority).key(name).build());
  }

  private static JsonElement told(SaysoException error) {
    var told = new LinkedHashMap<String, Object>();
    told.put("code", error.code().name());
    told.put("message", error.getMessage());
    told.put("reason", error.reason());
    told.put("field", error.field());
    told.put("metadata", error.metadata());
    error.retryDelay().ifPresent(delay -> told.put("retryDelay", delay.toNanos() / 1e9));
    return GSON.toJsonTree(told);
  }

  private static JsonElement json(Message message) {
    try {
      return JsonParser.parseString(PRINTER.print(message));
    } catch (InvalidProtocolBufferException broken) {
      throw new IllegalArgumentException(broken);
    }
  }

  private static <B extends Message.Builder> B parsed(String text, B builder) throws IOException {
    JsonFormat.parser().merge(text, builder);
    return builder;
  }

  private JsonElement perform(JsonObject command) throws IOException {
    var client = client(command.get("key"));
    if (command.has("timeout")) client = client.withTimeout(Duration.ofNanos((long) (command.get("timeout").getAsDouble() * 1e9)));
    return switch (command.get("kind").getAsString()) {
      case "call" -> command.has("cancelAfter") ? cancelled(client, command) : call(client, command);
      case "pages" -> pages(client, command);
      case "ingest" -> ingest(client, Path.of(command.get("requests").getAsString()));
      case "slices" -> slices(client, command);
      case "raw" -> raw(client, command);
      default -> throw new IllegalArgumentException("no command is called " + command.get("kind"));
    };
  }

  private static JsonElement wrapped(String name, Object value) {
    return GSON.toJsonTree(Map.of(name, value));
  }

  @SuppressWarnings("unchecked") // All methods take and return messages.
  private static MethodDescriptor<Message, Message> method(JsonObject command) {
    return (MethodDescriptor<Message, Message>) METHODS.get(command.get("method").getAsString());
  }

  private static Message request(JsonObject command) throws IOException {
    var marshaller = (MethodDescriptor.PrototypeMarshaller<Message>) method(command).getRequestMarshaller();
    return parsed(command.get("request").toString(), marshaller.getMessagePrototype().newBuilderForType()).build();
  }

  private static JsonElement call(SaysoClient client, JsonObject command) throws IOException {
    var method = method(command);
    if (method.getType() == MethodDescriptor.MethodType.UNARY) return json(client.call(method, request(command)));
    var messages = new ArrayList<JsonElement>();
    client.stream(method, request(command)).forEachRemaining(message -> messages.add(json(message)));
    return wrapped("messages", messages);
  }

  private JsonElement cancelled(SaysoClient client, JsonObject command) {
    var context = Context.current().withCancellation();
    timer.schedule(() -> context.cancel(null), (long) (command.get("cancelAfter").getAsDouble() * 1e9), TimeUnit.NANOSECONDS);
    try {
      return context.call(() -> call(client, command));
    } catch (RuntimeException failed) {
      throw failed;
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static JsonElement pages(SaysoClient client, JsonObject command) throws IOException {
    var pages = new ArrayList<JsonElement>();
    Pages.of((Message request) -> client.call(method(command), request), request(command)).forEach(page -> pages.add(json(page)));
    return wrapped("pages", pages);
  }

  private static JsonElement ingest(SaysoClient client, Path file) throws IOException {
    var acknowledged = new ArrayList<Map<String, Object>>();
    try (var lines = Files.lines(file);
        var ingest = client.ingest(lines.map(Conformance::request).iterator())) {
      while (ingest.hasNext()) {
        var one = ingest.next();
        var outcome = new HashMap<String, Object>(Map.of("id", one.id(), "searchable", one.searchable()));
        one.error().ifPresentOrElse(error -> outcome.put("error", told(error)), () -> outcome.put("change", one.change().name()));
        acknowledged.add(outcome);
      }
    }
    return wrapped("acknowledgements", acknowledged);
  }

  private static IngestArticlesRequest request(String line) {
    try {
      return parsed(line, IngestArticlesRequest.newBuilder()).build();
    } catch (IOException broken) {
      throw new IllegalArgumentException(broken);
    }
  }

  private static JsonElement slices(SaysoClient client, JsonObject command) throws IOException {
    var found = client.getArticle(parsed(command.get("request").toString(), GetArticleRequest.newBuilder()).build());
    var body = found.getArticle().getBody();
    var sentences = found.getAnnotations().getSentencesList().stream().map(sentence -> sentence.getSpan());
    return wrapped("slices", sentences.map(span -> body.substring(span.getStart(), span.getEnd())).toList());
  }

  /** Sends bytes to a path, whatever is there. */
  private static JsonElement raw(SaysoClient client, JsonObject command) {
    var method =
        MethodDescriptor.<byte[], byte[]>newBuilder(Bytes.INSTANCE, Bytes.INSTANCE)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(command.get("path").getAsString().substring(1))
            .build();
    try {
      var bytes = Base64.getDecoder().decode(command.get("bytes").getAsString());
      ClientCalls.blockingUnaryCall(client.channel(), method, CallOptions.DEFAULT, bytes);
      return new JsonObject();
    } catch (StatusRuntimeException failed) {
      throw SaysoException.of(failed);
    }
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw new IllegalStateException(broken);
      }
    }
  }
}
