//! How names that people type are read, and how names that articles use are indexed for them.
//!
//! The words of a name may come in any order. What people put before or after a name may be missing from it:
//! honorifics, ranks and offices, legal forms, an article. A single letter stands for a word that begins with it. Which
//! of these may be missing depends on who has the name: "Judge Maat" is a person named Maat, but "General Motors" is
//! not some "Motors".
//!
//! | typed | finds |
//! |---|---|
//! | "Mr. Maat", "Sen. Maat" | a person named Maat |
//! | "Varrin, Elena" | Elena Varrin |
//! | "E. Varrin", "JR Maat" | a person whose name has words with these initials |
//! | "Ada R. Lind" | Ada Lind |
//! | "the Reform League", "Orlen & Dahl Ltd" | the Reform League, Orlen and Dahl |

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::text::{self, Word};

/// A name as somebody typed it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AskedName {
    /// Its words. At least one is required, if there is any.
    pub(crate) words: Vec<AskedWord>,
}

/// A word of a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AskedWord {
    /// The folded word, then other ways to write it.
    pub(crate) spellings: Vec<String>,
    /// What it does in the name.
    pub(crate) part: Part,
}

/// What a word does in a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// The name has it.
    Full,
    /// The name has it, or words that begin with these letters.
    Initials(Vec<char>),
    /// The same, next to two other words of the name: a person's middle name may be left out, "Ada R. Lind".
    Middle(Vec<char>),
    /// Part of a person's name or titles, or missing there: "Mr.", "Senator", "Jr.".
    Honorific,
    /// Part of an organisation's name, or missing there: "Ltd".
    LegalForm,
    /// Makes no difference: "the", "and".
    Filler,
}

impl AskedName {
    /// Reads a name.
    pub(crate) fn read(name: &str) -> Self {
        let name = even(name);
        let words: Vec<Word> = text::exact(&name).collect();
        let mut parts = vec![Part::Full; words.len()];
        let mut start = 0;
        while start < words.len() {
            let comma = |at: &usize| name[words[at - 1].end..words[*at].start].contains([',', '，', '、']);
            let end = (start + 1..words.len()).find(comma).unwrap_or(words.len());
            tell_parts(&words[start..end], &mut parts[start..end], start == 0);
            start = end;
        }
        let mut full = parts.iter().filter(|part| **part == Part::Full).count();
        for at in 1..words.len().saturating_sub(1) {
            // "Orlen & Dahl".
            if full > 1 && parts[at] == Part::Full && is_in(&words[at].text, LINKS) {
                parts[at] = Part::Filler;
                full -= 1;
            }
        }
        let letters: Vec<bool> = words.iter().map(|word| is_initials(&name, word)).collect();
        let names = (0..words.len()).filter(|&at| parts[at] == Part::Full && !letters[at]).count();
        let read = words.iter().zip(parts).enumerate().map(|(at, (word, part))| {
            let initials = || word.text.chars().collect::<Vec<char>>();
            let dotted = || initials().len() == 1 || name[word.start..word.end].contains('.');
            let part = match part {
                Part::Full if letters[at] && names > 1 && dotted() => Part::Middle(initials()),
                // Several letters are initials only beside a name: "J.R. Maat", but "UN".
                Part::Full if letters[at] && (names > 0 || initials().len() == 1) => Part::Initials(initials()),
                part => part,
            };
            AskedWord { spellings: spellings(&name, &words, at, &part), part }
        });
        Self { words: read.collect() }
    }

    /// The words that the name has in full, in all their spellings.
    pub(crate) fn full(&self) -> impl Iterator<Item = &str> {
        let full = self.words.iter().filter(|word| word.part == Part::Full);
        full.flat_map(|word| &word.spellings).map(String::as_str)
    }

    /// Keys of names that are all that was asked for.
    pub(crate) fn wholes(&self) -> Vec<String> {
        let of = |words: fn(&Part) -> bool| -> Vec<&str> {
            let words = self.words.iter().filter(|word| words(&word.part));
            words.map(|word| word.spellings[0].as_str()).collect()
        };
        let named = of(|part| matches!(part, Part::Full | Part::Initials(_) | Part::Middle(_)));
        let titled = of(|part| !matches!(part, Part::Filler | Part::LegalForm));
        vec![ordered_key(&of(|_| true)), core_key(titled), core_key(named)]
    }
}

/// The key of a name with all its words in this order, without spaces and hyphens.
fn ordered_key(words: &[&str]) -> String {
    words.concat()
}

/// The key of a name of which only these words count, whatever their order.
fn core_key(mut words: Vec<&str>) -> String {
    words.sort_unstable();
    format!("{CORE}{}", words.join(" "))
}

/// The first character of keys for names in any order of words, without article and legal form.
pub(crate) const CORE: char = '~';

/// A name that an article uses, as it is indexed for look-up.
pub(crate) struct KeptName {
    /// Its words, folded, then those that others write as one word or without what is elided before.
    pub(crate) words: Vec<String>,
    /// Keys of the whole name.
    pub(crate) wholes: [String; 2],
    /// For each of `words`, which words of the name it is made of.
    places: Vec<RangeInclusive<usize>>,
    /// How many of `words` are single words of the name.
    count: usize,
}

/// In a longer name of a person, only this many first words have initials.
const WORDS_WITH_INITIALS: usize = 6;

impl KeptName {
    /// Reads a name.
    pub(crate) fn read(name: &str) -> Self {
        let name = even(name);
        let read: Vec<Word> = text::exact(&name).collect();
        let count = read.len();
        let joined = (1..count).filter(|&at| is_joined(&name, &read[at - 1], &read[at]));
        let joined = joined.map(|at| (read[at - 1].text.clone() + &read[at].text, at - 1..=at));
        let elided = (0..count).filter_map(|at| Some((elided(&name, &read[at])?, at..=at)));
        let single = (0..count).map(|at| (read[at].text.clone(), at..=at));
        let (words, places): (Vec<_>, Vec<_>) = single.chain(joined).chain(elided).unzip();

        let single: Vec<&str> = words[..count].iter().map(String::as_str).collect();
        let first = usize::from(count > 1 && is_in(single[0], ARTICLES));
        let mut last = count;
        while last > first + 1 && is_in(single[last - 1], LEGAL_FORMS) {
            last -= 1;
        }
        let filler = |at: usize| first < at && at + 1 < last && is_in(single[at], LINKS);
        let core = (first..last).filter(|&at| !filler(at)).map(|at| single[at]).collect();
        let wholes = [ordered_key(&single), core_key(core)];
        Self { words, wholes, places, count }
    }

    /// The single words of the name.
    fn single(&self) -> &[String] {
        &self.words[..self.count]
    }

    /// The letters that its words begin with.
    pub(crate) fn letters(&self) -> impl Iterator<Item = char> {
        self.single().iter().filter_map(|word| word.chars().next())
    }

    /// Each letter that a word begins with, beside each other word: whom "E. Varrin" may mean. Not "V. Varrin".
    pub(crate) fn initials(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (at, letter) in self.letters().enumerate().take(WORDS_WITH_INITIALS) {
            let others = self.words.iter().zip(&self.places).filter(|(_, place)| !place.contains(&at));
            found.extend(others.map(|(word, _)| initial(letter, word)));
        }
        found
    }
}

/// How a letter beside a word of the same name is kept.
pub(crate) fn initial(letter: char, word: &str) -> String {
    format!("{letter} {word}")
}

/// The name with one apostrophe for all signs that people take for it.
pub(crate) fn even(name: &str) -> Cow<'_, str> {
    const APOSTROPHES: [char; 7] = ['`', '´', '′', 'ʹ', 'ʻ', 'ʾ', 'ʿ'];
    match name.contains(APOSTROPHES) {
        true => Cow::Owned(name.replace(APOSTROPHES, "'")),
        false => Cow::Borrowed(name),
    }
}

/// Tells what the words between two commas do. Of the first stretch at least one is part of the name itself: "Prof"
/// alone is a word like any other. In a later one all may stand behind the name: "Maat, Dr.", "Harbour Works, Inc.".
fn tell_parts(words: &[Word], parts: &mut [Part], first: bool) {
    let beside = |word: &Word| match word.text.as_str() {
        word if is_in(word, LEGAL_FORMS) => Some(Part::LegalForm),
        word if is_in(word, BEHIND) => Some(Part::Honorific),
        _ => None,
    };
    let before = |word: &Word| match word.text.as_str() {
        word if is_in(word, ARTICLES) => Some(Part::Filler),
        word if is_in(word, BEFORE) => Some(Part::Honorific),
        _ => None,
    };
    let least = usize::from(first || !words.iter().all(|word| before(word).or_else(|| beside(word)).is_some()));
    let mut begin = 0;
    while begin + least < words.len() {
        let links = begin > 0 && is_in(&words[begin].text, LINKS);
        let next = words.get(begin + 1).and_then(before);
        match before(&words[begin]) {
            Some(part) => parts[begin] = part,
            // "Mr. and Mrs. Maat".
            None if links && begin + 1 + least < words.len() && next.is_some() => parts[begin] = Part::Filler,
            None => break,
        }
        begin += 1;
    }
    let mut end = words.len();
    while end > begin + least {
        let last = &words[end - 1];
        match beside(last) {
            Some(part) => parts[end - 1] = part,
            // "Maat and Co.".
            None if end < words.len() && is_in(&last.text, LINKS) => parts[end - 1] = Part::Filler,
            None => break,
        }
        end -= 1;
    }
}

/// Other ways to write the word at this place, after the one that was typed.
fn spellings(name: &str, words: &[Word], at: usize, part: &Part) -> Vec<String> {
    let word = &words[at];
    let mut spellings = vec![word.text.clone()];
    match part {
        Part::Honorific => {
            spellings.extend(others(&word.text, BEFORE));
            spellings.extend(others(&word.text, BEHIND));
        }
        Part::LegalForm => spellings.extend(others(&word.text, LEGAL_FORMS)),
        Part::Filler => {}
        Part::Full | Part::Initials(_) | Part::Middle(_) => {
            spellings.extend(others(&word.text, SHORT));
            spellings.extend(without_umlauts(&name[word.start..word.end], &word.text));
            if at > 0 && is_joined(name, &words[at - 1], word) {
                spellings.push(words[at - 1].text.clone() + &word.text);
            }
            if let Some(next) = words.get(at + 1).filter(|next| is_joined(name, word, next)) {
                spellings.push(word.text.clone() + &next.text);
            }
        }
    }
    spellings
}

/// Other words of the groups that `word` is in.
fn others(word: &str, list: &str) -> Vec<String> {
    let of = list.split(',').filter(|group| group.split_whitespace().any(|one| one == word));
    of.flat_map(str::split_whitespace).filter(|&one| one != word).map(str::to_owned).collect()
}

/// Whether many write the two as one word: "Al-Maat", "Mc Donald", "O Brien".
fn is_joined(name: &str, word: &Word, next: &Word) -> bool {
    match name[word.end..next.start].trim() {
        "-" | "‐" | "‑" | "–" => true,
        "" => word.text.chars().count() <= 3 && !APART.contains(&word.text.as_str()),
        _ => false,
    }
}

/// The word without the article or preposition that is elided before it: "Ivoire" of "d'Ivoire".
fn elided(name: &str, word: &Word) -> Option<String> {
    let (before, rest) = name[word.start..word.end].split_once(['\'', '’', 'ʼ', '‘', '＇'])?;
    is_in(&before.to_lowercase(), ELIDED).then(|| text::folded(rest))
}

/// "Müller" as "mueller", and "Mueller" as "muller", which "Müller" is folded to.
fn without_umlauts(typed: &str, folded: &str) -> Option<String> {
    const MARKED: [(char, &str); 5] = [('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('ø', "oe"), ('å', "aa")];
    let typed = typed.to_lowercase();
    let spelt = MARKED.iter().fold(typed.clone(), |word, (letter, two)| word.replace(*letter, two));
    let other = match spelt == typed {
        true => MARKED.iter().fold(folded.to_owned(), |word, (_, two)| word.replace(two, &two[..1])),
        false => text::folded(&spelt),
    };
    (other != folded).then_some(other)
}

/// Whether a word stands for words that begin with its letters: "E", "J.R.", "JR" among words that are not all
/// capitals, "jr", which cannot be spoken.
fn is_initials(name: &str, word: &Word) -> bool {
    let typed = &name[word.start..word.end];
    let letters = word.text.chars().count();
    let capitals = || typed.chars().all(char::is_uppercase) && name.contains(char::is_lowercase);
    let unspoken = || word.text.is_ascii() && !word.text.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    word.text.chars().all(char::is_alphabetic)
        && (letters == 1 || letters <= 3 && (typed.contains('.') || capitals() || unspoken()))
}

/// Short words that nobody writes as one with the next.
const APART: [&str; 5] = ["the", "of", "and", "for", "in"];

/// Whether a list has the word.
fn is_in(word: &str, list: &str) -> bool {
    list.split([',', ' ', '\n']).any(|one| one == word)
}

/// What may stand before a name and be missing from it. Other languages put theirs into the names of papers and cities,
/// which keep it: "Le Monde", "Los Angeles".
const ARTICLES: &str = "the";

/// What links two words, and is a sign as often: "Orlen & Dahl".
const LINKS: &str = "and, und, et, y";

/// What is elided before a vowel.
const ELIDED: &str = "l, d, dell, dall, nell, sull, all, qu";

/// Words of names that are written short, with the whole.
const SHORT: &str = "
    st saint, ste sainte, mt mount, ft fort, univ university, dept department, assn association, intl international,
    natl national, govt government, bros brothers
";

/// What stands before the names of persons: forms of address, learning and church, ranks, offices, and what stands
/// before these. Folded words; those between two commas mean the same.
const BEFORE: &str = "
    mr mister, mrs missus, ms, miss, mx, messrs, sir, dame, lord, lady, madam madame mme, monsieur, mademoiselle mlle,
    mmes mesdames, herr, frau, senor sr, senora sra, senorita srta, senhor, senhora, don, dona donna,
    signor signore sig, signora, signorina, heer dhr, mevrouw mevr, pan, pani, gospodin, gospodja, shri sri, smt, haji,
    dr doctor doktor dra, prof professor profesor professeur, ing ir engineer, rev reverend revd, fr father, sister,
    brother, pastor, bishop, archbishop, cardinal, msgr monsignor, rabbi, imam, sheikh shaikh, ayatollah, mullah, pope,
    canon, dean,
    gen general, lt lieutenant, col colonel, maj major, capt captain cpt, cmdr commander cdr, adm admiral,
    brig brigadier, sgt sergeant, cpl corporal, pvt private, marshal, commodore, det detective, insp inspector,
    supt superintendent, constable pc, officer, sheriff,
    sen senator, rep representative, congressman, congresswoman, gov governor, pres president presidente, chancellor,
    minister, secretary sec, amb ambassador, mayor, cllr councillor councilman councilwoman, judge, justice,
    hon honourable honorable, king, queen, prince, princess,
    rt right, vice deputy, former ex, acting interim, prime chief, attorney atty
";

/// What follows the names of persons.
const BEHIND: &str = "
    jr junior, sr senior, ii, iii, iv, esq esquire, phd, md, jd, mba, mp, mep, msp, qc kc, obe, mbe, cbe, rn, sj, ret
";

/// What follows the names of organisations.
const LEGAL_FORMS: &str = "
    inc incorporated, ltd limited, plc, llc, llp, lp, corp corporation, co company cie, gmbh, ag, kg, kgaa, ohg, ev, sa,
    se, sas, sarl, srl, spa, nv, bv, ab, asa, as, oy, oyj, aps, pty, pte, sdn, bhd, kk, jsc pjsc ojsc, ooo oao pao, doo,
    kft zrt, lda ltda
";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(name: &str) -> String {
        let of = |word: &AskedWord| match &word.part {
            Part::Full => word.spellings[0].to_uppercase(),
            Part::Initials(_) | Part::Middle(_) => format!("{}.", word.spellings[0]),
            Part::Honorific | Part::LegalForm => format!("({})", word.spellings[0]),
            Part::Filler => "-".into(),
        };
        AskedName::read(name).words.iter().map(of).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tells_what_words_do() {
        for (name, expected) in [
            ("Mr. Maat", "(mr) MAAT"),
            ("The Rt. Hon. Ada Maat, MP", "- (rt) (hon) ADA MAAT (mp)"),
            ("the Hon. Ada Maat QC", "- (hon) ADA MAAT (qc)"),
            ("Mr. and Mrs. Maat", "(mr) - (mrs) MAAT"),
            ("Sir", "SIR"),
            ("Sir Prof", "(sir) PROF"),
            ("The The", "- THE"),
            ("Ltd", "LTD"),
            ("Reed and Marsh", "REED - MARSH"),
            ("the and, Jr", "- AND (jr)"),
            ("King, Ava", "KING AVA"),
            ("King, Dr. Ava", "KING (dr) AVA"),
            ("Harbour Works, Inc.", "HARBOUR WORKS (inc)"),
            ("Harbour GmbH & Co. KG", "HARBOUR (gmbh) (co) (kg)"),
            ("Harbour and Co", "HARBOUR - (co)"),
            ("J.R. Maat", "jr. MAAT"),
            ("JR MAAT", "jr. MAAT"),
            ("al maat", "AL MAAT"),
            ("AL MAAT", "AL MAAT"),
            ("UN", "UN"),
            ("FBI director Maat", "fbi. DIRECTOR MAAT"),
            ("J", "j."),
            ("東 Maat", "東. MAAT"),
            ("", ""),
        ] {
            assert_eq!(parts(name), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_name_finds_itself(name in "\\PC{0,40}|((the|Mr|King|Ltd|and|al|Ada|E|JR|Inc)[ .,'-]{1,2}){0,7}") {
            let (asked, kept) = (AskedName::read(&name), KeptName::read(&name));
            let required = |word: &AskedWord| matches!(word.part, Part::Full | Part::Initials(_));
            prop_assert!(asked.words.is_empty() || asked.words.iter().any(required));
            prop_assert!(asked.words.iter().all(|word| word.spellings.iter().any(|one| kept.words.contains(one))));
            prop_assert!(kept.words.is_empty() || asked.wholes().contains(&kept.wholes[0]));
        }
    }
}
