package dev.sayso;

import com.google.protobuf.Message;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** All pages of an answer. */
public final class Pages {
  private Pages() {}

  /**
   * Calls a method until there is no next page, and yields every answer: of a search, a list, or a long article. For example {@code
   * Pages.of(client::searchQuotes, request)}.
   */
  public static <Q extends Message, P extends Message> Iterable<P> of(Function<Q, P> method, Q request) {
    return () -> new Walk<>(method, request);
  }

  /** All hits or articles of all pages, for example {@code Pages.items(client::searchQuotes, request, SearchQuotesResponse::getHitsList)}. */
  public static <Q extends Message, P extends Message, T> Stream<T> items(Function<Q, P> method, Q request, Function<P, List<T>> items) {
    return StreamSupport.stream(of(method, request).spliterator(), false).flatMap(page -> items.apply(page).stream());
  }

  private static final class Walk<Q extends Message, P extends Message> implements Iterator<P> {
    private final Function<Q, P> method;
    /** The next request; null after the last page. */
    private Q request;

    Walk(Function<Q, P> method, Q request) {
      this.method = method;
      this.request = request;
    }

    @Override
    public boolean hasNext() {
      return request != null;
    }

    @Override
    @SuppressWarnings("unchecked") // The builder of a message builds messages of its type.
    public P next() {
      if (request == null) throw new NoSuchElementException();
      var page = method.apply(request);
      var token = (String) page.getField(page.getDescriptorForType().findFieldByName("next_page_token"));
      var field = request.getDescriptorForType().findFieldByName("page_token");
      request = token.isEmpty() ? null : (Q) request.toBuilder().setField(field, token).build();
      return page;
    }
  }
}
