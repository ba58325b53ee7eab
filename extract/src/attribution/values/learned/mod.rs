//! Act, polarity and addressee, as models decide them.
//!
//! The grammar ([`super::act`], [`super::polarity`], [`super::addressee`]) answers first. Its
//! answer is a feature, and for addressees an offer; the model then chooses. Negation is an
//! exception: what the grammar takes for negated stays so, since no model was better at it.
//!
//! | file | holds |
//! |---|---|
//! | [`addressee`] | offers and features of the addressee |
//! | [`manner`] | features of act and polarity |
//! | [`eyes`] | numbers for words, types and dependencies |
//! | [`choose`] | from features to an answer |

mod addressee;
mod choose;
mod eyes;
mod manner;

use std::ops::Range;

use sayso_document::{Act, Patience, Polarity, Span};

use super::mentions::Cast;
use super::question::{ACTS, Decide, Means, POLARITIES, Value, ValueAsked};
use super::{act, polarity};
use crate::attribution::draft::Draft;
use crate::model::{Files, Linear, ModelError};
use crate::view::Reading;
use eyes::Eyes;

/// What the features of one question cost, in units of [`Patience`].
const QUESTION_STEPS: usize = 60;

/// The models, which serve both tiers.
#[derive(Clone, Debug)]
pub(crate) struct Models {
    /// Softmax over the five acts.
    act: Linear,
    /// Softmax over asserted and hypothetical.
    polarity: Linear,
    /// Conditional logit over the offers and nobody.
    addressee: Linear,
}

impl Models {
    /// Reads the models.
    /// Reads them from `act.bin`, `polarity.bin` and `addressee.bin`.
    ///
    /// # Errors
    /// If a file is missing, damaged, or of another version of the features.
    pub(crate) fn read(files: &Files) -> Result<Self, ModelError> {
        let linear = |value: Value| files.linear(value.name(), value.labels());
        Ok(Self { act: linear(Value::Act)?, polarity: linear(Value::Polarity)?, addressee: linear(Value::Addressee)? })
    }

    /// The position of the likeliest label or offer.
    pub(crate) fn choose(&self, asked: &ValueAsked<'_>) -> usize {
        let model = match asked.value {
            Value::Act => &self.act,
            Value::Polarity => &self.polarity,
            Value::Addressee => &self.addressee,
        };
        choose::choose(model, asked)
    }
}

/// Asks the questions for the drafts of one document.
pub(crate) struct Judge<'j, 'd> {
    eyes: Eyes<'j, 'd>,
}

impl<'j, 'd> Judge<'j, 'd> {
    /// For a document whose entities and dependencies are known.
    pub(crate) fn new(r: &'j Reading<'d>, cast: &'j Cast<'j>, means: &Means<'j>) -> Self {
        Self { eyes: Eyes::new(r, cast, means) }
    }

    /// The tokens that name to whom each draft was said. `usual` is what the grammar takes. None
    /// when nobody waits any longer.
    pub(crate) fn addressees(
        &self,
        drafts: &[Draft],
        usual: &[Option<Range<usize>>],
        decide: &mut Decide<'_>,
        patience: &Patience<'_>,
    ) -> Option<Vec<Option<Range<usize>>>> {
        let mut heard = Vec::with_capacity(drafts.len());
        for (place, draft) in drafts.iter().enumerate() {
            let mut offers = addressee::offers(&self.eyes, drafts, usual, place);
            patience.spend(QUESTION_STEPS + 4 * offers.len())?;
            let features = addressee::features(&self.eyes, draft, &offers);
            let spans: Vec<Span> = offers.iter().map(|offer| self.eyes.r.span(&offer.tokens)).collect();
            let asked = ValueAsked {
                value: Value::Addressee,
                content: &self.spans(draft),
                offers: &spans,
                features: &features,
                usual: offers.iter().position(|offer| offer.usual).map_or(0, |at| at + 1),
            };
            let chosen = decide.value(&asked);
            heard.push(chosen.checked_sub(1).map(|at| offers.swap_remove(at).tokens));
        }
        Some(heard)
    }

    /// Act and polarity of each draft, in their order. None when nobody waits any longer.
    pub(crate) fn manners(
        &self,
        drafts: &[Draft],
        decide: &mut Decide<'_>,
        patience: &Patience<'_>,
    ) -> Option<Vec<(Act, Polarity)>> {
        let mut found = Vec::with_capacity(drafts.len());
        for draft in drafts {
            patience.spend(2 * QUESTION_STEPS)?;
            let usual = (act::of(self.eyes.r, draft), polarity::polarity(self.eyes.r, draft));
            let [of_act, of_polarity] = manner::features(&self.eyes, draft, usual);
            let content = self.spans(draft);
            let mut ask = |value: Value, features: Vec<u32>, usual: usize| {
                decide.value(&ValueAsked { value, content: &content, offers: &[], features: &[features], usual })
            };
            let act = ACTS[ask(Value::Act, of_act, usual.0 as usize)];
            let polarity = match POLARITIES.iter().position(|&polarity| polarity == usual.1) {
                Some(usual) => POLARITIES[ask(Value::Polarity, of_polarity, usual)],
                None => usual.1,
            };
            found.push((act, polarity));
        }
        Some(found)
    }

    /// The content of a draft, as spans of the text.
    fn spans(&self, draft: &Draft) -> Vec<Span> {
        draft.content.iter().map(|piece| self.eyes.r.span(piece)).collect()
    }
}
