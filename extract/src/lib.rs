//! From a text to its entities, name chains and quotes.
//!
//! Three stages, each behind one function: `names` finds where proper names stand, `chains` puts
//! the mentions of one person, body or place together, `attribution` finds who said what.

mod attribution;
mod calibration;
mod coref;
#[cfg(feature = "encoder")]
mod encoder;
pub mod fit;
mod grammar;
mod language;
mod lexicon;
pub mod model;
mod names;
mod parse;
mod roles;
mod tags;
pub mod time;
mod view;

#[cfg(feature = "encoder")]
use std::ops::Range;

use sayso_document::{Analysis, Date, Document, Patience, Quote, Span, Tier};

use attribution::{AttributionModels, Decide, Seen};
use calibration::Calibration;
use coref::{ChainModels, Chains, Kin};
#[cfg(feature = "encoder")]
use encoder::hints::Aid;
use language::Languages;
use lexicon::Lexicon;
use model::{Clusters, Files, ModelError};
use names::Hints;
use parse::{Parser, Tree};
use roles::Roles;
use tags::{Tagger, Words};

/// Analyses texts. Cheap to share between threads; loading it is the only costly step.
#[derive(Debug)]
pub struct Analyzer {
    /// Name and version of each tier's model.
    fast: String,
    accurate: String,
    lexicon: Lexicon,
    clusters: Clusters,
    names: names::Tagger,
    tagger: Tagger,
    parser: Parser,
    attribution: AttributionModels,
    calibration: Calibration,
    roles: Roles,
    linking: ChainModels,
    #[cfg(feature = "encoder")]
    encoder: encoder::Encoder,
}

impl Analyzer {
    /// Name and version of the compiled-in model of [`Tier::Fast`]: changes whenever its output may.
    pub const MODEL: &str = "linear-4";

    /// The same of [`Tier::Accurate`].
    pub const ENCODER: &str = "encoder-3";

    /// The best tier that is compiled in: [`Tier::Accurate`] with the feature `encoder`.
    pub const BEST: Tier = if cfg!(feature = "encoder") { Tier::Accurate } else { Tier::Fast };

    /// The analyzer with the models that are compiled in.
    pub fn new() -> Self {
        // The tests read every model that is compiled in, so that none can be damaged in a release.
        Self::of(&Files::default()).unwrap_or_else(|error| unreachable!("a compiled-in model is damaged: {error}"))
    }

    /// The analyzer with these files in place of the compiled-in ones of the same names, `tags.bin` say; see
    /// [`Files::names`]. An error names the file, what is wrong with it and what would be accepted.
    pub fn with_models(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, ModelError> {
        Self::of(&Files::new(files)?)
    }

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

    /// Name and version of a tier's model, kept with every analysis: [`Analyzer::MODEL`] or [`Analyzer::ENCODER`], and a
    /// checksum of the files that replace compiled-in ones. Of a tier that is not compiled in: those of the best that is.
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

    /// Finds sentences, entities and quotes. Any string can be analysed; the same text gives the same answer. A tier
    /// that is not compiled in gives way to the best that is, which the analysis then names.
    pub fn analyze(&self, text: &str, tier: Tier) -> Analysis {
        self.analyze_dated(text, None, tier)
    }

    /// The same of a text that was published on this day, from which words like "on Tuesday" count.
    pub fn analyze_dated(&self, text: &str, published: Option<Date>, tier: Tier) -> Analysis {
        self.analyze_while(text, published, tier, &|| true).unwrap_or_default()
    }

    /// The same for as long as it is `wanted`; none when it no longer is. The encoder asks before each of its windows,
    /// a few of which fill a second at most, and every other stage once in a thousand steps.
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

    /// The same, undated; `done` hears the name of each stage when it is over. It serves to measure them: there is
    /// no clock here.
    pub fn analyze_in_stages(&self, text: &str, tier: Tier, done: impl FnMut(&'static str)) -> Analysis {
        self.analyze_in_stages_while(text, tier, &|| true, done).unwrap_or_default()
    }

    /// The same for as long as it is `wanted`.
    pub fn analyze_in_stages_while(
        &self,
        text: &str,
        tier: Tier,
        wanted: &dyn Fn() -> bool,
        mut done: impl FnMut(&'static str),
    ) -> Option<Analysis> {
        self.staged(text, tier, &mut done, &mut self.chooser(tier), &Patience::new(wanted))
    }

    /// What chooses who a source is, and the values of attributions.
    fn chooser(&self, tier: Tier) -> attribution::Chooser<'_> {
        attribution::Chooser { models: &self.attribution, tier: tier.min(self.best()) }
    }

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

    /// Finds entities and quotes, in paragraphs that can be read as English only.
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

    /// The same by the linear models.
    fn read_fast(
        &self,
        document: &Document<'_>,
        languages: &Languages,
        done: &mut dyn FnMut(&'static str),
        decide: &mut Decide<'_>,
        patience: &Patience<'_>,
    ) -> Option<Analysis> {
        let chains = self.chains(document, languages, None, done, patience)?;
        let words = self.tagger.tag(document, &self.clusters, patience)?;
        done("tags");
        let tree = self.parser.parse(document, &words, patience)?;
        done("dependencies");
        let seen = Seen { chains: &chains, clusters: &self.clusters, tree: &tree };
        let quotes = attribution::find(document, words, seen, &self.attribution, decide, patience)?;
        let analysis = gathered(document, languages, chains, quotes);
        done("attribution");
        Some(analysis)
    }

    /// The same with the encoder, which marks names and attributions and tells which words mean the same.
    #[cfg(feature = "encoder")]
    fn read_accurate(
        &self,
        document: &Document<'_>,
        languages: &Languages,
        done: &mut dyn FnMut(&'static str),
        decide: &mut Decide<'_>,
        patience: &Patience<'_>,
    ) -> Option<Analysis> {
        let mut encoded = self.encoder.encode(document.text(), patience)?;
        done("encoder");
        let hints = Aid { encoder: &self.encoder, encoded: &encoded, document }.names();
        // They are told by token now, and take more memory than the document.
        encoded.names = Vec::new();
        let aid = Aid { encoder: &self.encoder, encoded: &encoded, document };
        let kin = |ask: &Range<usize>, offers: &[Range<usize>]| aid.kin(ask, offers);
        let chains = self.chains(document, languages, Some((&hints, &kin)), done, patience)?;
        drop(hints);
        let words = self.tagger.tag(document, &self.clusters, patience)?;
        done("tags");
        let tree = self.parser.parse(document, &words, patience)?;
        done("dependencies");
        let seen = Seen { chains: &chains, clusters: &self.clusters, tree: &tree };
        let marks = (&self.encoder, &encoded, &kin as &Kin<'_>);
        let quotes = attribution::find_marked(document, words, seen, &self.attribution, marks, decide, patience)?;
        let analysis = gathered(document, languages, chains, quotes);
        done("attribution");
        Some(analysis)
    }

    /// The words of a document with their tags.
    pub(crate) fn words(&self, document: &Document<'_>) -> Words<'_> {
        Patience::endless(|patience| self.tagger.tag(document, &self.clusters, patience))
    }

    /// The dependencies between the words of a document.
    pub(crate) fn tree(&self, document: &Document<'_>, words: &Words<'_>) -> Tree {
        Patience::endless(|patience| self.parser.parse(document, words, patience))
    }

    /// The entities of a document and where they are mentioned; `aid` is what the encoder says of names and of words
    /// that mean the same.
    pub(crate) fn chains(
        &self,
        document: &Document<'_>,
        languages: &Languages,
        aid: Option<(&Hints, &Kin<'_>)>,
        done: &mut dyn FnMut(&'static str),
        patience: &Patience<'_>,
    ) -> Option<Chains> {
        let (hints, kin) = aid.unzip();
        let (mut names, mut quantities) =
            names::find(document, &self.lexicon, &self.names, &self.clusters, hints, patience)?;
        names.retain(|name| languages.reads(document, name.span));
        quantities.retain(|one| languages.reads(document, one.span));
        done("names");
        let mut chains = coref::link(document, &self.lexicon, &self.linking, names, kin, patience)?;
        chains.retain(|mention| languages.reads(document, mention.span));
        chains.quantities = quantities;
        done("chains");
        Some(chains)
    }
}

/// What was found, in paragraphs that can be read.
fn gathered(document: &Document<'_>, languages: &Languages, chains: Chains, mut quotes: Vec<Quote>) -> Analysis {
    let reads = |span: Span| languages.reads(document, span);
    quotes.retain(|quote| reads(quote.cue.first().copied().unwrap_or(quote.extent())));
    quotes.iter_mut().for_each(|quote| quote.content.retain(|&piece| reads(piece)));
    quotes.retain(|quote| !quote.content.is_empty());
    // A quotation that only a later paragraph tells of gives its quote an earlier beginning than it was found with.
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
