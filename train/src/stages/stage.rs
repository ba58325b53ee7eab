//! What a stage is.

use std::io;

use crate::places::Places;

/// One stage: its name on the command line, what it does, and how.
#[derive(Debug)]
pub struct Stage {
    /// Name of the sub-command.
    pub name: &'static str,
    /// What it fits, from what.
    pub about: &'static str,
    /// Fits and writes.
    pub run: fn(&Places) -> io::Result<()>,
}
