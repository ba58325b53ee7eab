//! What fitting needs of the stages of analysis: their features, seen from outside. One file a stage.
//!
//! Analysis has no use for this module; it serves the crate `sayso-train`.

pub mod attribution;
pub mod calibration;
#[cfg(feature = "encoder")]
pub mod encoder;
pub mod entities;
pub mod parse;
pub mod speakers;
pub mod tags;
pub mod values;
