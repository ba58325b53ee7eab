//! What fields of several requests must be, and the limits that hold for all servers.

use prost_types::Timestamp;
use sayso_document::Date;
use sayso_index::query;

use super::Fault;
use crate::{config::Limits, echo::is_command, proto};

/// Longest id of an article, in bytes.
pub(crate) const ID_BYTES: usize = 256;
/// Bytes of url, outlet, title, authors, code of the language and labels of an article together, and of a value to
/// filter by.
pub(crate) const METADATA_BYTES: usize = 64 << 10;
/// Most authors of an article.
pub(crate) const AUTHORS: usize = 1000;
/// Longest code of a language, in bytes.
pub(crate) const LANGUAGE_BYTES: usize = 35;
/// Most labels of an article.
pub(crate) const LABELS: usize = 64;
/// Longest key of a label, in bytes.
pub(crate) const LABEL_KEY_BYTES: usize = 63;
/// Longest value of a label, in bytes.
pub(crate) const LABEL_VALUE_BYTES: usize = 1024;
/// Most sentences that `GetQuote` gives before and after.
pub(crate) const CONTEXT_SENTENCES: usize = 20;

/// Most facets of a request.
pub(crate) const FACETS: usize = 16;
/// Most values of a facet.
pub(crate) const FACET_VALUES: usize = 1000;
/// Most requests of one call for many.
pub(crate) const BATCH_REQUESTS: usize = 100;
/// Most suggestions of a kind, and most articles or quotes like another one.
pub(crate) const SUGGESTIONS: usize = 100;

pub(super) fn longest(field: &str, value: &str, most: usize) -> Result<(), Fault> {
    if value.len() > most {
        let said = format!("is {} bytes long; the limit metadata_bytes is {most}", value.len());
        return Err(Fault::too_much(field, "metadata_bytes", most, said));
    }
    Ok(())
}

pub(super) fn short(field: &str, value: &str, limits: &Limits) -> Result<(), Fault> {
    let most = limits.query_bytes;
    if value.len() > most {
        let said = format!("is {} bytes long; the limit query_bytes is {most}", value.len());
        return Err(Fault::too_much(field, "query_bytes", most, said));
    }
    Ok(())
}

pub(super) fn words(field: &str, value: &str, limit: &'static str, most: usize) -> Result<(), Fault> {
    let count = query::words(value);
    if count > most {
        let said = format!("has {count} words; the limit {limit} is {most}");
        return Err(Fault::too_much(field, limit, most, said));
    }
    Ok(())
}

pub(super) fn has_word(field: &str, name: &str) -> Result<(), Fault> {
    let said = || Fault::invalid(field, format!("{name:?} has no word; give a name"));
    if name.contains(char::is_alphanumeric) { Ok(()) } else { Err(said()) }
}

pub(super) fn few(field: &str, count: usize, limits: &Limits) -> Result<(), Fault> {
    let most = limits.filter_values;
    if count > most {
        let said = format!("has {count} values; the limit filter_values is {most}");
        return Err(Fault::too_much(field, "filter_values", most, said));
    }
    Ok(())
}

pub(super) fn checked_id(field: &str, id: String) -> Result<String, Fault> {
    if id.len() > ID_BYTES {
        let said = format!("has {} bytes; the limit id_bytes is {ID_BYTES}", id.len());
        return Err(Fault::too_much(field, "id_bytes", ID_BYTES, said));
    }
    if let Some(sign) = id.chars().find(|&sign| is_command(sign)) {
        let said = format!(
            "has the character U+{:04X}; control characters, line separators and signs that turn the direction of text \
             are not accepted",
            u32::from(sign)
        );
        return Err(Fault::invalid(field, said));
    }
    Ok(id)
}

pub(super) fn date(field: &str, day: proto::google_type::Date) -> Result<Date, Fault> {
    let small = |part: i32| u8::try_from(part).ok();
    let found = small(day.month).zip(small(day.day)).and_then(|(month, of_month)| Date::new(day.year, month, of_month));
    found.ok_or_else(|| {
        let said = format!(
            "{:04}-{:02}-{:02} is not a day of the calendar; give year, month and day",
            day.year, day.month, day.day
        );
        Fault::invalid(field, said)
    })
}

pub(super) fn micros(field: &str, at: Timestamp) -> Result<i64, Fault> {
    // The range that google.protobuf.Timestamp documents: years 1 to 9999.
    let in_range = (-62_135_596_800..=253_402_300_799).contains(&at.seconds) && (0..1_000_000_000).contains(&at.nanos);
    if !in_range {
        return Err(Fault::invalid(field, "is outside of the years 1 to 9999, or its nanos are not below one second"));
    }
    Ok(at.seconds * 1_000_000 + i64::from(at.nanos / 1000))
}
