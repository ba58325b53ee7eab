//! From a text to its entities, coreference chains and quotes.
//!
//! [`Analyzer`] is the whole interface: load it once, then give it texts. The result is an
//! [`Analysis`], whose spans point into the text.
//!
//! ```
//! use sayso_document::Tier;
//! use sayso_extract::Analyzer;
//!
//! let analyzer = Analyzer::new();
//! let text = "“The port is open,” Harbour Commissioner Ada Lind told reporters.";
//! let analysis = analyzer.analyze(text, Tier::Fast);
//!
//! let quote = &analysis.quotes[0];
//! assert_eq!(quote.clean_text(text), "The port is open");
//! assert_eq!(quote.cue_lemma, "tell");
//! assert_eq!(analysis.entities[quote.speakers[0]].name, "Ada Lind");
//! ```
//!
//! # The stages
//!
//! A text is cut into tokens and sentences (`sayso-document`), then goes through one stage after another. Each stage
//! sees what those before it found.
//!
//! | stage | finds |
//! |---|---|
//! | `language` | which paragraphs are English; nothing is found in others |
//! | `encoder` (accurate tier) | scores for cues, sources, contents, names and coreference, by a neural network |
//! | `view` | what all later stages ask of every word, looked up once: spelling, sentence, quotation, turn of a conversation |
//! | `names` | where proper names are, and their types |
//! | `coref` | which mentions are of the same person, organisation or place |
//! | `tags`, `parse` | parts of speech; dependencies between words |
//! | `attribution` | who said what: candidates, learned decisions, and the values of each quote |
//! | `time`, `roles`, `calibration` | the days that words of time refer to; organisations and countries in titles; confidences |
//!
//! Analysis cannot fail and does no IO: the models are compiled in. The same text gives the same analysis on every
//! processor.
//!
//! # Tiers
//!
//! [`Tier::Fast`] uses linear models and reads more than 100,000 tokens a second on one core. [`Tier::Accurate`] also asks a
//! small neural encoder: it finds more, and reads some thousands of tokens a second. [`Analyzer::BEST`] is the best tier that
//! is compiled in, and answers for a better one too. `extract/models/MODELS.md` has the figures.
//!
//! # Features
//!
//! | feature | on by default | what for |
//! |---|---|---|
//! | `encoder` | yes | [`Tier::Accurate`], with the weights of the encoder (24 MB) |
//! | `training` | no | the module `fit` and the linear models, for `sayso-train`, which fits the models |

#![cfg_attr(not(feature = "training"), allow(unreachable_pub, reason = "items that are public for training only"))]

mod attribution;
mod calibration;
mod coref;
#[cfg(feature = "encoder")]
mod encoder;
#[cfg(feature = "training")]
pub mod fit;
mod grammar;
mod language;
mod lexicon;
pub mod model;
mod names;
mod parse;
mod roles;
mod tags;
mod time;
mod view;

#[cfg(feature = "encoder")]
use std::ops::Range;

use sayso_document::{Analysis, Date, Document, Patience, Quote, Span, Tier};

use attribution::{AttributionModels, Decide, Seen};
use calibration::Calibration;
use coref::{ChainModels, Chains, Kin};
#[cfg(feature = "encoder")]
use encoder::hints::{self, Aid};
use language::Languages;
use lexicon::Lexicon;
use model::{Clusters, Files, ModelError};
use names::Hints;
use parse::{Parser, Tree};
use roles::Roles;
use tags::{Tagger, Words};
use view::View;

/// Analyses texts.
///
/// Loading takes about a tenth of a second and 100 MB of memory with the encoder. After that an analyzer can be shared
/// between threads, by reference or in an [`Arc`](std::sync::Arc); an analysis changes nothing in it.
#[derive(Debug)]
pub struct Analyzer {
    /// Name and version of the fast tier's model …
    fast: String,
    /// … and of the accurate tier's.
    accurate: String,
    /// Word lists for names.
    lexicon: Lexicon,
    /// Groups of words.
    clusters: Clusters,
    /// Finds names.
    names: names::Tagger,
    /// Finds parts of speech and lemmas.
    tagger: Tagger,
    /// Finds dependencies.
    parser: Parser,
    /// Finds quotes and their values.
    attribution: AttributionModels,
    /// Turns scores into probabilities.
    calibration: Calibration,
    /// Finds organisations and countries in titles.
    roles: Roles,
    /// Puts the mentions of an entity together.
    linking: ChainModels,
    /// The neural network of the accurate tier.
    #[cfg(feature = "encoder")]
    encoder: encoder::Encoder,
}

impl Analyzer {
    /// Name and version of the compiled-in model of [`Tier::Fast`]. It changes whenever the output may change.
    pub const MODEL: &str = "linear-5";

    /// Name and version of the compiled-in model of [`Tier::Accurate`].
    pub const ENCODER: &str = "encoder-4";

    /// The best tier that is compiled in: [`Tier::Accurate`] with the feature `encoder`.
    pub const BEST: Tier = if cfg!(feature = "encoder") { Tier::Accurate } else { Tier::Fast };

    /// Loads the compiled-in models, which cannot fail: the tests read every one of them.
    ///
    /// ```
    /// use sayso_document::Tier;
    /// use sayso_extract::Analyzer;
    ///
    /// let analyzer = Analyzer::new();
    /// assert_eq!(analyzer.model(Tier::Fast), Analyzer::MODEL);
    /// ```
    pub fn new() -> Self {
        // The tests read every model that is compiled in, so that none can be damaged in a release.
        Self::of(&Files::default()).unwrap_or_else(|error| unreachable!("a compiled-in model is damaged: {error}"))
    }

    /// Loads these files in place of the compiled-in ones with the same names, for example `tags.bin`; see
    /// [`Files::names`].
    ///
    /// ```
    /// use sayso_extract::Analyzer;
    ///
    /// let error = Analyzer::with_models([("tegs.bin".to_owned(), Vec::new())]).unwrap_err();
    /// assert!(error.to_string().starts_with("tegs.bin is not a model; the models are"));
    /// ```
    ///
    /// # Errors
    /// Names the file, what is wrong with it, and what would be accepted.
    pub fn with_models(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, ModelError> {
        Self::of(&Files::new(files)?)
    }

    /// Reads every model.
    ///
    /// # Errors
    /// Names the first file that is damaged or does not fit this version.
    fn of(files: &Files) -> Result<Self, ModelError> {
        Ok(Self {
            fast: files.version(Self::MODEL),
            accurate: files.version(Self::ENCODER),
            lexicon: Lexicon::compiled_in(),
            clusters: files.clusters()?,
            names: names::Tagger::of(files)?,
            tagger: Tagger::of(files)?,
            parser: Parser::of(files)?,
            attribution: AttributionModels::read(files)?,
            calibration: Calibration::from_text(&files.text(calibration::FILE)?)?,
            roles: Roles::compiled_in(),
            linking: ChainModels::read(files)?,
            #[cfg(feature = "encoder")]
            encoder: encoder::Encoder::read(files)?,
        })
    }

    /// Name and version of a tier's model, which every analysis carries: [`Analyzer::MODEL`] or [`Analyzer::ENCODER`],
    /// with a checksum of the files that replace compiled-in ones. For a tier that is not compiled in, those of the
    /// best one that is.
    pub fn model(&self, tier: Tier) -> &str {
        match tier.min(self.best()) {
            Tier::Fast => &self.fast,
            Tier::Accurate => &self.accurate,
        }
    }

    /// The best tier that this analyzer has.
    pub fn best(&self) -> Tier {
        Self::BEST
    }

    /// Finds sentences, entities and quotes.
    ///
    /// Any string can be analysed, and the same text always gives the same result. Spans are byte
    /// offsets into `text`; quotes are sorted by where they begin, entities by first mention. A
    /// tier that is not compiled in is replaced by the best one that is; [`Analysis::tier`] names
    /// the one used. Dates that depend on the day of publication stay open: see
    /// [`Analyzer::analyze_dated`].
    ///
    /// ```
    /// use sayso_document::{Polarity, QuoteKind, Tier};
    /// use sayso_extract::Analyzer;
    ///
    /// let text = "Lind refused to say when the ferries would return.";
    /// let analysis = Analyzer::new().analyze(text, Tier::Fast);
    /// let quote = &analysis.quotes[0];
    /// assert_eq!(quote.polarity, Polarity::Negated);
    /// assert_eq!(quote.kind, QuoteKind::Indirect);
    /// assert_eq!(quote.content[0].of(text), "when the ferries would return");
    /// ```
    pub fn analyze(&self, text: &str, tier: Tier) -> Analysis {
        self.analyze_dated(text, None, tier)
    }

    /// Analyses a text that was published on this day, from which expressions such as "on Tuesday"
    /// are counted. Without a day, only those that name a year can be dated.
    ///
    /// ```
    /// use sayso_document::{Date, DateRange, Tier};
    /// use sayso_extract::Analyzer;
    ///
    /// let text = "“The port is open,” Lind said on Tuesday.";
    /// let friday = Date::new(2026, 3, 6);
    /// let analysis = Analyzer::new().analyze_dated(text, friday, Tier::Fast);
    /// assert_eq!(analysis.quotes[0].said, Date::new(2026, 3, 3).map(DateRange::day));
    /// ```
    pub fn analyze_dated(&self, text: &str, published: Option<Date>, tier: Tier) -> Analysis {
        self.analyze_while(text, published, tier, &|| true).unwrap_or_default()
    }

    /// As [`Analyzer::analyze_dated`], for as long as `wanted` says so; none once it does not. The
    /// encoder asks before each of its windows, a few of which take at most a second, and every
    /// other stage once in a thousand steps. A server passes its deadline in this way.
    ///
    /// ```
    /// use sayso_document::Tier;
    /// use sayso_extract::Analyzer;
    ///
    /// let given_up = Analyzer::new().analyze_while("Lind said no.", None, Tier::Fast, &|| false);
    /// assert_eq!(given_up, None);
    /// ```
    pub fn analyze_while(
        &self,
        text: &str,
        published: Option<Date>,
        tier: Tier,
        wanted: &dyn Fn() -> bool,
    ) -> Option<Analysis> {
        let mut choose = self.chooser(tier);
        let mut analysis = self.staged(text, tier, &mut |_| (), &mut choose, &Patience::new(wanted))?;
        time::resolve::date(&mut analysis.quotes, text, published);
        Some(analysis)
    }

    /// As [`Analyzer::analyze`], calling `done` with the name of each stage when it is over. A
    /// caller can so measure the stages; there is no clock in this crate.
    ///
    /// ```
    /// use sayso_document::Tier;
    /// use sayso_extract::Analyzer;
    ///
    /// let mut stages = Vec::new();
    /// Analyzer::new().analyze_in_stages("Lind said no.", Tier::Fast, |stage| stages.push(stage));
    /// assert_eq!(stages.first(), Some(&"tokens and sentences"));
    /// assert_eq!(stages.last(), Some(&"attribution"));
    /// ```
    pub fn analyze_in_stages(&self, text: &str, tier: Tier, done: impl FnMut(&'static str)) -> Analysis {
        self.analyze_in_stages_while(text, tier, &|| true, done).unwrap_or_default()
    }

    /// As [`Analyzer::analyze_in_stages`], for as long as `wanted` says so; none once it does not.
    pub fn analyze_in_stages_while(
        &self,
        text: &str,
        tier: Tier,
        wanted: &dyn Fn() -> bool,
        mut done: impl FnMut(&'static str),
    ) -> Option<Analysis> {
        self.staged(text, tier, &mut done, &mut self.chooser(tier), &Patience::new(wanted))
    }

    /// Answers the questions about sources and values with the models of a tier.
    fn chooser(&self, tier: Tier) -> attribution::Chooser<'_> {
        attribution::Chooser { models: &self.attribution, tier: tier.min(self.best()) }
    }

    /// Runs the stages one after another; `done` hears of each, and `decide` answers who each
    /// source is and which values each quote has. Fitting passes another `decide` than the product
    /// does. None when nobody waits any longer.
    pub(crate) fn staged(
        &self,
        text: &str,
        tier: Tier,
        done: &mut dyn FnMut(&'static str),
        decide: &mut Decide<'_>,
        patience: &Patience<'_>,
    ) -> Option<Analysis> {
        let tier = tier.min(self.best());
        let document = Document::read(text, patience)?;
        done("tokens and sentences");
        let languages = Languages::of(&document, patience)?;
        done("language");
        let foreign = languages.all_foreign();
        let mut found =
            if foreign { Analysis::default() } else { self.read(&document, &languages, tier, done, decide, patience)? };
        self.roles.find(&mut found.entities);
        let mut analysis = Analysis {
            model: self.model(tier).to_owned(),
            tier,
            language: languages.code.into(),
            sentences: document.sentences().to_vec(),
            ..found
        };
        self.calibration.apply(&mut analysis);
        Some(analysis)
    }

    /// Finds entities and quotes, in paragraphs that can be read as English.
    fn read(
        &self,
        document: &Document<'_>,
        languages: &Languages,
        tier: Tier,
        done: &mut dyn FnMut(&'static str),
        decide: &mut Decide<'_>,
        patience: &Patience<'_>,
    ) -> Option<Analysis> {
        #[cfg(feature = "encoder")]
        if tier == Tier::Accurate {
            return self.read_accurate(document, languages, done, decide, patience);
        }
        debug_assert_eq!(tier, Tier::Fast, "a tier that is not compiled in was let through");
        self.read_fast(document, languages, done, decide, patience)
    }

    /// Finds them with the linear models.
    fn read_fast(
        &self,
        document: &Document<'_>,
        languages: &Languages,
        done: &mut dyn FnMut(&'static str),
        decide: &mut Decide<'_>,
        patience: &Patience<'_>,
    ) -> Option<Analysis> {
        let view = View::new(document, &self.clusters, patience)?;
        done("view");
        let chains = self.chains(&view, languages, None, done, patience)?;
        let (words, tree) = self.parsed(&view, done, patience)?;
        let seen = Seen { chains: &chains, tree: &tree };
        let quotes = attribution::find(view, words, seen, &self.attribution, decide, patience)?;
        let analysis = gathered(document, languages, chains, quotes);
        done("attribution");
        Some(analysis)
    }

    /// Finds them with the encoder, which marks names and attributions and scores coreference.
    #[cfg(feature = "encoder")]
    fn read_accurate(
        &self,
        document: &Document<'_>,
        languages: &Languages,
        done: &mut dyn FnMut(&'static str),
        decide: &mut Decide<'_>,
        patience: &Patience<'_>,
    ) -> Option<Analysis> {
        let view = View::new(document, &self.clusters, patience)?;
        done("view");
        let (encoded, hints) = hints::encode(&self.encoder, &view, patience)?;
        done("encoder");
        let aid = Aid { encoder: &self.encoder, encoded: &encoded, document };
        let kin = |ask: &Range<usize>, offers: &[Range<usize>]| aid.kin(ask, offers);
        let chains = self.chains(&view, languages, Some((&hints, &kin)), done, patience)?;
        drop(hints);
        let (words, tree) = self.parsed(&view, done, patience)?;
        let seen = Seen { chains: &chains, tree: &tree };
        let marks = (&self.encoder, &encoded, &kin as &Kin<'_>);
        let quotes = attribution::find_marked(view, words, seen, &self.attribution, marks, decide, patience)?;
        let analysis = gathered(document, languages, chains, quotes);
        done("attribution");
        Some(analysis)
    }

    /// The words of a document with their tags, and its dependencies.
    fn parsed(
        &self,
        view: &View<'_>,
        done: &mut dyn FnMut(&'static str),
        patience: &Patience<'_>,
    ) -> Option<(Words<'_>, Tree)> {
        let words = self.tagger.tag(view.document, view.spelling(), patience)?;
        done("tags");
        let tree = self.parser.parse(view.document, &words, patience)?;
        done("dependencies");
        Some((words, tree))
    }

    /// The entities of a document and where they are mentioned. `aid` is what the encoder says of
    /// names and of coreference.
    pub(crate) fn chains(
        &self,
        view: &View<'_>,
        languages: &Languages,
        aid: Option<(&Hints, &Kin<'_>)>,
        done: &mut dyn FnMut(&'static str),
        patience: &Patience<'_>,
    ) -> Option<Chains> {
        let document = view.document;
        let (hints, kin) = aid.unzip();
        let (mut names, mut quantities) =
            names::find(view, &self.lexicon, &self.names, &self.clusters, hints, patience)?;
        names.retain(|name| languages.reads(document, name.span));
        quantities.retain(|one| languages.reads(document, one.span));
        done("names");
        let mut chains = coref::link(view, &self.lexicon, &self.linking, names, kin, patience)?;
        chains.retain(|mention| languages.reads(document, mention.span));
        chains.quantities = quantities;
        done("chains");
        Some(chains)
    }
}

/// Puts together what was found, leaves out what stands in paragraphs of other languages, and lets
/// mentions follow the decisions about speakers.
fn gathered(document: &Document<'_>, languages: &Languages, chains: Chains, mut quotes: Vec<Quote>) -> Analysis {
    let reads = |span: Span| languages.reads(document, span);
    quotes.retain(|quote| reads(quote.cue.first().copied().unwrap_or(quote.extent())));
    quotes.iter_mut().for_each(|quote| quote.content.retain(|&piece| reads(piece)));
    quotes.retain(|quote| !quote.content.is_empty());
    // A quotation whose cue stands in a later paragraph makes its quote begin earlier than where it was found.
    quotes.sort_by_key(|quote| quote.extent().start());
    let Chains { entities, mut mentions, quantities, .. } = chains;
    attribution::agree(document, &mut mentions, &quotes);
    let mut analysis = Analysis { entities, mentions, quotes, ..Analysis::default() };
    time::quantities::add(document, &mut analysis, &quantities);
    analysis
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new()
    }
}
