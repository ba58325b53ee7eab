//! The server: services, health and reflection on one listener, from start to orderly stop.

use std::{
    io,
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use sayso_index::Engine;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tonic::{service::Routes, transport::Server};

pub use crate::failure::Failure;
use crate::{
    access::{Access, KeyFile, Missing, Tokens},
    config::{Config, DEFAULT_DATA_DIR, KEYS, Limits},
    connections::{Connections, Incoming},
    engine,
    grpc::{self, Core},
    health,
    http::{self, Doors},
    memory::Memory,
    metrics::{self, Metrics, Scrapes},
    models,
    pipeline::Pipeline,
    pool::Pool,
    proto, samples,
    snapshots::Snapshots,
    synonyms::{self, Thesaurus},
    telemetry,
    tls::Tls,
    traces::Traces,
    upgrade,
};

/// How long clients without open calls have to close their connections themselves once the server stops.
const IDLE_CLOSE_WAIT: Duration = Duration::from_millis(250);

/// The flow-control window: bytes that a client may send ahead on one call, and on all calls of a connection. Streams
/// that wait for room fill their windows. Many streams of one connection may do so before its other calls are held up.
///
/// h2 ends a connection whose small frames cost more than half of its window, counting 256 bytes less their length for
/// each. A stream full of the smallest possible requests, of 12 bytes, costs 666 KB, which is less than half of this.
const WINDOW_BYTES: u32 = 32 << 10;
const CONNECTION_WINDOW_BYTES: u32 = 3 << 19;

/// How many ages there are at which connections take no more calls.
const AGES: usize = 8;

/// A server whose engine is open, or waits for its cluster, and which listens, but does not answer yet.
pub struct Ready {
    config: Config,
    access: Arc<Access>,
    tokens: Option<Arc<Tokens>>,
    engine: Arc<dyn Engine>,
    memory: Arc<Memory>,
    snapshots: Option<Snapshots>,
    traces: Traces,
    pipeline: Pipeline,
    synonyms: Arc<Thesaurus>,
    listener: TcpListener,
    connections: Connections,
    metrics: Metrics,
    /// The listener for metrics, if they are on.
    scrapes: Option<Scrapes>,
}

impl Ready {
    /// Listens, then opens the engine.
    ///
    /// # Errors
    /// If the clock is set before 1970; if an address is taken, in which case no data directory is created; if the
    /// models cannot be used; or if another process has the data directory open, or it cannot be read; or if the
    /// cluster was made by a newer version, or has lost its articles.
    pub async fn open(config: Config) -> Result<Self, Failure> {
        check_clock(SystemTime::now())?;
        let tls = config.tls.clone().map(Tls::open).transpose()?.map(Arc::new);
        let tokens = config.tokens.clone().map(Tokens::open).transpose()?.map(Arc::new);
        check_folder(&config)?;
        let access = Arc::new(Access::open(&config.keys, tokens.clone())?);
        check_keys(&config)?;
        if !config.keys_named && config.keys.exists() {
            KeyFile::at(&config.keys).mark();
        }
        check_public(&config, &access)?;
        let listener = listen("listen", "calls", config.listen).await?;
        let (metrics, scrapes) = match config.metrics {
            Some(address) => (Metrics::on()?, Some(listen("metrics", "metrics", address).await?)),
            None => (Metrics::default(), None),
        };
        let snapshots = config.snapshots.as_deref().map(Snapshots::at).transpose()?;
        let traces = Traces::open(config.otlp_endpoint.as_deref())?;
        let synonyms = Arc::new(Thesaurus::open(config.synonyms.clone())?);
        let analyzer = models::analyzer(config.model.as_deref())?;
        let address = listener.local_addr()?;
        let engine = engine::open(&config, address).await?;
        tell_exposure(&config, &access, address);
        let memory = Arc::new(Memory::new(config.limits.memory_bytes));
        let pool = Pool::sparing(config.analysis_threads, config.limits.queue_time, &memory);
        let pipeline = Pipeline::new(Arc::clone(&engine), analyzer, pool, metrics.clone());
        let connections = Connections::new(config.limits.connections, tls.clone());
        let scrapes = scrapes.map(|listener| Scrapes::new(listener, tls, Arc::clone(&access)));
        Ok(Self {
            config,
            access,
            tokens,
            engine,
            memory,
            snapshots,
            traces,
            pipeline,
            synonyms,
            listener,
            connections,
            metrics,
            scrapes,
        })
    }

    /// The address on which it listens. If the configured port is 0, this has the actual one.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The address of its metrics, if they are on.
    pub fn metrics_address(&self) -> std::io::Result<Option<SocketAddr>> {
        self.scrapes.as_ref().map(Scrapes::address).transpose()
    }

    /// Puts the sample articles that come with the program. Returns how many there are.
    pub async fn put_samples(&self) -> Result<usize, Failure> {
        samples::put(&self.pipeline, self.config.analysis).await
    }

    /// Answers calls until `stop` is ready. Then lets open calls finish within the configured grace.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), Failure> {
        let Self {
            config,
            access,
            tokens,
            engine,
            memory,
            snapshots,
            traces,
            pipeline,
            synonyms,
            listener,
            connections,
            metrics,
            scrapes,
        } = self;
        let (stopping, told) = watch::channel(false);
        let (reporter, health) = tonic_health::server::health_reporter();
        let follower = tokio::spawn(health::follow(
            Arc::clone(&engine),
            connections.clone(),
            Arc::clone(&memory),
            reporter.clone(),
        ));
        let fetching = tokens.map(|tokens| tokio::spawn(tokens.follow()));
        let rereading = tokio::spawn(synonyms::follow(Arc::clone(&synonyms)));
        let upgrading = tokio::spawn(upgrade::run(pipeline.clone(), config.analysis_threads, told.clone()));
        let telling = scrapes.map(|scrapes| {
            let (metrics, held) = (
                metrics.clone(),
                metrics::Held::new(&engine, pipeline.upgrades(), &connections, config.store_folder()),
            );
            tokio::spawn(metrics::serve(scrapes, metrics, held, stopped(told.clone())))
        });
        let slow = config.slow_call;
        let doors = Doors::new(&config.cors_origins, config.listen.ip().is_loopback());
        let (grace, limits) = (config.shutdown_grace, config.limits.clone());
        let (reflection, reflection_alpha) = reflection()?;
        let core = Arc::new(Core::new(pipeline, synonyms, config, &memory, snapshots, told.clone()));
        let retaining = tokio::spawn(grpc::retain(Arc::clone(&core), told.clone()));
        let routes = grpc::routes(&core).add_service(health).add_service(reflection).add_service(reflection_alpha);
        let routes = grpc::timely(grpc::admitted(grpc::bounded(routes, &limits, told.clone()), access));
        let routes = http::spoken(grpc::traced(grpc::metered(routes, &metrics)?, slow, traces.clone()), &limits, doors);
        let serving = serve(routes, &limits, connections.clone().incoming(listener), &told);
        let ending = async {
            stop.await;
            tracing::info!(open_calls = connections.open_calls(), "stopping");
            follower.abort();
            health::stop(&reporter).await;
            stopping.send_replace(true);
            close_idle(&connections, grace).await;
        };
        tokio::select! {
            outcome = serving => outcome?,
            () = ending => tracing::warn!(open_calls = connections.open_calls(), "open calls were cut off after {grace:?}"),
        }
        upgrading.abort();
        retaining.abort();
        fetching.iter().chain(&telling).for_each(JoinHandle::abort);
        rereading.abort();
        // It may wait for the collector, which nothing else must wait for any more.
        #[allow(clippy::disallowed_methods, reason = "once, when there is nothing left to serve")]
        tokio::task::spawn_blocking(move || traces.end()).await?;
        telemetry::tell_all_refusals();
        Ok(())
    }
}

/// Serves until it is to stop and all calls have ended. Connections that came together must not come again together, so
/// each of several servers has another age at which it gives them up, and they are spread over them.
async fn serve(
    routes: Routes,
    limits: &Limits,
    incoming: [Incoming; AGES],
    stop: &watch::Receiver<bool>,
) -> Result<(), tonic::transport::Error> {
    let builder = Server::builder()
        .max_concurrent_streams(limits.concurrent_streams)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_keepalive_interval(Some(Duration::from_secs(60)))
        .accept_http1(true)
        .http2_keepalive_timeout(Some(Duration::from_secs(20)));
    let serving = incoming.into_iter().enumerate().map(|(number, incoming)| {
        let mut server = match limits.connection_age {
            Some(age) => builder.clone().max_connection_age(one_of(age, number)),
            None => builder.clone(),
        };
        server.add_routes(routes.clone()).serve_with_incoming_shutdown(incoming, stopped(stop.clone()))
    });
    futures_util::future::try_join_all(serving).await.map(drop)
}

/// An age from nine to eleven tenths of this one.
fn one_of(age: Duration, number: usize) -> Duration {
    let steps = u32::try_from(number).unwrap_or_default();
    age.saturating_mul(9) / 10 + age / 5 * steps / (AGES as u32 - 1)
}

/// Closes connections without calls while open calls go on: clients that keep them open must not keep the server from
/// stopping.
async fn close_idle(connections: &Connections, grace: Duration) {
    let closing = async {
        loop {
            tokio::time::sleep(IDLE_CLOSE_WAIT).await;
            connections.close_idle();
        }
    };
    // This never ends by itself: it is the grace that ends.
    let _: Result<(), _> = tokio::time::timeout(grace, closing).await;
}

/// Everything that would keep a server with these settings from starting, as far as it can be told without one: its
/// files, and who could reach it. Nothing is listened on, and no data directory is opened.
pub(crate) fn obstacles(config: &Config) -> Vec<String> {
    let mut faults = Vec::new();
    let tokens = config.tokens.clone().map(Tokens::open).transpose().map_err(|fault| faults.push(fault.to_string()));
    if let Err(fault) = config.tls.clone().map(Tls::open).transpose() {
        faults.push(fault.to_string());
    }
    if let Err(fault) = Thesaurus::open(config.synonyms.clone()) {
        faults.push(fault);
    }
    if let Err(fault) = models::analyzer(config.model.as_deref()) {
        faults.push(fault.to_string());
    }
    let tokens = tokens.ok().flatten().map(Arc::new);
    faults.extend(engine::obstacle(config));
    faults.extend(check_keys(config).err().map(|fault| fault.to_string()));
    match Access::open(&config.keys, tokens) {
        Ok(access) => faults.extend(check_public(config, &access).err().map(|fault| fault.to_string())),
        Err(fault) => faults.push(fault.to_string()),
    }
    faults
}

/// Warns of what somebody in the network could do or read.
fn tell_exposure(config: &Config, access: &Access, address: SocketAddr) {
    if address.ip().is_loopback() {
        return;
    }
    if !access.asks_for_keys() && !config.asks_for_certificates() {
        tracing::warn!(
            %address,
            "calls need no key: whoever reaches this address can read, change and delete all articles"
        );
    } else if config.tls.is_none() {
        tracing::warn!(
            %address,
            "connections are not encrypted: whoever listens in the network learns keys and articles; set tls_cert and \
             tls_key, or put a proxy that encrypts in front"
        );
    }
}

/// Fails if others than this machine could reach a server that lets everybody in, unless that is wanted.
fn check_public(config: &Config, access: &Access) -> Result<(), Failure> {
    if config.insecure_public || access.asks_for_keys() || config.asks_for_certificates() {
        return Ok(());
    }
    let listening = [("listen", Some(config.listen)), ("metrics", config.metrics)];
    let public = listening
        .into_iter()
        .find_map(|(name, address)| Some((name, address?)).filter(|(_, at)| !at.ip().is_loopback()));
    match public {
        None => Ok(()),
        Some((name, address)) => Err(format!(
            "--{name} {address}: others than this machine could reach this address, and calls need no key\n  \
             make a key first, and calls will need one: sayso keys create NAME --scope read,write{}\n  \
             or let everybody in: --insecure-public",
            keys_option(config)
        )
        .into()),
    }
}

/// Fails if the data directory is that of somebody else, before whatever of it is looked at first is blamed.
fn check_folder(config: &Config) -> Result<(), Failure> {
    let Some(folder) = config.store_folder() else { return Ok(()) };
    match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let who =
                "the user that runs sayso must be able to read and write the data directory and all that is in it";
            Err(format!("{}: {error}; {who}: see chown and chmod", folder.display()).into())
        }
        _ => Ok(()),
    }
}

/// Fails if the file of keys is gone: whoever names one, or had one, does not want a server without keys.
fn check_keys(config: &Config) -> Result<(), Failure> {
    let file = KeyFile::at(&config.keys);
    let (keys, lock) = (config.keys.display(), file.lock());
    let lock = lock.display();
    let make = format!("make a key: sayso keys create NAME --scope read,write{}", keys_option(config));
    match file.missing() {
        None => Ok(()),
        Some(Missing::Dangling) => {
            Err(format!("keys {keys}: is a link to a file that is not there; put that file back, or {make}").into())
        }
        Some(_) if config.keys_named => Err(format!("--keys {keys}: there is no such file; {make}").into()),
        // Those who have keys are told by every call that theirs is not taken, and nobody gets in without a token.
        Some(Missing::Lost) if config.tokens.is_none() => Err(format!(
            "{keys} is gone, but there were keys ({lock} is left), and without it anybody would be let in\n  \
             put it back, or {make}\n  \
             or let everybody in from now on: delete {lock}, too"
        )
        .into()),
        Some(_) => Ok(()),
    }
}

/// How to name the file of keys of this server to the command that makes keys.
fn keys_option(config: &Config) -> String {
    if config.keys == Path::new(DEFAULT_DATA_DIR).join(KEYS) {
        return String::new();
    }
    format!(" --keys {}", config.keys.display())
}

/// Fails if the clock is set before 1970, where the dates of HTTP begin. No call could be answered.
fn check_clock(now: SystemTime) -> Result<(), Failure> {
    let early = now < SystemTime::UNIX_EPOCH;
    if early { Err("the clock of this machine is set before 1970; set it, then start again".into()) } else { Ok(()) }
}

/// Listens on an address that this setting names.
async fn listen(setting: &str, wanted_for: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    Ok(bound.map_err(|error| cannot_listen(setting, wanted_for, address, &error))?)
}

/// Says why nothing listens there, and what to do.
fn cannot_listen(setting: &str, wanted_for: &str, address: SocketAddr, error: &io::Error) -> String {
    let any_port = SocketAddr::new(address.ip(), 0);
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("; stop what listens there, or take a free port with --{setting} {any_port}")
        }
        io::ErrorKind::AddrNotAvailable => format!("; --{setting} takes an address of this machine"),
        io::ErrorKind::PermissionDenied => format!("; --{setting} {any_port} takes a port that every user may have"),
        _ => String::new(),
    };
    format!("cannot listen on {address} for {wanted_for}: {error}{remedy}")
}

async fn stopped(mut told: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is also the end.
    let _ = told.wait_for(|stop| *stop).await;
}

macro_rules! reflection {
    ($build:ident) => {{
        let builder = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            // Without these, grpcurl shows error details as raw bytes.
            .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
            .with_service_name("grpc.health.v1.Health");
        health::services().fold(builder, |builder, service| builder.with_service_name(service)).$build()?
    }};
}

/// Reflection in both versions: grpcurl uses v1, Postman and grpcui use v1alpha.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_not_to_be_had_is_told_with_what_would_do() {
        let told = |setting, address: &str, kind: io::ErrorKind| {
            cannot_listen(setting, "calls", address.parse().unwrap(), &kind.into())
        };
        let taken = told("listen", "127.0.0.1:50051", io::ErrorKind::AddrInUse);
        assert!(taken.ends_with("; stop what listens there, or take a free port with --listen 127.0.0.1:0"), "{taken}");
        let taken = told("metrics", "[::1]:9464", io::ErrorKind::AddrInUse);
        assert!(taken.ends_with("--metrics [::1]:0"), "{taken}");
        let other = told("listen", "192.0.2.1:50051", io::ErrorKind::AddrNotAvailable);
        assert!(other.ends_with("; --listen takes an address of this machine"), "{other}");
    }

    #[test]
    fn connections_grow_as_old_as_is_wanted_a_tenth_more_or_less() {
        let ages: Vec<_> = (0..AGES).map(|number| one_of(Duration::from_secs(100), number).as_secs()).collect();
        assert_eq!(ages, [90, 92, 95, 98, 101, 104, 107, 110]);
    }

    #[test]
    fn a_clock_before_1970_is_told_in_words() {
        let early = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert!(check_clock(early).unwrap_err().to_string().contains("clock"));
        assert!(check_clock(SystemTime::UNIX_EPOCH).is_ok());
    }
}
