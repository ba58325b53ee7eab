//! What titles say besides the role: the country and the organisation that they name.
//!
//! "Russian Foreign Minister" is the role "Foreign Minister" of Russia; "president of the Harbour
//! Union" is the role "president" of that union, if the article mentions such an organisation.
//! Names that are neither known countries nor organisations of the article stay in the role, as in
//! "Secretary of State".

use rustc_hash::FxHashMap;
use sayso_document::{Entity, EntityType, Named, Role};

/// Countries, each with the names of its people; the first name of a line is the usual one.
const COUNTRIES: &str = include_str!("../models/countries.txt");

/// The most words of a name within a title.
const MAX_NAME_WORDS: usize = 8;

/// Reads titles.
#[derive(Debug)]
pub(crate) struct Roles {
    /// Names of countries and their people in lower case, with the usual name of the country.
    countries: FxHashMap<String, &'static str>,
}

impl Roles {
    /// With the countries that are compiled in.
    pub(crate) fn compiled_in() -> Self {
        let lines = COUNTRIES.lines().filter(|line| !line.starts_with('#'));
        let names = lines.flat_map(|line| {
            let usual = line.split(',').next().unwrap_or_default();
            line.split(',').map(move |name| (name.to_lowercase(), usual))
        });
        Self { countries: names.collect() }
    }

    /// Sets the roles of all persons.
    pub(crate) fn find(&self, entities: &mut [Entity]) {
        if entities.iter().all(|entity| entity.titles.is_empty()) {
            return;
        }
        let known = Known::of(self, entities);
        let roles: Vec<Vec<Role>> = entities
            .iter()
            .map(|entity| entity.titles.iter().filter_map(|title| self.read(&title.text, &known)).collect())
            .collect();
        for (entity, roles) in entities.iter_mut().zip(roles) {
            entity.roles = roles;
        }
    }

    /// The role that a title tells; none if it names neither a country nor an organisation.
    fn read(&self, title: &str, known: &Known) -> Option<Role> {
        let mut words: Vec<&str> = title.split(' ').collect();
        let organization = known.take_body(&mut words);
        let country = self.take_country(&mut words).or_else(|| {
            // "Russian Foreign Ministry spokeswoman": the body's name holds the country.
            let body = organization.as_ref()?;
            self.take_country(&mut body.name.split(' ').collect())
        });
        let role = words.join(" ");
        if organization.is_none() && country.is_none() || role.is_empty() {
            return None;
        }
        let country = country.map(|name| Named { name: name.into(), entity: known.countries.get(name).copied() });
        Some(Role { title: title.into(), role, organization, country })
    }

    /// Takes the name of a country out of the words of a title.
    fn take_country(&self, words: &mut Vec<&str>) -> Option<&'static str> {
        take(words, |name| self.countries.get(name).copied())
    }
}

/// The organisations and countries that an article mentions, by name in lower case.
struct Known {
    /// Organisations: their usual name and position.
    bodies: FxHashMap<String, (String, usize)>,
    /// Positions of countries by their usual name.
    countries: FxHashMap<&'static str, usize>,
}

impl Known {
    /// Collects them from names and aliases.
    fn of(roles: &Roles, entities: &[Entity]) -> Self {
        let (mut bodies, mut countries) = (FxHashMap::default(), FxHashMap::default());
        for (position, entity) in entities.iter().enumerate() {
            let names = std::iter::once(&entity.name).chain(entity.aliases.iter().map(|alias| &alias.text));
            for name in names.map(|name| name.to_lowercase()) {
                let name = name.strip_prefix("the ").unwrap_or(&name);
                match entity.kind {
                    EntityType::Organization => {
                        bodies.entry(name.to_owned()).or_insert_with(|| (entity.name.clone(), position));
                    }
                    EntityType::Place => {
                        if let Some(country) = roles.countries.get(name) {
                            countries.entry(*country).or_insert(position);
                        }
                    }
                    _ => {}
                }
            }
        }
        Self { bodies, countries }
    }

    /// Removes the name of an organisation from the words of a title, and returns it.
    fn take_body(&self, words: &mut Vec<&str>) -> Option<Named> {
        let (name, entity) = take(words, |name| self.bodies.get(name))?;
        Some(Named { name: name.clone(), entity: Some(*entity) })
    }
}

/// Removes the longest run of words that has an answer, with the words that join it to the role,
/// such as "of the".
fn take<T>(words: &mut Vec<&str>, answer: impl Fn(&str) -> Option<T>) -> Option<T> {
    for len in (1..=words.len().min(MAX_NAME_WORDS)).rev() {
        for start in 0..=words.len() - len {
            let name = words[start..start + len].join(" ").to_lowercase();
            let name = name.trim_end_matches(',');
            let plain = name.strip_suffix("'s").or_else(|| name.strip_suffix("’s")).unwrap_or(name);
            if let Some(found) = answer(plain) {
                let joined = words[..start].iter().rev().take_while(joins).count();
                words.drain(start - joined..start + len);
                return Some(found);
            }
        }
    }
    None
}

/// Whether a word joins a role and a name.
fn joins(word: &&&str) -> bool {
    matches!(**word, "of" | "for" | "at" | "in" | "from" | "with" | "the" | "to")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sayso_document::Counted;

    fn entity(name: &str, kind: EntityType, titles: &[&str]) -> Entity {
        let titles = titles.iter().map(|title| Counted { text: (*title).into(), count: 1 }).collect();
        Entity { name: name.into(), kind, aliases: Vec::new(), titles, roles: Vec::new(), confidence: 1.0 }
    }

    #[test]
    fn titles_tell_role_body_and_country() {
        let cases = [
            ("Norwegian Foreign Minister", "Foreign Minister", None, Some(("Norway", Some(2)))),
            ("president of the Harbour Union", "president", Some(1), None),
            ("former U.S. envoy", "former envoy", None, Some(("United States", None))),
            ("Harbour Union’s chief economist", "chief economist", Some(1), None),
            ("prime minister of South Korea", "prime minister", None, Some(("South Korea", None))),
            ("Norwegian Fish Board spokeswoman", "spokeswoman", Some(3), Some(("Norway", Some(2)))),
        ];
        for (title, role, organization, country) in cases {
            let mut entities = [
                entity("Ada Lind", EntityType::Person, &[title]),
                entity("Harbour Union", EntityType::Organization, &[]),
                entity("Norway", EntityType::Place, &[]),
                entity("Norwegian Fish Board", EntityType::Organization, &[]),
            ];
            Roles::compiled_in().find(&mut entities);
            let found = &entities[0].roles[0];
            assert_eq!((found.title.as_str(), found.role.as_str()), (title, role));
            assert_eq!(found.organization.as_ref().and_then(|body| body.entity), organization, "{title}");
            assert_eq!(found.country.as_ref().map(|one| (one.name.as_str(), one.entity)), country, "{title}");
        }
    }

    #[test]
    fn other_names_stay_in_the_role() {
        let mut entities = [entity("Ada Lind", EntityType::Person, &["Secretary of State", "Mayor of Tamm", "Dr."])];
        Roles::compiled_in().find(&mut entities);
        assert!(entities[0].roles.is_empty());
    }
}
