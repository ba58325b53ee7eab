//! `SearchService`.

use std::sync::Arc;

use sayso_index::{
    Interrupt,
    query::{ArticleSearch, SentenceQuery},
    similar::{self, Telling},
    why,
};
use tonic::{Request, Response, Status};

use super::{
    core::{Core, encoding, is_short, mask},
    many::{self, Exported},
    nothing::no_hits,
    status,
};
use crate::{
    config::Limits,
    convert::{self, Fault, Replies, Shape},
    proto::{
        self, BatchSearchSentencesRequest, BatchSearchSentencesResponse, BatchSearchSentencesResult,
        ExportSentencesRequest, ExportSentencesResponse, ListSimilarArticlesRequest, ListSimilarArticlesResponse,
        SearchArticlesRequest, SearchArticlesResponse, SearchSentencesRequest, SearchSentencesResponse, SimilarArticle,
        SuggestRequest, SuggestResponse, batch_search_sentences_result::Result as Outcome,
        search_service_server::SearchService,
    },
};

/// Finds sentences.
pub(super) struct Search(pub(super) Arc<Core>);

#[tonic::async_trait]
impl SearchService for Search {
    type ExportSentencesStream = Exported<ExportSentencesResponse>;

    async fn search_sentences(
        &self,
        request: Request<SearchSentencesRequest>,
    ) -> Result<Response<SearchSentencesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let is_short = is_short(&message.query, message.page_size) && message.facets.is_empty();
        let work = move |core: &Core, interrupt: &Interrupt| sentences(core, &message, &core.config.limits, interrupt);
        self.0.answer_at_once(is_short, &extensions, work).await
    }

    async fn search_articles(
        &self,
        request: Request<SearchArticlesRequest>,
    ) -> Result<Response<SearchArticlesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let is_short = is_short(&message.query, message.page_size) && message.facets.is_empty();
        let work = move |core: &Core, interrupt: &Interrupt| articles(core, &message, interrupt);
        self.0.answer_at_once(is_short, &extensions, work).await
    }

    async fn batch_search_sentences(
        &self,
        request: Request<BatchSearchSentencesRequest>,
    ) -> Result<Response<BatchSearchSentencesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        many::charge(&extensions, message.requests.len());
        let work = move |core: &Core, interrupt: &Interrupt| {
            let results = many::batch(core, &message.requests, interrupt, sentences, |answered| {
                let result = Some(answered.map_or_else(Outcome::Error, Outcome::Response));
                BatchSearchSentencesResult { result }
            })?;
            Ok(BatchSearchSentencesResponse { results })
        };
        self.0.answer(&extensions, work).await
    }

    async fn export_sentences(
        &self,
        request: Request<ExportSentencesRequest>,
    ) -> Result<Response<Self::ExportSentencesStream>, Status> {
        let (_, extensions, message) = request.into_parts();
        let mut search = message.search.ok_or_else(|| status::fault(Fault::missing("search")))?;
        search.page_size = many::export_size(search.page_size, &self.0.config.limits);
        search.facets.clear();
        let first = search.page_token.clone();
        let page = move |core: &Core, page_token: String, interrupt: &Interrupt| {
            let asked = SearchSentencesRequest { page_token, ..search.clone() };
            let Replies { hits, next_page_token: resume_token, total, .. } =
                replies(core, &asked, sentence_query(core, &asked)?, &core.config.limits, interrupt)?;
            Ok((ExportSentencesResponse { hits, resume_token: resume_token.clone(), total }, resume_token))
        };
        Ok(Response::new(many::export(Arc::clone(&self.0), &extensions, first, page)))
    }

    async fn suggest(&self, request: Request<SuggestRequest>) -> Result<Response<SuggestResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let work = move |core: &Core, interrupt: &Interrupt| {
            let query = convert::suggest_query(&message, &core.config.limits).map_err(status::fault)?;
            let found = core.engine.suggest(&query, interrupt).map_err(status::engine)?;
            Ok(convert::suggestions(found))
        };
        self.0.answer_at_once(true, &extensions, work).await
    }

    async fn list_similar_articles(
        &self,
        request: Request<ListSimilarArticlesRequest>,
    ) -> Result<Response<ListSimilarArticlesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let work = move |core: &Core, interrupt: &Interrupt| similar_articles(core, &message, interrupt);
        self.0.answer(&extensions, work).await
    }
}

/// What a request asks, with synonyms.
fn sentence_query(core: &Core, message: &SearchSentencesRequest) -> Result<SentenceQuery, Status> {
    let mut query =
        convert::sentence_query(message, convert::now(message), &core.config.limits).map_err(status::fault)?;
    query.expr = core.with_synonyms(query.expr)?;
    Ok(query)
}

/// A page of sentences.
fn replies(
    core: &Core,
    message: &SearchSentencesRequest,
    mut query: SentenceQuery,
    limits: &Limits,
    interrupt: &Interrupt,
) -> Result<Replies<proto::SentenceHit>, Status> {
    let encoding = encoding(message.offset_encoding)?;
    let mask = mask(message.read_mask.as_ref(), "SentenceHit")?;
    let fragment = convert::fragment_characters(message.fragment_characters).map_err(status::fault)?;
    let (first, shape) = ((query.page.clone(), convert::now(message)), Shape { encoding, fragment });
    let page = convert::page(message, first, (shape, &mask), limits, interrupt, |page| {
        query.page = page;
        core.engine.sentences(&query, interrupt)
    });
    page.map_err(|error| core.unsearched(error))
}

/// The answer to a search. If nothing is found, it says why.
fn sentences(
    core: &Core,
    message: &SearchSentencesRequest,
    limits: &Limits,
    interrupt: &Interrupt,
) -> Result<SearchSentencesResponse, Status> {
    let query = sentence_query(core, message)?;
    let found = replies(core, message, query.clone(), limits, interrupt)?;
    let nothing = found.hits.is_empty() && message.page_token.is_empty();
    let no_hits = nothing.then(|| {
        let other = |text: &str| {
            let asked = SearchSentencesRequest { query: text.to_owned(), ..message.clone() };
            sentence_query(core, &asked).ok().map(why::Search::Sentences)
        };
        no_hits(core, &message.query, &why::Search::Sentences(query), other, interrupt)
    });
    let Replies { hits, next_page_token, total, facets } = found;
    Ok(SearchSentencesResponse { hits, next_page_token, total, facets, no_hits: no_hits.flatten() })
}

/// What a request for articles asks at this moment (microseconds since 1970), with synonyms.
fn article_search(core: &Core, message: &SearchArticlesRequest, now: i64) -> Result<ArticleSearch, Status> {
    let mut query = convert::article_search(message, now, &core.config.limits).map_err(status::fault)?;
    query.expr = core.with_synonyms(query.expr)?;
    Ok(query)
}

/// Articles that match as a whole. If nothing is found, it says why.
fn articles(
    core: &Core,
    message: &SearchArticlesRequest,
    interrupt: &Interrupt,
) -> Result<SearchArticlesResponse, Status> {
    let limits = &core.config.limits;
    let (encoding, now) = (encoding(message.offset_encoding)?, convert::now(message));
    let mut query = article_search(core, message, now)?;
    let searched = query.clone();
    let mask = mask(message.read_mask.as_ref(), "ArticleHit")?;
    let fragment = convert::fragment_characters(message.fragment_characters).map_err(status::fault)?;
    let (first, shape) = ((query.page.clone(), now), Shape { encoding, fragment });
    let page = convert::page(message, first, (shape, &mask), limits, interrupt, |page| {
        query.page = page;
        core.engine.search_articles(&query, interrupt)
    });
    let Replies { hits, next_page_token, total, facets } = page.map_err(|error| core.unsearched(error))?;
    let nothing = hits.is_empty() && message.page_token.is_empty();
    let no_hits = nothing.then(|| {
        let other = |text: &str| {
            let asked = SearchArticlesRequest { query: text.to_owned(), ..message.clone() };
            article_search(core, &asked, now).ok().map(why::Search::Articles)
        };
        no_hits(core, &message.query, &why::Search::Articles(searched), other, interrupt)
    });
    Ok(SearchArticlesResponse { hits, next_page_token, total, facets, no_hits: no_hits.flatten() })
}

/// Articles like another one.
fn similar_articles(
    core: &Core,
    message: &ListSimilarArticlesRequest,
    interrupt: &Interrupt,
) -> Result<ListSimilarArticlesResponse, Status> {
    let limits = &core.config.limits;
    let id = convert::article_id("article_id", message.article_id.clone()).map_err(status::fault)?;
    let filter = convert::filter(message.filter.as_ref(), convert::present(), limits).map_err(status::fault)?;
    let most = convert::limited(message.limit, limits).map_err(status::fault)?;
    let mask = mask(message.read_mask.as_ref(), "ListSimilarArticlesResponse")?;
    let engine = core.engine.as_ref();
    let article = engine.article(&id).map_err(status::engine)?.ok_or_else(|| status::not_found("Article", &id))?;
    let telling = Telling::of_article(engine, &article, interrupt).map_err(status::engine)?;
    let found = similar::similar_articles(engine, &article, &telling, filter, most, interrupt);
    let like = |(article, score): (Arc<sayso_index::Article>, f32)| SimilarArticle {
        article: Some(convert::article_without_body(&article)),
        score,
    };
    Ok(mask.apply(ListSimilarArticlesResponse {
        articles: found.map_err(status::engine)?.into_iter().map(like).collect(),
        telling_words: telling.words.into_iter().chain(telling.names).collect(),
    }))
}
