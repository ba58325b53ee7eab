//! Reads the gold data: the development parts of the corpora, with positions in code points as in their files.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::{Deserialize, Serialize};

use super::text::Segment;
use crate::corpus::lines;
use crate::places::Places;

/// An article with its attributions, in the format of `eval/polnear`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct QuotedText {
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its attributions.
    pub attributions: Vec<Attribution>,
}

/// The segments of an attribution.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Attribution {
    /// The source.
    pub source: Vec<Segment>,
    /// The cue.
    pub cue: Vec<Segment>,
    /// The content.
    pub content: Vec<Segment>,
}

/// The speakers in an article, in the format of `eval/speakers`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SpokenText {
    /// The article's id in PolNeAR.
    pub id: String,
    /// A row for each attribution.
    pub sources: Vec<SourceRow>,
}

/// The speakers of an attribution.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct SourceRow {
    /// The source.
    pub source: Vec<Segment>,
    /// The content.
    pub content: Vec<Segment>,
    /// Full names. Empty if the source is unnamed.
    pub speakers: Vec<String>,
    /// The act of the source.
    pub act: Option<String>,
    /// The polarity.
    #[serde(default)]
    pub polarity: String,
    /// The addressee.
    pub addressee: Option<String>,
}

/// A text with its entities, in the format of `eval/ner`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct NamedText {
    /// Its id.
    pub id: String,
    /// The text.
    pub text: String,
    /// The types that its annotators marked. Four common ones if it does not say.
    #[serde(default)]
    pub types: Option<BTreeSet<String>>,
    /// What our types are called there, if that differs.
    #[serde(default)]
    pub fold: Option<BTreeMap<String, String>>,
    /// The entities.
    pub entities: Vec<NamedSpan>,
}

/// An entity.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct NamedSpan {
    /// First code point.
    pub start: usize,
    /// The code point after the last.
    pub end: usize,
    /// Its type.
    pub r#type: String,
}

/// Articles with their attributions, and the speakers in some of them.
#[derive(Clone, Debug, Default)]
pub struct Articles {
    /// The articles.
    pub quotes: Vec<QuotedText>,
    /// The speakers in some of them.
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

/// All corpora that are measured. An absent one is empty.
#[derive(Debug, Default)]
pub struct Gold {
    /// PolNeAR's development part.
    pub quotes: Vec<QuotedText>,
    /// The speakers in some of its articles.
    pub speakers: Vec<SpokenText>,
    /// Articles of many other outlets, on other subjects.
    pub ood: Articles,
    /// Corpora of entities by name: `worldwide`, `permissive`, and `names` (of the other outlets).
    pub entities: Vec<(&'static str, Vec<NamedText>)>,
}

/// The corpora of entities with their files.
const ENTITIES: [(&str, &str); 3] = [
    ("worldwide", "ner/worldwide-dev.jsonl.gz"),
    ("permissive", "ner/permissive-dev.jsonl.gz"),
    ("names", "ood/names.jsonl.gz"),
];

impl Gold {
    /// Reads the corpora. Absent ones are reported on standard error and skipped.
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

/// Reads a corpus. If it is absent, reports that and returns an empty one.
pub(crate) fn present<T: serde::de::DeserializeOwned>(places: &Places, name: &str) -> io::Result<Vec<T>> {
    let path = places.eval(name);
    if path.is_file() {
        return lines(&path);
    }
    eprintln!("{} is absent: its figures are left out", path.display());
    Ok(Vec::new())
}
