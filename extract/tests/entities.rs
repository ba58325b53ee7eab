//! Names, titles, chains and pronouns, one fixture file for each case: a text, a line `----`, and what is
//! expected. A line for each entity in order (type, name, aliases after `=`, titles after `:`), then one for each
//! description and pronoun with the entity that it stands for.

mod known;

use std::{fs, path::Path, sync::LazyLock};

use proptest::prelude::*;
use sayso_document::{Analysis, Counted, MentionForm, Tier};
use sayso_extract::Analyzer;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::new);

fn listed(sign: &str, all: &[Counted]) -> String {
    let words: Vec<_> =
        all.iter().map(|c| if c.count > 1 { format!("{} ({})", c.text, c.count) } else { c.text.clone() }).collect();
    if words.is_empty() { String::new() } else { format!(" {sign} {}", words.join(", ")) }
}

fn shown(text: &str, analysis: &Analysis) -> String {
    let entities = analysis
        .entities
        .iter()
        .map(|e| format!("{:?} {}{}{}", e.kind, e.name, listed("=", &e.aliases), listed(":", &e.titles)));
    let others = analysis.mentions.iter().filter(|m| matches!(m.form, MentionForm::Description | MentionForm::Pronoun));
    let others = others.map(|m| format!("\"{}\" {}", m.span.of(text), analysis.entities[m.entity].name));
    entities.chain(others).collect::<Vec<_>>().join("\n")
}

/// What holds for the entities and mentions of any text.
fn check(text: &str, analysis: &Analysis) {
    let mut seen = 0;
    let order: Vec<_> = analysis.mentions.iter().map(|m| (m.span.start(), std::cmp::Reverse(m.span.end()))).collect();
    assert!(order.is_sorted(), "mentions are out of order");
    for mention in &analysis.mentions {
        assert!(mention.entity <= seen, "entities are not in order of first mention");
        seen = seen.max(mention.entity + 1);
        assert!(analysis.sentences[mention.sentence].span.contains(mention.name.unwrap_or(mention.span)));
        assert!(mention.name.is_none_or(|name| mention.span.contains(name) && !name.of(text).is_empty()));
        let named = matches!(mention.form, MentionForm::Name | MentionForm::TitledName);
        assert_eq!(mention.name.is_some(), named);
        assert!(!mention.span.of(text).is_empty());
    }
    assert_eq!(seen, analysis.entities.len(), "an entity has no mention");
    assert!(analysis.entities.iter().all(|e| !e.name.is_empty() && (0.0..=1.0).contains(&e.confidence)));
}

#[test]
fn every_fixture_has_the_entities_that_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/names");
    let files = known::fixtures(&folder);
    assert!(files.len() >= 8, "fixtures are missing: {files:?}");
    let mut wrong = Vec::new();
    for file in files {
        let fixture = fs::read_to_string(&file).unwrap();
        let (text, expected) = fixture.split_once("\n----\n").expect("a fixture has a line ----");
        let analysis = ANALYZER.analyze(text, Tier::Fast);
        check(text, &analysis);
        let (got, expected) = (shown(text, &analysis), expected.trim_end());
        if got != expected {
            let fault = format!("{}\nexpected:\n{expected}\n\ngot:\n{got}", file.display());
            wrong.push((file, fault));
        }
    }
    known::hold(&folder, &wrong);
}

/// Texts made of what names are made of, so that the rules meet.
fn newsy() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "President",
        "the president",
        "Sen.",
        "Ana",
        "Dunmore",
        "J.",
        "van",
        "der",
        "Berg",
        "of",
        "the",
        "State",
        "and",
        "for",
        "Ministry",
        "U.S.",
        "U.",
        "S.",
        "Russian",
        "Bank",
        "’s",
        "'s",
        ",",
        ".",
        "(",
        ")",
        "\"",
        "“",
        "”",
        "-",
        "—",
        "he",
        "she",
        "said",
        "May",
        "Monday",
        "Inc.",
        "Jr.",
        "then-Secretary",
        "ACME",
        "(WHO)",
        "government",
        "\n",
        "Zürich",
        "é",
        "2022",
        "&",
    ]);
    let gap = prop::sample::select(vec![" ", " ", " ", "", "\n\n"]);
    prop::collection::vec((piece, gap), 0..50).prop_map(|all| all.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

proptest! {
    #[test]
    fn any_text_gives_sound_entities(text in any::<String>()) {
        check(&text, &ANALYZER.analyze(&text, Tier::Fast));
    }

    #[test]
    fn texts_like_news_give_sound_entities(text in newsy()) {
        let analysis = ANALYZER.analyze(&text, Tier::Fast);
        check(&text, &analysis);
        prop_assert_eq!(analysis, ANALYZER.analyze(&text, Tier::Fast));
    }
}
