//! Parts of speech and lemmas.
//!
//! A linear model over hashed features tags a sentence from left to right and sees the tags that it
//! gave to the two words before; the cost is linear in the number of tokens. Marks, numbers and
//! words that were only ever seen with one tag have it without being asked about.
//!
//! | file | holds |
//! |---|---|
//! | [`spelling`] | the words in lower case, their hashes and clusters |
//! | [`dictionary`] | the tags that words may have |
//! | [`forms`], [`features`](mod@features) | what the tagger sees |
//! | [`lemma`] | lemmas of verbs and nouns |
//! | [`tag`] | the 33 tags, those of the Penn Treebank with some merged |

mod dictionary;
mod features;
mod forms;
pub(crate) mod lemma;
mod spelling;
mod tag;

use sayso_document::{Document, Patience};

pub use dictionary::{Class, Dictionary};
#[cfg(feature = "training")]
pub use features::FEATURES;
pub use features::{Before, features};
pub use forms::Form;
pub(crate) use spelling::Spelling;
pub use tag::Tag;

use crate::model::{Files, Linear, ModelError};

/// The name of the model in its file.
pub const NAME: &str = "tags";

/// Tags documents.
#[derive(Clone, Debug)]
pub(crate) struct Tagger {
    /// Softmax over the tags.
    model: Linear,
    /// The tags that words may have.
    dictionary: Dictionary,
}

impl Tagger {
    /// Reads `tags.bin` and `tags.txt`.
    ///
    /// # Errors
    /// If a file is damaged or of another version of the features.
    pub(crate) fn of(files: &Files) -> Result<Self, ModelError> {
        let fault = |error| ModelError::new(format!("tags.txt: {error}"));
        let dictionary = Dictionary::read(&files.text("tags.txt")?).map_err(fault)?;
        Ok(Self { model: files.linear(NAME, Tag::COUNT)?, dictionary })
    }

    /// Tags the words of a document. None when nobody waits any longer.
    pub(crate) fn tag(
        &self,
        document: &Document<'_>,
        spelling: &Spelling,
        patience: &Patience<'_>,
    ) -> Option<Words<'_>> {
        #[cfg(test)]
        crate::view::built::note("tags");
        patience.spend(document.tokens().len() / 10)?;
        let forms = forms::forms(document, spelling, &self.dictionary);
        let mut tags = Vec::with_capacity(forms.len());
        for s in 0..document.sentences().len() {
            let sentence = &forms[document.tokens_of(s)];
            patience.spend(sentence.len())?;
            let mut before = Before::default();
            for (i, form) in sentence.iter().enumerate() {
                let tag = form.class.only().unwrap_or_else(|| self.best(&features(sentence, i, before)));
                before.push(tag);
                tags.push(tag);
            }
        }
        Some(Words { dictionary: &self.dictionary, forms, tags })
    }

    /// The tag with the highest score.
    fn best(&self, features: &[u32]) -> Tag {
        Tag::ALL[self.model.best(features)]
    }
}

/// The forms of the tokens of a document.
#[cfg(feature = "training")]
pub fn forms_of(document: &Document<'_>, dictionary: &Dictionary, clusters: &crate::model::Clusters) -> Vec<Form> {
    forms::forms(document, &Spelling::new(document, clusters), dictionary)
}

/// The words of a document with their tags. Every list has one value per token.
#[derive(Clone, Debug)]
pub(crate) struct Words<'m> {
    dictionary: &'m Dictionary,
    forms: Vec<Form>,
    tags: Vec<Tag>,
}

impl<'m> Words<'m> {
    /// What is known of the tags of words.
    pub(crate) fn dictionary(&self) -> &'m Dictionary {
        self.dictionary
    }

    /// The tags.
    pub(crate) fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// The words in numbers.
    pub(crate) fn forms(&self) -> &[Form] {
        &self.forms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Tag::*;

    fn tags(text: &str) -> Vec<Tag> {
        let files = Files::default();
        let (tagger, clusters) = (Tagger::of(&files).unwrap(), files.clusters().unwrap());
        let document = Document::new(text);
        let spelling = Spelling::new(&document, &clusters);
        Patience::endless(|patience| tagger.tag(&document, &spelling, patience)).tags().to_vec()
    }

    #[test]
    fn tells_verbs_from_nouns() {
        assert_eq!(tags("She claims that they left."), [Prp, Vbz, In, Prp, Vbd, Stop]);
        assert_eq!(tags("The claims were false."), [Dt, Nns, Vbd, Jj, Stop]);
    }

    #[test]
    fn guesses_unknown_words() {
        assert_eq!(tags("He saw Zarvonia.")[2], Nnp);
        assert_eq!(tags("They were snorfling.")[2], Vbg);
    }

    #[test]
    fn nothing_has_no_tags() {
        assert!(tags("").is_empty());
    }
}
