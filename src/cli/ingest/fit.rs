//! Removes from an article the metadata that the server would refuse. An odd field costs that field, never the article.

use std::collections::BTreeMap;

use super::note::Note;
use crate::convert::{AUTHORS, ID_BYTES, LABEL_KEY_BYTES, LABEL_VALUE_BYTES, LABELS, LANGUAGE_BYTES, METADATA_BYTES};
use crate::echo::is_command;
use crate::proto::Article;

/// Removes the fields for which the server would refuse the article, with a note for each. The body is left as it is.
pub(super) fn fit(article: &mut Article, notes: &mut Vec<Note>) {
    if !is_id(&article.id) {
        let id = std::mem::take(&mut article.id);
        notes.push(Note::new("id", format!("{id:?}"), NO_ID));
    }
    let Article { url, outlet, title, language_code, authors, labels, .. } = article;
    for (name, text, most) in [
        ("url", url, METADATA_BYTES),
        ("outlet", outlet, METADATA_BYTES),
        ("title", title, METADATA_BYTES),
        ("language_code", language_code, LANGUAGE_BYTES),
    ] {
        *text = within(name, std::mem::take(text), most, notes);
    }
    if let Some(told) = Some(std::mem::take(language_code)).filter(|told| !told.is_empty()) {
        match language(&told) {
            Some(code) => *language_code = code,
            None if told.eq_ignore_ascii_case("english") => *language_code = "en".into(),
            None => notes.push(Note::new("language_code", format!("{told:?}"), NO_LANGUAGE)),
        }
    }
    let stated = authors.len();
    authors.retain(|author| author.len() <= METADATA_BYTES);
    authors.truncate(AUTHORS);
    if authors.len() < stated {
        let what = format!("of {stated} are kept: {AUTHORS} names of {METADATA_BYTES} bytes at most");
        notes.push(Note::new("authors", authors.len(), what));
    }
    fit_labels(labels, notes);
    fit_together(article, notes);
}

const NO_LANGUAGE: &str = "is not used: a code is expected, such as en or pt-BR";

/// Codes of ISO 639 with three letters, and those with two that stand for the same languages.
const SHORT_CODES: [(&str, &str); 50] = [
    ("ara", "ar"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("chi", "zh"),
    ("cym", "cy"),
    ("cze", "cs"),
    ("dan", "da"),
    ("deu", "de"),
    ("dut", "nl"),
    ("ell", "el"),
    ("eng", "en"),
    ("est", "et"),
    ("eus", "eu"),
    ("fas", "fa"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("ger", "de"),
    ("gle", "ga"),
    ("gre", "el"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("ind", "id"),
    ("isl", "is"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("nld", "nl"),
    ("nor", "no"),
    ("per", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rum", "ro"),
    ("rus", "ru"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tha", "th"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("vie", "vi"),
    ("zho", "zh"),
];

/// The code of a language in the form of BCP 47: `en_US`, `EN-us` and `eng` are written otherwise, and of several the
/// first counts.
pub(super) fn language(told: &str) -> Option<String> {
    let code = told.split([',', ';', '.']).next()?.trim().replace('_', "-");
    let mut parts = code.split('-');
    let primary = parts.next()?;
    let is_code = (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if !is_code {
        return None;
    }
    let primary = primary.to_ascii_lowercase();
    let short = SHORT_CODES.iter().find(|(long, _)| *long == primary).map_or(primary.as_str(), |(_, short)| short);
    let rest =
        code.split('-').skip(1).map(|part| if part.len() == 2 { part.to_ascii_uppercase() } else { part.into() });
    Some(std::iter::once(short.to_string()).chain(rest).collect::<Vec<_>>().join("-"))
}

fn fit_labels(labels: &mut BTreeMap<String, String>, notes: &mut Vec<Note>) {
    labels.retain(|key, value| {
        let fault = label_fault(key, value);
        if let Some(what) = &fault {
            notes.push(Note::new("labels", format!("{key}={value:?}"), format!("is not used: {what}")));
        }
        fault.is_none()
    });
    let stated = labels.len();
    if stated > LABELS {
        *labels = std::mem::take(labels).into_iter().take(LABELS).collect();
        notes.push(Note::new("labels", LABELS, format!("of {stated} are kept: the first by their keys")));
    }
}

/// Why the server would refuse a label, if it would.
pub(super) fn label_fault(key: &str, value: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-./".contains(&byte);
    if key.is_empty() || key.len() > LABEL_KEY_BYTES || !key.bytes().all(is_plain) {
        return Some(format!("a key has 1 to {LABEL_KEY_BYTES} of a to z, 0 to 9, \"_\", \"-\", \".\" and \"/\""));
    }
    (value.len() > LABEL_VALUE_BYTES).then(|| format!("a value has at most {LABEL_VALUE_BYTES} bytes"))
}

/// Removes the longest fields until the rest is short enough together.
fn fit_together(article: &mut Article, notes: &mut Vec<Note>) {
    loop {
        let Article { url, outlet, title, language_code, authors, labels, .. } = &mut *article;
        let of_authors = authors.iter().map(String::len).sum();
        let of_labels = labels.iter().map(|(key, value)| key.len() + value.len()).sum();
        let lengths = [
            ("url", url.len()),
            ("outlet", outlet.len()),
            ("title", title.len()),
            ("language_code", language_code.len()),
            ("authors", of_authors),
            ("labels", of_labels),
        ];
        if lengths.iter().map(|(_, bytes)| bytes).sum::<usize>() <= METADATA_BYTES {
            return;
        }
        let Some((name, bytes)) = lengths.into_iter().max_by_key(|(_, bytes)| *bytes) else { return };
        match name {
            "url" => url.clear(),
            "outlet" => outlet.clear(),
            "title" => title.clear(),
            "authors" => authors.clear(),
            "labels" => labels.clear(),
            _ => language_code.clear(),
        }
        let what = format!("with {bytes} bytes is not used: all but the body has at most {METADATA_BYTES} together");
        notes.push(Note::new(name, "", what));
    }
}

/// The note on an id that the server would refuse.
pub(super) const NO_ID: &str = "is not used: an id has at most 256 bytes, and no control characters";
const _: () = assert!(ID_BYTES == 256);

/// Whether the server accepts this id.
pub(super) fn is_id(id: &str) -> bool {
    id.len() <= ID_BYTES && !id.contains(is_command)
}

/// The text, or nothing and a note if it is longer than the server accepts.
pub(super) fn within(name: &str, text: String, most: usize, notes: &mut Vec<Note>) -> String {
    if text.len() <= most {
        return text;
    }
    notes.push(Note::new(name, format!("{text:?}"), format!("is not used: it has more than {most} bytes")));
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(mut article: Article) -> (Article, Vec<String>) {
        let mut notes = Vec::new();
        fit(&mut article, &mut notes);
        (article, notes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn languages_are_told_by_codes() {
        for (told, code) in [
            ("en", Some("en")),
            ("en_US.UTF-8", Some("en-US")),
            ("en-GB,en;q=0.9", Some("en-GB")),
            ("English", None),
            ("EN-us", Some("en-US")),
            ("eng", Some("en")),
            ("GER", Some("de")),
            ("nds", Some("nds")),
            ("zh-Hant-TW", Some("zh-Hant-TW")),
            ("the Queen's English", None),
            ("7", None),
            ("", None),
        ] {
            assert_eq!(language(told).as_deref(), code, "{told}");
        }
    }

    #[test]
    fn an_odd_field_costs_the_field() {
        let (article, notes) = fitted(Article {
            id: "a\u{202e}b".into(),
            url: "https://marn.example/".repeat(METADATA_BYTES / 10),
            title: "Tide".into(),
            language_code: "en-".repeat(20),
            authors: (0..1_200).map(|n| format!("Ines Okafor {n}")).chain(["x".repeat(METADATA_BYTES + 1)]).collect(),
            body: "The bridge is shut.".into(),
            ..Article::default()
        });
        let fields: Vec<_> = notes.iter().map(|note| note.split(':').next().unwrap()).collect();
        assert_eq!(fields, ["field id", "field url", "field language_code", "field authors"]);
        assert_eq!((article.id.as_str(), article.url.as_str(), article.language_code.as_str()), ("", "", ""));
        assert_eq!((article.title.as_str(), article.authors.len()), ("Tide", AUTHORS));
        assert_eq!(article.body, "The bridge is shut.");
    }

    #[test]
    fn an_odd_label_costs_the_label() {
        let labels = [("desk", "politics"), ("Desk", "x"), ("", "x"), ("a b", "x"), ("x/y-1._", ""), ("größe", "x")];
        let labels = labels.map(|(key, value)| (key.to_string(), value.to_string()));
        let long = ("long".to_string(), "x".repeat(LABEL_VALUE_BYTES + 1));
        let (article, notes) =
            fitted(Article { labels: labels.into_iter().chain([long]).collect(), ..Article::default() });
        assert_eq!(article.labels.keys().collect::<Vec<_>>(), ["desk", "x/y-1._"]);
        assert_eq!(notes.len(), 5);
        assert!(notes[1].starts_with("field labels: Desk=\"x\" is not used: a key has 1 to "), "{}", notes[1]);

        let labels = (0..LABELS + 3).map(|n| (format!("k{n:03}"), String::new())).collect();
        let (article, notes) = fitted(Article { labels, ..Article::default() });
        assert_eq!((article.labels.len(), notes.len()), (LABELS, 1));
    }

    #[test]
    fn what_is_too_long_together_costs_the_longest() {
        let half = "x".repeat(METADATA_BYTES / 2);
        let (article, notes) = fitted(Article {
            url: half.clone(),
            title: half + "y",
            outlet: "Veld Courier".into(),
            ..Article::default()
        });
        assert_eq!((article.title.as_str(), article.url.len()), ("", METADATA_BYTES / 2));
        assert_eq!(notes.len(), 1);
        assert!(notes[0].starts_with("field title: with "), "{}", notes[0]);
    }
}
