//! Enumerations of the domain and their protobuf counterparts.

use sayso_document::{Act, EntityType, MentionForm, Polarity, QuoteKind, SentenceRole, Tier};
use sayso_extract::Analyzer;
use sayso_index::{
    Change, MatchedBy,
    query::{ArticleOrder, Order},
};

use super::Fault;
use crate::analysis::{self, Mode};
use crate::proto;

/// Pairs a domain enumeration with its protobuf one: `to` never fails, `from` refuses unknown numbers.
macro_rules! labels {
    ($to:ident, $from:ident, $domain:ty, $message:ty, { $($variant:ident = $label:ident),* $(,)? }) => {
        pub(crate) fn $to(value: $domain) -> i32 {
            match value { $(<$domain>::$variant => <$message>::$label.into()),* }
        }

        /// The values that a repeated field names.
        pub(super) fn $from(field: &str, numbers: &[i32]) -> Result<Vec<$domain>, Fault> {
            let mut values = Vec::new();
            for number in numbers {
                match <$message>::try_from(*number) {
                    $(Ok(<$message>::$label) => values.push(<$domain>::$variant),)*
                    other => {
                        let what = match other {
                            Ok(unspecified) => format!("{} selects nothing", unspecified.as_str_name()),
                            Err(_) => format!("{number} is not a value of this enumeration"),
                        };
                        let accepted = accepted(&[$((<$message>::$label as i32, <$message>::$label.as_str_name())),*]);
                        return Err(Fault::invalid(field, format!("{what}; {accepted}, or an empty list for any")));
                    }
                }
            }
            Ok(values)
        }
    };
}

/// The values of an enumeration that a field takes, in words.
pub(crate) fn accepted(values: &[(i32, &str)]) -> String {
    let told: Vec<_> = values.iter().map(|(number, name)| format!("{number} ({name})")).collect();
    format!("accepted are {}", told.join(", "))
}

labels!(act, acts, Act, proto::QuoteAct, {
    Speech = Speech, Thought = Thought, Intent = Intent, Finding = Finding, Other = Other,
});
labels!(kind, kinds, QuoteKind, proto::QuoteKind, { Direct = Direct, Indirect = Indirect, Mixed = Mixed });
labels!(polarity, polarities, Polarity, proto::QuotePolarity, {
    Asserted = Asserted, Negated = Negated, Hypothetical = Hypothetical,
});
labels!(entity_type, entity_types, EntityType, proto::EntityType, {
    Person = Person, Organization = Organization, Place = Place, Facility = Facility, Norp = Norp, Event = Event,
    Product = Product, Date = Date, Money = Money,
});
labels!(form, forms, MentionForm, proto::MentionForm, {
    Name = Name, TitledName = TitledName, Description = Description, Pronoun = Pronoun,
});

labels!(role, roles, SentenceRole, proto::SentenceRole, {
    Body = Body, Headline = Headline, Subheading = Subheading, Caption = Caption,
});

/// What a write did.
pub(crate) fn change(change: Change) -> i32 {
    let change = match change {
        Change::Created => proto::ArticleChange::Created,
        Change::Replaced => proto::ArticleChange::Replaced,
        Change::Unchanged | Change::NotFound => proto::ArticleChange::Unchanged,
        Change::Deleted => proto::ArticleChange::Deleted,
    };
    change.into()
}

/// Which of an entity's names matched a look-up.
pub(super) fn matched_by(matched: MatchedBy) -> i32 {
    let matched = match matched {
        MatchedBy::Name => proto::EntityMatch::Name,
        MatchedBy::Alias => proto::EntityMatch::Alias,
        MatchedBy::Title => proto::EntityMatch::Title,
    };
    matched.into()
}

/// The order of hits, in the syntax of AIP-132.
pub(super) fn order(text: &str) -> Result<Order, Fault> {
    const ORDERS: [(&str, Order); 4] = [
        ("", Order::Relevance),
        ("relevance", Order::Relevance),
        ("publish_time desc", Order::Newest),
        ("publish_time", Order::Oldest),
    ];
    one_of(text, &ORDERS)
}

/// The order of articles in a list.
pub(super) fn article_order(text: &str) -> Result<ArticleOrder, Fault> {
    const ORDERS: [(&str, ArticleOrder); 5] = [
        ("", ArticleOrder::NewestPublished),
        ("publish_time desc", ArticleOrder::NewestPublished),
        ("publish_time", ArticleOrder::OldestPublished),
        ("update_time desc", ArticleOrder::LatestUpdated),
        ("update_time", ArticleOrder::EarliestUpdated),
    ];
    one_of(text, &ORDERS)
}

fn one_of<T: Copy>(text: &str, orders: &[(&str, T)]) -> Result<T, Fault> {
    let written = text.split_whitespace().collect::<Vec<_>>().join(" ");
    orders.iter().find(|(name, _)| *name == written).map(|(_, order)| *order).ok_or_else(|| {
        let names: Vec<_> = orders.iter().map(|(name, _)| *name).filter(|name| !name.is_empty()).collect();
        Fault::invalid("order_by", format!("{text:?} is not an order; use one of {}", names.join(", ")))
    })
}

labels!(tier, tiers, Tier, proto::AnalysisTier, { Fast = Fast, Accurate = Accurate });

/// The tier that a request names, or the last one of the server's default mode.
pub(crate) fn wanted_tier(field: &str, number: i32, default: Mode) -> Result<Tier, Fault> {
    let tier = match proto::AnalysisTier::try_from(number) {
        Ok(proto::AnalysisTier::Unspecified) => default.last(),
        Ok(proto::AnalysisTier::Fast) => Tier::Fast,
        Ok(proto::AnalysisTier::Accurate) => Tier::Accurate,
        Err(_) => {
            let known = [proto::AnalysisTier::Fast, proto::AnalysisTier::Accurate];
            let accepted = accepted(&known.map(|tier| (tier as i32, tier.as_str_name())));
            return Err(Fault::invalid(field, format!("{number} is not a tier; {accepted}")));
        }
    };
    offered(field, tier, Analyzer::BEST).map(|()| tier)
}

/// How articles are read.
pub(crate) fn mode(mode: Mode) -> i32 {
    let mode = match mode {
        Mode::Fast => proto::AnalysisMode::Fast,
        Mode::Accurate => proto::AnalysisMode::Accurate,
        Mode::FastThenAccurate => proto::AnalysisMode::FastThenAccurate,
    };
    mode.into()
}

/// The mode that a request names, or else the server's default.
pub(crate) fn wanted_mode(field: &str, number: i32, default: Mode) -> Result<Mode, Fault> {
    let mode = match proto::AnalysisMode::try_from(number) {
        Ok(proto::AnalysisMode::Unspecified) => default,
        Ok(proto::AnalysisMode::Fast) => Mode::Fast,
        Ok(proto::AnalysisMode::Accurate) => Mode::Accurate,
        Ok(proto::AnalysisMode::FastThenAccurate) => Mode::FastThenAccurate,
        Err(_) => {
            let known =
                [proto::AnalysisMode::Fast, proto::AnalysisMode::Accurate, proto::AnalysisMode::FastThenAccurate];
            let accepted = accepted(&known.map(|mode| (mode as i32, mode.as_str_name())));
            return Err(Fault::invalid(field, format!("{number} is not a mode; {accepted}")));
        }
    };
    offered(field, mode.last(), Analyzer::BEST).map(|()| mode)
}

fn offered(field: &str, wanted: Tier, best: Tier) -> Result<(), Fault> {
    match analysis::lacking(wanted, best) {
        Some(words) => Err(Fault::new("TIER_NOT_OFFERED", field, words)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_that_is_not_compiled_in_is_refused_by_name() {
        let fault = offered("analysis_mode", Tier::Accurate, Tier::Fast).unwrap_err();
        assert_eq!((fault.field.as_str(), fault.reason), ("analysis_mode", "TIER_NOT_OFFERED"));
        assert!(fault.message.contains("offers fast alone"), "{}", fault.message);
    }

    #[test]
    fn a_number_that_is_no_value_is_told_with_those_that_are() {
        let fault = polarities("polarities", &[1, 9]).unwrap_err();
        let accepted = "accepted are 1 (QUOTE_POLARITY_ASSERTED), 2 (QUOTE_POLARITY_NEGATED), 3 (QUOTE_POLARITY_HYPOTHETICAL), \
            or an empty list for any";
        assert_eq!(fault.message, format!("9 is not a value of this enumeration; {accepted}"));
        let fault = polarities("polarities", &[0]).unwrap_err();
        assert_eq!(fault.message, format!("QUOTE_POLARITY_UNSPECIFIED selects nothing; {accepted}"));
        assert!(entity_types("types", &[77]).unwrap_err().message.len() < 600, "the whole list fits into a status");
    }

    #[test]
    fn what_a_request_does_not_name_is_the_servers_default() {
        assert_eq!(wanted_mode("analysis_mode", 0, Mode::Fast), Ok(Mode::Fast));
        assert_eq!(wanted_tier("tier", 0, Mode::Fast), Ok(Tier::Fast));
        assert_eq!(wanted_mode("analysis_mode", 9, Mode::Fast).unwrap_err().field, "analysis_mode");
        assert_eq!(wanted_tier("tier", 9, Mode::Fast).unwrap_err().field, "tier");
    }
}
