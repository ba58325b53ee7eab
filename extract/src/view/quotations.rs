//! Pairs quotation marks into quotations.
//!
//! Marks in news are not always paired: a quotation over several paragraphs opens anew in each and
//! closes in the last, straight marks do not show their side, apostrophes look like single marks,
//! and closing marks are forgotten. One pass with one waiting quotation decides; what is never
//! closed ends with its sentence, or with its paragraph if it looks like a whole speech.

use std::ops::Range;

use sayso_document::{Document, TokenKind};

/// Words in quotation marks. Quotations do not overlap: one inside another belongs to the outer one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quotation {
    /// The opening mark.
    pub(crate) open: usize,
    /// One past the last token; the closing mark is inside.
    pub(crate) end: usize,
    /// Whether a closing mark was found.
    pub(crate) closed: bool,
    /// Whether it goes on with the one that the paragraph before left open.
    pub(crate) reopens: bool,
}

impl Quotation {
    /// Its tokens, marks included.
    pub(crate) fn range(&self) -> Range<usize> {
        self.open..self.end
    }

    /// How many tokens stand between the marks.
    pub(crate) fn inner_len(&self) -> usize {
        (self.end - self.open).saturating_sub(1 + usize::from(self.closed))
    }
}

/// Within this many tokens, a quotation inside another one of the same marks must close, and the
/// outer one too.
const NESTED_TOKENS: usize = 60;

/// The most tokens of a quotation without a closing mark.
const MAX_UNCLOSED_TOKENS: usize = 300;

/// A quotation whose closing mark is still to come.
struct Waiting {
    /// The token of its opening mark.
    open: usize,
    /// Whether that is a single mark.
    single: bool,
    /// Whether it continues one that the paragraph before left open.
    reopens: bool,
    /// Whether the mark is straight. Curly marks inside then belong to an inner quotation.
    straight: bool,
    /// How many inner quotations are open.
    inner: u32,
}

/// Finds the quotations of a document in one pass. `sentences` is the sentence of each token.
pub(crate) fn pair(document: &Document<'_>, sentences: &[u32]) -> Vec<Quotation> {
    #[cfg(test)]
    crate::view::built::note("quotations");
    let paragraph = |i: usize| document.sentences().get(sentences[i] as usize).map_or(0, |s| s.paragraph);
    let mut found: Vec<Quotation> = Vec::new();
    let mut waiting: Option<Waiting> = None;
    for (i, token) in document.tokens().iter().enumerate() {
        let mut reopens = false;
        if (i == 0 || paragraph(i - 1) != paragraph(i))
            && let Some(open) = waiting.take()
        {
            // A quotation over several paragraphs opens each of them anew and closes the last alone.
            reopens = token.kind == TokenKind::OpenQuote;
            let end = if reopens || runs_on(document, open.open, i) {
                i
            } else {
                sentence_end(document, sentences, open.open)
            };
            found.push(open.close(end, false));
        }
        if !matches!(token.kind, TokenKind::OpenQuote | TokenKind::CloseQuote) {
            continue;
        }
        let opens = token.kind == TokenKind::OpenQuote;
        let (single, straight) = shape(document, i);
        let new = Waiting { open: i, single, reopens, straight, inner: 0 };
        match &mut waiting {
            None if opens => waiting = Some(new),
            Some(open) if open.single != single => {}
            Some(open) if opens && !straight && (open.straight || is_nested(document, i)) => open.inner += 1,
            Some(open) if !opens && open.inner > 0 && !straight => open.inner -= 1,
            Some(open) if opens => {
                let end = sentence_end(document, sentences, open.open).min(i);
                found.push(open.close(end, false));
                waiting = Some(new);
            }
            Some(open) => {
                found.push(open.close(i + 1, true));
                waiting = None;
            }
            None => {}
        }
    }
    if let Some(open) = waiting {
        let all = document.tokens().len();
        let end = if runs_on(document, open.open, all) { all } else { sentence_end(document, sentences, open.open) };
        found.push(open.close(end, false));
    }
    found
}

/// For every token the number of the speech that it stands in, from 1; 0 outside. A speech begins with an opening mark and
/// ends with the next closing mark or its paragraph, of whatever sort the marks are. Coreference was fitted on this plainer
/// reading; [`pair`] tells which marks belong together.
pub(super) fn speeches(document: &Document<'_>) -> Vec<u32> {
    #[cfg(test)]
    crate::view::built::note("speeches");
    let mut speeches = Vec::with_capacity(document.tokens().len());
    let (mut paragraph, mut open, mut number) = (u32::MAX, false, 0);
    for sentence in 0..document.sentences().len() {
        let here = document.sentences()[sentence].paragraph;
        open &= here == paragraph;
        paragraph = here;
        for i in document.tokens_of(sentence) {
            match document.tokens()[i].kind {
                TokenKind::OpenQuote => {
                    number += u32::from(!open);
                    open = true;
                }
                TokenKind::CloseQuote => open = false,
                _ => {}
            }
            speeches.push(if open { number } else { 0 });
        }
    }
    speeches
}

/// Whether a mark is a single one, and whether it is straight.
fn shape(document: &Document<'_>, token: usize) -> (bool, bool) {
    let (mark, word) = (document.first_char(token), document.word(token));
    let alone = word.starts_with('&') || word.len() == mark.len_utf8();
    let single = alone && matches!(mark, '\'' | '’' | '‘' | '‚' | '‛' | '‹' | '›' | '`' | '´' | '＇');
    (single, matches!(mark, '"' | '\'' | '＂' | '＇'))
}

/// Whether a quotation that opens inside of another one of the same marks is closed before that one, soon:
/// “He said “never” and left”.
fn is_nested(document: &Document<'_>, open: usize) -> bool {
    let single = shape(document, open).0;
    let marks = (open + 1..document.tokens().len().min(open + NESTED_TOKENS)).filter(|&i| {
        let kind = document.tokens()[i].kind;
        matches!(kind, TokenKind::OpenQuote | TokenKind::CloseQuote) && shape(document, i).0 == single
    });
    let paragraph = |i: usize| document.sentences()[document.sentence_of_token(i)].paragraph;
    let mut closed = 0;
    for i in marks.take(2) {
        closed += usize::from(document.tokens()[i].kind == TokenKind::CloseQuote && paragraph(i) == paragraph(open));
    }
    closed == 2
}

impl Waiting {
    /// The quotation that ends here.
    fn close(&self, end: usize, closed: bool) -> Quotation {
        Quotation { open: self.open, end, closed, reopens: self.reopens }
    }
}

/// Whether a quotation that nothing closes runs to the end of its paragraph: it begins like a
/// sentence, and no verb behind it shows who speaks. A closing mark is missing there far more often
/// than inside.
fn runs_on(document: &Document<'_>, open: usize, end: usize) -> bool {
    let sentence = open == 0
        || document.tokens_of(document.sentence_of_token(open)).start == open
        || matches!(document.word(open - 1), "," | ":");
    let capital = open + 1 < end && document.word(open + 1).starts_with(char::is_uppercase);
    let told =
        |i: usize| matches!(document.word(i), "said" | "says" | "told" | "added" | "asked" | "wrote" | "replied");
    sentence && capital && end - open <= MAX_UNCLOSED_TOKENS && !(open..end).any(told)
}

/// Where the sentence of a token ends.
fn sentence_end(document: &Document<'_>, sentences: &[u32], token: usize) -> usize {
    document.tokens_of(sentences[token] as usize).end.max(token + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quotations(text: &str) -> Vec<(&str, bool, bool)> {
        let document = Document::new(text);
        let tokens = document.tokens();
        let sentences: Vec<u32> = (0..tokens.len()).map(|token| document.sentence_of_token(token) as u32).collect();
        let words = |q: &Quotation| tokens[q.open].span.cover(tokens[q.end - 1].span).of(text);
        pair(&document, &sentences).iter().map(|q| (words(q), q.closed, q.reopens)).collect()
    }

    #[test]
    fn pairs_marks_of_all_sorts() {
        assert_eq!(quotations("He said “yes” and \"no\"."), [("“yes”", true, false), ("\"no\"", true, false)]);
        assert_eq!(quotations("«Oui,» she said."), [("«Oui,»", true, false)]);
    }

    #[test]
    fn a_quotation_in_the_same_marks_belongs_to_the_outer_one() {
        assert_eq!(quotations("“He said “no” twice,” she said."), [("“He said “no” twice,”", true, false)]);
        assert_eq!(quotations("“He said. “No,” she said."), [("“He said.", false, false), ("“No,”", true, false)]);
        assert_eq!(quotations("&quot;Yes&quot; &ldquo;no&rdquo;").len(), 2);
    }

    #[test]
    fn follows_a_quotation_over_paragraphs() {
        let found = quotations("“One.\n\n“Two,” he said.");
        assert_eq!(found, [("“One.", false, false), ("“Two,”", true, true)]);
    }

    #[test]
    fn ends_an_unclosed_quotation_with_its_sentence() {
        assert_eq!(quotations("He said “yes. Nobody heard it."), [("“yes.", false, false)]);
        assert_eq!(quotations("“Yes, he said. Nobody heard it."), [("“Yes, he said.", false, false)]);
    }

    #[test]
    fn a_quotation_may_lack_its_mark_at_the_end_of_a_paragraph() {
        let found = quotations("“No,” he said. “It rained. We stayed.\n\nIt was late.");
        assert_eq!(found, [("“No,”", true, false), ("“It rained. We stayed.", false, false)]);
    }

    /// Quotations do not overlap, hold their marks, lie inside the text, and come out the same again.
    fn check(text: &str) -> usize {
        let document = Document::new(text);
        let sentences: Vec<u32> =
            (0..document.tokens().len()).map(|token| document.sentence_of_token(token) as u32).collect();
        let found = pair(&document, &sentences);
        for quotation in &found {
            assert!(quotation.open < quotation.end && quotation.end <= document.tokens().len(), "{text:?}");
            assert_eq!(document.tokens()[quotation.open].kind, TokenKind::OpenQuote, "{text:?}");
            let last = document.tokens()[quotation.end - 1].kind;
            assert!(!quotation.closed || last == TokenKind::CloseQuote, "{text:?}");
        }
        assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].open), "quotations overlap in {text:?}");
        assert_eq!(found, pair(&document, &sentences));
        found.len()
    }

    const PIECES: [&str; 34] = [
        "“", "”", "„", "\"", "«", "»", "‘", "’", "‚", "'", "''", "``", "‹", "›", "&quot;", "&rsquo;", "´", "＂", "「",
        "」", "a", "Dogs", "s", "90s", "n", "said", ",", ". ", "\n", "\n\n", " ", " ", "<br>", "\u{202b}",
    ];

    proptest! {
        #[test]
        fn any_mixture_of_marks_is_paired_in_order(pieces in prop::collection::vec(0..PIECES.len(), 0..80)) {
            check(&pieces.iter().map(|&piece| PIECES[piece]).collect::<String>());
        }
    }

    #[test]
    fn a_hundred_thousand_marks_are_paired() {
        assert_eq!(check(&"“a” ".repeat(50_000)), 50_000);
        assert_eq!(check(&"'a' ".repeat(50_000)), 50_000);
        for piece in ["“ ", "“a ", "\"a ", "'as ", "‘", "”", "„a‘ ", "“a\n\n"] {
            check(&piece.repeat(100_000));
        }
    }
}
