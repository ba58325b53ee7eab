//! Sends articles over one stream after another, until every one was answered.
//!
//! An article counts as stored when the server says that it survives a crash. Until then it is kept here, and sent
//! again if the connection breaks. The server answers "unchanged" for what it already has, so nothing is stored twice.
//! The number and bytes of waiting articles are bounded.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use super::super::client::{ANSWER_BYTES, Channel, Server};
use super::super::fault::{Fault, describe, in_short, status_of};
use super::super::info::grouped;
use super::read::{Entry, Item};
use super::report::{Refusal, Report};
use super::seen::Seen;
use crate::proto::article_service_client::ArticleServiceClient;
use crate::proto::ingest_articles_request::Action;
use crate::proto::ingest_articles_response::{Event, RejectedEvent};
use crate::proto::{ArticleChange, IngestArticlesRequest, IngestArticlesResponse, PutArticleRequest};

/// The bytes of bodies that may wait for an answer. A single article may be longer.
const MAX_HELD_BYTES: usize = 64 << 20;

/// The first pause before a retry. Each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long to wait until the articles are searchable, once all are durable.
const MAX_SEARCHABLE_WAIT: Duration = Duration::from_secs(30);

/// How often progress is reported.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// The pause before the `attempt`th retry, from 1.
fn pause(attempt: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << (attempt - 1).min(16)).min(LONGEST_PAUSE)
}

/// An article that has not been answered yet.
struct Held {
    entry: Entry,
    /// How often the server postponed it.
    tries: u32,
}

/// Why a stream ended early.
enum Broken {
    /// Another connection may help.
    Connection(Status),
    /// Nothing will help.
    Refused(Fault),
}

impl Broken {
    /// A connection that ended without a status from the server.
    #[allow(
        clippy::disallowed_methods,
        reason = "seen by this client alone, which treats it as a status of the server's"
    )]
    fn lost(words: &str) -> Self {
        Self::Connection(Status::unavailable(words))
    }
}

impl From<Status> for Broken {
    fn from(status: Status) -> Self {
        let lasting = matches!(
            status.code(),
            Code::InvalidArgument
                | Code::NotFound
                | Code::PermissionDenied
                | Code::Unauthenticated
                | Code::Unimplemented
                | Code::FailedPrecondition
                | Code::OutOfRange
                | Code::DataLoss
        );
        if lasting { Self::Refused(Fault::from(status)) } else { Self::Connection(status) }
    }
}

/// Adds the articles that a reader finds.
pub(super) struct Ingest {
    items: mpsc::Receiver<Item>,
    /// The analysis mode, by its number in the API.
    analysis: i32,
    /// Whether the reader has no more items.
    ended: bool,
    /// Articles without an answer, by client sequence number.
    held: BTreeMap<i64, Held>,
    held_bytes: usize,
    /// Numbers in `held` that wait to be sent on the current stream.
    outbox: VecDeque<i64>,
    /// Numbers in `held` that the server postponed, by the time when they are due.
    put_off: BTreeMap<(Instant, i64), ()>,
    last_number: i64,
    window: usize,
    retries: u32,
    /// Articles that are durable by the answers of the current stream, but that reads do not see yet.
    unseen: BTreeSet<i64>,
    /// Whether the current stream has had an answer. If so, the next fault starts a new count of retries.
    answered: bool,
    /// What was stored under which id.
    seen: Seen,
    report: Report,
}

impl Ingest {
    /// Adds what comes from `items`, analysed in the mode `analysis`, with at most `window` unanswered articles, and up
    /// to `retries` retries in a row for an article or a connection.
    pub(super) fn new(items: mpsc::Receiver<Item>, analysis: i32, window: usize, retries: u32, report: Report) -> Self {
        Self {
            items,
            analysis,
            ended: false,
            held: BTreeMap::new(),
            held_bytes: 0,
            outbox: VecDeque::new(),
            put_off: BTreeMap::new(),
            last_number: 0,
            window: window.max(1),
            retries,
            unseen: BTreeSet::new(),
            answered: false,
            seen: Seen::default(),
            report,
        }
    }

    /// Works until everything is answered, nothing more can be done, or `interrupted` ends. In the last two cases the
    /// fault says why.
    pub(super) async fn run(
        mut self,
        server: &Server,
        channel: Channel,
        interrupted: impl Future<Output = ()>,
    ) -> (Report, Option<Fault>) {
        let fault = tokio::select! {
            fault = self.put_all(server, channel) => fault,
            () = interrupted => Some(Fault::Interrupted(self.unconfirmed("interrupted"))),
        };
        self.seen.limit().into_iter().for_each(|note| self.report.noted("the whole run", note));
        (self.report, fault)
    }

    async fn put_all(&mut self, server: &Server, channel: Channel) -> Option<Fault> {
        let mut channel = Some(channel);
        let mut attempt = 0;
        loop {
            let broken = match self.connection(server, channel.take()).await {
                Ok(channel) => self.stream(channel).await.err(),
                Err(broken) => Some(broken),
            };
            let status = match broken {
                None => return None,
                Some(Broken::Refused(fault)) => return Some(fault),
                Some(Broken::Connection(status)) => status,
            };
            attempt = if std::mem::take(&mut self.answered) { 1 } else { attempt + 1 };
            if attempt > self.retries {
                return Some(Fault::new(self.unconfirmed(&format!("gave up: {}", describe(&status)))));
            }
            let pause = pause(attempt);
            // One note for each lost connection, not for each attempt.
            if attempt == 1 {
                let words = in_short(&status);
                self.report.note(&format!("connection lost ({words}); trying again, {} times at most", self.retries));
            }
            sleep(pause).await;
        }
    }

    async fn connection(&self, server: &Server, open: Option<Channel>) -> Result<Channel, Broken> {
        match open {
            Some(channel) => Ok(channel),
            None => server.connect().await.map_err(|fault| match fault {
                Fault::Failed(words) => Broken::lost(words.lines().next().unwrap_or_default()),
                other => Broken::Refused(other),
            }),
        }
    }

    /// Adds to `why` how many articles may not be stored, and what to do.
    fn unconfirmed(&self, why: &str) -> String {
        let sent = self.held.len();
        let sent = format!("{sent} {} sent but not confirmed", if sent == 1 { "article was" } else { "articles were" });
        let rest = if self.ended { "" } else { ", and the rest was not read" };
        format!("{why}\n  {sent}{rest}\n  run the same command again; nothing is stored twice")
    }

    /// Uses one stream, from its first article to its last answer.
    async fn stream(&mut self, channel: Channel) -> Result<(), Broken> {
        let mut client = ArticleServiceClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
        let (sender, requests) = mpsc::channel(1);
        let mut answers = client.ingest_articles(ReceiverStream::new(requests)).await?.into_inner();
        let mut sender = Some(sender);
        let mut tick = interval(PROGRESS_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut give_up = None;
        self.put_off.clear();
        // What an earlier stream made durable tells nothing more here.
        self.unseen.clear();
        self.outbox = self.held.keys().copied().collect();
        loop {
            if self.ended && self.held.is_empty() {
                // The stream is closed only now, so that postponed articles could be sent again on it.
                sender = None;
                give_up.get_or_insert_with(|| Instant::now() + MAX_SEARCHABLE_WAIT);
            }
            let open = sender.as_ref();
            let due = self.put_off.keys().next().map(|(due, _)| *due);
            tokio::select! {
                answer = answers.message() => match answer {
                    Ok(Some(answer)) => self.take_answer(answer),
                    // Everything is durable. Only its becoming searchable was waited for.
                    Ok(None) | Err(_) if sender.is_none() => {
                        self.tell_unseen();
                        return Ok(());
                    }
                    Ok(None) => return Err(Broken::lost("the server ended the stream")),
                    Err(status) => return Err(status.into()),
                },
                permit = reserve(open), if open.is_some() && !self.outbox.is_empty() => {
                    // A closed channel means a broken stream, which the answers will show.
                    if let Some((permit, request)) = permit.zip(self.next_request()) {
                        permit.send(request);
                    }
                }
                item = self.items.recv(), if !self.ended && self.outbox.is_empty() && self.has_room() => self.take_item(item),
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.resume(),
                () = sleep_until(give_up.unwrap_or_else(Instant::now)), if give_up.is_some() => {
                    self.tell_unseen();
                    return Ok(());
                }
                _ = tick.tick() => self.tick(),
            }
        }
    }

    /// Says how much is kept that nobody finds yet.
    fn tell_unseen(&self) {
        let articles = match self.unseen.len() {
            0 => return,
            1 => "1 article is kept, but cannot".to_owned(),
            count => format!("{} articles are kept, but cannot", grouped(count as u64)),
        };
        self.report.note(&format!("{articles} be found yet: the search indexes are behind; see sayso info"));
    }

    fn tick(&mut self) {
        self.report.tick(self.ended, self.ended && self.held.is_empty());
    }

    fn has_room(&self) -> bool {
        self.held.len() < self.window && (self.held_bytes < MAX_HELD_BYTES || self.held.is_empty())
    }

    fn take_item(&mut self, item: Option<Item>) {
        match item {
            None => self.ended = true,
            Some(Item::Refused(refusal)) => self.report.refused(refusal),
            Some(Item::Noted(place, note)) => self.report.noted(&place, note),
            Some(Item::Article(mut entry)) => {
                for note in std::mem::take(&mut entry.notes) {
                    self.report.noted(&entry.place, note);
                }
                self.last_number += 1;
                self.held_bytes += entry.article.body.len();
                self.held.insert(self.last_number, Held { entry: *entry, tries: 0 });
                self.outbox.push_back(self.last_number);
            }
        }
    }

    fn next_request(&mut self) -> Option<IngestArticlesRequest> {
        let client_sequence = self.outbox.pop_front()?;
        let article = self.held.get(&client_sequence)?.entry.article.clone();
        let put = PutArticleRequest { article: Some(article), analysis_mode: self.analysis, ..Default::default() };
        Some(IngestArticlesRequest { client_sequence, action: Some(Action::Put(put)) })
    }

    /// Sends postponed articles again that are due.
    fn resume(&mut self) {
        let later = self.put_off.split_off(&(Instant::now(), i64::MAX));
        let due = std::mem::replace(&mut self.put_off, later);
        self.outbox.extend(due.into_keys().map(|(_, number)| number));
    }

    fn take_answer(&mut self, answer: IngestArticlesResponse) {
        self.answered = true;
        let number = answer.client_sequence;
        match answer.event {
            Some(Event::Durable(durable)) => {
                // If an article was sent twice, it may be answered twice. It counts once.
                if let Some(held) = self.release(number) {
                    let place = &held.entry.place;
                    let note = self.seen.kept(&durable.id, place, durable.change() == ArticleChange::Replaced);
                    self.report.kept(durable.change());
                    self.unseen.insert(number);
                    note.into_iter().for_each(|note| self.report.noted(place, note));
                }
            }
            Some(Event::Rejected(rejected)) => self.take_rejection(number, rejected),
            Some(Event::Searchable(_)) => {
                self.unseen.remove(&number);
            }
            Some(Event::Backoff(_)) | None => {}
        }
    }

    fn take_rejection(&mut self, number: i64, rejected: RejectedEvent) {
        let Some(held) = self.held.get_mut(&number) else { return };
        held.tries += 1;
        if rejected.retryable && held.tries <= self.retries {
            self.put_off.insert((Instant::now() + pause(held.tries), number), ());
            return;
        }
        if let Some(held) = self.release(number) {
            self.report.refused(Refusal::new(held.entry.place, in_short(&status_of(rejected.status))));
        }
    }

    fn release(&mut self, number: i64) -> Option<Held> {
        let held = self.held.remove(&number)?;
        self.held_bytes -= held.entry.article.body.len();
        Some(held)
    }
}

async fn reserve<T>(sender: Option<&mpsc::Sender<T>>) -> Option<mpsc::Permit<'_, T>> {
    sender?.reserve().await.ok()
}
