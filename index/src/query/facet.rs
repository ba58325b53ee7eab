//! What hits are counted by.

use std::fmt;

use jiff::tz::TimeZone;

/// Asks for counts of hits by what they have in common. All hits are counted that pass the query and its filters, on
/// whichever page they are.
///
/// ```
/// use sayso_index::query::{FacetField, FacetQuery, Period, SentenceQuery, Zone};
///
/// let zone = Zone::named("Europe/Berlin").expect("it is in the database of time zones");
/// let facets = vec![
///     FacetQuery { field: FacetField::Outlet, limit: 10 },
///     FacetQuery { field: FacetField::Published { every: Period::Day, zone }, limit: 31 },
/// ];
/// let query = SentenceQuery { facets, ..SentenceQuery::default() };
/// assert!(query.facets.iter().all(|facet| facet.field.of_sentences()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetQuery {
    /// What to count by.
    pub field: FacetField,
    /// The most values to tell; at least 1.
    pub limit: usize,
}

/// What hits can be counted by. A hit with several values counts once for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FacetField {
    /// The outlet. Spellings that differ in case and accents alone are one value, shown as most hits have it.
    Outlet,
    /// The authors, in the same way.
    Author,
    /// The code of the language, in small letters.
    Language,
    /// The value of the label with this key.
    Label(String),
    /// Name and version of the model.
    Model,
    /// The tier of the model, in words of [`crate::query`]: "fast", "accurate".
    Tier,
    /// When the article was published.
    Published {
        /// How long each period is.
        every: Period,
        /// Where days begin.
        zone: Zone,
    },
    /// The entities that the sentence mentions; of articles, all that they mention. Here and below, dates and sums of
    /// money are left out, as they have no names. Not of quotes.
    Entity,
    /// The types of these entities. Not of quotes.
    EntityType,
    /// The role of the sentence. Of sentences only.
    Role,
    /// The speakers. Of quotes only, as all that follow.
    Speaker,
    /// The types of the speakers.
    SpeakerType,
    /// The entities that the content mentions.
    About,
    /// The entities to whom it was said.
    Addressee,
    /// The kind.
    Kind,
    /// The act.
    Act,
    /// The polarity.
    Polarity,
    /// The dictionary form of the cue.
    Cue,
}

impl FacetField {
    /// Whether sentences can be counted by it.
    pub fn of_sentences(&self) -> bool {
        self.of_articles() || *self == Self::Role
    }

    /// Whether quotes can be counted by it.
    pub fn of_quotes(&self) -> bool {
        !matches!(self, Self::Entity | Self::EntityType | Self::Role)
    }

    /// Whether articles can be counted by it.
    pub fn of_articles(&self) -> bool {
        use FacetField::{Author, Entity, EntityType, Label, Language, Model, Outlet, Published, Tier};
        matches!(self, Outlet | Author | Language | Label(_) | Model | Tier | Published { .. } | Entity | EntityType)
    }
}

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// From one full hour of the clock to the next.
    Hour,
    /// From midnight to midnight, which may be 23 or 25 hours.
    Day,
    /// From Monday to Sunday.
    Week,
    /// From the first day of a month to the last.
    Month,
}

/// A time zone of the IANA database.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this name: "Europe/Berlin", "America/New_York", "UTC". None if there is no such zone.
    pub fn named(name: &str) -> Option<Self> {
        jiff::tz::db().get(name).ok().map(Self)
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Its rules.
    pub(crate) fn rules(&self) -> &TimeZone {
        &self.0
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.0.iana_name().unwrap_or("UTC"))
    }
}
