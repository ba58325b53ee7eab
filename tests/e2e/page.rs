//! The page for people: what the server sends of it, and to whom.

use reqwest::{Response, StatusCode, header};

use super::{access::key, support::Server};

async fn get(server: &Server, path: &str, headers: &[(header::HeaderName, &str)]) -> Response {
    // Another test may have been first.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let mut request = reqwest::Client::new().get(format!("{}{path}", server.url()));
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.send().await.unwrap()
}

/// The paths of the files that the page names.
fn named(page: &str) -> Vec<String> {
    page.split('"').filter(|part| part.starts_with("/assets/")).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_page_comes_with_a_policy_that_lets_nothing_foreign_in() {
    let server = Server::start();
    let page = get(&server, "/?q=harbour", &[]).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-cache");
    assert_eq!(page.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(page.headers()[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(
        page.headers()[header::CONTENT_SECURITY_POLICY],
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let tag = page.headers()[header::ETAG].to_str().unwrap().to_owned();
    let text = page.text().await.unwrap();
    // The policy would keep scripts and styles within the page from working.
    assert!(!text.contains("<style") && !text.contains("<script>") && !text.contains("http://"), "{text}");
    let same = get(&server, "/", &[(header::IF_NONE_MATCH, &tag)]).await;
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn the_files_of_the_page_have_their_types_and_are_kept_by_browsers() {
    let server = Server::start();
    let page = get(&server, "/", &[]).await.text().await.unwrap();
    let files = named(&page);
    let mut kinds = Vec::new();
    for file in &files {
        let plain = get(&server, file, &[]).await;
        assert_eq!(plain.status(), StatusCode::OK, "{file}");
        assert_eq!(plain.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable", "{file}");
        kinds.push(plain.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned());
        let packed = get(&server, file, &[(header::ACCEPT_ENCODING, "br, gzip")]).await;
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip", "{file}");
        let mut unpacked = Vec::new();
        let packed = packed.bytes().await.unwrap();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut unpacked).unwrap();
        assert_eq!(unpacked, plain.bytes().await.unwrap(), "{file}");
    }
    kinds.sort();
    assert_eq!(kinds, ["image/svg+xml", "text/css; charset=utf-8", "text/javascript; charset=utf-8"]);
}

#[tokio::test]
async fn what_is_not_of_the_page_is_not_found() {
    let server = Server::start();
    for path in ["/assets/nope.js", "/assets/", "/assets/../index.html", "/index.html", "/licences.md", "/favicon.ico"]
    {
        let answer = get(&server, path, &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json", "{path}");
    }
}

#[tokio::test]
async fn the_page_is_shown_without_a_key_but_not_by_a_foreign_name_or_to_a_foreign_page() {
    let server = Server::start();
    let foreign = [(header::HOST, "news.example"), (header::ORIGIN, "https://news.example")];
    for header in foreign {
        let answer = get(&server, "/", std::slice::from_ref(&header)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{header:?}");
    }
    key(&server, "reader", &["--scope", "read"]);
    assert_eq!(get(&server, "/", &[]).await.status(), StatusCode::OK);
    assert_eq!(get(&server, "/v1/server", &[]).await.status(), StatusCode::UNAUTHORIZED);
}
