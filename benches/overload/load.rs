//! Ordinary clients.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sayso::proto::{
    AnalyzeRequest, Article, FacetField, FacetRequest, PutArticleRequest, SearchSentencesRequest,
    analyze_service_client::AnalyzeServiceClient, article_service_client::ArticleServiceClient,
    search_service_client::SearchServiceClient,
};
use tokio::task::JoinSet;
use tonic::{Request, Status, transport::Channel};

use crate::{
    corpus::{body, query},
    figures::Outcomes,
    server::Server,
};

/// How many connections ordinary clients have.
const CONNECTIONS: usize = 16;

/// How many calls they have open at most. What would be more is not offered, and told.
const OPEN: usize = 2000;

/// How long a caller waits.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Load {
    channels: Vec<Channel>,
    next: Arc<AtomicU64>,
}

impl Load {
    pub(crate) async fn new(server: &Server) -> Self {
        let mut channels = Vec::new();
        for _ in 0..CONNECTIONS {
            channels.push(server.channel().await);
        }
        Self { channels, next: Arc::default() }
    }

    fn call(&self) -> impl Future<Output = (&'static str, Duration, Result<(), Status>)> + Send + use<> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let channel = self.channels[number as usize % CONNECTIONS].clone();
        async move {
            let began = Instant::now();
            let (kind, outcome) = call(channel, number).await;
            (kind, began.elapsed(), outcome)
        }
    }

    /// How many calls a second are answered if there are never more than a few at once.
    pub(crate) async fn sustainable(&self, time: Duration) -> f64 {
        let (began, mut calls, mut outcomes) = (Instant::now(), JoinSet::new(), Outcomes::default());
        let workers = std::thread::available_parallelism().map_or(1, usize::from) * 2;
        (0..workers).for_each(|_| drop(calls.spawn(self.call())));
        while let Some(ended) = calls.join_next().await {
            let (kind, took, outcome) = ended.unwrap();
            outcomes.note(kind, took, outcome);
            if began.elapsed() < time {
                calls.spawn(self.call());
            }
        }
        outcomes.admitted() as f64 / began.elapsed().as_secs_f64()
    }

    /// Calls that begin at this rate, whether those before have ended or not.
    pub(crate) async fn run(&self, rate: f64, time: Duration) -> Outcomes {
        let (began, mut calls, mut outcomes) = (Instant::now(), JoinSet::new(), Outcomes::default());
        let mut begun = 0;
        let mut tick = tokio::time::interval(Duration::from_millis(2));
        while began.elapsed() < time {
            tick.tick().await;
            while begun < (began.elapsed().as_secs_f64() * rate) as usize {
                begun += 1;
                if calls.len() < OPEN {
                    calls.spawn(self.call());
                }
            }
            while let Some(ended) = calls.try_join_next() {
                let (kind, took, outcome) = ended.unwrap();
                outcomes.note(kind, took, outcome);
            }
        }
        while let Some(ended) = calls.join_next().await {
            let (kind, took, outcome) = ended.unwrap();
            outcomes.note(kind, took, outcome);
        }
        outcomes
    }
}

/// Of twenty calls seventeen search, two analyse and one puts.
async fn call(channel: Channel, number: u64) -> (&'static str, Result<(), Status>) {
    fn patient<T>(message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(PATIENCE);
        request
    }
    match number % 20 {
        0 => {
            let article = Article { id: format!("put-{}", number % 500), body: body(number, 3), ..Default::default() };
            let put = PutArticleRequest { article: Some(article), ..Default::default() };
            ("put", ArticleServiceClient::new(channel).put_article(patient(put)).await.map(drop))
        }
        1 | 2 => {
            let request = AnalyzeRequest { text: body(number, 6), ..Default::default() };
            ("analyze", AnalyzeServiceClient::new(channel).analyze(patient(request)).await.map(drop))
        }
        _ => {
            let facets = vec![FacetRequest { field: FacetField::Entity.into(), ..Default::default() }];
            let request = SearchSentencesRequest { query: query(number), page_size: 50, facets, ..Default::default() };
            ("search", SearchServiceClient::new(channel).search_sentences(patient(request)).await.map(drop))
        }
    }
}
