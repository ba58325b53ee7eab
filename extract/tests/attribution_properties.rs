//! Contracts of quotes that hold for any text.

use std::sync::LazyLock;

use proptest::prelude::*;
use sayso_document::{Analysis, Span, Tier};
use sayso_extract::Analyzer;

/// Words and marks that quotes are made of; strings of them meet more of the rules than random ones.
const PIECES: [&str; 34] = [
    "“",
    "”",
    "\"",
    "''",
    "'",
    "’",
    "‘",
    "«",
    "»",
    "said",
    "He",
    "that",
    ",",
    ".",
    ":",
    "\n",
    "\n\n",
    "—",
    "according to",
    "told",
    "reporters",
    "Ann Ruiz",
    "’s",
    "claim",
    "to",
    "who",
    "was",
    "by",
    "on Monday",
    "(",
    "and",
    "don’t",
    "é",
    "😀",
];

fn quoteish() -> impl Strategy<Value = String> {
    let piece = (0..PIECES.len(), any::<bool>())
        .prop_map(|(piece, blank)| format!("{}{}", PIECES[piece], if blank { " " } else { "" }));
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Every span lies on words of the text, every reference leads somewhere, and quotes are in order.
fn check(text: &str) {
    static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::new);
    let analysis = ANALYZER.analyze(text, Tier::Fast);
    let mut last = 0;
    for quote in &analysis.quotes {
        assert!(!quote.content.is_empty(), "no content in {text:?}");
        let spans: Vec<Span> = quote.content.iter().chain(&quote.cue).chain(&quote.source).copied().collect();
        for span in spans.iter().chain(&quote.when).chain(quote.addressee.as_ref().map(|a| &a.span)) {
            assert_eq!(span.trim(text), *span, "blanks at the border in {text:?}");
            assert!(!span.is_empty());
        }
        assert!(
            quote.content.windows(2).all(|pair| pair[0].end() <= pair[1].start()),
            "content out of order in {text:?}"
        );
        assert!(quote.content.iter().all(|&piece| stays(&analysis, text, piece)), "two paragraphs in {text:?}");
        assert!(references(&analysis, &quote.speakers) && references(&analysis, &quote.about));
        assert!((0.0..=1.0).contains(&quote.confidence) && (0.0..=1.0).contains(&quote.speaker_confidence));
        let start = quote.extent().start();
        assert!(last <= start, "quotes out of order in {text:?}");
        last = start;
    }
    assert_eq!(analysis, ANALYZER.analyze(text, Tier::Fast));
}

/// Whether a piece of content lies in one paragraph, or has a mark where it leaves the first one.
fn stays(analysis: &Analysis, text: &str, piece: Span) -> bool {
    let sentences = &analysis.sentences[analysis.sentences_touched(piece)];
    let first = sentences[0].paragraph;
    let own =
        sentences.iter().take_while(|one| one.paragraph == first).last().map_or(piece.end(), |one| one.span.end());
    own >= piece.end() || text[piece.start()..own].contains(['“', '”', '"', '\'', '’', '‘', '«', '»'])
}

fn references(analysis: &Analysis, positions: &[usize]) -> bool {
    positions.iter().all(|&entity| entity < analysis.entities.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_string_keeps_the_contracts(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn strings_of_quotes_keep_the_contracts(text in quoteish()) {
        check(&text);
    }
}

#[test]
fn unbalanced_marks_by_the_thousand_do_no_harm() {
    let text = format!("He said that {}", "“ he said, \"yes” ".repeat(5_000));
    check(&text);
}

/// A quotation that is left open, and told only in a later paragraph, begins the quote of that paragraph.
#[test]
fn quotes_are_in_reading_order_where_only_a_later_paragraph_tells_who_spoke() {
    check("“'said\n\"'\n“.''told\"”“““““““");
    check("“The port is shut. Ann Ruiz said so.\n\n“Nobody said “no”.\n\n“It will open in May,” Ann Ruiz said.");
}
