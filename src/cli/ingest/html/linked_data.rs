//! Reads what a page says about its article in JSON-LD (schema.org).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::markup::references::with_references_read;

type Node = Map<String, Value>;

/// How deep nested objects are searched.
const MAX_DEPTH: usize = 12;

/// Properties whose objects are other articles, or say nothing about this one.
const OTHERS: [&str; 13] = [
    "blogPost",
    "citation",
    "comment",
    "hasPart",
    "isBasedOn",
    "itemListElement",
    "liveBlogUpdate",
    "mentions",
    "relatedLink",
    "review",
    "significantLink",
    "subjectOf",
    "video",
];

/// Types of articles, besides all whose names end in "Article".
const ARTICLES: [&str; 6] =
    ["BlogPosting", "DiscussionForumPosting", "LiveBlogPosting", "Report", "SocialMediaPosting", "NewsPost"];

/// Types that may describe the article if there is none of the above.
const PAGES: [&str; 6] = ["WebPage", "ItemPage", "AboutPage", "CreativeWork", "VideoObject", "MediaObject"];

/// The content of all scripts of a page.
#[derive(Debug, Default)]
pub(super) struct LinkedData {
    roots: Vec<Value>,
    /// How many scripts are not JSON, even after repair.
    pub(super) malformed: usize,
    /// Publication dates found in those.
    pub(super) salvaged: Vec<String>,
}

impl LinkedData {
    /// Reads the scripts of type `application/ld+json`.
    pub(super) fn new<'s>(scripts: impl IntoIterator<Item = &'s str>) -> Self {
        let mut data = Self::default();
        for script in scripts {
            let script = unwrapped(script);
            if script.is_empty() {
                continue;
            }
            match values(script) {
                Some(values) => data.roots.extend(values.into_iter().map(unpacked).map(plain)),
                None => {
                    data.malformed += 1;
                    data.salvaged.extend(salvaged(script));
                }
            }
        }
        data
    }

    /// The object that describes the page's article: the least nested one and, among several, the one with the page's
    /// address. Without an article, the object that describes the page.
    pub(super) fn article(&self, address: &str) -> Option<About<'_>> {
        let nodes = self.nodes();
        let by_id = by_id(&nodes);
        let of = |wanted: fn(&str) -> bool| {
            let found: Vec<_> = nodes.iter().filter(|(_, node)| types(node).any(wanted)).collect();
            let least = found.iter().map(|(depth, _)| *depth).min()?;
            let mut level = found.iter().filter(|(depth, _)| *depth == least).map(|(_, node)| *node);
            let own = level.clone().find(|node| !address.is_empty() && addresses(node).any(|url| same(url, address)));
            own.or_else(|| level.next())
        };
        let node = of(is_article).or_else(|| of(|name| PAGES.contains(&name)))?;
        Some(About { node, by_id: by_id.clone(), is_article: types(node).any(is_article) })
    }

    /// The name of the site, for articles that name no publisher.
    pub(super) fn site(&self) -> Option<String> {
        let nodes = self.nodes();
        let named = |wanted: &[&str]| {
            let node = nodes.iter().find(|(_, node)| types(node).any(|name| wanted.contains(&name)));
            node.and_then(|(_, node)| text(node.get("name")?))
        };
        named(&["NewsMediaOrganization"]).or_else(|| named(&["WebSite"]))
    }

    /// The objects with their depths, in the order in which they stand. Lists and graphs add no depth.
    fn nodes(&self) -> Vec<(usize, &Node)> {
        let mut found = Vec::new();
        let mut todo: Vec<(usize, &Value)> = self.roots.iter().rev().map(|root| (0, root)).collect();
        while let Some((depth, value)) = todo.pop() {
            match value {
                Value::Array(items) => todo.extend(items.iter().rev().map(|item| (depth, item))),
                Value::Object(node) => {
                    found.push((depth, node));
                    let inner =
                        node.iter().rev().filter(|(name, _)| depth < MAX_DEPTH && !OTHERS.contains(&name.as_str()));
                    // The main entity of a page is as near as the page itself.
                    let near = |name: &str| matches!(name, "@graph" | "mainEntity" | "mainEntityOfPage");
                    todo.extend(inner.map(|(name, value)| (depth + usize::from(!near(name)), value)));
                }
                _ => (),
            }
        }
        found
    }
}

/// What is said about one article.
pub(super) struct About<'d> {
    node: &'d Node,
    by_id: BTreeMap<&'d str, &'d Node>,
    /// Whether it is described as an article, and not just as a page.
    pub(super) is_article: bool,
}

impl About<'_> {
    /// The text of a property, with character references resolved.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text(self.follow(self.node.get(name)?))
    }

    /// The dates of the posts of a live blog.
    pub(super) fn post_dates(&self) -> Vec<String> {
        let posts = match self.node.get("liveBlogUpdate") {
            Some(Value::Array(posts)) => posts.as_slice(),
            Some(post) => std::slice::from_ref(post),
            None => &[],
        };
        posts.iter().filter_map(|post| text(post.get("datePublished")?)).collect()
    }

    pub(super) fn headline(&self) -> Option<String> {
        self.text("headline").or_else(|| self.text("name"))
    }

    pub(super) fn publisher(&self) -> Option<String> {
        let names = ["publisher", "sourceOrganization", "provider", "isPartOf"];
        names.iter().find_map(|name| match self.follow(self.node.get(*name)?) {
            Value::Object(node) => text(node.get("name")?),
            Value::String(name) if !name.starts_with("http") => text(&Value::String(name.clone())),
            Value::Array(items) => text(self.follow(items.first()?).get("name")?),
            _ => None,
        })
    }

    /// The address of the article: the most likely one that is given.
    pub(super) fn url(&self) -> Option<String> {
        let found = addresses(self.node).find(|url| !url.is_empty())?;
        Some(found.to_string())
    }

    /// The names of the authors, as they are given.
    pub(super) fn authors(&self) -> Vec<String> {
        let of = |name: &str| {
            let mut names = Vec::new();
            if let Some(value) = self.node.get(name) {
                self.names(value, &mut names, 0);
            }
            names
        };
        let authors = of("author");
        if authors.is_empty() { of("creator") } else { authors }
    }

    fn names(&self, value: &Value, names: &mut Vec<String>, depth: usize) {
        match self.follow(value) {
            Value::String(name) => names.push(with_references_read(name)),
            Value::Array(items) => items.iter().for_each(|item| self.names(item, names, depth)),
            Value::Object(node) if depth < MAX_DEPTH => {
                if let Some(name) = node.get("name").or_else(|| node.get("@list")) {
                    self.names(name, names, depth + 1);
                } else if let (Some(given), Some(family)) = (node.get("givenName"), node.get("familyName")) {
                    names.extend(text(given).zip(text(family)).map(|(given, family)| format!("{given} {family}")));
                }
            }
            _ => (),
        }
    }

    /// The object that a reference (an object with nothing but an id) refers to.
    fn follow<'v>(&'v self, value: &'v Value) -> &'v Value {
        // A reference has nothing but the id. The object itself is only found through its parent.
        match value.get("@id").and_then(Value::as_str) {
            Some(id) if value.as_object().is_some_and(|node| !node.contains_key("name")) => {
                self.by_id.get(id).and_then(|node| node.get("name")).unwrap_or(value)
            }
            _ => value,
        }
    }
}

fn by_id<'d>(nodes: &[(usize, &'d Node)]) -> BTreeMap<&'d str, &'d Node> {
    let mut found: BTreeMap<&str, &Node> = BTreeMap::new();
    for (_, node) in nodes {
        if let Some(id) = node.get("@id").and_then(Value::as_str)
            && found.get(id).is_none_or(|known| known.len() < node.len())
        {
            found.insert(id, node);
        }
    }
    found
}

fn types(node: &Node) -> impl Iterator<Item = &str> {
    let told = node.get("@type").or_else(|| node.get("type"));
    let one = told.and_then(Value::as_str);
    let several = told.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(several).map(|name| name.rsplit(['/', ':', '#']).next().unwrap_or(name))
}

fn is_article(name: &str) -> bool {
    name.ends_with("Article") || ARTICLES.contains(&name)
}

/// The addresses that an object gives for itself.
fn addresses(node: &Node) -> impl Iterator<Item = &str> {
    let page = node.get("mainEntityOfPage").map(|page| page.get("@id").or_else(|| page.get("url")).unwrap_or(page));
    [node.get("url"), page, node.get("@id")].into_iter().flatten().filter_map(Value::as_str)
}

fn same(one: &str, other: &str) -> bool {
    let bare = |url: &str| {
        let url = url.split(['#', '?']).next().unwrap_or_default().trim_end_matches('/');
        url.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.").to_ascii_lowercase()
    };
    bare(one) == bare(other)
}

/// A value as text: the first item of a list, the value or name of an object.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(with_references_read(text).trim().to_string()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => items.iter().find_map(text),
        Value::Object(node) => ["@value", "name", "alternateName"].iter().find_map(|name| text(node.get(*name)?)),
        _ => None,
    }
}

/// The value that a text holds, where a program has encoded its JSON twice.
fn unpacked(value: Value) -> Value {
    match &value {
        Value::String(text) => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    }
}

/// The value with the names of schema.org as they are usually written: without prefix or address.
fn plain(value: Value) -> Value {
    let bare = |name: String| {
        let starts = ["schema:", "http://schema.org/", "https://schema.org/"];
        starts.iter().find_map(|start| name.strip_prefix(start)).map(str::to_owned).unwrap_or(name)
    };
    match value {
        Value::Object(node) => {
            Value::Object(node.into_iter().map(|(name, value)| (bare(name), plain(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        other => other,
    }
}

/// A script without the comment marks that hid it from old browsers.
fn unwrapped(script: &str) -> &str {
    let mut script = script.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    for (open, close) in [("<!--", "-->"), ("//<![CDATA[", "//]]>"), ("/*<![CDATA[*/", "/*]]>*/"), ("<![CDATA[", "]]>")]
    {
        if let Some(inner) = script.strip_prefix(open) {
            script = inner.strip_suffix(close).unwrap_or(inner).trim();
        }
    }
    script.trim_end_matches(';')
}

/// The JSON values of a script, which is repaired if it is not well formed. None if it is not JSON at all.
fn values(script: &str) -> Option<Vec<Value>> {
    let read =
        |text: &str| serde_json::Deserializer::from_str(text).into_iter().collect::<Result<Vec<Value>, _>>().ok();
    read(script).or_else(|| read(&mended(script))).or_else(|| read(&mended(&with_references_read(script))))
}

/// Repairs the faults that JSON in pages has: comments, commas before a closing bracket, line breaks and stray
/// backslashes in strings.
fn mended(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    let mut chars = script.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        match (in_string, c) {
            (true, '"') | (false, '"') => {
                in_string = !in_string;
                out.push('"');
            }
            (true, '\\') => match chars.next() {
                Some(escaped) if "\"\\/bfnrtu".contains(escaped) => out.extend(['\\', escaped]),
                Some(other) => out.push(other),
                None => (),
            },
            (true, c) if c.is_control() => out.push(' '),
            (false, '/') if chars.peek() == Some(&'/') => {
                chars.by_ref().find(|&c| c == '\n');
            }
            (false, '/') if chars.peek() == Some(&'*') => {
                chars.next();
                while let Some(c) = chars.next() {
                    if c == '*' && chars.peek() == Some(&'/') {
                        chars.next();
                        break;
                    }
                }
            }
            (false, ']' | '}') => {
                out.truncate(out.trim_end().len());
                if out.ends_with(',') {
                    out.pop();
                }
                out.push(c);
            }
            (_, c) => out.push(c),
        }
    }
    out
}

/// The publication dates in a script that is not JSON.
fn salvaged(script: &str) -> Vec<String> {
    let after = script.split("\"datePublished\"").skip(1);
    let values =
        after.filter_map(|rest| rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.split('"').next());
    values.map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(scripts: &[&str]) -> Option<String> {
        LinkedData::new(scripts.iter().copied()).article("https://veld.example/a")?.text("datePublished")
    }

    #[test]
    fn the_article_is_found_wherever_it_stands() {
        let article = r#"{"@type": ["NewsArticle", "Article"], "datePublished": "2026-03-03"}"#;
        for script in [
            article.to_string(),
            format!("[{{\"@type\": \"Organization\"}}, {article}]"),
            format!(r#"{{"@context": "https://schema.org", "@graph": [{{"@type": "WebSite"}}, {article}]}}"#),
            format!(r#"{{"@type": "WebPage", "datePublished": "2020-01-01", "mainEntity": {article}}}"#),
            format!("//<![CDATA[\n{article};\n//]]>"),
            format!("<!-- {article} -->"),
            format!("{article}{article}"),
            r#"{"@type": "Article", /* when */ "name": "a
b", "n": "It\'s", // it
 "datePublished": "2026-03-03",}"#
                .to_string(),
            "{&quot;@type&quot;: &quot;Article&quot;, &quot;datePublished&quot;: &quot;2026-03-03&quot;}".to_string(),
            r#"{"@type": "http://schema.org/ReportageNewsArticle", "datePublished": {"@value": "2026-03-03"}}"#
                .to_string(),
            r#"{"@type": "schema:NewsArticle", "schema:datePublished": "2026-03-03"}"#.to_string(),
            r#"[{"@type": ["http://schema.org/NewsArticle"],
                "http://schema.org/datePublished": [{"@value": "2026-03-03"}]}]"#
                .to_string(),
            serde_json::to_string(article).unwrap(),
            r#"{"@type": "LiveBlogPosting", "datePublished": "2026-03-03",
                "liveBlogUpdate": [{"@type": "BlogPosting", "datePublished": "2020-01-01"}]}"#
                .to_string(),
            r#"[{"@type": "Article", "url": "https://veld.example/b", "datePublished": "2020-01-01"},
                {"@type": "Article", "url": "https://www.veld.example/a/", "datePublished": "2026-03-03"}]"#
                .to_string(),
        ] {
            assert_eq!(date(&["{}", &script]).as_deref(), Some("2026-03-03"), "{script}");
        }
        assert_eq!(
            date(&[r#"{"@type": "ItemList", "itemListElement": [{"@type": "Article", "datePublished": "2020"}]}"#]),
            None
        );
        let broken = LinkedData::new([r#"{"@type": "Article", "x": "a"b", "datePublished": "2026-03-03"}"#]);
        assert_eq!((broken.malformed, broken.salvaged), (1, vec!["2026-03-03".to_string()]));
    }

    #[test]
    fn authors_are_names_objects_lists_or_references() {
        let authors = |author: &str| {
            let graph = format!(
                r#"{{"@graph": [{{"@type": "Article", "author": {author}}},
                    {{"@type": "Person", "@id": "\#1", "name": "Ines Okafor"}}]}}"#
            )
            .replace("\\#", "#");
            let data = LinkedData::new([graph.as_str()]);
            data.article("").map(|about| about.authors()).unwrap_or_default()
        };
        assert_eq!(authors(r#""Ines Okafor""#), ["Ines Okafor"]);
        assert_eq!(authors(r#"["Ines Okafor", {"name": "Jonas Ekholm"}]"#), ["Ines Okafor", "Jonas Ekholm"]);
        assert_eq!(authors(r##"{"@id": "#1"}"##), ["Ines Okafor"]);
        assert_eq!(authors(r##"[{"@id": "#1"}, {"@id": "#2"}]"##), ["Ines Okafor"]);
        assert_eq!(authors(r#"{"name": ["A", "B"]}"#), ["A", "B"]);
        assert_eq!(authors(r#"{"givenName": "Mart&iacute;n", "familyName": "Reed"}"#), ["Martín Reed"]);
    }
}
