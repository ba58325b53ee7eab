//! Aligns the words of a corpus with our own tokens.

use std::ops::Range;

use sayso_document::{Document, TokenKind};
use sayso_extract::fit::tags::Tag;

use super::TaggedWord;

/// The words of a corpus that overlap each token of the document. Both are in reading order.
pub fn pieces(document: &Document<'_>, words: &[TaggedWord]) -> Vec<Range<usize>> {
    let tokens = document.tokens().iter();
    let range = |start: usize, end: usize| {
        let from = words.partition_point(|word| word.span.end() <= start);
        from..from.max(words.partition_point(|word| word.span.start() < end))
    };
    tokens.map(|token| range(token.span.start(), token.span.end())).collect()
}

/// The tag of each word. None if the corpus has none, and for punctuation and numbers, whose kind settles it.
pub fn gold_tags(document: &Document<'_>, words: &[TaggedWord]) -> Vec<Option<Tag>> {
    let pieces = pieces(document, words).into_iter().zip(document.tokens());
    pieces
        .map(|(range, token)| tag_of(document.text(), &words[range]).filter(|_| token.kind == TokenKind::Word))
        .collect()
}

/// One tag for the words that our tokeniser does not split: "do" + "n't", "they" + "'re", "sit" + "-" + "down".
fn tag_of(text: &str, words: &[TaggedWord]) -> Option<Tag> {
    let (first, last) = (words.first()?, words.last()?);
    let lower = last.span.of(text).to_lowercase().replace('’', "'");
    let chosen = match lower.as_str() {
        // UD tells the preposition "to" from the infinitive marker; the Penn Treebank does not.
        "to" => return Some(Tag::To),
        "'re" | "'ve" | "'ll" | "'d" | "'m" if words.len() > 1 => return Some(Tag::Pv),
        _ if words.iter().any(|word| word.tag == "HYPH" || word.span.of(text) == "-") => last,
        _ => first,
    };
    Some(merged(&chosen.tag, chosen.span.of(text)))
}

fn merged(tag: &str, word: &str) -> Tag {
    let name = match tag {
        "NNPS" | "ADD" => "NNP",
        "PDT" => "DT",
        "SYM" | "FW" | "XX" | "GW" | "#" => "NN",
        "LS" | "$" => "CD",
        "AFX" | "JJR" | "JJS" => "JJ",
        "RBR" | "RBS" => "RB",
        "-LRB-" => "(",
        "-RRB-" => ")",
        "``" | "''" => "Q",
        "HYPH" | "NFP" => ":",
        "WP$" => "WDT",
        "PRP$" => "PRPS",
        same => same,
    };
    let letters = word.starts_with(|c: char| c.is_alphanumeric());
    Tag::named(name).unwrap_or(if letters { Tag::Nn } else { Tag::Colon })
}

#[cfg(test)]
mod tests {
    use sayso_document::Span;

    use super::*;

    #[test]
    fn joins_the_words_of_a_token() {
        let text = "They're a well-known club, don't ask.";
        let word = |form: &str, tag: &str| {
            let start = text.find(form).unwrap();
            let span = Span::new(start, start + form.len());
            TaggedWord { span, tag: tag.into(), head: 0, relation: String::new() }
        };
        let words = [
            word("They", "PRP"),
            word("'re", "VBP"),
            word("a ", "DT"),
            word("well", "RB"),
            word("-", "HYPH"),
            word("known", "JJ"),
            word("club", "NN"),
            word(",", ","),
            word("do", "VBP"),
            word("n't", "RB"),
        ];
        let tags = gold_tags(&Document::new(text), &words);
        let some = [Tag::Pv, Tag::Dt, Tag::Jj, Tag::Nn].map(Some);
        assert_eq!(tags[..4], some);
        assert_eq!(tags[4..], [None, Some(Tag::Vbp), None, None]);
    }
}
