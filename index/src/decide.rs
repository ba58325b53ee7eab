//! What a change does to the article that stands under its id: the same on every engine.
//!
//! An engine reads what stands, asks here, and writes. How it keeps others from writing in between is its own affair:
//! the embedded one has a single thread that writes, and a cluster refuses a change of what is no longer so.

use sayso_document::{Analysis, Tier};

use crate::{Article, Error, ErrorKind, Version, Wanted};

/// Why a change that expects this etag cannot be made, if it cannot. `stands` is the version of the article that is
/// there, and what is wrong if there is none.
pub(crate) fn stale(id: &str, stands: Result<Version, Absent>, expected: u64) -> Option<Error> {
    let stands = match stands {
        Ok(version) if version.etag == expected => return None,
        Ok(version) => format!("article {id:?} has the etag {:016x}", version.etag),
        Err(Absent::Missing) => format!("there is no article {id:?}"),
        Err(Absent::Damaged) => format!("the record of article {id:?} is damaged, so its etag is unknown"),
    };
    let message = format!("{stands}; the change expects the etag {expected:016x}");
    Some(Error::new(ErrorKind::Stale, message))
}

/// Why no version of an article is known.
#[derive(Clone, Copy)]
pub(crate) enum Absent {
    /// There is no article with this id.
    Missing,
    /// Its record cannot be read.
    Damaged,
}

/// Whether the analysis that is there stays, of the same article: it is by the same model, or of a better tier.
pub(crate) fn keeps(model: &str, tier: Tier, new: &Analysis) -> bool {
    model == new.model || tier > new.tier
}

/// The version of an article in place of the one that is there: the same one if only the analysis differs, and the
/// first one if nothing that can be read is there. `birth` is the number of the change.
pub(crate) fn version_after(stands: Option<(Version, bool)>, new: &Article, now: i64, birth: u64) -> Version {
    match stands {
        Some((version, same)) if same => version,
        Some((version, _)) => version.next(new, now, birth),
        None => Version::first(new, now, birth),
    }
}

/// The tier of analysis that an article is to wait for after a put, if that is more than what it waits for now. `model`
/// made the analysis that it has after the put.
pub(crate) fn waits(was: Option<Tier>, wanted: Option<&Wanted>, model: &str) -> Option<Tier> {
    wanted.filter(|wanted| wanted.model != model).map(|wanted| wanted.tier).filter(|&tier| was < Some(tier))
}
