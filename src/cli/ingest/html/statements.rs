//! Gathers what the head and the marked-up parts of a page state.

use dom_query::{Document, NodeRef};
use serde_json::Value;

use super::super::markup::references::with_references_read;
use super::linked_data::LinkedData;

/// A page's statements about itself, gathered before its tree is taken apart.
pub(super) struct Statements {
    /// The names of `<meta>` elements, in lower case, with their contents, in the order of the page.
    metas: Vec<(String, String)>,
    /// The content of its JSON-LD.
    pub(super) linked: LinkedData,
    /// The address that the page gives as its own. Empty if it gives none.
    pub(super) url: String,
}

impl Statements {
    pub(super) fn new(tree: &Document) -> Self {
        let metas = metas(tree);
        let scripts: Vec<_> = tree
            .select("script[type]")
            .nodes()
            .iter()
            .filter(|script| script.attr_or("type", "").to_ascii_lowercase().contains("ld+json"))
            .map(NodeRef::text)
            .collect();
        let mut statements =
            Self { metas, linked: LinkedData::new(scripts.iter().map(|script| &**script)), url: String::new() };
        statements.url = statements.address(tree);
        statements
    }

    /// The content of the first `<meta>` with one of these names, in the order of the names.
    pub(super) fn meta(&self, names: &[&str]) -> Option<&str> {
        let of = |wanted: &&str| self.metas.iter().find(|(known, _)| known == wanted);
        names.iter().find_map(of).map(|(_, content)| content.as_str())
    }

    /// The contents of all `<meta>` elements with this name.
    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.metas.iter().filter(move |(known, _)| known == name).map(|(_, content)| content.as_str())
    }

    /// The address that the page gives. A relative address is resolved against the base.
    fn address(&self, tree: &Document) -> String {
        let link = |rel: &str| {
            let links = tree.select("link[rel][href]");
            let of = |link: &&NodeRef<'_>| {
                link.attr_or("rel", "").split_ascii_whitespace().any(|name| name.eq_ignore_ascii_case(rel))
            };
            links.nodes().iter().find(of).and_then(|link| link.attr("href")).map(|href| href.trim().to_string())
        };
        let base = tree.select("base[href]").nodes().first().map(|base| base.attr_or("href", "").trim().to_string());
        let about = self.linked.article("").and_then(|about| about.url());
        let stated = [
            link("canonical"),
            self.meta(&["og:url"]).map(str::to_string),
            about,
            self.meta(&["twitter:url", "parsely-link", "sailthru.url"]).map(str::to_string),
            link("shortlink"),
        ];
        let stated: Vec<String> = stated.into_iter().flatten().collect();
        let is_whole = |url: &String| whole(url);
        let base = base.filter(is_whole).or_else(|| stated.iter().find(|url| whole(url)).cloned());
        stated.iter().find_map(|url| resolved(url, base.as_deref())).unwrap_or_default()
    }
}

fn metas(tree: &Document) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for meta in tree.select("meta[content]").nodes() {
        let content = with_references_read(meta.attr_or("content", "").trim());
        if content.is_empty() {
            continue;
        }
        if meta.attr_or("name", "").eq_ignore_ascii_case("parsely-page") {
            found.extend(of_parsely(&content));
        }
        for kind in ["property", "name", "itemprop", "http-equiv"] {
            let names = meta.attr_or(kind, "").to_lowercase();
            // Only `property` may hold several names. The values of other attributes may contain spaces.
            let names = if kind == "property" { names.split_whitespace().collect() } else { vec![names.trim()] };
            found.extend(names.iter().filter(|name| !name.is_empty()).map(|name| (name.to_string(), content.clone())));
        }
    }
    found
}

/// The statements in the JSON of `parsely-page`, under the names that they have alone.
fn of_parsely(content: &str) -> Vec<(String, String)> {
    const NAMES: [(&str, &str); 5] = [
        ("title", "parsely-title"),
        ("author", "parsely-author"),
        ("authors", "parsely-author"),
        ("pub_date", "parsely-pub-date"),
        ("link", "parsely-link"),
    ];
    let Ok(Value::Object(page)) = serde_json::from_str(content) else { return Vec::new() };
    let of = |(from, to): (&str, &str)| {
        let values = match page.get(from) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            value => value.and_then(Value::as_str).into_iter().collect::<Vec<_>>(),
        };
        values.into_iter().map(|value| (to.to_string(), value.to_string())).collect::<Vec<_>>()
    };
    NAMES.into_iter().flat_map(of).collect()
}

fn whole(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
        && !url.contains(char::is_whitespace)
}

/// Makes an address absolute (RFC 3986, without removing dot segments). None if there is no base for it.
fn resolved(url: &str, base: Option<&str>) -> Option<String> {
    if whole(url) {
        return Some(url.to_string());
    }
    if url.is_empty() || url.contains(char::is_whitespace) || url.starts_with(['#', '?']) {
        return None;
    }
    let base = base?.split(['?', '#']).next()?;
    let host_at = base.find("://")? + 3;
    let path_at = base[host_at..].find('/').map_or(base.len(), |at| host_at + at);
    if let Some(rest) = url.strip_prefix("//") {
        return Some(format!("{}//{rest}", &base[..host_at - 2])).filter(|url| whole(url));
    }
    if url.starts_with('/') {
        return Some(format!("{}{url}", &base[..path_at]));
    }
    let before = url.split(['/', '?', '#']).next().unwrap_or_default();
    if before.contains(':') || url.starts_with('.') {
        return None;
    }
    let folder = base[path_at..].rfind('/').map_or(path_at, |at| path_at + at);
    Some(format!("{}/{url}", &base[..folder]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_made_whole() {
        let base = Some("https://veld.example/news/today.html?x=1");
        assert_eq!(resolved("http://a.example/b", None).as_deref(), Some("http://a.example/b"));
        assert_eq!(resolved("/a", base).as_deref(), Some("https://veld.example/a"));
        assert_eq!(resolved("a/b", base).as_deref(), Some("https://veld.example/news/a/b"));
        assert_eq!(resolved("//cdn.example/a", base).as_deref(), Some("https://cdn.example/a"));
        assert_eq!(resolved("a", Some("https://veld.example")).as_deref(), Some("https://veld.example/a"));
        assert_eq!(resolved("/a", None), None);
        assert_eq!(resolved("javascript:a", base), None);
        assert_eq!(resolved("https://", base), None);
    }
}
