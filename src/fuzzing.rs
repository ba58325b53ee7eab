//! What must not fall over, whatever it is given: one function for each way in. `fuzz/` drives them with a fuzzer, and the
//! tests here with the fixtures of `fuzz/fixtures` (a folder for each function; every finding becomes a file) and with random
//! changes of them.
//!
//! Each function panics if the program would be at fault, and takes anything else.

use std::path::PathBuf;
use std::sync::LazyLock;

use prost::bytes::{Buf, BufMut};
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use sayso_document::{Document, Tier};
use sayso_extract::Analyzer;
use sayso_index::query::{ParseOptions, parse};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::config::RawConfig;
use crate::server::Ready;
use crate::{cli, convert, proto, snapshots};

/// What is given any bytes, and must not fall over.
pub type Target = fn(&[u8]);

/// Every function with its name.
pub const TARGETS: [(&str, Target); 9] = [
    ("query", query),
    ("tokens", tokens),
    ("analysis", analysis),
    ("html", html),
    ("json", json),
    ("page_token", page_token),
    ("model", model),
    ("snapshot", snapshot),
    ("request", request),
];

/// A query: what it is read as prints as a query that is read as the same.
pub fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let options = ParseOptions::sentences();
    if let Ok(expr) = parse(&text, &options) {
        let printed = expr.to_string();
        // What is written may be longer than what was read.
        let generous = ParseOptions {
            max_clauses: 1 << 30,
            max_expansions: 1 << 30,
            max_length: 1 << 30,
            max_depth: 4 * options.max_depth,
            ..options
        };
        let again = parse(&printed, &generous).unwrap_or_else(|error| panic!("{printed:?} is not read: {error}"));
        assert_eq!(again, expr, "{printed:?} is read as another query");
    }
}

/// A text: its tokens and the gaps between them rebuild it.
pub fn tokens(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let document = Document::new(&text);
    let mut end = 0;
    for token in document.tokens() {
        assert!(token.span.start() >= end, "tokens overlap");
        // On character boundaries, or this panics.
        let _ = token.span.of(&text);
        end = token.span.end();
    }
    assert!(end <= text.len());
}

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::new);

/// A text to analyse on the fast tier: everything that is found lies within it.
pub fn analysis(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let analysis = ANALYZER.analyze(&text, Tier::Fast);
    let quotes = analysis.quotes.iter().flat_map(|quote| [&quote.content, &quote.cue, &quote.source]).flatten();
    let mentions = analysis.mentions.iter().map(|mention| &mention.span);
    for span in analysis.sentences.iter().map(|sentence| &sentence.span).chain(mentions).chain(quotes) {
        // On character boundaries, or this panics.
        let _ = span.of(&text);
    }
    let named = analysis.mentions.iter().map(|mention| mention.entity);
    let spoken = analysis.quotes.iter().flat_map(|quote| quote.speakers.iter().copied());
    assert!(named.chain(spoken).all(|entity| entity < analysis.entities.len()), "an entity that is not there");
}

/// A web page.
pub fn html(data: &[u8]) {
    cli::page(data);
}

/// A file of JSON records.
pub fn json(data: &[u8]) {
    cli::records(data);
}

/// A file of a model. The first byte chooses which.
pub fn model(data: &[u8]) {
    let Some((&which, bytes)) = data.split_first() else { return };
    let names: Vec<&str> = sayso_extract::model::Files::names().collect();
    let name = names[usize::from(which) % names.len()];
    let _ = Analyzer::with_models([(name.to_owned(), bytes.to_vec())]);
}

/// A file of a snapshot: its manifest, and one with articles.
pub fn snapshot(data: &[u8]) {
    snapshots::read_anything(data);
}

/// What a page token holds, with the checks that make a token of it. The first byte chooses the method.
pub fn page_token(data: &[u8]) {
    let Some((&which, contents)) = data.split_first() else { return };
    let (method, message) = convert::asked_on(which, contents);
    call(method, message);
}

/// A request of any method, as bytes of protobuf. The first byte chooses the method.
pub fn request(data: &[u8]) {
    let Some((&which, message)) = data.split_first() else { return };
    let method = &METHODS[usize::from(which) % METHODS.len()];
    // Bytes that are no such message do not get further than the library that decodes them.
    if DynamicMessage::decode(method.input(), message).is_ok() {
        let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
        call(&path, message.to_vec());
    }
}

/// All methods but those that work for seconds by design.
static METHODS: LazyLock<Vec<MethodDescriptor>> = LazyLock::new(|| {
    let pool = DescriptorPool::decode(proto::DESCRIPTORS).expect("they were made when this was built");
    let services = pool.services().filter(|service| service.package_name() == "sayso.v1").collect::<Vec<_>>();
    let methods = services.iter().flat_map(|service| service.methods().collect::<Vec<_>>());
    methods.filter(|method| method.name() != "Reindex").collect()
});

/// A server of this process, with the samples.
struct Served {
    runtime: tokio::runtime::Runtime,
    channel: Channel,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("there are threads");
    let data: PathBuf = std::env::temp_dir().join(format!("sayso-fuzzing-{}", std::process::id()));
    let raw = RawConfig {
        listen: Some("127.0.0.1:0".into()),
        data_dir: Some(data),
        analysis: Some("fast".into()),
        ..RawConfig::default()
    };
    let channel = runtime.block_on(async {
        let config = raw.resolve().expect("these settings are right");
        let ready = Ready::open(config).await.expect("an empty folder opens");
        ready.put_samples().await.expect("samples are taken");
        let address = format!("http://{}", ready.address().expect("it listens"));
        tokio::spawn(ready.run(std::future::pending()));
        Channel::from_shared(address).expect("an address").connect_lazy()
    });
    Served { runtime, channel }
});

/// Calls a method, and takes the first answers. The server must not be at fault.
fn call(path: &str, message: Vec<u8>) {
    let Served { runtime, channel } = &*SERVED;
    let status = runtime.block_on(async {
        let mut client = tonic::client::Grpc::new(channel.clone());
        client.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
        let mut request = Request::new(tokio_stream::iter([message.clone()]));
        request.set_timeout(std::time::Duration::from_secs(20));
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::*;

    /// The fixtures of each target, by their names.
    fn fixtures(target: &str) -> BTreeMap<String, Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fixtures").join(target);
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let files = entries.map(|entry| entry.unwrap().path());
        files.map(|file| (file.file_name().unwrap().to_string_lossy().into(), fs::read(file).unwrap())).collect()
    }

    /// Numbers that look random and are the same each time (SplitMix64).
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self, below: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) % below.max(1) as u64) as usize
        }

        /// Some changes of a fixture: bits, bytes, parts of it or of another.
        fn changed(&mut self, from: &[u8], other: &[u8]) -> Vec<u8> {
            let mut bytes = from.to_vec();
            for _ in 0..=self.next(4) {
                let at = self.next(bytes.len() + 1);
                match self.next(6) {
                    0 if at < bytes.len() => bytes[at] ^= 1 << self.next(8),
                    1 if at < bytes.len() => bytes[at] = self.next(256) as u8,
                    2 => bytes.truncate(at),
                    3 => drop(bytes.drain(at..at + self.next(bytes.len() - at + 1).min(8))),
                    4 => bytes.insert(at, *b"\0\xff\"<>()[]{}:~*?\\&\n \x80".get(self.next(20)).unwrap()),
                    _ => {
                        let from = self.next(other.len());
                        let part = other[from.min(other.len())..].iter().take(32).copied();
                        drop(bytes.splice(at..at, part));
                    }
                }
            }
            bytes
        }
    }

    /// `FUZZ_TARGET` names one of the targets, `FUZZ_SECONDS` how long each is given changed fixtures.
    #[test]
    fn nothing_falls_over_whatever_it_is_given() {
        let only = std::env::var("FUZZ_TARGET").ok();
        let seconds = std::env::var("FUZZ_SECONDS").ok().map(|seconds| seconds.parse().unwrap());
        for (name, target) in TARGETS.into_iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name)) {
            let fixtures: Vec<(String, Vec<u8>)> = fixtures(name).into_iter().collect();
            assert!(!fixtures.is_empty(), "{name} has no fixture");
            for (file, bytes) in &fixtures {
                println!("{name}/{file}");
                target(bytes);
            }
            let (mut numbers, began, mut count) = (Numbers(1), Instant::now(), 0);
            // Where nobody says how long, a few: no test depends on the clock.
            while seconds.map_or(count < 40, |seconds| began.elapsed() < Duration::from_secs(seconds)) {
                let (one, other) = (numbers.next(fixtures.len()), numbers.next(fixtures.len()));
                target(&numbers.changed(&fixtures[one].1, &fixtures[other].1));
                count += 1;
            }
            println!("{name}: {count} changed fixtures");
        }
    }

    #[test]
    fn every_target_is_driven_by_the_fuzzer() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
        for (name, _) in TARGETS {
            let text = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
            assert!(text.contains(&format!("sayso::fuzzing::{name}(data)")), "{name}");
        }
    }
}
