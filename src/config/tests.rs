//! What settings come to, and what is told of wrong ones.

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
        "listen: \"here\" is not an address; write an IP address or a name, and a port",
        "metrics: \"9464\" is not an address; write an IP address or a name, and a port",
        "analysis: \"slow\" is not a mode; write one of fast, accurate",
        "search_timeout: \"soon\"",
        "max_body: must be smaller",
        "analysis_threads",
    ] {
        assert!(said.contains(part), "{said:?} lacks {part:?}");
    }
}

#[test]
fn keys_of_tokens_come_encrypted_or_from_this_machine() {
    let fault = |keys: &str| {
        let issuer = Some("https://id.example".into());
        let raw = RawConfig { jwt_keys: Some(keys.into()), jwt_issuer: issuer, ..RawConfig::default() };
        raw.resolve().err().map(|error| error.to_string())
    };
    for good in ["jwks.json", "https://id.example/keys", "http://127.0.0.1:6/keys", "http://localhost/keys"] {
        assert_eq!(fault(good), None, "{good}");
    }
    for wrong in
        ["http://id.example/keys", "http://127.0.0.1.evil.example/", "http://localhost@evil.example/", "ftp://a/"]
    {
        assert!(fault(wrong).is_some_and(|said| said.contains("jwt_keys")), "{wrong}");
    }
}

#[test]
fn articles_are_read_as_well_as_this_build_can_unless_told_otherwise() {
    let of = |name: Option<&str>| RawConfig { analysis: name.map(str::to_owned), ..RawConfig::default() }.resolve();
    assert_eq!(of(None).unwrap().analysis.last(), sayso_extract::Analyzer::BEST);
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
    let config = Settings::gather(flags, Some(&file)).unwrap().resolve().unwrap();
    assert_eq!((config.listen.port(), config.limits.body_bytes), (2, 1 << 20));
    assert_eq!(config.metrics.map(|address| address.port()), Some(3));
}

#[test]
fn a_size_may_be_a_bare_number() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sayso.toml");
    std::fs::write(&file, "max_body = 4096\nmax_message = \"1 MiB\"\n").unwrap();
    let config = Settings::gather(RawConfig::default(), Some(&file)).unwrap().resolve().unwrap();
    assert_eq!((config.limits.body_bytes, config.limits.message_bytes), (4096, 1 << 20));
}

#[test]
fn faults_of_a_file_name_the_setting_the_place_and_what_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sayso.toml");
    for (written, told) in [
        ("lisen = \"127.0.0.1:1\"", "lisen: there is no such setting; did you mean listen? ("),
        ("colour = 1", "colour: there is no such setting ("),
        ("analysis_threads = \"two\"", "analysis_threads: is string \"two\" where a number is expected ("),
    ] {
        std::fs::write(&file, written).unwrap();
        let said = Settings::gather(RawConfig::default(), Some(&file)).unwrap_err().to_string();
        assert!(said.contains(told) && said.contains("sayso.toml") && !said.contains('`'), "{said}");
    }
}

#[test]
fn a_name_and_a_port_are_an_address() {
    let config = RawConfig { listen: Some("localhost:4321".into()), ..RawConfig::default() }.resolve().unwrap();
    assert!(config.listen.ip().is_loopback());
    assert_eq!(config.listen.port(), 4321);
}

#[test]
fn the_help_of_every_setting_names_its_variable() {
    let command = RawConfig::augment_args(clap::Command::new("settings"));
    for argument in command.get_arguments() {
        let variable = format!("env: {PREFIX}{}]", argument.get_id().as_str().to_uppercase());
        let help = argument.get_help().unwrap().to_string();
        assert!(help.ends_with(&variable), "{help:?} does not end in {variable}");
    }
}

#[test]
fn a_misspelt_name_is_told_from_one_of_somebody_else() {
    assert_eq!(nearest("lisen").as_deref(), Some("listen"));
    assert_eq!(nearest("max_boby").as_deref(), Some("max_body"));
    for other in ["port", "service_host", "port_50051_tcp_addr", "server", "log", "config"] {
        assert_eq!(nearest(other), None, "{other}");
    }
}
