//! Fixtures hold what a reader finds. Where the models find something else, the fixture's name stands in the
//! folder's `known.txt`: a new miss fails, and so does a line there that is a miss no more. `UPDATE=1` writes the file.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

/// The fixtures of a folder, in order.
pub(crate) fn fixtures(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().is_some_and(|name| name != "known.txt"));
    paths.sort();
    paths
}

/// Compares the faults, each with the fixture that has it, with the known ones of the folder.
pub(crate) fn hold(folder: &Path, faults: &[(PathBuf, String)]) {
    let name = |path: &Path| format!("{}\n", path.file_stem().unwrap().to_string_lossy());
    let misses: String = faults.iter().map(|(path, _)| name(path)).collect();
    let known = folder.join("known.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(known, misses).unwrap();
        return;
    }
    let kept = fs::read_to_string(known).unwrap();
    let is_known = |path: &Path| kept.lines().any(|line| line == name(path).trim_end());
    let new: Vec<&str> = faults.iter().filter(|(path, _)| !is_known(path)).map(|(_, fault)| fault.as_str()).collect();
    assert!(new.is_empty(), "\n{}", new.join("\n\n"));
    assert_eq!(misses, kept, "some are misses no more: run with UPDATE=1");
}
