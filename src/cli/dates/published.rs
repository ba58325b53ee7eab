//! The forms in which records and pages tell when they were published.
//!
//! A text is taken apart from left to right: numbers, names of months, a time, a zone. What is left over, told twice or
//! impossible makes the whole not understood; nothing is guessed but the century of a year of two digits, and which of
//! two small numbers is the month.

use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::tz::{Offset, TimeZone};
use prost_types::Timestamp as ProtoTime;

use super::cursor::Cursor;
use super::message::{day, to_proto};
use crate::proto;

/// The longest text that can be a date, in bytes.
const LONGEST: usize = 120;

/// Years that an article can be of: from the first newspapers on. Go's zero time and other fillers lie before.
const YEARS: std::ops::Range<i16> = 1600..2200;

/// Seconds since 1970 that are taken for a moment: from 1971 to the end of 2100. Smaller numbers mean something else.
const EPOCH: std::ops::Range<i128> = 31_536_000..4_133_980_800;

const NANOS: i128 = 1_000_000_000;

/// When something was published.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) struct Published {
    /// The moment.
    pub(in crate::cli) time: ProtoTime,
    /// The day where the outlet is: the day that was written, whatever the zone.
    pub(in crate::cli) day: proto::google_type::Date,
    /// Whether day and month could be told apart only by custom: "8/9/18" is read as 9 August.
    pub(in crate::cli) month_first: bool,
}

impl Published {
    /// Dates the article. The day is told only where that of UTC is another.
    pub(in crate::cli) fn put_into(&self, article: &mut proto::Article) {
        article.publish_time = Some(self.time);
        article.publish_date = Some(self.day).filter(|day| Some(*day) != utc_day(&self.time));
    }
}

fn utc_day(time: &ProtoTime) -> Option<proto::google_type::Date> {
    let moment = jiff::Timestamp::from_second(time.seconds).ok()?;
    Some(day(moment.to_zoned(TimeZone::UTC).date()))
}

/// Reads a date as records and pages write it; none when it is not understood. Without zone it counts as UTC.
pub(in crate::cli) fn read_published(text: &str) -> Option<Published> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    if let Some(number) = dot_net(text) {
        return number;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text);
    }
    if text.parse::<f64>().is_ok() {
        return read_number(text);
    }
    let mut parts = Parts::default();
    parts.read(&mut Cursor(text))?;
    parts.finish()
}

/// Reads a number as JSON writes it: seconds, milliseconds, microseconds or nanoseconds since 1970, or the digits of a
/// date. None when it is neither.
pub(in crate::cli) fn read_number(number: &str) -> Option<Published> {
    if number.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(number);
    }
    let value: f64 = number.parse().ok()?;
    if !(0.0..1e19).contains(&value) {
        return None;
    }
    if value.fract() == 0.0 {
        return digits(&format!("{}", value as u64));
    }
    // A fraction of a second, or of a millisecond.
    let unit = if value < EPOCH.end as f64 { 1e6 } else { 1e3 };
    epoch((value * unit) as i128 * 1000)
}

/// Milliseconds since 1970, where the form says that they are.
pub(in crate::cli) fn read_milliseconds(number: i64) -> Option<Published> {
    let moment = jiff::Timestamp::from_millisecond(number).ok()?;
    Some(in_utc(moment)).filter(|_| YEARS.contains(&moment.to_zoned(TimeZone::UTC).year()))
}

/// `/Date(1772546700000-0500)/`, as older .NET programs write it; the outer option tells whether it has that form.
fn dot_net(text: &str) -> Option<Option<Published>> {
    let inner = text.trim_matches(['/', '\\']).strip_prefix("Date(")?.strip_suffix(')')?;
    let end = inner.get(1..)?.find(['+', '-']).map_or(inner.len(), |at| at + 1);
    let mut found = inner[..end].parse().ok().and_then(read_milliseconds);
    if end < inner.len() {
        let offset = Cursor(&inner[end..]).offset();
        found = found.zip(offset).and_then(|(found, offset)| {
            let moment = jiff::Timestamp::new(found.time.seconds, found.time.nanos).ok()?;
            Some(Published { day: day(offset.to_datetime(moment).date()), ..found })
        });
    }
    Some(found)
}

/// Digits alone: their number tells what they are. Where two readings are possible, none is taken.
fn digits(text: &str) -> Option<Published> {
    let value: i128 = text.parse().ok()?;
    let written = written_in_digits(text);
    let number = match text.len() {
        8..=10 => epoch(value * NANOS),
        11..=13 => epoch(value * NANOS / 1000),
        14..=16 => epoch(value * 1000),
        17..=19 => epoch(value),
        _ => None,
    };
    match (text.len(), written, number) {
        // The hour of a day, or seconds: 2026030314 is also a moment of 2034.
        (10, Some(_), _) => None,
        (_, Some(written), _) => Some(written),
        (_, None, number) => number,
    }
}

/// YYYYMMDD, with hours, minutes, seconds and their thousandths or not.
fn written_in_digits(text: &str) -> Option<Published> {
    if !matches!(text.len(), 8 | 10 | 12 | 14 | 17) {
        return None;
    }
    let date = basic_date(text.get(..8)?)?;
    let time = if text.len() == 8 { Time::midnight() } else { basic_time(&text[8..])? };
    in_zone(DateTime::from_parts(date, time), &TimeZone::UTC)
}

fn basic_date(text: &str) -> Option<Date> {
    checked(text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..8)?.parse().ok()?)
}

/// HH, HHMM, HHMMSS or HHMMSSmmm.
fn basic_time(text: &str) -> Option<Time> {
    let part = |at: usize, length: usize| text.get(at..at + length).map_or(Some(0), |part| part.parse().ok());
    let millis = text.get(6..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse::<i32>().ok())?;
    Time::new(part(0, 2)?, part(2, 2)?, part(4, 2)?.min(59), millis * 1_000_000).ok()
}

fn epoch(nanos: i128) -> Option<Published> {
    if !EPOCH.contains(&nanos.div_euclid(NANOS)) {
        return None;
    }
    jiff::Timestamp::from_nanosecond(nanos).ok().map(in_utc)
}

fn in_utc(moment: jiff::Timestamp) -> Published {
    Published { time: to_proto(moment), day: day(moment.to_zoned(TimeZone::UTC).date()), month_first: false }
}

fn in_zone(local: DateTime, zone: &TimeZone) -> Option<Published> {
    let moment = zone.to_ambiguous_timestamp(local).compatible().ok()?;
    Some(Published { time: to_proto(moment), day: day(local.date()), month_first: false })
}

fn checked(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok().filter(|_| YEARS.contains(&year))
}

/// What of a date has been read.
#[derive(Default)]
struct Parts {
    date: Option<Date>,
    month_first: bool,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<Time>,
    /// Whether the time was told to be of the morning or afternoon.
    half: bool,
    zone: Option<Zone>,
}

/// Where the clock hangs.
enum Zone {
    Fixed(Offset),
    Named(TimeZone),
}

/// Sets what may be told once only.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    if place.is_some() {
        return None;
    }
    *place = Some(value);
    Some(())
}

impl Parts {
    fn read(&mut self, text: &mut Cursor<'_>) -> Option<()> {
        loop {
            text.skip_between();
            let Some(next) = text.peek() else { return Some(()) };
            match next {
                '0'..='9' => self.number(text)?,
                '+' | '-' | '−' | '–' if self.time.is_some() || (next == '+' && self.date.is_some()) => {
                    let offset = text.offset()?;
                    self.offset(offset)?;
                }
                '(' => text.skip_until(')')?,
                '[' => self.bracket(text)?,
                next if next.is_alphabetic() => self.word(text)?,
                _ => return None,
            }
        }
    }

    /// An offset is more exact than the name of a zone beside it; only UTC and GMT may go before: "GMT+0100".
    fn offset(&mut self, offset: Offset) -> Option<()> {
        match &self.zone {
            Some(Zone::Fixed(before)) if *before != Offset::UTC => None,
            _ => {
                self.zone = Some(Zone::Fixed(offset));
                Some(())
            }
        }
    }

    /// `[America/New_York]`; what else RFC 9557 allows there says nothing about the moment.
    fn bracket(&mut self, text: &mut Cursor<'_>) -> Option<()> {
        text.advance();
        let name = text.until(']')?;
        if name.contains('=') || matches!(self.zone, Some(Zone::Fixed(_))) {
            return Some(());
        }
        once(&mut self.zone, Zone::Named(TimeZone::get(name.trim_start_matches('!')).ok()?))
    }

    fn number(&mut self, text: &mut Cursor<'_>) -> Option<()> {
        let first = text.digits();
        match text.peek() {
            Some(':') => return self.clock(first, text),
            Some(mark @ ('-' | '/' | '.')) if !self.dated() && text.after(1).is_some_and(char::is_alphanumeric) => {
                return self.numeric_date(first, mark, text);
            }
            _ => {}
        }
        if first.len() == 8 && self.date.is_none() {
            return once(&mut self.date, basic_date(first)?);
        }
        if let Some(after_noon) = text.half_of_day() {
            once(&mut self.time, Time::new(hour_of_half(first.parse().ok()?, after_noon)?, 0, 0, 0).ok()?)?;
            self.half = true;
            return Some(());
        }
        let ordinal = text.ordinal();
        // "3. März": the point makes an ordinal in many languages.
        if first.len() <= 2 && text.peek() == Some('.') && text.after(1).is_some_and(char::is_whitespace) {
            text.advance();
        }
        match first.len() {
            4 if !ordinal => once(&mut self.year, first.parse().ok()?),
            1 | 2 if self.day.is_none() && self.date.is_none() => once(&mut self.day, first.parse().ok()?),
            // The year of RFC 822: "3 Mar 26".
            2 if self.month.is_some() && !ordinal => once(&mut self.year, full_year(first)?),
            _ => None,
        }
    }

    fn dated(&self) -> bool {
        self.date.is_some() || (self.month.is_some() && self.day.is_some())
    }

    /// The time that begins with this hour: 14:05, 14:05:00.123, 2:05 p.m.
    fn clock(&mut self, hour: &str, text: &mut Cursor<'_>) -> Option<()> {
        let mut hour: i8 = hour.parse().ok()?;
        let mut parts = [0_i8; 2];
        for part in &mut parts {
            if text.peek() != Some(':') {
                break;
            }
            text.advance();
            let digits = text.digits();
            *part = Some(digits).filter(|digits| digits.len() == 2)?.parse().ok()?;
        }
        let mut nanos = 0;
        if matches!(text.peek(), Some('.' | ',')) && text.after(1).is_some_and(|c| c.is_ascii_digit()) {
            text.advance();
            let digits = text.digits();
            nanos = format!("{:0<9}", &digits[..digits.len().min(9)]).parse().ok()?;
        }
        if let Some(after_noon) = text.half_of_day() {
            // "14:05 PM" is told twice, and not wrong.
            hour = if hour > 12 && after_noon { hour } else { hour_of_half(hour, after_noon)? };
            self.half = true;
        }
        // A leap second counts as the second before it.
        let second = if parts[1] == 60 { 59 } else { parts[1] };
        once(&mut self.time, Time::new(hour, parts[0], second, nanos).ok()?)
    }

    /// A date that begins with these digits, its parts set apart by `mark`.
    fn numeric_date(&mut self, first: &str, mark: char, text: &mut Cursor<'_>) -> Option<()> {
        text.advance();
        if matches!(text.peek(), Some('W' | 'w')) {
            text.advance();
            return self.week(first, text);
        }
        let second = text.digits_or_letters();
        if text.peek() != Some(mark) {
            return match (first.len(), second.len()) {
                // The day of the year, as ISO 8601 counts: 2026-062.
                (4, 3) => once(&mut self.date, day_of_year(first, second)?),
                _ => None,
            };
        }
        text.advance();
        // The `T` of 2026-03-03T14:05 is no part of the day.
        let third = text.digits();
        let date = if let Some(month) = month(second) {
            let (year, day) = if first.len() == 4 { (first, third) } else { (third, first) };
            checked(full_year(year)?, month, day.parse().ok()?)?
        } else if first.len() == 4 {
            checked(first.parse().ok()?, second.parse().ok()?, third.parse().ok()?)?
        } else {
            self.small_first(first.parse().ok()?, second.parse().ok()?, full_year(third)?, mark)?
        };
        once(&mut self.date, date)
    }

    /// Day and month, in whichever order: American with `/` and `-`, as in most of Europe with `.`.
    fn small_first(&mut self, first: i8, second: i8, year: i16, mark: char) -> Option<Date> {
        let (month_first, day_first) = (checked(year, first, second), checked(year, second, first));
        let (likely, other) = if mark == '.' { (day_first, month_first) } else { (month_first, day_first) };
        self.month_first = mark != '.' && likely.is_some() && other.is_some() && first != second;
        likely.or(other)
    }

    /// The day of a week, as ISO 8601 counts: 2026-W10-2.
    fn week(&mut self, year: &str, text: &mut Cursor<'_>) -> Option<()> {
        let week = text.digits().parse().ok()?;
        text.peek().filter(|&c| c == '-')?;
        text.advance();
        let weekday = Weekday::from_monday_one_offset(text.digits().parse().ok()?).ok()?;
        let year: i16 = year.parse().ok().filter(|year| YEARS.contains(year))?;
        once(&mut self.date, ISOWeekDate::new(year, week, weekday).ok()?.date())
    }

    fn word(&mut self, text: &mut Cursor<'_>) -> Option<()> {
        if matches!(text.peek(), Some('T' | 't')) && text.after(1).is_some_and(|c| c.is_ascii_digit()) {
            text.advance();
            // 20260303T140500; with colons it is read as any other time.
            let digits = text.digits();
            return match digits.len() {
                4 | 6 if text.peek() != Some(':') => once(&mut self.time, basic_time(digits)?),
                _ => self.clock(digits, text),
            };
        }
        let word = text.word();
        let plain: String = word.chars().filter(|&c| c != '.').collect::<String>().to_lowercase();
        if let Some(month) = month(&plain) {
            return once(&mut self.month, month);
        }
        if word.contains('/') {
            return once(&mut self.zone, Zone::Named(TimeZone::get(word).ok()?));
        }
        if let Some(zone) = zone(&plain) {
            // "-0500 (EST)" and "-0500 EST": the offset has told it.
            return if self.zone.is_some() { Some(()) } else { once(&mut self.zone, zone) };
        }
        (FILLERS.contains(&plain.as_str()) || is_weekday(&plain)).then_some(())
    }

    fn finish(self) -> Option<Published> {
        let date = match (self.date, self.year, self.month, self.day) {
            (Some(date), None, None, None) => date,
            (None, Some(year), Some(month), Some(day)) => checked(year, month, day)?,
            _ => return None,
        };
        let zone = match self.zone {
            None => TimeZone::UTC,
            Some(Zone::Fixed(offset)) => offset.to_time_zone(),
            Some(Zone::Named(zone)) => zone,
        };
        let local = DateTime::from_parts(date, self.time.unwrap_or_default());
        Some(Published { month_first: self.month_first, ..in_zone(local, &zone)? })
    }
}

fn hour_of_half(hour: i8, after_noon: bool) -> Option<i8> {
    (1..=12).contains(&hour).then_some(hour % 12 + if after_noon { 12 } else { 0 })
}

/// A year of four digits, or of two: as POSIX has it, from 1970 to 2069.
fn full_year(digits: &str) -> Option<i16> {
    let year: i16 = digits.parse().ok()?;
    match digits.len() {
        4 => Some(year),
        2 => Some(if year < 70 { 2000 + year } else { 1900 + year }),
        _ => None,
    }
}

fn day_of_year(year: &str, number: &str) -> Option<Date> {
    let first = checked(year.parse().ok()?, 1, 1)?;
    first.with().day_of_year(number.parse().ok()?).build().ok()
}

/// Words that stand beside dates and say nothing about them.
const FILLERS: [&str; 19] = [
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

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Names of months in other languages, as they stand in dates, where they are not the English ones.
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

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The month of this name, whole or cut to three letters or more.
fn month(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    if let Some((_, month)) = FOREIGN.iter().find(|(name, _)| *name == word) {
        return Some(*month);
    }
    let found = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(&word))?;
    i8::try_from(found + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    DAYS.iter().any(|day| word.len() >= 3 && day.starts_with(word))
        || matches!(word, "weds" | "thurs")
        || FOREIGN_DAYS.contains(&word)
}

/// The zone of these letters. Those that mean different hours in different countries (IST, CST in China) are left out,
/// or are what they are in the United States.
fn zone(word: &str) -> Option<Zone> {
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

#[cfg(test)]
mod tests {
    use super::super::show_moment;
    use super::*;

    /// Moment, and the day where it was written if that is another.
    fn read(text: &str) -> String {
        let Some(found) = read_published(text) else { return "none".into() };
        let mut article = proto::Article::default();
        found.put_into(&mut article);
        let on = article.publish_date.map(|on| format!(", there {}-{:02}-{:02}", on.year, on.month, on.day));
        format!("{}{}", show_moment(&found.time), on.unwrap_or_default())
    }

    /// A form a line: the moment in UTC, a tab, how it is written.
    const FORMS: &str = include_str!("../fixtures/dates.txt");

    #[test]
    fn forms_are_read_as_expected() {
        let mut wrong = Vec::new();
        for line in FORMS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (expected, text) = line.split_once('\t').unwrap();
            let found = read(text);
            if found != expected {
                wrong.push(format!("{text:?}: {found}, expected {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn numbers_are_read_as_json_writes_them() {
        let read = |number: &str| read_number(number).map(|found| show_moment(&found.time));
        let expected = Some("3 March 2026, 14:05 UTC".to_string());
        for number in
            ["1772546700", "1772546700.5", "1.7725467e9", "1772546700000", "1772546700000.25", "20260303140500"]
        {
            assert_eq!(read(number), expected, "{number}");
        }
        assert_eq!(read("20260303.0").as_deref(), Some("3 March 2026, 00:00 UTC"));
        for number in ["0", "-1", "17", "2026", "46084", "2026030314", "1e300", "-1772546700"] {
            assert_eq!(read(number), None, "{number}");
        }
    }

    #[test]
    fn a_guess_about_the_month_is_told() {
        let guessed = |text: &str| read_published(text).unwrap().month_first;
        assert!(guessed("8/9/18") && guessed("08-09-2018 14:05"));
        assert!(!guessed("8/29/18") && !guessed("29/8/18") && !guessed("8/8/18") && !guessed("9.8.18"));
    }

    #[test]
    fn milliseconds_of_forms_that_say_so_may_be_of_any_year() {
        assert_eq!(
            read_milliseconds(86_400_000).map(|found| found.day),
            Some(proto::google_type::Date { year: 1970, month: 1, day: 2 })
        );
        assert_eq!(read_milliseconds(i64::MAX), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[0-9TZWAPMapmt:./,+()\\[\\] é−-]{0,40}") {
            if let Some(found) = read_published(&text) {
                proptest::prop_assert!(YEARS.contains(&(found.day.year as i16)));
            }
        }

        #[test]
        fn what_jiff_writes_is_read(seconds in EPOCH.start as i64..EPOCH.end as i64, hours in -12_i8..14) {
            let moment = jiff::Timestamp::from_second(seconds).unwrap();
            let local = moment.to_zoned(jiff::tz::offset(hours).to_time_zone());
            for text in [local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(), jiff::fmt::rfc2822::to_string(&local).unwrap(),
                local.strftime("%B %d, %Y, %I:%M:%S %p %z").to_string(), local.strftime("%a %b %e %H:%M:%S %z %Y").to_string(),
                local.strftime("%Y%m%dT%H%M%S%z").to_string(), local.strftime("%G-W%V-%u %T%:z").to_string(),
                local.strftime("%Y-%jT%H:%M:%S%z").to_string()] {
                let found = read_published(&text);
                proptest::prop_assert_eq!(found.as_ref().map(|found| found.time.seconds), Some(seconds), "{}", text);
                proptest::prop_assert_eq!(found.map(|found| found.day), Some(day(local.date())), "{}", text);
            }
        }
    }
}
