//! Words that say the same: groups from a file, put into a query when it is asked.
//!
//! Nothing of them is in the index, so that another file needs no other index. The other members of a word's group become
//! alternatives of the word ([`Expr::Either`]): the best of them counts, so that a text does not rank higher for having
//! two names of one thing. Phrases stay as they are written: whoever quotes means those words.

use std::collections::BTreeMap;
use std::fmt;

use crate::query::{Expr, Field};
use crate::rows::{Matcher, rows};
use crate::text;

/// Groups of words and phrases that say the same.
///
/// A file of them has one group a line, its members parted by commas. `#` begins a comment. Members of several words are
/// looked for as phrases, and are recognised in a query where their words follow each other.
///
/// ```
/// use sayso_index::Synonyms;
/// use sayso_index::query::{ParseOptions, parse};
///
/// let synonyms = Synonyms::parse(b"# ships\nferry, ropax, car ferry\n")?;
/// let asked = parse("ferries strike", &ParseOptions::sentences()).expect("it is a query");
/// let meant = synonyms.expand(asked);
/// assert_eq!(meant.to_string(), "((ferries OR ropax OR \"car ferry\") OR strike)");
/// # Ok::<(), sayso_index::SynonymError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms {
    /// The members of each group, in the order of the file.
    groups: Vec<Vec<String>>,
    /// The groups of a member, by what its words are compared with.
    of: BTreeMap<Vec<Matcher>, Vec<usize>>,
    /// The most words of a member.
    longest: usize,
}

/// What is wrong with a file of synonyms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynonymError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong in it, and what would be accepted.
    pub message: String,
}

impl fmt::Display for SynonymError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for SynonymError {}

impl Synonyms {
    /// Members of a group, at most. Each is looked for wherever one of them is.
    pub const GROUP_MEMBERS: usize = 64;
    /// Words of a member, at most.
    pub const MEMBER_WORDS: usize = 8;

    /// Reads a file.
    ///
    /// # Errors
    /// The first line that is no group, with what would be accepted.
    pub fn parse(bytes: &[u8]) -> Result<Self, SynonymError> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut synonyms = Self::default();
        for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let fault = |message: String| SynonymError { line: number + 1, message };
            let line = std::str::from_utf8(line).map_err(|_| fault("is not UTF-8".into()))?;
            let group = line.split('#').next().unwrap_or_default().trim();
            if !group.is_empty() {
                synonyms.add(members(group).map_err(fault)?);
            }
        }
        Ok(synonyms)
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Adds a group.
    fn add(&mut self, members: Vec<String>) {
        for member in &members {
            for key in keys(member) {
                self.longest = self.longest.max(member.split_whitespace().count());
                let groups = self.of.entry(key).or_default();
                if groups.last() != Some(&self.groups.len()) {
                    groups.push(self.groups.len());
                }
            }
        }
        self.groups.push(members);
    }

    /// The query with the synonyms of its words in texts and titles.
    pub fn expand(&self, expr: Expr) -> Expr {
        match expr {
            _ if self.is_empty() => expr,
            Expr::Word { .. } => match self.others(std::slice::from_ref(&expr)) {
                Some(others) => either(expr, others),
                None => expr,
            },
            Expr::Boost { expr, weight } => Expr::Boost { expr: Box::new(self.expand(*expr)), weight },
            Expr::Either(parts) => Expr::Either(parts.into_iter().map(|part| self.expand(part)).collect()),
            Expr::Bool { must, should, must_not } => Expr::Bool {
                must: self.expand_all(must),
                should: self.expand_any(should),
                must_not: must_not.into_iter().map(|part| self.expand(part)).collect(),
            },
            other => other,
        }
    }

    /// Parts of which all must match. Words that are a member together may be replaced together.
    fn expand_all(&self, parts: Vec<Expr>) -> Vec<Expr> {
        self.runs(parts, |words, others, expanded| {
            let together = Expr::Bool { must: words, should: Vec::new(), must_not: Vec::new() };
            expanded.push(either(together, others));
        })
    }

    /// Parts of which any may match. What replaces several of them stands beside them.
    fn expand_any(&self, parts: Vec<Expr>) -> Vec<Expr> {
        self.runs(parts, |words, mut others, expanded| {
            expanded.extend(words.into_iter().map(|word| self.expand(word)));
            expanded.push(if others.len() == 1 { others.remove(0) } else { Expr::Either(others) });
        })
    }

    /// Goes through parts. `together` gets the longest rows of words that are a member, and their synonyms; all other
    /// parts are expanded by themselves.
    fn runs(&self, parts: Vec<Expr>, together: impl Fn(Vec<Expr>, Vec<Expr>, &mut Vec<Expr>)) -> Vec<Expr> {
        let mut expanded = Vec::with_capacity(parts.len());
        let mut at = 0;
        while at < parts.len() {
            let most = self.longest.min(parts.len() - at);
            let found = (2..=most).rev().find_map(|count| Some((count, self.others(&parts[at..at + count])?)));
            match found {
                Some((count, others)) => {
                    together(parts[at..at + count].to_vec(), others, &mut expanded);
                    at += count;
                }
                None => {
                    expanded.push(self.expand(parts[at].clone()));
                    at += 1;
                }
            }
        }
        expanded
    }

    /// What else says the same as these words, which follow each other. None if they are no member.
    fn others(&self, words: &[Expr]) -> Option<Vec<Expr>> {
        let mut key = Vec::new();
        let mut place = None;
        for word in words {
            let Expr::Word { field: field @ (Field::Text | Field::Title), .. } = word else { return None };
            if *place.get_or_insert(*field) != *field {
                return None;
            }
            key.extend(rows(word)?.1.into_iter().next()?.words);
        }
        let (field, groups) = (place?, self.of.get(&key)?);
        let mut others = Vec::new();
        for member in groups.iter().flat_map(|&group| &self.groups[group]) {
            let other = asked(field, member);
            if !keys(member).contains(&key) && !others.contains(&other) {
                others.push(other);
            }
        }
        (!others.is_empty()).then_some(others)
    }
}

/// An expression and what else says the same.
fn either(expr: Expr, mut others: Vec<Expr>) -> Expr {
    others.insert(0, expr);
    Expr::Either(others)
}

/// The members of a group, or what is wrong with them.
fn members(line: &str) -> Result<Vec<String>, String> {
    if line.contains("=>") {
        return Err("has an arrow; a group has members that all say the same, parted by commas: ferry, ropax".into());
    }
    let count = line.split(',').count();
    if count > Synonyms::GROUP_MEMBERS {
        return Err(format!("has {count} members; at most {} are accepted", Synonyms::GROUP_MEMBERS));
    }
    let mut members: Vec<String> = Vec::new();
    for member in line.split(',') {
        let member = member.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = text::exact(&member).count();
        if words == 0 {
            return Err(format!("has a member without a word, {member:?}; write words between the commas"));
        }
        if words > Synonyms::MEMBER_WORDS {
            return Err(format!("{member:?} has {words} words; at most {} are accepted", Synonyms::MEMBER_WORDS));
        }
        if members.iter().any(|other| keys(other) == keys(&member)) {
            return Err(format!("{member:?} stands in it twice, or in another inflection; write it once"));
        }
        members.push(member);
    }
    match members.len() {
        1 => Err(format!("{:?} is alone; write what says the same after a comma", members[0])),
        _ => Ok(members),
    }
}

/// What a member looks for in a field.
fn asked(field: Field, member: &str) -> Expr {
    match member.contains(' ') {
        true => Expr::Phrase { field, text: member.to_owned(), slop: 0 },
        false => Expr::Word { field, text: member.to_owned() },
    }
}

/// What the words of a member are compared with, in each way to write it.
fn keys(member: &str) -> Vec<Vec<Matcher>> {
    let words = member.split(' ').map(|word| Expr::Word { field: Field::Text, text: word.to_owned() });
    let mut ways: Vec<Vec<Vec<Matcher>>> = words
        .map(|word| rows(&word).map(|(_, rows)| rows).unwrap_or_default().into_iter().map(|row| row.words).collect())
        .collect();
    match ways.len() {
        1 => ways.remove(0),
        _ => vec![ways.into_iter().filter_map(|rows| rows.into_iter().next()).flatten().collect()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{ParseOptions, parse};

    const FILE: &str =
        "\u{feff}# places and ships\r\nUS, United States, America\r\n\nferry, ropax # and more\nbus, coach\n";

    #[track_caller]
    fn check(options: ParseOptions, query: &str, tree: &str) {
        let synonyms = Synonyms::parse(FILE.as_bytes()).unwrap();
        assert_eq!(synonyms.expand(parse(query, &options).unwrap()).to_string(), tree, "{query}");
    }

    #[test]
    fn words_stand_for_their_groups_and_phrases_for_themselves() {
        let any = ParseOptions::sentences();
        check(any, "ferries", "(ferries OR ropax)");
        check(any, "US", "(US OR \"United States\" OR America)");
        check(any, "us", "us");
        check(any, "title:coach^2", "(title:coach OR title:bus)^2");
        check(any, "outlet:coach", "outlet:coach");
        check(any, "\"the ferry\" ferr* ferry~1", "(\"the ferry\" OR ferr* OR ferry~1)");
        check(any, "quay -ferry", "(quay -(ferry OR ropax))");
    }

    #[test]
    fn words_that_follow_each_other_are_a_member_together() {
        let all = ParseOptions { all_words: true, ..ParseOptions::sentences() };
        check(all, "united states bus", "(+((+united +states) OR US OR America) +(bus OR coach))");
        check(ParseOptions::sentences(), "united states", "(united OR states OR (US OR America))");
        check(all, "united bus states", "(+united +(bus OR coach) +states)");
    }

    #[test]
    fn faults_name_their_line() {
        for (file, said) in [
            ("a, b\n\nferry\n", "line 3: \"ferry\" is alone; write what says the same after a comma"),
            ("a, , b", "line 1: has a member without a word, \"\"; write words between the commas"),
            ("a, ...", "line 1: has a member without a word, \"...\"; write words between the commas"),
            ("ferry, ferries", "line 1: \"ferries\" stands in it twice, or in another inflection; write it once"),
            (
                "a => b",
                "line 1: has an arrow; a group has members that all say the same, parted by commas: ferry, ropax",
            ),
            ("a, b b b b b b b b b", "line 1: \"b b b b b b b b b\" has 9 words; at most 8 are accepted"),
        ] {
            assert_eq!(Synonyms::parse(file.as_bytes()).unwrap_err().to_string(), said);
        }
        assert_eq!(Synonyms::parse(b"a, b\nc, \xff").unwrap_err().to_string(), "line 2: is not UTF-8");
        let many: Vec<_> = (0..65).map(|n| format!("w{n}")).collect();
        assert!(Synonyms::parse(many.join(",").as_bytes()).is_err());
        assert_eq!(Synonyms::parse(b"# none\n").unwrap().len(), 0);
    }
}
