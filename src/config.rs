//! What the server is told: raw settings from a file, the environment and flags, then resolved values.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use sayso_extract::Analyzer;
use serde::{Deserialize, Serialize};

use crate::analysis::{self, Mode};

/// Where the server listens, and clients look for it, unless told otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50051);

/// Settings as they are written: flags go before the environment, the environment before the file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, clap::Args)]
#[serde(default, deny_unknown_fields)]
pub struct RawConfig {
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:50051]
    #[arg(long, value_name = "ADDRESS:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// Address and port that tell metrics to Prometheus, over HTTP at /metrics; port 0 takes a free one [default: none]
    #[arg(long, value_name = "ADDRESS:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<String>,
    /// Folder that keeps articles and indexes [default: sayso-data]
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Folder of models, as sayso-train writes them, in place of the compiled-in ones of the same names
    #[arg(long, value_name = "FOLDER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<PathBuf>,
    /// How articles are read: fast, accurate, or fast-then-accurate, which keeps them at once and reads them better when
    /// there is time [default: accurate, where it is compiled in]
    #[arg(long, value_name = "MODE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis: Option<String>,
    /// Threads that analyse articles [default: one a core]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis_threads: Option<usize>,
    /// Searches that run at once; more wait their turn [default: two a core]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_threads: Option<usize>,
    /// How long a search may take when the call sets no deadline [default: 10s]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_timeout: Option<String>,
    /// How long a page token is good for, while articles come and go [default: 5m]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token_lifetime: Option<String>,
    /// Longest body of an article [default: 16MiB]
    #[arg(long, value_name = "SIZE")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "size")]
    pub max_body: Option<String>,
    /// Largest request message [default: 64MiB]
    #[arg(long, value_name = "SIZE")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "size")]
    pub max_message: Option<String>,
    /// Largest page of hits; a page ends before, so that clients accept it, which take 4 MiB unless told otherwise [default: 3.5MiB]
    #[arg(long, value_name = "SIZE")]
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "size")]
    pub max_reply: Option<String>,
    /// Most hits of a page [default: 1000]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_page_size: Option<u32>,
    /// Most words of a query, those of phrases too, and its dates [default: 1024]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_query_clauses: Option<u32>,
    /// Most calls that one connection may have open at once [default: 256]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrent_streams: Option<u32>,
    /// How long open calls may go on once the server is told to stop [default: 10s]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shutdown_grace: Option<String>,
}

/// Takes a size with a unit, or a bare number of bytes.
fn size<'de, D: serde::Deserializer<'de>>(written: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Size {
        Text(String),
        Bytes(u64),
    }
    Ok(Some(match Size::deserialize(written)? {
        Size::Text(text) => text,
        Size::Bytes(bytes) => bytes.to_string(),
    }))
}

/// Settings as they are used.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to tell metrics; none where nobody asked for them.
    pub metrics: Option<SocketAddr>,
    /// The folder that keeps articles and indexes.
    pub data_dir: PathBuf,
    /// The folder of models to use in place of those that are compiled in.
    pub model: Option<PathBuf>,
    /// How articles are read that are put without a mode of their own.
    pub analysis: Mode,
    /// Threads that analyse.
    pub analysis_threads: usize,
    /// Searches that run at once.
    pub search_threads: usize,
    /// How long open calls may go on after the order to stop.
    pub shutdown_grace: Duration,
    /// What a request may not exceed.
    pub limits: Limits,
}

/// What a request may not exceed; `GetServerInfo` tells it to clients.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Bytes of a request message.
    pub message_bytes: usize,
    /// Bytes of a body or of a text to analyse.
    pub body_bytes: usize,
    /// Bytes of a query.
    pub query_bytes: usize,
    /// Words of a query, those of phrases too, and its dates.
    pub query_clauses: usize,
    /// Words of a query or name that each stand for many.
    pub query_expansions: usize,
    /// Bytes of the hits of a page.
    pub reply_bytes: usize,
    /// Hits of a page that names no size.
    pub default_page_size: usize,
    /// Hits of a page.
    pub page_size: usize,
    /// Values of one repeated filter.
    pub filter_values: usize,
    /// Calls that one connection may have open.
    pub concurrent_streams: u32,
    /// How long a search may take.
    pub search_timeout: Duration,
    /// How long a page token is good for.
    pub page_token_lifetime: Duration,
}

/// Everything that is wrong with the settings, a line each.
#[derive(Debug)]
pub struct ConfigError(Vec<String>);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the settings cannot be used:\n  {}", self.0.join("\n  "))
    }
}

impl std::error::Error for ConfigError {}

impl RawConfig {
    /// Adds what the environment (`SAYSO_LISTEN`, …) and the file, if one is named, say where the flags say nothing.
    pub fn gather(flags: RawConfig, file: Option<&PathBuf>) -> Result<RawConfig, ConfigError> {
        let mut sources = Figment::new();
        if let Some(file) = file {
            if !file.is_file() {
                return Err(ConfigError(vec![format!("{}: no such file; --config names a TOML file", file.display())]));
            }
            sources = sources.merge(Toml::file_exact(file));
        }
        // SAYSO_SERVER belongs to the client commands, SAYSO_LOG to the log.
        sources = sources.merge(Env::prefixed("SAYSO_").ignore(&["server", "log", "config"]));
        let gathered = sources.merge(Serialized::defaults(flags)).extract();
        gathered.map_err(|fault| ConfigError(fault.into_iter().map(|one| one.to_string()).collect()))
    }

    /// The values to use. Every fault is reported, not only the first.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let mut faults = Faults::default();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let page_size = faults.positive("max_page_size", self.max_page_size.map(|n| n as usize), 1000);
        let streams = self.max_concurrent_streams.map(|n| n as usize);
        let message_bytes = faults.size("max_message", self.max_message, 64 << 20);
        let config = Config {
            listen: faults.address("listen", self.listen).unwrap_or(DEFAULT_LISTEN),
            metrics: faults.address("metrics", self.metrics),
            data_dir: self.data_dir.unwrap_or_else(|| "sayso-data".into()),
            model: self.model,
            analysis: faults.mode(self.analysis),
            analysis_threads: faults.positive("analysis_threads", self.analysis_threads, cores),
            search_threads: faults.positive("search_threads", self.search_threads, 2 * cores),
            shutdown_grace: faults.duration("shutdown_grace", self.shutdown_grace, Duration::from_secs(10)),
            limits: Limits {
                message_bytes,
                body_bytes: faults.size("max_body", self.max_body, 16 << 20),
                query_bytes: 64 << 10,
                query_clauses: faults.positive("max_query_clauses", self.max_query_clauses.map(|n| n as usize), 1024),
                query_expansions: 64,
                reply_bytes: faults.size("max_reply", self.max_reply, 7 << 19),
                default_page_size: page_size.min(10),
                page_size,
                filter_values: 1000,
                concurrent_streams: faults.positive("max_concurrent_streams", streams, 256) as u32,
                search_timeout: faults.duration("search_timeout", self.search_timeout, Duration::from_secs(10)),
                page_token_lifetime: faults.duration(
                    "page_token_lifetime",
                    self.page_token_lifetime,
                    Duration::from_secs(5 * 60),
                ),
            },
        };
        if config.limits.body_bytes >= message_bytes {
            faults.0.push("max_body: must be smaller than max_message, so that a body fits a message".into());
        }
        if faults.0.is_empty() { Ok(config) } else { Err(ConfigError(faults.0)) }
    }
}

/// Collects what is wrong while values are read.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn address(&mut self, name: &str, given: Option<String>) -> Option<SocketAddr> {
        let text = given?;
        let address = text.parse();
        if address.is_err() {
            self.0.push(format!("{name}: {text:?} is no address; write an IP address and a port, as 0.0.0.0:50051"));
        }
        address.ok()
    }

    fn mode(&mut self, given: Option<String>) -> Mode {
        let Some(text) = given else { return Mode::DEFAULT };
        let Some(mode) = Mode::named(&text) else {
            let names = Mode::ALL.map(|(_, name)| name).join(", ");
            self.0.push(format!("analysis: {text:?} is no mode; write one of {names}"));
            return Mode::DEFAULT;
        };
        if let Some(words) = analysis::lacking(mode.last(), Analyzer::BEST) {
            self.0.push(format!("analysis: {words}"));
        }
        mode
    }

    fn positive(&mut self, name: &str, given: Option<usize>, default: usize) -> usize {
        if given == Some(0) {
            self.0.push(format!("{name}: must be at least 1"));
        }
        given.unwrap_or(default)
    }

    fn size(&mut self, name: &str, given: Option<String>, default: usize) -> usize {
        let Some(text) = given else { return default };
        match text.parse::<bytesize::ByteSize>() {
            Ok(size) if size.0 > 0 && size.0 < 1 << 31 => size.0 as usize,
            _ => {
                self.0.push(format!("{name}: {text:?} is no size; write 16MiB, say, and less than 2GiB"));
                default
            }
        }
    }

    fn duration(&mut self, name: &str, given: Option<String>, default: Duration) -> Duration {
        let Some(text) = given else { return default };
        let parsed = text.parse::<jiff::SignedDuration>().ok().and_then(|d| Duration::try_from(d).ok());
        parsed.filter(|d| !d.is_zero()).unwrap_or_else(|| {
            self.0.push(format!("{name}: {text:?} is no duration; write 10s, say, or 1m30s"));
            default
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_every_fault_at_once() {
        let raw = RawConfig {
            listen: Some("here".into()),
            metrics: Some("9464".into()),
            search_timeout: Some("soon".into()),
            analysis: Some("slow".into()),
            max_body: Some("128MiB".into()),
            analysis_threads: Some(0),
            ..RawConfig::default()
        };
        let said = raw.resolve().unwrap_err().to_string();
        for part in [
            "listen: \"here\" is no address; write an IP address and a port",
            "metrics: \"9464\" is no address; write an IP address and a port",
            "analysis: \"slow\" is no mode; write one of fast, accurate",
            "search_timeout: \"soon\"",
            "max_body: must be smaller",
            "analysis_threads",
        ] {
            assert!(said.contains(part), "{said:?} lacks {part:?}");
        }
    }

    #[test]
    fn articles_are_read_as_well_as_this_build_can_unless_told_otherwise() {
        let of = |name: Option<&str>| RawConfig { analysis: name.map(str::to_owned), ..RawConfig::default() }.resolve();
        assert_eq!(of(None).unwrap().analysis.last(), Analyzer::BEST);
        assert_eq!(of(Some("fast")).unwrap().analysis, Mode::Fast);
        match of(Some("fast-then-accurate")) {
            Ok(config) => assert_eq!(config.analysis, Mode::FastThenAccurate),
            Err(error) => {
                assert!(!cfg!(feature = "encoder") && error.to_string().contains("feature encoder"), "{error}")
            }
        }
    }

    #[test]
    fn flags_go_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sayso.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nmetrics = \"127.0.0.1:3\"\nmax_body = \"1MiB\"\n").unwrap();
        let flags = RawConfig { listen: Some("127.0.0.1:2".into()), ..RawConfig::default() };
        let config = RawConfig::gather(flags, Some(&file)).unwrap().resolve().unwrap();
        assert_eq!((config.listen.port(), config.limits.body_bytes), (2, 1 << 20));
        assert_eq!(config.metrics.map(|address| address.port()), Some(3));
    }

    #[test]
    fn a_size_may_be_a_bare_number() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sayso.toml");
        std::fs::write(&file, "max_body = 4096\nmax_message = \"1 MiB\"\n").unwrap();
        let config = RawConfig::gather(RawConfig::default(), Some(&file)).unwrap().resolve().unwrap();
        assert_eq!((config.limits.body_bytes, config.limits.message_bytes), (4096, 1 << 20));
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sayso.toml");
        std::fs::write(&file, "lisen = \"127.0.0.1:1\"\n").unwrap();
        let said = RawConfig::gather(RawConfig::default(), Some(&file)).unwrap_err().to_string();
        assert!(said.contains("lisen"), "{said}");
    }
}
