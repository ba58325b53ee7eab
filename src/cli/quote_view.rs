//! Prints a quote: first the words, then who said them, to whom, where and when.

use std::ops::Range;

use super::labels::{Act, Kind, Polarity, Type};
use super::render::{DIM, HIT, KIND, NAME, Paragraph, SAID};
use super::{dates, render};
use crate::proto::google_type::Date;
use crate::proto::{self, EntityType, Highlight, Quote};

/// Words that refer to a speaker without describing one.
const PRONOUNS: [&str; 10] = ["he", "she", "it", "they", "i", "we", "you", "who", "him", "her"];

/// The shortest role that is printed, in characters. A shorter one says nothing.
const MIN_ROLE_CHARS: usize = 4;

/// The longest source that is printed whole, in characters.
const MAX_SOURCE_CHARS: usize = 90;

/// The most labels of an article that are shown.
const MAX_LABELS: usize = 4;

/// Below this probability, in percent, it is shown how sure the speaker is.
const SURE_SPEAKER: f32 = 75.0;

/// The longest value of a label that is printed whole, in characters.
const MAX_LABEL_CHARS: usize = 40;

/// Prints a quote, with the matching words marked. Spans are in UTF-8 bytes.
pub(super) fn lines(quote: &Quote, highlights: &[Highlight], width: Option<usize>) -> String {
    let marks = render::marks(highlights);
    let (open, close) = around(quote);
    let said = Paragraph::new().add(SAID, open).add_marked(SAID, &quote.text, HIT, &marks).add(SAID, close);
    let mut out = said.lines(width, 0);
    out.push_str(&attribution(quote).lines(width, 2));
    let named = quote.about.iter().filter(|entity| Type::is_name(entity.r#type));
    let about: Vec<_> = named.map(|entity| entity.name.as_str()).collect();
    let about = if about.is_empty() { String::new() } else { format!("about {}", about.join(", ")) };
    // A quote in a text that is not stored has no article, and its id would lead nowhere.
    let id = if quote.article.is_some() { quote.id.clone() } else { String::new() };
    let last = [about, quote.article.as_ref().map(labelled).unwrap_or_default(), id];
    if last.iter().any(|part| !part.is_empty()) {
        out.push_str(&Paragraph::new().add_parts(DIM, &last).lines(width, 4));
    }
    out
}

/// What to print before and after a quote's text. The text of a direct quote has no marks of its own. Any other may be
/// part of a sentence, which an ellipsis shows.
fn around(quote: &Quote) -> (&'static str, &'static str) {
    if quote.kind == proto::QuoteKind::Direct as i32 {
        ("“", "”")
    } else if quote.text.starts_with(char::is_lowercase) {
        ("… ", "")
    } else {
        ("", "")
    }
}

/// "— Ada Lind, Harbour Commissioner · told reporters on Tuesday · direct speech · Veld Courier, 3 March 2026"
fn attribution(quote: &Quote) -> Paragraph {
    let (name, role) = speaker(quote);
    let mut line = Paragraph::new().add(DIM, "— ").add(NAME, &name);
    if !role.is_empty() {
        line = line.add(NAME, ", ").add(NAME.bold().dimmed(), &role);
    }
    if let Some(doubt) = doubt(quote) {
        line = line.add(DIM, &doubt);
    }
    line = line.add(DIM, " · ");
    let telling = telling(quote);
    if !telling.is_empty() {
        line = line.add_parts(DIM, &[telling]).add(DIM, " · ");
    }
    let article = quote.article.as_ref().map(published).unwrap_or_default();
    line = line.add(KIND, &manner(quote));
    if article.is_empty() { line } else { line.add(DIM, " · ").add(DIM, &article) }
}

/// " (speaker 54 % sure)", if that is little.
fn doubt(quote: &Quote) -> Option<String> {
    let percent = (100.0 * quote.speaker_confidence?).round();
    (percent < SURE_SPEAKER).then(|| format!(" (speaker {percent} % sure)"))
}

/// The speakers' names, and how the article introduces the speaker, if it does.
fn speaker(quote: &Quote) -> (String, String) {
    let source = quote.source.as_ref().map(|phrase| clip(trim(&phrase.text), MAX_SOURCE_CHARS)).unwrap_or_default();
    match quote.speakers.as_slice() {
        [] if source.is_empty() => ("unnamed".into(), String::new()),
        [] => (source, String::new()),
        [one] if one.r#type == EntityType::Person as i32 => (one.name.clone(), role(&one.name, &source)),
        [one] => (one.name.clone(), String::new()),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|speaker| speaker.name.as_str()).collect();
            (format!("{} and {}", first.join(", "), last.name), String::new())
        }
    }
}

/// What the source says about the speaker besides the name. "Harbour Commissioner Ada Lind" and "Ada Lind, the harbour
/// commissioner," both state the role; "she" states nothing.
fn role(name: &str, source: &str) -> String {
    if PRONOUNS.contains(&source.to_lowercase().as_str()) {
        return String::new();
    }
    let Some(named) = find_name(name, source) else { return uncapitalized(source) };
    let (before, after) = (trim(&source[..named.start]).to_string(), trim(&source[named.end..]).to_string());
    let after = if matches!(after.as_str(), "'s" | "’s" | "himself" | "herself") { String::new() } else { after };
    let role = if before.is_empty() { after } else { before };
    // "the Lind": no role is that short.
    if role.chars().count() < MIN_ROLE_CHARS { String::new() } else { role }
}

/// "the spokesman", where it began a sentence.
fn uncapitalized(source: &str) -> String {
    ["The ", "A ", "An ", "His ", "Her ", "Their "]
        .iter()
        .find(|article| source.starts_with(**article))
        .map_or_else(|| source.to_string(), |article| format!("{}{}", article.to_lowercase(), &source[article.len()..]))
}

/// The part of a source that is the speaker's name, or the longest run of its words: all of "Ada Lind of Marn", "Ada
/// Lind" or "Lind". It begins and ends with a capital: "of" is not a name.
fn find_name(name: &str, source: &str) -> Option<Range<usize>> {
    let words: Vec<_> = name.split(' ').collect();
    let is_capital = |word: &str| word.starts_with(char::is_uppercase);
    (1..=words.len()).rev().flat_map(|count| words.windows(count)).find_map(|part| match part {
        [first, ..] if part.len() < words.len() && !is_capital(first) => None,
        [.., last] if part.len() < words.len() && !is_capital(last) => None,
        _ => find_words(&part.join(" "), source),
    })
}

/// Where these words stand, as whole words.
fn find_words(words: &str, source: &str) -> Option<Range<usize>> {
    let bound = |next: Option<char>| next.is_none_or(|c| !c.is_alphanumeric());
    let is_whole =
        |at: usize| bound(source[..at].chars().next_back()) && bound(source[at + words.len()..].chars().next());
    let found = source.match_indices(words).map(|(at, _)| at).find(|&at| !words.is_empty() && is_whole(at));
    found.map(|at| at..at + words.len())
}

/// "On Tuesday", which began a sentence, as it is written inside one. Names of days and months keep their capitals.
fn inner_case(when: String) -> String {
    let small = ["On ", "In ", "At ", "Last ", "Late ", "Earlier ", "Early ", "Yesterday", "Today"];
    match small.iter().find(|word| when.starts_with(**word)) {
        Some(word) => word.to_lowercase() + &when[word.len()..],
        None => when,
    }
}

/// "(3 March 2026)", if the expression of time means one day and does not state the year itself.
fn on_day(quote: &Quote) -> String {
    let words = quote.time_expression.as_ref().map(|when| when.text.as_str()).unwrap_or_default();
    let is_one = |first: &Date, end: Option<Date>| end.is_some() && dates::day_after(first) == end;
    match quote.said_dates.and_then(|said| said.start_date.filter(|first| is_one(first, said.end_date))) {
        Some(day) if !words.contains(&day.year.to_string()) => format!("({})", dates::show_date(&day)),
        _ => String::new(),
    }
}

/// "told reporters on Tuesday". Empty without a cue.
fn telling(quote: &Quote) -> String {
    let words =
        |phrase: &Option<proto::TextPhrase>| phrase.as_ref().map(|phrase| phrase.text.clone()).unwrap_or_default();
    let (cue, addressee, when) = (words(&quote.cue), words(&quote.addressee), words(&quote.time_expression));
    let cue = trim(&cue).to_string();
    // The same goes for expressions of time.
    let when = if cue.contains(&when) { String::new() } else { inner_case(when) };
    let when = [when, on_day(quote)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    // A cue that includes its addressee already says to whom.
    let addressee = if cue.contains(&addressee) { String::new() } else { addressee };
    let link = if cue.is_empty() && !addressee.is_empty() { "to" } else { "" };
    let parts = [cue.as_str(), link, &addressee, &when];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// "direct speech", "indirect finding, not said".
fn manner(quote: &Quote) -> String {
    let mut manner = format!("{} {}", Kind::label(quote.kind), Act::label(quote.act)).trim().to_string();
    if quote.polarity != proto::QuotePolarity::Asserted as i32 && quote.polarity != 0 {
        manner = format!("{manner}, {}", Polarity::label(quote.polarity));
    }
    manner
}

/// "Veld Courier, 3 March 2026": the outlet and date of an article, as far as they are known.
pub(super) fn published(article: &proto::Article) -> String {
    let there = article.publish_date.as_ref().map(dates::show_date);
    let day = there.or_else(|| article.publish_time.as_ref().map(dates::show_day)).unwrap_or_default();
    [article.outlet.clone(), day].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// "customer=17, desk=politics": the first labels of an article.
pub(super) fn labelled(article: &proto::Article) -> String {
    let shown = article.labels.iter().take(MAX_LABELS).map(|(key, value)| match value.as_str() {
        "" => key.clone(),
        value => format!("{key}={}", clip(value, MAX_LABEL_CHARS)),
    });
    let mut shown: Vec<_> = shown.collect();
    if article.labels.len() > MAX_LABELS {
        shown.push(format!("{} more", article.labels.len() - MAX_LABELS));
    }
    shown.join(", ")
}

/// The words without the marks that separate them from the rest of their sentence.
fn trim(words: &str) -> &str {
    words.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '—' | '–'))
}

fn clip(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        return words.to_string();
    }
    let clipped: String = words.chars().take(most).collect();
    format!("{}…", clipped.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::render::plain;
    use super::*;
    use crate::proto::{Article, DateRange, EntityRef, TextPhrase, TextSpan};

    fn phrase(text: &str) -> Option<TextPhrase> {
        Some(TextPhrase { text: text.into(), spans: Vec::new() })
    }

    fn entity(name: &str) -> EntityRef {
        EntityRef { name: name.into(), r#type: EntityType::Person as i32, ..EntityRef::default() }
    }

    fn sample() -> Quote {
        Quote {
            id: "wire-03#q2".into(),
            text: "The harbour will open on Friday.".into(),
            content_spans: vec![TextSpan { start: 100, end: 138 }],
            cue: phrase("told:"),
            source: phrase("Harbour Commissioner Ada Lind"),
            speakers: vec![entity("Ada Lind")],
            addressee: phrase("reporters"),
            time_expression: phrase("on Tuesday"),
            about: vec![entity("Veld Harbour"), entity("Karel Tamm")],
            act: proto::QuoteAct::Speech as i32,
            kind: proto::QuoteKind::Direct as i32,
            polarity: proto::QuotePolarity::Asserted as i32,
            article: Some(Article {
                outlet: "Veld Courier".into(),
                labels: [("desk".into(), "politics".into())].into(),
                publish_time: Some(prost_types::Timestamp { seconds: 1_772_546_700, nanos: 0 }),
                ..Article::default()
            }),
            ..Quote::default()
        }
    }

    #[test]
    fn a_quote_reads_as_in_print() {
        insta::assert_snapshot!(plain(&lines(&sample(), &[], None)), @r"
        “The harbour will open on Friday.”
          — Ada Lind, Harbour Commissioner · told reporters on Tuesday · direct speech · Veld Courier, 3 March 2026
            about Veld Harbour, Karel Tamm · desk=politics · wire-03#q2
        ");
    }

    #[test]
    fn a_speaker_who_may_be_wrong_is_shown_as_such() {
        let with = |speaker_confidence| plain(&lines(&Quote { speaker_confidence, ..sample() }, &[], None));
        assert!(with(Some(0.54)).contains("Ada Lind, Harbour Commissioner (speaker 54 % sure) · told reporters"));
        for sure in [None, Some(0.749), Some(1.0)] {
            assert!(!with(sure).contains("sure"), "{sure:?}");
        }
    }

    #[test]
    fn words_that_matched_are_marked_where_they_stand_in_the_text() {
        let quote = sample();
        let at = |start, end| Highlight { text_span: Some(TextSpan { start, end }), ..Highlight::default() };
        let outside = Highlight { text: "told".into(), ..Highlight::default() };
        let text = lines(&quote, &[at(4, 11), outside, at(-2, 3)], None);
        assert!(
            text.contains(&format!("{HIT}harbour{HIT:#}")) && text.matches(&HIT.to_string()).count() == 1,
            "{text:?}"
        );
    }

    #[test]
    fn the_day_is_that_of_the_outlet_and_labels_are_few() {
        let labels = ["a", "b", "c", "d", "e", "f"].map(|key| (key.to_string(), "x".repeat(50)));
        let mut article = sample().article.unwrap();
        article.publish_date = Some(proto::google_type::Date { year: 2026, month: 3, day: 2 });
        assert_eq!(published(&article), "Veld Courier, 2 March 2026");
        article.labels = labels.into();
        article.labels.insert("a".into(), String::new());
        let x = "x".repeat(40);
        assert_eq!(labelled(&article), format!("a, b={x}…, c={x}…, d={x}…, 2 more"));
    }

    #[test]
    fn a_day_of_the_week_is_told_as_a_date() {
        let day = |day| Some(proto::google_type::Date { year: 2026, month: 3, day });
        let said = |start_date, end_date| Quote { said_dates: Some(DateRange { start_date, end_date }), ..sample() };
        assert_eq!(telling(&said(day(3), day(4))), "told reporters on Tuesday (3 March 2026)");
        assert_eq!(telling(&said(day(2), day(9))), "told reporters on Tuesday");
        let dated = Quote { time_expression: phrase("On March 3, 2026"), ..said(day(3), day(4)) };
        assert_eq!(telling(&dated), "told reporters on March 3, 2026");
        let taken = Quote {
            cue: phrase("said Tuesday"),
            time_expression: phrase("Tuesday"),
            addressee: None,
            ..said(day(3), day(4))
        };
        assert_eq!(telling(&taken), "said Tuesday (3 March 2026)");
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let quote = Quote {
            text: "the bridge is safe".into(),
            source: phrase("officials"),
            polarity: proto::QuotePolarity::Negated as i32,
            kind: proto::QuoteKind::Indirect as i32,
            act: proto::QuoteAct::Speech as i32,
            ..Quote::default()
        };
        insta::assert_snapshot!(plain(&lines(&quote, &[], None)), @r"
        … the bridge is safe
          — officials · indirect speech, not said
        ");
    }

    #[test]
    fn a_source_tells_the_role_of_its_speaker() {
        for (source, expected) in [
            ("Harbour Commissioner Ada Lind", "Harbour Commissioner"),
            ("Commissioner Lind", "Commissioner"),
            ("Ada Lind, the harbour commissioner,", "the harbour commissioner"),
            ("Lind", ""),
            ("She", ""),
            ("The commissioner", "the commissioner"),
            ("the Ada Lind", ""),
            ("Lind herself", ""),
        ] {
            assert_eq!(role("Ada Lind", source), expected, "{source}");
        }
    }

    #[test]
    fn a_part_of_the_name_is_no_role() {
        for (name, source, expected) in [
            ("Bertil Anker of Lorn", "Anker", ""),
            ("Bertil Anker of Lorn", "Bertil Anker", ""),
            ("Bertil Anker of Lorn", "Mayor Anker", "Mayor"),
            ("Bertil Anker of Lorn", "the mayor of the town", "the mayor of the town"),
            ("Tove van der Berg", "Tove van der Berg, a diver", "a diver"),
            ("Ada Lind", "Commissioner Lindqvist", "Commissioner Lindqvist"),
            ("lind", "Commissioner lind", "Commissioner"),
            ("ada lind", "Commissioner ada lind", "Commissioner"),
        ] {
            assert_eq!(role(name, source), expected, "{name}: {source}");
        }
    }

    #[test]
    fn several_speakers_are_listed() {
        let quote = Quote { speakers: vec![entity("A B"), entity("C D"), entity("E F")], ..sample() };
        assert_eq!(speaker(&quote).0, "A B, C D and E F");
    }
}
