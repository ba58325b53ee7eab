//! The scorer on small cases whose figures can be counted by hand.

use std::collections::BTreeMap;

use sayso_train::eval::figures::Figures;
use sayso_train::eval::gold::{NamedText, QuotedText, SpokenText};
use sayso_train::eval::predict::Prediction;
use sayso_train::eval::text::{Set, Text};
use sayso_train::eval::{entities, quotes, speakers};
use serde_json::{Value, from_value, json};

const TEXT: &str = "Ada Voll said “the pier is shut”, and Brin Oster claimed it leaks.";

/// Segments of words of the text.
fn at(text: &str, words: &[&str]) -> Value {
    let points = |byte: usize| text[..byte].chars().count();
    let segment = |word: &&str| {
        let from = text.find(*word).expect("the text has the word");
        [points(from), points(from + word.len())]
    };
    words.iter().map(segment).collect::<Vec<_>>().into()
}

fn part(source: &[&str], cue: &[&str], content: &[&str]) -> Value {
    json!({"source": at(TEXT, source), "cue": at(TEXT, cue), "content": at(TEXT, content)})
}

fn article(attributions: &[Value]) -> Vec<QuotedText> {
    vec![from_value(json!({"id": "a", "text": TEXT, "attributions": attributions})).expect("this is an article")]
}

fn found(value: Value) -> Prediction {
    from_value(value).expect("this is a prediction")
}

fn by_id(one: &Prediction) -> BTreeMap<&str, &Prediction> {
    [(one.id.as_str(), one)].into()
}

fn is(figures: &Figures, path: &str, expected: f64) {
    assert_eq!(figures.get(path), Some(&expected), "{path} of {figures:#?}");
}

#[test]
fn exact_spans_tokens_and_triples() {
    let gold = article(&[
        part(&["Ada Voll"], &["said"], &["“the pier is shut”"]),
        part(&["Brin Oster"], &["claimed"], &["it leaks"]),
    ]);
    // The first content is found without its marks; the second attribution has another source.
    let ours = found(json!({"id": "a", "quotes": [
        part(&["Ada Voll"], &["said"], &["the pier is shut"]),
        part(&["Ada Voll"], &["claimed"], &["it leaks"]),
    ]}));
    let figures = quotes::score(&gold, &by_id(&ours));
    // One chunk of sources of ours, two of gold.
    is(&figures, "exact.source.p", 100.0);
    is(&figures, "exact.source.r", 50.0);
    is(&figures, "exact.source.f1", 66.67);
    is(&figures, "exact.cue.f1", 100.0);
    is(&figures, "exact.content.f1", 50.0);
    // The marks are tokens of their own: 6 of 8.
    is(&figures, "token.content.r", 75.0);
    is(&figures, "triple.f1", 50.0);
    is(&figures, "found_by_kind.direct.found", 100.0);
    is(&figures, "found_by_kind.indirect.of", 1.0);
}

#[test]
fn a_gold_attribution_without_source_asks_for_none() {
    let gold = article(&[part(&[], &["said"], &["“the pier is shut”"])]);
    let ours = found(json!({"id": "a", "quotes": [part(&["Brin Oster"], &["said"], &["pier"])]}));
    let figures = quotes::score(&gold, &by_id(&ours));
    is(&figures, "triple.f1", 100.0);
    is(&figures, "exact.source.p", 0.0);
    // One token of six is less than half.
    is(&figures, "found_by_kind.direct.found", 0.0);
}

#[test]
fn nothing_found_is_no_fault_of_precision() {
    let gold = article(&[part(&["Ada Voll"], &["said"], &["the pier"])]);
    let figures = quotes::score(&gold, &BTreeMap::new());
    is(&figures, "triple.p", 0.0);
    is(&figures, "exact.cue.f1", 0.0);
    is(&figures, "found_by_kind.indirect.found", 0.0);
}

#[test]
fn pairs_by_cue_first_then_by_content() {
    let set = |cue: &[usize], content: &[usize]| {
        [Set::new(), cue.iter().copied().collect::<Set>(), content.iter().copied().collect()]
    };
    // The second of ours has the cue of the first gold one whole, the first of ours half; what remains pairs by content.
    let gold = [set(&[1], &[5, 6]), set(&[9], &[5, 6, 7])];
    let ours = [set(&[1, 2], &[5, 6]), set(&[1], &[8])];
    assert_eq!(quotes::pair(&gold, &ours), [(0, 1), (1, 0)]);
    // Of equal cues the one with more content in common goes first.
    let ours = [set(&[1], &[5]), set(&[1], &[5, 6])];
    assert_eq!(quotes::pair(&gold[..1], &ours), [(0, 1)]);
}

#[test]
fn kinds_by_quotation_marks() {
    let kind = |content: &str| {
        let text = Text::new(content);
        quotes::kind(&text, &[[0, content.chars().count()]])
    };
    assert_eq!(kind("“all of it,” "), "direct");
    assert_eq!(kind("“some” of it"), "mixed");
    assert_eq!(kind("“one” and “two” and “three”"), "mixed");
    assert_eq!(kind("none, 'single' ones aside"), "indirect");
}

#[test]
fn speakers_by_canonical_name() {
    let texts = article(&[]);
    let row = |source: &[&str], content: &[&str], names: &[&str], more: Value| {
        let mut row = json!({"source": at(TEXT, source), "content": at(TEXT, content), "speakers": names});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let gold: Vec<SpokenText> = vec![
        from_value(json!({"id": "a", "sources": [
            row(&["Ada Voll"], &["the pier is shut"], &["The Harbour Post"], json!({"act": "SPEECH", "polarity": "NEGATED", "addressee": "the two reporters"})),
            row(&["it"], &["it leaks"], &["Brin Oster"], json!({"act": "THOUGHT", "polarity": "ASSERTED", "addressee": ""})),
            row(&[], &["claimed"], &["Ada Voll"], json!({"act": "SPEECH", "polarity": "ASSERTED", "addressee": null})),
            row(&[], &["and"], &[], json!({})),
        ]}))
        .unwrap(),
    ];
    let quote = |content: &[&str], names: &[&str], polarity: &str, addressee: &str| json!({"content": at(TEXT, content), "speakers": names, "act": "SPEECH", "polarity": polarity, "addressee": addressee});
    let ours = found(json!({"id": "a", "quotes": [
        quote(&["the pier is shut"], &["harbour post"], "NEGATED", "Reporters"),
        quote(&["leaks"], &["Ada Voll"], "HYPOTHETICAL", "Brin"),
        quote(&["and"], &[], "ASSERTED", ""),
    ]}));
    let figures = speakers::score(&gold, &by_id(&ours), &texts);
    is(&figures, "speakers.named", 3.0);
    is(&figures, "speakers.found", 66.67);
    is(&figures, "speakers.right_of_found", 50.0);
    is(&figures, "speakers.right_of_all", 33.33);
    is(&figures, "pronoun_sources.named", 1.0);
    is(&figures, "pronoun_sources.right_of_found", 0.0);
    is(&figures, "unnamed.left_unnamed_of_found", 100.0);
    is(&figures, "act.right_of_found", 50.0);
    is(&figures, "act.speech", 2.0);
    is(&figures, "act.speech_found", 50.0);
    is(&figures, "negated.f1", 100.0);
    is(&figures, "hypothetical.p", 0.0);
    is(&figures, "addressee.p", 50.0);
    is(&figures, "addressee.r", 100.0);
}

#[test]
fn entities_in_the_types_of_the_corpus() {
    let gold: Vec<NamedText> = vec![
        from_value(json!({
            "id": "a", "text": TEXT, "types": ["PERSON", "ORG", "LOC"], "fold": {"ORGANIZATION": "ORG"},
            "entities": [{"start": 0, "end": 8, "type": "PERSON"}, {"start": 20, "end": 24, "type": "ORG"}]
        }))
        .unwrap(),
    ];
    let ours = found(json!({"id": "a", "entities": [
        {"start": 0, "end": 8, "type": "PERSON"},
        {"start": 20, "end": 24, "type": "PERSON"},
        {"start": 30, "end": 33, "type": "NORP"},
        {"start": 40, "end": 43, "type": "ORGANIZATION"},
    ]}));
    let figures = entities::score(&gold, &by_id(&ours));
    is(&figures, "all.p", 33.33);
    is(&figures, "all.r", 50.0);
    is(&figures, "untyped.r", 100.0);
    is(&figures, "by_type.ORG.f1", 0.0);
    is(&figures, "by_type.LOC.f1", 0.0);
    is(&figures, "by_type.PERSON.p", 50.0);
}
