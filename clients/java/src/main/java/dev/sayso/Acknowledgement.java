package dev.sayso;

import dev.sayso.v1.ArticleChange;
import dev.sayso.v1.IngestArticlesRequest;
import java.util.Optional;

/**
 * What became of one request of an ingest.
 *
 * @param request the request, as it was given
 * @param id the article's id, as given or as made by the server
 * @param change what the write did; unspecified if it was not made
 * @param revision the article's present revision; 0 if it was deleted
 * @param etag the article's present etag; empty if it was deleted
 * @param searchable whether every read sees the change already
 * @param error why the change was not made, if it was not
 */
public record Acknowledgement(
    IngestArticlesRequest request,
    String id,
    ArticleChange change,
    long revision,
    String etag,
    boolean searchable,
    Optional<SaysoException> error) {}
