//! How confidences become probabilities; the stage `calibration` of `sayso-train` fits the lines.

pub use crate::calibration::{Calibration, FILE, Line, kind_of, log_odds, prefix};
