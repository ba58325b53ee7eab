//! From a text to its entities, name chains and quotes.
//!
//! Three stages, each behind one function: `names` finds where proper names stand, `chains` puts
//! the mentions of one person, body or place together, `attribution` finds who said what.

mod attribution;
mod calibration;
mod chains;
// The stages that read its labels and links are to come.
#[allow(dead_code)]
#[cfg(feature = "encoder")]
mod encoder;
pub mod fit;
mod language;
mod lexicon;
pub mod model;
mod names;
mod parse;
mod quantities;
mod roles;
mod tags;
pub mod when;

use sayso_document::{Analysis, Date, Document};

use attribution::{AttributionModels, Seen};
use calibration::Calibration;
use chains::{ChainModels, Chains};
use language::Languages;
use lexicon::Lexicon;
use model::{Clusters, Files, ModelError};
use parse::{Parser, Tree};
use roles::Roles;
use tags::{Tagger, Words};

/// Analyses texts. Cheap to share between threads; loading it is the only costly step.
#[derive(Debug)]
pub struct Analyzer {
    model: String,
    lexicon: Lexicon,
    clusters: Clusters,
    names: names::Tagger,
    tagger: Tagger,
    parser: Parser,
    attribution: AttributionModels,
    calibration: Calibration,
    roles: Roles,
    linking: ChainModels,
}

impl Analyzer {
    /// Name and version of the compiled-in model: changes whenever its output may.
    pub const MODEL: &str = "linear-1";

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
            model: files.version(Self::MODEL),
            lexicon: Lexicon::compiled_in(),
            clusters: files.clusters()?,
            names: names::Tagger::of(files)?,
            tagger: Tagger::of(files)?,
            parser: Parser::of(files)?,
            attribution: AttributionModels::read(files)?,
            calibration: Calibration::from_text(&files.text(calibration::FILE)?)?,
            roles: Roles::compiled_in(),
            linking: ChainModels::read(files)?,
        })
    }

    /// Name and version of the model, kept with every analysis: [`Analyzer::MODEL`], and a checksum of the files that
    /// replace compiled-in ones.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Finds sentences, entities and quotes. Any string can be analysed; the same text gives the same answer.
    pub fn analyze(&self, text: &str) -> Analysis {
        self.analyze_dated(text, None)
    }

    /// The same of a text that was published on this day, from which words like "on Tuesday" count.
    pub fn analyze_dated(&self, text: &str, published: Option<Date>) -> Analysis {
        let mut analysis = self.analyze_in_stages(text, |_| ());
        when::date(&mut analysis.quotes, text, published);
        analysis
    }

    /// The same, undated; `done` hears the name of each stage when it is over. It serves to measure them: there is
    /// no clock here.
    pub fn analyze_in_stages(&self, text: &str, mut done: impl FnMut(&'static str)) -> Analysis {
        let document = Document::new(text);
        done("tokens and sentences");
        let languages = Languages::of(&document);
        done("language");
        let foreign = languages.all_foreign();
        let mut found = if foreign { Analysis::default() } else { self.read(&document, &languages, &mut done) };
        self.roles.find(&mut found.entities);
        let mut analysis = Analysis {
            model: self.model.clone(),
            language: languages.code.into(),
            sentences: document.sentences().to_vec(),
            ..found
        };
        self.calibration.apply(&mut analysis);
        analysis
    }

    /// Finds entities and quotes, in paragraphs that can be read as English only.
    fn read(&self, document: &Document<'_>, languages: &Languages, done: &mut dyn FnMut(&'static str)) -> Analysis {
        let chains = self.chains(document, languages, done);
        let words = self.words(document);
        done("tags");
        let tree = self.tree(document, &words);
        done("dependencies");
        let seen = Seen { chains: &chains, clusters: &self.clusters, tree: &tree };
        let mut quotes = attribution::find(document, words, seen, &self.attribution);
        quotes.retain(|quote| languages.reads(document, quote.cue.first().copied().unwrap_or(quote.extent())));
        done("attribution");
        let Chains { entities, mentions, quantities, .. } = chains;
        let mut analysis = Analysis { entities, mentions, quotes, ..Analysis::default() };
        quantities::add(document, &mut analysis, &quantities);
        analysis
    }

    /// The words of a document with their tags.
    pub(crate) fn words(&self, document: &Document<'_>) -> Words<'_> {
        self.tagger.tag(document, &self.clusters)
    }

    /// The dependencies between the words of a document.
    pub(crate) fn tree(&self, document: &Document<'_>, words: &Words<'_>) -> Tree {
        self.parser.parse(document, words)
    }

    /// The entities of a document and where they are mentioned.
    pub(crate) fn chains(
        &self,
        document: &Document<'_>,
        languages: &Languages,
        done: &mut dyn FnMut(&'static str),
    ) -> Chains {
        let (mut names, mut quantities) = names::find(document, &self.lexicon, &self.names, &self.clusters);
        names.retain(|name| languages.reads(document, name.span));
        quantities.retain(|one| languages.reads(document, one.span));
        done("names");
        let mut chains = chains::link(document, &self.lexicon, &self.linking, names);
        chains.retain(|mention| languages.reads(document, mention.span));
        chains.quantities = quantities;
        done("chains");
        chains
    }
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new()
    }
}
