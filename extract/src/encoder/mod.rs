//! A small neural encoder, MiniLM (Wang et al., 2020) with heads for attributions, for names, and for what belongs to
//! what. It reads a text window by window and gives scores for each word.
//!
//! [`pieces`] cuts the text, [`windows`] finds where to part it and tells the network what words look like,
//! [`sayso_network`] runs it, [`chain`] and [`links`] make labels and links of its scores. `train/encoder` fits and exports
//! it.

mod chain;
mod characters;
mod heads;
mod links;
mod pieces;
mod tables;
mod windows;

use std::ops::Range;

use sayso_document::{Patience, Span};
use sayso_network::{Network, NetworkError, Window};

use crate::model::{Files, ModelError};
pub(crate) use chain::Chain;
use heads::Heads;
use links::LINKS;
pub(crate) use links::Segment;
pub(crate) use pieces::Pieces;
use pieces::Vocabulary;
pub(crate) use windows::Rank;
use windows::{Looks, NO_WORD, WINDOW};

/// Labels of tags: outside, then begin and inside of source, cue, content.
pub(crate) const TAGS: usize = 7;
/// Labels of names: outside, then begin and inside of PERSON, ORG, LOC, FACILITY, NORP, PRODUCT, MISC, DATE, MONEY.
pub(crate) const NAMES: usize = 19;

/// The network of an encoder.
const NETWORK: &str = "encoder.onnx";
/// Its word pieces.
const VOCABULARY: &str = "encoder.vocab.txt";
/// Its chains and biases.
const HEADS: &str = "encoder.heads";

/// A text as the encoder sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Encoded {
    /// Where the words stand in the text: runs of letters and digits, and symbols.
    pub(crate) words: Vec<Span>,
    /// What stands before each word.
    pub(crate) ranks: Vec<Rank>,
    /// The windows, as ranges of words. Labels and links do not reach from one into another.
    pub(crate) windows: Vec<Range<usize>>,
    /// Scores of the tags of each word.
    pub(crate) tags: Vec<[f32; TAGS]>,
    /// Scores of the names of each word.
    pub(crate) names: Vec<[f32; NAMES]>,
    /// What links are scored by, so many numbers a word.
    pub(crate) links: Vec<f32>,
}

/// The encoder.
#[derive(Debug)]
pub(crate) struct Encoder {
    vocabulary: Vocabulary,
    network: Network,
    heads: Heads,
}

/// A text before it goes through the network.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// Its pieces.
    pub(crate) pieces: Pieces,
    /// What the network is told of its words.
    pub(crate) looks: Looks,
    /// Its windows, as ranges of words.
    pub(crate) windows: Vec<Range<usize>>,
}

impl Encoder {
    /// Reads the three files of an encoder.
    pub(crate) fn read(files: &Files) -> Result<Self, ModelError> {
        let in_file = |name: &str, error: ModelError| ModelError::new(format!("{name}: {error}"));
        let bytes =
            |name: &str| files.bytes(name).ok_or_else(|| in_file(name, ModelError::new("there is no such model")));
        let (network, vocabulary) = (bytes(NETWORK)?, files.text(VOCABULARY)?);
        let heads = Heads::from_bytes(&bytes(HEADS)?, &network, vocabulary.as_bytes());
        let encoder = Self {
            heads: heads.map_err(|error| in_file(HEADS, error))?,
            vocabulary: Vocabulary::from_text(&vocabulary).map_err(|error| in_file(VOCABULARY, error))?,
            network: Network::from_bytes(&network).map_err(|error| in_file(NETWORK, error.into()))?,
        };
        encoder.tried().map_err(|error| in_file(NETWORK, error))
    }

    /// Cuts a text into pieces and windows.
    pub(crate) fn prepare(&self, text: &str) -> Prepared {
        let pieces = self.vocabulary.cut(text);
        let looks = Looks::of(text, &pieces.words);
        let windows = windows::windows(&pieces, &looks.ranks, WINDOW);
        Prepared { pieces, looks, windows }
    }

    /// Reads a text for as long as it is waited for, which is asked before each window. A window goes through the network
    /// alone: what is read of it depends on nothing else.
    pub(crate) fn encode(&self, text: &str, patience: &Patience<'_>) -> Option<Encoded> {
        // The network was tried when it was read, with all that could fail.
        self.try_encode(text, patience).unwrap_or_else(|error| unreachable!("{error}"))
    }

    /// The encoder, if its network takes every feature and the last of the pieces, and yields what is read from it. So
    /// no text can meet a network that does not.
    fn tried(self) -> Result<Self, ModelError> {
        let features: Vec<i32> = (0..=NO_WORD.into()).collect();
        let ids = vec![self.vocabulary.len() as i32 - 1; features.len()];
        let found = self.network.run(&Window { ids, features, firsts: vec![0, 1] })?;
        match [found.tags.len(), found.names.len(), found.links.len()] == [2 * TAGS, 2 * NAMES, 2 * LINKS] {
            true => Ok(self),
            false => Err(ModelError::new("it yields other numbers than an encoder of this version")),
        }
    }

    fn try_encode(&self, text: &str, patience: &Patience<'_>) -> Result<Option<Encoded>, ModelError> {
        let prepared = self.prepare(text);
        let mut found = Encoded::default();
        for window in &prepared.windows {
            if patience.ask().is_none() {
                return Ok(None);
            }
            let scores = self.network.run(&self.input(&prepared, window.clone()))?;
            found.tags.extend_from_slice(scores.tags.as_chunks().0);
            found.names.extend_from_slice(scores.names.as_chunks().0);
            found.links.extend(scores.links);
        }
        let Prepared { pieces, looks, windows } = prepared;
        Ok(Some(Encoded { words: pieces.words, ranks: looks.ranks, windows, ..found }))
    }

    fn input(&self, prepared: &Prepared, window: Range<usize>) -> Window {
        let Prepared { pieces, looks, .. } = prepared;
        let (from, to) = (pieces.first(window.start), pieces.first(window.end));
        let mut input =
            Window { ids: vec![self.vocabulary.opening], features: vec![NO_WORD.into()], ..Window::default() };
        input.ids.extend_from_slice(&pieces.ids[from..to]);
        for word in window {
            let feature = i32::from(looks.features[word]);
            input.firsts.push(input.features.len() as i32);
            input.features.resize(input.features.len() + pieces.first(word + 1) - pieces.first(word), feature);
        }
        input.ids.push(self.vocabulary.closing);
        input.features.push(NO_WORD.into());
        input
    }

    /// Which tags follow which.
    pub(crate) fn tag_chain(&self) -> &Chain<TAGS> {
        &self.heads.tags
    }

    /// Which names follow which.
    pub(crate) fn name_chain(&self) -> &Chain<NAMES> {
        &self.heads.names
    }

    /// Of each cue, the logarithms of the probabilities that its source is one of `sources`, and none at the end.
    pub(crate) fn sources(&self, encoded: &Encoded, cues: &[Segment], sources: &[Segment]) -> Vec<Vec<f32>> {
        links::shares(encoded, cues, sources, 0, &self.heads.sources, |_, _| false)
    }

    /// Of each content, the logarithms of the probabilities that its cue is one of `cues`, and none at the end.
    pub(crate) fn cues(&self, encoded: &Encoded, contents: &[Segment], cues: &[Segment]) -> Vec<Vec<f32>> {
        links::shares(encoded, contents, cues, 4, &self.heads.cues, |_, _| false)
    }

    /// Of each mention, the logarithms of the probabilities that it means the same as one of `others` of lower rank, and
    /// none at the end.
    pub(crate) fn who(&self, encoded: &Encoded, mentions: &[Segment], others: &[Segment]) -> Vec<Vec<f32>> {
        let barred = |mention: &Segment, other: &Segment| other.rank >= mention.rank;
        links::shares(encoded, mentions, others, 8, &self.heads.who, barred)
    }
}

impl From<NetworkError> for ModelError {
    fn from(error: NetworkError) -> Self {
        Self::new(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "“We are ready,” Ada Lind said on Monday.\n\nThe harbour opens in June, according to the mayor.";

    fn files(replaced: &[(&str, &[u8])]) -> Files {
        Files::new(replaced.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))).unwrap()
    }

    #[test]
    fn every_word_has_its_scores() {
        let encoder = Encoder::read(&Files::default()).unwrap();
        let found = Patience::endless(|patience| encoder.encode(TEXT, patience));
        let words: Vec<_> = found.words.iter().map(|span| span.of(TEXT)).collect();
        assert_eq!(words[..5], ["“", "We", "are", "ready", ","]);
        assert_eq!(found.windows, std::slice::from_ref(&(0..words.len())));
        assert_eq!(found.tags.len(), words.len());
        assert_eq!((found.names.len(), found.links.len()), (words.len(), words.len() * LINKS));
        assert!(found.tags.iter().flatten().chain(&found.links).all(|score| score.is_finite()));
        assert_eq!(Patience::endless(|patience| encoder.encode("", patience)), Encoded::default());
    }

    #[test]
    fn threads_find_the_same() {
        let encoder = Encoder::read(&Files::default()).unwrap();
        let alone = Patience::endless(|patience| encoder.encode(TEXT, patience));
        let both = std::thread::scope(|scope| {
            let threads =
                [(); 2].map(|()| scope.spawn(|| Patience::endless(|patience| encoder.encode(TEXT, patience))));
            threads.map(|thread| thread.join().unwrap())
        });
        assert!(both.iter().all(|found| *found == alone));
    }

    #[test]
    fn ends_where_it_is_no_longer_wanted() {
        let encoder = Encoder::read(&Files::default()).unwrap();
        let long = TEXT.repeat(40);
        let windows = encoder.prepare(&long).windows.len();
        let asked = std::cell::Cell::new(0);
        let twice = || asked.replace(asked.get() + 1) < 2;
        assert_eq!(encoder.encode(&long, &Patience::new(&twice)), None);
        assert!(asked.get() == 3 && windows > 3, "asked {} times, {windows} windows", asked.get());
    }

    #[test]
    fn a_fault_names_the_file() {
        let error = |replaced: &[(&str, &[u8])]| Encoder::read(&files(replaced)).unwrap_err().to_string();
        assert!(error(&[(HEADS, b"PK")]).starts_with(HEADS));
        assert!(error(&[(NETWORK, b"PK")]).contains("replaced together"));
        assert!(error(&[(VOCABULARY, b"a\nb")]).contains("replaced together"));
    }
}
