//! Prints why nothing was found, and what would find something.

use super::fault::option_of;
use super::info::grouped;
use super::render::{DIM, HIT, Paragraph};
use crate::proto::{NoHits, UnmetCondition};

/// One line for each condition to blame, then the query that would find something.
pub(super) fn lines(nothing: &NoHits, width: Option<usize>) -> String {
    let mut out = String::new();
    for condition in &nothing.conditions {
        out.push_str(&Paragraph::new().add(DIM, &blamed(condition)).lines(width, 2));
    }
    if !nothing.suggested_query.is_empty() {
        let meant = Paragraph::new().add(DIM, "did you mean: ").add(HIT, &nothing.suggested_query);
        out.push_str(&meant.lines(width, 0));
    }
    out
}

/// "nothing matches harbuor; near it is: harbour", "without dockers there would be 3".
fn blamed(condition: &UnmetCondition) -> String {
    let what = match condition.field.as_str() {
        "query" => condition.text.clone(),
        field if condition.text.is_empty() => option_of(field).to_owned(),
        field => format!("{} {}", option_of(field), condition.text),
    };
    if condition.matches_nothing {
        let near = match condition.spellings.as_slice() {
            [] => String::new(),
            spellings => format!("; near it: {}", spellings.join(", ")),
        };
        return format!("nothing matches {what}{near}");
    }
    let total = condition.total_without.unwrap_or_default();
    let least = if total.exact { "" } else { "at least " };
    format!("without {what} there would be {least}{}", grouped(total.count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::render;
    use crate::proto::TotalCount;

    #[test]
    fn it_says_what_is_to_blame_and_what_would_do() {
        let condition = |field: &str, text: &str, nothing: bool, spellings: &[&str]| UnmetCondition {
            field: field.into(),
            text: text.into(),
            matches_nothing: nothing,
            total_without: Some(TotalCount { count: 1000, exact: false }),
            spellings: spellings.iter().map(|&one| one.to_owned()).collect(),
        };
        let nothing = NoHits {
            conditions: vec![
                condition("query", "harbuor", true, &["harbour", "harbor"]),
                condition("speakers", "Varin", true, &["Elske Varrin"]),
                condition("filter", "", false, &[]),
                condition("filter.outlets", "Northern", true, &[]),
                condition("query", "title:strike", false, &[]),
            ],
            suggested_query: "harbour AND title:strike".into(),
        };
        insta::assert_snapshot!(render::plain(&lines(&nothing, None)), @r"
          nothing matches harbuor; near it: harbour, harbor
          nothing matches --speaker Varin; near it: Elske Varrin
          without filter there would be at least 1,000
          nothing matches --outlet Northern
          without title:strike there would be at least 1,000
        did you mean: harbour AND title:strike
        ");
    }
}
