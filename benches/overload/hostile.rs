//! Clients that do harm: some read nothing of what they ask for, some never finish a request, and some take back each
//! call as soon as it is made.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{JoinHandle, sleep, spawn},
    time::Duration,
};

use prost::Message;
use sayso::proto::{ExportSentencesRequest, SearchSentencesRequest};

use crate::{
    frames::{DATA, Frames, head},
    server::Server,
};

const SLOW_READERS: usize = 8;
const SLOW_WRITERS: usize = 4;
const RESETTERS: usize = 2;

/// Calls that are taken back at once before a pause.
const RESETS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) struct Hostile {
    stop: Arc<AtomicBool>,
    resets: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

/// Lets them loose.
pub(crate) fn begin(server: &Server) -> Hostile {
    let (stop, resets, mut threads) = (Arc::new(AtomicBool::new(false)), Arc::<AtomicUsize>::default(), Vec::new());
    let mut start = |count: usize, act: fn(&str, &AtomicBool, &AtomicUsize)| {
        for _ in 0..count {
            let (address, stop, resets) = (server.address().to_owned(), Arc::clone(&stop), Arc::clone(&resets));
            threads.push(spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    act(&address, &stop, &resets);
                    sleep(PAUSE);
                }
            }));
        }
    };
    start(SLOW_READERS, read_nothing);
    start(SLOW_WRITERS, write_slowly);
    start(RESETTERS, take_back);
    Hostile { stop, resets, threads }
}

impl Hostile {
    /// Ends them. Tells how many calls were taken back.
    pub(crate) async fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        let joined =
            tokio::task::spawn_blocking(move || self.threads.into_iter().for_each(|thread| thread.join().unwrap()));
        joined.await.unwrap();
        self.resets.load(Ordering::Relaxed)
    }
}

/// Asks for all sentences twenty times, and does not read the answers.
fn read_nothing(address: &str, stop: &AtomicBool, _: &AtomicUsize) {
    let search = SearchSentencesRequest { page_size: 1000, ..Default::default() };
    let message = ExportSentencesRequest { search: Some(search) }.encode_to_vec();
    let Ok(mut frames) = Frames::connect(address, 1) else { return };
    for call in 0..20 {
        let begun = frames.call(2 * call + 1, "/sayso.v1.SearchService/ExportSentences");
        if begun.and_then(|()| frames.message(2 * call + 1, &message)).is_err() {
            return;
        }
    }
    // Whether it was cut off cannot be seen without reading, but when writing.
    while !stop.load(Ordering::Relaxed) && frames.send(6, 0, 0, &[0; 8]).is_ok() {
        sleep(Duration::from_millis(500));
    }
}

/// Promises an article and sends a byte of it now and then.
fn write_slowly(address: &str, stop: &AtomicBool, _: &AtomicUsize) {
    let Ok(mut frames) = Frames::connect(address, 65_535) else { return };
    let begun = frames.call(1, "/sayso.v1.ArticleService/PutArticle");
    if begun.and_then(|()| frames.send(DATA, 0, 1, &head(false, 500_000))).is_err() {
        return;
    }
    while !stop.load(Ordering::Relaxed) && frames.send(DATA, 0, 1, b"x").is_ok() {
        sleep(Duration::from_millis(500));
    }
}

/// Makes calls and takes each back, until the server ends the connection.
fn take_back(address: &str, stop: &AtomicBool, resets: &AtomicUsize) {
    let message = SearchSentencesRequest { query: "ba* cel*".into(), ..Default::default() }.encode_to_vec();
    let Ok(mut frames) = Frames::connect(address, 65_535) else { return };
    let mut stream = 1;
    while !stop.load(Ordering::Relaxed) {
        for _ in 0..RESETS {
            let begun = frames.call(stream, "/sayso.v1.SearchService/SearchSentences");
            let begun = begun.and_then(|()| frames.message(stream, &message)).and_then(|()| frames.reset(stream));
            if begun.is_err() {
                return;
            }
            resets.fetch_add(1, Ordering::Relaxed);
            stream += 2;
        }
        sleep(PAUSE);
    }
}
