//! The words in dates, in English and in other languages of feeds.

use jiff::tz::{Offset, TimeZone};
use sayso_document::Date;

/// The offset of a time zone.
pub(super) enum Zone {
    Fixed(Offset),
    Named(TimeZone),
}

/// Words next to dates that say nothing about them.
pub(super) const FILLERS: [&str; 19] = [
    "published",
    "posted",
    "on",
    "at",
    "of",
    "the",
    "date",
    "dated",
    "time",
    "t",
    "am",
    "um",
    "uhr",
    "den",
    "der",
    "le",
    "de",
    "del",
    "el",
];

/// Names of months in other languages, if they differ from the English ones.
const FOREIGN: [(&str, i8); 56] = [
    ("januar", 1),
    ("jänner", 1),
    ("janvier", 1),
    ("janv", 1),
    ("enero", 1),
    ("gennaio", 1),
    ("janeiro", 1),
    ("januari", 1),
    ("februar", 2),
    ("février", 2),
    ("févr", 2),
    ("febrero", 2),
    ("febbraio", 2),
    ("fevereiro", 2),
    ("februari", 2),
    ("märz", 3),
    ("mär", 3),
    ("mars", 3),
    ("marzo", 3),
    ("março", 3),
    ("maart", 3),
    ("avril", 4),
    ("abril", 4),
    ("aprile", 4),
    ("mai", 5),
    ("mayo", 5),
    ("maggio", 5),
    ("maio", 5),
    ("mei", 5),
    ("juni", 6),
    ("juin", 6),
    ("junio", 6),
    ("giugno", 6),
    ("junho", 6),
    ("juli", 7),
    ("juillet", 7),
    ("juil", 7),
    ("julio", 7),
    ("luglio", 7),
    ("julho", 7),
    ("août", 8),
    ("agosto", 8),
    ("augustus", 8),
    ("septembre", 9),
    ("septiembre", 9),
    ("settembre", 9),
    ("setembro", 9),
    ("oktober", 10),
    ("okt", 10),
    ("octobre", 10),
    ("octubre", 10),
    ("ottobre", 10),
    ("outubro", 10),
    ("dezember", 12),
    ("dez", 12),
    ("décembre", 12),
];

/// The days of the week in German and French.
const FOREIGN_DAYS: [&str; 14] = [
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
];

/// The month with this name, whole or shortened to three letters or more.
pub(super) fn month(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    if let Some((_, month)) = FOREIGN.iter().find(|(name, _)| *name == word) {
        return Some(*month);
    }
    let found = Date::MONTH_NAMES.iter().position(|month| word.len() >= 3 && month.starts_with(&word))?;
    i8::try_from(found + 1).ok()
}

pub(super) fn is_weekday(word: &str) -> bool {
    Date::WEEKDAY_NAMES.iter().any(|day| word.len() >= 3 && day.starts_with(word))
        || matches!(word, "weds" | "thurs")
        || FOREIGN_DAYS.contains(&word)
}

/// The time zone with this abbreviation. Abbreviations with different meanings in different countries (IST, CST in
/// China) are left out, or have their meaning in the United States.
pub(super) fn zone(word: &str) -> Option<Zone> {
    let american = |name| TimeZone::get(name).ok().map(Zone::Named);
    let hours = match word {
        "z" | "utc" | "gmt" | "ut" | "wet" => 0,
        "et" => return american("America/New_York"),
        "ct" => return american("America/Chicago"),
        "mt" => return american("America/Denver"),
        "pt" => return american("America/Los_Angeles"),
        "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" | "akdt" => -8,
        "akst" => -9,
        "hst" => -10,
        "bst" | "cet" | "west" => 1,
        "cest" | "eet" | "sast" => 2,
        "eest" | "msk" => 3,
        "sgt" | "hkt" | "awst" => 8,
        "jst" | "kst" => 9,
        "aest" => 10,
        "aedt" => 11,
        "nzst" => 12,
        "nzdt" => 13,
        _ => return None,
    };
    Offset::from_hours(hours).ok().map(Zone::Fixed)
}
