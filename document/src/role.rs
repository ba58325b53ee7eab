//! Guesses what a line is for: headline, subheading, caption or running text.
//!
//! A line is a paragraph of one sentence. Running text ends its sentences with a mark; the lines
//! that head or accompany it mostly do not.

use crate::chars::{is_closing_bracket, is_quotation_mark, is_terminal};
use crate::{Sentence, SentenceRole, Token, TokenKind};

/// A line above the running text has at most this many tokens to be a headline.
const HEADLINE_TOKENS: usize = 30;
/// A line between paragraphs has at most this many tokens to be a subheading.
const SUBHEADING_TOKENS: usize = 12;
/// A line that repeats at least this many words of the running text may be a caption …
const REPEATED_WORDS: usize = 6;
/// … and only among the first lines of an article.
const TOP_LINES: usize = 6;

/// Words that credit a picture.
const CREDITS: [&str; 10] = [
    "(AP Photo",
    "Getty Images",
    "(Reuters",
    "REUTERS/",
    "AFP/",
    "Photo:",
    "PHOTO:",
    "Photograph:",
    "FILE -",
    "FILE PHOTO",
];

/// Sets the roles. `first_token[i]` is the first token of sentence `i`, with one entry more at the end.
pub(crate) fn assign(text: &str, tokens: &[Token], first_token: &[u32], sentences: &mut [Sentence]) {
    let lines: Vec<Line> = (0..sentences.len()).map(|i| Line::of(text, tokens, first_token, sentences, i)).collect();
    let Some(body) = lines.iter().position(|line| line.runs) else { return };
    let mut headline = false;
    for (i, line) in lines.iter().enumerate().take(body.min(TOP_LINES)) {
        let repeated = body > 1 && repeats(text, sentences, i, body);
        sentences[i].role = if line.credits || repeated {
            SentenceRole::Caption
        } else if !headline && line.tokens <= HEADLINE_TOKENS {
            headline = true;
            SentenceRole::Headline
        } else if line.tokens <= HEADLINE_TOKENS {
            SentenceRole::Subheading
        } else {
            SentenceRole::Body
        };
    }
    let last = lines.len() - 1;
    for (i, line) in lines.iter().enumerate().skip(body) {
        if line.alone && line.credits && line.tokens <= HEADLINE_TOKENS {
            sentences[i].role = SentenceRole::Caption;
        } else if !line.runs && line.tokens <= SUBHEADING_TOKENS && i < last {
            sentences[i].role = SentenceRole::Subheading;
        }
    }
}

struct Line {
    /// Whether it is running text.
    runs: bool,
    /// Whether it is the only sentence of its paragraph.
    alone: bool,
    /// Whether it credits a picture.
    credits: bool,
    tokens: usize,
}

impl Line {
    fn of(text: &str, tokens: &[Token], first_token: &[u32], sentences: &[Sentence], i: usize) -> Self {
        let paragraph = sentences[i].paragraph;
        let before = i > 0 && sentences[i - 1].paragraph == paragraph;
        let after = sentences.get(i + 1).is_some_and(|next| next.paragraph == paragraph);
        let alone = !before && !after;
        let range = first_token[i] as usize..first_token[i + 1] as usize;
        let count = range.len();
        // Lines are short: nothing else is looked at closely.
        let line = alone && count <= HEADLINE_TOKENS * 2;
        let words = sentences[i].span.of(text);
        let titled = line && i == 0 && is_title_case(text, &tokens[range]);
        Self {
            runs: !line || ends_sentence(words) && !titled,
            alone,
            credits: line && CREDITS.iter().any(|credit| words.contains(credit)),
            tokens: count,
        }
    }
}

/// Whether the words end as running text ends.
fn ends_sentence(words: &str) -> bool {
    let last = words.trim_end_matches(|c| is_quotation_mark(c) || is_closing_bracket(c)).chars().next_back();
    last.is_none_or(|c| is_terminal(c) || matches!(c, ':' | ';' | ','))
}

/// Whether most longer words are written with a capital, as in a title.
fn is_title_case(text: &str, tokens: &[Token]) -> bool {
    let words = tokens.iter().filter(|token| token.kind == TokenKind::Word && token.span.len() >= 4);
    let (mut all, mut capital) = (0, 0);
    for word in words {
        all += 1;
        capital += usize::from(word.span.of(text).chars().next().is_some_and(char::is_uppercase));
    }
    all >= 4 && capital * 10 >= all * 8
}

/// Whether the words of sentence `i` stand again at the start of a later sentence: a caption is often
/// taken from the article.
fn repeats(text: &str, sentences: &[Sentence], i: usize, body: usize) -> bool {
    let words = sentences[i].span.of(text);
    words.split_whitespace().nth(REPEATED_WORDS - 1).is_some()
        && sentences[body..].iter().any(|sentence| sentence.span.of(text).starts_with(words))
}
