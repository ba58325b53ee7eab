//! The corpora, parted into folds of articles.

use std::collections::BTreeMap;
use std::io;

use crate::eval::gold::{Articles, QuotedText, SpokenText, present};
use crate::places::Places;
use crate::stages::who::{CORPORA, fold};

/// A corpus with its articles in the order of its file.
pub(super) struct Corpus {
    pub(super) name: &'static str,
    pub(super) gold: Articles,
}

impl Corpus {
    /// The corpora that are there.
    pub(super) fn all(places: &Places) -> io::Result<Vec<Self>> {
        let mut all = Vec::new();
        for (name, path, texts) in CORPORA {
            let speakers: Vec<SpokenText> = present(places, path)?;
            let quotes: Vec<QuotedText> = present(places, texts)?;
            if !speakers.is_empty() && !quotes.is_empty() {
                let mut by_id: BTreeMap<_, _> = quotes.into_iter().map(|one| (one.id.clone(), one)).collect();
                let quotes = speakers.iter().filter_map(|one| by_id.remove(&one.id)).collect();
                let gold = Articles { quotes, speakers };
                all.push(Self { name, gold });
            }
        }
        if all.is_empty() {
            let words = "there are no articles with speakers: neither eval/ood/train nor eval/speakers/train is there";
            return Err(io::Error::new(io::ErrorKind::NotFound, words));
        }
        Ok(all)
    }

    /// Names and texts of the articles of a fold.
    pub(super) fn texts(&self, of: usize) -> impl Iterator<Item = (&str, &str)> {
        let articles = self.gold.quotes.iter().enumerate().filter(move |&(place, _)| fold(place) == of);
        articles.map(|(_, one)| (one.id.as_str(), one.text.as_str()))
    }
}

/// Files of models by name.
pub(super) type Files = Vec<(String, Vec<u8>)>;
