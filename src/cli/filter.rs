//! Options that several commands share: which articles and entities, in which order, and how many.

use std::collections::BTreeMap;

use clap::ValueEnum;
use prost_types::Timestamp;
use sayso_index::EntityId;

use super::dates;
use super::fault::Fault;
use super::labels::Tier;
use crate::proto::entity_selector::Selector;
use crate::proto::google_type::Interval;
use crate::proto::{ArticleFilter, EntitySelector, LabelFilter};

/// The articles to look in.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Articles {
    /// Only in the article with this id (repeatable)
    #[arg(long, value_name = "ID")]
    article: Vec<String>,
    /// Only articles of this outlet, by its full name (repeatable)
    #[arg(long, value_name = "OUTLET")]
    outlet: Vec<String>,
    /// Only articles by this author, by full name (repeatable)
    #[arg(long, value_name = "NAME")]
    author: Vec<String>,
    /// Only articles in this language, for example en (repeatable)
    #[arg(long, value_name = "CODE")]
    language: Vec<String>,
    /// Only articles published on this day or later: YYYY-MM-DD or RFC 3339
    #[arg(long, value_name = "DATE", value_parser = dates::parse_from)]
    from: Option<Timestamp>,
    /// Only articles published on this day or earlier: YYYY-MM-DD or RFC 3339
    #[arg(long, value_name = "DATE", value_parser = dates::parse_until)]
    until: Option<Timestamp>,
    /// Only articles published at most this long ago: 12h, 7d, 2w
    #[arg(long, value_name = "TIME", value_parser = parse_time, allow_negative_numbers = true)]
    last: Option<prost_types::Duration>,
    /// Only articles that mention this entity, by name or id (repeatable: all of them)
    #[arg(long, value_name = "NAME")]
    mentioning: Vec<String>,
    /// Only articles with this label; KEY alone matches any value. Repeatable: the values of one key are alternatives,
    /// and every key must match
    #[arg(long, value_name = "KEY[=VALUE]", value_parser = parse_wanted_label)]
    label: Vec<WantedLabel>,
    /// Only articles analysed by this model, for example linear-5 (repeatable)
    #[arg(long, value_name = "MODEL")]
    model: Vec<String>,
    /// Only articles analysed on this tier (repeatable)
    #[arg(long, value_name = "TIER", value_enum)]
    tier: Vec<Tier>,
}

impl Articles {
    /// The filter of a request. None if no option was given.
    pub(super) fn filter(self) -> Option<ArticleFilter> {
        let time = Interval { start_time: self.from, end_time: self.until };
        let filter = ArticleFilter {
            article_ids: self.article,
            outlets: self.outlet,
            authors: self.author,
            language_codes: self.language,
            publish_time: (time != Interval::default()).then_some(time),
            labels: label_filters(self.label),
            models: self.model,
            tiers: Tier::values(&self.tier),
            published_within: self.last,
            entities: selectors(self.mentioning),
        };
        (filter != ArticleFilter::default()).then_some(filter)
    }
}

/// A time in hours, days or weeks.
pub(super) fn parse_time(text: &str) -> Result<prost_types::Duration, String> {
    let units = [("h", 3_600), ("d", 86_400), ("w", 7 * 86_400)];
    let read = units.iter().find_map(|&(unit, seconds)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(seconds).filter(|&seconds| seconds > 0 && seconds < 315_576_000_000)
    });
    let seconds = read.ok_or("expected a number of hours, days or weeks above 0, for example 12h, 7d or 2w")?;
    Ok(prost_types::Duration { seconds, nanos: 0 })
}

/// A label to look for. Without a value, any value matches.
#[derive(Clone, Debug, PartialEq, Eq)]
struct WantedLabel {
    key: String,
    value: Option<String>,
}

fn parse_wanted_label(text: &str) -> Result<WantedLabel, String> {
    let (key, value) = match text.split_once('=') {
        Some((key, value)) => (key, Some(value.into())),
        None => (text, None),
    };
    if key.is_empty() {
        return Err("expected KEY or KEY=VALUE, for example desk=politics".into());
    }
    Ok(WantedLabel { key: key.into(), value })
}

/// One filter for each key, with all values that were given for it.
fn label_filters(wanted: Vec<WantedLabel>) -> Vec<LabelFilter> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for WantedLabel { key, value } in wanted {
        values.entry(key).or_default().extend(value);
    }
    values.into_iter().map(|(key, values)| LabelFilter { key, values }).collect()
}

/// Each name as a selector: an entity's id if it looks like one that `sayso entities` prints, else a name.
pub(super) fn selectors(entities: Vec<String>) -> Vec<EntitySelector> {
    let selector = |entity: String| match EntityId::parse(&entity) {
        Some(_) => Selector::Id(entity),
        None => Selector::Name(entity),
    };
    entities.into_iter().map(|entity| EntitySelector { selector: Some(selector(entity)) }).collect()
}

/// The order of hits.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Sort {
    /// Best match first
    Relevance,
    /// Latest publication first
    Newest,
    /// Earliest publication first
    Oldest,
}

impl Sort {
    /// The order in a request. Without the option it is empty, which leaves it to the server.
    pub(super) fn order_by(sort: Option<Self>) -> String {
        let order = match sort {
            None => "",
            Some(Self::Relevance) => "relevance",
            Some(Self::Newest) => "publish_time desc",
            Some(Self::Oldest) => "publish_time",
        };
        order.into()
    }
}

/// How a query is read.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Reading {
    /// All words of the query must match that OR does not join [default: any may]
    #[arg(long)]
    pub(super) all_words: bool,
    /// Read the query as plain text, for what you paste: only quotation marks in pairs mean something
    #[arg(long)]
    pub(super) lenient: bool,
}

/// How many hits, and in which format.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Output {
    /// Show at most this many; 0 shows all
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10, value_parser = number::<u32>, allow_negative_numbers = true)]
    pub(super) limit: u32,
    /// How to print them
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Form::Text)]
    pub(super) output: Form,
    /// Print protobuf JSON, one object for each page of the answer; 64-bit counts are strings (short for --output json)
    #[arg(long, conflicts_with = "output")]
    pub(super) json: bool,
}

impl Output {
    /// How to print the hits.
    pub(super) fn form(self) -> Form {
        if self.json { Form::Json } else { self.output }
    }

    /// Whether people read it, who also want to know how many hits there are.
    pub(super) fn is_for_people(self) -> bool {
        matches!(self.form(), Form::Text | Form::Table)
    }

    /// Whether to print one thing, which is no list, as JSON.
    ///
    /// # Errors
    /// Tables are asked for: one thing makes none.
    pub(super) fn one_as_json(self) -> Result<bool, Fault> {
        match self.form() {
            Form::Text => Ok(false),
            Form::Json => Ok(true),
            Form::Table | Form::Csv => Err(Fault::usage("--id shows one thing: --output text or json, not a table")),
        }
    }
}

/// How hits are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people to read
    Text,
    /// One line each, cut to the width of the terminal
    Table,
    /// Protobuf JSON, one object for each page of the answer; 64-bit counts are strings
    Json,
    /// All columns, with a heading, as RFC 4180 has it
    Csv,
}

/// A whole number, 0 or more.
pub(super) fn number<N: TryFrom<u64>>(text: &str) -> Result<N, String> {
    let number = text.parse::<u64>().map_err(|_| "a whole number from 0 on is accepted")?;
    N::try_from(number).map_err(|_| format!("a number below {} is accepted", 1_u128 << (8 * size_of::<N>())))
}

/// A confidence or another share: a number from 0 to 1.
pub(super) fn share(text: &str) -> Result<f32, String> {
    let number = text.parse::<f32>().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| "a number from 0 to 1 is accepted, for example 0.8".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_refused_in_words() {
        assert_eq!((number::<u32>("0"), number::<u16>("65535")), (Ok(0), Ok(65_535)));
        for text in ["-1", "abc", "1.5", "", "99999999999999999999"] {
            assert_eq!(number::<u32>(text).unwrap_err(), "a whole number from 0 on is accepted", "{text}");
        }
        assert_eq!(number::<u16>("65536").unwrap_err(), "a number below 65536 is accepted");
    }

    #[test]
    fn shares_are_refused_in_words() {
        assert_eq!((share("0"), share("0.75"), share("1")), (Ok(0.0), Ok(0.75), Ok(1.0)));
        for text in ["-0.1", "1.1", "80", "abc", "", "NaN", "inf"] {
            assert_eq!(share(text).unwrap_err(), "a number from 0 to 1 is accepted, for example 0.8", "{text}");
        }
    }

    #[test]
    fn values_of_one_label_are_asked_for_together() {
        let wanted = ["desk=politics", "customer", "desk=economy", "desk", "note=a=b", "empty="];
        let filters = label_filters(wanted.map(|text| parse_wanted_label(text).unwrap()).to_vec());
        let filters: Vec<_> = filters.iter().map(|filter| (filter.key.as_str(), filter.values.join("|"))).collect();
        let expected = [("customer", ""), ("desk", "politics|economy"), ("empty", ""), ("note", "a=b")];
        assert_eq!(filters, expected.map(|(key, values)| (key, values.to_string())));
        assert!(parse_wanted_label("=politics").is_err() && parse_wanted_label("").is_err());
    }

    #[test]
    fn an_empty_value_is_a_value() {
        let filter = |text| label_filters(vec![parse_wanted_label(text).unwrap()]).remove(0).values;
        assert_eq!(filter("desk="), [""]);
        assert!(filter("desk").is_empty());
    }

    #[test]
    fn what_looks_like_an_id_is_one() {
        let names = ["person/ada-lind", "Ada Lind", "and/or", "person/", "place/veld port"].map(String::from).to_vec();
        let ids: Vec<_> = selectors(names).iter().map(|one| matches!(one.selector, Some(Selector::Id(_)))).collect();
        assert_eq!(ids, [true, false, false, false, false]);
    }

    #[test]
    fn times_are_hours_days_and_weeks() {
        let seconds = |text| parse_time(text).map(|time| time.seconds);
        assert_eq!([seconds("12h"), seconds("7d"), seconds("2w")], [Ok(43_200), Ok(604_800), Ok(1_209_600)]);
        for text in ["0d", "-1d", "7", "d", "1y", "9999999999999w"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_asked_for_is_no_filter() {
        assert_eq!(Articles::default().filter(), None);
        let day = dates::parse_from("2026-03-03").ok();
        let filter = Articles { from: day, ..Articles::default() }.filter().unwrap();
        assert_eq!(filter.publish_time, Some(Interval { start_time: day, end_time: None }));
    }
}
