//! Settings for people to read: the effective ones, and an example of a file with all of them.

use std::{path::Path, time::Duration};

use clap::Args as _;

use super::{ClusterConfig, Config, PREFIX, RawConfig, Rule};

/// The width of the example, in columns.
const WIDTH: usize = 100;

impl Config {
    /// The value in effect of each setting, as a file would have it; none where nothing is set. No setting is a secret.
    pub(crate) fn values(&self) -> Vec<(&'static str, Option<String>)> {
        let Self { limits, tls, tokens, .. } = self;
        let (tls, tokens) = (tls.as_ref(), tokens.as_ref());
        let mut values = vec![
            ("listen", Some(quoted(self.listen))),
            ("metrics", self.metrics.map(quoted)),
            ("otlp_endpoint", self.otlp_endpoint.as_ref().map(quoted)),
            ("keys", Some(path(&self.keys))),
            ("jwt_keys", tokens.map(|tokens| quoted(&tokens.keys))),
            ("jwt_issuer", tokens.map(|tokens| quoted(&tokens.issuer))),
            ("jwt_audience", tokens.map(|tokens| quoted(&tokens.audience))),
            ("tls_cert", tls.map(|tls| path(&tls.cert))),
            ("tls_key", tls.map(|tls| path(&tls.key))),
            ("tls_client_ca", tls.and_then(|tls| tls.client_ca.as_deref()).map(path)),
            ("insecure_public", Some(self.insecure_public.to_string())),
            ("cors_origins", (!self.cors_origins.is_empty()).then(|| quoted(self.cors_origins.join(",")))),
            ("engine", Some(quoted(self.engine.name()))),
            ("data_dir", Some(path(&self.data_dir))),
            ("snapshots", self.snapshots.as_ref().map(quoted)),
        ];
        values.extend(of_a_cluster(self.engine.cluster()));
        values.extend([
            ("retention", (!self.retention.is_empty()).then(|| quoted(rules(&self.retention)))),
            ("model", self.model.as_deref().map(path)),
            ("synonyms", self.synonyms.as_deref().map(path)),
            ("analysis", Some(quoted(self.analysis))),
            ("analysis_threads", Some(self.analysis_threads.to_string())),
            ("search_threads", Some(self.search_threads.to_string())),
            ("search_timeout", Some(duration(limits.search_timeout))),
            ("page_token_lifetime", Some(duration(limits.page_token_lifetime))),
            ("max_body", Some(size(limits.body_bytes))),
            ("max_message", Some(size(limits.message_bytes))),
            ("max_reply", Some(size(limits.reply_bytes))),
            ("max_page_size", Some(limits.page_size.to_string())),
            ("max_query_clauses", Some(limits.query_clauses.to_string())),
            ("max_concurrent_streams", Some(limits.concurrent_streams.to_string())),
            ("max_open_calls", Some(limits.open_calls.to_string())),
            ("max_queue_time", Some(duration(limits.queue_time))),
            ("max_memory", Some(size(limits.memory_bytes))),
            ("max_answer", Some(size(limits.answer_bytes))),
            ("max_connections", Some(limits.connections.to_string())),
            ("max_connection_age", Some(duration(limits.connection_age.unwrap_or_default()))),
            ("slow_call", Some(duration(self.slow_call.unwrap_or_default()))),
            ("shutdown_grace", Some(duration(self.shutdown_grace))),
        ]);
        values
    }
}

/// The settings of a cluster, if there is one.
fn of_a_cluster(cluster: Option<&ClusterConfig>) -> [(&'static str, Option<String>); 11] {
    let certificate = cluster.and_then(|cluster| cluster.certificate.as_ref());
    [
        ("opensearch_url", cluster.map(|cluster| quoted(cluster.urls.join(",")))),
        ("opensearch_prefix", cluster.map(|cluster| quoted(&cluster.prefix))),
        ("opensearch_ca", cluster.and_then(|cluster| cluster.ca.as_deref()).map(path)),
        ("opensearch_user", cluster.and_then(|cluster| cluster.user.as_ref()).map(quoted)),
        ("opensearch_password_file", cluster.and_then(|cluster| cluster.password_file.as_deref()).map(path)),
        ("opensearch_client_cert", certificate.map(|(certificate, _)| path(certificate))),
        ("opensearch_client_key", certificate.map(|(_, key)| path(key))),
        ("opensearch_connect_timeout", cluster.map(|cluster| duration(cluster.connect_timeout))),
        ("opensearch_request_timeout", cluster.map(|cluster| duration(cluster.request_timeout))),
        ("opensearch_shards", cluster.map(|cluster| cluster.shards.to_string())),
        ("opensearch_replicas", cluster.map(|cluster| cluster.replicas.to_string())),
    ]
}

/// The rules as they were written.
fn rules(rules: &[Rule]) -> String {
    rules.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn quoted(value: impl ToString) -> String {
    toml::Value::String(value.to_string()).to_string()
}

fn path(path: &Path) -> String {
    quoted(path.display())
}

fn duration(duration: Duration) -> String {
    jiff::SignedDuration::try_from(duration)
        .map_or_else(|_| quoted(format!("{duration:?}")), |span| quoted(format!("{span:#}")))
}

/// In the largest unit that gives a whole number.
fn size(bytes: usize) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let whole = units.into_iter().find(|(shift, _)| bytes > 0 && bytes.is_multiple_of(1 << shift));
    whole.map_or_else(|| bytes.to_string(), |(shift, unit)| quoted(format!("{}{unit}", bytes >> shift)))
}

/// A file with every setting, what it means, its unit and its default, all of them commented out.
pub(crate) fn example() -> String {
    let command = RawConfig::augment_args(clap::Command::new("settings"));
    let mut file = "# Settings of `sayso serve`. Uncomment what you change. Flags and environment variables go before this file.\n\
                    # Check it with `sayso config check --config FILE`.\n"
        .to_owned();
    for argument in command.get_arguments() {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let (words, default) = parts(&help);
        let name = argument.get_id().as_str();
        let form = argument.get_value_names().and_then(|names| names.first()).map_or("VALUE", |name| name.as_str());
        file += &remark(&format!("{words}."));
        let default = default.unwrap_or("none");
        let value = literal(default, form);
        let told = if value.is_some() { String::new() } else { format!("   # default: {default}") };
        file += &format!("#{name} = {}{told}\n", value.unwrap_or_else(|| sample(name, form)));
    }
    file
}

/// Words as lines that begin with "#", after an empty line.
fn remark(words: &str) -> String {
    let (mut text, mut column) = ("\n#".to_owned(), 1);
    for word in words.split_whitespace() {
        if column + 1 + word.len() > WIDTH {
            text += "\n#";
            column = 1;
        }
        text += " ";
        text += word;
        column += 1 + word.len();
    }
    text + "\n"
}

/// The words of a help text, and the default that it tells.
fn parts(help: &str) -> (&str, Option<&str>) {
    let Some((words, facts)) = help.rsplit_once('[') else { return (help, None) };
    let default = facts.strip_prefix("default: ").and_then(|rest| rest.split_once(&format!(", env: {PREFIX}")));
    (words.trim_end(), default.map(|(default, _)| default))
}

/// A default as a file would have it. None if it is told in words.
fn literal(default: &str, form: &str) -> Option<String> {
    match form {
        "N" => default.parse::<u64>().ok().map(|number| number.to_string()),
        "BOOL" => default.parse::<bool>().ok().map(|value| value.to_string()),
        _ if default.contains(' ') || default == "none" => None,
        _ => Some(quoted(default)),
    }
}

/// A value of this form, where the default is not one.
fn sample(name: &str, form: &str) -> String {
    match form {
        "N" => "8".into(),
        "MODE" => quoted("accurate"),
        "ORIGINS" => quoted("https://news.example,https://desk.example:8443"),
        "SIZE" => quoted("4GiB"),
        "URL" => quoted("http://127.0.0.1:4317"),
        "RULES" => quoted("2y; 30d outlet=Veld Courier; 7d label=customer=17"),
        "ADDRESS:PORT" => quoted("127.0.0.1:9464"),
        "ENGINE" => quoted("opensearch"),
        "NODES" => quoted("https://search-1:9200,https://search-2:9200"),
        "NAME" => quoted("sayso"),
        "TEXT" => quoted("https://id.example"),
        _ => quoted(format!("/etc/sayso/{name}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Settings, names};
    use super::*;

    #[test]
    fn every_setting_has_its_value_and_its_place_in_the_example() {
        let config = RawConfig::default().resolve().unwrap();
        let shown: Vec<_> = config.values().into_iter().map(|(name, _)| name).collect();
        assert_eq!(shown, names());
        let example = example();
        for name in names() {
            assert!(example.contains(&format!("\n#{name} = ")), "{name}");
        }
    }

    #[test]
    fn the_example_can_be_used_as_it_is_and_with_every_setting_uncommented() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sayso.toml");
        let uncommented = |wanted: &dyn Fn(&str) -> bool| -> String {
            let shown = |line: &str| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') && wanted(setting) => format!("{setting}\n"),
                _ => format!("{line}\n"),
            };
            example().lines().map(shown).collect()
        };
        let embedded = uncommented(&|setting: &str| !setting.starts_with("opensearch_"));
        // The node of the example is this machine's, which is shown no certificate; its snapshots are its own.
        let of_others = |setting: &str| {
            ["opensearch_client", "opensearch_user", "opensearch_password", "snapshots"]
                .iter()
                .any(|of| setting.starts_with(of))
        };
        let cluster = uncommented(&|setting: &str| !of_others(setting))
            .replace("engine = \"embedded\"", "engine = \"opensearch\"");
        assert!(embedded.contains("\nmax_body = \"1MiB\"\n") && embedded.contains("\nengine = "), "{embedded}");
        let mut texts = vec![example(), embedded];
        if cfg!(feature = "opensearch") {
            texts.push(cluster);
        }
        for text in texts {
            std::fs::write(&file, &text).unwrap();
            Settings::gather(RawConfig::default(), Some(&file)).unwrap().resolve().unwrap();
        }
    }

    #[test]
    fn the_example_of_the_repository_is_the_one_that_the_program_prints() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sayso.example.toml");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, example()).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == example(), "run with UPDATE=1 to write {} anew", path.display());
    }

    #[test]
    fn what_is_shown_is_what_would_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sayso.toml");
        let folder_of_files = RawConfig { max_body: Some("1000001".into()), ..RawConfig::default() };
        let mut settings = vec![folder_of_files];
        if cfg!(feature = "opensearch") {
            settings.push(RawConfig {
                engine: Some("opensearch".into()),
                opensearch_url: Some(vec!["https://search-1:9200".into(), "https://search-2:9200".into()]),
                opensearch_user: Some("sayso".into()),
                opensearch_shards: Some(6),
                ..RawConfig::default()
            });
        }
        for raw in settings {
            let config = raw.resolve().unwrap();
            let set = config.values().into_iter().filter_map(|(name, value)| Some(format!("{name} = {}\n", value?)));
            std::fs::write(&file, set.collect::<String>()).unwrap();
            assert_eq!(Settings::gather(RawConfig::default(), Some(&file)).unwrap().resolve().unwrap(), config);
        }
    }
}
