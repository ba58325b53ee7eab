//! What the system tells of a process (Linux).

use std::{fs, path::Path, time::Duration};

/// CPU time of a process, all threads that live. Zero where the system does not tell.
pub(crate) fn cpu(id: u32) -> Duration {
    let Ok(tasks) = fs::read_dir(format!("/proc/{id}/task")) else { return Duration::ZERO };
    // Nanoseconds; the times in `stat` are counted in hundredths of a second.
    let of = |task: fs::DirEntry| {
        let told = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        told.split(' ').next().and_then(|nanos| nanos.parse::<u64>().ok()).unwrap_or(0)
    };
    Duration::from_nanos(tasks.filter_map(|task| task.ok().map(of)).sum())
}

/// CPU time of a process, threads that have ended included, in hundredths of a second.
pub(crate) fn cpu_ever(id: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name in parentheses may hold blanks; after it, user and system time are the 12th and 13th fields.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = |at: usize| after.split_whitespace().nth(at).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
}

/// One line of `/proc/ID/status` in MB: `VmRSS` is what is resident, `RssAnon` what of it is no mapped file.
pub(crate) fn memory(id: u32, line: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let found = status.lines().find_map(|one| one.strip_prefix(line)?.strip_prefix(':'));
    let kilobytes = found.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}

/// What a folder takes on disk, in MB.
pub(crate) fn disk(folder: &Path) -> f64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => disk(&entry.path()),
        Ok(metadata) => allocated(&metadata),
        // A file of an index may go between the listing and the look.
        Err(_) => 0.0,
    });
    sizes.sum()
}

#[cfg(unix)]
fn allocated(metadata: &fs::Metadata) -> f64 {
    // The store's file has holes: what counts is its blocks, of 512 bytes by POSIX.
    std::os::unix::fs::MetadataExt::blocks(metadata) as f64 * 512.0 / 1e6
}

#[cfg(not(unix))]
fn allocated(metadata: &fs::Metadata) -> f64 {
    metadata.len() as f64 / 1e6
}
