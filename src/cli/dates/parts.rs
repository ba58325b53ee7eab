//! Reads the parts of a written date in the order in which they stand. Each may occur once.

use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::tz::{Offset, TimeZone};

use super::cursor::Cursor;
use super::moment::{Published, YEARS, basic_date, basic_time, checked, in_zone};
use super::words::{FILLERS, Zone, is_weekday, month, zone};

/// The parts that have been read.
#[derive(Default)]
pub(super) struct Parts {
    date: Option<Date>,
    month_first: bool,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<Time>,
    /// Whether the time was marked as a.m. or p.m.
    half: bool,
    zone: Option<Zone>,
}

/// Sets a part. Fails if it is already set.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    if place.is_some() {
        return None;
    }
    *place = Some(value);
    Some(())
}

impl Parts {
    pub(super) fn read(&mut self, text: &mut Cursor<'_>) -> Option<()> {
        loop {
            text.skip_between();
            let Some(next) = text.peek() else { return Some(()) };
            match next {
                '0'..='9' => self.number(text)?,
                '(' => self.remark(text)?,
                // "3 March 2026 – 2:05 p.m."
                '-' | '–' | '—' if text.after(1).is_some_and(char::is_whitespace) => text.advance(),
                '+' | '-' | '−' | '–' if self.time.is_some() || (next == '+' && self.date.is_some()) => {
                    let offset = text.offset()?;
                    self.offset(offset)?;
                }
                '[' => self.bracket(text)?,
                next if next.is_alphabetic() => self.word(text)?,
                _ => return None,
            }
        }
    }

    /// An offset is more exact than the name of a time zone next to it. Only UTC and GMT may come before one:
    /// "GMT+0100".
    fn offset(&mut self, offset: Offset) -> Option<()> {
        match &self.zone {
            Some(Zone::Fixed(before)) if *before != Offset::UTC => None,
            _ => {
                self.zone = Some(Zone::Fixed(offset));
                Some(())
            }
        }
    }

    /// What stands in brackets says nothing of the date, unless it is the only name of the time zone: "2:05 PM (EST)",
    /// "14:05 (GMT+2)".
    fn remark(&mut self, text: &mut Cursor<'_>) -> Option<()> {
        text.advance();
        let inside = text.until(')')?.trim();
        if self.zone.is_some() || self.time.is_none() {
            return Some(());
        }
        let mut zone = Self { time: self.time, ..Self::default() };
        let read = zone.read(&mut Cursor(inside)).is_some();
        if read && zone.zone.is_some() {
            self.zone = zone.zone;
        } else if !inside.is_empty() && inside.len() <= 5 && inside.bytes().all(|byte| byte.is_ascii_uppercase()) {
            // It may be a time zone.
            return None;
        }
        Some(())
    }

    /// `[America/New_York]`. Other suffixes of RFC 9557 do not change the moment.
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
        // "3. März": in many languages a full stop makes an ordinal.
        if first.len() <= 2 && text.peek() == Some('.') && text.after(1).is_some_and(char::is_whitespace) {
            text.advance();
        }
        match first.len() {
            4 if !ordinal => once(&mut self.year, first.parse().ok()?),
            1 | 2 if self.day.is_none() && self.date.is_none() => once(&mut self.day, first.parse().ok()?),
            // RFC 822 writes years with two digits: "3 Mar 26".
            2 if self.month.is_some() && !ordinal => once(&mut self.year, full_year(first)?),
            _ => None,
        }
    }

    fn dated(&self) -> bool {
        self.date.is_some() || (self.month.is_some() && self.day.is_some())
    }

    /// Reads the time that begins with this hour: 14:05, 14:05:00.123, 2:05 p.m.
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
            // "14:05 PM" is redundant, but not wrong.
            hour = if hour > 12 && after_noon { hour } else { hour_of_half(hour, after_noon)? };
            self.half = true;
        }
        // A leap second counts as the second before it.
        let second = if parts[1] == 60 { 59 } else { parts[1] };
        once(&mut self.time, Time::new(hour, parts[0], second, nanos).ok()?)
    }

    /// Reads a date that begins with these digits, and whose parts are separated by `mark`.
    fn numeric_date(&mut self, first: &str, mark: char, text: &mut Cursor<'_>) -> Option<()> {
        text.advance();
        if matches!(text.peek(), Some('W' | 'w')) {
            text.advance();
            return self.week(first, text);
        }
        let second = text.digits_or_letters();
        if text.peek() != Some(mark) {
            return match (first.len(), second.len()) {
                // The day of the year, as in ISO 8601: 2026-062.
                (4, 3) => once(&mut self.date, day_of_year(first, second)?),
                _ => None,
            };
        }
        text.advance();
        // The `T` of 2026-03-03T14:05 is not part of the day.
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

    /// Reads day and month: in American order with `/` and `-`, in European order with `.`.
    fn small_first(&mut self, first: i8, second: i8, year: i16, mark: char) -> Option<Date> {
        let (month_first, day_first) = (checked(year, first, second), checked(year, second, first));
        let (likely, other) = if mark == '.' { (day_first, month_first) } else { (month_first, day_first) };
        self.month_first = mark != '.' && likely.is_some() && other.is_some() && first != second;
        likely.or(other)
    }

    /// The day of a week, as in ISO 8601: 2026-W10-2.
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
            // 20260303T140500. With colons it is read like any other time.
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
            // "-0500 (EST)" and "-0500 EST": the offset has already set the zone.
            return if self.zone.is_some() { Some(()) } else { once(&mut self.zone, zone) };
        }
        (FILLERS.contains(&plain.as_str()) || is_weekday(&plain)).then_some(())
    }

    pub(super) fn finish(self) -> Option<Published> {
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

/// A year of four digits, or of two: from 1970 to 2069, as in POSIX.
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
