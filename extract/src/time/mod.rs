//! Words of time: where they stand ([`expression`]) and which days they mean ([`resolve`]); and the dates and sums of
//! money of a text ([`quantities`]).

pub(crate) mod expression;
pub(crate) mod quantities;
pub mod resolve;
