//! Makes the indexes of the service on a cluster, and says where they are.
//!
//! Articles are read and written through an alias, so that another index can take the place of the present one at once.
//! What all nodes of the service share besides is in an index of its own: the counter of changes.
//!
//! | name, after the prefix | what it is | documents |
//! |---|---|---|
//! | `articles` | an alias | |
//! | `articles-000001` | an index with one document for each article; the next one after a reindex is `articles-000002` | by the article's id |
//! | `state` | an index of one shard, on up to three nodes | `counter` of changes and format; `reindex`, the claim of the node that makes a new index; `retired`, the index that was replaced last |
//! | `claims` | an index of one shard, on up to three nodes | claims on articles that wait for an analysis, by the article's number |
//!
//! `dynamic: false` lets the small indexes keep what they do not search. The index of articles refuses fields that its
//! template does not name.
//!
//! Where the counter says that there were articles and their index is gone, nothing is made in its place: somebody who
//! deleted it by mistake can restore it from a snapshot of the cluster, and is told so.

use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::client::Client;
use super::fault::Refusal;
use super::options::OpenSearchOptions;
use super::template;
use crate::{Error, ErrorKind, Interrupt, Result};

/// The layout of documents. An index of another one is made anew.
const FORMAT: u64 = 1;

/// How often the cluster makes searchable what a node of the service wrote that died before it could ask for that.
const REFRESH_INTERVAL: &str = "5s";

/// Where things are on the cluster.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// The alias of the index of articles.
    pub(super) articles: String,
    /// The index with the counter.
    pub(super) state: String,
    /// The index of claims on articles that wait for an analysis.
    pub(super) claims: String,
}

impl Places {
    /// The places of a service whose names begin so.
    pub(super) fn of(prefix: &str) -> Self {
        let name = |what: &str| format!("{prefix}{what}");
        Self { articles: name("articles"), state: name("state"), claims: name("claims") }
    }

    /// The name of the index of articles with this number.
    pub(super) fn numbered(&self, number: u32) -> String {
        format!("{}-{number:06}", self.articles)
    }

    /// The path to the document of this name.
    pub(super) fn document(&self, name: &str) -> String {
        format!("{}/_doc/{}", self.articles, escaped(name))
    }
}

/// A name as part of a path.
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Makes what is not there yet. Several nodes of the service may do so at the same time.
///
/// # Errors
/// - [`ErrorKind::Newer`]: a newer version of the program made the indexes.
/// - [`ErrorKind::Corrupt`]: there were articles, and their index is gone.
pub(super) fn set_up(client: &Client, options: &OpenSearchOptions, places: &Places) -> Result<()> {
    make(client, &places.state, &shared(&[]))?;
    make(client, &places.claims, &shared(&["until"]))?;
    let counted = counted(client, options, places)?;
    let calm = Interrupt::default();
    let aliased = client.try_send(Method::GET, &format!("_alias/{}", places.articles), None, &calm)?;
    match aliased {
        Ok(found) if found.as_object().is_some_and(|found| !found.is_empty()) => return Ok(()),
        Err(refusal) if refusal.status != 404 => return Err(refusal.into_error()),
        Ok(_) | Err(_) => {}
    }
    if counted > 0 {
        let message = format!(
            "the index of articles {} is gone from the cluster, after {counted} changes: restore it from a snapshot of \
             the cluster, or delete the index {} to begin without articles",
            places.articles, places.state
        );
        return Err(Error::new(ErrorKind::Corrupt, message));
    }
    let mut body = articles(options);
    body["aliases"] = json!({ &places.articles: { "is_write_index": true } });
    make(client, &places.numbered(1), &body)
}

/// Settings and fields of a small index that every node of the service needs.
fn shared(numbers: &[&str]) -> Value {
    let fields: Map<String, Value> = numbers.iter().map(|&name| (name.to_owned(), json!({ "type": "long" }))).collect();
    json!({
        "settings": { "number_of_shards": 1, "auto_expand_replicas": "0-2" },
        "mappings": { "dynamic": false, "properties": fields },
    })
}

/// Makes the counter of changes, unless it is there. Returns how many changes it has counted.
fn counted(client: &Client, options: &OpenSearchOptions, places: &Places) -> Result<u64> {
    let calm = Interrupt::default();
    let path = format!("{}/_create/counter", places.state);
    let counter = json!({ "value": 0, "format": FORMAT });
    match client.try_send(Method::PUT, &path, Some(&counter), &calm)? {
        Err(refusal) if !refusal.is_conflict() => return Err(refusal.into_error()),
        Ok(_) | Err(_) => {}
    }
    let counter = client.get(&format!("{}/_doc/counter", places.state), &calm)?;
    let format = &counter["_source"]["format"];
    if *format != FORMAT {
        let message =
            format!("the indexes {}* have format {format}; this program reads format {FORMAT}", options.prefix);
        return Err(Error::new(ErrorKind::Newer, message));
    }
    Ok(counter["_source"]["value"].as_u64().unwrap_or(0))
}

/// Settings and fields of an index of articles.
pub(super) fn articles(options: &OpenSearchOptions) -> Value {
    let mut settings = template::settings();
    settings["number_of_shards"] = options.shards.into();
    settings["number_of_replicas"] = options.replicas.into();
    settings["refresh_interval"] = REFRESH_INTERVAL.into();
    settings["translog.durability"] = "request".into();
    json!({ "settings": { "index": settings }, "mappings": template::mappings() })
}

/// The name of the index that the alias of articles stands for at present.
///
/// # Errors
/// [`ErrorKind::Corrupt`] if there is none: somebody deleted it.
pub(super) fn current(client: &Client, places: &Places, interrupt: &Interrupt) -> Result<String> {
    let aliased = client.get(&format!("_alias/{}", places.articles), interrupt)?;
    let name = aliased.as_object().and_then(|found| found.keys().next_back().cloned());
    name.ok_or_else(|| {
        Error::new(ErrorKind::Corrupt, format!("the index of articles {} is gone from the cluster", places.articles))
    })
}

/// Makes an index, unless it is there.
pub(super) fn make(client: &Client, index: &str, body: &Value) -> Result<()> {
    match client.try_send(Method::PUT, index, Some(body), &Interrupt::default())? {
        Err(refusal) if !refusal.is_there() => Err(Refusal::into_error(refusal)),
        Ok(_) | Err(_) => Ok(()),
    }
}
