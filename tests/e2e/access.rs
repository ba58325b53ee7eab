//! Who is let in: keys and their scopes, certificates, and addresses that others reach.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use sayso::proto::{self, GetServerInfoRequest, server_service_client::ServerServiceClient};
use tonic::{
    Code, Request, Response, Status,
    transport::{Certificate, Channel, ClientTlsConfig, Identity},
};

use super::support::{Bytes, Server, article, reason, to_put};

/// Runs `sayso` with these arguments.
fn sayso(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sayso"));
    command.args(arguments).envs(variables.iter().copied()).output().unwrap()
}

/// Makes a key for a server and returns it.
pub(super) fn key(server: &Server, name: &str, more: &[&str]) -> String {
    let folder = server.data_dir();
    let made = sayso(&[&["keys", "create", name, "--data-dir", folder.to_str().unwrap()], more].concat(), &[]);
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

pub(super) fn revoke(server: &Server, name: &str) {
    let folder = server.data_dir();
    let revoked = sayso(&["keys", "revoke", name, "--data-dir", folder.to_str().unwrap()], &[]);
    assert!(revoked.status.success(), "{revoked:?}");
}

/// Every method of the package and its scope, as the protos say it.
fn methods() -> Vec<(String, &'static str)> {
    let pool = prost_reflect::DescriptorPool::decode(proto::DESCRIPTORS).unwrap();
    let option = pool.get_extension_by_name("sayso.v1.MethodAccess.required_scope").unwrap();
    let mut methods = Vec::new();
    for service in pool.services().filter(|service| service.package_name() == "sayso.v1") {
        for method in service.methods() {
            let scope = match method.options().get_extension(&option).as_enum_number() {
                Some(1) => "read",
                Some(2) => "write",
                Some(3) => "admin",
                other => panic!("{}: {other:?}", method.full_name()),
            };
            methods.push((format!("/{}/{}", service.full_name(), method.name()), scope));
        }
    }
    methods
}

/// Calls a method with an empty message and this key.
async fn call(channel: &Channel, path: &str, key: Option<&str>) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let mut request = Request::new(Vec::new());
    if let Some(key) = key {
        request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
    }
    let answer = client.server_streaming(request, path.parse().unwrap(), Bytes).await.map(Response::into_inner);
    answer?.message().await.map(drop)
}

#[tokio::test]
async fn without_a_key_that_allows_it_no_method_is_called() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let channel = server.channel().await;
    let path = |service: &str| format!("/sayso.v1.{service}");
    call(&channel, &path("ServerService/GetServerInfo"), None).await.expect("there are no keys yet");
    let all = key(&server, "all", &["--scope", "read,write,admin"]);
    let ended = key(&server, "ended", &["--scope", "read,write,admin", "--expires", "2001-01-01"]);
    let revoked = key(&server, "revoked", &["--scope", "read,write,admin"]);
    revoke(&server, "revoked");
    let narrow = |scope: &str| match scope {
        "read" => key(&server, "not read", &["--scope", "write,admin"]),
        "write" => key(&server, "not write", &["--scope", "read,admin"]),
        _ => key(&server, "not admin", &["--scope", "read,write"]),
    };
    let narrow: Vec<_> = ["read", "write", "admin"].map(|scope| (scope, narrow(scope))).into();
    let methods = methods();
    assert!(methods.len() > 15);
    for (path, scope) in &methods {
        let narrow = narrow.iter().find(|(one, _)| one == scope).map(|(_, key)| key.as_str());
        for (key, code, why) in [
            (None, Code::Unauthenticated, "KEY_MISSING"),
            (Some("sayso_0000000000_wrong"), Code::Unauthenticated, "KEY_INVALID"),
            (Some(ended.as_str()), Code::Unauthenticated, "KEY_EXPIRED"),
            (Some(revoked.as_str()), Code::Unauthenticated, "KEY_INVALID"),
            (narrow, Code::PermissionDenied, "SCOPE_MISSING"),
        ] {
            let refused = call(&channel, path, key).await.unwrap_err();
            assert_eq!((refused.code(), reason(&refused).as_str()), (code, why), "{path}: {refused:?}");
        }
        // The empty message may be refused for what it lacks, but not for who sent it.
        let outcome = call(&channel, path, Some(&all)).await.err().map_or(Code::Ok, |status| status.code());
        assert!(!matches!(outcome, Code::Unauthenticated | Code::PermissionDenied), "{path}: {outcome:?}");
    }
    let reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    assert_eq!(call(&channel, reflection, None).await.unwrap_err().code(), Code::Unauthenticated);
    call(&channel, "/grpc.health.v1.Health/Check", None).await.expect("whoever watches needs no key");
}

#[tokio::test]
async fn a_revoked_key_is_refused_from_the_next_call_on_and_no_restart_forgets_it() {
    let mut server = Server::start_with(&["--analysis", "fast"]);
    let secret = key(&server, "desk", &[]);
    let path = "/sayso.v1.ServerService/GetServerInfo";
    let channel = server.channel().await;
    call(&channel, path, Some(&secret)).await.unwrap();
    revoke(&server, "desk");
    assert_eq!(call(&channel, path, Some(&secret)).await.unwrap_err().code(), Code::Unauthenticated);
    server.kill_and_restart();
    let refused = call(&server.channel().await, path, None).await.unwrap_err();
    assert_eq!(reason(&refused), "KEY_MISSING", "that there are no keys left opens nothing");
}

#[tokio::test]
async fn a_stream_ends_when_its_key_is_revoked() {
    let server = Server::start_with(&["--analysis", "fast"]);
    let secret = key(&server, "feed", &["--scope", "write"]);
    let (sender, requests) = tokio::sync::mpsc::channel(4);
    let put = |id: &str| proto::IngestArticlesRequest {
        client_sequence: 1,
        action: to_put(article(id, "“No,” said Ada Lind."), proto::AnalysisMode::Fast),
    };
    sender.send(put("a1")).await.unwrap();
    let mut request = Request::new(tokio_stream::wrappers::ReceiverStream::new(requests));
    request.metadata_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
    let mut answers = server.articles().await.ingest_articles(request).await.unwrap().into_inner();
    answers.message().await.unwrap().expect("it is durable");
    answers.message().await.unwrap().expect("it is searchable");
    revoke(&server, "feed");
    sender.send(put("a2")).await.unwrap();
    let refused = answers.message().await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unauthenticated, "KEY_INVALID"));
}

#[tokio::test]
async fn a_key_makes_as_many_calls_as_it_may_and_learns_when_there_are_more() {
    use tonic_types::StatusExt;
    let server = Server::start_with(&["--analysis", "fast"]);
    let secret = key(&server, "slow", &["--calls-per-second", "1"]);
    let channel = server.channel().await;
    let path = "/sayso.v1.ServerService/GetServerInfo";
    let refused = loop {
        if let Err(refused) = call(&channel, path, Some(&secret)).await {
            break refused;
        }
    };
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "RATE_LIMITED"));
    assert!(refused.get_error_details().retry_info().is_some());
}

#[tokio::test]
async fn the_command_line_sends_its_key_and_is_told_what_it_lacks() {
    let server = Server::start_with(&["--analysis", "fast"]);
    server.put(article("a1", "“The quay is closed,” said Ada Lind.")).await;
    let secret = key(&server, "desk", &["--scope", "read"]);
    let url = server.url();
    let refused = sayso(&["quotes", "quay", "--server", &url], &[]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("--key") && told.contains("SAYSO_KEY"), "{told}");
    let found = sayso(&["quotes", "quay", "--server", &url], &[("SAYSO_KEY", &secret)]);
    assert!(String::from_utf8_lossy(&found.stdout).contains("Ada Lind"), "{found:?}");
    let refused = sayso(&["delete", "a1", "--server", &url, "--key", &secret], &[]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("scope write") && !told.contains(&secret), "{told}");
    let listed = sayso(&["keys", "list", "--data-dir", server.data_dir().to_str().unwrap()], &[]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let random = secret.rsplit('_').next().unwrap();
    assert!(listed.contains("desk") && listed.contains("read") && !listed.contains(random), "{listed}");
}

/// Certificates that an authority of their own has signed, as files.
struct Certificates {
    folder: tempfile::TempDir,
    authority: rcgen::CertifiedIssuer<'static, rcgen::KeyPair>,
}

impl Certificates {
    fn new() -> Self {
        let mut wanted = rcgen::CertificateParams::new([]).unwrap();
        wanted.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let authority = rcgen::CertifiedIssuer::self_signed(wanted, key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        Self { folder, authority }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes NAME.pem and NAME.key.
    fn sign(&self, name: &str) {
        let key = rcgen::KeyPair::generate().unwrap();
        let wanted = rcgen::CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let signed = wanted.signed_by(&key, &self.authority).unwrap();
        // The key first: between the two, they do not belong together, and the old ones stay.
        std::fs::write(self.path(&format!("{name}.key")), key.serialize_pem()).unwrap();
        std::fs::write(self.path(&format!("{name}.pem")), signed.pem()).unwrap();
    }

    fn flags(&self, mutual: bool) -> Vec<String> {
        let flag = |name: &str, file: &str| [format!("--{name}"), self.path(file).to_str().unwrap().to_owned()];
        let own = [flag("tls-cert", "server.pem"), flag("tls-key", "server.key")].concat();
        if mutual { [own, flag("tls-client-ca", "ca.pem").into()].concat() } else { own }
    }
}

/// Connects to a server that encrypts.
async fn encrypted(server: &Server, tls: ClientTlsConfig) -> Result<Channel, tonic::transport::Error> {
    let address = server.url().replace("http://", "https://");
    Channel::from_shared(address).unwrap().tls_config(tls).unwrap().connect().await
}

async fn info(channel: Channel) -> Result<(), Status> {
    ServerServiceClient::new(channel).get_server_info(GetServerInfoRequest::default()).await.map(drop)
}

#[tokio::test]
async fn an_encrypted_server_is_reached_by_those_who_trust_its_authority_also_with_new_certificates() {
    let certificates = Certificates::new();
    certificates.sign("server");
    let flags = certificates.flags(false);
    let server = Server::start_with(&flags.iter().map(String::as_str).collect::<Vec<_>>());
    let trust = |pem: String| ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
    let channel = encrypted(&server, trust(certificates.read("ca.pem"))).await.unwrap();
    info(channel.clone()).await.unwrap();
    assert!(encrypted(&server, trust(Certificates::new().read("ca.pem"))).await.is_err(), "another authority");
    assert!(info(server.try_channel().await.unwrap()).await.is_err(), "not encrypted");
    let before = certificates.read("server.pem");
    certificates.sign("server");
    assert_ne!(certificates.read("server.pem"), before);
    info(encrypted(&server, trust(certificates.read("ca.pem"))).await.unwrap()).await.unwrap();
    info(channel).await.expect("connections stay when certificates change");
    let url = server.url().replace("http://", "https://");
    let ca = certificates.path("ca.pem");
    let told = sayso(&["info", "--server", &url, "--tls-ca", ca.to_str().unwrap()], &[]);
    assert!(told.status.success(), "{told:?}");
    let told = sayso(&["info", "--server", &url], &[]);
    assert!(String::from_utf8_lossy(&told.stderr).contains("--tls-ca"), "{told:?}");
}

#[tokio::test]
async fn a_server_that_wants_certificates_of_its_clients_lets_in_no_others() {
    let certificates = Certificates::new();
    certificates.sign("server");
    certificates.sign("client");
    let flags = certificates.flags(true);
    let server = Server::start_with(&flags.iter().map(String::as_str).collect::<Vec<_>>());
    let trust = || ClientTlsConfig::new().ca_certificate(Certificate::from_pem(certificates.read("ca.pem")));
    let own = |of: &Certificates| Identity::from_pem(of.read("client.pem"), of.read("client.key"));
    info(encrypted(&server, trust().identity(own(&certificates))).await.unwrap()).await.unwrap();
    let others = Certificates::new();
    others.sign("client");
    for tls in [trust(), trust().identity(own(&others))] {
        // Where TLS 1.3 is spoken, the client learns only with its first call that it is refused.
        let refused = match encrypted(&server, tls).await {
            Ok(channel) => info(channel).await.is_err(),
            Err(_) => true,
        };
        assert!(refused);
    }
}

/// What a server that does not start says.
fn refused(flags: &[&str], data: &Path) -> String {
    let arguments = [&["serve", "--analysis", "fast", "--data-dir", data.to_str().unwrap()], flags].concat();
    let output = sayso(&arguments, &[]);
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn nobody_is_let_in_from_outside_unless_that_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    for flags in [["--listen", "0.0.0.0:0"], ["--listen", "[::]:0"]] {
        let told = refused(&flags, folder.path());
        assert!(told.contains("sayso keys create") && told.contains("--insecure-public"), "{told}");
    }
    let told = refused(&["--listen", "127.0.0.1:0", "--metrics", "0.0.0.0:0"], folder.path());
    assert!(told.contains("--metrics 0.0.0.0:0"), "{told}");
    let told = refused(&["--listen", "127.0.0.1:0", "--keys", "gone.json"], folder.path());
    assert!(told.contains("--keys gone.json: there is no such file"), "{told}");
    // The last --listen counts, so this replaces the one of all tests.
    let mut server = Server::start_with(&["--analysis", "fast"]);
    key(&server, "desk", &[]);
    server.restart_with(&["--analysis", "fast", "--metrics", "0.0.0.0:0"]);
    let unguarded = Server::start_with(&["--analysis", "fast", "--metrics", "0.0.0.0:0", "--insecure-public"]);
    drop(unguarded);
}

#[tokio::test]
async fn metrics_are_told_to_keys_that_read() {
    let mut server = Server::start_with(&["--analysis", "fast"]);
    let (reads, writes) = (key(&server, "prometheus", &[]), key(&server, "feed", &["--scope", "write"]));
    server.restart_with(&["--analysis", "fast", "--metrics", "127.0.0.1:0"]);
    let scrape = |key: Option<&str>| {
        use std::io::{Read, Write};
        let (address, path) = server.metrics().unwrap().split_once('/').unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let with = key.map(|key| format!("authorization: Bearer {key}\r\n")).unwrap_or_default();
        write!(stream, "GET /{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{with}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!([None, Some(writes.as_str()), Some(reads.as_str())].map(scrape), ["401", "403", "200"]);
}

#[test]
fn settings_of_tls_that_do_not_go_together_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::new();
    certificates.sign("server");
    let (cert, gone) = (certificates.path("server.pem"), certificates.path("gone.key"));
    let (cert, gone) = (cert.to_str().unwrap(), gone.to_str().unwrap());
    for (flags, part) in [
        (vec!["--tls-cert", cert], "tls_key: is missing"),
        (vec!["--tls-key", cert], "tls_cert: is missing"),
        (vec!["--tls-client-ca", cert], "tls_client_ca: needs TLS"),
        (vec!["--tls-cert", cert, "--tls-key", gone], "gone.key: "),
        (vec!["--tls-cert", cert, "--tls-key", cert], "holds no private key"),
    ] {
        let told = refused(&flags, folder.path());
        assert!(told.contains(part), "{told}");
    }
}

#[tokio::test]
async fn the_log_is_json_for_programs_and_tells_who_changed_what_and_what_was_slow() {
    let variables = [("SAYSO_LOG", "info"), ("SAYSO_LOG_FORMAT", "")];
    let server = Server::start_in(&variables, &["--analysis", "fast", "--slow-call", "1ns"]);
    let secret = key(&server, "feed", &["--scope", "read,write"]);
    let channel = server.channel().await;
    let mut client = tonic::client::Grpc::new(channel.clone());
    let put =
        proto::PutArticleRequest { article: Some(article("a1", "“No,” said Ada Lind.")), ..Default::default() };
    let search = proto::SearchSentencesRequest { query: "Ada\u{202e}".into(), ..Default::default() };
    let calls = [
        ("/sayso.v1.ArticleService/PutArticle", prost::Message::encode_to_vec(&put)),
        ("/sayso.v1.SearchService/SearchSentences", prost::Message::encode_to_vec(&search)),
    ];
    for (path, message) in calls {
        client.ready().await.unwrap();
        let mut request = Request::new(message);
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        for (name, value) in
            [("authorization", format!("Bearer {secret}").as_str()), ("x-request-id", "mine-7"), ("traceparent", trace)]
        {
            request
                .metadata_mut()
                .insert(name.parse::<tonic::metadata::AsciiMetadataKey>().unwrap(), value.parse().unwrap());
        }
        let answer = client.unary(request, path.parse().unwrap(), Bytes).await.unwrap();
        assert_eq!(answer.metadata().get("x-request-id").unwrap(), "mine-7");
    }
    let refused = call(&channel, "/sayso.v1.ServerService/GetServerInfo", None).await.unwrap_err();
    assert!(refused.metadata().get("x-request-id").is_some(), "the server makes an id for who has none");
    let log = server.log();
    let events: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let of = |message: &str, method: &str| {
        let found = events.iter().find(|event| event["message"] == message && event["span"]["method"] == method);
        found.unwrap_or_else(|| panic!("{log}"))
    };
    let audit = of("audit", "sayso.v1.ArticleService/PutArticle");
    assert_eq!((audit["code"].as_str(), audit["scope"].as_str()), (Some("OK"), Some("write")));
    assert!(audit["from"].as_str().unwrap().starts_with("127.0.0.1:") && !audit["key"].as_str().unwrap().is_empty());
    assert_eq!(audit["span"]["request_id"], "mine-7");
    assert_eq!(audit["span"]["trace_id"], "0af7651916cd43dd8448eb211c80319c");
    let slow = of("a call was slow", "sayso.v1.SearchService/SearchSentences");
    assert_eq!(slow["request"], "{\"query\":\"Ada\\u{202e}\"}".replace("\\u{202e}", "\u{202e}"));
    assert!(!log.contains('\u{202e}') && !log.contains(&secret), "{log}");
    assert_eq!(of("audit", "sayso.v1.ServerService/GetServerInfo")["code"], "UNAUTHENTICATED");
}
