//! What version 2 of a stored analysis appends to version 1: the language, days of saying, and roles.

use sayso_document::{Analysis, Date, DateRange, Entity, Named, Role};
use serde::{Deserialize, Serialize};

use super::damage::corrupt;
use super::parts::Parts;
use crate::Result;

/// Written after the record of version 1. One value for each quote, one for each entity.
#[derive(Serialize, Deserialize)]
pub(super) struct AddedRecord<'a> {
    /// [`Analysis::language`].
    language: &'a str,
    /// First and last day, in days since 1970-01-01.
    said: Vec<Option<(i32, i32)>>,
    /// The roles of each entity.
    #[serde(borrow)]
    roles: Vec<Vec<RoleRecord<'a>>>,
}

/// A [`Role`].
#[derive(Serialize, Deserialize)]
struct RoleRecord<'a> {
    title: &'a str,
    role: &'a str,
    #[serde(borrow)]
    organization: Option<NamedRecord<'a>>,
    #[serde(borrow)]
    country: Option<NamedRecord<'a>>,
}

/// A name and the position of its entity.
#[derive(Serialize, Deserialize)]
struct NamedRecord<'a>(&'a str, Option<u32>);

impl<'a> AddedRecord<'a> {
    /// The part of an analysis.
    pub(super) fn of(analysis: &'a Analysis) -> Self {
        let said = |range: DateRange| (range.first.days(), range.last.days());
        let roles = |entity: &'a Entity| entity.roles.iter().map(RoleRecord::of).collect();
        Self {
            language: &analysis.language,
            said: analysis.quotes.iter().map(|quote| quote.said.map(said)).collect(),
            roles: analysis.entities.iter().map(roles).collect(),
        }
    }

    /// Adds its values to an analysis of version 1.
    pub(super) fn add_to(&self, analysis: &mut Analysis, parts: Parts) -> Result<()> {
        if self.said.len() != analysis.quotes.len() || self.roles.len() != analysis.entities.len() {
            return Err(corrupt("holds more or fewer values than quotes and entities"));
        }
        self.language.clone_into(&mut analysis.language);
        for (quote, said) in analysis.quotes.iter_mut().zip(&self.said) {
            quote.said = said.map(range).transpose()?;
        }
        let roles = if parts == Parts::All { &self.roles[..] } else { &[] };
        for (entity, roles) in analysis.entities.iter_mut().zip(roles) {
            entity.roles = roles.iter().map(RoleRecord::to_role).collect();
        }
        Ok(())
    }
}

/// A range of days.
fn range((first, last): (i32, i32)) -> Result<DateRange> {
    let date = |days| Date::from_days(days).ok_or_else(|| corrupt("holds a day that no calendar has"));
    Ok(DateRange { first: date(first)?, last: date(last)? })
}

impl<'a> RoleRecord<'a> {
    /// The record of a role.
    fn of(role: &'a Role) -> Self {
        let named = |one: &'a Named| NamedRecord(&one.name, one.entity.map(|position| position as u32));
        let Role { title, role, organization, country } = role;
        Self { title, role, organization: organization.as_ref().map(named), country: country.as_ref().map(named) }
    }

    /// The role.
    fn to_role(&self) -> Role {
        let named = |NamedRecord(name, entity): &NamedRecord<'_>| Named {
            name: (*name).to_owned(),
            entity: entity.map(|position| position as usize),
        };
        Role {
            title: self.title.to_owned(),
            role: self.role.to_owned(),
            organization: self.organization.as_ref().map(named),
            country: self.country.as_ref().map(named),
        }
    }
}
