//! Runs work on several threads, with results that do not depend on their number.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many threads work.
pub const THREADS: usize = 2;

/// Applies `of` to each item on `threads` threads. The results are in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], threads: usize, of: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { return done };
            done.push((place, of(item)));
        }
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, Vec<_>>| {
            // A panic in a thread ends the program as it would on the main thread.
            worker.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault))
        };
        workers.into_iter().flat_map(join).collect()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        let squares: Vec<u32> = items.iter().map(|n| n * n).collect();
        assert_eq!(super::map(&items, 3, |n| n * n), squares);
        assert_eq!(super::map(&items, 0, |n| n * n), squares);
    }
}
