//! Plain HTTP with JSON, and gRPC-Web, on the port of gRPC: the same calls, under the same rules.

use std::io::{Read, Write};
use std::net::TcpStream;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use reqwest::{Method, Response, StatusCode, header};
use sayso::proto::{self, GetServerInfoRequest, GetServerInfoResponse, SearchQuotesRequest};
use serde_json::{Value as Json, json};

use super::{
    access::{key, revoke},
    metrics::scrape,
    support::Server,
};

const TEXT: &str = "“The quay is closed,” said Ada Lind, the harbour master of Port Veld.";

fn client() -> reqwest::Client {
    // Another test may have been first.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Calls a path, with a body in JSON if one is given.
async fn call(server: &Server, method: Method, path: &str, body: Option<Json>) -> Response {
    let mut request = client().request(method, format!("{}{path}", server.url()));
    if let Some(body) = body {
        request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
    }
    request.send().await.unwrap()
}

async fn get(server: &Server, path: &str) -> (StatusCode, Json) {
    read(call(server, Method::GET, path, None).await).await
}

async fn post(server: &Server, path: &str, body: Json) -> (StatusCode, Json) {
    read(call(server, Method::POST, path, Some(body)).await).await
}

async fn read(response: Response) -> (StatusCode, Json) {
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
    let (status, body) = (response.status(), response.bytes().await.unwrap());
    (status, serde_json::from_slice(&body).unwrap())
}

/// The lines of a streamed answer.
async fn lines(response: Response) -> Vec<Json> {
    let kind = response.headers()[header::CONTENT_TYPE].clone();
    let text = response.text().await.unwrap();
    assert_eq!(kind, "application/x-ndjson", "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn reason(error: &Json) -> &str {
    error["error"]["details"][0]["reason"].as_str().unwrap()
}

/// A server with one article, which can be searched.
async fn with_article() -> Server {
    let server = Server::start();
    let path = "/v1/articles?waitFor=WAIT_FOR_SEARCHABLE&analysisMode=ANALYSIS_MODE_FAST";
    let (status, put) = post(&server, path, json!({"id": "a/1", "body": TEXT, "outlet": "Veld Courier"})).await;
    assert_eq!((status, &put["change"]), (StatusCode::OK, &json!("ARTICLE_CHANGE_CREATED")), "{put}");
    server
}

#[tokio::test]
async fn an_article_is_put_read_found_and_deleted_in_json() {
    let server = with_article().await;
    let (_, read) = get(&server, "/v1/articles/a%2F1?readMask=article.body").await;
    assert_eq!(read["article"]["body"], TEXT);
    let (_, found) = get(&server, "/v1/quotes:search?query=quay&filter.outlets=Veld+Courier").await;
    assert_eq!(found["hits"][0]["quote"]["speakers"][0]["name"], "Ada Lind");
    let (_, asked) = post(&server, "/v1/quotes:search", json!({"speakers": [{"name": "Ada Lind"}]})).await;
    assert_eq!(asked["hits"][0]["quote"]["id"], found["hits"][0]["quote"]["id"]);
    let (_, entity) = get(&server, "/v1/entities/person/ada-lind").await;
    assert_eq!(entity["entity"]["name"], "Ada Lind");
    let gone = call(&server, Method::DELETE, "/v1/articles/a%2F1", None).await;
    assert_eq!(gone.status(), StatusCode::OK);
    let (status, missing) = get(&server, "/v1/articles/a%2F1").await;
    assert_eq!((status, reason(&missing)), (StatusCode::NOT_FOUND, "NOT_FOUND"));
    assert_eq!(missing["error"]["code"], 404);
}

#[tokio::test]
async fn the_answer_in_json_is_the_answer_of_grpc() {
    let server = with_article().await;
    let request = SearchQuotesRequest { query: "quay".into(), ..SearchQuotesRequest::default() };
    let answer = server.quotes().await.search_quotes(request).await.unwrap().into_inner();
    let kind = DescriptorPool::decode(proto::DESCRIPTORS)
        .unwrap()
        .get_message_by_name("sayso.v1.SearchQuotesResponse")
        .unwrap();
    let message = DynamicMessage::decode(kind, answer.encode_to_vec().as_slice()).unwrap();
    let (_, found) = get(&server, "/v1/quotes:search?query=quay").await;
    let told: Json = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
    assert_eq!(found, told);
}

#[tokio::test]
async fn streams_are_a_document_a_line_in_both_directions() {
    let server = Server::start();
    let mut sent = String::new();
    for number in 1..=30 {
        let put = json!({"article": {"id": format!("a{number}"), "body": TEXT}, "analysisMode": "ANALYSIS_MODE_FAST"});
        sent.push_str(&format!("{}\n", json!({"clientSequence": number.to_string(), "put": put})));
    }
    sent.push_str("{\"clientSequence\": \"31\", \"put\": {\"article\": {}}}");
    let ingest = client().post(format!("{}/v1/articles:ingest", server.url()));
    let answers =
        lines(ingest.header(header::CONTENT_TYPE, "application/x-ndjson").body(sent).send().await.unwrap()).await;
    let told = |event: &str| answers.iter().filter(|answer| answer[event].is_object()).count();
    assert_eq!((told("durable"), told("searchable"), told("rejected")), (30, 30, 1), "{answers:?}");
    let exported = call(&server, Method::POST, "/v1/articles:export", Some(json!({"list": {}}))).await;
    let articles: usize =
        lines(exported).await.iter().map(|page| page["articles"].as_array().map_or(0, Vec::len)).sum();
    assert_eq!(articles, 30);
}

/// What was stored before a line that cannot be read is acknowledged before that is told.
#[tokio::test]
async fn a_malformed_line_ends_a_stream_after_the_answers_to_those_before() {
    let server = Server::start();
    let put = |number: u32| json!({"put": {"article": {"id": format!("a{number}"), "body": TEXT}}}).to_string();
    let mut sent: Vec<String> = (1..=20).map(put).collect();
    sent.push("{\"put\": 1}".into());
    sent.extend((22..=30).map(put));
    let ingest = client().post(format!("{}/v1/articles:ingest", server.url()));
    let ingest = ingest.header(header::CONTENT_TYPE, "application/x-ndjson").body(sent.join("\n"));
    let answers = lines(ingest.send().await.unwrap()).await;
    let told = |event: &str| answers.iter().filter(|answer| answer[event].is_object()).count();
    assert_eq!((told("durable"), told("searchable"), told("error")), (20, 20, 1), "{answers:?}");
    let last = answers.last().unwrap()["error"]["message"].as_str().unwrap();
    assert!(last.contains("line 21: "), "{last}");
    assert_eq!(server.ids().await.len(), 20);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_with_the_status_of_http() {
    let server = Server::start();
    let told = async |method: Method, path: &str, body: Option<Json>| {
        let response = call(&server, method, path, body).await;
        let (status, error) = read(response).await;
        assert_eq!(error["error"]["code"], status.as_u16());
        (status.as_u16(), reason(&error).to_owned())
    };
    assert_eq!(told(Method::GET, "/v2/articles", None).await, (404, "NO_SUCH_METHOD".into()));
    assert_eq!(told(Method::PUT, "/v1/articles", Some(json!({}))).await, (405, "NO_SUCH_METHOD".into()));
    let (_, error) = read(call(&server, Method::PUT, "/v1/articles", Some(json!({}))).await).await;
    assert_eq!(error["error"]["status"], "UNIMPLEMENTED");
    assert_eq!(told(Method::GET, "/v1/quotes:search?query=a:b:", None).await, (400, "QUERY_SYNTAX".into()));
    assert_eq!(told(Method::GET, "/v1/quotes:search?quary=a", None).await, (400, "MALFORMED_REQUEST".into()));
    assert_eq!(told(Method::POST, "/v1/text:analyze", None).await, (415, "MALFORMED_REQUEST".into()));
    assert_eq!(
        told(Method::POST, "/v1/text:analyze", Some(json!({"text": 1}))).await,
        (400, "MALFORMED_REQUEST".into())
    );
    let long = json!({"text": " ".repeat(3 << 20)});
    assert_eq!(told(Method::POST, "/v1/text:analyze", Some(long)).await, (429, "LIMIT_EXCEEDED".into()));
    let late = client().get(format!("{}/v1/quotes:search?query=a", server.url()));
    let late = late.header("grpc-timeout", "1n").send().await.unwrap();
    assert_eq!(late.status(), StatusCode::GATEWAY_TIMEOUT);
}

/// The beginning of a request whose body has this many bytes.
fn begun(server: &Server, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /v1/text:analyze HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {bytes}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Clients that send all before they read see a broken pipe where the server ends the connection before.
#[tokio::test]
async fn who_is_refused_amid_a_long_body_can_send_it_to_its_end_and_reads_why() {
    const LIMIT: usize = 1 << 20;
    let server = Server::start_with(&["--max-message", "1MiB", "--max-body", "512KiB"]);
    // Two take all room there is, and never end.
    let (others, mut held) = (client(), Vec::new());
    for _ in 0..2 {
        let mut stream = begun(&server, LIMIT);
        stream.write_all(b"{").unwrap();
        held.push(stream);
    }
    // Whoever connects later is heard later.
    others.get(format!("{}/v1/server", server.url())).send().await.unwrap();
    for bytes in [LIMIT, 8 * LIMIT].repeat(2) {
        let mut refused = begun(&server, bytes);
        for piece in vec![b' '; bytes].chunks(bytes / 4) {
            // The server has its turn before there is more, and those who hold the room do not stop for long.
            others.get(format!("{}/v1/server", server.url())).send().await.unwrap();
            held.iter_mut().for_each(|stream| stream.write_all(b" ").unwrap());
            refused.write_all(piece).unwrap();
        }
        let mut answer = String::new();
        refused.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 429 "), "{head}");
        let (why, limit) =
            if bytes > LIMIT { ("LIMIT_EXCEEDED", "message_bytes") } else { ("OVERLOADED", "request_bytes") };
        let error: Json = serde_json::from_str(body.trim()).unwrap();
        let details = error["error"]["details"].as_array().unwrap();
        let told = details.iter().find(|detail| detail["reason"] == why);
        assert!(told.is_some_and(|told| told["metadata"]["limit"] == limit), "{error}");
    }
}

#[tokio::test]
async fn keys_hold_for_json_as_for_grpc() {
    let server = Server::start();
    let reader = key(&server, "reader", &["--scope", "read"]);
    let asked = async |token: &str, method: Method, path: &str| {
        let mut request = client().request(method, format!("{}{path}", server.url()));
        request = request.header(header::CONTENT_TYPE, "application/json");
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap()
    };
    let without = asked("", Method::GET, "/v1/server").await;
    assert_eq!(
        (without.status(), &without.headers()[header::WWW_AUTHENTICATE]),
        (StatusCode::UNAUTHORIZED, &"Bearer".parse().unwrap())
    );
    assert_eq!(asked(&reader, Method::GET, "/v1/server").await.status(), StatusCode::OK);
    assert_eq!(asked(&reader, Method::DELETE, "/v1/articles/a1").await.status(), StatusCode::FORBIDDEN);
    assert_eq!(asked(&reader, Method::POST, "/v1/server:reindex").await.status(), StatusCode::FORBIDDEN);
    revoke(&server, "reader");
    assert_eq!(asked(&reader, Method::GET, "/v1/server").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn calls_in_json_are_counted_as_those_of_grpc() {
    let server = Server::start_with(&["--metrics", "127.0.0.1:0"]);
    get(&server, "/v1/server").await;
    let counted = scrape(&server);
    let of_method = |name: &str| name.contains("_count{") && name.contains("GetServerInfo");
    let calls: f64 = counted.iter().filter(|(name, _)| of_method(name)).map(|(_, count)| count).sum();
    assert_eq!(calls, 1.0, "{counted:?}");
}

#[tokio::test]
async fn browsers_call_in_grpc_web_from_allowed_pages_only() {
    let server = Server::start_with(&["--cors-origins", "https://news.example"]);
    let url = format!("{}/sayso.v1.ServerService/GetServerInfo", server.url());
    let message = GetServerInfoRequest::default().encode_to_vec();
    let framed = [&[0, 0, 0, 0, message.len() as u8][..], &message].concat();
    let asked = async |origin: &str| {
        let request = client().post(&url).header(header::ORIGIN, origin);
        request.header(header::CONTENT_TYPE, "application/grpc-web+proto").body(framed.clone()).send().await.unwrap()
    };
    let allowed = asked("https://news.example").await;
    assert_eq!(allowed.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://news.example");
    let answer = allowed.bytes().await.unwrap();
    let length = u32::from_be_bytes(answer[1..5].try_into().unwrap()) as usize;
    let info = GetServerInfoResponse::decode(&answer[5..5 + length]).unwrap();
    assert_eq!(info.version, env!("CARGO_PKG_VERSION"));
    assert!(String::from_utf8_lossy(&answer[5 + length..]).contains("grpc-status:0"));
    assert_eq!(asked("https://evil.example").await.headers()["grpc-status"], "7", "PERMISSION_DENIED");
    let preflight = client().request(Method::OPTIONS, &url).header(header::ORIGIN, "https://news.example");
    let preflight = preflight.header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST").send().await.unwrap();
    assert!(preflight.status().is_success());
    assert!(preflight.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap().contains("x-grpc-web"));
    let page = client().get(format!("{}/v1/server", server.url())).header(header::ORIGIN, "https://evil.example");
    let (status, error) = read(page.send().await.unwrap()).await;
    assert_eq!((status, reason(&error)), (StatusCode::FORBIDDEN, "ORIGIN_NOT_ALLOWED"));
}

#[tokio::test]
async fn the_document_of_all_paths_is_served() {
    let server = Server::start();
    let (status, document) = get(&server, "/openapi.json").await;
    assert_eq!((status, &document["openapi"]), (StatusCode::OK, &json!("3.1.0")));
    assert!(document["paths"]["/v1/quotes:search"]["get"].is_object());
}

#[tokio::test]
async fn a_time_to_wait_that_is_none_is_refused() {
    let server = Server::start();
    let request = client().get(format!("{}/v1/server", server.url())).header("grpc-timeout", "5 seconds");
    let (status, error) = read(request.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(error["error"]["message"].as_str().unwrap().contains("grpc-timeout is 5 seconds"), "{error}");
}
