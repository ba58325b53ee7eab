//! Entities over several articles: figures and lookup.
