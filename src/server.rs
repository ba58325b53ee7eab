//! The server: services, health and reflection on one listener, from start to a tidy stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use sayso_index::{Embedded, EmbeddedOptions, Engine};
use tokio::{net::TcpListener, sync::watch};
use tonic::transport::{Server, server::TcpIncoming};
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{
    config::Config,
    grpc::{self, Core},
    metrics::{self, Metrics},
    models,
    pipeline::Pipeline,
    proto, samples, upgrade,
};

/// The services that reflection lists and health reports.
const SERVICES: [&str; 6] = [
    proto::article_service_server::SERVICE_NAME,
    proto::search_service_server::SERVICE_NAME,
    proto::entity_service_server::SERVICE_NAME,
    proto::quote_service_server::SERVICE_NAME,
    proto::analyze_service_server::SERVICE_NAME,
    proto::server_service_server::SERVICE_NAME,
];

/// The service whose health follows the disk.
const WRITER: &str = proto::article_service_server::SERVICE_NAME;

/// Any failure that keeps the server from running.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A server whose store is open and which listens, but does not answer yet.
pub struct Ready {
    config: Config,
    engine: Arc<dyn Engine>,
    pipeline: Pipeline,
    listener: TcpListener,
    metrics: Metrics,
    /// Where metrics are asked for, if they are on.
    scrapes: Option<TcpListener>,
}

impl Ready {
    /// Opens the data directory, replays what the indexes lack, and listens.
    ///
    /// # Errors
    /// When the models cannot be used, when another process has the data directory open, when it cannot be read, or when an address is taken.
    pub async fn open(config: Config) -> Result<Self, Failure> {
        let analyzer = models::analyzer(config.model.as_deref())?;
        let folder = config.data_dir.clone();
        let options =
            EmbeddedOptions { page_lifetime: config.limits.page_token_lifetime, ..EmbeddedOptions::default() };
        let opened = tokio::task::spawn_blocking(move || Embedded::open(&folder, options)).await?;
        let engine: Arc<dyn Engine> =
            Arc::new(opened.map_err(|error| format!("cannot open {}: {error}", config.data_dir.display()))?);
        let listener = listen("calls", config.listen).await?;
        let (metrics, scrapes) = match config.metrics {
            Some(address) => (Metrics::on()?, Some(listen("metrics", address).await?)),
            None => (Metrics::default(), None),
        };
        let pipeline = Pipeline::new(Arc::clone(&engine), analyzer, config.analysis_threads, metrics.clone());
        Ok(Self { config, engine, pipeline, listener, metrics, scrapes })
    }

    /// Where it listens: tells the port that was taken when the configured one is 0.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where it tells metrics, if it does.
    pub fn metrics_address(&self) -> std::io::Result<Option<SocketAddr>> {
        self.scrapes.as_ref().map(TcpListener::local_addr).transpose()
    }

    /// Puts the sample articles that come with the program. Returns how many there are.
    pub async fn put_samples(&self) -> Result<usize, Failure> {
        samples::put(&self.pipeline, self.config.analysis).await
    }

    /// Answers calls until `stop` is ready; then lets open calls finish within the configured grace.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), Failure> {
        let (stopping, told) = watch::channel(false);
        let (reporter, health) = tonic_health::server::health_reporter();
        for service in SERVICES {
            reporter.set_service_status(service, ServingStatus::Serving).await;
        }
        let follower = tokio::spawn(follow_disk(reporter.clone(), self.pipeline.writable()));
        let upgrading = tokio::spawn(upgrade::run(self.pipeline.clone(), self.config.analysis_threads, told.clone()));
        let telling = self.scrapes.map(|listener| {
            tokio::spawn(metrics::serve(listener, self.metrics.clone(), self.pipeline.clone(), stopped(told.clone())))
        });
        let limits = &self.config.limits;
        let mut server = Server::builder()
            .max_concurrent_streams(limits.concurrent_streams)
            .http2_keepalive_interval(Some(Duration::from_secs(60)))
            .http2_keepalive_timeout(Some(Duration::from_secs(20)));
        let (reflection, reflection_alpha) = reflection()?;
        let grace = self.config.shutdown_grace;
        let routes = grpc::routes(Core::new(self.engine, self.pipeline, self.config, told.clone()))
            .add_service(health)
            .add_service(reflection)
            .add_service(reflection_alpha);
        let incoming = TcpIncoming::from(self.listener).with_nodelay(Some(true));
        let serving = server
            .add_routes(grpc::metered(routes, &self.metrics)?)
            .serve_with_incoming_shutdown(incoming, stopped(told.clone()));
        let ending = async {
            stop.await;
            tracing::info!("stopping");
            for service in SERVICES.into_iter().chain([""]) {
                reporter.set_service_status(service, ServingStatus::NotServing).await;
            }
            stopping.send_replace(true);
            // A client that holds its connection open must not keep the server from stopping.
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            outcome = serving => outcome?,
            () = ending => tracing::warn!("open calls were cut off after {grace:?}"),
        }
        follower.abort();
        upgrading.abort();
        if let Some(telling) = telling {
            telling.abort();
        }
        Ok(())
    }
}

async fn listen(wanted_for: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    Ok(bound.map_err(|error| format!("cannot listen on {address} for {wanted_for}: {error}"))?)
}

async fn stopped(mut told: watch::Receiver<bool>) {
    // An error means that the sender is gone, which also is the end.
    let _ = told.wait_for(|stop| *stop).await;
}

/// Reports the service that writes as not serving while the disk refuses writes.
async fn follow_disk(reporter: HealthReporter, mut writable: watch::Receiver<bool>) {
    while writable.changed().await.is_ok() {
        let status = if *writable.borrow_and_update() { ServingStatus::Serving } else { ServingStatus::NotServing };
        reporter.set_service_status(WRITER, status).await;
    }
}

macro_rules! reflection {
    ($build:ident) => {{
        let builder = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // Without these, grpcurl shows error details as raw bytes.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
            .with_service_name("grpc.health.v1.Health");
        SERVICES.into_iter().fold(builder, |builder, service| builder.with_service_name(service)).$build()?
    }};
}

/// Reflection in both versions: grpcurl asks v1, Postman and grpcui ask v1alpha.
fn reflection() -> Result<
    (
        tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>,
        tonic_reflection::server::v1alpha::ServerReflectionServer<
            impl tonic_reflection::server::v1alpha::ServerReflection,
        >,
    ),
    Failure,
> {
    Ok((reflection!(build_v1), reflection!(build_v1alpha)))
}
