//! What the text says of an attribution beside its parts: who speaks and to whom, the act, the polarity, when.

pub(crate) mod act;
pub(crate) mod addressee;
mod issuer;
pub(crate) mod kind;
pub(crate) mod learned;
pub(crate) mod marked;
pub(crate) mod mentions;
pub(crate) mod polarity;
pub(crate) mod speaker;
pub(crate) mod value;
pub(crate) mod when;
pub(crate) mod who;
