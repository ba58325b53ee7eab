//! The query language: a table of queries and what they mean, faults and their places, any text at all.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use sayso_index::query::{Expr, ParseErrorKind, ParseOptions, parse};

#[track_caller]
fn means(query: &str, tree: &str) {
    let parsed = parse(query, &ParseOptions::quotes());
    assert_eq!(parsed.as_ref().map(Expr::to_string), Ok(tree.to_owned()), "{query:?}");
}

#[track_caller]
fn means_if(options: ParseOptions, query: &str, tree: &str) {
    assert_eq!(parse(query, &options).as_ref().map(Expr::to_string), Ok(tree.to_owned()), "{query:?}");
}

#[track_caller]
fn fails(query: &str, kind: ParseErrorKind, position: usize) {
    let error = parse(query, &ParseOptions::sentences()).unwrap_err();
    assert_eq!((error.kind(), error.position()), (kind, position), "{query:?}: {error}");
}

#[test]
fn words_and_phrases() {
    means("peace", "peace");
    means(" peace talks ", "(peace OR talks)");
    means("\"peace talks\"", "\"peace talks\"");
    means("“peace talks”~2", "\"peace talks\"~2");
    means("„Friede“ «paix»", "(\"Friede\" OR \"paix\")");
    means("negot* vardna~ negotiator~ x~2", "(negot* OR vardna~1 OR negotiator~2 OR x~2)");
    means("U.S.-led don’t 10:30", "(U.S.-led OR don’t OR 10\\:30)");
    means("", "*");
    means("*", "*");
}

#[test]
fn operators() {
    means("a AND b", "(+a +b)");
    means("a b AND c", "(a OR (+b +c))");
    means("a OR b OR c", "(a OR b OR c)");
    means("a AND NOT b", "(+a -b)");
    means("a NOT b", "(a -b)");
    means("NOT b", "(-b)");
    means("NOT NOT b", "b");
    means("+a -b c", "(+a c -b)");
    means("a OR NOT b", "(a OR (-b))");
    means("+(a b) -\"c d\"", "(+(a OR b) -\"c d\")");
    means("((a))", "a");
    means("and or not", "(and OR or OR not)");
    means("a AND(b OR c)", "(+a +(b OR c))");
}

#[test]
fn stars_question_marks_and_weights() {
    means("po?ice wh*e a?b* a*?b", "(po?ice OR wh*e OR a?b* OR a*?b)");
    means("\"white hou\"* “hou”*", "(\"white hou\"* OR hou*)");
    means("word^3 \"a b\"^2.5 (a b)^.5 a~1^2 a*^2", "(word^3 OR \"a b\"^2.5 OR (a OR b)^0.5 OR a~1^2 OR a*^2)");
    means("title:(a b)^2 about:x^3", "(+(title:a OR title:b)^2 +about:x^3)");
    means("a\\:b \\\"c\\\" \\AND a\\*b why\\? -\\-x", "(a\\:b \\\"c\\\" \\AND a\\*b why\\? -\\-x)");
    means("\"say \\\"yes\\\" now\"", "\"say \\\"yes\\\" now\"");
}

#[test]
fn fields_and_dates() {
    means("title:peace", "title:peace");
    means("Speaker:\"the minister\"~1 cue:say", "(+speaker:\"the minister\"~1 +cue:say)");
    means("author:(ann bob*)", "(author:ann OR author:bob*)");
    means("-outlet:courier x", "(x -outlet:courier)");
    means("outlet:courier x y", "(+(x OR y) +outlet:courier)");
    means("outlet:courier +x y", "(+x +outlet:courier y)");
    means("outlet:courier OR x y", "(outlet:courier OR x OR y)");
    means("text:a b", "(a OR b)");
    means("date:1970", "date:[1970-01-01T00:00:00 TO 1971-01-01T00:00:00}");
    means("date:[1970-01-02 TO 1970-01]", "date:[1970-01-02T00:00:00 TO 1970-02-01T00:00:00}");
    means("published:{1970-01-02 TO *]", "date:>=1970-01-03T00:00:00");
    means("date:>=1970-01-02 AND date:<1970-01-05", "(+date:>=1970-01-02T00:00:00 +date:<1970-01-05T00:00:00)");
    means("date:>1970-01-02 date:<=1970-01-05", "(+date:>=1970-01-03T00:00:00 +date:<1970-01-06T00:00:00)");
    means("date:2026-03-04T10:30", "date:[2026-03-04T10:30:00 TO 2026-03-04T10:31:00}");
    means("date:[* TO *] said:{* TO *}", "(+date:* +said:*)");
    means("said:2026-03", "said:[2026-03-01 TO 2026-04-01}");
    means("said:>=2026-03-04", "said:>=2026-03-04");
}

#[test]
fn values_and_names() {
    means("kind:direct ACT:Speech polarity:negated", "(+kind:direct +act:speech +polarity:negated)");
    means("kind:(direct OR mixed) x", "(+x +(kind:direct OR kind:mixed))");
    means("kind:(direct mixed)", "(kind:direct OR kind:mixed)");
    means("type:person language:en-GB", "(+type:person +language:en-gb)");
    means("label.desk:home -label.a/b_c:\"two words\"", "(+label.desk:\"home\" -label.a/b_c:\"two words\")");
    means("label.desk:*", "label.desk:*");
    means("entity:\"Ada Lind\" addressee:reporters", "(+entity:\"Ada Lind\" +addressee:\"reporters\")");
    means("confidence:>=0.75", "confidence:[0.75 TO 1]");
    means("confidence:<.5", "confidence:[0 TO 0.499]");
    means("confidence:{0.5 TO 0.8]", "confidence:[0.501 TO 0.8]");
    for any in ["title", "outlet", "author", "language", "date", "entity", "speaker", "about", "addressee", "said"] {
        means(&format!("{any}:* x"), &format!("(+x +{any}:*)"));
    }
    means("-speaker:*", "(-speaker:*)");
}

#[test]
fn all_words_must_match_on_request() {
    let all = ParseOptions { all_words: true, ..ParseOptions::quotes() };
    means_if(all, "harbour strike", "(+harbour +strike)");
    means_if(all, "harbour", "harbour");
    means_if(all, "a b OR c d -e", "(+a +(b OR c) +d -e)");
    means_if(all, "a OR b c OR d", "(+(a OR b) +(c OR d))");
    means_if(all, "(a b) OR c", "((+a +b) OR c)");
    means_if(all, "kind:(direct mixed) a", "(+a +(kind:direct OR kind:mixed))");
    means_if(all, "title:(a b)", "(+title:a +title:b)");
}

#[test]
fn a_pasted_text_is_never_at_fault() {
    let lenient = ParseOptions { lenient: true, ..ParseOptions::sentences() };
    means_if(lenient, "Who shut the bridge?", "(Who OR shut OR the OR bridge)");
    means_if(lenient, "an “open quote and (more", "(an OR open OR quote OR and OR more)");
    means_if(lenient, "he said: \"we wait\"!", "(he OR said OR \"we wait\")");
    means_if(
        lenient,
        "https://www.veld.example/a/ferry-sails?id=7#top now",
        "(veld OR example OR ferry OR sails OR now)",
    );
    means_if(
        lenient,
        "see www.veld.example, AND -this title:x",
        "(see OR veld OR example OR \\AND OR this OR title OR x)",
    );
    means_if(lenient, "https://t.co/x", "(t OR co OR x)");
    means_if(lenient, "the U.S. envoy. e-mail && || ~ ^", "(the OR U.S. OR envoy OR e-mail)");
    let all = ParseOptions { all_words: true, ..lenient };
    means_if(all, "x b?", "(+x +b)");
    means_if(all, "Is the bridge shut?", "(+bridge +shut Is the)");
    means_if(all, "The WHO warned", "(+WHO +warned The)");
    means_if(all, "who is it", "(+who +is +it)");
    means_if(all, "the bridge", "(+bridge the)");
}

#[test]
fn a_query_all_in_capitals_is_not_all_acronyms() {
    means("FERRY STRIKES IN VELDMARK", "(ferry OR strikes OR in OR veldmark)");
    means("WHO", "WHO");
    means("WHO warns", "(WHO OR warns)");
    means("NATO EU", "(NATO OR EU)");
}

#[test]
fn marks_alone_are_passed_over() {
    means("Kyiv - Moscow", "(Kyiv OR Moscow)");
    means("a & b ??? \"…\"", "(a OR b)");
    means("[sic] yes! no ! [a] TO b", "(\\[sic\\] OR yes\\! OR no OR \\[a\\] OR TO OR b)");
    means("a\\^b x\\^ 5\\^x", "(a\\^b OR x\\^ OR 5\\^x)");
    means("\"x^2\" \"[a TO b]\"", "(\"x^2\" OR \"[a TO b]\")");
    means("date:[2026-01-01 TO 2026-01-01]", "date:[2026-01-01T00:00:00 TO 2026-01-02T00:00:00}");
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
    assert!(
        told("source:x").starts_with("unknown field \"source\" at byte 0: expected outlet, or another one of text, ")
    );
    assert!(told("speaker:x").contains("expected a search for quotes, which have it, or one of text, "));
    assert!(told("autor:x").contains("expected author, or another one of"));
    assert_eq!(told("a^0"), "bad weight \"0\" at byte 1: expected a number above 0, up to 100, after this sign");
    assert_eq!(told("po?ice~"), "misplaced mark at byte 6: expected either ? and * or a tilde, not both");
    assert!(
        told("bridge?")
            .ends_with("at byte 6: expected letters after ?, or \\? for the sign itself; * stands for any ending")
    );
    assert!(told("type:firm").starts_with("bad value \"firm\" at byte 5: expected one of person, organization, "));
    assert!(
        told("fire NEAR/3 ferry").starts_with("unknown operator \"NEAR/3\" at byte 5: expected words in quotation")
    );
    assert_eq!(told("a && b"), "unknown operator \"&&\" at byte 2: expected AND");
    assert_eq!(told("word~3"), "bad distance \"3\" at byte 5: expected 1, 2 or nothing after the tilde");
    assert!(told("date:so\u{1b}on").starts_with("bad date \"so\\u{1b}on\" at byte 5: expected a date such as 2026"));
    let long = told(&format!("{}:x", "f".repeat(900)));
    assert!(long.starts_with(&format!("unknown field \"{}…\" at byte 0", "f".repeat(40))), "{long}");
}

#[test]
fn a_number_that_does_not_fit_is_refused_where_it_stands() {
    use ParseErrorKind::*;
    fails("word~3", BadDistance, 5);
    fails("\"a b\"~", BadDistance, 6);
    fails("\"a b\"~999", BadDistance, 6);
    for number in ["", "NaN", "inf", "-1", "+1", "1e1", "0x1", "1x", "１", ",5", " 1"] {
        fails(&format!("\"a b\"~{number}"), BadDistance, 6);
        fails(&format!("word^{number}"), BadBoost, 4);
    }
    for number in ["NaN", "inf", "-1", "+1", "0", "1.5", "１"] {
        fails(&format!("word~{number}"), BadDistance, 5);
    }
    fails("\"a b\"~1.5", BadDistance, 6);
    fails("harbour^0", BadBoost, 7);
    fails("harbour^", BadBoost, 7);
    fails("harbour^NaN^2", BadBoost, 7);
    fails("harbour ^2", BadBoost, 8);
    fails("é title:lind^-2", BadBoost, 13);
    fails("title:harbour^101 x", BadBoost, 13);
    fails("\"peace talks\"^2x", BadBoost, 13);
    fails("(a b)^", BadBoost, 5);
    fails("harbour~^1.2.3", BadBoost, 8);
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
    fails("text:", ExpectedWord, 5);
    fails("type:*", BadValue, 5);
    fails("type:pers*", BadValue, 5);
    fails("entity:va*", BadValue, 7);
    fails("language:\"en gb\"", BadValue, 9);
    fails("label.:x", UnknownField, 0);
    fails("*b", BadPrefix, 0);
    fails("?b", BadPrefix, 0);
    fails("é a-?b", BadPrefix, 4);
    fails("polic?", BadPrefix, 5);
    fails("\\:polic?", BadPrefix, 1);
    fails("\\polic?", BadPrefix, 6);
    fails("\"a b\"~2*", BadPrefix, 7);
    fails("\"a b\"*~2", BadPrefix, 6);
    fails("(a b)*", BadPrefix, 5);
    fails("date:soon", BadDate, 5);
    fails("a date:[2027-01-01 TO 2026-01-01]", EmptyRange, 7);
    fails("date:{2026-01-01 TO 2026-01-01}", EmptyRange, 5);
    fails("date:[2027 TO 2026}", EmptyRange, 5);
    fails("x [a TO b]", BadRange, 2);
    fails("{alpha TO omega]", BadRange, 0);
    fails("title:[a TO b]", BadRange, 6);
    fails("[2026-01-01 TO 2026-02-01]", BadRange, 0);
    fails("NEAR", ForeignOperator, 0);
    fails("a /b.c/", ForeignOperator, 2);
    fails("a && b", ForeignOperator, 2);
    fails("a || b", ForeignOperator, 2);
    fails("a !storm", ForeignOperator, 2);
    fails("date:[2026-01-01 TO 2026-13-01]", BadDate, 20);
    fails("date:[2026-01-01]", BadDate, 6);
    fails("date:[2026", Unbalanced, 5);
    fails("date:=>2026", BadDate, 5);
    fails("… !", NoWords, 0);
    fails("harbour >=a", ForeignOperator, 8);
    fails("<5 <em>", ForeignOperator, 0);
    fails("title:=a", ForeignOperator, 6);
    fails("a --b", DanglingOperator, 2);
    fails("+-\"b c\"", DanglingOperator, 0);
    means("a -- b > 5 - NOT -c", "(a OR b OR 5 OR c)");
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
        text in "\\PC{0,60}|([a-c*?~^2:()\"“” +\\\\\\-\\[\\]>]|AND |OR |NOT |title:|date:|2026-01|kind:direct |entity:){0,30}"
    ) {
        match parse(&text, &ParseOptions::quotes()) {
            Ok(expr) => {
                // What is printed is a query again, and means the same.
                let options = ParseOptions { max_length: 1 << 20, ..ParseOptions::quotes() };
                let again = parse(&expr.to_string(), &options);
                prop_assert_eq!(again.as_ref(), Ok(&expr), "{}", expr);
            }
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.position()), "{error}");
                prop_assert!(!error.expected().is_empty());
            }
        }
        let lenient = ParseOptions { lenient: true, ..ParseOptions::quotes() };
        let pasted = parse(&text, &lenient).map(drop).map_err(|error| error.kind());
        prop_assert!(pasted == Ok(()), "{pasted:?}");
    }
}
