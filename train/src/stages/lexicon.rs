//! Builds the word lists of the name finder: `words.tsv`, `people.tsv`, `places.txt`, `norps.txt`, `bodies.txt`.
//!
//! Names of people and organisations come from gazetteers only. If they included those of the training texts, the
//! tagger would learn to trust the lists more than they deserve on other texts.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use rustc_hash::FxHashMap;
use sayso_extract::fit::entities::fold;
use serde::Deserialize;
use serde_json::Value;

use super::stage::Stage;
use crate::corpus::{lines, named_texts, read};
use crate::places::{Places, bar};

/// The stage.
pub(super) const STAGE: Stage = Stage { name: "lexicon", about: "Builds word lists from gazetteers and news", run };

/// How many articles show which words are written in lower case.
const NEWS_ARTICLES: usize = 8_000;
/// How often a name in the training texts must occur to be listed.
const MIN_COUNT: u32 = 2;
/// How many first names are taken from each list that is sorted by frequency.
const FIRST_NAMES: usize = 400;

/// Places that are listed although they are also words or names of people.
const PLACES: &str = "\
    Abuja Accra Adelaide Aden Alaska Ankara Asia Austin Baku Barcelona Basra Bath Beijing Benin Berlin Bern Bonn \
    Boston Brest Cairo Cali Carolina Chad Charlotte China Cleveland Columbus Congo Cordoba Cork Cuba Dakar Dakota \
    Dallas Delhi Denver Derby Doha Dublin Egypt Fiji Flint Florence Florida Gabon Gaza Georgia Ghana Goa Guinea \
    Guyana Haiti Havana Hawaii Homs Houston Idaho India Iowa Iran Iraq Israel Izmir Jackson Jordan Kabul Kansas \
    Kent Kenya Kiev Kobe Kuwait Kyiv Lagos Lahore Lancaster Laos Libya Lima Lincoln Lisbon London Macau Madison \
    Maine Mali Malta Marbella Miami Milan Minsk Monaco Montana Moscow Mosul Mumbai Nairobi Nauru Nepal Nevada \
    Niger Ohio Oman Orlando Osaka Oslo Palau Panama Paris Perth Peru Phoenix Pune Qatar Rabat Raleigh Riga Rome \
    Samoa Sanaa Santiago Seoul Singapore Sudan Sydney Syria Tampa Texas Tibet Togo Tokyo Tonga Tunis Turkey Utah \
    Verona Vienna Virginia Washington Yemen";

#[derive(Deserialize)]
struct Article {
    #[serde(default)]
    body: Option<String>,
}

fn run(places: &Places) -> io::Result<()> {
    let bar = bar("Building word lists", 5);
    let words = words(places)?;
    put(places, "words.tsv", words.iter().map(|(word, sign)| format!("{word}\t{sign}")))?;
    bar.inc(1);
    let people = people(places)?;
    let listed = people.iter().filter(|(name, _)| name.chars().count() > 1);
    put(places, "people.tsv", listed.map(|(name, tags)| format!("{name}\t{}", tags.iter().collect::<String>())))?;
    bar.inc(1);
    put(places, "places.txt", place_names(places, &words, &people)?.into_iter())?;
    bar.inc(1);
    put(places, "norps.txt", norps(places, &words)?.into_iter())?;
    bar.inc(1);
    put(places, "bodies.txt", bodies(places, &words)?.into_iter())?;
    bar.finish();
    Ok(())
}

fn put(places: &Places, name: &str, rows: impl Iterator<Item = String>) -> io::Result<()> {
    let text: String = rows.map(|row| row + "\n").collect();
    places.write(name, text.as_bytes())
}

/// Words that news writes in lower case: nearly always (`o`) or often (`m`), counted after lower-case letters.
fn words(places: &Places) -> io::Result<BTreeMap<String, char>> {
    let mut counts: FxHashMap<String, [u32; 2]> = FxHashMap::default();
    for article in lines::<Article>(&places.data.join("news/news-20k.jsonl.gz"))?.into_iter().take(NEWS_ARTICLES) {
        let body = article.body.unwrap_or_default();
        for (blank, _) in body.match_indices(' ') {
            let before = body.as_bytes().get(blank.wrapping_sub(1)).copied().unwrap_or(b'.');
            let rest = &body[blank + 1..];
            let word = &rest[..rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())];
            if !(before.is_ascii_lowercase() || before == b',') || word.is_empty() {
                continue;
            }
            let small = word.starts_with(char::is_lowercase);
            counts.entry(word.to_lowercase()).or_default()[usize::from(small)] += 1;
        }
    }
    let sign = |[high, low]: [u32; 2]| {
        let share = f64::from(low) / f64::from(low + high);
        (low > 0 && low + high >= 6 && share >= 0.25).then_some(if share >= 0.9 { 'o' } else { 'm' })
    };
    let kept = counts.into_iter().filter(|(word, _)| word.len() > 1 && word.is_ascii());
    Ok(kept.filter_map(|(word, counts)| Some((word, sign(counts)?))).collect())
}

/// First names of men (`m`), women (`f`) and either (`u`), and surnames (`s`).
fn people(places: &Places) -> io::Result<BTreeMap<String, BTreeSet<char>>> {
    let mut tags: BTreeMap<String, BTreeSet<char>> = BTreeMap::new();
    for (file, tag) in [("male.txt", 'm'), ("female.txt", 'f')] {
        for name in lines_of(places, file)? {
            if name.chars().all(char::is_alphabetic) && name.starts_with(char::is_uppercase) {
                tags.entry(plain(&name)).or_default().insert(tag);
            }
        }
    }
    for (file, tag) in [("norwayFirstNamesBoys", 'm'), ("norwayFirstNamesGirls", 'f')] {
        for name in names_in(places, &format!("humans/{file}"))?.into_iter().take(FIRST_NAMES) {
            tags.entry(plain(&name)).or_default().insert(tag);
        }
    }
    for file in ["firstNames", "spanishFirstNames"] {
        for name in names_in(places, &format!("humans/{file}"))? {
            let entry = tags.entry(plain(&name)).or_default();
            if !entry.contains(&'m') && !entry.contains(&'f') {
                entry.insert('u');
            }
        }
    }
    for file in ["lastNames", "spanishLastNames"] {
        for name in names_in(places, &format!("humans/{file}"))? {
            tags.entry(plain(&name)).or_default().insert('s');
        }
    }
    for name in lines_of(places, "us-legislators.txt")? {
        let last = name.split_whitespace().next_back().unwrap_or_default();
        tags.entry(plain(last)).or_default().insert('s');
    }
    tags.remove("");
    Ok(tags)
}

/// Countries, regions and cities, without single words that are ordinary words or names of people.
fn place_names(
    places: &Places,
    words: &BTreeMap<String, char>,
    people: &BTreeMap<String, BTreeSet<char>>,
) -> io::Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    let cities = read(&places.data.join("gazetteers/world-cities.csv.gz"))?;
    for row in cities.lines().skip(1) {
        all.extend(cells(row).into_iter().take(3));
    }
    for country in json(places, "geography/countries_with_capitals")?["countries"].as_array().into_iter().flatten() {
        all.extend(["name", "capital"].iter().filter_map(|key| country[key].as_str().map(str::to_owned)));
    }
    for value in json(places, "geography/canada_provinces_and_territories")?.as_object().into_iter().flatten() {
        all.extend(strings(value.1));
    }
    all.extend(names_in(places, "geography/countries")?);
    let keep: BTreeSet<&str> = PLACES.split_whitespace().collect();
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '.' | '-' | ' ' | '&');
    let kept = all.iter().map(|name| plain(name)).filter(|name| {
        let several = name.contains(' ');
        let ambiguous = words.contains_key(&name.to_lowercase()) || people.contains_key(name) || name.len() < 4;
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().count() > 1
            && name.chars().all(inner)
            && name.split_whitespace().count() <= 4
            && (several || !ambiguous || keep.contains(name.as_str()))
    });
    Ok(kept.collect())
}

/// Nationalities, and peoples in the training texts.
fn norps(places: &Places, words: &BTreeMap<String, char>) -> io::Result<BTreeSet<String>> {
    let mut counts: FxHashMap<String, u32> = FxHashMap::default();
    for text in named_texts(&places.eval("ner/worldwide-train.jsonl.gz"))? {
        for (span, _) in text.names.iter().filter(|(_, kind)| kind == "NORP") {
            *counts.entry(plain(span.of(&text.text))).or_default() += 1;
        }
    }
    let word = |name: &str| name.chars().count() > 1 && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let often = counts.into_iter().filter(|(name, count)| {
        let ordinary = words.get(&name.to_lowercase()) == Some(&'o');
        *count >= MIN_COUNT && !ordinary && word(name) && name.starts_with(|c: char| c.is_ascii_uppercase())
    });
    let mut out: BTreeSet<String> = often.map(|(name, _)| name).collect();
    let listed = names_in(places, "geography/nationalities")?;
    out.extend(listed.iter().filter(|name| !name.contains(' ')).map(|name| plain(name)));
    Ok(out)
}

/// Newspapers, companies and agencies.
fn bodies(places: &Places, words: &BTreeMap<String, char>) -> io::Result<BTreeSet<String>> {
    let mut all: Vec<String> = Vec::new();
    for name in names_in(places, "corporations/newspapers")? {
        all.push(name.strip_prefix("The ").unwrap_or(&name).to_owned());
    }
    for file in
        ["corporations/fortune500", "corporations/nasdaq", "corporations/djia", "governments/us_federal_agencies"]
    {
        all.extend(names_in(places, file)?);
    }
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '.' | '-' | ' ' | '&');
    let kept = all.iter().map(|name| plain(name)).filter(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().count() > 1
            && name.chars().all(inner)
            && name.split_whitespace().count() <= 6
            && (name.contains(' ') || name.len() >= 3 && !words.contains_key(&name.to_lowercase()))
    });
    Ok(kept.collect())
}

/// The form in which a name is looked up.
fn plain(name: &str) -> String {
    fold(name).trim().to_owned()
}

/// The non-empty lines of a gazetteer.
fn lines_of(places: &Places, file: &str) -> io::Result<Vec<String>> {
    let bytes = std::fs::read(places.data.join("gazetteers").join(file))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

fn json(places: &Places, name: &str) -> io::Result<Value> {
    let path = places.data.join(format!("gazetteers/dariusk/{name}.json"));
    serde_json::from_str(&read(&path)?).map_err(|error| io::Error::other(format!("{}: {error}", path.display())))
}

/// The longest list in a JSON file of the dariusk collection: names, or objects that have one.
fn names_in(places: &Places, name: &str) -> io::Result<Vec<String>> {
    let file = json(places, name)?;
    let lists = file.as_object().into_iter().flat_map(|all| all.values()).map(strings);
    Ok(lists.max_by_key(Vec::len).unwrap_or_default())
}

fn strings(list: &Value) -> Vec<String> {
    let name = |one: &Value| one.as_str().or(one["name"].as_str()).map(str::to_owned);
    list.as_array().into_iter().flatten().filter_map(name).collect()
}

/// The cells of a line of comma-separated values.
fn cells(row: &str) -> Vec<String> {
    let (mut out, mut quoted) = (vec![String::new()], false);
    for c in row.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            c => out.last_mut().into_iter().for_each(|cell| cell.push(c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cells_in_quotes() {
        assert_eq!(cells(r#"Dorvane,"Kessaria, Upper",12"#), ["Dorvane", "Kessaria, Upper", "12"]);
    }
}
