//! Words of time: where they are (`expression`) and which days they refer to ([`resolve`]); and the dates and sums of money
//! of a text (`quantities`).

pub(crate) mod expression;
pub(crate) mod quantities;
pub(crate) mod resolve;
