//! What a key allows, and what each method needs, as the protos say.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{descriptors, proto::AccessScope};

/// What a key allows. None includes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    /// Searches and reads.
    Read,
    /// Puts and deletes of articles.
    Write,
    /// Changes of many articles, and whatever concerns the server.
    Admin,
}

impl Scope {
    const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// What the option of a method says. A method that says nothing needs the rarest one.
    fn told(number: i32) -> Self {
        match AccessScope::try_from(number) {
            Ok(AccessScope::Read) => Self::Read,
            Ok(AccessScope::Write) => Self::Write,
            Ok(AccessScope::Admin | AccessScope::Unspecified) | Err(_) => Self::Admin,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        })
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|scope| scope.to_string() == written);
        found.ok_or_else(|| format!("{written:?} is no scope; write one of read, write, admin"))
    }
}

/// The scopes of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ScopeSet(std::collections::BTreeSet<Scope>);

impl ScopeSet {
    /// Whether this one is among them.
    pub(crate) fn holds(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = self.0.iter().map(Scope::to_string).collect();
        f.write_str(&words.join(","))
    }
}

/// Services that need no key: whoever watches a server must learn how it is.
const OPEN: &str = "/grpc.health.v1.Health/";

/// Services that are not of this package and need a key that reads.
const REFLECTION: &str = "/grpc.reflection.";

/// The scope that each method needs.
pub(crate) struct Scopes(BTreeMap<String, Scope>);

impl Scopes {
    /// Reads them from the descriptors.
    pub(crate) fn of_all_methods() -> Self {
        Self(descriptors::method_options().map(|(path, option)| (path, Scope::told(option))).collect())
    }

    /// The scope that the method with this path needs. None if it needs no key. What is not known needs the rarest.
    pub(crate) fn required(&self, path: &str) -> Option<Scope> {
        if path.starts_with(OPEN) {
            return None;
        }
        let of_others = if path.starts_with(REFLECTION) { Scope::Read } else { Scope::Admin };
        Some(self.0.get(path).copied().unwrap_or(of_others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_says_which_scope_it_needs() {
        let untold: Vec<_> =
            descriptors::method_options().filter(|(_, option)| *option == 0).map(|(path, _)| path).collect();
        assert!(untold.is_empty(), "{untold:?} lack option (MethodAccess.required_scope)");
        let scopes = Scopes::of_all_methods();
        assert!(scopes.0.len() > 15);
        for (path, scope) in [
            ("/sayso.v1.SearchService/SearchSentences", Some(Scope::Read)),
            ("/sayso.v1.ArticleService/PutArticle", Some(Scope::Write)),
            ("/sayso.v1.ArticleService/DeleteArticles", Some(Scope::Admin)),
            ("/sayso.v1.NoService/NoMethod", Some(Scope::Admin)),
            ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Some(Scope::Read)),
            ("/grpc.health.v1.Health/Check", None),
        ] {
            assert_eq!(scopes.required(path), scope, "{path}");
        }
    }
}
