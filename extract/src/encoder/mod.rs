//! The neural encoder: MiniLM (Wang et al., 2020) with heads for attributions, names and links. It
//! reads a text window by window and scores every word.
//!
//! | file | does |
//! |---|---|
//! | [`pieces`], `characters`, `tables` | cuts a text into word pieces, as BERT does |
//! | [`windows`] | where to part the text, and what else the network is told of each word |
//! | `sayso-network` | the forward pass |
//! | [`heads`], [`chain`], [`links`] | from its numbers to labels and links |
//! | [`hints`] | the same by token of the document, for other stages |
//!
//! In: a text. Out: an [`Encoded`], with scores of tags for each word, and links computed on
//! demand. `train/encoder` fits and exports the network. It also has outputs for act, polarity and
//! addressee, which only their check reads.

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
use sayso_network::{Network, NetworkError, Scores, Window};

use crate::model::{Files, ModelError};
pub(crate) use chain::Chain;
pub(crate) use heads::NAMES;
use heads::{Heads, TAGS};
pub(crate) use links::Segment;
use links::{LINKS, VIEW};
pub(crate) use pieces::Pieces;
use pieces::Vocabulary;
use windows::{Looks, NO_WORD, WINDOW};

/// Outputs of values for each word: five acts, three polarities, three labels of addressees.
const VALUES: usize = 11;

/// The file of the network.
const NETWORK: &str = "encoder.onnx";
/// The file of its word pieces.
const VOCABULARY: &str = "encoder.vocab.txt";
/// The file of its chains and biases.
const HEADS: &str = "encoder.heads";

/// For this many words the floats for links are kept: 2,304 bytes a word, 36 MiB in all, enough for
/// a text of some 70 KB. Later windows go through the network again when a link is asked for in
/// them.
const KEPT_WORDS: usize = 1 << 14;
/// How many later windows are kept, those asked for last: a segment may end in the next one.
const LATEST_WINDOWS: usize = 2;

/// Receives the scores of each window as they come, with all words of the text and the range of the
/// window. Nobody else keeps those of names: 76 bytes a word are too many for texts where every
/// byte is a word.
pub(crate) type Hear<'a> = dyn FnMut(&[Span], &Range<usize>, &Scores) + 'a;

/// A text as the encoder sees it. For each word it holds the place, pieces, looks and scores of
/// tags, about 50 bytes and 4 more for each further piece; a text of 1 MiB has as many words at
/// worst.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Encoded {
    /// Its words and windows. Labels and links do not reach from one window into another, but for kin.
    pub(crate) prepared: Prepared,
    /// Scores of the tags of each word, in log space.
    pub(crate) tags: Vec<[f32; TAGS]>,
    /// The floats for links of the first words, up to [`KEPT_WORDS`], one word after another.
    links: Vec<f32>,
    /// The same for later windows, with their positions, the latest asked for first.
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

/// Vocabulary, network and heads, which belong together.
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
    /// What the network is told of its words besides.
    pub(crate) looks: Looks,
    /// Its windows, as ranges of words.
    pub(crate) windows: Vec<Range<usize>>,
}

impl Encoder {
    /// Reads the three files of an encoder, and tries the network once with the largest input of
    /// each kind.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
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

    /// Runs the network over a text, window by window, and tells the scores to `hear`. A window
    /// goes through alone, so what is read of it depends on nothing else. Patience is asked before
    /// each window; none when nobody waits any longer.
    pub(crate) fn encode(&self, text: &str, hear: &mut Hear<'_>, patience: &Patience<'_>) -> Option<Encoded> {
        // The network was tried when it was read, with all that could fail.
        self.try_encode(text, KEPT_WORDS, hear, patience).unwrap_or_else(|error| unreachable!("{error}"))
    }

    /// The encoder, if its network takes every feature and the last piece and gives as many numbers
    /// as are read from it. Thereafter no text can make it fail.
    fn tried(self) -> Result<Self, ModelError> {
        let features: Vec<i32> = (0..=NO_WORD.into()).collect();
        let ids = vec![self.vocabulary.len() as i32 - 1; features.len()];
        let found = self.network.run(&Window { ids, features, firsts: vec![0, 1] })?;
        let counts = [found.tags.len(), found.names.len(), found.links.len(), found.values.len()];
        match counts == [2 * TAGS, 2 * NAMES, 2 * LINKS, 2 * VALUES] {
            true => Ok(self),
            false => Err(ModelError::new("it yields other numbers than an encoder of this version")),
        }
    }

    /// As [`Encoder::encode`], keeping the floats for links of `kept` words.
    fn try_encode(
        &self,
        text: &str,
        kept: usize,
        hear: &mut Hear<'_>,
        patience: &Patience<'_>,
    ) -> Result<Option<Encoded>, ModelError> {
        let prepared = self.prepare(text);
        // Allocated at once, since a growing list holds its contents twice while it moves.
        let words = prepared.pieces.words.len();
        let (tags, links) = (Vec::with_capacity(words), Vec::with_capacity(words.min(kept) * LINKS));
        let mut found = Encoded { tags, links, ..Encoded::default() };
        for window in &prepared.windows {
            if patience.ask().is_none() {
                return Ok(None);
            }
            let scores = self.network.run(&self.input(&prepared, window.clone()))?;
            found.tags.extend_from_slice(scores.tags.as_chunks().0);
            hear(&prepared.pieces.words, window, &scores);
            if window.end <= kept {
                found.links.extend(scores.links);
            }
        }
        Ok(Some(Encoded { prepared, ..found }))
    }

    /// One view of a word. If it was not kept, its window goes through the network again.
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
            latest.truncate(LATEST_WINDOWS - 1);
            latest.insert(0, (place, found.unwrap_or_else(|error| unreachable!("{error}")).links));
        }
        let known = latest.iter().find(|(known, _)| *known == place);
        known.map_or([0.0; VIEW], |(_, links)| of(links, word - window.start))
    }

    /// The floats for links of all words, one after another.
    #[cfg(any(test, feature = "training"))]
    pub(crate) fn links(&self, encoded: &Encoded) -> Vec<f32> {
        let views = |word: usize| (0..LINKS / VIEW).flat_map(move |view| self.view(encoded, word, view));
        (0..encoded.words().len()).flat_map(views).collect()
    }

    /// What a segment shows in a view of its first word and the next view of its last word.
    fn seen(&self, encoded: &Encoded, segment: &Segment, view: usize) -> [f32; VIEW] {
        let (first, last) = (self.view(encoded, segment.first, view), self.view(encoded, segment.last, view + 1));
        std::array::from_fn(|at| first[at] + last[at])
    }

    /// The input of a window: its pieces between two marks, a feature for each piece, and where
    /// each word begins.
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

    /// For each cue, the log probabilities that each of `sources` is its source, and of none at the
    /// end.
    pub(crate) fn sources(&self, encoded: &Encoded, cues: &[Segment], sources: &[Segment]) -> Vec<Vec<f32>> {
        links::shares(|segment, view| self.seen(encoded, segment, view), cues, sources, 0, &self.heads.sources)
    }

    /// For each content, the log probabilities that each of `cues` is its cue, and of none at the
    /// end.
    pub(crate) fn cues(&self, encoded: &Encoded, contents: &[Segment], cues: &[Segment]) -> Vec<Vec<f32>> {
        links::shares(|segment, view| self.seen(encoded, segment, view), contents, cues, 4, &self.heads.cues)
    }

    /// The log odds that a mention means the same as each of `others`, against "none of them". None
    /// where it cannot be told: beyond the words whose floats are kept, only mentions of the same
    /// window are compared, so that no window goes through the network for each mention.
    pub(crate) fn who(&self, encoded: &Encoded, mention: &Segment, others: &[Segment]) -> Vec<Option<f32>> {
        let kept = encoded.links.len() / LINKS;
        let windows = encoded.windows();
        let own = windows.get(windows.partition_point(|window| window.end <= mention.first));
        let known = |other: &Segment| {
            let near = own.is_some_and(|window| window.contains(&other.first) && window.contains(&other.last));
            near || other.first.max(other.last) < kept
        };
        let asked = self.seen(encoded, mention, 8);
        let odds = |other: &Segment| {
            let offered = self.seen(encoded, other, 10);
            links::product(&asked, &offered) + links::kin_bias(&self.heads.who, mention, other)
        };
        others.iter().map(|other| known(other).then(|| odds(other))).collect()
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
        let mut names = Vec::new();
        let mut hear = |_: &[Span], _: &Range<usize>, scores: &Scores| names.extend_from_slice(&scores.names);
        let found = Patience::endless(|patience| encoder.encode(TEXT, &mut hear, patience));
        let words: Vec<_> = found.words().iter().map(|span| span.of(TEXT)).collect();
        assert_eq!(words[..5], ["“", "We", "are", "ready", ","]);
        assert_eq!(found.windows(), std::slice::from_ref(&(0..words.len())));
        assert_eq!(found.tags.len(), words.len());
        assert_eq!((names.len(), found.links.len()), (words.len() * NAMES, words.len() * LINKS));
        assert!(found.tags.iter().flatten().chain(&found.links).all(|score| score.is_finite()));
        assert_eq!(Patience::endless(|patience| encoder.encode("", &mut |_, _, _| (), patience)), Encoded::default());
    }

    /// A text with the floats for links of so many words.
    fn keeping(encoder: &Encoder, text: &str, words: usize) -> Encoded {
        let found = Patience::endless(|patience| Some(encoder.try_encode(text, words, &mut |_, _, _| (), patience)));
        found.unwrap().unwrap()
    }

    #[test]
    fn links_that_were_not_kept_are_found_again() {
        let encoder = Encoder::read(&Files::default()).unwrap();
        let long = TEXT.repeat(40);
        let (all, some) = (keeping(&encoder, &long, usize::MAX), keeping(&encoder, &long, 500));
        let words = all.words().len();
        assert_eq!(all.links.len(), words * LINKS);
        assert!((1..=500 * LINKS).contains(&some.links.len()) && words > 900, "{words} words");
        assert_eq!(encoder.links(&some), all.links);
        // From the end to the beginning, each in its own window and the next.
        let segments: Vec<_> = (0..words - 9).rev().map(|first| Segment { first, last: first + 9, rank: 0 }).collect();
        for pair in segments.chunks(2) {
            assert_eq!(encoder.sources(&some, pair, pair), encoder.sources(&all, pair, pair));
        }
        assert!(some.latest.borrow().len() <= LATEST_WINDOWS && all.latest.borrow().is_empty());
    }

    #[test]
    fn kin_reach_over_windows_whose_numbers_are_kept() {
        let encoder = Encoder::read(&Files::default()).unwrap();
        let long = TEXT.repeat(40);
        let (all, some) = (keeping(&encoder, &long, usize::MAX), keeping(&encoder, &long, 500));
        let last = all.words().len() - 1;
        let segments: Vec<_> = (0..=last).map(|word| Segment { first: word, last: word, rank: 0 }).collect();
        let told = encoder.who(&all, &segments[last], &segments);
        assert!(told.iter().all(|odds| odds.is_some_and(f32::is_finite)));
        let own = all.windows().last().unwrap().start;
        let fewer = encoder.who(&some, &segments[last], &segments);
        assert_eq!(fewer[own..], told[own..]);
        let kept = some.links.len() / LINKS;
        assert_eq!(fewer[..kept], told[..kept]);
        assert!(kept < own && fewer[kept..own].iter().all(Option::is_none));
    }

    #[test]
    fn threads_find_the_same() {
        let encoder = Encoder::read(&Files::default()).unwrap();
        let alone = Patience::endless(|patience| encoder.encode(TEXT, &mut |_, _, _| (), patience));
        let both = std::thread::scope(|scope| {
            let threads = [(); 2].map(|()| {
                scope.spawn(|| Patience::endless(|patience| encoder.encode(TEXT, &mut |_, _, _| (), patience)))
            });
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
        assert_eq!(encoder.encode(&long, &mut |_, _, _| (), &Patience::new(&twice)), None);
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
