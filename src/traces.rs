//! Traces by OpenTelemetry's protocol (OTLP): a span for each call, which continues the trace of its caller and is sent to
//! a collector. What the settings do not say, the standard variables do (`OTEL_TRACES_SAMPLER`, `OTEL_SERVICE_NAME`,
//! `OTEL_EXPORTER_OTLP_HEADERS` and so on). A collector that is not there costs nothing but the spans.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName};
use opentelemetry::{
    Context, KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::{Span as _, SpanBuilder, SpanKind, Status, Tracer as _, TracerProvider as _},
};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider, Span},
};
use tonic::{Code, transport::ClientTlsConfig};

use crate::failure::Failure;

/// The variables that name the collector if no setting does, the more special one first.
const VARIABLES: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Where spans go. Clones share it. If no collector is named, nowhere.
#[derive(Clone, Default)]
pub(crate) struct Traces(Option<Arc<Sender>>);

struct Sender {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Traces {
    /// Sends spans to the collector at this address, or at that of the environment. There must be a runtime.
    ///
    /// # Errors
    /// If the address is none.
    pub(crate) fn open(endpoint: Option<&str>) -> Result<Self, Failure> {
        let of_environment =
            || VARIABLES.into_iter().find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()));
        let Some(endpoint) = endpoint.map(str::to_owned).or_else(of_environment) else { return Ok(Self::default()) };
        let mut exporter = SpanExporter::builder().with_tonic().with_endpoint(&endpoint);
        if endpoint.starts_with("https://") {
            exporter = exporter.with_tls_config(ClientTlsConfig::new().with_native_roots());
        }
        let exporter = exporter.build().map_err(|error| format!("otlp_endpoint: {endpoint:?}: {error}"))?;
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name("sayso");
        }
        let resource = resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        let tracer = provider.tracer("sayso");
        Ok(Self(Some(Arc::new(Sender { provider, tracer }))))
    }

    /// Begins the span of a call of this method, as a part of the trace that its headers name.
    pub(crate) fn begin(&self, method: &str, headers: &HeaderMap) -> Option<CallSpan> {
        let sender = self.0.as_ref()?;
        let caller = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
        let builder = SpanBuilder::from_name(method.to_owned()).with_kind(SpanKind::Server).with_attributes([
            KeyValue::new("rpc.system.name", "grpc"),
            KeyValue::new("rpc.method", method.to_owned()),
        ]);
        Some(CallSpan(sender.tracer.build_with_context(builder, &caller)))
    }

    /// Sends what is left. Blocks for as long as that takes, some seconds at most.
    pub(crate) fn end(&self) {
        if let Some(sender) = &self.0 {
            // A collector that is not there has been told of by the library.
            let _ = sender.provider.shutdown();
        }
    }
}

/// The span of a call. It ends when this is dropped.
pub(crate) struct CallSpan(Span);

impl CallSpan {
    /// The id of its trace.
    pub(crate) fn trace_id(&self) -> String {
        self.0.span_context().trace_id().to_string()
    }

    /// Notes the caller's id of the call.
    pub(crate) fn named(&mut self, request_id: &str) {
        self.0.set_attribute(KeyValue::new("sayso.request_id", request_id.to_owned()));
    }

    /// Ends it as the call ended.
    pub(crate) fn ended(mut self, code: Code, name: String) {
        if is_of_the_server(code) {
            self.0.set_status(Status::error(name.clone()));
        }
        self.0.set_attribute(KeyValue::new("rpc.response.status_code", name));
        self.0.end();
    }
}

/// Whether a code says that the server failed, and not the caller, by OpenTelemetry's conventions for gRPC.
fn is_of_the_server(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}
