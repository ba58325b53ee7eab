//! An index of who is mentioned where, for sources and contents.

use std::ops::Range;

use sayso_document::{EntityType, Mention, Span};

use crate::coref::{Chains, Described};
use crate::view::Reading;

/// An entity (its position in the analysis) and a confidence from 0 to 1.
pub(crate) type Speaker = (usize, f32);

/// The mentions of a document, asked by place.
pub(crate) struct Cast<'m> {
    /// The entities and their mentions.
    chains: &'m Chains,
    /// Which entities a description may refer to.
    described: Described<'m>,
    /// The mentions by first token, the longest first among those that begin together.
    places: Vec<Place<'m>>,
}

/// A mention and the tokens that it covers.
#[derive(Clone, Debug)]
pub(crate) struct Place<'m> {
    /// The tokens of the mention.
    pub(crate) tokens: Range<usize>,
    /// One past the last token of the name, where it has one: an apposition may follow.
    pub(crate) name_end: usize,
    /// The mention.
    pub(crate) mention: &'m Mention,
    /// How sure it is that the mention is one of its entity.
    pub(crate) sure: f32,
}

/// Look-ups find mentions of up to this many tokens.
const MAX_MENTION_TOKENS: usize = 40;

impl<'m> Cast<'m> {
    /// Indexes the mentions of a document.
    pub(crate) fn new(r: &Reading<'_>, chains: &'m Chains) -> Self {
        let end = |span: Span| r.token_at(span.end().saturating_sub(1)) + 1;
        let mut places: Vec<_> = chains
            .mentions
            .iter()
            .zip(&chains.sure)
            .map(|(mention, &sure)| Place {
                tokens: r.token_at(mention.span.start())..end(mention.span),
                name_end: end(mention.name.unwrap_or(mention.span)),
                mention,
                sure,
            })
            .collect();
        places.sort_by_key(|place| (place.tokens.start, std::cmp::Reverse(place.tokens.end)));
        Self { chains, described: Described::new(chains), places }
    }

    /// The entities and their mentions.
    pub(super) fn chains(&self) -> &'m Chains {
        self.chains
    }

    /// All mentions by start, then longest first.
    pub(super) fn places(&self) -> &[Place<'m>] {
        &self.places
    }

    /// The mentions that lie inside a range of tokens, nested ones too.
    pub(crate) fn inside(&self, tokens: &Range<usize>) -> impl Iterator<Item = &Place<'m>> {
        let from = self.places.partition_point(|place| place.tokens.start < tokens.start);
        let to = self.places.partition_point(|place| place.tokens.start < tokens.end);
        let end = tokens.end;
        self.places[from..to.max(from)].iter().filter(move |place| place.tokens.end <= end || place.name_end <= end)
    }

    /// The widest mention over a token.
    pub(crate) fn over(&self, token: usize) -> Option<&Place<'m>> {
        let from = self.places.partition_point(|place| place.tokens.start + MAX_MENTION_TOKENS < token);
        let near = self.places[from..].iter().take_while(|place| place.tokens.start <= token);
        near.into_iter().find(|place| token < place.tokens.end)
    }

    /// The mention whose head is the token: the last of its name, or of all of it.
    pub(crate) fn headed_by(&self, token: usize) -> Option<&Place<'m>> {
        let from = self.places.partition_point(|place| place.tokens.start + MAX_MENTION_TOKENS < token);
        let near = self.places[from..].iter().take_while(|place| place.tokens.start <= token);
        near.into_iter().find(|place| place.tokens.end == token + 1 || place.name_end == token + 1)
    }

    /// The type of an entity.
    pub(crate) fn kind_of(&self, entity: usize) -> EntityType {
        self.chains.entities[entity].kind
    }

    /// The likeliest entity of a pronoun or description that is no mention.
    pub(crate) fn guess(&self, token: usize) -> Option<Speaker> {
        let guesses = &self.chains.guesses;
        let place = guesses.binary_search_by_key(&token, |guess| guess.token).ok()?;
        Some((guesses[place].entity, guesses[place].sure))
    }

    /// For a description that is no mention, and fits no titles, the entity of its sort that the text speaks of most.
    pub(crate) fn prominent(&self, r: &Reading<'_>, token: usize) -> Option<Speaker> {
        let (entity, _) = self.guess(token)?;
        self.described.prominent(r.document, token, self.kind_of(entity) == EntityType::Person)
    }

    /// The entity whose titles and names best fit a description.
    pub(crate) fn described(&self, r: &Reading<'_>, tokens: &Range<usize>) -> Option<Speaker> {
        self.described.described(r.document, tokens)
    }
}
