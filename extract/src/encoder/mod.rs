//! A small neural encoder, MiniLM (Wang et al., 2020) with heads for attributions, for names, and for what belongs to
//! what. It reads a text window by window and gives scores for each word.
//!
//! [`pieces`] cuts the text, [`windows`] finds where to part it and tells the network what words look like,
//! [`sayso_network`] runs it, [`chain`] and [`links`] make labels and links of its scores. `train/encoder` fits and exports
//! it.

mod chain;
mod characters;
mod heads;
pub(crate) mod hints;
mod links;
mod pieces;
mod tables;
mod windows;

use std::cell::RefCell;
use std::ops::Range;

use sayso_document::{Patience, Span};
use sayso_network::{Network, NetworkError, Window};

use crate::model::{Files, ModelError};
pub(crate) use chain::Chain;
use heads::{Heads, NAMES, TAGS};
pub(crate) use links::Segment;
use links::{LINKS, VIEW};
pub(crate) use pieces::Pieces;
use pieces::Vocabulary;
use windows::{Looks, NO_WORD, WINDOW};

/// The network of an encoder.
const NETWORK: &str = "encoder.onnx";
/// Its word pieces.
const VOCABULARY: &str = "encoder.vocab.txt";
/// Its chains and biases.
const HEADS: &str = "encoder.heads";

/// Of so many words the numbers that links are scored by are kept, which are 2,304 bytes a word: 36 MiB, for a text of
/// some 70 KB. Windows beyond go through the network again when a link is looked for in them.
const KEPT: usize = 1 << 14;
/// Windows beyond, of which the numbers were asked for last, are kept, too: segments may end in a later one.
const LATEST: usize = 2;

/// A text as the encoder sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Encoded {
    /// Its words and windows. Labels and links do not reach from one window into another.
    pub(crate) prepared: Prepared,
    /// Scores of the tags of each word.
    pub(crate) tags: Vec<[f32; TAGS]>,
    /// Scores of the names of each word.
    pub(crate) names: Vec<[f32; NAMES]>,
    /// What links are scored by: of the first windows, whose words are the first ones.
    links: Vec<f32>,
    /// The same of later windows, each behind its place.
    latest: RefCell<Vec<(usize, Vec<f32>)>>,
}

impl Encoded {
    /// Where the words stand in the text: runs of letters and digits, and symbols.
    pub(crate) fn words(&self) -> &[Span] {
        &self.prepared.pieces.words
    }

    /// The windows, as ranges of words.
    pub(crate) fn windows(&self) -> &[Range<usize>] {
        &self.prepared.windows
    }
}

/// The encoder.
#[derive(Debug)]
pub(crate) struct Encoder {
    vocabulary: Vocabulary,
    network: Network,
    heads: Heads,
}

/// A text before it goes through the network.
#[derive(Clone, Debug, Default, PartialEq)]
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
        self.try_encode(text, KEPT, patience).unwrap_or_else(|error| unreachable!("{error}"))
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

    fn try_encode(&self, text: &str, kept: usize, patience: &Patience<'_>) -> Result<Option<Encoded>, ModelError> {
        let prepared = self.prepare(text);
        let mut found = Encoded::default();
        // TEMP begin
        let cache = std::env::var_os("ENC_CACHE")
            .map(|dir| std::path::Path::new(&dir).join(format!("{:016x}", crate::model::checksum(text.as_bytes()))));
        if let Some(bytes) = cache.as_ref().and_then(|path| std::fs::read(path).ok()) {
            let floats: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|c| f32::from_le_bytes(*c)).collect();
            let n = prepared.pieces.words.len();
            let (tags, rest) = floats.split_at(n * TAGS);
            let (names, links) = rest.split_at(n * NAMES);
            found.tags.extend_from_slice(tags.as_chunks().0);
            found.names.extend_from_slice(names.as_chunks().0);
            found.links.extend_from_slice(links);
            return Ok(Some(Encoded { prepared, ..found }));
        }
        // TEMP end
        for window in &prepared.windows {
            if patience.ask().is_none() {
                return Ok(None);
            }
            let scores = self.network.run(&self.input(&prepared, window.clone()))?;
            found.tags.extend_from_slice(scores.tags.as_chunks().0);
            found.names.extend_from_slice(scores.names.as_chunks().0);
            if window.end <= kept {
                found.links.extend(scores.links);
            }
        }
        // TEMP begin
        if let Some(path) = cache {
            let all = found.tags.iter().flatten().chain(found.names.iter().flatten()).chain(&found.links);
            let _ = std::fs::write(path, all.flat_map(|f| f.to_le_bytes()).collect::<Vec<u8>>());
        }
        // TEMP end
        Ok(Some(Encoded { prepared, ..found }))
    }

    /// What links of a word are scored by, in one of its views.
    fn view(&self, encoded: &Encoded, word: usize, view: usize) -> [f32; VIEW] {
        let of = |links: &[f32], word: usize| std::array::from_fn(|at| links[word * LINKS + view * VIEW + at]);
        if word * LINKS < encoded.links.len() {
            return of(&encoded.links, word);
        }
        let place = encoded.windows().partition_point(|window| window.end <= word);
        let window = &encoded.windows()[place];
        let mut latest = encoded.latest.borrow_mut();
        if !latest.iter().any(|(known, _)| *known == place) {
            // It went through the network before, which takes the same input the same way.
            let found = self.network.run(&self.input(&encoded.prepared, window.clone()));
            latest.truncate(LATEST - 1);
            latest.insert(0, (place, found.unwrap_or_else(|error| unreachable!("{error}")).links));
        }
        let known = latest.iter().find(|(known, _)| *known == place);
        known.map_or([0.0; VIEW], |(_, links)| of(links, word - window.start))
    }

    /// What links are scored by, of all words one after another.
    pub(crate) fn links(&self, encoded: &Encoded) -> Vec<f32> {
        let views = |word: usize| (0..LINKS / VIEW).flat_map(move |view| self.view(encoded, word, view));
        (0..encoded.words().len()).flat_map(views).collect()
    }

    /// What a segment shows in the view of its first word and in that of its last, which comes next.
    fn seen(&self, encoded: &Encoded, segment: &Segment, view: usize) -> [f32; VIEW] {
        let (first, last) = (self.view(encoded, segment.first, view), self.view(encoded, segment.last, view + 1));
        std::array::from_fn(|at| first[at] + last[at])
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
        links::shares(
            |segment, view| self.seen(encoded, segment, view),
            cues,
            sources,
            0,
            &self.heads.sources,
            |_, _| false,
        )
    }

    /// Of each content, the logarithms of the probabilities that its cue is one of `cues`, and none at the end.
    pub(crate) fn cues(&self, encoded: &Encoded, contents: &[Segment], cues: &[Segment]) -> Vec<Vec<f32>> {
        links::shares(
            |segment, view| self.seen(encoded, segment, view),
            contents,
            cues,
            4,
            &self.heads.cues,
            |_, _| false,
        )
    }

    /// Of each mention, the logarithms of the probabilities that it means the same as one of `others` of lower rank, and
    /// none at the end.
    pub(crate) fn who(&self, encoded: &Encoded, mentions: &[Segment], others: &[Segment]) -> Vec<Vec<f32>> {
        let barred = |mention: &Segment, other: &Segment| other.rank >= mention.rank;
        links::shares(|segment, view| self.seen(encoded, segment, view), mentions, others, 8, &self.heads.who, barred)
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
        let words: Vec<_> = found.words().iter().map(|span| span.of(TEXT)).collect();
        assert_eq!(words[..5], ["“", "We", "are", "ready", ","]);
        assert_eq!(found.windows(), std::slice::from_ref(&(0..words.len())));
        assert_eq!(found.tags.len(), words.len());
        assert_eq!((found.names.len(), found.links.len()), (words.len(), words.len() * LINKS));
        assert!(found.tags.iter().flatten().chain(&found.links).all(|score| score.is_finite()));
        assert_eq!(Patience::endless(|patience| encoder.encode("", patience)), Encoded::default());
    }

    #[test]
    fn links_that_were_not_kept_are_found_again() {
        let encoder = Encoder::read(&Files::default()).unwrap();
        let long = TEXT.repeat(40);
        let encoded = |kept| {
            let found = Patience::endless(|patience| Some(encoder.try_encode(&long, kept, patience)));
            found.unwrap().unwrap()
        };
        let (all, some) = (encoded(usize::MAX), encoded(500));
        let words = all.words().len();
        assert_eq!(all.links.len(), words * LINKS);
        assert!((1..=500 * LINKS).contains(&some.links.len()) && words > 900, "{words} words");
        assert_eq!(encoder.links(&some), all.links);
        // From the end to the begin, each in the window of its own and the next.
        let segments: Vec<_> = (0..words - 9).rev().map(|first| Segment { first, last: first + 9, rank: 0 }).collect();
        for pair in segments.chunks(2) {
            assert_eq!(encoder.sources(&some, pair, pair), encoder.sources(&all, pair, pair));
        }
        assert!(some.latest.borrow().len() <= LATEST && all.latest.borrow().is_empty());
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
