//! Lists the names under which records hold the fields of an article.

use std::fmt;
use std::str::FromStr;

/// A field of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli::ingest) enum Field {
    Id,
    Url,
    Outlet,
    Title,
    Authors,
    Language,
    PublishTime,
    Labels,
    Body,
}

/// A field with its own name, the names that records use for it, and fallbacks that count only if there is none of
/// these.
struct Names(Field, &'static str, &'static [&'static str], &'static [&'static str]);

/// All names in the form of [`folded`].
const NAMES: [Names; 9] = [
    Names(Field::Id, "id", &["id"], &["articleid", "docid", "documentid", "uuid", "externalid", "storiesid", "nid"]),
    Names(
        Field::Url,
        "url",
        &[
            "url",
            "link",
            "weburl",
            "canonicalurl",
            "canonicallink",
            "permalink",
            "articleurl",
            "pageurl",
            "storyurl",
            "finalurl",
        ],
        &["uri", "href", "guid", "mainentityofpage", "externalurl", "@id", "id"],
    ),
    Names(
        Field::Outlet,
        "outlet",
        &[
            "source",
            "publisher",
            "outlet",
            "sitename",
            "sourcename",
            "medianame",
            "sourcehostname",
            "publication",
            "newspaper",
            "ogsitename",
            "provider",
        ],
        &["domain", "hostname", "sourcedomain", "cleanurl", "host", "site", "sourceurl"],
    ),
    Names(
        Field::Title,
        "title",
        &["title", "headline", "webtitle", "articletitle", "posttitle", "ogtitle", "dctitle", "headlines"],
        &["titlepage", "titlerss", "name"],
    ),
    Names(
        Field::Authors,
        "authors",
        &["authors", "author", "byline", "bylines", "creator", "creators", "dccreator", "articleauthor", "authorname"],
        &["writer", "writers", "journalist", "reporter", "contributors", "credits", "postauthor"],
    ),
    Names(
        Field::Language,
        "language_code",
        &["language", "lang", "inlanguage", "languagecode", "humanlanguage", "metalang", "dclanguage"],
        &["locale"],
    ),
    Names(
        Field::PublishTime,
        "publish_time",
        &[
            "publishedat",
            "published",
            "publisheddate",
            "datepublished",
            "publishtime",
            "publishdate",
            "datepublish",
            "pubdate",
            "publicationdate",
            "webpublicationdate",
            "firstpublicationdate",
            "firstpublished",
            "firstpublishedat",
            "articlepublishedtime",
            "publishedtime",
            "publishedon",
            "publishedparsed",
            "dateposted",
            "postdate",
            "postedat",
            "releasedate",
            "issued",
            "dcdate",
            "dcdateissued",
            "datetimepub",
            "datetime",
            "date",
            "firstpublishdate",
            "displaydate",
        ],
        &[
            "timestamp",
            "@timestamp",
            "time",
            "seendate",
            "createdat",
            "datecreated",
            "created",
            "versioncreated",
            "firstcreated",
            "updated",
            "updatedat",
            "updatedon",
            "dateupdated",
            "updateddate",
            "lastupdated",
            "modified",
            "modifiedat",
            "modifieddate",
            "datemodified",
            "lastmodified",
            "lastmodifieddate",
        ],
    ),
    Names(Field::Labels, "labels", &["labels"], &[]),
    Names(
        Field::Body,
        "body",
        &[
            "body",
            "text",
            "textcontent",
            "content",
            "maintext",
            "articlebody",
            "contenttext",
            "bodytext",
            "postcontent",
            "fulltext",
            "articletext",
            "storytext",
            "story",
            "plaintext",
            "cleanedtext",
            "contentencoded",
            "contenthtml",
            "bodyhtml",
            "articlehtml",
        ],
        &[
            "rawtext",
            "article",
            "document",
            "paragraphs",
            "html",
            "contentelements",
            "blocks",
            "contentblocks",
            "bodyblocks",
            "richtext",
            "richcontent",
            "sections",
            "slices",
            "contentjson",
            "bodyjson",
            "lexical",
            "editorstate",
            "root",
            "ops",
            "leadparagraph",
        ],
    ),
];

impl Field {
    fn names(self) -> &'static Names {
        // Every field has an entry above.
        NAMES.iter().find(|names| names.0 == self).unwrap_or(&NAMES[0])
    }

    /// The names that records use for it, in order of preference.
    pub(super) fn usual(self) -> &'static [&'static str] {
        self.names().2
    }

    /// The names that count only if there is none of the usual ones.
    pub(super) fn last(self) -> &'static [&'static str] {
        self.names().3
    }
}

/// A name without what its writers do not agree about: case, `_`, `-` and other separators. `datePublished`,
/// `date_published` and `date-published` are one name.
pub(in crate::cli::ingest) fn folded(name: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, '@' | '#' | '$');
    name.chars().filter(kept).flat_map(char::to_lowercase).collect()
}

/// The names that misspelt ones are compared with. They are those that people write by hand; programs spell theirs
/// right.
const SPELT: [(Field, &[&str]); 7] = [
    (Field::Outlet, &["outlet", "source", "publisher"]),
    (Field::Title, &["title", "headline"]),
    (Field::Authors, &["authors", "author", "byline"]),
    (Field::Language, &["language", "lang", "language_code"]),
    (
        Field::PublishTime,
        &["published", "published_at", "publish_time", "publish_date", "datePublished", "pubDate", "date"],
    ),
    (Field::Labels, &["labels"]),
    (Field::Url, &["url", "link", "permalink"]),
];

/// Longer names are not compared, in bytes: no field has such a name.
const MAX_NAME_BYTES: usize = 24;

/// Whether some field is looked for under this folded name.
pub(in crate::cli::ingest) fn is_known(folded: &str) -> bool {
    NAMES.iter().any(|names| names.2.contains(&folded) || names.3.contains(&folded))
}

/// The field whose name a folded name misspells, and that name.
pub(in crate::cli::ingest) fn nearest(folded: &str) -> Option<(Field, &'static str)> {
    let names = SPELT.iter().flat_map(|(field, spelt)| spelt.iter().map(|name| (*field, *name)));
    let near = names.filter_map(|(field, name)| Some((distance(folded, name)?, field, name)));
    near.min_by_key(|(distance, ..)| *distance).map(|(_, field, name)| (field, name))
}

/// The note on a name that looks misspelt.
pub(in crate::cli::ingest) fn did_you_mean(meant: &str) -> String {
    format!("is not used: there is no such field; did you mean {meant}?")
}

/// The distance of a folded name from `name`, if it looks like a misspelling: two letters swapped, one wrong, missing
/// or too many, or two of these in a long name. In short names only a swap counts: "data" and "rate" do not misspell
/// "date".
fn distance(folded: &str, name: &str) -> Option<usize> {
    let name = self::folded(name);
    if folded.len() > MAX_NAME_BYTES || folded.len().abs_diff(name.len()) > 2 {
        return None;
    }
    let most = if name.len() < 8 { 1 } else { 2 };
    let sorted = |text: &str| {
        let mut letters: Vec<_> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let is_long = name.len() > 4 && folded.len() > 4;
    let distance = strsim::osa_distance(folded, &name);
    (distance <= most && (is_long || sorted(folded) == sorted(&name))).then_some(distance)
}

/// Which name records use for a field: `body=text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli::ingest) struct FieldName {
    pub(super) field: Field,
    pub(super) name: String,
}

impl fmt::Display for FieldName {
    /// In the form of the command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.field.names().1, self.name)
    }
}

impl FromStr for FieldName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields = || NAMES.iter().map(|names| names.1).collect::<Vec<_>>().join(", ");
        let (label, name) = text.split_once('=').ok_or("expected FIELD=NAME, for example body=text")?;
        let found = NAMES.iter().find(|names| names.1 == label);
        let names = found.ok_or_else(|| format!("no field \"{label}\"; the fields are {}", fields()))?;
        Ok(Self { field: names.0, name: name.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_known_and_others_are_not() {
        let meant = |name: &str| nearest(&folded(name)).map(|(_, name)| name);
        for (name, expected) in [
            ("publishd", "published"),
            ("Publish-tiem", "publish_time"),
            ("titel", "title"),
            ("sorce", "source"),
            ("outlt", "outlet"),
            ("auhtor", "author"),
            ("lables", "labels"),
            ("langauge", "language"),
            ("daet", "date"),
            ("labesl", "labels"),
        ] {
            assert_eq!(meant(name), Some(expected), "{name}");
        }
        for name in [
            "data", "rate", "line", "like", "tile", "test", "score", "issue", "modified", "section", "country",
            "updated",
        ] {
            assert_eq!(meant(name), None, "{name}");
        }
        assert!(is_known("datepublished") && !is_known("publishd"));
    }

    #[test]
    fn names_are_written_folded_and_mean_one_field() {
        for Names(field, _, usual, last) in &NAMES {
            for name in usual.iter().chain(*last) {
                assert_eq!(&folded(name), name, "{field:?}");
            }
        }
        assert_eq!(folded("date-Published"), folded("DATE_PUBLISHED"));
        assert_ne!(folded("@id"), folded("_id"));
        assert!("text=body".parse::<FieldName>().unwrap_err().starts_with("no field \"text\"; the fields are id, url"));
    }
}
