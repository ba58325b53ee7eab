//! Expressions of time, dates and sums of money.
//!
//! | file | finds |
//! |---|---|
//! | `expression` | where words of time are |
//! | [`resolve`] | which days they refer to, counted from the day of the article |
//! | `quantities` | dates and sums of money as entities of the analysis |

pub(crate) mod expression;
pub(crate) mod quantities;
pub(crate) mod resolve;
