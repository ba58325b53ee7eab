//! `ArticleService`, except its stream.

use std::sync::Arc;

use sayso_index::{Change, Interrupt, Receipt, Write};
use tonic::{Request, Response, Status, Streaming};

use super::{
    arriving::Held,
    core::{Core, mask},
    deadline::Call,
    ingest,
    many::{self, Exported},
    read, status,
};
use crate::{
    access::Payer,
    convert::{self, Fault, Replies},
    pipeline::{Until, Unwritten},
    proto::{
        ApplyRetentionRequest, ApplyRetentionResponse, BatchGetArticlesRequest, BatchGetArticlesResponse,
        DeleteArticleRequest, DeleteArticleResponse, DeleteArticlesRequest, DeleteArticlesResponse,
        ExportArticlesRequest, ExportArticlesResponse, GetArticleRequest, GetArticleResponse, IngestArticlesRequest,
        ListArticlesRequest, ListArticlesResponse, OffsetEncoding, PutArticleRequest, PutArticleResponse,
        ReanalyzeArticlesRequest, ReanalyzeArticlesResponse, WaitFor, article_service_server::ArticleService,
    },
    upgrade::Round,
};

/// Stores articles.
pub(super) struct Articles(pub(super) Arc<Core>);

#[tonic::async_trait]
impl ArticleService for Articles {
    type IngestArticlesStream = ingest::Answers;
    type ExportArticlesStream = Exported<ExportArticlesResponse>;

    async fn put_article(&self, request: Request<PutArticleRequest>) -> Result<Response<PutArticleResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let call = Call::begin_patient(&extensions);
        let wait_for = wait_for(message.wait_for)?;
        let mode = self.0.mode(message.analysis_mode)?;
        let (article, expected) =
            convert::new_article(message.article, &self.0.config.limits).map_err(status::fault)?;
        let analysis = self.0.pipeline.analyze(article, mode.first(), call.due());
        let analyzed = call.within(analysis, status::change_not_begun).await?.map_err(status::pool)?;
        let counted = PutArticleResponse {
            id: analyzed.article.id.clone(),
            sentence_count: convert::count(analyzed.analysis.sentences.len() as u64),
            entity_count: convert::count(analyzed.analysis.entities.len() as u64),
            quote_count: convert::count(analyzed.analysis.quotes.len() as u64),
            ..PutArticleResponse::default()
        };
        let receipt = self.write(&call, self.0.pipeline.put(analyzed, mode, expected), wait_for).await?;
        let version = receipt.version.unwrap_or_default();
        Ok(Response::new(PutArticleResponse {
            change: convert::change(receipt.change),
            revision: convert::count(version.revision),
            etag: convert::etag(version),
            ..counted
        }))
    }

    async fn ingest_articles(
        &self,
        request: Request<Streaming<IngestArticlesRequest>>,
    ) -> Result<Response<Self::IngestArticlesStream>, Status> {
        let held = request.extensions().get::<Held>().cloned().unwrap_or_default();
        let payer = request.extensions().get::<Payer>().cloned();
        Ok(Response::new(ingest::answer(Arc::clone(&self.0), request.into_inner(), held, payer)))
    }

    async fn get_article(&self, request: Request<GetArticleRequest>) -> Result<Response<GetArticleResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        self.0.read(&extensions, move |core, interrupt| read::article(core, &message, interrupt)).await
    }

    async fn batch_get_articles(
        &self,
        request: Request<BatchGetArticlesRequest>,
    ) -> Result<Response<BatchGetArticlesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        many::charge(&extensions, message.ids.len());
        self.0.answer(&extensions, move |core, interrupt| read::articles(core, &message, interrupt)).await
    }

    async fn list_articles(
        &self,
        request: Request<ListArticlesRequest>,
    ) -> Result<Response<ListArticlesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        self.0.answer(&extensions, move |core, interrupt| listed(core, &message, interrupt)).await
    }

    async fn export_articles(
        &self,
        request: Request<ExportArticlesRequest>,
    ) -> Result<Response<Self::ExportArticlesStream>, Status> {
        let (_, extensions, message) = request.into_parts();
        let mut list = message.list.ok_or_else(|| status::fault(Fault::missing("list")))?;
        list.page_size = many::export_size(list.page_size, &self.0.config.limits);
        let first = list.page_token.clone();
        let page = move |core: &Core, page_token: String, interrupt: &Interrupt| {
            let asked = ListArticlesRequest { page_token, ..list.clone() };
            let ListArticlesResponse { articles, next_page_token: resume_token, total } =
                listed(core, &asked, interrupt)?;
            Ok((ExportArticlesResponse { articles, resume_token: resume_token.clone(), total }, resume_token))
        };
        Ok(Response::new(many::export(Arc::clone(&self.0), &extensions, first, page)))
    }

    async fn delete_article(
        &self,
        request: Request<DeleteArticleRequest>,
    ) -> Result<Response<DeleteArticleResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let call = Call::begin_patient(&extensions);
        let wait_for = wait_for(message.wait_for)?;
        let id = convert::article_id("id", message.id).map_err(status::fault)?;
        let expected = convert::expected_etag("etag", &message.etag).map_err(status::fault)?;
        let receipt = self.write(&call, Write::Delete(id.clone(), expected), wait_for).await?;
        if receipt.change == Change::NotFound && !message.allow_missing {
            return Err(status::not_found("Article", &id));
        }
        Ok(Response::new(DeleteArticleResponse { change: convert::change(receipt.change) }))
    }

    async fn delete_articles(
        &self,
        request: Request<DeleteArticlesRequest>,
    ) -> Result<Response<DeleteArticlesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let call = Call::begin_patient(&extensions);
        let wait_for = wait_for(message.wait_for)?;
        let filter = convert::filter_of_some(message.filter.as_ref(), convert::present(), &self.0.config.limits)
            .map_err(status::fault)?;
        if message.validate_only {
            return self.would_delete(&call, filter).await.map(Response::new);
        }
        self.delete_all(&call, filter, wait_for).await.map(Response::new)
    }

    async fn apply_retention(
        &self,
        request: Request<ApplyRetentionRequest>,
    ) -> Result<Response<ApplyRetentionResponse>, Status> {
        let call = Call::begin_patient(request.extensions());
        self.apply(&call, request.get_ref().validate_only).await.map(Response::new)
    }

    async fn reanalyze_articles(
        &self,
        request: Request<ReanalyzeArticlesRequest>,
    ) -> Result<Response<ReanalyzeArticlesResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let call = Call::begin_patient(&extensions);
        let tier = convert::wanted_tier("tier", message.tier, self.0.config.analysis).map_err(status::fault)?;
        let filter = convert::filter(message.filter.as_ref(), convert::present(), &self.0.config.limits)
            .map_err(status::fault)?;
        let mut round = Round::new(&self.0.pipeline, tier, filter);
        while let Some(question) = round.question() {
            let found = self.0.ask_within(&call, question).await?;
            if let Some(write) = round.take(found) {
                self.write(&call, write, WaitFor::Searchable).await?;
            }
        }
        let (queued, model) = (round.queued(), self.0.pipeline.model(tier).to_owned());
        tracing::info!(articles = queued, model, "articles were queued for another analysis");
        let queued_count = convert::count(queued);
        Ok(Response::new(ReanalyzeArticlesResponse { queued_count, tier: convert::tier(tier), model }))
    }
}

impl Articles {
    /// Makes a change and waits until it is durable or searchable, as the caller wants. If the caller goes away, or its
    /// deadline passes, the change is not undone.
    pub(super) async fn write(&self, call: &Call, write: Write, wait_for: WaitFor) -> Result<Receipt, Status> {
        call.within(self.make(write, wait_for), status::change_unconfirmed).await?
    }

    async fn make(&self, write: Write, wait_for: WaitFor) -> Result<Receipt, Status> {
        let until = if wait_for == WaitFor::Durable { Until::Durable } else { Until::Searchable };
        self.0.pipeline.written(write, until).await.map_err(|why| match why {
            Unwritten::Pool(error) => status::pool(error),
            Unwritten::Engine(error) => status::engine(error),
            Unwritten::Stopping => status::stopping(),
        })
    }
}

/// A page of a list of articles.
fn listed(core: &Core, message: &ListArticlesRequest, interrupt: &Interrupt) -> Result<ListArticlesResponse, Status> {
    let now = convert::now(message);
    let mut query = convert::article_query(message, now, &core.config.limits).map_err(status::fault)?;
    let mask = mask(message.read_mask.as_ref(), "ArticleSummary")?;
    let (first, encoding) = (query.page.clone(), OffsetEncoding::Unspecified);
    let page = convert::page(message, (first, now), (encoding.into(), &mask), &core.config.limits, interrupt, |page| {
        query.page = page;
        core.engine.articles(&query, interrupt)
    });
    let Replies { hits: articles, next_page_token, total, .. } = page.map_err(status::engine)?;
    Ok(ListArticlesResponse { articles, next_page_token, total })
}

fn wait_for(number: i32) -> Result<WaitFor, Status> {
    WaitFor::try_from(number).map_err(|_| {
        let known = [WaitFor::Durable, WaitFor::Searchable].map(|one| (one as i32, one.as_str_name()));
        let said = format!("{number} is not a value of this enumeration; {}", convert::accepted(&known));
        status::fault(convert::Fault::invalid("wait_for", said))
    })
}
