//! Fits what an article says about itself to what the server takes: an odd field costs the field, never the article.

use super::note::Note;
use crate::convert::{AUTHORS, ID_BYTES, LANGUAGE_BYTES, METADATA_BYTES};
use crate::echo::is_command;
use crate::proto::Article;

/// Takes out the fields that the server would refuse the article for, with a note for each. The body stays as it is.
pub(super) fn fit(article: &mut Article, notes: &mut Vec<Note>) {
    if !is_id(&article.id) {
        let id = std::mem::take(&mut article.id);
        notes.push(Note::new("id", format!("{id:?}"), NO_ID));
    }
    let Article { url, source, title, language, authors, .. } = article;
    for (name, text, most) in [
        ("url", url, METADATA_BYTES),
        ("source", source, METADATA_BYTES),
        ("title", title, METADATA_BYTES),
        ("language", language, LANGUAGE_BYTES),
    ] {
        *text = within(name, std::mem::take(text), most, notes);
    }
    let stated = authors.len();
    authors.retain(|author| author.len() <= METADATA_BYTES);
    authors.truncate(AUTHORS);
    if authors.len() < stated {
        let what = format!("of {stated} are kept: {AUTHORS} names of {METADATA_BYTES} bytes at most");
        notes.push(Note::new("authors", authors.len(), what));
    }
}

/// What is wrong with an id that the server would refuse.
pub(super) const NO_ID: &str = "is not used: an id has at most 256 bytes, and no control characters";
const _: () = assert!(ID_BYTES == 256);

/// Whether the server takes this id.
pub(super) fn is_id(id: &str) -> bool {
    id.len() <= ID_BYTES && !id.contains(is_command)
}

/// The text, or nothing and a note where the server would refuse it for its length.
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

    #[test]
    fn an_odd_field_costs_the_field() {
        let mut article = Article {
            id: "a\u{202e}b".into(),
            url: "https://marn.example/".repeat(2_000),
            title: "Tide".into(),
            language: "en-".repeat(20),
            authors: (0..1_200).map(|n| format!("Ines Okafor {n}")).chain(["x".repeat(METADATA_BYTES + 1)]).collect(),
            body: "The bridge is shut.".into(),
            ..Article::default()
        };
        let mut notes = Vec::new();
        fit(&mut article, &mut notes);
        let fields: Vec<_> = notes.iter().map(|note| note.field.as_str()).collect();
        assert_eq!(fields, ["id", "url", "language", "authors"]);
        assert_eq!((article.id.as_str(), article.url.as_str(), article.language_code.as_str()), ("", "", ""));
        assert_eq!((article.title.as_str(), article.authors.len()), ("Tide", AUTHORS));
        assert_eq!(article.body, "The bridge is shut.");
    }
}
