//! Who said what: from a document with its mentions to quotes.
//!
//! The stages run in this order, each in a room of its own: a [`view`](crate::view) of the document (tags, quotations), its
//! [`grammar`](crate::grammar), [`candidate`] cues with their construction and what the [`layout`] shows, the decisions on
//! their sources, contents and extents and a choice among them ([`decide`]), their contents cut to a paragraph
//! ([`bounds`]), quotations that go on ([`continued`]), and at the end the [`values`] that the text gives each of them
//! (speakers, act, polarity …).
//!
//! Spans follow PolNeAR: quotation marks and "that" belong to the content, the full stop does not,
//! auxiliaries belong to the cue, titles and appositions to the source, and no attribution lies
//! inside the content of another. `extract/models/MODELS.md` has the figures.

mod candidate;
pub(crate) mod decide;
mod draft;
mod layout;
pub(crate) mod values;

use std::ops::Range;

use sayso_document::{Act, Addressee, Document, Patience, Polarity, Quote, Span, Tier};

use candidate::cue::Nouns;
pub use decide::Models;
pub(crate) use decide::Seen;
#[cfg(feature = "encoder")]
use decide::encoded;
use decide::select::{self, Search};
use decide::{Sight, bounds, continued, runs};
use draft::Draft;
use values::mentions::Cast;
#[cfg(feature = "training")]
pub use values::question::{ACTS, POLARITIES, Value};
pub use values::question::{Asked, ValueAsked};
pub(crate) use values::question::{Decide, Decides, Means};
pub(crate) use values::who::agree;
#[cfg(feature = "training")]
pub(crate) use values::who::choose as choose_source;
use values::{addressee, kind, learned, when, who};

#[cfg(feature = "encoder")]
use crate::coref::Kin;
#[cfg(feature = "encoder")]
use crate::encoder::{Encoded, Encoder};
use crate::model::{Files, Linear, ModelError};
use crate::tags::Words;
use crate::view::{Reading, View};

/// What decides attributions.
/// Both tiers share them; what only one tier asks is said at each.
#[derive(Clone, Debug)]
pub(crate) struct AttributionModels {
    /// The nouns that may be cues.
    pub(crate) nouns: Nouns,
    /// Cue, source, content, extent and whole. On the accurate tier they are the second opinion.
    pub(crate) decisions: Models,
    /// Who each source is.
    pub(crate) who: Who,
    /// Act, polarity and addressee.
    pub(crate) values: learned::Models,
}

/// The models that choose who a source is. Their features differ: only the accurate tier knows what
/// the encoder says about links between mentions.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    /// For features with the encoder's links.
    accurate: Linear,
    /// For features without them.
    fast: Linear,
}

impl Who {
    /// Takes the likeliest of the offers with these features: its position, and its probability.
    pub(crate) fn choose(&self, tier: Tier, features: &[Vec<u32>]) -> (usize, f32) {
        who::choose(if tier == Tier::Accurate { &self.accurate } else { &self.fast }, features)
    }
}

/// The models of a tier, which answer the questions for speakers and values.
#[derive(Debug)]
pub(crate) struct Chooser<'m> {
    /// The models of both tiers.
    pub(crate) models: &'m AttributionModels,
    /// Whose turn it is.
    pub(crate) tier: Tier,
}

impl Decides for Chooser<'_> {
    fn who(&mut self, asked: &Asked<'_>) -> (usize, f32) {
        self.models.who.choose(self.tier, asked.features)
    }

    fn value(&mut self, asked: &ValueAsked<'_>) -> usize {
        self.models.values.choose(asked)
    }
}

impl AttributionModels {
    /// Reads the models from their files.
    ///
    /// # Errors
    /// If a file is missing, damaged, or of another version of the features.
    pub(crate) fn read(files: &Files) -> Result<Self, ModelError> {
        Ok(Self {
            nouns: Nouns::read(&files.text("cue_nouns.txt")?),
            decisions: Models::read(files)?,
            who: Who { accurate: files.linear("who", 1)?, fast: files.linear("who_fast", 1)? },
            values: learned::Models::read(files)?,
        })
    }
}

/// Finds the quotes of a document on the fast tier, in reading order. Its names, pronouns and
/// descriptions must be linked already. `decide` answers the questions of speakers and values. None
/// when nobody waits any longer.
pub(crate) fn find(
    view: View<'_>,
    words: Words<'_>,
    seen: Seen<'_>,
    models: &AttributionModels,
    decide: &mut Decide<'_>,
    patience: &Patience<'_>,
) -> Option<Vec<Quote>> {
    let reading = Reading::new(view, words);
    let cast = Cast::new(&reading, seen.chains);
    let sight = Sight::new(&reading, seen, patience)?;
    let search = Search::new(&reading, sight, &models.nouns, Some(&models.decisions), patience)?;
    let drafts = select::chosen(&reading, select::offers(&search, &models.decisions, patience)?);
    quotes(&reading, &cast, drafts, Means { tree: seen.tree, kin: None }, decide, patience)
}

/// Finds them on the accurate tier: from what the encoder marks, with the linear models as a second
/// opinion.
#[cfg(feature = "encoder")]
pub(crate) fn find_marked(
    view: View<'_>,
    words: Words<'_>,
    seen: Seen<'_>,
    models: &AttributionModels,
    (encoder, encoded, kin): (&Encoder, &Encoded, &Kin<'_>),
    decide: &mut Decide<'_>,
    patience: &Patience<'_>,
) -> Option<Vec<Quote>> {
    let reading = Reading::new(view, words);
    let cast = Cast::new(&reading, seen.chains);
    let sight = Sight::new(&reading, seen, patience)?;
    let search = Search::new(&reading, sight, &models.nouns, Some(&models.decisions), patience)?;
    let second = select::offers(&search, &models.decisions, patience)?;
    let drafts = encoded::drafts(&reading, &search.candidates, &second, (encoder, encoded), patience)?;
    let means = Means { tree: seen.tree, kin: Some(kin) };
    let mut quotes = quotes(&reading, &cast, drafts, means, decide, patience)?;
    quotes.iter_mut().for_each(|quote| encoded::part_contraction(reading.document.text(), quote));
    Some(quotes)
}

/// Turns drafts into quotes. The order matters: contents get their final bounds first, then
/// addressees and manners are decided, and who speaks last, since that model hears all the others.
fn quotes(
    r: &Reading<'_>,
    cast: &Cast<'_>,
    mut drafts: Vec<Draft>,
    means: Means<'_>,
    decide: &mut Decide<'_>,
    patience: &Patience<'_>,
) -> Option<Vec<Quote>> {
    bounds::cut(r, &mut drafts, patience)?;
    runs::join(r, &mut drafts);
    continued::continue_quotations(r, &mut drafts);
    drafts.iter_mut().for_each(|draft| continued::leave_out(r, draft));
    let judge = learned::Judge::new(r, cast, &means);
    let heard = judge.addressees(&drafts, &addressee::find(r, &drafts), decide, patience)?;
    drafts.iter_mut().zip(&heard).for_each(|(draft, heard)| addressee::leave_out(r, draft, heard.as_ref()));
    let manners = judge.manners(&drafts, decide, patience)?;
    let speakers = who::decide(r, cast, &drafts, means, decide, patience)?;
    let mut quotes = Vec::with_capacity(drafts.len());
    for (((draft, heard), manner), speakers) in drafts.iter().zip(heard).zip(manners).zip(speakers) {
        patience.spend(20 + draft.content.len())?;
        quotes.push(quote(r, cast, draft, (heard, manner), speakers));
    }
    first_persons(r.document, &mut quotes);
    Some(quotes)
}

/// At most this many pieces of content that begin before an "I" are searched for the one that holds
/// it.
const MAX_PIECES_AROUND: usize = 100;

/// Gives quotes whose source is "I" or "we" the speakers of the quote that they stand in, with nine
/// tenths of its confidence.
fn first_persons(document: &Document<'_>, quotes: &mut [Quote]) {
    let of_quote = |(place, quote): (usize, &Quote)| quote.content.iter().map(move |c| (*c, place)).collect::<Vec<_>>();
    let mut pieces: Vec<(Span, usize)> = quotes.iter().enumerate().flat_map(of_quote).collect();
    pieces.sort_unstable();
    for at in 0..quotes.len() {
        let &[source] = quotes[at].source.as_slice() else { continue };
        if !matches!(source.of(document.text()), "I" | "we" | "We" | "my" | "My" | "our" | "Our") {
            continue;
        }
        let before = pieces.partition_point(|(piece, _)| piece.start() <= source.start());
        let near = pieces[..before].iter().rev().take(MAX_PIECES_AROUND);
        let holding = near.filter(|&&(piece, place)| piece.contains(source) && !quotes[place].speakers.is_empty());
        if let Some(outer) = holding.map(|&(_, place)| place).min() {
            let (speakers, sure) = (quotes[outer].speakers.clone(), quotes[outer].speaker_confidence);
            quotes[at].speakers = speakers;
            quotes[at].speaker_confidence = sure * 0.9;
        }
    }
}

/// The quote of a draft: tokens become bytes, and every entity that a content mentions is a subject
/// (`about`).
fn quote(
    r: &Reading<'_>,
    cast: &Cast<'_>,
    draft: &Draft,
    (heard, (act, polarity)): (Option<Range<usize>>, (Act, Polarity)),
    (speakers, speaker_confidence): (Vec<usize>, f32),
) -> Quote {
    let entities = |tokens: &Range<usize>| cast.inside(tokens).map(|place| place.mention.entity).collect::<Vec<_>>();
    let mut about: Vec<usize> = draft.content.iter().flat_map(entities).collect();
    about.sort_unstable();
    about.dedup();
    let addressee = heard.map(|tokens| {
        let mut heard = entities(&tokens);
        let mut seen = Vec::new();
        heard.retain(|entity| {
            !seen.contains(entity) && {
                seen.push(*entity);
                true
            }
        });
        Addressee { span: r.span(&tokens), entities: heard }
    });
    Quote {
        content: draft.content.iter().map(|c| r.span(c)).collect(),
        cue: if draft.cue.is_empty() { Vec::new() } else { vec![r.span(&draft.cue)] },
        cue_lemma: draft.lemma.clone(),
        source: draft.source.iter().map(|s| r.span(s)).collect(),
        speakers,
        addressee,
        about,
        act,
        kind: kind::kind(r, draft),
        polarity,
        when: when::when(r, draft).map(|tokens| r.span(&tokens)),
        said: None,
        confidence: draft.confidence.clamp(0.0, 1.0),
        speaker_confidence,
    }
}
