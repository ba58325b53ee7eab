//! What holds for the tokens and sentences of any text.

use proptest::prelude::*;
use sayso_document::{Document, Quote, QuoteKind, Span, Token, TokenKind, plain_text};

/// Whether nobody reads what stands between two tokens: blanks, left-over tags and references, signs without width.
fn is_gap(words: &str) -> bool {
    sayso_document::plain_text(words).is_empty()
}

/// Asserts all that a document promises.
fn check(text: &str) {
    let document = Document::new(text);
    let mut end = 0;
    for token in document.tokens() {
        assert!(is_gap(&text[end..token.span.start()]), "a gap holds words in {text:?}");
        assert!(!token.span.is_empty() && !token.span.of(text).contains(char::is_whitespace), "{text:?}");
        end = token.span.end();
    }
    assert!(is_gap(&text[end..]), "the last gap holds words in {text:?}");
    let mut next_token = 0;
    for (i, sentence) in document.sentences().iter().enumerate() {
        let range = document.tokens_of(i);
        assert_eq!(range.start, next_token, "sentences leave out or share tokens");
        assert!(!range.is_empty());
        assert_eq!(sentence.span, document.span_of(range.clone()));
        assert_eq!(document.tokens_in(sentence.span), range);
        assert_eq!(document.sentence_of_token(range.start), i);
        assert_eq!(document.sentence_of_token(range.end - 1), i);
        assert_eq!(document.sentence_at(sentence.span.start()), Some(i));
        assert_eq!(document.token_at(sentence.span.end() - 1), Some(range.end - 1));
        next_token = range.end;
    }
    assert_eq!(next_token, document.tokens().len(), "the last tokens belong to no sentence");
    let mut next_sentence = 0;
    for (number, range) in document.paragraphs().enumerate() {
        assert_eq!(range, document.sentences_of(number));
        assert!(range.start == next_sentence && !range.is_empty());
        assert!(document.sentences()[range.clone()].iter().all(|s| s.paragraph as usize == number));
        next_sentence = range.end;
    }
    assert_eq!(next_sentence, document.sentences().len());
}

/// What news is made of.
const PIECES: [&str; 74] = [
    "U.S.",
    "Mr.",
    "Jan.",
    "6",
    "3.5",
    "said",
    "The",
    "he",
    "I.",
    "J.",
    "K.",
    "\"",
    "“",
    "”",
    "'",
    "’s",
    "‘",
    "’",
    ".",
    "?",
    "!",
    "…",
    "...",
    ",",
    "—",
    "--",
    "-",
    "(",
    ")",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\u{a0}",
    "\t",
    "don't",
    "sit-down",
    "👩‍👩‍👧",
    "e\u{301}",
    "שלום",
    "https://",
    "a@b",
    "''",
    "`",
    "¿",
    "\u{feff}",
    "\u{200d}",
    "。",
    "://",
    "<p>",
    "</p>",
    "<br/>",
    "<a href='x y'>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "<",
    ">",
    "&quot;",
    "&#39;",
    "&amp;",
    "&nbsp;",
    "&",
    ";",
    "\u{ad}",
    "\u{202b}",
    "\u{202c}",
    "\u{200b}",
    "\u{0}",
    "´",
    "‚",
    "'90s",
    "'n'",
];

/// Texts made of it, so that the rules meet.
fn newsy() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(&PIECES);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// The letters and digits of a text, word by word.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// The spans over the tokens from one to another, where each cut begins the next.
fn spans_of(document: &Document, cuts: &[prop::sample::Index]) -> Vec<Span> {
    let count = document.tokens().len();
    if count == 0 {
        return Vec::new();
    }
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(count)).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.push(count);
    cuts.windows(2).map(|pair| document.span_of(pair[0]..pair[1])).collect()
}

proptest! {
    #[test]
    fn words_of_a_quote_are_found_in_its_text(
        text in newsy(),
        direct in any::<bool>(),
        content in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        marked in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
    ) {
        let document = Document::new(&text);
        // Not all words are said.
        let content: Vec<Span> = spans_of(&document, &content).into_iter().step_by(2).collect();
        let marked = spans_of(&document, &marked);
        let kind = if direct { QuoteKind::Direct } else { QuoteKind::Mixed };
        let quote = Quote::new(kind, content);
        let (clean, places) = quote.clean_text_with(&text, &marked);
        prop_assert_eq!(&clean, &quote.clean_text(&text));
        prop_assert_eq!(places.len(), marked.len());
        // What was said is read line by line.
        let read = |text: &str| match direct {
            true => text.split('\n').map(plain_text).collect::<Vec<_>>().join(" "),
            false => plain_text(text),
        };
        for (span, place) in marked.into_iter().zip(places) {
            let part = quote.content.iter().find(|part| part.contains(span));
            let within = part.is_some();
            let shown = read(span.of(&text));
            // A web address may end within a reference; what half of it shows is not what the whole does.
            let cut = part.is_some_and(|part| {
                let cuts = [part.start()..span.start(), span.range(), span.end()..part.end()];
                cuts.map(|cut| words(&read(&text[cut])).concat()).concat() != words(&read(part.of(&text))).concat()
            });
            if cut {
                continue;
            }
            match place {
                Some(place) => {
                    prop_assert!(within);
                    prop_assert!(clean.get(place.clone()).is_some_and(|words| words.trim() == words && !words.is_empty()));
                    prop_assert_eq!(words(&clean[place]), words(&shown));
                }
                None => prop_assert!(!within || words(&shown).is_empty(), "{:?} is lost", shown),
            }
        }
    }

    #[test]
    fn joining_changes_no_word(
        text in newsy(),
        direct in any::<bool>(),
        content in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let content: Vec<Span> = spans_of(&Document::new(&text), &content).into_iter().step_by(2).collect();
        let kind = if direct { QuoteKind::Direct } else { QuoteKind::Mixed };
        let alone = |span: &Span| words(&Quote::new(kind, vec![*span]).clean_text(&text));
        let parts: Vec<String> = content.iter().flat_map(alone).collect();
        prop_assert_eq!(words(&Quote::new(kind, content).clean_text(&text)), parts);
    }

    #[test]
    fn any_text_is_cut_into_order(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn texts_like_news_are_cut_into_order(text in newsy()) {
        check(&text);
    }

    #[test]
    fn cutting_again_gives_the_same(text in newsy()) {
        let (first, second) = (Document::new(&text), Document::new(&text));
        prop_assert_eq!(first.tokens(), second.tokens());
        prop_assert_eq!(first.sentences(), second.sentences());
    }
}

#[test]
fn marks_and_nothing_survive() {
    for text in ["", " ", "\n\n", "\"", "...", "?!\"'”’", "“”", "\u{301}", "\u{feff}", "💥💥💥", "''''''", "((((", "\r"]
    {
        check(text);
    }
}

/// Long lines of every kind that could make a stage go back over what it has read.
#[test]
fn long_lines_take_linear_time() {
    let many = [
        "a.b",
        "! ",
        "!",
        "\"",
        "“",
        "'",
        "' ",
        ". ",
        "I. ",
        "://",
        "u://",
        "ab\u{301}",
        "👩‍👧",
        "\u{200d}",
        "Mr. ",
        "J.",
        "“a.” b ",
        "'a' ",
        "'as' ",
        "“a ‘s’ ",
        "\n\n'a ",
        "<script>",
        "<!--",
        "<p ",
        "&amp;",
        "&#",
        "\u{202b}",
    ];
    let sized = many.map(|piece| (piece, 1_000_000)).into_iter().chain([("a", 10_000_000), ("a ", 10_000_000)]);
    for (piece, bytes) in sized {
        let text = piece.repeat(bytes / piece.len()) + " a";
        // Work that grows faster than the text would not come to an end here.
        assert!(!Document::new(&text).tokens().is_empty(), "{bytes} bytes of {piece:?}");
    }
}

fn kinds(text: &str) -> String {
    let sign = |token: &Token| match token.kind {
        TokenKind::OpenQuote => "<".to_owned(),
        TokenKind::CloseQuote => ">".to_owned(),
        _ => token.span.of(text).to_owned(),
    };
    Document::new(text).tokens().iter().map(sign).collect::<Vec<_>>().join(" ")
}

#[test]
fn words_keep_what_belongs_to_them() {
    for (text, expected) in [
        ("Zelenskyy’s don't sit-down U.S.-led", "Zelenskyy ’s don't sit-down U.S.-led"),
        ("the U.S.'s AT&T, 1,000 3.5% 20-year-old", "the U.S. 's AT&T , 1,000 3.5 % 20-year-old"),
        ("2010–2014 1990s J.K.Rowe a--b", "2010 – 2014 1990s J.K. Rowe a -- b"),
        ("$5m/£4m (e.g. x@y.org) #Now", "$ 5m / £ 4m ( e.g. x@y.org ) # Now"),
        ("rock 'n' roll, get 'em", "rock 'n' roll , get 'em"),
        ("<p>Ines<b> Cal</b> &amp; Co&nbsp;Ltd</p>", "Ines Cal &amp; Co Ltd"),
        ("don&#39;t Doe&#39;s AT&amp;T caf&eacute;", "don&#39;t Doe &#39;s AT&amp;T caf&eacute;"),
        ("\u{feff}a\u{200b} so\u{ad}ft \u{202b}b\u{202c}", "a so\u{ad}ft b"),
        ("O’Brien’s Côte d'Ivoire", "O’Brien ’s Côte d'Ivoire"),
    ] {
        assert_eq!(kinds(text), expected);
    }
}

#[test]
fn marks_get_their_direction() {
    for (text, expected) in [
        ("\"Yes,\" he said, \"we can.\"", "< Yes , > he said , < we can . >"),
        ("“He said ‘no,’ twice.”", "< He said < no , > twice . >"),
        ("a 6\"2 board of 12\" and \"more\"", "a 6 \" 2 board of 12 \" and < more >"),
        ("Doe:\"quote\" (\"so\")—\"dash\"", "Doe : < quote > ( < so > ) — < dash >"),
        ("the workers' strike in '99", "the workers ' strike in ' 99"),
        ("'The end,' he said", "< The end , > he said"),
        ("\" spaced \" marks", "< spaced > marks"),
        ("„Ja“, «non», ``yes''", "< Ja > , < non > , < yes >"),
        ("\"'Go,' she said,\" he said", "< < Go , > she said , > he said"),
        ("”wrong” way", "< wrong > way"),
        ("« oui », »ja«, ,no", "< oui > , < ja > , , no"),
        ("“It”s late,” he said", "< It ” s late , > he said"),
        ("‚ja‘ ›nein‹ ‹oui›", "< ja > < nein > < oui >"),
        ("‘‘so’’ ``this'' ''that''", "< so > < this > < that >"),
        ("&quot;Yes,&quot; he said, &ldquo;no&rdquo;", "< Yes , > he said , < no >"),
        ("<p>\"Yes,\"</p> \u{202b}\"no\"\u{202c}", "< Yes , > < no >"),
        (
            "'I don't think it's right,' he said. The dogs' owner left.",
            "< I don't think it 's right , > he said . The dogs ' owner left .",
        ),
        ("'We like dogs' he said of the dogs' owner", "< We like dogs > he said of the dogs ' owner"),
        ("'The dogs' owner left,' he said", "< The dogs ' owner left , > he said"),
        ("'In the '90s it was rock 'n' roll,' he said", "< In the ' 90s it was rock 'n' roll , > he said"),
        ("'I'm sayin' no,' he said, 'and it's goin' on.'", "< I'm sayin ' no , > he said , < and it 's goin ' on . >"),
        ("'He told me \"no\" twice,' she said", "< He told me < no > twice , > she said"),
        ("“the ‘dogs’ bark,” he said of the dogs’ owner", "< the < dogs > bark , > he said of the dogs ’ owner"),
        ("'First.\n\n'Second,' he said", "< First . < Second , > he said"),
        ("\"He is 6'2\" tall,\" she said", "< He is 6'2 \" tall , > she said"),
    ] {
        assert_eq!(kinds(text), expected);
    }
}
