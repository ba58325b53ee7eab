//! How articles are read: which tier before a put is answered, and which later.

use sayso_document::Tier;
use sayso_extract::Analyzer;

/// What settings and requests choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By the fast models, and no more.
    Fast,
    /// By the accurate model, before the article is kept.
    Accurate,
    /// Fast first; accurately as soon as nothing else needs the threads.
    FastThenAccurate,
}

impl Mode {
    /// All modes, with the names that settings give them.
    pub(crate) const ALL: [(Self, &str); 3] =
        [(Self::Fast, "fast"), (Self::Accurate, "accurate"), (Self::FastThenAccurate, "fast-then-accurate")];

    /// The default: the best tier that is compiled in.
    pub(crate) const DEFAULT: Self = match Analyzer::BEST {
        Tier::Fast => Self::Fast,
        Tier::Accurate => Self::Accurate,
    };

    /// The tier of the analysis that an article is kept with.
    pub(crate) fn first(self) -> Tier {
        match self {
            Self::Fast | Self::FastThenAccurate => Tier::Fast,
            Self::Accurate => Tier::Accurate,
        }
    }

    /// The tier that it comes to in the end.
    pub(crate) fn last(self) -> Tier {
        match self {
            Self::Fast => Tier::Fast,
            Self::Accurate | Self::FastThenAccurate => Tier::Accurate,
        }
    }

    /// The mode that settings call so.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(mode, _)| mode)
    }
}

impl std::fmt::Display for Mode {
    /// The name that settings give it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = Self::ALL.into_iter().find(|(mode, _)| mode == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

/// The error for a request that asks for a tier that is not compiled in. None if it is. `best` is the best one that is.
pub(crate) fn lacking(wanted: Tier, best: Tier) -> Option<&'static str> {
    (wanted > best).then_some(
        "accurate analysis is not in this build, which offers fast alone; build with the feature encoder, a default one, for it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_first_is_no_better_than_what_comes_last() {
        for (mode, name) in Mode::ALL {
            assert_eq!(Mode::named(name), Some(mode));
            assert_eq!(mode.first() < mode.last(), mode == Mode::FastThenAccurate);
        }
        assert_eq!(Mode::named("slow"), None);
        assert_eq!(Mode::DEFAULT.first(), Analyzer::BEST);
    }

    #[test]
    fn what_is_lacking_is_said_with_what_would_do() {
        assert_eq!(lacking(Tier::Accurate, Tier::Accurate), None);
        assert_eq!(lacking(Tier::Fast, Tier::Fast), None);
        let said = lacking(Tier::Accurate, Tier::Fast).unwrap();
        assert!(said.contains("offers fast") && said.contains("feature encoder"), "{said}");
    }
}
