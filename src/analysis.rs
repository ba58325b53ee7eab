//! Analysis modes: on which tier an article is analysed before a put is answered, and on which later.

use sayso_document::Tier;
use sayso_extract::Analyzer;

/// The modes that settings and requests choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// With the fast models only.
    Fast,
    /// With the accurate model, before the article is stored.
    Accurate,
    /// First fast, then accurately when the threads have nothing else to do.
    FastThenAccurate,
}

impl Mode {
    /// All modes, with their names in settings.
    pub(crate) const ALL: [(Self, &str); 3] =
        [(Self::Fast, "fast"), (Self::Accurate, "accurate"), (Self::FastThenAccurate, "fast-then-accurate")];

    /// The default: the best tier that is compiled in.
    pub(crate) const DEFAULT: Self = match Analyzer::BEST {
        Tier::Fast => Self::Fast,
        Tier::Accurate => Self::Accurate,
    };

    /// The tier of the analysis with which an article is first stored.
    pub(crate) fn first(self) -> Tier {
        match self {
            Self::Fast | Self::FastThenAccurate => Tier::Fast,
            Self::Accurate => Tier::Accurate,
        }
    }

    /// The tier of its final analysis.
    pub(crate) fn last(self) -> Tier {
        match self {
            Self::Fast => Tier::Fast,
            Self::Accurate | Self::FastThenAccurate => Tier::Accurate,
        }
    }

    /// The mode with this name in settings.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(mode, _)| mode)
    }
}

impl std::fmt::Display for Mode {
    /// The name in settings.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = Self::ALL.into_iter().find(|(mode, _)| mode == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

/// The error for a request for a tier that is not compiled in. None if it is. `best` is the best tier that is compiled
/// in.
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
