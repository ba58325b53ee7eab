//! Threads of the engine.

use std::thread::{self, JoinHandle};

use crate::Result;

/// Starts a thread of this name.
///
/// # Errors
/// When the system gives no more threads.
pub(super) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    Ok(thread::Builder::new().name(name.to_owned()).spawn(run)?)
}
