//! Ranges of dates, days and confidences: `date:2026-10`, `said:>=2026-10-01`, `confidence:[0.5 TO 0.8]`.
//!
//! | written | means |
//! |---|---|
//! | `date:2026-10` | the whole of October |
//! | `date:>=2026-10-01`, `date:<2026-11` | from that day on; before that month |
//! | `date:[2026-09 TO 2026-10]` | September and October: square brackets take their ends in |
//! | `date:{2026-09 TO *]` | after September: a curly bracket leaves its end out, and a star is open |

use sayso_document::Date;

use super::place::Name;
use super::{Kind, Parsed, Parser, ends_word};
use crate::query::date;
use crate::query::expr::{Expr, Part, Property};

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// Confidences have three digits.
const STEPS: f32 = 1_000.0;

/// The first value and the one after the last; none where an end is open.
type Range = (Option<i64>, Option<i64>);

impl Parser<'_> {
    /// Reads what follows the name of a field with ranges.
    pub(super) fn ranged(&mut self, name: Name<'_>) -> Parsed<Expr> {
        let start = self.at;
        let any = if name == Name::Said { Part::Said } else { Part::Date };
        let (from, until) = match self.peek() {
            Some('[' | '{') => self.between(name)?,
            Some('*') if name != Name::Confidence && self.until(ends_word) == "*" => {
                self.at += 1;
                self.count(start, 1)?;
                return Ok(Expr::Is(Property::Has(any)));
            }
            _ => self.compared(name)?,
        };
        self.count(start, 1)?;
        if (from, until) == (None, None) && name != Name::Confidence {
            // Between any two dates lies any date, but there must be one.
            return Ok(Expr::Is(Property::Has(any)));
        }
        Ok(match name {
            Name::Said => {
                let day = |at: i64| Date::from_days((at / DAY) as i32);
                Expr::Is(Property::Said { from: from.and_then(day), until: until.and_then(day) })
            }
            Name::Confidence => {
                let least = from.map_or(0.0, |least| least as f32 / STEPS);
                Expr::Is(Property::Confidence { least, most: until.map_or(1.0, |until| (until - 1) as f32 / STEPS) })
            }
            Name::Date | Name::At(_) => Expr::Date { from, until },
        })
    }

    /// A value, with or without a sign of comparison before it.
    fn compared(&mut self, name: Name<'_>) -> Parsed<Range> {
        let start = self.at;
        let raw = self.until(ends_word);
        self.at += raw.len();
        let sign = raw.find(|c| c != '<' && c != '>' && c != '=').unwrap_or(raw.len());
        let (from, until) = self.point(name, start + sign, &raw[sign..])?;
        match &raw[..sign] {
            "" if name == Name::Confidence => {
                Err(self.fault(Kind::BadNumber, start, "one of >, >=, <, <= before the number, or [0.5 TO 0.8]"))
            }
            "" | "=" => Ok((Some(from), Some(until))),
            ">=" => Ok((Some(from), None)),
            ">" => Ok((Some(until), None)),
            "<=" => Ok((None, Some(until))),
            "<" => Ok((None, Some(from))),
            _ => {
                let kind = if name == Name::Confidence { Kind::BadNumber } else { Kind::BadDate };
                Err(self.fault(kind, start, "one of >, >=, <, <="))
            }
        }
    }

    /// `[2026-01-01 TO 2026-02]`, both ends included; `{` and `}` leave their end out; `*` is open.
    fn between(&mut self, name: Name<'_>) -> Parsed<Range> {
        let open = self.at;
        let Some(len) = self.rest().find([']', '}']) else {
            return Err(self.fault(Kind::Unbalanced, open, "a closing bracket for this one"));
        };
        crate::steps::take(len);
        let inside = &self.text[open + 1..open + len];
        let Some((first, last)) = inside.split_once(" TO ") else {
            let (kind, expected) = match name {
                Name::Confidence => (Kind::BadNumber, "two numbers with TO between them"),
                _ => (Kind::BadDate, "two dates with TO between them"),
            };
            return Err(self.fault(kind, open + 1, expected));
        };
        let (with_first, with_last) = (self.rest().starts_with('['), self.rest()[len..].starts_with(']'));
        let at = |part: &str| open + 1 + (part.trim_start().as_ptr() as usize - inside.as_ptr() as usize);
        let end = |part: &str| match part.trim() {
            "*" => Ok(None),
            value => self.point(name, at(part), value).map(Some),
        };
        let from = end(first)?.map(|(start, end)| if with_first { start } else { end });
        let until = end(last)?.map(|(start, end)| if with_last { end } else { start });
        if let Some((from, until)) = from.zip(until)
            && from >= until
        {
            let expected = match name {
                Name::Confidence => "the smaller number first; [ and ] include their number, { and } do not",
                _ => "the earlier date first; [ and ] include their date, { and } do not",
            };
            return Err(self.fault(Kind::EmptyRange, open, expected));
        }
        self.at = open + len + 1;
        Ok((from, until))
    }

    /// A value as the range that it names.
    fn point(&self, name: Name<'_>, at: usize, text: &str) -> Parsed<date::Interval> {
        if name == Name::Confidence {
            let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
            let step = number.filter(|number: &f32| (0.0..=1.0).contains(number)).map(|n| (n * STEPS).round() as i64);
            let bad = || self.fault(Kind::BadNumber, at, "a number from 0 to 1, such as 0.75").with_found(text);
            return step.map(|step| (step, step + 1)).ok_or_else(bad);
        }
        let interval = date::interval(text).filter(|(from, until)| {
            name != Name::Said || (from % DAY == 0 && until % DAY == 0 && *from >= i64::from(Date::MIN.days()) * DAY)
        });
        let expected = match name {
            Name::Said => "a year, month or day such as 2026, 2026-01 or 2026-01-31",
            _ => "a date such as 2026, 2026-01 or 2026-01-31",
        };
        interval.ok_or_else(|| self.fault(Kind::BadDate, at, expected).with_found(text))
    }
}
