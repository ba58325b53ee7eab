//! How confidences are read.

pub use crate::calibration::{Calibration, FILE, Line, log_odds, kind_of, prefix};
