//! What is right: the development parts of the corpora, positions in code points as they have them.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::{Deserialize, Serialize};

use super::text::Segment;
use crate::corpus::lines;
use crate::places::Places;

/// An article with its attributions, in the form of `eval/polnear`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct QuotedText {
    /// Its name.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its attributions.
    pub attributions: Vec<Attribution>,
}

/// The segments of one attribution.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Attribution {
    /// The words that name the source.
    pub source: Vec<Segment>,
    /// The words that attribute.
    pub cue: Vec<Segment>,
    /// What is attributed.
    pub content: Vec<Segment>,
}

/// Who speaks in an article, in the form of `eval/speakers`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SpokenText {
    /// The article's name in PolNeAR.
    pub id: String,
    /// One row for each attribution.
    pub sources: Vec<SourceRow>,
}

/// Who is behind one attribution.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SourceRow {
    /// The words that name the source.
    pub source: Vec<Segment>,
    /// What is attributed.
    pub content: Vec<Segment>,
    /// Full names; none when the source is unnamed.
    pub speakers: Vec<String>,
    /// What the source does with the content.
    pub act: Option<String>,
    /// Whether the saying is asserted.
    #[serde(default)]
    pub polarity: String,
    /// To whom.
    pub addressee: Option<String>,
}

/// A text with its entities, in the form of `eval/ner`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct NamedText {
    /// Its name.
    pub id: String,
    /// The text.
    pub text: String,
    /// The types that its annotators told apart; four common ones where it does not say.
    #[serde(default)]
    pub types: Option<BTreeSet<String>>,
    /// What our types are called there, where that differs.
    #[serde(default)]
    pub fold: Option<BTreeMap<String, String>>,
    /// The entities.
    pub entities: Vec<NamedSpan>,
}

/// One entity.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct NamedSpan {
    /// First code point.
    pub start: usize,
    /// The code point after the last.
    pub end: usize,
    /// Its type.
    pub r#type: String,
}

/// Articles with their attributions, and who speaks in some of them.
#[derive(Clone, Debug, Default)]
pub struct Articles {
    /// The articles.
    pub quotes: Vec<QuotedText>,
    /// Who speaks in them.
    pub speakers: Vec<SpokenText>,
}

impl Articles {
    /// Reads a file of `eval/ood`, which holds text, attributions and speakers together.
    pub fn read(places: &Places, name: &str) -> io::Result<Self> {
        let quotes: Vec<QuotedText> = present(places, name)?;
        let speakers = if quotes.is_empty() { Vec::new() } else { lines(&places.eval(name))? };
        Ok(Self { quotes, speakers })
    }
}

/// All that is measured. A corpus that is absent is empty.
#[derive(Debug, Default)]
pub struct Gold {
    /// PolNeAR's development part.
    pub quotes: Vec<QuotedText>,
    /// Who speaks in some of its articles.
    pub speakers: Vec<SpokenText>,
    /// Articles of many other outlets, on other subjects.
    pub ood: Articles,
    /// Corpora of entities by name: `worldwide`, `permissive`, `names` (of the other outlets).
    pub entities: Vec<(&'static str, Vec<NamedText>)>,
}

/// The corpora of entities with their files.
const ENTITIES: [(&str, &str); 3] = [
    ("worldwide", "ner/worldwide-dev.jsonl.gz"),
    ("permissive", "ner/permissive-dev.jsonl.gz"),
    ("names", "ood/names.jsonl.gz"),
];

impl Gold {
    /// Reads the corpora; those that are absent are told on standard error and passed over.
    pub fn read(places: &Places) -> io::Result<Self> {
        let named = ENTITIES.map(|(name, path)| Ok((name, present(places, path)?)));
        Ok(Self {
            quotes: present(places, "polnear/dev.jsonl.gz")?,
            speakers: present(places, "speakers/dev.jsonl")?,
            ood: Articles::read(places, "ood/dev.jsonl.gz")?,
            entities: named.into_iter().collect::<io::Result<_>>()?,
        })
    }
}

/// Reads a corpus; without one, says so and gives nothing.
pub(crate) fn present<T: serde::de::DeserializeOwned>(places: &Places, name: &str) -> io::Result<Vec<T>> {
    let path = places.eval(name);
    if path.is_file() {
        return lines(&path);
    }
    eprintln!("{} is absent: its figures are left out", path.display());
    Ok(Vec::new())
}
