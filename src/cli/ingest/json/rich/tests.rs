//! What is read of trees, and what is told of the rest.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn tree() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["paragraph", "doc", "list", "link", "factBox", "text", "quote", "block", ""]);
    let leaf = (prop::sample::select(vec!["text", "value", "content", "body", "insert", "plain_text"]), 0..1000_u32)
        .prop_map(|(name, word)| json!({name: format!("word{word} more ")}));
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let list = prop::sample::select(vec!["content", "children", "nodes", "items", "blocks", "unknown"]);
        (kind.clone(), list, prop::collection::vec(inner, 0..5))
            .prop_map(|(kind, list, nodes)| json!({"type": kind, list: nodes, "caption": "the caption"}))
    })
}

proptest! {
    #[test]
    fn words_are_read_or_their_loss_is_told(nodes in prop::collection::vec(tree(), 1..5)) {
        let written = Value::Array(nodes).to_string();
        let words = written.split(|c: char| !c.is_alphanumeric()).filter(|word| {
            word.strip_prefix("word").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        if let Some(read) = read(&serde_json::from_str(&written).unwrap()) {
            let mut rest = read.text.as_str();
            for word in words {
                match rest.find(word) {
                    Some(at) => rest = &rest[at..],
                    None => prop_assert!(!read.notes.is_empty(), "{word} is lost from {written}: {}", read.text),
                }
            }
        }
    }
}

#[test]
fn a_large_tree_is_read_in_one_pass() {
    let leaf = json!({"type": "text", "text": "word "});
    let mut deep = json!({"type": "listItem", "text": "item", "content": [leaf.clone()]});
    for _ in 0..40 {
        deep = json!({"type": "list", "text": "item", "content": [deep]});
    }
    let wide = json!({"type": "doc", "content": [
        {"type": "paragraph", "content": vec![leaf; 100_000]}, {"type": "list", "content": vec![deep; 1_000]}
    ]});
    let read = read(&wide).unwrap();
    assert_eq!((read.text.matches("word").count(), read.text.matches("item").count()), (101_000, 41_000));
}
