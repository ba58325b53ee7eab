//! The values of attributions that are marked by hand: act, polarity, addressee and time.

pub use crate::attribution::marked::{Marked, Values, values};
