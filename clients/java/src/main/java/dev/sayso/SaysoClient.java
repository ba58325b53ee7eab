package dev.sayso;

import com.google.protobuf.Message;
import dev.sayso.v1.AnalyzeRequest;
import dev.sayso.v1.AnalyzeResponse;
import dev.sayso.v1.AnalyzeServiceGrpc;
import dev.sayso.v1.ApplyRetentionRequest;
import dev.sayso.v1.ApplyRetentionResponse;
import dev.sayso.v1.ArticleServiceGrpc;
import dev.sayso.v1.BatchGetArticlesRequest;
import dev.sayso.v1.BatchGetArticlesResponse;
import dev.sayso.v1.BatchLookupEntitiesRequest;
import dev.sayso.v1.BatchLookupEntitiesResponse;
import dev.sayso.v1.BatchSearchQuotesRequest;
import dev.sayso.v1.BatchSearchQuotesResponse;
import dev.sayso.v1.BatchSearchSentencesRequest;
import dev.sayso.v1.BatchSearchSentencesResponse;
import dev.sayso.v1.CreateSnapshotRequest;
import dev.sayso.v1.CreateSnapshotResponse;
import dev.sayso.v1.DeleteArticleRequest;
import dev.sayso.v1.DeleteArticleResponse;
import dev.sayso.v1.DeleteArticlesRequest;
import dev.sayso.v1.DeleteArticlesResponse;
import dev.sayso.v1.DeleteSnapshotRequest;
import dev.sayso.v1.DeleteSnapshotResponse;
import dev.sayso.v1.EntityServiceGrpc;
import dev.sayso.v1.ExportArticlesRequest;
import dev.sayso.v1.ExportArticlesResponse;
import dev.sayso.v1.ExportQuotesRequest;
import dev.sayso.v1.ExportQuotesResponse;
import dev.sayso.v1.ExportSentencesRequest;
import dev.sayso.v1.ExportSentencesResponse;
import dev.sayso.v1.GetArticleRequest;
import dev.sayso.v1.GetArticleResponse;
import dev.sayso.v1.GetEntityRequest;
import dev.sayso.v1.GetEntityResponse;
import dev.sayso.v1.GetQuoteRequest;
import dev.sayso.v1.GetQuoteResponse;
import dev.sayso.v1.GetServerInfoRequest;
import dev.sayso.v1.GetServerInfoResponse;
import dev.sayso.v1.IngestArticlesRequest;
import dev.sayso.v1.ListArticlesRequest;
import dev.sayso.v1.ListArticlesResponse;
import dev.sayso.v1.ListMentionsRequest;
import dev.sayso.v1.ListMentionsResponse;
import dev.sayso.v1.ListSimilarArticlesRequest;
import dev.sayso.v1.ListSimilarArticlesResponse;
import dev.sayso.v1.ListSimilarQuotesRequest;
import dev.sayso.v1.ListSimilarQuotesResponse;
import dev.sayso.v1.ListSnapshotsRequest;
import dev.sayso.v1.ListSnapshotsResponse;
import dev.sayso.v1.LookupEntitiesRequest;
import dev.sayso.v1.LookupEntitiesResponse;
import dev.sayso.v1.OffsetEncoding;
import dev.sayso.v1.PutArticleRequest;
import dev.sayso.v1.PutArticleResponse;
import dev.sayso.v1.QuoteServiceGrpc;
import dev.sayso.v1.ReanalyzeArticlesRequest;
import dev.sayso.v1.ReanalyzeArticlesResponse;
import dev.sayso.v1.ReindexRequest;
import dev.sayso.v1.ReindexResponse;
import dev.sayso.v1.SearchArticlesRequest;
import dev.sayso.v1.SearchArticlesResponse;
import dev.sayso.v1.SearchQuotesRequest;
import dev.sayso.v1.SearchQuotesResponse;
import dev.sayso.v1.SearchSentencesRequest;
import dev.sayso.v1.SearchSentencesResponse;
import dev.sayso.v1.SearchServiceGrpc;
import dev.sayso.v1.ServerServiceGrpc;
import dev.sayso.v1.SnapshotServiceGrpc;
import dev.sayso.v1.SuggestRequest;
import dev.sayso.v1.SuggestResponse;
import dev.sayso.v1.VerifySnapshotRequest;
import dev.sayso.v1.VerifySnapshotResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Calls a server. All calls send the key, have a deadline, are tried again while the server cannot be reached, count spans in units of
 * UTF-16, so that they cut strings of Java, and throw {@link SaysoException}. May be used by many threads. The protos document every
 * method, and so do the stubs in {@code dev.sayso.v1}.
 */
public final class SaysoClient implements AutoCloseable {
  /** What an answer may have: ServerLimits.answer_bytes, and some room. gRPC takes 4 MiB by default. */
  private static final int MOST_BYTES = 65 << 20;

  private static final Map<String, Object> RETRIES =
      Map.of(
          "maxAttempts", 5.0,
          "initialBackoff", "0.2s",
          "maxBackoff", "5s",
          "backoffMultiplier", 2.0,
          "retryableStatusCodes", List.of("UNAVAILABLE"));

  /** What {@link Ingest} sends again needs no retries. */
  private static final Map<String, Object> SERVICE_CONFIG =
      Map.of(
          "methodConfig",
          List.of(
              Map.of("name", List.of(Map.of()), "retryPolicy", RETRIES),
              Map.of("name", List.of(Map.of("service", "sayso.v1.ArticleService", "method", "IngestArticles")))));

  private static final Set<MethodDescriptor<?, ?>> LONG =
      Set.of(
          ArticleServiceGrpc.getDeleteArticlesMethod(),
          ArticleServiceGrpc.getApplyRetentionMethod(),
          ServerServiceGrpc.getReindexMethod(),
          SnapshotServiceGrpc.getCreateSnapshotMethod(),
          SnapshotServiceGrpc.getVerifySnapshotMethod(),
          SnapshotServiceGrpc.getDeleteSnapshotMethod());

  private final ManagedChannel connection;
  private final Channel channel;
  /** The deadline of each call, streams included; null if only the usual one holds. */
  private final Duration timeout;

  /** The deadline of calls with one answer, but for those that take as long as there is to do. */
  private final Duration usual;

  private SaysoClient(ManagedChannel connection, Channel channel, Duration timeout, Duration usual) {
    this.connection = connection;
    this.channel = channel;
    this.timeout = timeout;
    this.usual = usual;
  }

  /** A client of the server at an address like "localhost:50051". It connects with the first call. */
  public static SaysoClient connect(String address) {
    return builder(address).build();
  }

  /** Connects with a key, or encrypted. */
  public static Builder builder(String address) {
    return new Builder(address);
  }

  /** The same client with a deadline for each call. A call can be given up by cancelling the {@link io.grpc.Context} that it is made in. */
  public SaysoClient withTimeout(Duration timeout) {
    return new SaysoClient(connection, channel, timeout, usual);
  }

  /** The channel, with the key, for stubs of other kinds. */
  public Channel channel() {
    return channel;
  }

  /** Closes the connection. Calls that are open are cancelled. */
  @Override
  public void close() {
    connection.shutdownNow();
  }

  /** ArticleService.IngestArticles: puts and deletes articles. Reads the requests in a thread; their numbers are set here. */
  public Ingest ingest(Iterator<IngestArticlesRequest> requests) {
    return ingest(requests, IngestOptions.DEFAULT);
  }

  /** The same with options. */
  public Ingest ingest(Iterator<IngestArticlesRequest> requests, IngestOptions how) {
    return new Ingest(channel, requests, how);
  }

  /** AnalyzeService.Analyze. */
  public AnalyzeResponse analyze(AnalyzeRequest request) {
    return call(AnalyzeServiceGrpc.getAnalyzeMethod(), request);
  }

  /** ArticleService.PutArticle. */
  public PutArticleResponse putArticle(PutArticleRequest request) {
    return call(ArticleServiceGrpc.getPutArticleMethod(), request);
  }

  /** ArticleService.GetArticle. */
  public GetArticleResponse getArticle(GetArticleRequest request) {
    return call(ArticleServiceGrpc.getGetArticleMethod(), request);
  }

  /** ArticleService.BatchGetArticles. */
  public BatchGetArticlesResponse batchGetArticles(BatchGetArticlesRequest request) {
    return call(ArticleServiceGrpc.getBatchGetArticlesMethod(), request);
  }

  /** ArticleService.ListArticles. */
  public ListArticlesResponse listArticles(ListArticlesRequest request) {
    return call(ArticleServiceGrpc.getListArticlesMethod(), request);
  }

  /** ArticleService.ExportArticles. */
  public Iterator<ExportArticlesResponse> exportArticles(ExportArticlesRequest request) {
    return stream(ArticleServiceGrpc.getExportArticlesMethod(), request);
  }

  /** ArticleService.DeleteArticle. */
  public DeleteArticleResponse deleteArticle(DeleteArticleRequest request) {
    return call(ArticleServiceGrpc.getDeleteArticleMethod(), request);
  }

  /** ArticleService.DeleteArticles. */
  public DeleteArticlesResponse deleteArticles(DeleteArticlesRequest request) {
    return call(ArticleServiceGrpc.getDeleteArticlesMethod(), request);
  }

  /** ArticleService.ApplyRetention. */
  public ApplyRetentionResponse applyRetention(ApplyRetentionRequest request) {
    return call(ArticleServiceGrpc.getApplyRetentionMethod(), request);
  }

  /** ArticleService.ReanalyzeArticles. */
  public ReanalyzeArticlesResponse reanalyzeArticles(ReanalyzeArticlesRequest request) {
    return call(ArticleServiceGrpc.getReanalyzeArticlesMethod(), request);
  }

  /** EntityService.LookupEntities. */
  public LookupEntitiesResponse lookupEntities(LookupEntitiesRequest request) {
    return call(EntityServiceGrpc.getLookupEntitiesMethod(), request);
  }

  /** EntityService.BatchLookupEntities. */
  public BatchLookupEntitiesResponse batchLookupEntities(BatchLookupEntitiesRequest request) {
    return call(EntityServiceGrpc.getBatchLookupEntitiesMethod(), request);
  }

  /** EntityService.GetEntity. */
  public GetEntityResponse getEntity(GetEntityRequest request) {
    return call(EntityServiceGrpc.getGetEntityMethod(), request);
  }

  /** EntityService.ListMentions. */
  public ListMentionsResponse listMentions(ListMentionsRequest request) {
    return call(EntityServiceGrpc.getListMentionsMethod(), request);
  }

  /** QuoteService.SearchQuotes. */
  public SearchQuotesResponse searchQuotes(SearchQuotesRequest request) {
    return call(QuoteServiceGrpc.getSearchQuotesMethod(), request);
  }

  /** QuoteService.BatchSearchQuotes. */
  public BatchSearchQuotesResponse batchSearchQuotes(BatchSearchQuotesRequest request) {
    return call(QuoteServiceGrpc.getBatchSearchQuotesMethod(), request);
  }

  /** QuoteService.ExportQuotes. */
  public Iterator<ExportQuotesResponse> exportQuotes(ExportQuotesRequest request) {
    return stream(QuoteServiceGrpc.getExportQuotesMethod(), request);
  }

  /** QuoteService.ListSimilarQuotes. */
  public ListSimilarQuotesResponse listSimilarQuotes(ListSimilarQuotesRequest request) {
    return call(QuoteServiceGrpc.getListSimilarQuotesMethod(), request);
  }

  /** QuoteService.GetQuote. */
  public GetQuoteResponse getQuote(GetQuoteRequest request) {
    return call(QuoteServiceGrpc.getGetQuoteMethod(), request);
  }

  /** SearchService.SearchSentences. */
  public SearchSentencesResponse searchSentences(SearchSentencesRequest request) {
    return call(SearchServiceGrpc.getSearchSentencesMethod(), request);
  }

  /** SearchService.SearchArticles. */
  public SearchArticlesResponse searchArticles(SearchArticlesRequest request) {
    return call(SearchServiceGrpc.getSearchArticlesMethod(), request);
  }

  /** SearchService.BatchSearchSentences. */
  public BatchSearchSentencesResponse batchSearchSentences(BatchSearchSentencesRequest request) {
    return call(SearchServiceGrpc.getBatchSearchSentencesMethod(), request);
  }

  /** SearchService.ExportSentences. */
  public Iterator<ExportSentencesResponse> exportSentences(ExportSentencesRequest request) {
    return stream(SearchServiceGrpc.getExportSentencesMethod(), request);
  }

  /** SearchService.Suggest. */
  public SuggestResponse suggest(SuggestRequest request) {
    return call(SearchServiceGrpc.getSuggestMethod(), request);
  }

  /** SearchService.ListSimilarArticles. */
  public ListSimilarArticlesResponse listSimilarArticles(ListSimilarArticlesRequest request) {
    return call(SearchServiceGrpc.getListSimilarArticlesMethod(), request);
  }

  /** ServerService.GetServerInfo. */
  public GetServerInfoResponse getServerInfo(GetServerInfoRequest request) {
    return call(ServerServiceGrpc.getGetServerInfoMethod(), request);
  }

  /** ServerService.Reindex. */
  public ReindexResponse reindex(ReindexRequest request) {
    return call(ServerServiceGrpc.getReindexMethod(), request);
  }

  /** SnapshotService.CreateSnapshot. */
  public CreateSnapshotResponse createSnapshot(CreateSnapshotRequest request) {
    return call(SnapshotServiceGrpc.getCreateSnapshotMethod(), request);
  }

  /** SnapshotService.ListSnapshots. */
  public ListSnapshotsResponse listSnapshots(ListSnapshotsRequest request) {
    return call(SnapshotServiceGrpc.getListSnapshotsMethod(), request);
  }

  /** SnapshotService.VerifySnapshot. */
  public VerifySnapshotResponse verifySnapshot(VerifySnapshotRequest request) {
    return call(SnapshotServiceGrpc.getVerifySnapshotMethod(), request);
  }

  /** SnapshotService.DeleteSnapshot. */
  public DeleteSnapshotResponse deleteSnapshot(DeleteSnapshotRequest request) {
    return call(SnapshotServiceGrpc.getDeleteSnapshotMethod(), request);
  }

  /** Options of a call. In a service config, the usual deadline would be the longest that a caller can set. */
  private CallOptions options(MethodDescriptor<?, ?> method) {
    var once = method.getType() == MethodDescriptor.MethodType.UNARY && !LONG.contains(method);
    var limit = timeout == null && once ? usual : timeout;
    return limit == null ? CallOptions.DEFAULT : CallOptions.DEFAULT.withDeadlineAfter(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  <Q extends Message, P> P call(MethodDescriptor<Q, P> method, Q request) {
    try {
      return ClientCalls.blockingUnaryCall(channel, method, options(method), prepared(request));
    } catch (StatusRuntimeException failed) {
      throw SaysoException.of(failed);
    }
  }

  <Q extends Message, P> Iterator<P> stream(MethodDescriptor<Q, P> method, Q request) {
    var answers = ClientCalls.blockingServerStreamingCall(channel, method, options(method), prepared(request));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        try {
          return answers.hasNext();
        } catch (StatusRuntimeException failed) {
          throw SaysoException.of(failed);
        }
      }

      @Override
      public P next() {
        hasNext();
        return answers.next();
      }
    };
  }

  /** The request, with spans in units of UTF-16 wherever it leaves their unit open. */
  @SuppressWarnings("unchecked") // The builder of a message builds messages of its type.
  private static <Q extends Message> Q prepared(Q request) {
    var builder = request.toBuilder();
    prepare(builder);
    return (Q) builder.build();
  }

  private static void prepare(Message.Builder request) {
    var type = request.getDescriptorForType();
    var unit = type.findFieldByName("offset_encoding");
    if (unit != null && request.getField(unit).equals(OffsetEncoding.OFFSET_ENCODING_UNSPECIFIED.getValueDescriptor())) {
      request.setField(unit, OffsetEncoding.OFFSET_ENCODING_UTF16.getValueDescriptor());
    }
    var search = type.findFieldByName("search");
    if (search != null) prepare(request.getFieldBuilder(search));
    var requests = type.findFieldByName("requests");
    if (requests == null) return;
    for (var at = 0; at < request.getRepeatedFieldCount(requests); at++) prepare(request.getRepeatedFieldBuilder(requests, at));
  }

  /** How to connect. */
  public static final class Builder {
    private final String address;
    private String key;
    private ChannelCredentials credentials = InsecureChannelCredentials.create();
    private Duration timeout = Duration.ofMinutes(1);

    private Builder(String address) {
      this.address = address;
    }

    /** Sends an API key or token with every call. */
    public Builder key(String key) {
      this.key = key;
      return this;
    }

    /** Encrypts, and trusts the authorities of the system. */
    public Builder tls() {
      credentials = TlsChannelCredentials.create();
      return this;
    }

    /** Encrypts, and trusts the authority whose certificate is in a PEM file, and no other. */
    public Builder tls(Path authority) {
      try {
        credentials = TlsChannelCredentials.newBuilder().trustManager(authority.toFile()).build();
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
      return this;
    }

    /** The deadline of calls that set none themselves: a minute without this. Streams and long work have none. */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /** The client. */
    public SaysoClient build() {
      var connection =
          Grpc.newChannelBuilder(address, credentials)
              .defaultServiceConfig(SERVICE_CONFIG)
              .enableRetry()
              .maxInboundMessageSize(MOST_BYTES)
              // Notices a server that has gone without a word.
              .keepAliveTime(1, TimeUnit.MINUTES)
              .build();
      if (key == null) return new SaysoClient(connection, connection, null, timeout);
      var headers = new Metadata();
      headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key);
      var channel = ClientInterceptors.intercept(connection, MetadataUtils.newAttachHeadersInterceptor(headers));
      return new SaysoClient(connection, channel, null, timeout);
    }
  }
}
