//! Ids that mean a place: those of sentences, mentions and quotes.
//!
//! An id is made of the article's id, the sort of thing, the bytes of the body that it takes, and a digest of the body:
//! `harbour-1#s120-188-8hxk3m2a`. So another analysis of the same text gives the same id to what it finds at the same
//! place, and an id never means anything in another text. A quote's place is that of its content and of its cue, as one
//! content may have several ("she warned and he claimed that …"): `harbour-1#q120-188c199-8hxk3m2a`. Of several things
//! at one place all but the first have their number among them behind it.

use std::collections::HashMap;

use sayso_document::{Analysis, Quote, Span};
use sayso_index::{AnalyzedArticle, Article};

use super::Fault;

/// The letters of a sentence's, a mention's and a quote's id.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Sentence,
    Mention,
    Quote,
}

impl Place {
    /// The id of what is there in an article, the `nth` thing at this place, from 0.
    pub(super) fn id(self, article: &Article, (span, cue): (Span, Option<usize>), nth: usize) -> String {
        let letter = match self {
            Self::Sentence => 's',
            Self::Mention => 'm',
            Self::Quote => 'q',
        };
        let (start, end, digest) = (span.start(), span.end(), digest(article.version.text));
        let cue = cue.map(|start| format!("c{start}")).unwrap_or_default();
        let place = format!("{}#{letter}{start}-{end}{cue}-{digest}", article.id);
        if nth == 0 { place } else { format!("{place}-{nth}") }
    }
}

/// Letters and digits that are not mistaken for each other: Douglas Crockford's base 32.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The first 40 bits of the digest of a text, in eight digits.
fn digest(text: u64) -> String {
    (0..8).map(|at| char::from(DIGITS[(text >> (59 - 5 * at)) as usize & 31])).collect()
}

/// For each thing, how many earlier ones are at the same place.
pub(super) fn nths(places: impl Iterator<Item = (Span, Option<usize>)>) -> Vec<usize> {
    let mut seen = HashMap::new();
    let mut nth = |(span, cue): (Span, Option<usize>)| {
        let count = seen.entry((span.start(), span.end(), cue)).or_insert(0);
        *count += 1;
        *count - 1
    };
    places.map(&mut nth).collect()
}

/// The position of a quote's content, from its first span to its last, and where its cue begins, if it has one.
pub(super) fn of_quote(quote: &Quote) -> (Span, Option<usize>) {
    let start = quote.content.iter().map(|span| span.start()).min().unwrap_or_default();
    let end = quote.content.iter().map(|span| span.end()).max().unwrap_or_default();
    (Span::new(start, end), quote.cue.iter().map(|span| span.start()).min())
}

/// How many earlier quotes of the article are at the same place.
pub(super) fn nth_quote(analysis: &Analysis, index: usize) -> usize {
    let place = of_quote(&analysis.quotes[index]);
    analysis.quotes[..index].iter().filter(|quote| of_quote(quote) == place).count()
}

/// How many earlier mentions of the article are at the same place.
pub(super) fn nth_mention(analysis: &Analysis, index: usize) -> usize {
    let place = analysis.mentions[index].span;
    analysis.mentions[..index].iter().filter(|mention| mention.span == place).count()
}

/// A quote's place in an article, read from its id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QuotePlace {
    /// The id of the article.
    pub(crate) article: String,
    start: usize,
    end: usize,
    cue: Option<usize>,
    digest: String,
    nth: usize,
}

impl QuotePlace {
    /// Parses the id of a quote.
    pub(crate) fn read(id: &str, most: usize) -> Result<Self, Fault> {
        if id.len() > most {
            let said = format!("is {} bytes long; a quote's id has at most {most}", id.len());
            return Err(Fault::too_much("id", "id_bytes", most, said));
        }
        Self::parse(id).ok_or_else(|| {
            let said = format!("{id:?} is not a quote id; pass a Quote.id from an earlier answer");
            Fault::invalid("id", said)
        })
    }

    fn parse(id: &str) -> Option<Self> {
        let (article, place) = id.rsplit_once("#q")?;
        let mut parts = place.split('-');
        let (start, end, digest) = (number(parts.next()?)?, parts.next()?, parts.next()?);
        let (end, cue) = match end.split_once('c') {
            Some((end, cue)) => (number(end)?, Some(number(cue)?)),
            None => (number(end)?, None),
        };
        let nth = parts.next().map_or(Some(0), |nth| number(nth).filter(|nth| *nth > 0))?;
        let told = parts.next().is_none() && digest.len() == 8 && !article.is_empty();
        told.then(|| Self { article: article.to_owned(), start, end, cue, digest: digest.to_owned(), nth })
    }

    /// The article's quote at that place. None if the article has another text or its analysis has no such quote.
    pub(crate) fn find(&self, analyzed: &AnalyzedArticle) -> Option<usize> {
        if digest(analyzed.article.version.text) != self.digest {
            return None;
        }
        let here = |quote: &Quote| {
            let (content, cue) = of_quote(quote);
            (content.start(), content.end(), cue) == (self.start, self.end, self.cue)
        };
        let quotes = analyzed.analysis.quotes.iter().enumerate().filter(|(_, quote)| here(quote));
        quotes.map(|(index, _)| index).nth(self.nth)
    }
}

/// A number as ids have it: there is one id for a place.
fn number(digits: &str) -> Option<usize> {
    digits.parse().ok().filter(|number: &usize| number.to_string() == digits)
}

#[cfg(test)]
mod tests {
    use sayso_index::Version;

    use super::*;

    #[test]
    fn ids_name_place_and_text() {
        let version = Version { text: 0x8642_0000_0000_0001, ..Version::default() };
        let article = Article { id: "a#q1".into(), version, ..Article::default() };
        let id = Place::Quote.id(&article, (Span::new(12, 30), Some(40)), 1);
        assert_eq!(id, "a#q1#q12-30c40-gs100000-1");
        let read = QuotePlace::read(&id, 300).unwrap();
        assert_eq!((read.article.as_str(), read.start, read.end, read.cue, read.nth), ("a#q1", 12, 30, Some(40), 1));
        assert_eq!(Place::Sentence.id(&article, (Span::new(0, 3), None), 0), "a#q1#s0-3-gs100000");
    }

    #[test]
    fn refuses_what_is_no_id_of_a_quote() {
        for id in [
            "",
            "a",
            "a#q4",
            "a#q1-2",
            "a#q1-2-short",
            "#q1-2-gs100000",
            "a#q1-2-gs100000-x",
            "a#q1-2-gs100000-1-2",
            "a#q+1-2-gs100000",
            "a#q01-2-gs100000",
            "a#q1-2-gs100000-0",
        ] {
            assert!(QuotePlace::read(id, 300).is_err(), "{id:?}");
        }
        assert_eq!(QuotePlace::read("a#q1-2-gs100000", 5).unwrap_err().reason, "LIMIT_EXCEEDED");
    }

    #[test]
    fn counts_what_stands_at_one_place() {
        let place = |start, cue| (Span::new(start, 3), cue);
        let places = [place(0, None), place(0, None), place(1, None), place(0, Some(9)), place(0, None)];
        assert_eq!(nths(places.into_iter()), [0, 1, 0, 0, 2]);
    }
}
