//! What is stored: articles, their analyses, and the entities collected over all of them.

use std::collections::BTreeMap;
use std::fmt;

use sayso_document::{Analysis, Counted, Date, EntityType};

use crate::text;

/// An article as a client put it. Its text is stored as given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Article {
    /// The client's id, or a digest of the content. Never empty in the store.
    pub id: String,
    /// Where it was published. Optional, like everything that follows except the body.
    pub url: String,
    /// The outlet: "Veld Courier".
    pub outlet: String,
    /// The headline.
    pub title: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// BCP 47 code of the language, for example `en`.
    pub language: String,
    /// When it was published, in microseconds since 1970-01-01T00:00:00Z.
    pub published_at: Option<i64>,
    /// The day of publication at the outlet, if known. Words of time count from it.
    pub published_on: Option<Date>,
    /// The client's own keys and their values.
    pub labels: BTreeMap<String, String>,
    /// The text that all spans of the analysis refer to.
    pub body: String,
    /// Which version of the article this is. The engine sets it; in a [`crate::Write`] it is ignored.
    pub version: Version,
}

/// Which version of an article an id has at present. Only what the client put counts: another analysis makes no new
/// version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// 1 when the id is new, and one more at every change.
    pub revision: u64,
    /// When the id was first put, in microseconds since 1970. None for an article that was put before this was kept.
    pub created: Option<i64>,
    /// When the article last changed. None while it is as it was put before this was kept; never before `created`.
    pub updated: Option<i64>,
    /// Differs between any two versions of an article, also when it was deleted between them or has the same content.
    pub etag: u64,
    /// A digest of the body alone, which names what stands in it: the first 16 hexadecimal digits of its BLAKE3 digest,
    /// as a number. The same on every machine and for ever.
    pub text: u64,
}

impl Version {
    /// The version of an article that is put under a new id. `birth` tells lives of the id apart that begin in the same
    /// microsecond, or out of order because the clock was set back.
    pub(crate) fn first(article: &Article, now: i64, birth: u64) -> Self {
        Self::of(article, 1, Some(now), Some(now), birth)
    }

    /// The version of other content in the place of this one. `birth` as above.
    pub(crate) fn next(self, article: &Article, now: i64, birth: u64) -> Self {
        let updated = self.updated.or(self.created).map_or(now, |last| last.max(now));
        Self::of(article, self.revision + 1, self.created, Some(updated), birth)
    }

    /// The version of an article that was put before versions were kept.
    pub(crate) fn unknown(article: &Article) -> Self {
        Self::of(article, 1, None, None, 0)
    }

    /// The version with this number and these moments, in microseconds since 1970. `birth` as above.
    fn of(article: &Article, revision: u64, created: Option<i64>, updated: Option<i64>, birth: u64) -> Self {
        let etag = etag(article, revision, created, birth);
        Self { revision, created, updated, etag, text: text_digest(&article.body) }
    }
}

/// The first 16 hexadecimal digits of the BLAKE3 digest of a text, as a number. The same on every machine, for ever.
///
/// ```
/// use sayso_index::text_digest;
///
/// assert_eq!(text_digest(""), 0xaf13_49b9_f5f9_a1a6);
/// assert_ne!(text_digest("The ferry sails."), text_digest("The ferry sails"));
/// ```
pub fn text_digest(text: &str) -> u64 {
    number(&blake3::hash(text.as_bytes()))
}

/// The first eight bytes of a digest as a number, which is the same on every machine.
fn number(digest: &blake3::Hash) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Lengths go in, so that no two splits of the same letters meet.
fn etag(article: &Article, revision: u64, created: Option<i64>, birth: u64) -> u64 {
    let Article { id, url, outlet, title, authors, language, published_at, published_on, labels, body, version: _ } =
        article;
    let mut hasher = blake3::Hasher::new();
    for count in [revision, birth, authors.len() as u64, labels.len() as u64] {
        hasher.update(&count.to_le_bytes());
    }
    for moment in [created, *published_at, published_on.map(|day| day.days().into())] {
        hasher.update(&[u8::from(moment.is_some())]).update(&moment.unwrap_or_default().to_le_bytes());
    }
    let labels = labels.iter().flat_map(|(key, value)| [key, value]);
    for part in [id, url, outlet, title, language, body].into_iter().chain(authors).chain(labels) {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    number(&hasher.finalize())
}

/// An article with what was found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalyzedArticle {
    /// The article.
    pub article: Article,
    /// What was found in its body.
    pub analysis: Analysis,
}

impl AnalyzedArticle {
    /// Whether all positions and spans of the analysis lie inside what they refer to; else what does not.
    pub(crate) fn fault(&self) -> Option<String> {
        let Analysis { sentences, entities, mentions, quotes, .. } = &self.analysis;
        let body = self.article.body.as_str();
        let spans = (sentences.iter().map(|s| s.span))
            .chain(mentions.iter().flat_map(|m| [Some(m.span), m.name]).flatten())
            .chain(quotes.iter().flat_map(|q| q.content.iter().chain(&q.cue).chain(&q.source).copied().chain(q.when)))
            .chain(quotes.iter().filter_map(|q| q.addressee.as_ref().map(|a| a.span)));
        if let Some(span) = spans.into_iter().find(|span| body.get(span.range()).is_none()) {
            return Some(format!("span {}..{} does not fit the body", span.start(), span.end()));
        }
        let named = (mentions.iter().map(|m| m.entity))
            .chain(quotes.iter().flat_map(|q| q.speakers.iter().chain(&q.about).copied()))
            .chain(quotes.iter().filter_map(|q| q.addressee.as_ref()).flat_map(|a| a.entities.iter().copied()))
            .chain(
                entities
                    .iter()
                    .flat_map(|e| &e.roles)
                    .flat_map(|r| [&r.organization, &r.country].into_iter().flatten())
                    .filter_map(|n| n.entity),
            );
        if let Some(position) = named.into_iter().find(|&position| position >= entities.len()) {
            return Some(format!("there is no entity {position}"));
        }
        let stray = mentions.iter().find(|m| m.sentence >= sentences.len())?;
        Some(format!("there is no sentence {}", stray.sentence))
    }
}

/// Identifies an entity across articles: type and folded name, `person/ada-lind`.
///
/// ```
/// use sayso_document::EntityType;
/// use sayso_index::EntityId;
///
/// let id = EntityId::of(EntityType::Person, "Ada Lind");
/// assert_eq!(id.as_str(), "person/ada-lind");
/// // Case, accents and possessive endings make no difference.
/// assert_eq!(EntityId::of(EntityType::Person, "ADA LÍND’s"), id);
/// assert_eq!(EntityId::parse("person/ada-lind"), Some(id));
/// assert_eq!(EntityId::parse("Ada Lind"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(String);

impl EntityId {
    /// Names longer than this many bytes, once folded, are cut: they are not names.
    const NAME_BYTES: usize = 200;

    /// The id of the entity of this type with this name. Case, accents, punctuation and possessive endings make no difference. A
    /// name without letters or digits is identified by its code points.
    pub fn of(kind: EntityType, name: &str) -> Self {
        let fold = |name: &str| text::exact(name).map(|word| word.text).collect::<Vec<_>>().join("-");
        let mut words = match name.contains(Self::LETTERS) {
            true => Self::LETTERS
                .iter()
                .fold(fold(&Self::spelt(name)), |id, &sign| id.replace(&Self::stand_in(sign), &sign.to_string())),
            false => fold(name),
        };
        if words.is_empty() {
            words = name.chars().map(|c| format!("u{:x}", u32::from(c))).collect::<Vec<_>>().join("-");
        }
        words.truncate(words.floor_char_boundary(Self::NAME_BYTES));
        Self(format!("{}/{words}", type_word(kind)))
    }

    /// Signs that search takes for apostrophes, and ids for letters: stores hold such ids.
    const LETTERS: [char; 5] = ['ʻ', 'ʾ', 'ʿ', 'ʹ', 'ˈ'];

    /// The name with letters in place of these signs.
    fn spelt(name: &str) -> String {
        Self::LETTERS.iter().fold(name.to_owned(), |name, &sign| name.replace(sign, &Self::stand_in(sign)))
    }

    /// Letters that stand for a sign and occur in no name.
    fn stand_in(sign: char) -> String {
        format!("zzq{:x}qzz", u32::from(sign))
    }

    /// Reads an id that [`EntityId::as_str`] wrote. None if it cannot be one.
    pub fn parse(id: &str) -> Option<Self> {
        let (kind, name) = id.split_once('/')?;
        let typed = TYPES.iter().any(|&(_, word)| word == kind);
        let named = !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control());
        (typed && named).then(|| Self(id.to_owned()))
    }

    /// An id that the store keeps.
    pub(crate) fn known(id: String) -> Self {
        Self(id)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The types with the words that stand for them in ids.
const TYPES: [(EntityType, &str); 9] = [
    (EntityType::Person, "person"),
    (EntityType::Organization, "organization"),
    (EntityType::Place, "place"),
    (EntityType::Facility, "facility"),
    (EntityType::Norp, "norp"),
    (EntityType::Event, "event"),
    (EntityType::Product, "product"),
    (EntityType::Date, "date"),
    (EntityType::Money, "money"),
];

/// The word for a type in ids and in the indexes.
pub(crate) fn type_word(kind: EntityType) -> &'static str {
    match kind {
        EntityType::Person => "person",
        EntityType::Organization => "organization",
        EntityType::Place => "place",
        EntityType::Facility => "facility",
        EntityType::Norp => "norp",
        EntityType::Event => "event",
        EntityType::Product => "product",
        EntityType::Date => "date",
        EntityType::Money => "money",
    }
}

/// The type with this word.
pub(crate) fn type_of(word: &str) -> Option<EntityType> {
    TYPES.iter().find(|&&(_, one)| one == word).map(|&(kind, _)| kind)
}

/// The words for all types.
pub(crate) fn type_words() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|&(_, word)| word)
}

/// An entity, gathered over all articles of one consistent view.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityRecord {
    /// Its id.
    pub id: EntityId,
    /// The name that most articles give it.
    pub name: String,
    /// What sort of thing it is.
    pub kind: EntityType,
    /// Other names, most frequent first.
    pub aliases: Vec<Counted>,
    /// Titles and roles, most frequent first.
    pub titles: Vec<Counted>,
    /// How many mentions, in all articles.
    pub mentions: u64,
    /// How many articles mention it.
    pub articles: u64,
    /// How many quotes it speaks.
    pub quotes: u64,
    /// The earliest `published_at` (microseconds) among its articles, where any has one.
    pub first_seen: Option<i64>,
    /// The latest.
    pub last_seen: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_fold_case_accents_and_marks() {
        let id = EntityId::of(EntityType::Person, "Élodie  O’Brien-Żuk");
        assert_eq!(id.as_str(), "person/elodie-obrien-zuk");
        assert_eq!(EntityId::parse(id.as_str()), Some(id));
        assert_eq!(EntityId::of(EntityType::Place, "U.S.").as_str(), "place/us");
        assert_eq!(EntityId::of(EntityType::Place, "Київ").as_str(), "place/київ");
        assert_eq!(EntityId::of(EntityType::Event, "★").as_str(), "event/u2605");
        assert_eq!(EntityId::of(EntityType::Place, "Port of ʻEwa, Hawaiʻi").as_str(), "place/port-of-ʻewa-hawaiʻi");
    }

    /// Ids of sentences, quotes and mentions are made of it: it may never change.
    #[test]
    fn the_digest_of_a_text_is_the_same_for_ever() {
        assert_eq!(text_digest("The talks resumed."), 0x47a1_cbd5_bbad_e0f2);
        assert_eq!(text_digest(""), 0xaf13_49b9_f5f9_a1a6);
    }

    #[test]
    fn etags_tell_versions_and_contents_apart() {
        let plain = || Article { id: "a".into(), body: "Talks.".into(), ..Article::default() };
        let one = |text: &str| vec![text.to_owned()];
        let contents = [
            plain(),
            Article { id: "b".into(), ..plain() },
            Article { url: "x".into(), ..plain() },
            Article { outlet: "x".into(), ..plain() },
            Article { title: "x".into(), ..plain() },
            Article { language: "x".into(), ..plain() },
            Article { authors: one("x"), ..plain() },
            Article { authors: [one("x"), one("")].concat(), ..plain() },
            Article { labels: [("x".into(), String::new())].into(), ..plain() },
            Article { labels: [(String::new(), "x".into())].into(), ..plain() },
            Article { published_at: Some(0), ..plain() },
            Article { published_on: Date::from_days(0), ..plain() },
            Article { body: "Talks".into(), ..plain() },
        ];
        let versions = |article: &Article| {
            let first = Version::first(article, 5, 1);
            let later = [Version::first(article, 6, 1), Version::first(article, 5, 2), Version::unknown(article)];
            [vec![first, first.next(article, 5, 1), first.next(article, 5, 2)], later.to_vec()].concat()
        };
        let etags: Vec<u64> = contents.iter().flat_map(versions).map(|version| version.etag).collect();
        let different: std::collections::BTreeSet<u64> = etags.iter().copied().collect();
        assert_eq!(different.len(), etags.len());
        let marked = Article { version: Version::first(&plain(), 1, 1), ..plain() };
        assert_eq!(Version::unknown(&marked), Version::unknown(&plain()), "its own version is no content");
    }

    #[test]
    fn moments_never_run_backwards() {
        let article = Article::default();
        let first = Version::first(&article, 100, 1);
        assert_eq!((first.revision, first.created, first.updated), (1, Some(100), Some(100)));
        let earlier = first.next(&article, 50, 2);
        assert_eq!((earlier.revision, earlier.created, earlier.updated), (2, Some(100), Some(100)));
        let later = earlier.next(&article, 200, 3);
        assert_eq!((later.revision, later.created, later.updated), (3, Some(100), Some(200)));
        let old = Version::unknown(&article).next(&article, 7, 4);
        assert_eq!((old.revision, old.created, old.updated), (2, None, Some(7)));
    }

    #[test]
    fn refuses_what_is_no_id() {
        for id in ["", "person", "person/", "human/ann", "person/ann lee"] {
            assert_eq!(EntityId::parse(id), None, "{id:?}");
        }
    }
}
