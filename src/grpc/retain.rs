//! Deletes articles that are older than the rules of the setting `retention` allow: when asked, and once a day.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::watch;
use tonic::{Extensions, Status};

use super::{articles::Articles, core::Core, deadline::Call};
use crate::proto::{ApplyRetentionResponse, WaitFor, apply_retention_response::Outcome};

/// How often it is done.
const EVERY: Duration = Duration::from_secs(24 * 3600);

/// How soon it is tried again, for example where a cluster does not answer yet.
const RETRY: Duration = Duration::from_secs(10 * 60);

/// Applies the rules when the server starts, and then once a day, until `stopping` turns true.
pub(crate) async fn retain(core: Arc<Core>, mut stopping: watch::Receiver<bool>) {
    if core.config.retention.is_empty() {
        return;
    }
    let articles = Articles(core);
    let daily = async {
        loop {
            let call = Call::begin_patient(&Extensions::new());
            let pause = match articles.apply(&call, false).await {
                Ok(_) => EVERY,
                Err(status) => {
                    tracing::warn!(error = status.message(), "old articles could not be deleted; trying again soon");
                    RETRY
                }
            };
            tokio::time::sleep(pause).await;
        }
    };
    tokio::select! {
        // An error means that the sender is gone, which is also the end.
        _ = stopping.wait_for(|stop| *stop) => {}
        () = daily => {}
    }
}

impl Articles {
    /// Deletes what the rules do not let stay, or only counts it.
    pub(super) async fn apply(&self, call: &Call, validate_only: bool) -> Result<ApplyRetentionResponse, Status> {
        let now = Timestamp::now();
        let mut outcomes = Vec::new();
        for rule in &self.0.config.retention {
            let Some(filter) = rule.filter(now) else { continue };
            let deleted = match validate_only {
                true => self.would_delete(call, filter).await?,
                false => self.delete_all(call, filter, WaitFor::Durable).await?,
            };
            if !validate_only {
                let articles = deleted.article_count;
                tracing::info!(rule = rule.to_string(), articles, "articles that were too old were deleted");
            }
            let (article_count, sample_ids) = (deleted.article_count, deleted.sample_ids);
            outcomes.push(Outcome { rule: rule.to_string(), article_count, sample_ids });
        }
        Ok(ApplyRetentionResponse { outcomes })
    }
}
