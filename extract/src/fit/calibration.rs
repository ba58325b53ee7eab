//! How confidences are read.

pub use crate::calibration::{Calibration, FILE, Line, kind_of, log_odds, prefix};
