//! What keeps the server from running.

/// Any failure that keeps the server from running.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
