//! The stages of fitting, in the order in which they build on each other. One file a stage; each
//! reads its corpora, fits, and writes files of `extract/models`.

mod attribution;
mod calibration;
mod clusters;
mod entities;
mod lexicon;
mod parse;
mod speakers;
mod stage;
mod tags;
pub(crate) mod values;
pub(crate) mod who;

pub use stage::Stage;

/// All stages in order.
pub const STAGES: &[Stage] = &[
    lexicon::STAGE,
    clusters::STAGE,
    entities::STAGE,
    tags::STAGE,
    parse::STAGE,
    speakers::STAGE,
    attribution::STAGE,
    who::STAGE,
    values::STAGE,
    calibration::STAGE,
];
