//! Where dates are found, and what is told of the others.

use super::super::super::markup::parse;
use super::*;

fn read(page: &str) -> (String, Vec<String>) {
    let tree = parse::document(page).unwrap();
    let (found, notes) = published(&tree, &Statements::new(&tree));
    let moment = found.map(|found| dates::show_moment(&found.time)).unwrap_or_default();
    (moment, notes.iter().map(Note::to_string).collect())
}

#[test]
fn a_date_is_found_wherever_it_is_told() {
    for page in [
        "<meta property='article:published_time' content=' 2026-03-03T14:05:00Z '>",
        "<meta name='Article:Published_Time' content='2026-03-03T14:05:00Z'>",
        "<meta property='og:type article:published_time' content='2026-03-03T14:05:00Z'>",
        "<meta name=DC.Date.Issued content='2026-03-03T14:05:00Z'>",
        "<meta name=pubdate content='2026-03-03T14:05:00Z'>",
        "<meta name=sailthru.date content='2026-03-03T14:05:00Z'>",
        "<meta itemprop=datePublished content='2026-03-03T14:05:00Z'>",
        "<span itemprop='datePublished dateCreated' content='2026-03-03T14:05:00Z'>Tuesday</span>",
        "<time itemprop=datePublished datetime='2026-03-03T14:05:00Z'>Tuesday</time>",
        "<span itemprop=datePublished>2026-03-03 14:05:00</span>",
        "<div property='schema:datePublished' content='2026-03-03T14:05:00Z'></div>",
        "<article><header><time datetime='2026-03-03T14:05:00Z'>Tuesday</time></header></article>",
        "<aside><time datetime='2020-01-01'></time></aside><time datetime='2026-03-03T14:05:00Z'></time>",
        "<time class=updated datetime='2026-03-04'></time><time class=published datetime='2026-03-03T14:05:00Z'></time>",
        "<ol class=comments><li><time datetime='2020-01-01'></time></ol><p><time pubdate datetime='2026-03-03T14:05:00Z'></time>",
        "<time datetime=PT5M>5 minutes</time><time datetime='2026-03-03T14:05:00Z'>Tuesday</time>",
        "<span class=timestamp data-timestamp=1772546700>2 hours ago</span>",
        "<abbr class=published title='2026-03-03T14:05:00Z'>Tuesday</abbr>",
        "<span class=post-date>Published: 2026-03-03 14:05:00</span>",
        "<meta name=date content=2020-01-01><script type='application/ld+json'>{\"@type\":\"NewsArticle\",\
            \"datePublished\":\"2026-03-03T14:05:00Z\"}</script>",
        "<script type='application/LD+JSON'>{\"@type\":\"Article\",\"dateCreated\":\"2026-03-03T14:05:00Z\"}</script>",
    ] {
        assert_eq!(read(page), ("3 March 2026, 14:05 UTC".into(), Vec::new()), "{page}");
    }
    for url in ["2026/03/03/a", "news/2026/mar/03/a", "2026-03-03-a"] {
        let page = format!("<link rel=canonical href='https://veld.example/{url}'>");
        assert_eq!(read(&page).0, "3 March 2026, 00:00 UTC", "{url}");
    }
    assert_eq!(read("<link rel=canonical href='https://veld.example/2026/33/03/a'>"), Default::default());
}

#[test]
fn comments_are_no_article_however_long() {
    let words = "The bridge of Marn has stood for a long time. ".repeat(20);
    let page =
        |name: &str| format!("<h1>Marn</h1><div class={name}><time datetime='2026-03-03'></time><p>{words}</div>");
    assert_eq!(read(&page("comments")).0, "");
    assert_eq!(read(&page("widget")).0, "3 March 2026, 00:00 UTC");
}

#[test]
fn what_is_no_date_is_told() {
    let (moment, notes) = read("<meta name=pubdate content='on the eve of the fair'><meta name=date content=''>");
    assert_eq!(moment, "");
    assert_eq!(notes.len(), 1);
    assert!(notes[0].starts_with("field pubdate: \"on the eve of the fair\" is not a date that is understood; forms"));
    let (moment, notes) = read("<meta name=pubdate content='8/9/18'>");
    assert_eq!(moment, "9 August 2018, 00:00 UTC");
    assert_eq!(notes, ["field pubdate: \"8/9/18\" is read with the month first"]);
    let (moment, notes) = read("<meta name=pubdate content='at dusk'><time datetime='2026-03-03'></time>");
    assert_eq!((moment.as_str(), notes.len()), ("3 March 2026, 00:00 UTC", 1));
}

#[test]
fn a_day_in_the_story_is_not_its_own() {
    let words = "The bridge of Marn has stood for a long time. ".repeat(5);
    assert_eq!(read(&format!("<p>{words}<time datetime='1920-01-01'>1920</time></p>")).0, "");
}
