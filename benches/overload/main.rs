//! Overload: real clients ask a real server for several times what it can do, with slow readers and rapid resets among
//! them.
//!
//! ```text
//! cargo bench --bench overload              # ten times the sustainable load, for 30 seconds
//! cargo bench --bench overload -- 600 10    # seconds, and how many times
//! ```
//!
//! It prints memory against the budget, how long admitted calls took against the same calls without load, how fast the
//! others were refused, health, cheap reads, and how soon all is as before. It fails only where no noise of the machine
//! is an excuse: above the memory budget, when health or cheap reads fail, or when the server does not recover. `scripts/overload`
//! keeps clients and server on processors of their own; without it they share them, and times are worse than the server's.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic, and prints its figures")]

mod corpus;
mod figures;
#[path = "../../tests/e2e/frames.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod frames;
mod hostile;
mod load;
mod server;

use std::time::{Duration, Instant};

use figures::Outcomes;
use load::Load;
use server::Server;

/// What the server may take, in MiB.
const BUDGET: usize = 1024;

/// How long calls may fail after the load has ended.
const RECOVERY: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    // `cargo bench` passes --bench.
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let seconds = Duration::from_secs(arguments.first().copied().unwrap_or(30));
    let times = arguments.get(1).copied().unwrap_or(10) as f64;
    let server = Server::start(BUDGET).await;
    let load = Load::new(&server).await;
    load.run(50.0, Duration::from_secs(2)).await;
    let sustainable = load.sustainable(Duration::from_secs(8)).await;
    println!("sustainable: {sustainable:.0} calls a second");
    let calm = load.run(sustainable / 4.0, (seconds / 4).max(Duration::from_secs(8))).await;
    figures::print("a quarter of that", &calm);
    println!("\n{times:.0} times that for {seconds:?}, with slow readers and rapid resets");
    let (hostile, watch) = (hostile::begin(&server), server.watch().await);
    // What comes in the first moments is a burst, for which there are other rules.
    load.run(sustainable * times, Duration::from_secs(3)).await;
    let began = Instant::now();
    let loaded = load.run(sustainable * times, seconds).await;
    let took = began.elapsed();
    let (seen, resets) = (watch.end().await, hostile.end().await);
    figures::print("overload", &loaded);
    println!("  offered: {:.0} calls a second", loaded.all() as f64 / took.as_secs_f64());
    println!("  rapid resets: {resets}");
    println!("  memory: {} MiB at most, budget {BUDGET} MiB", seen.memory_mib);
    println!("  health checks: {}, cheap reads: {}", seen.health, seen.reads);
    compare(&calm, &loaded);
    let recovered = recovery(&load, sustainable / 4.0, &calm).await;
    println!("  recovered: {}", recovered.map_or("not within 30 s".into(), |after| format!("after {after:?}")));
    let server_lives = server.is_well().await;
    assert!(server_lives, "the server is not well after the load");
    assert!(seen.memory_mib <= BUDGET, "more memory than the budget");
    assert_eq!((seen.health.failed, seen.reads.failed), (0, 0), "health or cheap reads failed");
    assert!(recovered.is_some(), "calls are still refused long after the load");
    if recovered.is_some_and(|after| after > RECOVERY) {
        println!("  slower than the aim of {RECOVERY:?}");
    }
}

/// How much longer admitted calls took than without load.
fn compare(calm: &Outcomes, loaded: &Outcomes) {
    for (name, calm, loaded) in calm.beside(loaded) {
        println!(
            "  {name}: p99 {loaded:.1} ms under load, {calm:.1} ms without: {:.1} times",
            loaded / calm.max(0.001)
        );
    }
}

/// How long it takes until a second passes in which nothing is refused and nothing takes much longer than before.
async fn recovery(load: &Load, rate: f64, calm: &Outcomes) -> Option<Duration> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(30) {
        let start = began.elapsed();
        let now = load.run(rate, Duration::from_secs(1)).await;
        let slow = calm.beside(&now).any(|(_, calm, now)| now > 3.0 * calm);
        if now.refused() == 0 && now.failed() == 0 && !slow {
            return Some(start);
        }
    }
    None
}
