//! What holds for all methods alike, found by walking the contract itself: whoever adds a method or a field is held to it.

use prost::Message;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, ReflectMessage, Value,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::support::{STORY, Server, dated, field, reason};

/// How the names of methods begin that read, and so have a `read_mask`.
const READS: [&str; 6] = ["Get", "List", "Lookup", "Search", "BatchGet", "Analyze"];

/// The methods of the package that take and give one message.
fn methods() -> Vec<MethodDescriptor> {
    let pool = DescriptorPool::decode(sayso::proto::DESCRIPTORS).unwrap();
    let services = pool.services().filter(|service| service.package_name() == "sayso.v1").collect::<Vec<_>>();
    let methods = services.iter().flat_map(|service| service.methods().collect::<Vec<_>>());
    methods.filter(|method| !method.is_client_streaming() && !method.is_server_streaming()).collect()
}

fn reads() -> Vec<MethodDescriptor> {
    let reads: Vec<_> =
        methods().into_iter().filter(|method| READS.iter().any(|start| method.name().starts_with(start))).collect();
    assert!(reads.len() >= 11, "{} methods", reads.len());
    reads
}

/// A request of the method that is answered with something.
fn request(method: &MethodDescriptor, quote: &str) -> DynamicMessage {
    let mut request = DynamicMessage::new(method.input());
    let mut set = |name: &str, value: Value| request.set_field_by_name(name, value);
    match method.name() {
        "GetArticle" | "DeleteArticle" => set("id", Value::String("a".into())),
        "GetQuote" => set("id", Value::String(quote.into())),
        "ListSimilarQuotes" => set("quote_id", Value::String(quote.into())),
        "ListSimilarArticles" => set("article_id", Value::String("a".into())),
        "GetEntity" => set("id", Value::String("person/ada-lind".into())),
        "ListMentions" => set("entity_id", Value::String("person/ada-lind".into())),
        "BatchGetArticles" => set("ids", Value::List(vec![Value::String("a".into()), Value::String("no".into())])),
        "Analyze" => set("text", Value::String(STORY.into())),
        "PutArticle" => {
            let mut article = DynamicMessage::new(contents(&method.input(), "article"));
            article.set_field_by_name("body", Value::String(STORY.into()));
            set("article", Value::Message(article));
        }
        _ => {}
    }
    if method.input().get_field_by_name("page_size").is_some() {
        request.set_field_by_name("page_size", Value::I32(1));
    }
    request
}

/// The message that a field holds.
fn contents(message: &MessageDescriptor, field: &str) -> MessageDescriptor {
    message.get_field_by_name(field).unwrap().kind().as_message().unwrap().clone()
}

fn with_mask(mut request: DynamicMessage, path: &str) -> DynamicMessage {
    let mut mask = DynamicMessage::new(contents(&request.descriptor(), "read_mask"));
    mask.set_field_by_name("paths", Value::List(vec![Value::String(path.into())]));
    request.set_field_by_name("read_mask", Value::Message(mask));
    request
}

async fn ask(server: &Server, method: &MethodDescriptor, request: &DynamicMessage) -> Result<DynamicMessage, Status> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let answer = server.ask(&path, request.encode_to_vec()).await?;
    Ok(DynamicMessage::decode(method.output(), answer.as_slice()).unwrap())
}

fn assert_refused(status: &Status, wrong: &str, what: &str) {
    assert_eq!((status.code(), field(status).as_str()), (Code::InvalidArgument, wrong), "{what}: {status}");
    assert_eq!(reason(status), "INVALID_FIELD", "{what}");
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().domain, "sayso.dev", "{what}");
    assert!(details.bad_request().unwrap().field_violations[0].description.len() > 10, "{what}");
}

/// Where the masks of a method begin: the list of hits of a method with pages, or else the answer itself.
fn masked(method: &MethodDescriptor) -> (Option<FieldDescriptor>, MessageDescriptor) {
    let paged = method.input().get_field_by_name("page_token").is_some();
    let is_hits = |field: &FieldDescriptor| paged && field.is_list() && field.kind().as_message().is_some();
    let hits = method.output().fields().find(is_hits);
    let message = hits.as_ref().map_or(method.output(), |hits| hits.kind().as_message().unwrap().clone());
    (hits, message)
}

/// All paths into a message, with the message that each leads to, if it has fields of its own.
fn paths(message: &MessageDescriptor, before: &str, depth: usize) -> Vec<(String, Option<MessageDescriptor>)> {
    let mut all = Vec::new();
    for field in message.fields() {
        let path = format!("{before}{}", field.name());
        let inside = match field.kind() {
            Kind::Message(inside) if !field.is_map() => Some(inside),
            _ => None,
        };
        all.push((path.clone(), inside.clone()));
        if let Some(inside) = inside.filter(|_| depth > 0) {
            all.extend(paths(&inside, &format!("{path}."), depth - 1));
        }
    }
    all
}

/// Leaves the field at the path alone, by another way than the server's.
fn keep(message: &mut DynamicMessage, path: &[&str]) {
    let (name, rest) = path.split_first().unwrap();
    let others: Vec<_> = message.fields().map(|(field, _)| field).filter(|field| field.name() != *name).collect();
    others.iter().for_each(|other| message.clear_field(other));
    let field = message.descriptor().get_field_by_name(name).unwrap();
    if rest.is_empty() || !message.has_field(&field) {
        return;
    }
    match message.get_field_mut(&field) {
        Value::Message(inside) => keep(inside, rest),
        Value::List(items) => items.iter_mut().for_each(|item| keep(item.as_message_mut().unwrap(), rest)),
        other => panic!("{name} leads to {other:?}"),
    }
}

/// What the whole answer becomes with this path alone: tokens, totals and what was not found stay.
fn kept(method: &MethodDescriptor, whole: &DynamicMessage, path: &str) -> DynamicMessage {
    let path: Vec<_> = path.split('.').collect();
    let mut answer = whole.clone();
    match masked(method).0 {
        Some(hits) => {
            let items = answer.get_field_mut(&hits).as_list_mut().unwrap();
            assert!(!items.is_empty(), "{}", method.name());
            items.iter_mut().for_each(|item| keep(item.as_message_mut().unwrap(), &path));
        }
        None => keep(&mut answer, &path),
    }
    answer
}

/// Tokens are those of their request, so that whether there is one is what can be compared.
fn without_token(mut answer: DynamicMessage) -> (DynamicMessage, bool) {
    let Some(token) = answer.descriptor().get_field_by_name("next_page_token") else { return (answer, false) };
    let told = answer.has_field(&token);
    answer.clear_field(&token);
    (answer, told)
}

async fn server() -> (Server, String) {
    let server = Server::start_with(&["--analysis", "fast"]);
    let labels = [("desk".to_owned(), "port".to_owned())];
    for id in ["a", "b"] {
        let one = dated(id, "Veld Courier", "2026-03-02", STORY);
        server
            .put(sayso::proto::Article { labels: labels.clone().into(), authors: vec!["Ilsa Hart".into()], ..one })
            .await;
    }
    let quote = server.annotations("a").await.quotes[0].id.clone();
    server.ask("/sayso.v1.SnapshotService/CreateSnapshot", Vec::new()).await.unwrap();
    (server, quote)
}

#[tokio::test]
async fn every_method_that_reads_gives_the_fields_of_its_mask_alone() {
    let (server, quote) = server().await;
    for method in reads() {
        let name = method.name();
        let whole_request = request(&method, &quote);
        let mut checked = 0;
        for (path, _) in paths(&masked(&method).1, "", 2) {
            if path.ends_with("disk_bytes") || path == "counts" {
                continue;
            }
            let (whole, more) = without_token(ask(&server, &method, &whole_request).await.unwrap());
            let only = ask(&server, &method, &with_mask(whole_request.clone(), &path)).await.unwrap();
            let (only, goes_on) = without_token(only);
            assert_eq!(only, kept(&method, &whole, &path), "{name} with {path}");
            // An article whose annotations nobody wants has no further part.
            assert!(goes_on == more || name == "GetArticle", "{name} with {path}");
            checked += 1;
        }
        assert!(checked > 5, "{name}");
        let (whole, _) = without_token(ask(&server, &method, &whole_request).await.unwrap());
        let star = ask(&server, &method, &with_mask(whole_request.clone(), "*")).await.unwrap();
        assert_eq!(without_token(star).0, whole, "{name}");
    }
}

#[tokio::test]
async fn every_method_that_reads_refuses_paths_that_name_no_field() {
    let (server, quote) = server().await;
    for method in reads() {
        let whole = request(&method, &quote);
        let (_, message) = masked(&method);
        let mut inside: Vec<(String, Option<MessageDescriptor>)> = vec![(String::new(), Some(message.clone()))];
        inside.extend(paths(&message, "", 2).into_iter().map(|(path, inside)| (format!("{path}."), inside)));
        for (before, message) in inside {
            let path = format!("{before}nonsense");
            let status = ask(&server, &method, &with_mask(whole.clone(), &path)).await.unwrap_err();
            let what = format!("{} with {path}", method.name());
            assert_refused(&status, "read_mask", &what);
            for name in message.iter().flat_map(|message| message.fields()) {
                assert!(status.message().contains(name.name()), "{what} does not tell {}: {status}", name.name());
            }
        }
        for path in ["", ".", "*.id", " "] {
            let status = ask(&server, &method, &with_mask(whole.clone(), path)).await.unwrap_err();
            assert_refused(&status, "read_mask", &format!("{} with {path:?}", method.name()));
        }
    }
}

/// The enumerations of a request, by the way that leads to them.
fn enums(message: &MessageDescriptor, before: &[FieldDescriptor]) -> Vec<Vec<FieldDescriptor>> {
    let mut all = Vec::new();
    for field in message.fields() {
        let way = [before, std::slice::from_ref(&field)].concat();
        match field.kind() {
            Kind::Enum(_) => all.push(way),
            Kind::Message(inside) if !field.is_map() && !field.is_list() && inside.package_name() == "sayso.v1" => {
                all.extend(enums(&inside, &way));
            }
            _ => {}
        }
    }
    all
}

fn set(message: &mut DynamicMessage, way: &[FieldDescriptor], number: i32) {
    let (field, rest) = way.split_first().unwrap();
    if rest.is_empty() {
        let value = Value::EnumNumber(number);
        message.set_field(field, if field.is_list() { Value::List(vec![value]) } else { value });
    } else {
        set(message.get_field_mut(field).as_message_mut().unwrap(), rest, number);
    }
}

#[tokio::test]
async fn no_list_takes_unspecified_and_no_field_a_number_that_has_no_name() {
    let (server, quote) = server().await;
    let (mut lists, mut single) = (0, 0);
    for method in methods() {
        for way in enums(&method.input(), &[]) {
            let path = way.iter().map(|field| field.name()).collect::<Vec<_>>().join(".");
            let is_list = way.last().unwrap().is_list();
            let nonsense: &[i32] = if is_list { &[0, 99, -1] } else { &[99, -1] };
            for number in nonsense {
                let mut request = request(&method, &quote);
                set(&mut request, &way, *number);
                let what = format!("{} with {path} {number}", method.name());
                let Err(status) = ask(&server, &method, &request).await else { panic!("{what} is answered") };
                assert_refused(&status, &path, &what);
            }
            *(if is_list { &mut lists } else { &mut single }) += 1;
        }
    }
    assert!(lists >= 9 && single >= 10, "{lists} lists, {single} fields");
    assert_eq!(server.ids().await, ["a", "b"], "nothing was put or deleted");
}

#[tokio::test]
async fn orders_are_those_that_the_comments_name() {
    let (server, quote) = server().await;
    let hits = ["", "relevance", "publish_time desc", "publish_time", "  publish_time   desc "];
    let lists = ["", "publish_time desc", "publish_time", "update_time desc", "update_time"];
    let none = ["newest", "publish_time asc", "PUBLISH_TIME", "publish_time,relevance", "publish_time desc desc", "id"];
    let mut asked = 0;
    for method in methods() {
        if method.input().get_field_by_name("order_by").is_none() {
            continue;
        }
        asked += 1;
        let is_list = method.name() == "ListArticles";
        let (right, wrong) = if is_list { (lists, ["relevance"]) } else { (hits, ["update_time"]) };
        let order = |text: &str| {
            let mut request = request(&method, &quote);
            request.set_field_by_name("order_by", Value::String(text.into()));
            request
        };
        for text in right {
            let answer = ask(&server, &method, &order(text)).await;
            assert!(answer.is_ok(), "{} by {text:?}: {answer:?}", method.name());
        }
        for text in none.into_iter().chain(wrong) {
            let status = ask(&server, &method, &order(text)).await.unwrap_err();
            assert_refused(&status, "order_by", &format!("{} by {text:?}", method.name()));
            let named = right.iter().map(|name| name.trim()).filter(|name| !name.contains("   "));
            for name in named {
                assert!(status.message().contains(name), "{} does not tell {name}", status.message());
            }
        }
    }
    assert_eq!(asked, 4);
}
