//! `ArticleService.DeleteArticles`.

use futures_util::{StreamExt, stream};
use sayso_index::{
    ArticleHit, Change, Engine, Interrupt, Page, Write,
    query::{ArticleFilter, ArticleOrder, ArticleQuery, PageRequest},
};
use tonic::{Code, Status};

use super::{articles::Articles, deadline::Call};
use crate::{
    convert,
    proto::{DeleteArticlesResponse, WaitFor},
};

/// How many ids are returned.
const SAMPLE_IDS: usize = 10;

/// How many articles are listed at once, and how many are deleted at once.
const BATCH_ARTICLES: usize = 256;

impl Articles {
    /// How many articles pass the filter.
    pub(super) async fn would_delete(
        &self,
        call: &Call,
        filter: ArticleFilter,
    ) -> Result<DeleteArticlesResponse, Status> {
        let page = self.listed(call, filter, PageRequest { size: SAMPLE_IDS, after: None }).await?;
        let sample_ids = page.hits.iter().map(|hit| hit.article.id.clone()).collect();
        Ok(DeleteArticlesResponse { article_count: convert::count(page.total.count), sample_ids })
    }

    /// Deletes the articles that pass the filter now, except those that change in the meantime.
    pub(super) async fn delete_all(
        &self,
        call: &Call,
        filter: ArticleFilter,
        wait_for: WaitFor,
    ) -> Result<DeleteArticlesResponse, Status> {
        let mut answer = DeleteArticlesResponse::default();
        let mut after = None;
        loop {
            let page = self.listed(call, filter.clone(), PageRequest { size: BATCH_ARTICLES, after }).await?;
            let version = |hit: &ArticleHit| (hit.article.id.clone(), hit.article.version.etag);
            let found: Vec<_> = page.hits.iter().map(version).collect();
            let deletions = found.into_iter().map(|(id, expected)| async move {
                let write = Write::Delete(id.clone(), Some(expected));
                (id, self.write(call, write, wait_for).await)
            });
            let mut deleted = stream::iter(deletions).buffered(BATCH_ARTICLES);
            while let Some((id, outcome)) = deleted.next().await {
                match outcome {
                    Ok(receipt) if receipt.change == Change::Deleted => {
                        answer.article_count += 1;
                        if answer.sample_ids.len() < SAMPLE_IDS {
                            answer.sample_ids.push(id);
                        }
                    }
                    // It was put again or deleted after it was listed.
                    Ok(_) => {}
                    Err(status) if status.code() == Code::Aborted => {}
                    Err(status) => return Err(status),
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(answer);
            }
        }
    }

    async fn listed(&self, call: &Call, filter: ArticleFilter, page: PageRequest) -> Result<Page<ArticleHit>, Status> {
        let query = ArticleQuery { filter, order: ArticleOrder::default(), page };
        let question = move |engine: &dyn Engine, interrupt: &Interrupt| engine.articles(&query, interrupt);
        self.0.ask_within(call, question).await
    }
}
