//! Records calls for metrics: how each ended, and when.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use prost::{DecodeError, Message};
use prost_types::FileDescriptorSet;
use tonic::service::Routes;

use super::ending;
use crate::{failure::Failure, metrics::Metrics, proto};

/// The name under which calls of unknown methods are recorded, because clients can make up any number of them.
const OTHER: &str = "other";

/// Wraps services so that every call is recorded if metrics are on.
pub(crate) fn metered(routes: Routes, metrics: &Metrics) -> Result<Routes, Failure> {
    if !metrics.are_on() {
        return Ok(routes);
    }
    let meter = Arc::new(Meter { metrics: metrics.clone(), methods: methods()?, other: OTHER.into() });
    Ok(routes.into_axum_router().layer(middleware::from_fn_with_state(meter, measure)).into())
}

struct Meter {
    metrics: Metrics,
    /// The methods that exist, as in paths: "sayso.v1.SearchService/Search".
    methods: BTreeSet<Arc<str>>,
    other: Arc<str>,
}

fn methods() -> Result<BTreeSet<Arc<str>>, DecodeError> {
    let mut methods = BTreeSet::new();
    for set in [
        proto::DESCRIPTORS,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ] {
        for file in FileDescriptorSet::decode(set)?.file {
            for service in &file.service {
                let named = |method: &str| Arc::from(format!("{}.{}/{method}", file.package(), service.name()));
                methods.extend(service.method.iter().map(|method| named(method.name())));
            }
        }
    }
    Ok(methods)
}

async fn measure(State(meter): State<Arc<Meter>>, request: Request, next: Next) -> Response {
    let known = request.uri().path().strip_prefix('/').and_then(|method| meter.methods.get(method));
    let (method, began) = (Arc::clone(known.unwrap_or(&meter.other)), Instant::now());
    ending::watch(request, next, move |code| meter.metrics.answered(&method, ending::name(code), began.elapsed())).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_methods_of_all_services_are_known() {
        let methods = methods().unwrap();
        for method in [
            "sayso.v1.ArticleService/IngestArticles",
            "grpc.health.v1.Health/Check",
            "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        ] {
            assert!(methods.contains(method), "{methods:?} lack {method}");
        }
    }
}
