//! Finds the headline of a page.
//!
//! The text of `<title>` often holds more than the headline: the outlet behind a bar, a path to the page. Such a part is
//! cut only where something shows what it is. A dash or `>` alone shows nothing.

use dom_query::{Document, NodeRef};

use super::super::byline::ends_like_an_outlet;
use super::super::markup::{body, rendered};
use super::super::note::Note;
use super::statements::Statements;

/// How many headings are looked at.
const MAX_HEADINGS: usize = 20;

/// Signs between the parts of a `<title>`, with a blank on either side.
const SEPARATORS: [char; 13] = ['|', '-', '–', '—', '―', '·', '•', ':', '»', '«', '>', '/', '‹'];

/// The longest name of an outlet that is known only by its words, in words.
const MAX_OUTLET_WORDS: usize = 5;

/// The headline: the one in the metadata, or the one that readers see, or what `<title>` says. A note tells what was
/// cut off without certainty.
pub(super) fn title(tree: &Document, statements: &Statements, outlet: &str) -> (String, Option<Note>) {
    let headings = headings(tree, "h1");
    let headings = if headings.is_empty() { self::headings(tree, "[role=heading][aria-level='1']") } else { headings };
    let linked = statements.linked.article(&statements.url).filter(|about| about.is_article);
    let metas = ["twitter:title", "dc.title", "dcterms.title", "sailthru.title", "parsely-title", "citation_title"];
    let told = [
        linked.and_then(|about| about.headline()),
        statements.meta(&["og:title"]).map(str::to_string),
        statements.meta(&metas).map(str::to_string),
        headings.first().filter(|_| headings.len() == 1).cloned(),
    ];
    let told = told.into_iter().flatten().map(|title| plain(&title)).find(|title| !title.is_empty());
    let (title, note) = match told {
        Some(title) => (without_outlet(&title, outlet), None),
        None => of_element(tree, statements, outlet, &headings),
    };
    // Some titles in the metadata are cut off. The heading has the rest.
    let start = title.trim_end_matches(['…', '.', ' ']);
    let whole =
        headings.iter().find(|heading| start.len() > 20 && heading.len() > title.len() && heading.starts_with(start));
    match whole {
        Some(heading) if title.ends_with(['…', '.']) => (heading.clone(), note),
        _ => (title, note),
    }
}

fn headings(tree: &Document, selector: &str) -> Vec<String> {
    let nodes = tree.select(selector);
    let texts = nodes.nodes().iter().take(MAX_HEADINGS).map(|node| one_line(&rendered::text_of(*node, "en")));
    texts.filter(|text| !text.is_empty()).collect()
}

/// What `<title>` says, without the parts that are known to be something else.
fn of_element(tree: &Document, statements: &Statements, outlet: &str, headings: &[String]) -> (String, Option<Note>) {
    let titles = tree.select("title");
    let in_picture = |node: &&NodeRef<'_>| !node.parent().is_some_and(|parent| parent.has_name("svg"));
    let whole = titles.nodes().iter().find(in_picture).map(|node| plain(&node.text())).unwrap_or_default();
    let parts = parts(&whole);
    // The page shows one part as a heading: the others are a path, a section or the outlet.
    let others = if parts.len() > 1 { self::headings(tree, "h2") } else { Vec::new() };
    let is_shown = |&&(start, end): &&(usize, usize)| {
        let part = &whole[start..end];
        parts.len() > 1 && headings.iter().chain(&others).any(|heading| heading == part)
    };
    if let Some(&(start, end)) = parts.iter().rev().find(is_shown) {
        return (whole[start..end].to_string(), None);
    }
    let [(first_start, first_end), .., (last_start, last_end)] = parts[..] else { return (whole, None) };
    let host = host(&statements.url);
    let is_known = |part: &str| is_named(part, outlet);
    let is_likely = |part: &str| is_host(part, &host) || outlet.is_empty() && is_like_outlet(part);
    let (first, last) = (&whole[first_start..first_end], &whole[last_start..last_end]);
    let (second_start, before_last) = (parts[1].0, parts[parts.len() - 2].1);
    let (kept, cut, is_certain) = match (is_known(last), is_known(first), is_likely(last), is_likely(first)) {
        (true, ..) => (&whole[..before_last], last, true),
        (_, true, ..) => (&whole[second_start..], first, true),
        (_, _, true, _) => (&whole[..before_last], last, false),
        (.., true) => (&whole[second_start..], first, false),
        _ => return (whole, None),
    };
    let note = (!is_certain).then(|| Note::new("title", format!("{cut:?}"), "is left out: it names the outlet"));
    (kept.to_string(), note)
}

/// Where the parts of a title begin and end, between signs with a blank on either side, or `|`.
fn parts(title: &str) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, sign) in title.char_indices().filter(|(_, sign)| SEPARATORS.contains(sign)) {
        let after = at + sign.len_utf8();
        // "Marn Post: Bridge shut" needs no blank before the sign.
        let apart = (sign == ':' || title[..at].ends_with(' ')) && title[after..].starts_with(' ');
        if apart || sign == '|' {
            parts.push((start, at));
            start = after;
        }
    }
    parts.push((start, title.len()));
    let trimmed = parts.into_iter().map(|(start, end)| {
        let part = &title[start..end];
        let start = start + (part.len() - part.trim_start().len());
        (start, start + part.trim().len())
    });
    trimmed.filter(|(start, end)| start < end).collect()
}

fn is_named(part: &str, outlet: &str) -> bool {
    let bare = |name: &str| {
        let name = name.trim().to_lowercase();
        name.strip_prefix("the ").unwrap_or(&name).to_string()
    };
    !outlet.is_empty() && bare(part) == bare(outlet)
}

/// The machine in an address, without "www." and without what stands behind the name: "marnpost.example" and
/// "marnpost".
fn host(url: &str) -> (String, String) {
    let host = url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#', ':']).next()).unwrap_or_default();
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host).to_string();
    let name = host.rsplit_once('.').map_or(host.as_str(), |(name, _)| name);
    let name = name.split('.').max_by_key(|label| label.len()).unwrap_or_default().to_string();
    (host, name)
}

/// Whether a part names the machine of the page: "Marn Post" at www.marnpost.example.
fn is_host(part: &str, (host, name): &(String, String)) -> bool {
    let bare =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let part = part.to_lowercase();
    let named = bare(part.strip_prefix("the ").unwrap_or(&part));
    !host.is_empty() && (part == *host || named.len() > 2 && (named == bare(name) || bare(&part) == bare(name)))
}

/// Whether the words of a part are like those of the name of an outlet, "The Marn Observer", or the address of one.
fn is_like_outlet(part: &str) -> bool {
    let words: Vec<&str> = part.split(' ').collect();
    let is_site =
        words.len() == 1 && part.contains('.') && part.chars().all(|c| c.is_alphanumeric() || ".-".contains(c));
    let capitals = words.iter().filter(|word| word.chars().next().is_some_and(char::is_uppercase)).count();
    let is_name = (2..=MAX_OUTLET_WORDS).contains(&words.len()) && capitals + 1 >= words.len();
    is_site && part.contains(char::is_alphabetic) || is_name && ends_like_an_outlet(part)
}

/// A title without the name of the outlet before or after it.
fn without_outlet(title: &str, outlet: &str) -> String {
    let parts = parts(title);
    let [(_, first_end), .., (last_start, _)] = parts[..] else { return title.to_string() };
    if is_named(&title[last_start..], outlet) {
        return title[..parts[parts.len() - 2].1].trim().to_string();
    }
    if is_named(&title[..first_end], outlet) {
        return title[parts[1].0..].trim().to_string();
    }
    title.to_string()
}

/// A statement without tags, on one line.
pub(super) fn plain(text: &str) -> String {
    one_line(&body::line_text(text))
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('\u{ad}', "")
}

#[cfg(test)]
mod tests {
    use super::super::super::markup::parse;
    use super::*;

    fn read(page: &str, outlet: &str) -> (String, Option<String>) {
        let tree = parse::document(page).unwrap();
        let (title, note) = title(&tree, &Statements::new(&tree), outlet);
        (title, note.map(|note| note.to_string()))
    }

    #[test]
    fn nothing_is_cut_but_what_is_known() {
        for title in [
            "Rates > 5 percent, bank says",
            "Is 5 < 6? Yes <b> and 7 > 6 <now> at Marn",
            "A - B - C - D",
            "Interview: Tom Reed on the bridge - part 2",
            "Bridge shut | Region",
            "Home > News > Bridge shut",
            "Tom Reed: the bridge is shut",
            "“No” – an answer",
        ] {
            let page = format!("<title>{}</title><p>Text.", title.replace('<', "&lt;"));
            assert_eq!(read(&page, "Marn Post"), (title.to_string(), None));
        }
        let page = "<title>Bridge <b>shut</b> &lt;now&gt;</title>";
        assert_eq!(read(page, ""), ("Bridge shut <now>".to_string(), None));
    }

    #[test]
    fn what_is_known_is_cut() {
        let heading = "<h1>A</h1><h1>Bridge shut</h1>";
        for (page, outlet, expected) in [
            ("<title>Bridge shut - Marn Post</title>", "Marn Post", "Bridge shut"),
            ("<title>The Marn Post | Bridge shut</title>", "Marn Post", "Bridge shut"),
            ("<title>Bridge shut | Region | Marn Post</title>", "Marn Post", "Bridge shut | Region"),
            (&format!("<title>Home > News > Bridge shut</title>{heading}"), "", "Bridge shut"),
            (&format!("<title>Bridge shut - Region</title>{heading}"), "", "Bridge shut"),
            ("<title>x</title><div role=heading aria-level=1>Bridge shut</div>", "", "Bridge shut"),
            ("<title>x</title><meta name=citation_title content='Bridge shut'>", "", "Bridge shut"),
            ("<title>x</title><meta name=parsely-page content='{\"title\":\"Bridge shut\"}'>", "", "Bridge shut"),
        ] {
            assert_eq!(read(page, outlet), (expected.to_string(), None), "{page}");
        }
    }

    #[test]
    fn what_is_likely_is_cut_and_told() {
        for (title, cut) in
            [("Bridge shut - The Veld Observer", "The Veld Observer"), ("MARNPOST » Bridge shut", "MARNPOST")]
        {
            let page = format!("<title>{title}</title><link rel=canonical href='https://www.marnpost.example/a'>");
            let told = format!("field title: {cut:?} is left out: it names the outlet");
            assert_eq!(read(&page, ""), ("Bridge shut".to_string(), Some(told)));
        }
    }
}
