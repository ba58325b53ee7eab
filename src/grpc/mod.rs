//! One thin adapter per service: a message comes in, a domain query goes to the engine, a message goes out.

mod admit;
mod analyze;
mod arriving;
mod articles;
mod calls;
mod core;
mod deadline;
mod delete;
mod ending;
mod entities;
mod ingest;
mod many;
mod meter;
mod nothing;
mod quotes;
mod read;
mod retain;
mod search;
mod server;
mod snapshots;
pub(crate) mod status;
mod trace;

pub(crate) use self::core::Core;
pub(crate) use admit::admitted;
pub(crate) use arriving::{HEAD_BYTES, MAX_PAUSE};
pub(crate) use calls::bounded;
pub(crate) use deadline::{Allowed, TIMEOUT, timely};
pub(crate) use ending::name as code_name;
pub(crate) use meter::metered;
pub(crate) use retain::retain;
pub(crate) use trace::traced;

use std::sync::Arc;

use tonic::{codec::CompressionEncoding, service::Routes};

use crate::proto;

/// All services of the package `sayso.v1`.
pub(crate) fn routes(core: &Arc<Core>) -> Routes {
    let (most, most_back) = (core.config.limits.message_bytes, core.config.limits.answer_bytes);
    macro_rules! service {
        ($server:ty, $adapter:expr) => {
            <$server>::new($adapter(Arc::clone(core)))
                .max_decoding_message_size(most)
                .max_encoding_message_size(most_back)
                .accept_compressed(CompressionEncoding::Gzip)
                .send_compressed(CompressionEncoding::Gzip)
        };
    }
    Routes::new(service!(proto::article_service_server::ArticleServiceServer<_>, articles::Articles))
        .add_service(service!(proto::search_service_server::SearchServiceServer<_>, search::Search))
        .add_service(service!(proto::entity_service_server::EntityServiceServer<_>, entities::Entities))
        .add_service(service!(proto::quote_service_server::QuoteServiceServer<_>, quotes::Quotes))
        .add_service(service!(proto::analyze_service_server::AnalyzeServiceServer<_>, analyze::Analyze))
        .add_service(service!(proto::server_service_server::ServerServiceServer<_>, server::Info::new))
        .add_service(service!(proto::snapshot_service_server::SnapshotServiceServer<_>, snapshots::Copies::new))
}
