//! Linear models over hashed features: how they are stored, and what they answer.
//!
//! A feature is a number, the hash of a template and its values. A model gives every feature one weight per label. The
//! weights of all features lie in one table, a byte each, and a feature's row begins at its number modulo the size of
//! the table (feature hashing: Weinberger et al., 2009). So a model needs no dictionary, loads at once and takes no
//! more room than its table.
//!
//! | type | holds | used by |
//! |---|---|---|
//! | `Linear` | a weight for every feature that hashes into the table | tags, parser, attribution, speakers |
//! | `Rows` | weights for chosen features, with fingerprints against collisions | the entity tagger |
//! | `Clusters` | groups of words, which are features for all others | all |
//! | [`Files`] | the bytes of all of these: compiled in, or replaced by the user | [`Analyzer`](crate::Analyzer) |

mod clusters;
mod error;
mod feature;
mod file;
mod files;
mod linear;
mod rows;
mod versions;

pub use error::ModelError;
#[cfg(feature = "encoder")]
pub(crate) use file::checksum;
pub use files::Files;
#[cfg(not(feature = "training"))]
pub(crate) use {
    clusters::{Clusters, Groups},
    feature::{feature, word},
    linear::Linear,
    rows::Rows,
};
#[cfg(feature = "training")]
pub use {
    clusters::{Clusters, Groups, plain},
    feature::{feature, word},
    linear::Linear,
    rows::Rows,
};
