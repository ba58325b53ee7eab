//! How much memory the process takes, and whether that is too much.
//!
//! What single calls take is bounded by the limits of requests and answers. This bounds what many take together: above
//! the limit, articles are analysed and searches run one at a time, and calls that find the place taken are refused. So
//! work goes on, and takes no more. Files that are mapped (the indexes) do not count: the system takes that memory back
//! when it needs it.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crate::overload::Overload;

/// When whoever is refused should try again.
const RETRY: Duration = Duration::from_secs(1);

/// The memory of the process and its limit.
#[derive(Debug)]
pub(crate) struct Memory {
    most: usize,
    short: AtomicBool,
}

impl Memory {
    /// A limit of so many bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, short: AtomicBool::new(false) }
    }

    /// Looks how much there is. Called by a timer.
    pub(crate) fn look(&self) {
        let short = taken().is_some_and(|bytes| bytes > self.most);
        if self.short.swap(short, Ordering::Relaxed) == short {
            return;
        }
        if short {
            tracing::warn!(limit_bytes = self.most, "memory is short: articles and searches are taken one at a time");
        } else {
            tracing::info!("memory is no longer short");
        }
    }

    /// Whether more is taken than should be.
    pub(crate) fn is_short(&self) -> bool {
        self.short.load(Ordering::Relaxed)
    }

    /// Why work is refused.
    pub(crate) fn full(&self) -> Overload {
        Overload::of("memory_bytes", self.most, RETRY)
    }
}

/// Three quarters of the memory that the process may take: that of its control group or of the machine. If neither can be
/// told, there is no limit.
pub(crate) fn usual() -> usize {
    let of_group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let groups = of_group.into_iter().filter_map(|path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok());
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| kilobytes(&text, "MemTotal:"));
    let all = groups.chain(machine).min().and_then(|bytes| usize::try_from(bytes).ok());
    // A whole number of MiB reads better.
    all.map_or(usize::MAX, |bytes| (bytes / 4 * 3) >> 20 << 20)
}

/// The bytes of memory that the process takes, files left out. None if the system does not tell.
pub(crate) fn taken() -> Option<usize> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    usize::try_from(kilobytes(&text, "RssAnon:")?).ok()
}

/// The bytes in the line that begins with this name.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_from_the_lines_of_the_system() {
        let text = "Name:\tsayso\nRssAnon:\t   12345 kB\nRssFile:\t 9 kB\n";
        assert_eq!(kilobytes(text, "RssAnon:"), Some(12345 << 10));
        assert_eq!(kilobytes(text, "RssShmem:"), None);
        #[cfg(target_os = "linux")]
        assert!(taken().is_some_and(|bytes| bytes > 1 << 20) && usual() > 1 << 20);
    }
}
