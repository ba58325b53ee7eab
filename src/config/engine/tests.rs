//! What the settings of engines come to, and what is told of wrong ones.

use super::*;

/// What is told of these settings, and the engine that they come to.
fn resolved(raw: RawConfig) -> Result<EngineConfig, String> {
    raw.resolve().map(|config| config.engine).map_err(|error| error.to_string())
}

fn on_a_cluster() -> RawConfig {
    RawConfig { engine: Some("opensearch".into()), ..RawConfig::default() }
}

fn at(urls: &[&str]) -> RawConfig {
    RawConfig { opensearch_url: Some(urls.iter().map(|&url| url.to_owned()).collect()), ..on_a_cluster() }
}

#[test]
fn articles_are_kept_in_the_process_unless_a_setting_says_otherwise() {
    assert_eq!(resolved(RawConfig::default()), Ok(EngineConfig::Embedded));
    let named = |name: &str| RawConfig { engine: Some(name.into()), ..RawConfig::default() };
    assert_eq!(resolved(named("embedded")), Ok(EngineConfig::Embedded));
    let said = resolved(named("elastic")).unwrap_err();
    assert!(said.contains("engine: \"elastic\" is not an engine; write embedded or opensearch"), "{said}");
}

#[test]
fn a_setting_of_a_cluster_is_refused_without_one() {
    let raw = RawConfig { opensearch_replicas: Some(2), ..RawConfig::default() };
    let said = resolved(raw).unwrap_err();
    assert!(said.contains("opensearch_replicas: is for a cluster") && said.contains("set engine to"), "{said}");
}

#[test]
fn every_setting_of_a_cluster_is_known_as_one() {
    let whole = super::super::names();
    let ours: Vec<_> = whole.iter().filter(|name| name.starts_with("opensearch_")).collect();
    let raw = RawConfig {
        opensearch_url: Some(Vec::new()),
        opensearch_prefix: Some(String::new()),
        opensearch_ca: Some(PathBuf::new()),
        opensearch_user: Some(String::new()),
        opensearch_password_file: Some(PathBuf::new()),
        opensearch_client_cert: Some(PathBuf::new()),
        opensearch_client_key: Some(PathBuf::new()),
        opensearch_connect_timeout: Some(String::new()),
        opensearch_request_timeout: Some(String::new()),
        opensearch_shards: Some(1),
        opensearch_replicas: Some(1),
        ..RawConfig::default()
    };
    assert_eq!(of_a_cluster(&raw), ours);
}

#[cfg(feature = "opensearch")]
mod on_a_cluster {
    use super::*;

    #[test]
    fn a_cluster_is_reached_as_is_written() {
        let raw = RawConfig {
            opensearch_prefix: Some("desk_2-".into()),
            opensearch_connect_timeout: Some("500ms".into()),
            opensearch_shards: Some(1),
            opensearch_replicas: Some(0),
            ..at(&["https://search-1:9200/", " http://[::1]:9201"])
        };
        let engine = resolved(raw).unwrap();
        let cluster = engine.cluster().unwrap();
        assert_eq!(cluster.urls, ["https://search-1:9200", "http://[::1]:9201"]);
        assert_eq!((cluster.shards, cluster.replicas, &*cluster.prefix), (1, 0, "desk_2-"));
        assert_eq!(
            (cluster.connect_timeout, cluster.request_timeout),
            (Duration::from_millis(500), Duration::from_secs(30))
        );
        assert_eq!(resolved(on_a_cluster()).unwrap().cluster().unwrap().urls, [DEFAULT_NODE]);
    }

    #[test]
    fn an_address_that_is_none_is_told_with_what_would_be_one() {
        for (url, told) in [
            ("search-1:9200", "\"search-1:9200\" has no scheme; write http://HOST:PORT"),
            ("search-1", "has no scheme"),
            ("http://search-1:9200/sayso", "has a path; indexes are found by opensearch_prefix"),
            ("https://search-1//", "has a path"),
            ("ftp://search-1", "is not the address of an OpenSearch node; write http://HOST:PORT"),
            ("http://", "is not the address of an OpenSearch node"),
            ("", "has no scheme"),
            ("https://sayso:horse@search-1", "\"search-1\" has a name or a password in it; set opensearch_user"),
        ] {
            let said = resolved(at(&[url])).unwrap_err();
            assert!(
                said.contains("opensearch_url: ") && said.contains(told) && !said.contains("horse"),
                "{url}: {said}"
            );
        }
    }

    #[test]
    fn a_prefix_can_begin_the_name_of_an_index() {
        let with = |prefix: &str| resolved(RawConfig { opensearch_prefix: Some(prefix.into()), ..on_a_cluster() });
        for good in ["a", "desk-", "7_"] {
            assert!(with(good).is_ok(), "{good}");
        }
        for wrong in ["", "-desk", "_desk", "Desk", "a,b", "a*", "é", &"a".repeat(101)] {
            let said = with(wrong).unwrap_err();
            assert!(said.contains("cannot begin the name of an index; write small letters"), "{wrong}: {said}");
        }
    }

    #[test]
    fn a_password_is_sent_encrypted_or_within_this_machine() {
        let with = |url: &str| resolved(RawConfig { opensearch_user: Some("sayso".into()), ..at(&[url]) });
        for good in ["https://search-1:9200", "http://localhost:9200", "http://127.0.0.1:9200", "http://[::1]:9200"] {
            assert!(with(good).is_ok(), "{good}");
        }
        let said = with("http://search-1:9200").unwrap_err();
        assert!(
            said.contains("opensearch_user: the password would be sent to http://search-1:9200 unencrypted"),
            "{said}"
        );
    }

    #[test]
    fn what_does_not_go_together_is_told() {
        let file = || Some(PathBuf::from("file.pem"));
        let https = || at(&["https://search-1:9200"]);
        for (raw, told) in [
            (RawConfig { opensearch_password_file: file(), ..https() }, "opensearch_user: is missing"),
            (RawConfig { opensearch_client_cert: file(), ..https() }, "opensearch_client_key: is missing"),
            (RawConfig { opensearch_client_key: file(), ..https() }, "opensearch_client_cert: is missing"),
            (
                RawConfig { opensearch_client_key: file(), opensearch_client_cert: file(), ..on_a_cluster() },
                "opensearch_client_cert: is shown over https:// only",
            ),
            (
                RawConfig {
                    opensearch_client_key: file(),
                    opensearch_client_cert: file(),
                    opensearch_user: Some("sayso".into()),
                    ..https()
                },
                "either a password (opensearch_user) or a certificate",
            ),
            (RawConfig { opensearch_shards: Some(0), ..https() }, "opensearch_shards: must be from 1 to"),
            (RawConfig { opensearch_replicas: Some(1_000), ..https() }, "opensearch_replicas: must be from 0 to"),
            (RawConfig { snapshots: Some("/backup".into()), ..https() }, "snapshots: are of the engine \"embedded\""),
            (RawConfig { page_token_lifetime: Some("1h".into()), ..https() }, "page_token_lifetime: is always 5m"),
        ] {
            let said = resolved(raw).unwrap_err();
            assert!(said.contains(told), "{said:?} lacks {told:?}");
        }
        assert!(resolved(RawConfig { page_token_lifetime: Some("300s".into()), ..https() }).is_ok());
    }
}
