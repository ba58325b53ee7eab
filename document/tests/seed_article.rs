//! The sentences of a real article, beside the repository on developers' machines and in CI only.

use std::{fs, path::Path};

use sayso_document::{Document, SentenceRole};

/// The gold's sentences in code points.
const GOLD: [(usize, usize); 14] = [
    (0, 91),
    (92, 186),
    (188, 357),
    (358, 717),
    (718, 903),
    (904, 1106),
    (1107, 1273),
    (1274, 1340),
    (1341, 1366),
    (1367, 1595),
    (1596, 1856),
    (1857, 2016),
    (2017, 2272),
    (2273, 2442),
];

#[test]
fn sentences_are_those_of_the_gold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/articles/000_480bc931a9ee1cb0.txt");
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: {} is absent", path.display());
        return;
    };
    let document = Document::new(&text);
    let points = |byte: usize| text[..byte].chars().count();
    let got: Vec<_> = document.sentences().iter().map(|s| (points(s.span.start()), points(s.span.end()))).collect();
    assert_eq!(got, GOLD);
    let roles: Vec<_> = document.sentences().iter().map(|s| s.role).collect();
    let body = [SentenceRole::Body; 14];
    let mut expected = body;
    (expected[0], expected[1], expected[8]) = (SentenceRole::Caption, SentenceRole::Headline, SentenceRole::Subheading);
    assert_eq!(roles, expected);
}
