//! Asks the engine twice a second what it cannot do, and reports it to the health service and the log. So both tell the
//! truth whether there are calls or not, and recover by themselves.
//!
//! Without the store, no service serves. If the disk is full, or if the indexes stand still, no article can be put so
//! that it can be found, so ArticleService does not serve. If the indexes stand still, what reads them does not either:
//! it goes on answering, but from a state that grows old.

use std::{sync::Arc, time::Duration};

use sayso_index::{Engine, Health};
use tonic_health::{ServingStatus, server::HealthReporter};

use crate::{connections::Connections, memory::Memory, proto, telemetry};

/// How often to ask.
const CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// The services that write.
const WRITERS: [&str; 1] = [proto::article_service_server::SERVICE_NAME];

/// The services that read from the indexes.
const SEARCHERS: [&str; 3] = [
    proto::search_service_server::SERVICE_NAME,
    proto::entity_service_server::SERVICE_NAME,
    proto::quote_service_server::SERVICE_NAME,
];

/// The services that read from the store alone.
const READERS: [&str; 1] = [proto::snapshot_service_server::SERVICE_NAME];

/// The services that need no store.
const OTHERS: [&str; 2] = [proto::analyze_service_server::SERVICE_NAME, proto::server_service_server::SERVICE_NAME];

/// The name for the server as a whole.
const WHOLE: &str = "";

/// All services that health reports and reflection lists.
pub(crate) fn services() -> impl Iterator<Item = &'static str> {
    WRITERS.into_iter().chain(SEARCHERS).chain(READERS).chain(OTHERS)
}

/// Reports that nothing serves any more.
pub(crate) async fn stop(reporter: &HealthReporter) {
    for service in services().chain([WHOLE]) {
        reporter.set_service_status(service, ServingStatus::NotServing).await;
    }
}

/// Reports the state of the engine, now and from now on. Also does what else needs a timer: closes stalled connections,
/// looks at the memory, and logs refusals that were only counted.
pub(crate) async fn follow(
    engine: Arc<dyn Engine>,
    connections: Connections,
    memory: Arc<Memory>,
    reporter: HealthReporter,
) {
    let mut last = None;
    loop {
        let asked = Arc::clone(&engine);
        // If such a task fails, the runtime is about to end.
        #[allow(
            clippy::disallowed_methods,
            reason = "one at a time, asked by a timer; it must not wait behind searches"
        )]
        let Ok(now) = tokio::task::spawn_blocking(move || asked.health()).await else { return };
        if last.as_ref() != Some(&now) {
            report(&reporter, &now).await;
            tell(&last.unwrap_or_default(), &now);
            last = Some(now);
        }
        connections.close_stalled();
        memory.look();
        telemetry::tell_refusals();
        tokio::time::sleep(CHECK_INTERVAL).await;
    }
}

async fn report(reporter: &HealthReporter, now: &Health) {
    let reads = now.store_fault.is_none();
    let follows = reads && now.index_fault.is_none();
    let writes = follows && now.refuses_articles.is_none();
    let groups: [(&[&str], bool); 5] =
        [(&WRITERS, writes), (&SEARCHERS, follows), (&READERS, reads), (&OTHERS, true), (&[WHOLE], reads)];
    for (services, well) in groups {
        let status = if well { ServingStatus::Serving } else { ServingStatus::NotServing };
        for service in services {
            reporter.set_service_status(service, status).await;
        }
    }
}

/// Logs what has changed. The engine itself logs damage, and indexes that cannot follow.
fn tell(before: &Health, now: &Health) {
    let changes = [
        (
            &before.store_fault,
            &now.store_fault,
            "nothing can be read or written",
            "articles can be read and written again",
        ),
        (&before.refuses_articles, &now.refuses_articles, "articles are refused", "articles are taken in again"),
        (&before.refuses_deletes, &now.refuses_deletes, "deletes are refused", "deletes are made again"),
    ];
    for (before, now, wrong, right) in changes {
        match (before, now) {
            (None, Some(why)) => tracing::error!(why, "{wrong}"),
            (Some(_), None) => tracing::info!("{right}"),
            _ => {}
        }
    }
}
