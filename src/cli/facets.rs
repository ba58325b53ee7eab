//! Options that count hits by a field, and the lines that tell the counts.

use super::info::grouped;
use super::render::{NAME, PLAIN, Paragraph};
use crate::proto::{CalendarInterval, Facet, FacetField, FacetRequest, FacetValue};

/// What to count hits by.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Facets {
    /// Count the hits by a field, and tell the N values with most: outlet, author, language, label.KEY, model, tier,
    /// type; hour, day, week or month of publication; of sentences entity, role; of quotes speaker, about, addressee,
    /// kind, act, polarity, cue (repeatable)
    #[arg(long = "facet", value_name = "FIELD[:N]", value_parser = parse_facet)]
    facets: Vec<FacetRequest>,
    /// Time zone in which hours, days, weeks and months begin, for example Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", requires = "facets")]
    time_zone: Option<String>,
    /// Count all hits, even where that takes longer than finding them
    #[arg(long)]
    pub(super) exact_total: bool,
}

impl Facets {
    /// The facets of a request for these hits.
    pub(super) fn requests(self, of_quotes: bool) -> Vec<FacetRequest> {
        let zone = self.time_zone.unwrap_or_default();
        let facet = |mut facet: FacetRequest| {
            if facet.field() == FacetField::PublishTime {
                facet.time_zone.clone_from(&zone);
            } else if facet.field() == FacetField::EntityType && of_quotes {
                facet.set_field(FacetField::SpeakerType);
            }
            facet
        };
        self.facets.into_iter().map(facet).collect()
    }
}

/// Names of the fields that hits are counted by. Labels and periods have names of their own.
const FACETS: [(&str, FacetField); 16] = [
    ("outlet", FacetField::Outlet),
    ("author", FacetField::Author),
    ("language", FacetField::Language),
    ("model", FacetField::Model),
    ("tier", FacetField::Tier),
    ("entity", FacetField::Entity),
    ("type", FacetField::EntityType),
    ("role", FacetField::Role),
    ("speaker", FacetField::Speaker),
    ("about", FacetField::About),
    ("addressee", FacetField::Addressee),
    ("kind", FacetField::Kind),
    ("act", FacetField::Act),
    ("polarity", FacetField::Polarity),
    ("cue", FacetField::Cue),
    ("label", FacetField::Label),
];

/// Names of periods.
const PERIODS: [(&str, CalendarInterval); 4] = [
    ("hour", CalendarInterval::Hour),
    ("day", CalendarInterval::Day),
    ("week", CalendarInterval::Week),
    ("month", CalendarInterval::Month),
];

fn parse_facet(text: &str) -> Result<FacetRequest, String> {
    let (name, limit) = match text.rsplit_once(':') {
        Some((name, limit)) => (name, limit.parse().map_err(|_| format!("{limit:?} is not a number of values"))?),
        None => (text, 0),
    };
    let mut request = FacetRequest { limit, ..FacetRequest::default() };
    if let Some(key) = name.strip_prefix("label.") {
        request.set_field(FacetField::Label);
        request.label_key = key.into();
    } else if let Some((_, period)) = PERIODS.iter().find(|(one, _)| *one == name) {
        request.set_field(FacetField::PublishTime);
        request.set_interval(*period);
    } else if let Some((_, field)) = FACETS.iter().find(|(one, _)| *one == name && name != "label") {
        request.set_field(*field);
    } else {
        let fields = FACETS.iter().map(|(name, _)| if *name == "label" { "label.KEY" } else { name });
        let names: Vec<_> = fields.chain(PERIODS.iter().map(|(name, _)| *name)).collect();
        return Err(format!("expected one of {}", names.join(", ")));
    }
    Ok(request)
}

/// The counts, a line for each facet that has any.
pub(super) fn facet_lines(facets: &[Facet], width: Option<usize>) -> String {
    let mut out = String::new();
    for facet in facets {
        let named = FACETS.iter().find(|(_, field)| *field == facet.field()).map(|(name, _)| *name);
        let name = match facet.field() {
            FacetField::Label => format!("label.{}", facet.label_key),
            FacetField::SpeakerType => "type".to_owned(),
            FacetField::PublishTime => "published".to_owned(),
            _ => named.unwrap_or_default().to_owned(),
        };
        let told = |value: &FacetValue| {
            let shown = value.entity.as_ref().map_or(&value.value, |entity| &entity.name);
            let shown = if shown.is_empty() { "(empty)" } else { shown };
            format!("{shown} {}", grouped(value.count))
        };
        let mut parts: Vec<String> = facet.values.iter().map(told).collect();
        let rest = [(facet.other_count, "others"), (facet.missing_count, "without")];
        parts.extend(
            rest.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{word} {}", grouped(count))),
        );
        if parts.is_empty() {
            continue;
        }
        let line = Paragraph::new().add(NAME, &format!("{name}: ")).add(PLAIN, &parts.join(" · "));
        out.push_str(&line.lines(width, 2));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::render;
    use crate::proto::EntityRef;

    #[test]
    fn facets_are_named_as_fields_of_queries() {
        let asked = ["outlet:10", "label.desk", "month", "type:3"].map(|text| parse_facet(text).unwrap()).to_vec();
        let facets = Facets { facets: asked, time_zone: Some("Europe/Berlin".into()), exact_total: false };
        let told: Vec<_> =
            facets.requests(true).into_iter().map(|one| (one.field(), one.limit, one.time_zone)).collect();
        let berlin = || "Europe/Berlin".to_owned();
        let expected = [
            (FacetField::Outlet, 10, String::new()),
            (FacetField::Label, 0, String::new()),
            (FacetField::PublishTime, 0, berlin()),
            (FacetField::SpeakerType, 3, String::new()),
        ];
        assert_eq!(told, expected);
        for text in ["", "label", "outlet:x", "outlet:", "no"] {
            assert!(parse_facet(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_are_a_line_for_each_facet() {
        let value = |value: &str, count| FacetValue { value: value.into(), count, ..FacetValue::default() };
        let lind = EntityRef { id: "person/ada-lind".into(), name: "Ada Lind".into(), ..EntityRef::default() };
        let facets = [
            Facet {
                field: FacetField::Outlet.into(),
                values: vec![value("Veld Courier", 1200), value("Sarn Post", 3)],
                other_count: 7,
                ..Facet::default()
            },
            Facet {
                field: FacetField::Entity.into(),
                values: vec![FacetValue { entity: Some(lind), ..value("person/ada-lind", 2) }],
                missing_count: 1,
                ..Facet::default()
            },
        ];
        insta::assert_snapshot!(render::plain(&facet_lines(&facets, None)), @r"
        outlet: Veld Courier 1,200 · Sarn Post 3 · others 7
        entity: Ada Lind 2 · without 1
        ");
    }
}
