//! The explorer: a page for people, at `/`, built from `web/` and part of the program.
//!
//! It holds nothing secret, so it is shown without a key. What it asks for goes through the API, with its user's key.

use std::{collections::BTreeMap, io::Write, sync::LazyLock};

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;

/// What Vite makes of `web/`.
#[derive(RustEmbed)]
#[folder = "web/dist/"]
struct Built;

/// The page itself, among the built files.
const INDEX: &str = "index.html";

/// The folder of the files that the page is made of. Their names change with their content.
const ASSETS: &str = "assets/";

/// What the page may do: show and call what this server has, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static FILES: LazyLock<BTreeMap<String, File>> = LazyLock::new(|| {
    let read = |name: std::borrow::Cow<'static, str>| Some((name.to_string(), File::new(&name, &Built::get(&name)?)));
    Built::iter().filter_map(read).collect()
});

struct File {
    kind: &'static str,
    plain: Bytes,
    /// The same, compressed by gzip.
    packed: Option<Bytes>,
    /// Identifies the content.
    tag: HeaderValue,
    lasts: &'static str,
}

impl File {
    fn new(name: &str, built: &rust_embed::EmbeddedFile) -> Self {
        let plain = Bytes::copy_from_slice(&built.data);
        let tag = format!("\"{}\"", blake3::hash(&plain).to_hex());
        Self {
            kind: kind(name),
            packed: packed(&plain),
            plain,
            tag: HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\"")),
            lasts: if name.starts_with(ASSETS) { "public, max-age=31536000, immutable" } else { "no-cache" },
        }
    }

    fn answer(&self, asked: &HeaderMap) -> Response {
        let fixed = [
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // Addresses of the page hold what is searched for, which is nobody else's business.
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (header::CACHE_CONTROL, self.lasts),
            (header::VARY, "accept-encoding"),
        ];
        let tag = [(header::ETAG, self.tag.clone())];
        if has(asked, &header::IF_NONE_MATCH, |one| one == self.tag) {
            return (StatusCode::NOT_MODIFIED, fixed, tag).into_response();
        }
        let kind = [(header::CONTENT_TYPE, self.kind)];
        match &self.packed {
            Some(packed) if has(asked, &header::ACCEPT_ENCODING, |one| one == "gzip") => {
                (fixed, tag, kind, [(header::CONTENT_ENCODING, "gzip")], packed.clone()).into_response()
            }
            _ => (fixed, tag, kind, self.plain.clone()).into_response(),
        }
    }
}

/// Whether one of the values of a list in a header is wanted. `gzip;q=0.5` is gzip; browsers do not send `gzip;q=0`.
fn has(headers: &HeaderMap, name: &HeaderName, wanted: impl Fn(&str) -> bool) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| wanted(one.split(';').next().unwrap_or_default().trim()))
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("md") => "text/markdown; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn packed(plain: &[u8]) -> Option<Bytes> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(plain).and_then(|()| packer.finish()).map(Bytes::from).ok()
}

/// The file of the page that is at this path, if there is one.
pub(super) fn at(path: &str, request: &Request) -> Option<Response> {
    let name = match path.strip_prefix('/')? {
        "" => INDEX,
        name if name.starts_with(ASSETS) => name,
        _ => return None,
    };
    FILES.get(name).map(|file| file.answer(request.headers()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_the_page_names_is_there_and_of_a_known_kind() {
        let page = std::str::from_utf8(&FILES[INDEX].plain).unwrap();
        let named: Vec<_> = page.split('"').filter(|part| part.starts_with('/')).collect();
        assert!(named.len() >= 3, "{named:?}");
        for name in named {
            assert!(FILES.contains_key(&name[1..]), "{name}");
        }
        for (name, file) in FILES.iter() {
            assert_ne!(file.kind, "application/octet-stream", "{name}");
        }
    }

    #[test]
    fn the_page_is_small_enough_for_a_slow_line() {
        let bytes: usize = FILES.values().map(|file| file.packed.as_ref().unwrap().len()).sum();
        assert!(bytes < 300_000, "{bytes}");
    }
}
