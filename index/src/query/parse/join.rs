//! How the parts of a group are joined.
//!
//! | query | what must match | what may match |
//! |---|---|---|
//! | `a b` | | a, b: at least one |
//! | `a AND b` | a, b | |
//! | `+a b` | a | b, which raises the score |
//! | `outlet:x a` | outlet:x, and a | |
//! | `outlet:x OR a` | | outlet:x, a: at least one |
//! | `a b`, all words | a, b | |

use crate::query::{Expr, Field};

/// The sign in front of a part of a group.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Plain,
    Must,
    Not,
}

/// A part of a group.
pub(super) struct Part {
    /// The sign in front of it.
    pub(super) sign: Sign,
    /// What it asks.
    pub(super) expr: Expr,
    /// Whether it is a field with its value.
    pub(super) narrows: bool,
    /// Whether OR stands before it.
    pub(super) or_before: bool,
    /// Whether OR stands after it.
    pub(super) or_after: bool,
}

/// Joins the parts of a group. Beside an OR, "not this" is an alternative; elsewhere it takes away. A field without OR
/// beside it must match. With `all_words`, so must all other parts; those that OR joins count as one.
pub(super) fn combine(parts: Vec<Part>, all_words: bool) -> Option<Expr> {
    let (mut must, mut should, mut must_not, mut fields) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut run = Vec::new();
    for Part { sign, expr, narrows, or_before, or_after } in parts {
        let or = or_before || or_after;
        if all_words && !or_before {
            must.extend(any_of(std::mem::take(&mut run)));
        }
        match sign {
            Sign::Must => must.push(expr),
            Sign::Not if !or => must_not.push(expr),
            Sign::Plain if narrows && !or => fields.push(expr),
            Sign::Plain if all_words && !or => must.push(expr),
            Sign::Plain if all_words => run.push(expr),
            Sign::Plain => should.push(expr),
            Sign::Not => {
                let not = Expr::Bool { must: Vec::new(), should: Vec::new(), must_not: vec![expr] };
                if all_words { run.push(not) } else { should.push(not) }
            }
        }
    }
    must.extend(any_of(run));
    if !fields.is_empty() {
        // What is not required by itself must still be found: the field narrows it.
        if must.is_empty() {
            must.extend(any_of(std::mem::take(&mut should)));
        }
        must.append(&mut fields);
    }
    match (must.len(), should.len(), must_not.len()) {
        (0, 0, 0) => None,
        (1, 0, 0) => must.pop(),
        (0, 1, 0) => should.pop(),
        _ => Some(Expr::Bool { must, should, must_not }),
    }
}

/// Any of these; nothing if there are none.
fn any_of(mut parts: Vec<Expr>) -> Option<Expr> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Expr::Bool { must: Vec::new(), should: parts, must_not: Vec::new() }),
    }
}

/// The same query in small letters if all of it is in capitals and cannot all be acronyms: somebody's keyboard is stuck.
pub(super) fn calmed(mut expr: Expr) -> Expr {
    /// More letters than acronyms have.
    const LONG: usize = 6;
    let (mut words, mut long, mut calm) = (0, false, false);
    each_text(&mut expr, &mut |text| {
        for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().nth(1).is_some()) {
            words += 1;
            calm |= word.contains(char::is_lowercase);
            long |= word.chars().count() >= LONG;
        }
    });
    if words > 1 && long && !calm {
        each_text(&mut expr, &mut |text| *text = text.to_lowercase());
    }
    expr
}

/// Visits what the query looks for in texts and titles.
fn each_text(expr: &mut Expr, visit: &mut impl FnMut(&mut String)) {
    match expr {
        Expr::Word { field: Field::Text | Field::Title, text }
        | Expr::Phrase { field: Field::Text | Field::Title, text, .. } => visit(text),
        Expr::Boost { expr, .. } => each_text(expr, visit),
        Expr::Either(parts) => parts.iter_mut().for_each(|part| each_text(part, visit)),
        Expr::Bool { must, should, must_not } => {
            must.iter_mut().chain(should).chain(must_not).for_each(|part| each_text(part, visit));
        }
        _ => {}
    }
}
