//! Why an article has its score, in words.

use super::Node;
use super::score::{Meeting, Search};
use crate::Explanation;

/// How the score of an article comes about.
pub(crate) fn explained(search: &Search<'_>, meeting: &Meeting, published: Option<i64>) -> Explanation {
    let mut parts = Vec::new();
    let mut sum = 0.0;
    for number in counted(search, &search.plan.root, meeting) {
        let (leaf, Some(score)) = (&search.plan.conditions[number], search.of_leaf(number, meeting)) else { continue };
        if leaf.scored {
            sum += score;
            let what = of_leaf(search, number, &leaf.name, meeting);
            parts.push(Explanation { value: score, what, parts: Vec::new() });
        }
    }
    let together = search.together(meeting);
    if together > 0.0 {
        sum += together;
        let what = "a fifth of what the best sentence has of them".to_owned();
        parts.push(Explanation { value: together, what, parts: Vec::new() });
    }
    let whole = Explanation { value: sum, what: "sum of what the query finds in the article".to_owned(), parts };
    if !search.scored {
        return Explanation { value: 0.0, what: "the query has no words to score".to_owned(), parts: Vec::new() };
    }
    let Some(recency) = search.query.recency else { return whole };
    let factor = search.recency(published);
    let days = |micros: i64| micros as f64 / 86_400_000_000.0;
    let what = match published {
        Some(at) => {
            let age = days(recency.now.saturating_sub(at).max(0));
            format!(
                "published {age:.1} days before the present, with a half-life of {:.1} days",
                days(recency.half_life)
            )
        }
        None => "undated".to_owned(),
    };
    let age = Explanation { value: factor, what, parts: Vec::new() };
    Explanation { value: sum * factor, what: "product of words and age".to_owned(), parts: vec![whole, age] }
}

/// The conditions that count: what is under a part of the query that does not match adds nothing.
fn counted(search: &Search<'_>, node: &Node, meeting: &Meeting) -> Vec<usize> {
    if search.of_node(node, meeting).is_none() {
        return Vec::new();
    }
    match node {
        Node::All => Vec::new(),
        Node::Leaf(number) => vec![*number],
        Node::Bool { must, should, .. } => {
            must.iter().chain(should).flat_map(|node| counted(search, node, meeting)).collect()
        }
    }
}

/// Where a condition is met, and how rare it is.
fn of_leaf(search: &Search<'_>, number: usize, name: &str, meeting: &Meeting) -> String {
    let leaf = &search.plan.conditions[number];
    let sentences = leaf.is_of_sentences().then(|| {
        let (met, all) = (meeting.sentences[number], meeting.each.len());
        format!("in {met} of {all} {}", if all == 1 { "sentence" } else { "sentences" })
    });
    let headline = leaf.whole_counts() > 1.0;
    let whole = match (meeting.whole[number], headline) {
        (true, true) => Some("in the headline".to_owned()),
        (true, false) => Some("in the article's metadata".to_owned()),
        (false, _) => None,
    };
    let places: Vec<String> = sentences.into_iter().chain(whole).collect();
    let weight = if leaf.weight == 1.0 { String::new() } else { format!(", weight {}", leaf.weight) };
    let (having, articles) = (search.statistics.having[number], search.statistics.articles);
    format!("{name}: {}; {having} of {articles} articles have it{weight}", places.join(" and "))
}
