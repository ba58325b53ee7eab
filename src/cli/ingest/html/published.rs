//! Reads the publication date of a page.

use std::collections::HashMap;

use dom_query::{Document, NodeId, NodeRef};
use sayso_document::Date;

use super::super::super::dates::{self, Published};
use super::super::note::{MONTH_FIRST, NO_DATE, Note};
use super::clean;
use super::statements::Statements;

#[cfg(test)]
mod tests;

/// Names of `<meta>` elements with the publication date, the most exact and most trusted first.
const EXACT: [&str; 31] = [
    "article:published_time",
    "article:published",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "rnews:datepublished",
    "schema:datepublished",
    "article.published",
    "article_date_original",
    "originalpublicationdate",
    "original-publish-date",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "bt:pubdate",
    "weibo:article:create_at",
    "publishedtime",
    "published_time",
    "published-date",
    "publisheddate",
    "published_date",
    "publication_date",
    "publication-date",
    "publicationdate",
    "publish_date",
    "publish-date",
    "publishdate",
    "pubdate",
    "pub_date",
    "ptime",
];

/// Names that some pages use for other dates, such as that of creation or of the page.
const VAGUE: [&str; 20] = [
    "dc.date.issued",
    "dcterms.issued",
    "dcterms:issued",
    "dcterms.available",
    "dc.date.published",
    "dc.date",
    "dc:date",
    "dcterms.date",
    "dcterms:date",
    "dc.date.created",
    "dcterms.created",
    "dcterms:created",
    "prism.publicationdate",
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
    "article:created",
    "displaydate",
    "date",
    "created",
];

/// Parts of classes, ids and properties that name parts of a page about something else.
const ELSEWHERE: [&str; 12] = [
    "comment",
    "related",
    "sidebar",
    "recommend",
    "newsletter",
    "widget",
    "teaser",
    "promo",
    "popular",
    "latest",
    "reply",
    "trending",
];

/// An element that holds more than one part in so many of the page's text holds the article, whatever its name says.
const MAIN_PART: usize = 2;

/// A `<time>` inside a paragraph of more than this many characters belongs to the story.
const STORY_CHARS: usize = 160;

/// How many elements marked up as dates are looked at, and how many that only look like dates.
const MAX_MARKED: usize = 500;
const MAX_CANDIDATES: usize = 8;

/// The property with the posts of a live blog.
const POSTS: &str = "liveBlogUpdate";

/// Words before a date that readers see.
const LABELS: [&str; 16] = [
    "published",
    "posted",
    "first published",
    "publication date",
    "date",
    "created",
    "updated",
    "veröffentlicht",
    "erschienen",
    "erstellt",
    "datum",
    "stand",
    "publié",
    "publicado",
    "pubblicato",
    "geplaatst",
];

/// Attributes for programs of elements whose class says that they show a date.
const TOLD_BY: [&str; 9] = [
    "title",
    "datetime",
    "data-datetime",
    "data-date",
    "data-time",
    "data-timestamp",
    "data-published",
    "data-publish-date",
    "data-utime",
];

/// How many dates that cannot be read are reported.
const MAX_REPORTED: usize = 3;

/// The longest text of an element that may hold a date with at most the author next to it, in bytes.
const MAX_SHOWN_BYTES: usize = 120;

/// A date as the page states it.
struct Statement {
    /// The name of the element or property.
    name: String,
    value: String,
    /// Whether it is meant for programs. Then it is reported if it cannot be read.
    exact: bool,
    /// Whether it tells when the article itself was published, so that another such statement contradicts it.
    own: bool,
}

impl Statement {
    fn read(&self) -> Option<Published> {
        let read = || dates::read_published(without_label(&self.value));
        let within = || dates::read_published(&dated_part(&self.value));
        dates::read_published(&self.value).or_else(read).or_else(|| if self.exact { None } else { within() })
    }

    fn is_blank(&self) -> bool {
        let value = self.value.to_ascii_lowercase();
        value.is_empty() || matches!(value.as_str(), "null" | "none" | "undefined" | "false")
    }

    /// Whether readers would take it for a date: it has a number, and the name of a month or a year.
    fn is_like_date(&self) -> bool {
        let lower = self.value.to_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphanumeric());
        let is_year = |word: &str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
        lower.contains(|c: char| c.is_ascii_digit()) && words.any(|word| is_month(word) || is_year(word))
    }
}

/// The publication date of a page, and notes on statements that cannot be read as dates.
///
/// Statements are tried in the order of trust. If one cannot be read, the next one that can be is used, and the first
/// one is reported.
pub(super) fn published(tree: &Document, statements: &Statements) -> (Option<Published>, Vec<Note>) {
    let mut notes: Vec<Note> = Vec::new();
    if statements.linked.malformed > 0 {
        notes.push(Note::new("", "", "JSON-LD in the page is malformed; at most a date was read of it"));
    }
    let stated: Vec<_> = stated(tree, statements).into_iter().filter(|stated| !stated.is_blank()).collect();
    let mut unread = None;
    for (at, statement) in stated.iter().enumerate() {
        let Statement { name, value, exact, own } = statement;
        let quoted = || format!("{value:?}");
        if let Some(found) = statement.read() {
            if found.month_first {
                notes.push(Note::new(name, quoted(), MONTH_FIRST));
            }
            if name == POSTS {
                notes.push(Note::new(name, quoted(), "is taken for the date of the page: its first post has it"));
            }
            let is_other =
                |other: &&Statement| *own && other.own && other.read().is_some_and(|other| other.is_apart(&found));
            if let Some(other) = stated[at + 1..].iter().take(MAX_MARKED).find(is_other) {
                let what = format!("is another date than {name}, which is used");
                notes.push(Note::new(&other.name, format!("{:?}", other.value), what));
            }
            return (Some(found), notes);
        }
        let note = || Note::new(name, quoted(), NO_DATE);
        if *exact && notes.len() < MAX_REPORTED && !notes.contains(&note()) {
            notes.push(note());
        } else if !exact && unread.is_none() && statement.is_like_date() {
            unread = Some(note());
        }
    }
    notes.extend(unread);
    let found = from_path(&statements.url);
    if found.is_some() {
        notes.push(Note::new("", &statements.url, "is where the date was taken from: the page states none"));
    }
    (found, notes)
}

/// All statements, the most trusted first.
fn stated(tree: &Document, statements: &Statements) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut add = |name: &str, value: String, exact: bool| {
        let own = exact && (name == "datePublished" || EXACT[..4].contains(&name));
        found.push(Statement { name: name.into(), value: one_line(&value), exact, own });
    };
    let about = statements.linked.article(&statements.url);
    let linked = |name: &str| about.as_ref().and_then(|about| about.text(name));
    let is_article = about.as_ref().is_some_and(|about| about.is_article);
    if is_article {
        linked("datePublished").into_iter().for_each(|value| add("datePublished", value, true));
    }
    for value in &statements.linked.salvaged {
        add("datePublished", value.clone(), true);
    }
    for name in EXACT {
        statements.all(name).for_each(|value| add(name, value.to_string(), true));
    }
    if let Some(about) = about.as_ref().filter(|_| is_article) {
        about.text("coverageStartTime").into_iter().for_each(|value| add("coverageStartTime", value, true));
        let posts = about.post_dates().into_iter().filter_map(|value| Some((dates::read_published(&value)?, value)));
        let first = posts.min_by_key(|(date, _)| (date.time.seconds, date.time.nanos));
        first.into_iter().for_each(|(_, value)| add(POSTS, value, true));
    }
    let sizes = clean::sizes(tree);
    let most = tree.body().and_then(|body| sizes.get(&body.id)).map_or(usize::MAX, |whole| whole / MAIN_PART);
    let parts = Parts { sizes, most };
    for (name, value, exact) in marked_up(tree, &parts) {
        add(name, value, exact);
    }
    if !is_article {
        linked("datePublished").into_iter().for_each(|value| add("datePublished", value, true));
    }
    for name in VAGUE {
        statements.all(name).for_each(|value| add(name, value.to_string(), true));
    }
    for name in ["dateCreated", "uploadDate"] {
        linked(name).into_iter().for_each(|value| add(name, value, true));
    }
    found.extend(shown(tree, &parts));
    found
}

/// Dates in elements that are marked up as such: microdata, RDFa, `<time>`.
fn marked_up(tree: &Document, parts: &Parts) -> Vec<(&'static str, String, bool)> {
    let mut found = Vec::new();
    for node in tree.select("[itemprop], [property]").nodes().iter().take(MAX_MARKED) {
        let names = format!("{} {}", node.attr_or("itemprop", ""), node.attr_or("property", "")).to_lowercase();
        let is = |name: &str| names.split_whitespace().any(|known| known.rsplit(':').next() == Some(name));
        if is("datepublished") && !node.has_name("meta") && !parts.is_elsewhere(node)
            || node.has_name("meta")
                && node.attr_or("itemprop", "").eq_ignore_ascii_case("datepublished")
                && !parts.is_elsewhere(node)
        {
            found.push(("datePublished", value_of(node), true));
        }
    }
    let times = tree.select("time");
    let times: Vec<_> = times
        .nodes()
        .iter()
        .take(MAX_MARKED)
        .filter(|time| !is_duration(time) && !parts.is_elsewhere(time) && !is_in_text(time))
        .collect();
    let names = |time: &NodeRef<'_>| {
        let own = format!("{} {}", time.attr_or("class", ""), time.attr_or("itemprop", ""));
        let around = time.parent().map(|parent| parent.attr_or("class", "").to_string()).unwrap_or_default();
        format!("{own} {around}").to_lowercase()
    };
    let is_update = |time: &NodeRef<'_>| ["updat", "modif"].iter().any(|word| names(time).contains(word));
    let is_told = |time: &NodeRef<'_>| {
        time.has_attr("pubdate")
            || ["publi", "posted", "entry-date", "post-date"].iter().any(|word| names(time).contains(word))
    };
    // First the one that says that it is the publication date, then one that does not say that it is an update, then
    // any.
    let rank = |time: &NodeRef<'_>| match (is_told(time), is_update(time)) {
        (true, false) => 0,
        (false, false) => 1,
        _ => 2,
    };
    for wanted in 0..3 {
        let first = times.iter().find(|time| rank(time) == wanted);
        found.extend(first.map(|time| ("time", value_of(time), time.has_attr("datetime"))));
    }
    found
}

/// Dates that only their class tells from other text. Those with an attribute for programs come first.
fn shown(tree: &Document, parts: &Parts) -> Vec<Statement> {
    const CLASSES: &str = "abbr.published, .dt-published, .entry-date, .post-date, .published, .pubdate, .date-published, \
        .article-date, .publish-date, .article__date, .timestamp, .date-header, .dateline-date, .byline-date, .date";
    // Names that contain such a word; these come after the exact ones.
    const LIKE: &str = "[class*=date], [class*=Date], [class*=datum], [class*=publish], [class*=timestamp], [class*=postmeta], \
        [class*=post-meta], [class*=entry-meta], [class*=submitted], [class*=byline], [class*=Byline], [class*=dateline], .meta";
    let (exact, like) = (tree.select(CLASSES), tree.select(LIKE));
    let usable = |node: &&NodeRef<'_>| {
        let names = node.attr_or("class", "").to_ascii_lowercase();
        !["updat", "modif", "valid", "event"].iter().any(|word| names.contains(word))
            && !parts.is_elsewhere(node)
            && !is_in_text(node)
            && parts.sizes.get(&node.id).is_some_and(|size| *size <= MAX_SHOWN_BYTES)
    };
    let exact = exact.nodes().iter().filter(|node| !parts.is_elsewhere(node) && !is_in_text(node)).take(MAX_CANDIDATES);
    let like = like.nodes().iter().take(MAX_MARKED).filter(usable).take(MAX_CANDIDATES);
    let nodes = exact.chain(like);
    let statement =
        |value: String| Statement { name: "date".into(), value: one_line(&value), exact: false, own: false };
    let is_dated = |value: &String| value.contains(|c: char| c.is_ascii_digit());
    let mut marked: Vec<Statement> = Vec::new();
    let mut written: Vec<Statement> = Vec::new();
    for node in nodes {
        let told = TOLD_BY.iter().map(|name| node.attr_or(name, "").to_string());
        marked.extend(told.filter(is_dated).map(statement));
        let text = node.text();
        // "Ines Okafor | 3 March 2026", "Posted on 3 March 2026 by Ines Okafor"
        let pieces = text.split(['|', '·', '•', '∙', '⋅']).filter_map(|piece| piece.split(" by ").next());
        written.extend(pieces.map(str::to_string).filter(is_dated).map(statement));
    }
    marked.into_iter().chain(written).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The date in an element: an attribute for programs, or else its text.
fn value_of(node: &NodeRef<'_>) -> String {
    // The title of an abbreviation spells it out.
    let names: &[&str] = if node.has_name("abbr") { &["content", "title"] } else { &["content", "datetime"] };
    let told = names.iter().find_map(|name| node.attr(name).filter(|value| !value.trim().is_empty()));
    let inner = || node.descendants_it().find(|inner| inner.has_name("time")).and_then(|time| time.attr("datetime"));
    told.or_else(inner).unwrap_or_else(|| node.text()).to_string()
}

/// How much text the parts of a page hold.
struct Parts {
    sizes: HashMap<NodeId, usize>,
    most: usize,
}

impl Parts {
    /// Whether an element stands in a part of the page outside the article, such as comments or links to other
    /// articles.
    fn is_elsewhere(&self, node: &NodeRef<'_>) -> bool {
        std::iter::once(*node).chain(node.ancestors_it(None)).any(|node| {
            let Some(name) = node.node_name() else { return false };
            if matches!(&*name, "body" | "html") {
                return false;
            }
            // Comments are often the largest part of a page. Other names are ignored if their element holds most of the
            // text.
            let is_most = self.sizes.get(&node.id).is_some_and(|size| *size > self.most);
            let counts = |word: &str| !is_most || matches!(word, "comment" | "reply");
            let names = ["class", "id", "itemprop", "itemtype", "data-component"]
                .map(|name| node.attr_or(name, "").to_lowercase());
            // The layout of a whole page is often named after its parts: "has-sidebar", "with-comments".
            let names: Vec<&str> = names
                .iter()
                .flat_map(|names| names.split_whitespace())
                .filter(|name| !["has-", "with-", "no-"].iter().any(|start| name.starts_with(start)))
                .collect();
            !is_most && matches!(&*name, "aside" | "nav" | "footer") && !is_of_article(&node)
                || !is_most && names.iter().any(|name| matches!(*name, "footer" | "site-footer" | "page-footer"))
                || ELSEWHERE.iter().any(|word| counts(word) && names.iter().any(|name| name.contains(word)))
        })
    }
}

/// Whether a footer belongs to the article. Many give the publication date there.
fn is_of_article(node: &NodeRef<'_>) -> bool {
    node.has_name("footer") && node.ancestors_it(None).any(|around| around.has_name("article"))
}

/// Whether a `<time>` tells how long something takes, "5 min read", as `PT5M` does.
fn is_duration(time: &NodeRef<'_>) -> bool {
    time.attr("datetime").is_some_and(|value| value.trim_start().starts_with(['P', 'p']))
}

fn is_in_text(node: &NodeRef<'_>) -> bool {
    let paragraph = node.ancestors_it(Some(4)).find(|around| around.has_name("p"));
    paragraph.is_some_and(|paragraph| paragraph.normalized_char_count() > STORY_CHARS)
}

/// Whether a word in small letters is the name of a month, or the start of one.
fn is_month(word: &str) -> bool {
    word.len() > 2 && Date::MONTH_NAMES.iter().any(|month| month.to_lowercase().starts_with(word))
}

/// The words of a byline from its first number or month on, and before the date of an update: "By Ines Okafor April 28,
/// 2019 at 6:01 am Updated April 29".
fn dated_part(value: &str) -> String {
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let starts = |word: &str| word.starts_with(|c: char| c.is_ascii_digit()) || is_month(&bare(word));
    let words = value.split_whitespace().skip_while(|word| !starts(word));
    let is_update = |word: &str| matches!(bare(word).as_str(), "updated" | "modified" | "last" | "edited");
    words.take_while(|word| !is_update(word)).collect::<Vec<_>>().join(" ")
}

/// The text after a label such as "Published on".
fn without_label(value: &str) -> &str {
    let lower = value.to_ascii_lowercase();
    let label = LABELS.iter().filter(|label| lower.starts_with(*label)).map(|label| label.len()).max().unwrap_or(0);
    let rest = value[label..].trim_start_matches(|c: char| c == ':' || c.is_whitespace());
    ["on ", "at ", "On "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest)
}

/// The day in an address, which is the last resort: `/2026/03/03/`, `/2026/mar/03/`, `/2026-03-03`.
fn from_path(url: &str) -> Option<Published> {
    let path = url.split("://").nth(1)?.split(['?', '#']).next()?;
    let parts: Vec<&str> = path.split(['/', '-']).skip(1).collect();
    let is_number = |part: &str, width: usize| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.windows(3).find_map(|part| {
        let named = Date::MONTH_NAMES.iter().position(|month| part[1].eq_ignore_ascii_case(&month[..3]));
        let month = named.map(|month| format!("{:02}", month + 1));
        let month = month.or_else(|| is_number(part[1], 2).then(|| part[1].to_string()))?;
        let plausible = is_number(part[0], 4) && ("1900".."2100").contains(&part[0]) && is_number(part[2], 2);
        plausible.then(|| dates::read_published(&format!("{}-{month}-{}", part[0], part[2])))?
    })
}
