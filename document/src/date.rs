//! Days of the calendar, without time of day and zone: what news means by "on Tuesday".

use std::fmt;

/// A day in the proleptic Gregorian calendar. Days sort in order of time.
///
/// ```
/// use sayso_document::Date;
///
/// let friday = Date::new(2026, 3, 6).expect("there is such a day");
/// assert_eq!(friday.weekday(), 4); // Monday is 0.
/// assert_eq!(friday.plus(-4).parts(), (2026, 3, 2));
/// assert_eq!(Date::new(2026, 2, 29), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    /// Days since 1970-01-01. Between [`Date::MIN`] and [`Date::MAX`].
    days: i32,
}

/// Days from a first to a last one, both included.
///
/// ```
/// use sayso_document::DateRange;
///
/// let march = DateRange::month(2026, 3).expect("there is such a month");
/// assert_eq!(march.last.parts(), (2026, 3, 31));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateRange {
    /// The first day.
    pub first: Date,
    /// The last day: never before the first.
    pub last: Date,
}

impl Date {
    /// 0001-01-01, the first day that can be represented.
    pub const MIN: Date = Date { days: -719_162 };
    /// The English names of the months in small letters, from January.
    pub const MONTH_NAMES: [&str; 12] = [
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
    /// The English names of the days of the week in small letters, from Monday.
    pub const WEEKDAY_NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    /// 9999-12-31, the last one.
    pub const MAX: Date = Date { days: 2_932_896 };

    /// The day with this year (1 to 9999), month (1 to 12) and day of the month. None if there is no such day.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=9999).contains(&year) && (1..=12).contains(&month);
        (exists && day >= 1 && day <= days_in(year, month)).then(|| Self { days: days_since_1970(year, month, day) })
    }

    /// The day this many days after 1970-01-01. None outside the years 1 to 9999.
    pub fn from_days(days: i32) -> Option<Self> {
        (Self::MIN.days..=Self::MAX.days).contains(&days).then_some(Self { days })
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.days
    }

    /// Year, month (1 to 12) and day of the month (from 1).
    pub fn parts(self) -> (i32, u8, u8) {
        // After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years that begin in March.
        let z = self.days + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year_of_era + era * 400 + i32::from(month <= 2), month as u8, day as u8)
    }

    /// The day of the week: 0 is Monday, 6 Sunday.
    pub fn weekday(self) -> u8 {
        (self.days + 3).rem_euclid(7) as u8
    }

    /// The day this many days later, kept within the years 1 to 9999.
    pub fn plus(self, days: i32) -> Self {
        Self { days: self.days.saturating_add(days).clamp(Self::MIN.days, Self::MAX.days) }
    }
}

impl DateRange {
    /// A single day.
    pub fn day(date: Date) -> Self {
        Self { first: date, last: date }
    }

    /// A calendar month. None if there is no such month.
    pub fn month(year: i32, month: u8) -> Option<Self> {
        Some(Self { first: Date::new(year, month, 1)?, last: Date::new(year, month, days_in(year, month))? })
    }

    /// A calendar year. None outside of 1 to 9999.
    pub fn year(year: i32) -> Option<Self> {
        Some(Self { first: Date::new(year, 1, 1)?, last: Date::new(year, 12, 31)? })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// How many days a month (1 to 12) has.
fn days_in(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn days_since_1970(year: i32, month: u8, day: u8) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((i32::from(month) + 9) % 12) + 2) / 5 + i32::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_parts_agree() {
        for (parts, days, weekday) in
            [((1970, 1, 1), 0, 3), ((2000, 2, 29), 11_016, 1), ((2026, 3, 3), 20_515, 1), ((1, 1, 1), -719_162, 0)]
        {
            let date = Date::new(parts.0, parts.1, parts.2).unwrap();
            assert_eq!((date.days(), date.weekday(), date.parts()), (days, weekday, parts));
        }
        assert_eq!((Date::new(9999, 12, 31), Date::from_days(2_932_897)), (Some(Date::MAX), None));
        assert_eq!(Date::MIN.plus(-1), Date::MIN);
        for days in (-719_162..2_932_896).step_by(9973) {
            let date = Date::from_days(days).unwrap();
            let (year, month, day) = date.parts();
            assert_eq!(Date::new(year, month, day), Some(date));
        }
    }

    #[test]
    fn there_is_no_thirtieth_of_february() {
        for (year, month, day) in [(2026, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 1, 0), (0, 1, 1)]
        {
            assert_eq!(Date::new(year, month, day), None, "{year}-{month}-{day}");
        }
        assert_eq!(DateRange::month(2024, 2).unwrap().last.to_string(), "2024-02-29");
    }
}
