//! Facets: what requests ask for, and the counts that answer.

use sayso_index::{
    Facet, FacetValue,
    query::{FacetField, FacetQuery, Period, Zone},
};

use super::check::{FACET_VALUES, FACETS};
use super::new_article::{LABEL_KEY, is_label_key};
use super::reply::{count, timestamp};
use super::{Fault, accepted, labels};
use crate::proto::{self, CalendarInterval, FacetField as Named, google_type::Interval};

/// Values of a facet if the request names no number. Of periods, all are returned.
const DEFAULT_VALUES: usize = 10;

/// What hits are to be counted by: `hits` names them and says which fields they have.
pub(super) fn facets(
    asked: &[proto::FacetRequest],
    hits: (&str, fn(&FacetField) -> bool),
) -> Result<Vec<FacetQuery>, Fault> {
    if asked.len() > FACETS {
        let said = format!("has {} values; the limit facets is {FACETS}", asked.len());
        return Err(Fault::too_much("facets", "facets", FACETS, said));
    }
    asked.iter().map(|one| facet_query(one, hits)).collect()
}

fn facet_query(asked: &proto::FacetRequest, (hits, has): (&str, fn(&FacetField) -> bool)) -> Result<FacetQuery, Fault> {
    let named = Named::try_from(asked.field).unwrap_or(Named::Unspecified);
    let Some(field) = field(named, asked)? else {
        let all = (1..=i32::from(u8::MAX)).map_while(|number| Named::try_from(number).ok());
        let told: Vec<_> = all.map(|one| (one as i32, one.as_str_name())).collect();
        let said = format!("{} is no field to count by; {}", asked.field, accepted(&told));
        return Err(Fault::invalid("facets.field", said));
    };
    if !has(&field) {
        let said = format!("{} is no field of {hits}", named.as_str_name());
        return Err(Fault::invalid("facets.field", said));
    }
    only_of("facets.label_key", named == Named::Label, !asked.label_key.is_empty(), "FACET_FIELD_LABEL")?;
    let timed = named == Named::PublishTime;
    only_of("facets.interval", timed, asked.interval != 0, "FACET_FIELD_PUBLISH_TIME")?;
    only_of("facets.time_zone", timed, !asked.time_zone.is_empty(), "FACET_FIELD_PUBLISH_TIME")?;
    let limit = match usize::try_from(asked.limit) {
        Ok(0) if timed => FACET_VALUES,
        Ok(0) => DEFAULT_VALUES,
        Ok(limit) => limit.min(FACET_VALUES),
        Err(_) => {
            let said = format!("{} is negative; ask for 0 (the default) to {FACET_VALUES}", asked.limit);
            return Err(Fault::invalid("facets.limit", said));
        }
    };
    Ok(FacetQuery { field, limit })
}

/// A field of a request that goes with one kind of facet alone.
fn only_of(field: &str, fits: bool, set: bool, with: &str) -> Result<(), Fault> {
    if fits || !set { Ok(()) } else { Err(Fault::invalid(field, format!("goes with {with} alone; leave it empty"))) }
}

/// The field that is named. None for none.
fn field(named: Named, asked: &proto::FacetRequest) -> Result<Option<FacetField>, Fault> {
    Ok(Some(match named {
        Named::Unspecified => return Ok(None),
        Named::Outlet => FacetField::Outlet,
        Named::Author => FacetField::Author,
        Named::Language => FacetField::Language,
        Named::Label if is_label_key(&asked.label_key) => FacetField::Label(asked.label_key.clone()),
        Named::Label => {
            let said = format!("is {:?}, which no label has; {LABEL_KEY}", asked.label_key);
            return Err(Fault::invalid("facets.label_key", said));
        }
        Named::PublishTime => FacetField::Published { every: period(asked.interval)?, zone: zone(&asked.time_zone)? },
        Named::Model => FacetField::Model,
        Named::Tier => FacetField::Tier,
        Named::Entity => FacetField::Entity,
        Named::EntityType => FacetField::EntityType,
        Named::Role => FacetField::Role,
        Named::Speaker => FacetField::Speaker,
        Named::SpeakerType => FacetField::SpeakerType,
        Named::About => FacetField::About,
        Named::Addressee => FacetField::Addressee,
        Named::Kind => FacetField::Kind,
        Named::Act => FacetField::Act,
        Named::Polarity => FacetField::Polarity,
        Named::Cue => FacetField::Cue,
    }))
}

fn period(number: i32) -> Result<Period, Fault> {
    use CalendarInterval::{Day, Hour, Month, Unspecified, Week};
    match CalendarInterval::try_from(number) {
        Ok(Hour) => Ok(Period::Hour),
        Ok(Day | Unspecified) => Ok(Period::Day),
        Ok(Week) => Ok(Period::Week),
        Ok(Month) => Ok(Period::Month),
        Err(_) => {
            let known = [Hour, Day, Week, Month].map(|one| (one as i32, one.as_str_name()));
            Err(Fault::invalid("facets.interval", format!("{number} is not an interval; {}", accepted(&known))))
        }
    }
}

fn zone(name: &str) -> Result<Zone, Fault> {
    if name.is_empty() {
        return Ok(Zone::utc());
    }
    Zone::named(name).ok_or_else(|| {
        let said = format!("{name:?} is not a time zone; give a name of the IANA database, for example Europe/Berlin");
        Fault::invalid("facets.time_zone", said)
    })
}

/// The counts, as the request named what to count by.
pub(super) fn facet((asked, counted): (&proto::FacetRequest, &Facet)) -> proto::Facet {
    proto::Facet {
        field: asked.field,
        label_key: asked.label_key.clone(),
        values: counted.values.iter().map(value).collect(),
        other_count: count(counted.others),
        missing_count: count(counted.missing),
    }
}

fn value(counted: &FacetValue) -> proto::FacetValue {
    let entity = counted.entity.as_ref().map(|(name, kind)| proto::EntityRef {
        id: counted.value.clone(),
        name: name.clone(),
        r#type: labels::entity_type(*kind),
    });
    let moment = |at: i64| (at < i64::MAX).then(|| timestamp(at));
    let period = counted.period.map(|(start, end)| Interval { start_time: moment(start), end_time: moment(end) });
    proto::FacetValue { value: counted.value.clone(), count: count(counted.count), entity, period }
}
