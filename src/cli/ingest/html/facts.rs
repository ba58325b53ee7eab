//! Reads the outlet, language and authors of a page.

use dom_query::{Document, NodeRef};

use super::super::byline;
use super::super::fit;
use super::super::markup::rendered;
use super::super::note::Note;
use super::statements::Statements;
use super::title::{one_line, plain};

/// The longest byline that is read, in bytes; and the longest text that may be a byline without saying so, in
/// characters.
const MAX_BYLINE_BYTES: usize = 2_000;
const MAX_SHOWN_BYLINE_CHARS: usize = 120;

/// How many possible bylines are looked at.
const MAX_BYLINES: usize = 100;

/// The name of the outlet.
pub(super) fn outlet(statements: &Statements) -> String {
    let about = statements.linked.article(&statements.url);
    let told = [
        statements.meta(&["og:site_name"]).map(str::to_string),
        about.and_then(|about| about.publisher()),
        statements.linked.site(),
        statements
            .meta(&["application-name", "dc.publisher", "dcterms.publisher", "publisher", "copyright"])
            .map(str::to_string),
    ];
    let is_name = |name: &String| !name.is_empty() && !name.contains("://") && name.len() <= 200;
    told.into_iter().flatten().map(|name| plain(&name)).find(is_name).unwrap_or_default()
}

/// The language code (BCP 47). Empty if the page has none, or something else in its place.
pub(super) fn language(tree: &Document, statements: &Statements) -> String {
    let root = tree.select("html");
    let root = root.nodes().first();
    let linked = statements.linked.article(&statements.url).and_then(|about| about.text("inLanguage"));
    let told = [
        root.and_then(|root| root.attr("lang")).map(|code| code.to_string()),
        root.and_then(|root| root.attr("xml:lang")).map(|code| code.to_string()),
        statements.meta(&["content-language"]).map(str::to_string),
        linked,
        statements.meta(&["og:locale", "language", "dc.language", "dcterms.language"]).map(str::to_string),
    ];
    told.into_iter().flatten().find_map(|code| fit::language(&code)).unwrap_or_default()
}

/// The authors, from the first of these that names anybody: JSON-LD, `<meta>`, marked-up elements, the visible byline.
/// A note tells if that is too long to be read to its end.
pub(super) fn authors(tree: &Document, statements: &Statements, outlet: &str) -> (Vec<String>, Option<Note>) {
    const METAS: [&str; 15] = [
        "author",
        "article:author",
        "og:article:author",
        "article:author_name",
        "parsely-author",
        "sailthru.author",
        "cxenseparse:author",
        "dc.creator",
        "dc:creator",
        "dcterms.creator",
        "citation_author",
        "authors",
        "byl",
        "byline",
        "creator",
    ];
    let linked = statements.linked.article(&statements.url).filter(|about| about.is_article);
    let linked = linked.map(|about| about.authors()).unwrap_or_default();
    let metas = METAS.iter().map(|name| statements.all(name).map(str::to_string).collect::<Vec<_>>());
    let marked = std::iter::once_with(|| marked_up(tree))
        .chain(std::iter::once_with(|| shown(tree)))
        .chain(std::iter::once_with(|| introduced(tree)));
    let ways = std::iter::once(linked).chain(metas).chain(marked);
    let read = ways.map(|told| (byline::names(told.iter().map(|told| cut(told)), outlet), told));
    let Some((names, told)) = read.into_iter().find(|(names, _)| !names.is_empty()) else { return Default::default() };
    let long = told.iter().find(|told| told.len() > MAX_BYLINE_BYTES);
    let what = format!("is longer than {MAX_BYLINE_BYTES} bytes; the rest of its names is left out");
    (names, long.map(|told| Note::new("author", format!("{told:?}"), what)))
}

/// A byline, or as many whole names of it as are read.
fn cut(byline: &str) -> &str {
    if byline.len() <= MAX_BYLINE_BYTES {
        return byline;
    }
    let start = &byline[..byline.floor_char_boundary(MAX_BYLINE_BYTES)];
    start.rfind([',', ';', '|']).map_or(start, |end| &start[..end])
}

/// The names in elements marked up as authors.
fn marked_up(tree: &Document) -> Vec<String> {
    let nodes = tree.select(
        "[itemprop~=author], [rel~=author], [rel~='schema:author'], [property~=author], [property~='schema:author'], \
         [property~='rnews:author'], .p-author, .hcard .fn, .vcard .fn",
    );
    let mut found: Vec<String> = Vec::new();
    for node in nodes
        .nodes()
        .iter()
        .filter(|node| !node.has_name("link") && !node.has_name("meta") && !is_in_comments(node))
        .take(MAX_BYLINES)
    {
        // Only the author's name, not the picture or the biography next to it.
        let is_name = |inner: &NodeRef<'_>| {
            let of = |kind: &str| inner.attr_or(kind, "").to_ascii_lowercase();
            of("itemprop") == "name"
                || matches!(of("property").as_str(), "name" | "schema:name" | "foaf:name" | "rnews:name")
        };
        let names = node.descendants_it().find(is_name);
        let name = names.map_or_else(|| value(node), |name| value(&name));
        if name.chars().count() <= MAX_SHOWN_BYLINE_CHARS && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// The names in the byline that readers see.
fn shown(tree: &Document) -> Vec<String> {
    const CLASSES: &str = "[class*=byline], [class*=Byline], [class*=author-name], [class*=authorName], [class*=author_name], \
        .author, .authors, .article-author, .post-author, .entry-author, .writer, .c-byline, address";
    let nodes = tree.select(CLASSES);
    let texts = nodes.nodes().iter().filter(|node| !is_in_comments(node)).take(MAX_BYLINES).map(value);
    texts
        .filter(|text| text.chars().count() <= MAX_SHOWN_BYLINE_CHARS)
        .find(|text| !byline::names([text.as_str()], "").is_empty())
        .into_iter()
        .collect()
}

/// The names in a short text whose class mentions an author, and which itself begins like a byline: "By Ines Okafor".
fn introduced(tree: &Document) -> Vec<String> {
    const CLASSES: &str = "[class*=author], [class*=Author], [class*=autor], [class*=auteur], [class*=contributor]";
    const STARTS: [&str; 9] =
        ["by ", "written by ", "posted by ", "von ", "par ", "por ", "author: ", "autor: ", "text: "];
    let nodes = tree.select(CLASSES);
    let texts = nodes.nodes().iter().filter(|node| !is_in_comments(node)).take(MAX_BYLINES).map(value);
    texts
        .filter(|text| {
            let lower = text.to_lowercase();
            text.chars().count() <= MAX_SHOWN_BYLINE_CHARS && STARTS.iter().any(|start| lower.starts_with(start))
        })
        .find(|text| !byline::names([text.as_str()], "").is_empty())
        .into_iter()
        .collect()
}

fn value(node: &NodeRef<'_>) -> String {
    let content = node.attr("content").filter(|content| !content.trim().is_empty());
    content.map_or_else(|| one_line(&rendered::text_of(*node, "en")), |content| content.trim().to_string())
}

pub(super) fn is_in_comments(node: &NodeRef<'_>) -> bool {
    std::iter::once(*node).chain(node.ancestors_it(None)).filter(|node| !node.has_name("body")).any(|node| {
        let names = format!("{} {}", node.attr_or("class", ""), node.attr_or("id", "")).to_lowercase();
        node.has_name("aside") || ["comment", "related", "sidebar"].iter().any(|word| names.contains(word))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::markup::parse;
    use super::super::title::title;
    use super::*;

    fn facts(page: &str) -> (String, String, String, Vec<String>) {
        let tree = parse::document(page).unwrap();
        let statements = Statements::new(&tree);
        let outlet = outlet(&statements);
        let title = title(&tree, &statements, &outlet).0;
        (title, outlet.clone(), language(&tree, &statements), authors(&tree, &statements, &outlet).0)
    }

    #[test]
    fn programs_are_told_and_readers_are_shown() {
        let (title, outlet, language, authors) = facts(
            "<html lang=en_GB><meta property=og:title content='Tide turns &amp;amp; stays | Marn Post'>\
             <meta property=og:site_name content='Marn Post'><meta name=author content='https://face.example/marn'>\
             <p class=byline>By <a rel=author>Ines Okafor</a></p><h1>Tide</h1>",
        );
        assert_eq!((title.as_str(), outlet.as_str(), language.as_str()), ("Tide turns & stays", "Marn Post", "en-GB"));
        assert_eq!(authors, ["Ines Okafor"]);
        let (title, _, language, authors) = facts(
            "<html lang=english><meta http-equiv=Content-Language content='de, en'><h1>The tide <br>turns</h1>\
             <div itemprop=author itemscope><img><span itemprop=name>Jonas Ekholm</span> has written here since 1999.</div>",
        );
        assert_eq!((title.as_str(), language.as_str()), ("The tide turns", "de"));
        assert_eq!(authors, ["Jonas Ekholm"]);
    }

    #[test]
    fn a_title_that_was_cut_gets_its_rest() {
        let page =
            "<meta property=og:title content='The tide turned at noon on…'><h1>The tide turned at noon on Monday</h1>";
        assert_eq!(facts(page).0, "The tide turned at noon on Monday");
    }
}
