//! `AnalyzeService`.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{
    core::{Core, encoding, mask, packed_if_large},
    deadline, status,
};
use crate::{
    convert,
    proto::{AnalyzeRequest, AnalyzeResponse, analyze_service_server::AnalyzeService},
};

/// Analyses texts without storing them.
pub(super) struct Analyze(pub(super) Arc<Core>);

#[tonic::async_trait]
impl AnalyzeService for Analyze {
    async fn analyze(&self, request: Request<AnalyzeRequest>) -> Result<Response<AnalyzeResponse>, Status> {
        let (_, extensions, message) = request.into_parts();
        let encoding = encoding(message.offset_encoding)?;
        let limits = &self.0.config.limits;
        let tier = convert::tier_to_analyze(&message, self.0.config.analysis).map_err(status::fault)?;
        let mask = mask(message.read_mask.as_ref(), "AnalyzeResponse")?;
        let article = convert::text_to_analyze(message, limits).map_err(status::fault)?;
        let call = deadline::Call::begin(&extensions, limits.search_timeout);
        let reply = async {
            let analyzed = self.0.pipeline.analyze(article, tier, call.due()).await?;
            // A long text has a long reply, which must not be built on the async runtime either.
            let most = self.0.config.limits.answer_bytes;
            let whole = move || {
                let annotations = Some(convert::annotations(&analyzed, encoding));
                packed_if_large(mask.apply(AnalyzeResponse { annotations }), most)
            };
            self.0.searches.run_patiently(whole).await
        };
        call.within(reply, status::deadline_exceeded).await?.map_err(status::pool)?
    }
}
