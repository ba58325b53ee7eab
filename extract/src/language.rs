//! Which paragraphs can be read as English, so that nothing is found in texts that the other stages
//! do not know.
//!
//! English shows in its function words, which costs one look-up for each of a paragraph's first
//! words. Only a paragraph with too few of them goes to the trigrams and alphabets of `whatlang`;
//! one that is too short to tell, such as a headline or a table of names, follows the rest of the
//! document.

mod codes;
mod words;

use std::ops::Range;

use sayso_document::{Document, Patience, Span, TokenKind};
use whatlang::Lang;

use words::{is_foreign, is_frequent, looks_english};

/// How many words of a paragraph are looked at.
const MAX_WORDS: usize = 64;
/// How many paragraphs of a document go to `whatlang`; the others follow them.
const MAX_CLOSER_LOOKS: usize = 64;
/// Fewer words in lower case than this are no running text and tell nothing.
const LEAST_RUNNING_WORDS: usize = 5;
/// From this many words on, a paragraph is no headline.
const RUNNING_TEXT_WORDS: usize = 20;
/// The least bytes of running words with which `whatlang` is asked.
const LEAST_LETTER_BYTES: usize = 40;
/// With at least this percentage of English function words, a paragraph is English …
const SURE_PERCENT: usize = 9;
/// … and from this percentage on, no other language is guessed.
const LEAST_PERCENT: usize = 5;

/// The language of a document, and which of its paragraphs are in another one than English.
#[derive(Debug)]
pub(crate) struct Languages {
    /// BCP-47 code of the language that most of the text is in; "und" where nothing tells.
    pub(crate) code: &'static str,
    /// For each paragraph, whether it is in another language.
    foreign: Vec<bool>,
}

/// What a paragraph shows about its language.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Too little to tell.
    Nothing,
    /// English.
    English,
    /// Another language, or an unknown one in letters that English does not use.
    Other(Option<Lang>),
}

impl Languages {
    /// Finds the languages of a document. None when nobody waits any longer.
    pub(crate) fn of(document: &Document<'_>, patience: &Patience<'_>) -> Option<Self> {
        let mut looks = MAX_CLOSER_LOOKS;
        let mut told = Vec::new();
        // Short paragraphs that are inconclusive one by one may be conclusive together.
        let mut together = Seen::default();
        for sentences in document.paragraphs() {
            let tokens = document.tokens_of(sentences.start).start..document.tokens_of(sentences.end - 1).end;
            let words = tokens.len();
            patience.spend(words.min(MAX_WORDS))?;
            let seen = Seen::of(document, tokens);
            let one = seen.tell(&mut looks);
            if one == Told::Nothing && together.running < MAX_WORDS {
                together.append(&seen);
            }
            told.push((one, words));
        }
        let main = match main_of(&told) {
            Told::Nothing => together.tell(&mut looks),
            main => main,
        };
        // A short line in a text of another language is in that language too.
        let follows = |one: &Told| match one {
            Told::Nothing => matches!(main, Told::Other(_)),
            one => matches!(one, Told::Other(_)),
        };
        let foreign = told.iter().map(|(one, _)| follows(one)).collect();
        Some(Self { code: code_of(main, document), foreign })
    }

    /// Whether the whole text is in another language than English.
    pub(crate) fn all_foreign(&self) -> bool {
        !self.foreign.is_empty() && self.foreign.iter().all(|&foreign| foreign)
    }

    /// Whether the bytes of `span` stand in a paragraph that can be read as English.
    pub(crate) fn reads(&self, document: &Document<'_>, span: Span) -> bool {
        let sentence = document.sentence_at(span.start()).unwrap_or(0);
        document.sentences().get(sentence).is_none_or(|sentence| !self.foreign[sentence.paragraph as usize])
    }
}

/// The language of most words; of equals, English first.
fn main_of(told: &[(Told, usize)]) -> Told {
    let mut sums: Vec<(Told, usize)> = vec![(Told::English, 0)];
    for &(one, words) in told.iter().filter(|(one, _)| *one != Told::Nothing) {
        match sums.iter_mut().find(|(other, _)| *other == one) {
            Some((_, sum)) => *sum += words,
            None => sums.push((one, words)),
        }
    }
    let most = sums.iter().map(|&(_, sum)| sum).max().unwrap_or(0);
    if most == 0 {
        return Told::Nothing;
    }
    sums.iter().find(|(_, sum)| *sum == most).map_or(Told::Nothing, |&(one, _)| one)
}

/// The BCP-47 code. A text that shows nothing but has words counts as English, since most headlines
/// of three words are.
fn code_of(main: Told, document: &Document<'_>) -> &'static str {
    match main {
        Told::Other(Some(lang)) => codes::bcp47(lang),
        Told::Other(None) => "und",
        Told::English => "en",
        Told::Nothing if document.tokens().iter().any(|token| token.kind == TokenKind::Word) => "en",
        Told::Nothing => "und",
    }
}

/// What the first words of a paragraph show.
#[derive(Default)]
struct Seen {
    /// The words in lower case, which names do not colour; all words where there are only capitals.
    words: String,
    /// All words.
    all: String,
    /// How many words are in `words`, …
    running: usize,
    /// … how many of these are small words of English, …
    english: usize,
    /// … how many look English, …
    shaped: usize,
    /// … and how many look as English words never do.
    marked: usize,
    /// How many letters all words have, …
    letters: usize,
    /// Letters that English does not use.
    /// … and how many of these English does not use.
    strange: usize,
}

impl Seen {
    /// Counts the first words of some tokens.
    fn of(document: &Document<'_>, tokens: Range<usize>) -> Self {
        let words = tokens.filter(|&i| is_plain(document, i)).map(|i| document.word(i)).take(MAX_WORDS);
        let (mut small, mut shouted) = (Self::default(), Self::default());
        for word in words {
            let first = word.chars().next().unwrap_or(' ');
            if !first.is_uppercase() {
                small.add(word);
            } else if word.len() > 1 && !word.contains(char::is_lowercase) {
                shouted.add(&word.to_lowercase());
            } else {
                small.pass(word);
            }
        }
        if small.running < LEAST_RUNNING_WORDS && shouted.running > 2 * LEAST_RUNNING_WORDS { shouted } else { small }
    }

    /// Counts a word.
    fn add(&mut self, word: &str) {
        self.running += 1;
        self.english += usize::from(is_frequent(word));
        self.shaped += usize::from(looks_english(word));
        self.marked += usize::from(!word.is_ascii() || is_foreign(word));
        self.words.push_str(word);
        self.words.push(' ');
        self.pass(word);
    }

    /// Takes in a capitalised word, which shows the alphabet and little more.
    fn pass(&mut self, word: &str) {
        self.count_letters(word);
        self.all.push_str(word);
        self.all.push(' ');
    }

    /// Counts the letters of a word.
    fn count_letters(&mut self, word: &str) {
        if word.is_ascii() {
            self.letters += word.len();
            return;
        }
        for c in word.chars().filter(|c| c.is_alphabetic()) {
            self.letters += 1;
            self.strange += usize::from(!is_latin(c));
        }
    }

    /// The language that the counts show, if they are enough. `looks` counts down how often
    /// `whatlang` may still be asked.
    fn tell(&self, looks: &mut usize) -> Told {
        if self.strange * 2 > self.letters && self.strange > 3 {
            return Told::Other(whatlang::detect_lang(&self.words).filter(|lang| *lang != Lang::Eng));
        }
        if self.english >= 2 && self.english * 100 >= self.running * SURE_PERCENT {
            return Told::English;
        }
        if self.running < LEAST_RUNNING_WORDS || self.words.len() < LEAST_LETTER_BYTES || *looks == 0 {
            return Told::Nothing;
        }
        *looks -= 1;
        self.guess()
    }

    /// Asks `whatlang`, once without and once with names. It must be sure, or both answers agree
    /// and no word look English.
    fn guess(&self) -> Told {
        let guesses = [&self.words, &self.all].map(|words| whatlang::detect(words));
        let [Some(small), Some(all)] = guesses else { return Told::Nothing };
        // Headlines leave function words out, so a few words alone must also look foreign.
        let headline = self.running < RUNNING_TEXT_WORDS && self.marked == 0;
        let english = headline || self.english * 100 >= self.running * LEAST_PERCENT;
        let agreed = small.lang() == all.lang();
        let best = if small.is_reliable() { small } else { all };
        match best.lang() {
            Lang::Eng => Told::English,
            _ if english => Told::Nothing,
            other if best.is_reliable() || agreed && self.shaped == 0 => Told::Other(Some(other)),
            _ => Told::Nothing,
        }
    }

    /// Adds the counts of another paragraph.
    fn append(&mut self, other: &Self) {
        self.words.push_str(&other.words);
        self.all.push_str(&other.all);
        self.running += other.running;
        self.english += other.english;
        self.shaped += other.shaped;
        self.marked += other.marked;
        self.letters += other.letters;
        self.strange += other.strange;
    }
}

/// Whether a token is a word of some language: no address, name of an account, tag or code.
fn is_plain(document: &Document<'_>, i: usize) -> bool {
    let word = document.word(i);
    let tagged = i > 0
        && document.tokens()[i - 1].span.end() == document.tokens()[i].span.start()
        && matches!(document.word(i - 1), "@" | "#");
    let signs = |b: u8| b.is_ascii() && !b.is_ascii_alphabetic() && !matches!(b, b'\'' | b'-' | b'.');
    document.tokens()[i].kind == TokenKind::Word && !tagged && !word.bytes().any(signs)
}

/// Whether a letter is Latin, with or without accents, or a look-alike of Latin letters.
fn is_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{24f}' | '\u{2b0}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}'
        | '\u{a720}'..='\u{a7ff}' | '\u{fb00}'..='\u{fb06}' | '\u{ff21}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(text: &str) -> (&'static str, Vec<bool>) {
        let found = Patience::endless(|patience| Languages::of(&Document::new(text), patience));
        (found.code, found.foreign)
    }

    #[test]
    fn tells_the_language_of_running_text() {
        for (code, text) in [
            ("en", "The harbour will stay open, the mayor said, and nobody has to leave the town before the winter."),
            (
                "de",
                "Der Hafen bleibt offen, sagte die Bürgermeisterin, und niemand muss die Stadt vor dem Winter verlassen.",
            ),
            (
                "fr",
                "Le port restera ouvert, a déclaré la maire, et personne ne devra quitter la ville avant l’hiver prochain.",
            ),
            (
                "es",
                "El puerto seguirá abierto, dijo la alcaldesa, y nadie tendrá que abandonar la ciudad antes del invierno.",
            ),
            (
                "it",
                "Il porto resterà aperto, ha detto la sindaca, e nessuno dovrà lasciare la città prima dell’inverno.",
            ),
            ("nl", "De haven blijft open, zei de burgemeester, en niemand hoeft de stad voor de winter te verlaten."),
            (
                "pl",
                "Port pozostanie otwarty, powiedziała burmistrzyni, i nikt nie będzie musiał opuszczać miasta przed zimą.",
            ),
            ("ru", "Порт останется открытым, сказала мэр, и никому не придётся покидать город до зимы."),
            ("ja", "港は開いたままだと市長は述べ、冬の前に町を離れる必要はないと語った。"),
            ("ar", "وقالت رئيسة البلدية إن الميناء سيبقى مفتوحا ولن يضطر أحد إلى مغادرة المدينة قبل الشتاء"),
        ] {
            assert_eq!(languages(text), (code, vec![code != "en"]), "{text}");
        }
    }

    #[test]
    fn what_is_too_short_counts_as_english() {
        for text in [
            "Harbour stays open",
            "Ines Calloway, Tomas Reyk, Dorn Courier",
            "Supreme Court strikes down aggregate limits on political contributions",
            "PORT IN VELD OFFEN",
        ] {
            assert_eq!(languages(text), ("en", vec![false]), "{text}");
        }
        assert_eq!(languages("3.5 % 😀 …").0, "und");
        assert_eq!(languages("").0, "und");
    }

    #[test]
    fn a_paragraph_may_differ_from_the_document() {
        let text = "The harbour will stay open, the mayor said on Monday, and that is the end of it for now.\n\n\
            Der Hafen bleibt offen, und niemand muss die Stadt vor dem Winter verlassen.\n\nMore soon";
        assert_eq!(languages(text), ("en", vec![false, true, false]));
    }

    #[test]
    fn short_lines_follow_a_foreign_document() {
        let text = "Hafen bleibt offen\n\nDer Hafen bleibt offen, und niemand muss die Stadt vor dem Winter verlassen.";
        assert_eq!(languages(text), ("de", vec![true, true]));
    }
}
