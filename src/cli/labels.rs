//! The names of the API's enums on the command line, in options and in print.

use clap::ValueEnum;

use crate::proto;

/// Defines the values of an option for an enum of the API, with one table for both directions.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident: $proto:ident { $($(#[$variant_doc:meta])* $variant:ident = $label:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, ValueEnum)]
        pub(super) enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// The values for a request.
            pub(super) fn values(chosen: &[Self]) -> Vec<i32> {
                chosen.iter().map(|choice| match choice { $(Self::$variant => proto::$proto::$variant as i32),+ }).collect()
            }

            #[allow(dead_code, reason = "not every choice is printed")]
            /// The printed name of a value in an answer. Empty if it is not set.
            pub(super) fn label(value: i32) -> &'static str {
                match proto::$proto::try_from(value) {
                    $(Ok(proto::$proto::$variant) => $label,)+
                    _ => "",
                }
            }
        }
    };
}

/// The value for a request that takes at most one. Without one it is 0, which leaves the choice to the server.
pub(super) fn at_most_one(values: Vec<i32>) -> i32 {
    values.first().copied().unwrap_or_default()
}

choice! {
    /// How thoroughly a text is analysed.
    Tier: AnalysisTier {
        /// Linear models: a hundred articles a second or more on one core
        Fast = "fast",
        /// A neural encoder: a few articles a second on one core
        Accurate = "accurate",
    }
}

choice! {
    /// How articles are analysed that are added.
    Mode: AnalysisMode {
        /// Linear models only
        Fast = "fast",
        /// The neural encoder, before articles are stored
        Accurate = "accurate",
        /// Linear models at once, then the neural encoder when the server is otherwise idle
        FastThenAccurate = "fast, then accurate",
    }
}

choice! {
    /// What a source did with the content.
    Act: QuoteAct {
        /// Said in words, spoken or written
        Speech = "speech",
        /// A belief, feeling or opinion that was not voiced
        Thought = "thought",
        /// A plan, decision, ruling, order or wish
        Intent = "intent",
        /// What a poll, study or document shows
        Finding = "finding",
        /// Anything else
        Other = "attribution",
    }
}

choice! {
    /// How much of the content is in quotation marks.
    Kind: QuoteKind {
        /// All of it in quotation marks
        Direct = "direct",
        /// None of it in quotation marks
        Indirect = "indirect",
        /// Part of it in quotation marks
        Mixed = "partly direct",
    }
}

choice! {
    /// Whether the saying itself is asserted.
    Polarity: QuotePolarity {
        /// It was said
        Asserted = "asserted",
        /// It was not said: "refused to say"
        Negated = "not said",
        /// It might be said: "would say"
        Hypothetical = "hypothetical",
    }
}

choice! {
    /// What a sentence is in its article.
    Role: SentenceRole {
        /// Running text
        Body = "body",
        /// The title line, if the body repeats it
        Headline = "headline",
        /// A heading above some of the paragraphs
        Subheading = "subheading",
        /// The caption of a picture
        Caption = "caption",
    }
}

choice! {
    /// The type of an entity.
    Type: EntityType {
        /// A person
        Person = "person",
        /// A company, ministry, party, newspaper or team
        Organization = "organization",
        /// A country, city, region or river
        Place = "place",
        /// A building, airport or bridge
        Facility = "facility",
        /// A nationality, religion or political group
        Norp = "nationality or group",
        /// A war, election, storm or championship
        Event = "event",
        /// A product, vehicle, work of art or law
        Product = "product",
        /// A day, month or year: "on Tuesday"
        Date = "date",
        /// A sum of money
        Money = "money",
    }
}

impl Type {
    /// Whether entities of the type have a name. Dates and sums of money are left out of lists of names.
    pub(super) fn is_name(value: i32) -> bool {
        ![proto::EntityType::Date as i32, proto::EntityType::Money as i32].contains(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_labels_speak_of_the_same_value() {
        assert_eq!(Act::values(&[Act::Finding]), [proto::QuoteAct::Finding as i32]);
        assert_eq!(Act::label(proto::QuoteAct::Finding as i32), "finding");
        assert_eq!(Kind::label(proto::QuoteKind::Unspecified as i32), "");
        assert_eq!(Type::label(99), "");
    }
}
