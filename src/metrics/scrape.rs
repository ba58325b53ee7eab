//! Answers scrapes. What the server holds is asked anew each time.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use ::metrics::{counter, gauge, with_local_recorder};
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusRecorder;
use sayso_index::{Engine, Health, Status};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinError,
    time::{Sleep, sleep},
};

use super::{
    ARTICLES, CONNECTIONS, DAMAGED, DISK, DONE, ENTITIES, FAILED, FREE, INDEX_FAULT, MOST_CONNECTIONS, Metrics,
    NO_ARTICLES, NO_DELETES, OPEN_CALLS, PENDING, QUOTES, SENTENCES, STORE_FAULT, VIEWS,
};
use crate::{
    access::{Access, Holder, Refusal, Scope, bearer},
    connections::Connections,
    engine,
    failure::Failure,
    standing::{Standing, Upgrades},
    telemetry,
    tls::{OF_METRICS, Tls, Transport},
};

/// The text format that Prometheus asks for.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How many connections for metrics may be open. The files of the process are for the store and the clients.
const MAX_SCRAPES: usize = 16;

/// How long a connection for metrics may be open. Whoever scrapes more rarely connects anew.
const SCRAPE_TIME: Duration = Duration::from_secs(60);

/// How often durations are sorted into their buckets if no scrape does it. Until then, each takes memory.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// What scrapes ask anew each time.
#[derive(Clone)]
pub(crate) struct Held {
    engine: Arc<dyn Engine>,
    upgrades: Arc<Upgrades>,
    connections: Connections,
    /// The folder whose disk is told. None if articles are elsewhere.
    folder: Option<PathBuf>,
}

impl Held {
    /// What these hold.
    pub(crate) fn new(
        engine: &Arc<dyn Engine>,
        upgrades: &Arc<Upgrades>,
        connections: &Connections,
        folder: Option<&Path>,
    ) -> Self {
        let (engine, upgrades) = (Arc::clone(engine), Arc::clone(upgrades));
        Self { engine, upgrades, connections: connections.clone(), folder: folder.map(Path::to_owned) }
    }

    /// Asks the engine, bypassing the queue of searches: a busy server must still report its metrics.
    #[allow(clippy::disallowed_methods, reason = "a scrape at a time; it must not wait behind searches")]
    async fn ask(&self) -> Result<(sayso_index::Result<Option<Status>>, Health, Option<u64>), JoinError> {
        let (engine, folder) = (Arc::clone(&self.engine), self.folder.clone());
        let asked = move || {
            let (held, health) = engine::look(engine.as_ref());
            (held, health, folder.and_then(|folder| fs4::available_space(folder).ok()))
        };
        tokio::task::spawn_blocking(asked).await
    }

    /// Sets all gauges. If the store has failed, what it holds stays as it was last, and the failure is reported.
    async fn set(&self, recorder: &PrometheusRecorder) -> Result<(), Failure> {
        let (held, health, free) = self.ask().await?;
        with_local_recorder(recorder, || {
            set_health(&health, free);
            gauge!(CONNECTIONS).set(self.connections.open() as f64);
            gauge!(OPEN_CALLS).set(self.connections.open_calls() as f64);
            gauge!(MOST_CONNECTIONS).set(self.connections.most() as f64);
        });
        match held {
            Ok(Some(held)) => {
                let standing = self.upgrades.standing(held.pending);
                with_local_recorder(recorder, || set(&held, &standing));
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Where scrapes come in, and what guards it as it guards calls.
pub(crate) struct Scrapes {
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    access: Arc<Access>,
    /// Room for connections.
    places: Arc<Semaphore>,
}

impl Scrapes {
    /// Scrapes that come in here.
    pub(crate) fn new(listener: TcpListener, tls: Option<Arc<Tls>>, access: Arc<Access>) -> Self {
        Self { listener, tls, access, places: Arc::new(Semaphore::new(MAX_SCRAPES)) }
    }

    /// The address at which they come in.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection for metrics. It ends after some time, whatever its client does or does not.
pub(crate) struct Scrape {
    stream: Transport,
    until: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Scrape {
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.until.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::Error::new(io::ErrorKind::TimedOut, "the connection was open long enough")),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Scrape {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Scrape {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl axum::serve::Listener for Scrapes {
    type Io = Scrape;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Scrape, SocketAddr) {
        loop {
            // This one handles failures of the socket itself.
            let (stream, address) = axum::serve::Listener::accept(&mut self.listener).await;
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
                telemetry::refused("CONNECTIONS_FULL", "too many connections for metrics are open");
                continue;
            };
            let stream = Transport::new(stream, self.tls.as_deref(), OF_METRICS);
            return (Scrape { stream, until: Box::pin(sleep(SCRAPE_TIME)), _place: place }, address);
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Lets in those whose key reads, if keys are required.
async fn admit(State(access): State<Arc<Access>>, request: Request, next: Next) -> Response {
    match access.admit(bearer(request.headers()), Scope::Read) {
        Ok(_) => next.run(request).await,
        Err(refusal) => {
            let Holder { id, name } = refusal.caller();
            tracing::info!(target: "sayso::audit", key = &*id, name = &*name, scope = "read", method = "metrics", "audit");
            let code = match refusal {
                Refusal::NoKey | Refusal::UnknownKey | Refusal::BadToken(_) | Refusal::Expired(_) => {
                    StatusCode::UNAUTHORIZED
                }
                Refusal::NoScope(..) => StatusCode::FORBIDDEN,
                Refusal::TooManyCalls(..) => StatusCode::TOO_MANY_REQUESTS,
                Refusal::NoFile => StatusCode::SERVICE_UNAVAILABLE,
            };
            (code, [(header::WWW_AUTHENTICATE, "Bearer")], "metrics need a key that reads\n").into_response()
        }
    }
}

/// Answers scrapes until `stop` is ready.
pub(crate) async fn serve(
    scrapes: Scrapes,
    metrics: Metrics,
    held: Held,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let Some(recorder) = metrics.0 else { return };
    let handle = recorder.handle();
    let upkeep = async {
        loop {
            tokio::time::sleep(UPKEEP_INTERVAL).await;
            handle.run_upkeep();
        }
    };
    let routes = Router::new()
        .route(
            "/metrics",
            get({
                let held = held.clone();
                move || scrape(Arc::clone(&recorder), held.clone())
            }),
        )
        .layer(middleware::from_fn_with_state(Arc::clone(&scrapes.access), admit))
        // Whoever watches the process needs no key, as with the health service.
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(move || ready(held.clone())))
        .fallback(|| async {
            (StatusCode::NOT_FOUND, "there is nothing here; metrics are at /metrics, probes at /livez and /readyz\n")
        });
    tokio::select! {
        // It handles failures of the socket itself, and ends when it is told to.
        _ = axum::serve(scrapes, routes).with_graceful_shutdown(stop) => {}
        () = upkeep => {}
    }
}

async fn scrape(recorder: Arc<PrometheusRecorder>, held: Held) -> Response {
    match held.set(&recorder).await {
        Ok(()) => ([(header::CONTENT_TYPE, TEXT)], recorder.handle().render()).into_response(),
        Err(error) => {
            telemetry::refused("METRICS", &error.to_string());
            (StatusCode::SERVICE_UNAVAILABLE, format!("the counts cannot be read: {error}\n")).into_response()
        }
    }
}

/// Whether the server can be asked and can be given articles. If not, says why.
async fn ready(held: Held) -> Response {
    let health = held.engine.health();
    let faults = [health.store_fault, health.index_fault, health.refuses_articles];
    match faults.into_iter().flatten().next() {
        None => "ok\n".into_response(),
        Some(fault) => (StatusCode::SERVICE_UNAVAILABLE, format!("{fault}\n")).into_response(),
    }
}

fn set(held: &Status, standing: &Standing) {
    gauge!(ARTICLES).set(held.articles as f64);
    gauge!(SENTENCES).set(held.sentences as f64);
    gauge!(QUOTES).set(held.quotes as f64);
    gauge!(ENTITIES).set(held.entities as f64);
    gauge!(DISK).set(held.disk_bytes as f64);
    gauge!(VIEWS).set(held.pinned_views as f64);
    gauge!(PENDING).set(standing.pending as f64);
    counter!(DONE).absolute(standing.done);
    counter!(FAILED).absolute(standing.failed);
}

fn set_health(health: &Health, free: Option<u64>) {
    for (name, fault) in [
        (STORE_FAULT, &health.store_fault),
        (INDEX_FAULT, &health.index_fault),
        (NO_ARTICLES, &health.refuses_articles),
        (NO_DELETES, &health.refuses_deletes),
    ] {
        gauge!(name).set(if fault.is_some() { 1. } else { 0. });
    }
    gauge!(DAMAGED).set(health.damaged_articles as f64);
    if let Some(free) = free {
        gauge!(FREE).set(free as f64);
    }
}
