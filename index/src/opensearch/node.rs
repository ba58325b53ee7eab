//! Which node of a cluster to ask: each in turn, and for a while none that failed.
//!
//! A node that fails again when its pause is over rests for twice as long. So a node that is gone for good costs one
//! attempt a minute, and one that restarts is asked again within seconds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest time for which a node is left alone.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The nodes of a cluster.
pub(super) struct Nodes {
    nodes: Vec<Node>,
    /// Counts requests.
    turn: AtomicUsize,
    /// How long a node is left alone after one failure.
    pause: Duration,
}

/// One node.
pub(super) struct Node {
    /// Its address, without a slash at the end.
    pub(super) url: String,
    state: Mutex<State>,
}

/// What is known of a node.
#[derive(Default)]
struct State {
    /// Failures since it last answered.
    failures: u32,
    /// Until when it is left alone.
    closed: Option<Instant>,
}

impl Nodes {
    /// Nodes of which nothing is known yet.
    pub(super) fn new(urls: &[String], pause: Duration) -> Self {
        let node = |url: &String| Node { url: url.trim_end_matches('/').to_owned(), state: Mutex::default() };
        Self { nodes: urls.iter().map(node).collect(), turn: AtomicUsize::new(0), pause }
    }

    /// The node for the next attempt: the next in turn that is not left alone at present. If all of them are, the one
    /// whose pause ends first: asking nobody would help nobody.
    pub(super) fn next(&self, now: Instant) -> Option<&Node> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..self.nodes.len()).filter_map(|step| self.nodes.get((turn + step) % self.nodes.len()));
        in_turn.min_by_key(|node| node.closed_for(now))
    }

    /// Notes that a node did not answer.
    pub(super) fn failed(&self, node: &Node, now: Instant) {
        let mut state = node.state.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = self.pause.saturating_mul(1 << state.failures.min(16)).min(LONGEST_PAUSE);
        state.failures = state.failures.saturating_add(1);
        state.closed = Some(now + pause);
    }

    /// Notes that a node answered.
    pub(super) fn answered(&self, node: &Node) {
        *node.state.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }
}

impl Node {
    /// For how long it is still left alone.
    fn closed_for(&self, now: Instant) -> Duration {
        let closed = self.state.lock().unwrap_or_else(PoisonError::into_inner).closed;
        closed.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_take_turns_and_rest_after_failures() {
        let urls = ["http://a/", "http://b", "http://c"].map(String::from);
        let nodes = Nodes::new(&urls, Duration::from_secs(1));
        let start = Instant::now();
        let asked = |at: Instant| nodes.next(at).map(|node| node.url.as_str());
        assert_eq!([asked(start), asked(start), asked(start)], [Some("http://a"), Some("http://b"), Some("http://c")]);
        nodes.failed(&nodes.nodes[0], start);
        assert_eq!([asked(start), asked(start), asked(start)], [Some("http://b"), Some("http://b"), Some("http://c")]);
        // A second failure doubles the pause, and an answer ends it.
        nodes.failed(&nodes.nodes[0], start);
        assert_eq!(nodes.nodes[0].closed_for(start), Duration::from_secs(2));
        let later = start + Duration::from_secs(2);
        assert_eq!(asked(later), Some("http://a"));
        nodes.answered(&nodes.nodes[0]);
        assert_eq!(nodes.nodes[0].closed_for(start), Duration::ZERO);
        // Where all of them rest, the one that rests shortest is asked.
        nodes.failed(&nodes.nodes[0], start);
        nodes.failed(&nodes.nodes[0], start);
        nodes.failed(&nodes.nodes[1], start);
        nodes.failed(&nodes.nodes[2], start + Duration::from_millis(1));
        assert_eq!(asked(start), Some("http://b"));
    }
}
