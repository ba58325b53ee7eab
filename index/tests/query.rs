//! The query language: a table of queries and what they mean, faults and their places, any text at all.

// Helpers of tests may unwrap as tests do.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sayso_index::query::{Expr, Field, ParseErrorKind, ParseOptions, parse};

/// A query tree in few signs: `text:word`, `"phrase"~1`, `(+must should -not)`.
fn show(expr: &Expr) -> String {
    let name = |field: &Field| match field {
        Field::Text => String::new(),
        other => format!("{other:?}:").to_lowercase(),
    };
    match expr {
        Expr::All => "*".into(),
        Expr::Word { field, text } => format!("{}{text}", name(field)),
        Expr::Phrase { field, text, slop: 0 } => format!("{}\"{text}\"", name(field)),
        Expr::Phrase { field, text, slop } => format!("{}\"{text}\"~{slop}", name(field)),
        Expr::Prefix { field, text } => format!("{}{text}*", name(field)),
        Expr::Fuzzy { field, text, distance } => format!("{}{text}~{distance}", name(field)),
        Expr::Date { from, until } => {
            let day = |end: &Option<i64>| end.map_or("*".into(), |at| (at / 86_400_000_000).to_string());
            format!("[{}, {})", day(from), day(until))
        }
        Expr::Bool { must, should, must_not } => {
            let all = must.iter().map(|e| format!("+{}", show(e)));
            let some = should.iter().map(show);
            let none = must_not.iter().map(|e| format!("-{}", show(e)));
            format!("({})", all.chain(some).chain(none).collect::<Vec<_>>().join(" "))
        }
    }
}

#[track_caller]
fn means(query: &str, tree: &str) {
    let parsed = parse(query, &ParseOptions::quotes());
    assert_eq!(parsed.as_ref().map(show), Ok(tree.to_owned()), "{query:?}");
}

#[track_caller]
fn fails(query: &str, kind: ParseErrorKind, position: usize) {
    let error = parse(query, &ParseOptions::sentences()).unwrap_err();
    assert_eq!((error.kind(), error.position()), (kind, position), "{query:?}: {error}");
}

#[test]
fn words_and_phrases() {
    means("peace", "peace");
    means(" peace talks ", "(peace talks)");
    means("\"peace talks\"", "\"peace talks\"");
    means("“peace talks”~2", "\"peace talks\"~2");
    means("„Friede“ «paix»", "(\"Friede\" \"paix\")");
    means("negot* vardna~ negotiator~ x~2", "(negot* vardna~1 negotiator~2 x~2)");
    means("U.S.-led don’t 10:30", "(U.S.-led don’t 10:30)");
    means("", "*");
    means("*", "*");
}

#[test]
fn operators() {
    means("a AND b", "(+a +b)");
    means("a b AND c", "(a (+b +c))");
    means("a OR b OR c", "(a b c)");
    means("a AND NOT b", "(+a -b)");
    means("a NOT b", "(a -b)");
    means("NOT b", "(-b)");
    means("NOT NOT b", "b");
    means("+a -b c", "(+a c -b)");
    means("a OR NOT b", "(a (-b))");
    means("+(a b) -\"c d\"", "(+(a b) -\"c d\")");
    means("((a))", "a");
    means("and or not", "(and or not)");
    means("a AND(b OR c)", "(+a +(b c))");
}

#[test]
fn fields_and_dates() {
    means("title:peace", "title:peace");
    means("Speaker:\"the minister\"~1 cue:say", "(speaker:\"the minister\"~1 cue:say)");
    means("author:(ann bob*)", "(author:ann author:bob*)");
    means("-outlet:courier x", "(x -outlet:courier)");
    means("date:1970", "[0, 365)");
    means("date:[1970-01-02 TO 1970-01]", "[1, 31)");
    means("date:{1970-01-02 TO *]", "[2, *)");
    means("date:>=1970-01-02 AND date:<1970-01-05", "(+[1, *) +[*, 4))");
    means("date:>1970-01-02 date:<=1970-01-05", "([2, *) [*, 5))");
}

#[test]
fn marks_alone_are_passed_over() {
    means("Kyiv - Moscow", "(Kyiv Moscow)");
    means("a & b ??? \"…\"", "(a b)");
    means("[sic] yes! no ! [a] TO b", "([sic] yes! no [a] TO b)");
    means("{a TO\u{a0}b", "({a TO b)");
    means("^ a^b x^ 5^x", "(a^b x^ 5^x)");
    means("\"x^2\" \"[a TO b]\"", "(\"x^2\" \"[a TO b]\")");
    means("date:[2026-01-01 TO 2026-01-01]", "[20454, 20455)");
    means("a AND …", "a");
}

#[test]
fn faults_name_what_they_found_and_what_would_be_right() {
    let told = |query: &str| parse(query, &ParseOptions::sentences()).unwrap_err().to_string();
    assert!(told("a foo:bar").starts_with("unknown field \"foo\" at byte 2: expected one of text, title, "));
    assert_eq!(
        told("title:author:x"),
        "unknown field \"author\" at byte 6: expected words without a field, because a field already applies here"
    );
    assert!(told("a^2").starts_with("unsupported boost \"^2\" at byte 1: expected nothing after the word"));
    assert_eq!(told("a && b"), "unknown operator \"&&\" at byte 2: expected AND");
    assert_eq!(told("word~3"), "bad distance \"3\" at byte 5: expected 1, 2 or nothing after the tilde");
    assert!(told("date:so\u{1b}on").starts_with("bad date \"so\\u{1b}on\" at byte 5: expected a date such as 2026"));
    let long = told(&format!("{}:x", "f".repeat(900)));
    assert!(long.starts_with(&format!("unknown field \"{}…\" at byte 0", "f".repeat(40))), "{long}");
}

#[test]
fn faults_have_a_kind_and_a_place() {
    use ParseErrorKind::*;
    fails("a \"b c", Unbalanced, 2);
    fails("é “b c", Unbalanced, 3);
    fails("(a (b)", Unbalanced, 0);
    fails("a) b", Unbalanced, 1);
    fails("a ()", EmptyGroup, 2);
    fails("a AND", DanglingOperator, 5);
    fails("OR a", DanglingOperator, 0);
    fails("AND a", DanglingOperator, 0);
    fails("a OR OR b", DanglingOperator, 5);
    fails("a OR", DanglingOperator, 4);
    fails("(a AND) b", DanglingOperator, 6);
    fails("NOT", DanglingOperator, 3);
    fails("a foo:bar", UnknownField, 2);
    fails("speaker:bar", UnknownField, 0);
    fails("title:author:x", UnknownField, 6);
    fails("title:", ExpectedWord, 6);
    fails("title: x", ExpectedWord, 6);
    fails("title:…", ExpectedWord, 6);
    fails("…~1", ExpectedWord, 0);
    fails("title:*", ExpectedWord, 6);
    fails("a*b", BadPrefix, 1);
    fails("\"a b\"*", BadPrefix, 5);
    fails("word~3", BadDistance, 5);
    fails("\"a b\"~", BadDistance, 6);
    fails("\"a b\"~999", BadDistance, 6);
    fails("date:soon", BadDate, 5);
    fails("a date:[2027-01-01 TO 2026-01-01]", EmptyRange, 7);
    fails("date:{2026-01-01 TO 2026-01-01}", EmptyRange, 5);
    fails("date:[2027 TO 2026}", EmptyRange, 5);
    fails("x [a TO b]", BadRange, 2);
    fails("{alpha TO omega]", BadRange, 0);
    fails("title:[a TO b]", BadRange, 6);
    fails("[2026-01-01 TO 2026-02-01]", BadRange, 0);
    fails("harbour^2", Boost, 7);
    fails("title:harbour^0.5 x", Boost, 13);
    fails("\"peace talks\"^2", Boost, 13);
    fails("(a b)^2", Boost, 5);
    fails("harbour~^2", Boost, 8);
    fails("a && b", ForeignOperator, 2);
    fails("a || b", ForeignOperator, 2);
    fails("a !storm", ForeignOperator, 2);
    fails("date:[2026-01-01 TO 2026-13-01]", BadDate, 20);
    fails("date:[2026-01-01]", BadDate, 6);
    fails("date:[2026", Unbalanced, 5);
    fails("date:=>2026", BadDate, 5);
    fails("… !", NoWords, 0);
    fails(&"a ".repeat(300), TooManyClauses, 512);
    fails(&format!("a \"{}\"", "b ".repeat(256)), TooManyClauses, 2);
    fails(&"a-".repeat(257), TooManyClauses, 0);
    fails(&"a* ".repeat(65), TooManyExpansions, 192);
    fails(&format!("a~ {}~", "b-".repeat(64)), TooManyExpansions, 3);
    fails(&"é".repeat(9_000), TooLong, 8_192);
    fails(&"(".repeat(1_000), TooDeep, 32);
}

#[test]
fn faults_say_what_was_expected() {
    let error = parse("a \"b", &ParseOptions::sentences()).unwrap_err();
    assert_eq!(error.to_string(), "unbalanced mark at byte 2: expected a closing quotation mark for this one");
}

proptest! {
    #[test]
    fn any_text_is_a_query_or_told_why_not(
        text in "\\PC{0,60}|([a-c*~:()\"“” +\\-\\[\\]>]|AND |OR |NOT |title:|date:|2026-01){0,30}"
    ) {
        match parse(&text, &ParseOptions::quotes()) {
            Ok(expr) => prop_assert!(!show(&expr).is_empty()),
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.position()), "{error}");
                prop_assert!(!error.expected().is_empty());
            }
        }
    }
}
