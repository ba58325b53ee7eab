//! Reads the names of people from a byline of a page or record.
//!
//! Bylines hold more than names: roles, agencies, times, handles, invitations to follow. A part counts as a name unless
//! something shows that it is not one. An agency that stands alone (Reuters) is kept, because it is the author.

use std::collections::HashSet;

use sayso_document::Date;

mod words;

use words::{
    AGENCIES, FOREIGN_WRITING, GROUPS, MODIFIERS, NO_NAMES, NOBODY, OTHERS, OUTLETS, ROLES, SUFFIXES, WRITING,
};

/// The maximum number of words in a name.
const MAX_NAME_WORDS: usize = 7;

/// The names in bylines. An outlet is not an author of its own articles.
pub(super) fn names<'b>(bylines: impl IntoIterator<Item = &'b str>, outlet: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = bylines.into_iter().flat_map(of_byline);
    names.filter(|name| !is_outlet(name, outlet) && seen.insert(name.to_ascii_lowercase())).collect()
}

/// Whether a text ends with a word with which names of outlets do: "The Veld Observer".
pub(super) fn ends_like_an_outlet(text: &str) -> bool {
    let last = text.rsplit(' ').next().unwrap_or_default().to_lowercase();
    OUTLETS.contains(&last.as_str())
}

fn is_outlet(name: &str, outlet: &str) -> bool {
    let bare = |name: &str| {
        let name = name.to_lowercase();
        let name = name.strip_prefix("the ").unwrap_or(&name);
        name.chars().filter(|c| c.is_alphanumeric()).collect::<String>()
    };
    !outlet.is_empty() && bare(name) == bare(outlet)
}

fn of_byline(byline: &str) -> Vec<String> {
    // The form that RSS uses: "ines@post.example (Ines Okafor)".
    let name = byline.trim().strip_suffix(')').and_then(|line| line.split_once(" ("));
    let byline = name.filter(|(mail, _)| is_address(mail) && !mail.contains(' ')).map_or(byline, |(_, name)| name);
    let byline: String = byline.chars().map(|c| if is_dash_or_bar(c) { '|' } else { c }).collect();
    let byline = without_brackets(&byline);
    let lines =
        byline.lines().map(|line| line.split(' ').filter(|word| !is_address(word)).collect::<Vec<_>>().join(" "));
    let byline = lines.collect::<Vec<_>>().join("\n");
    let mut names = Vec::new();
    for segment in byline.split(['|', '\n', '•', '·', '/']) {
        let listed = segment.contains(';');
        for piece in segment.split(';') {
            let from = names.len();
            of_piece(piece, &mut names);
            invert(&mut names, from, listed, piece);
            // After a name and a dash, a single word is a place or an outlet.
            if !listed && from > 0 && names.len() == from + 1 && !names[from].contains(' ') {
                names.pop();
            }
        }
    }
    names
}

fn is_dash_or_bar(c: char) -> bool {
    matches!(c, '|' | '—' | '–' | '｜' | '‖' | '»' | '\t')
}

/// Reads "Okafor, Ines" as one name: two single words with a comma between them.
fn invert(names: &mut Vec<String>, from: usize, listed: bool, piece: &str) {
    let [family, given] = &names[from..] else { return };
    let single = |name: &str| !name.contains(' ');
    let commas = piece.matches(',').count() == 1 && !piece.contains(" and ") && !piece.contains('&');
    if commas && single(family) && (single(given) || listed) {
        let name = format!("{given} {family}");
        names.truncate(from);
        names.push(name);
    }
}

/// Adds the names of a piece, which are separated by commas and "and".
fn of_piece(piece: &str, names: &mut Vec<String>) {
    let mut skipping = false;
    let mut first = true;
    let at_start = names.len();
    for part in parts(piece) {
        let words: Vec<&str> = part.split_whitespace().collect();
        let suffix = words.join("").trim_end_matches('.').replace('.', "").to_lowercase();
        if SUFFIXES.contains(&suffix.as_str()) && names.len() > at_start {
            if let Some(name) = names.last_mut() {
                name.push_str(", ");
                name.push_str(&words.join(" "));
            }
            continue;
        }
        let (words, role) = after_by(&words);
        skipping = role.unwrap_or(skipping);
        if skipping {
            continue;
        }
        if let Some(name) = name(words, first) {
            names.push(name);
            first = false;
        }
    }
}

/// Splits a byline where names may be separated: at commas, "and", "&" and "with".
fn parts(piece: &str) -> Vec<String> {
    let words = piece.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = vec![String::new()];
    for word in words.split(' ') {
        if matches!(word.to_ascii_lowercase().as_str(), "and" | "&" | "with" | "und" | "et") {
            parts.push(String::new());
            continue;
        }
        let (bare, ends) = word.strip_suffix(',').map_or((word, false), |bare| (bare, true));
        for (i, piece) in bare.split(',').enumerate() {
            if i > 0 {
                parts.push(String::new());
            }
            let last = parts.last_mut().filter(|_| !piece.is_empty());
            if let Some(part) = last {
                part.push_str(if part.is_empty() { "" } else { " " });
                part.push_str(piece);
            }
        }
        if ends {
            parts.push(String::new());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// The words after "By" or "Written by", and whether they name somebody other than the writer. Without such words, all
/// words and None.
fn after_by<'p, 'w>(words: &'p [&'w str]) -> (&'p [&'w str], Option<bool>) {
    let lower: Vec<String> = words.iter().map(|word| word.trim_end_matches(':').to_lowercase()).collect();
    let by = lower.iter().take(4).position(|word| word == "by");
    // "von Ines Okafor", "Publié par Ines Okafor". But "Otto von Marn" is a name.
    let foreign = lower.iter().take(5).position(|word| matches!(word.as_str(), "von" | "par" | "por"));
    if let Some(at) = foreign
        && by.is_none()
        && words.len() > at + 1
        && lower[..at].iter().all(|word| WRITING.contains(&word.as_str()) || FOREIGN_WRITING.contains(&word.as_str()))
    {
        return (&words[at + 1..], Some(false));
    }
    if let Some(at) = by {
        let before = &lower[..at];
        if before.iter().any(|word| OTHERS.contains(&word.as_str())) {
            return (&words[at + 1..], Some(true));
        }
        let writes = |word: &String| {
            WRITING.contains(&word.as_str()) || MODIFIERS.contains(&word.as_str()) || ROLES.contains(&word.as_str())
        };
        if before.is_empty() || before.iter().any(writes) {
            return (&words[at + 1..], Some(false));
        }
        // "Ines Okafor by the river" is not a byline, but the words before "by" are.
        return (&words[..at], None);
    }
    let label = words.first().is_some_and(|word| word.ends_with(':'));
    if label {
        let told = |words: &[&str]| words.contains(&lower[0].as_str());
        return (&words[1..], Some(told(&OTHERS)));
    }
    let other = lower.first().is_some_and(|word| matches!(word.as_str(), "author" | "authors" | "autor" | "autorin"));
    if other && words.len() > 1 { (&words[1..], Some(false)) } else { (words, None) }
}

/// The words of a part as a name, if they are one. The first name is often followed by a role or an outlet.
fn name(words: &[&str], first: bool) -> Option<String> {
    let words = before_times(words);
    let words = before_place(words);
    let words = without_role(words, first)?;
    let lower = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_lowercase();
    let (start, end) = (lower(words.first()?), lower(words.last()?));
    let is_the = start == "the" && words.len() > 1 && first;
    if words.len() > MAX_NAME_WORDS
        || words.len() > 1 && NO_NAMES.contains(&start.as_str()) && !is_the
        || words.len() == 1 && (NOBODY.contains(&start.as_str()) || NO_NAMES.contains(&start.as_str()))
        || !first && words.len() > 1 && (OUTLETS.contains(&end.as_str()) || start == "the")
        || !words.iter().any(|word| word.chars().any(char::is_alphabetic))
        || words.len() > 1 && is_month(words[0]) && is_month(words[1])
    {
        return None;
    }
    let name = words.join(" ");
    let name = name.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '\'' | '’' | 'ʻ'));
    let name = name.strip_suffix('.').filter(|bare| !is_abbreviated(bare)).unwrap_or(name);
    Some(capitalised(name)).filter(|name| name.chars().filter(|c| c.is_alphabetic()).count() >= 2)
}

/// Whether the full stop at the end belongs to the last word: "Jr.", "B.".
fn is_abbreviated(name: &str) -> bool {
    let last = name.rsplit(' ').next().unwrap_or_default();
    last.chars().count() <= 2
}

/// The words before a time, a number or an invitation: "Ines Okafor April 28", "Ines Okafor Follow".
fn before_times<'p, 'w>(words: &'p [&'w str]) -> &'p [&'w str] {
    let ends = |(at, word): (usize, &&str)| {
        let lower = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let told = ["follow", "updated", "published", "posted", "email", "subscribe", "modified", "last"];
        // "Ines Okafor am Samstag"
        let told = |lower: &str| told.contains(&lower) || matches!(*word, "am" | "sagt" | "says");
        let dated =
            is_month(word) && words.get(at + 1).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        word.contains(|c: char| c.is_ascii_digit()) || told(&lower) || dated
    };
    let end = words.iter().enumerate().position(ends).unwrap_or(words.len());
    &words[..end]
}

fn is_month(word: &str) -> bool {
    let lower = word.to_lowercase();
    lower.get(..3).is_some_and(|start| Date::MONTH_NAMES.iter().any(|month| month.starts_with(start)))
}

/// The words before "of the Marn Post", "for Reuters" or "in Marn".
fn before_place<'p, 'w>(words: &'p [&'w str]) -> &'p [&'w str] {
    let at = words
        .iter()
        .position(|word| matches!(word.to_lowercase().as_str(), "of" | "for" | "at" | "in" | "from" | "via"));
    match at {
        Some(at) if at >= 2 => &words[..at],
        _ => words,
    }
}

/// The words without a role at their end. None if nothing else is left, or if the role is that of people without names.
fn without_role<'p, 'w>(words: &'p [&'w str], first: bool) -> Option<&'p [&'w str]> {
    let lower = |word: &&str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let is = |words: &[&str], word: &str| words.contains(&word);
    let last = lower(words.last()?);
    if is(&GROUPS, &last) && (words.len() > 1 || last != "board") {
        return None;
    }
    if !is(&ROLES, &last) {
        return Some(words);
    }
    let is_role = |word: &&str| {
        let low = lower(word);
        is(&ROLES, &low) || is(&MODIFIERS, &low) || is(&AGENCIES, word) || low.contains('-') && is(&ROLES, &low)
    };
    let kept = words.len() - words.iter().rev().take_while(|word| is_role(word)).count();
    let removed = words.len() - kept;
    match kept {
        0 => None,
        // "Judith Guest" is a name; "Courier Writer" and "Grain Markets Reporter" are not.
        1 if words.len() == 2 && removed == 1 && matches!(last.as_str(), "guest" | "fellow" | "host" | "chief") => {
            Some(words)
        }
        1 => None,
        _ if !first && removed == 1 => None,
        _ if is(&AGENCIES, words[0]) => None,
        _ => Some(&words[..kept]),
    }
}

/// Whether a word is a handle, or an e-mail or web address: lower-case words with a full stop between them, as in
/// "post.example".
fn is_address(word: &str) -> bool {
    let small = |c: Option<char>| c.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
    let host = word.match_indices('.').any(|(at, _)| {
        small(word[..at].chars().next_back())
            && word[at + 1..].chars().take(2).filter(|c| c.is_lowercase()).count() == 2
    });
    word.contains('@') || word.contains("://") || host || word.starts_with('#')
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => {
                depth = depth.saturating_sub(1);
                out.push(' ');
            }
            c if depth == 0 => out.push(c),
            _ => (),
        }
    }
    out
}

/// Capitalises a name of several words that is written all in capitals or all in small letters.
fn capitalised(name: &str) -> String {
    let shouted = name.contains(' ') && !name.chars().any(char::is_lowercase);
    let whispered = name.contains(' ') && !name.chars().any(char::is_uppercase);
    if !shouted && !whispered {
        return name.to_string();
    }
    name.split(' ').map(|word| capitalised_word(word, shouted)).collect::<Vec<_>>().join(" ")
}

fn capitalised_word(word: &str, shouted: bool) -> String {
    let vowel = |c: char| "AEIOUYÀÁÂÄÅÆÈÉÊËÌÍÎÏÒÓÔÖØÙÚÛÜ".contains(c);
    // Initials and "II" keep their capitals. "JO" is a name.
    let initials = word.chars().count() <= 3 && !word.chars().any(vowel) || matches!(word, "II" | "III" | "IV");
    if shouted && (initials || word.contains('.')) {
        return word.to_string();
    }
    let mut out = String::with_capacity(word.len());
    let mut starts = true;
    for c in word.chars() {
        if starts {
            out.extend(c.to_uppercase())
        } else {
            out.extend(c.to_lowercase())
        }
        // O'Brien, Ekholm-Reed; McKay is handled below.
        starts = matches!(c, '-' | '\'' | '’') || out == "Mc";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_stands_beside_them() {
        for (byline, expected) in [
            ("Ines Okafor", &["Ines Okafor"] as &[&str]),
            ("By  Ines Okafor", &["Ines Okafor"]),
            ("BY INES OKAFOR AND JONAS EKHOLM", &["Ines Okafor", "Jonas Ekholm"]),
            ("Ines Okafor, Jonas Ekholm and Mira Solberg", &["Ines Okafor", "Jonas Ekholm", "Mira Solberg"]),
            ("Ines Okafor, Jonas Ekholm, and Mira Solberg", &["Ines Okafor", "Jonas Ekholm", "Mira Solberg"]),
            ("Ines Okafor; Jonas Ekholm", &["Ines Okafor", "Jonas Ekholm"]),
            ("Ines Okafor | Jonas Ekholm", &["Ines Okafor", "Jonas Ekholm"]),
            ("Ines Okafor & Jonas Ekholm", &["Ines Okafor", "Jonas Ekholm"]),
            ("Okafor, Ines", &["Ines Okafor"]),
            ("Okafor, Ines; Ekholm, Jonas P.", &["Ines Okafor", "Jonas P. Ekholm"]),
            ("Sam Reed, Jr., and Ines Okafor, Ph.D.", &["Sam Reed, Jr.", "Ines Okafor, Ph.D."]),
            ("Sam Reed Jr.", &["Sam Reed Jr."]),
            ("April Reed", &["April Reed"]),
            ("Written by Ines Okafor", &["Ines Okafor"]),
            ("Posted by: Ines Okafor", &["Ines Okafor"]),
            ("Story by Ines Okafor, photos by Jonas Ekholm and Per Vold", &["Ines Okafor"]),
            ("By Ines Okafor; edited by Per Vold", &["Ines Okafor"]),
            ("By Ines Okafor, Staff Writer", &["Ines Okafor"]),
            ("By Ines Okafor Staff Writer", &["Ines Okafor"]),
            ("Ines Okafor, AP National Security Writer", &["Ines Okafor"]),
            ("AP National Security Writer", &[]),
            ("AP Energy Writer", &[]),
            ("Staff Writers", &[]),
            ("Marn Post Staff", &[]),
            ("Editorial Board", &[]),
            ("Ines Okafor of the Associated Press", &["Ines Okafor"]),
            ("Ines Okafor, Associated Press", &["Ines Okafor"]),
            ("Ines Okafor for the Marn Post", &["Ines Okafor"]),
            ("Ines Okafor, Special to the Marn Post", &["Ines Okafor"]),
            ("The Associated Press", &["The Associated Press"]),
            ("Reuters", &["Reuters"]),
            ("Ines Okafor (Reuters)", &["Ines Okafor"]),
            ("April 28, 2019 at 6:01 am Updated April 29", &[]),
            ("Ines Okafor April 28, 2019 at 6:01 am Updated April 29", &["Ines Okafor"]),
            ("By Ines Okafor | 3 min read", &["Ines Okafor"]),
            ("Ines Okafor Follow Author", &["Ines Okafor"]),
            ("Follow Author", &[]),
            ("Ines Okafor @inesokafor", &["Ines Okafor"]),
            ("By Ines Okafor iokafor@post.example", &["Ines Okafor"]),
            ("https://www.facebook.example/marnpost", &[]),
            ("@marnpost", &[]),
            ("ines@post.example (Ines Okafor)", &["Ines Okafor"]),
            ("Ines Okafor, 3 March 2026", &["Ines Okafor"]),
            ("Ines Okafor – Marn", &["Ines Okafor"]),
            ("admin", &[]),
            ("Judith Guest", &["Judith Guest"]),
            ("Seán O'Brien and ROSA MCKAY-REED III", &["Seán O'Brien", "Rosa McKay-Reed III"]),
            ("SEÁN O'BRIEN", &["Seán O'Brien"]),
            ("Ludwig van der Berg", &["Ludwig van der Berg"]),
            ("Ana Paula de Souza e Silva", &["Ana Paula de Souza e Silva"]),
            ("", &[]),
        ] {
            assert_eq!(names([byline], "Veld Courier"), expected, "{byline}");
        }
        assert_eq!(names(["Veld Courier", "Ines Okafor", "ines okafor"], "The Veld Courier"), ["Ines Okafor"]);
    }
}
