//! Enumerations of the domain and their protobuf counterparts.

use sayso_document::{Act, EntityType, MentionForm, Polarity, QuoteKind, SentenceRole};
use sayso_index::{Change, query::Order};

use super::Fault;
use crate::proto;

/// Pairs a domain enumeration with its protobuf one: `to` never fails, `from` refuses unknown numbers.
macro_rules! labels {
    ($to:ident, $from:ident, $domain:ty, $message:ty, { $($variant:ident = $label:ident),* $(,)? }) => {
        pub(super) fn $to(value: $domain) -> i32 {
            match value { $(<$domain>::$variant => <$message>::$label.into()),* }
        }

        /// The values that a repeated field names; a field that names "unspecified" does not filter.
        pub(super) fn $from(field: &str, numbers: &[i32]) -> Result<Vec<$domain>, Fault> {
            let mut values = Vec::new();
            for number in numbers {
                match <$message>::try_from(*number) {
                    $(Ok(<$message>::$label) => values.push(<$domain>::$variant),)*
                    Ok(_) => return Ok(Vec::new()),
                    Err(_) => return Err(unknown(field, *number)),
                }
            }
            Ok(values)
        }
    };
}

fn unknown(field: &str, number: i32) -> Fault {
    Fault::invalid(field, format!("{number} is none of the values that this enumeration has"))
}

labels!(act, acts, Act, proto::Act, {
    Speech = Speech, Thought = Thought, Intent = Intent, Finding = Finding, Other = Other,
});
labels!(kind, kinds, QuoteKind, proto::QuoteKind, { Direct = Direct, Indirect = Indirect, Mixed = Mixed });
labels!(polarity, polarities, Polarity, proto::Polarity, {
    Asserted = Asserted, Negated = Negated, Hypothetical = Hypothetical,
});
labels!(entity_type, entity_types, EntityType, proto::EntityType, {
    Person = Person, Organization = Organization, Place = Place, Facility = Facility, Norp = Norp, Event = Event,
    Product = Product, Date = Date, Money = Money,
});
labels!(form, forms, MentionForm, proto::MentionForm, {
    Name = Name, TitledName = TitledName, Description = Description, Pronoun = Pronoun,
});

pub(super) fn role(role: SentenceRole) -> i32 {
    let role = match role {
        SentenceRole::Body => proto::SentenceRole::Body,
        SentenceRole::Headline => proto::SentenceRole::Headline,
        SentenceRole::Subheading => proto::SentenceRole::Subheading,
        SentenceRole::Caption => proto::SentenceRole::Caption,
    };
    role.into()
}

/// What a put did. A delete has no counterpart: its answer says only that it was done.
pub(crate) fn change(change: Change) -> i32 {
    let change = match change {
        Change::Created => proto::Change::Created,
        Change::Replaced => proto::Change::Replaced,
        Change::Unchanged => proto::Change::Unchanged,
        Change::Deleted | Change::NotFound => proto::Change::Unspecified,
    };
    change.into()
}

pub(super) fn order(field: &str, number: i32) -> Result<Order, Fault> {
    match proto::SortOrder::try_from(number) {
        Ok(proto::SortOrder::Unspecified | proto::SortOrder::Relevance) => Ok(Order::Relevance),
        Ok(proto::SortOrder::Newest) => Ok(Order::Newest),
        Ok(proto::SortOrder::Oldest) => Ok(Order::Oldest),
        Err(_) => Err(unknown(field, number)),
    }
}
