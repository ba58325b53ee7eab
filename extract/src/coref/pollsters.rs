//! Splits names of pollsters that are joined before the word for a poll: "the Velden Post-VBC News
//! poll" was ordered by two bodies, and so was "a Norvik/Ipsen survey".

use sayso_document::{Document, EntityType, Span};

use crate::names::NameMention;

/// How many tokens behind the names the word for a poll may stand.
const REACH: usize = 4;

/// Splits the names of bodies that a hyphen or slash joins. The names stay sorted by start, the
/// longest first.
pub(super) fn part(document: &Document, names: Vec<NameMention>) -> Vec<NameMention> {
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        let body = name.kind == EntityType::Organization && polls(document, name.tokens.end);
        match if body { joined(document, &name) } else { None } {
            Some(parts) => out.extend(parts.map(|part| alone(document, &name, part))),
            None => out.push(name),
        }
    }
    out.sort_by_key(|name| (name.span.start(), std::cmp::Reverse(name.span.end())));
    out.dedup_by(|next, last| next.span == last.span);
    out
}

/// Whether a poll is named right behind a name, in the same sentence.
fn polls(document: &Document, end: usize) -> bool {
    let words = end..(end + REACH).min(document.tokens().len());
    let end = document.sentence_of_token(end.saturating_sub(1));
    words
        .take_while(|&i| document.sentence_of_token(i) == end && document.word(i) != ",")
        .any(|i| matches!(document.word(i), "poll" | "polls" | "survey" | "polling"))
}

/// The two names on both sides of a hyphen inside the name, or of the slash behind it.
fn joined(document: &Document, name: &NameMention) -> Option<[Span; 2]> {
    let text = name.name.of(document.text());
    let capital = |at: usize| text[at..].starts_with(char::is_uppercase);
    let inside = text.match_indices(['-', '/', '–']).find(|&(at, sign)| at > 1 && capital(at + sign.len()));
    if let Some((at, sign)) = inside
        && (text.contains(' ') || sign == "/")
    {
        let sign = name.name.start() + at..name.name.start() + at + sign.len();
        return Some([Span::new(name.name.start(), sign.start), Span::new(sign.end, name.name.end())]);
    }
    let (slash, next) = (name.tokens.end, name.tokens.end + 1);
    if slash >= document.tokens().len() || document.word(slash) != "/" {
        return None;
    }
    let capital = |i: &usize| *i < document.tokens().len() && document.word(*i).starts_with(char::is_uppercase);
    let last = (next..next + 4).take_while(capital).last()?;
    Some([name.name, document.span_of(next..last + 1)])
}

/// A name without a title at this place, with the type and confidence of the joined one.
fn alone(document: &Document, name: &NameMention, span: Span) -> NameMention {
    NameMention { span, name: span, title: None, tokens: document.tokens_in(span), ..name.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, name: &str) -> Vec<String> {
        let document = Document::new(text);
        let at = text.find(name).unwrap();
        let span = Span::new(at, at + name.len());
        let kind = EntityType::Organization;
        let tokens = document.tokens_in(span);
        let name = NameMention { span, name: span, title: None, kind, tokens, confidence: 1.0 };
        part(&document, vec![name]).iter().map(|name| name.name.of(text).to_owned()).collect()
    }

    #[test]
    fn parts_those_who_order_a_poll_together() {
        assert_eq!(parts("A Velden Post-VBC News poll came out.", "Velden Post-VBC News"), ["Velden Post", "VBC News"]);
        assert_eq!(parts("A Velden Post–VBC News poll came out.", "Velden Post–VBC News"), ["Velden Post", "VBC News"]);
        assert_eq!(parts("A Norvik/Ipsen survey came out.", "Norvik"), ["Norvik", "Ipsen"]);
        assert_eq!(parts("A Norvik/Ipsen survey came out.", "Norvik/Ipsen"), ["Norvik", "Ipsen"]);
        assert_eq!(parts("A Velden Post-VBC News show came out.", "Velden Post-VBC News").len(), 1);
    }
}
