//! Parts of speech: a linear model over hashed features tags a sentence from left to right, seeing
//! the tags that it gave to the two words before. The cost is linear in the number of tokens.
//!
//! Marks and numbers have the tag that their sort settles, and so have words that were never seen
//! with another one.

mod dictionary;
mod features;
mod forms;
pub(crate) mod lemma;
mod tag;

use sayso_document::{Document, Patience};

pub use dictionary::{Class, Dictionary};
pub use features::{Before, FEATURES, features};
pub use forms::Form;
pub(crate) use forms::Letters;
pub use tag::Tag;

use crate::model::{Clusters, Files, Linear, ModelError};

/// The name of the model in its file.
pub const NAME: &str = "tags";

/// Tags documents.
#[derive(Clone, Debug)]
pub(crate) struct Tagger {
    model: Linear,
    dictionary: Dictionary,
}

impl Tagger {
    /// The tagger of these files.
    pub(crate) fn of(files: &Files) -> Result<Self, ModelError> {
        let fault = |error| ModelError::new(format!("tags.txt: {error}"));
        let dictionary = Dictionary::read(&files.text("tags.txt")?).map_err(fault)?;
        Ok(Self { model: files.linear(NAME, Tag::COUNT)?, dictionary })
    }

    /// Reads the words of a document and tags them.
    pub(crate) fn tag(
        &self,
        document: &Document<'_>,
        clusters: &Clusters,
        patience: &Patience<'_>,
    ) -> Option<Words<'_>> {
        patience.spend(document.tokens().len() / 10)?;
        let letters = Letters::new(document);
        let forms = forms::forms(document, &letters, (&self.dictionary, clusters));
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
        Some(Words { dictionary: &self.dictionary, letters, forms, tags })
    }

    fn best(&self, features: &[u32]) -> Tag {
        Tag::ALL[self.model.best(features)]
    }
}

/// The forms of the tokens of a document.
pub fn forms_of(document: &Document<'_>, dictionary: &Dictionary, clusters: &Clusters) -> Vec<Form> {
    forms::forms(document, &Letters::new(document), (dictionary, clusters))
}

/// The words of a document with their tags. Every list has one value per token.
#[derive(Clone, Debug)]
pub(crate) struct Words<'m> {
    dictionary: &'m Dictionary,
    letters: Letters,
    forms: Vec<Form>,
    tags: Vec<Tag>,
}

impl<'m> Words<'m> {
    /// What is known of the tags of words.
    pub(crate) fn dictionary(&self) -> &'m Dictionary {
        self.dictionary
    }

    /// The word in small letters, with straight apostrophes; empty outside of the text.
    pub(crate) fn lower(&self, i: usize) -> &str {
        self.letters.get(i)
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
        let (tagger, clusters) = (
            Tagger::of(&Files::default()).unwrap(),
            Clusters::from_bytes(Files::default().bytes("clusters.bin").unwrap()).unwrap(),
        );
        Patience::endless(|patience| tagger.tag(&Document::new(text), &clusters, patience)).tags().to_vec()
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
