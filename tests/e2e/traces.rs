//! Traces, as a collector gets them.

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use sayso::proto::{GetArticleRequest, SearchSentencesRequest};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::support::Server;

/// A collector that hands on what it gets, with the name of the service.
struct Collector(mpsc::UnboundedSender<(String, Span)>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        for of_resource in request.into_inner().resource_spans {
            let attributes = of_resource.resource.unwrap().attributes;
            let name = attributes.iter().find(|one| one.key == "service.name").map(|one| format!("{:?}", one.value));
            for span in of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                let _ = self.0.send((name.clone().unwrap_or_default(), span));
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

async fn collector() -> (String, mpsc::UnboundedReceiver<(String, Span)>) {
    let (sender, spans) = mpsc::unbounded_channel();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = TraceServiceServer::new(Collector(sender));
    let serving = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
    (address, spans)
}

fn traced<T>(message: T, flags: &str) -> Request<T> {
    let mut request = Request::new(message);
    let parent = format!("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flags}");
    request.metadata_mut().insert("traceparent", parent.parse().unwrap());
    request
}

fn text(span: &Span, key: &str) -> String {
    let attribute = span.attributes.iter().find(|one| one.key == key);
    format!("{:?}", attribute.and_then(|one| one.value.clone()))
}

#[tokio::test]
async fn each_call_is_a_span_of_its_callers_trace() {
    let (address, mut spans) = collector().await;
    let server = Server::start_in(&[("OTEL_BSP_SCHEDULE_DELAY", "50")], &["--otlp-endpoint", &address]);
    let search = SearchSentencesRequest { query: "cranes".into(), ..Default::default() };
    HealthClient::new(server.channel().await).check(HealthCheckRequest::default()).await.unwrap();
    server.search().await.search_sentences(traced(search.clone(), "00")).await.unwrap();
    server.search().await.search_sentences(traced(search, "01")).await.unwrap();
    let (service, span) = spans.recv().await.unwrap();
    assert!(service.contains("sayso"), "{service}");
    assert_eq!(span.name, "sayso.v1.SearchService/SearchSentences");
    assert_eq!((span.kind(), span.trace_id[0], span.trace_id.len()), (SpanKind::Server, 0x0a, 16));
    assert_eq!(span.parent_span_id, [0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31]);
    assert!(text(&span, "rpc.response.status_code").contains("\"OK\"") && span.end_time_unix_nano > 0, "{span:?}");
    // A call without a trace begins one, and what is the caller's fault is no failure of the server.
    let absent = GetArticleRequest { id: "a".into(), ..Default::default() };
    server.articles().await.get_article(absent).await.unwrap_err();
    let (_, span) = spans.recv().await.unwrap();
    assert_eq!((span.name.as_str(), span.parent_span_id.len()), ("sayso.v1.ArticleService/GetArticle", 0));
    assert!(text(&span, "rpc.response.status_code").contains("\"NOT_FOUND\""), "{span:?}");
    assert_eq!(span.status.unwrap_or_default().code(), StatusCode::Unset);
}

#[cfg(unix)]
#[tokio::test]
async fn spans_that_wait_are_sent_before_the_server_ends_and_the_environment_may_name_the_collector() {
    let (address, mut spans) = collector().await;
    let variables = [("OTEL_BSP_SCHEDULE_DELAY", "3600000"), ("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str())];
    let mut server = Server::start_in(&variables, &[]);
    server.info().await;
    let process = server.process().id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
    assert_eq!(spans.recv().await.unwrap().1.name, "sayso.v1.ServerService/GetServerInfo");
    assert!(server.process().wait().unwrap().success());
}

#[tokio::test]
async fn a_collector_that_is_not_there_is_no_harm() {
    let server = Server::start_in(&[("OTEL_BSP_SCHEDULE_DELAY", "20")], &["--otlp-endpoint", "http://127.0.0.1:1"]);
    for _ in 0..50 {
        server.info().await;
    }
}
