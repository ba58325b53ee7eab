//! The server that the fuzzer sends requests to, in this process.

use std::path::PathBuf;
use std::sync::LazyLock;

use prost::bytes::{Buf, BufMut};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::config::RawConfig;
use crate::server::Ready;

/// A server of this process, with the samples.
struct Served {
    runtime: tokio::runtime::Runtime,
    /// `http://127.0.0.1:PORT`.
    address: String,
    channel: Channel,
    http: reqwest::Client,
}

/// How long a call may take.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(20);

/// How many parts of an answer are read: exports have no end here.
const CHUNKS: usize = 200;

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("there are threads");
    let folder: PathBuf = std::env::temp_dir().join(format!("sayso-fuzzing-{}", std::process::id()));
    let raw = RawConfig {
        listen: Some("127.0.0.1:0".into()),
        snapshots: Some(folder.join("snapshots").display().to_string()),
        data_dir: Some(folder.join("data")),
        analysis: Some("fast".into()),
        ..RawConfig::default()
    };
    // As `sayso serve` does.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().timeout(LONGEST).build().expect("a client without TLS");
    let (address, channel) = runtime.block_on(async {
        let config = raw.resolve().expect("these settings are right");
        let ready = Ready::open(config).await.expect("an empty folder opens");
        ready.put_samples().await.expect("samples are taken");
        let address = format!("http://{}", ready.address().expect("it listens"));
        tokio::spawn(ready.run(std::future::pending()));
        let channel = Channel::from_shared(address.clone()).expect("an address").connect_lazy();
        (address, channel)
    });
    Served { runtime, address, channel, http }
});

/// Calls a method, and takes the first answers. The server must not be at fault.
pub(super) fn call(path: &str, message: Vec<u8>) {
    let Served { runtime, channel, .. } = &*SERVED;
    let status = runtime.block_on(async {
        let mut client = tonic::client::Grpc::new(channel.clone());
        client.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
        let mut request = Request::new(tokio_stream::iter([message.clone()]));
        request.set_timeout(LONGEST);
        let path: PathAndQuery = path.parse().map_err(|_| Status::unknown("no path"))?;
        let mut answers = client.streaming(request, path, Bytes).await?.into_inner();
        for _ in 0..20 {
            if answers.message().await?.is_none() {
                break;
            }
        }
        Ok::<(), Status>(())
    });
    if let Err(status) = status {
        let fault = matches!(status.code(), Code::Internal | Code::Unknown | Code::DataLoss | Code::DeadlineExceeded);
        assert!(!fault, "{path}: {status:?} for {message:?}");
    }
}

/// Sends a request in plain HTTP. The server must not be at fault, and what it says is JSON must be JSON.
pub(super) fn ask(verb: &str, address: &str, body: &str) {
    let Served { runtime, address: server, http, .. } = &*SERVED;
    let (Ok(verb), Ok(url)) = (verb.parse(), format!("{server}/{}", address.trim_start_matches('/')).parse()) else {
        return;
    };
    let request = http.request(verb, reqwest::Url::clone(&url)).header("content-type", "application/json");
    let asked = runtime.block_on(async {
        let mut answer = request.body(body.to_owned()).send().await?;
        let mut text = Vec::new();
        for _ in 0..CHUNKS {
            match answer.chunk().await? {
                Some(chunk) => text.extend(chunk),
                None => return Ok((answer, Some(text))),
            }
        }
        Ok::<_, reqwest::Error>((answer, None))
    });
    let (answer, text) = asked.unwrap_or_else(|error| panic!("{url}: {error:?} for {body:?}"));
    let status = answer.status().as_u16();
    assert!(![500, 502, 504].contains(&status), "{url}: {status} for {body:?}");
    let kind = answer.headers().get("content-type").map_or(&b""[..], |kind| kind.as_bytes());
    if let Some(text) = text.filter(|text| kind.starts_with(b"application/json") && !text.is_empty()) {
        let read = serde_json::from_slice::<serde_json::Value>(&text);
        assert!(read.is_ok(), "{url}: {:?} is no JSON", String::from_utf8_lossy(&text));
    }
}

/// Sends and takes bytes.
#[derive(Clone, Copy)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining()).to_vec()))
    }
}
