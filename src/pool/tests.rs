//! Whose turn it is, and how turns are lent.

use tokio::task::JoinHandle;

use super::*;

const SHORT: Duration = Duration::from_millis(25);

/// A pool of one thread, which is busy until the sender is dropped.
async fn busy(pool: Pool) -> (Pool, mpsc::Sender<()>, tokio::task::JoinHandle<Result<bool, PoolError>>) {
    let (release, blocked) = mpsc::channel::<()>();
    let first = tokio::spawn({
        let pool = pool.clone();
        async move { pool.run(None, move || blocked.recv().is_err()).await }
    });
    while pool.state().running == 0 {
        tokio::task::yield_now().await;
    }
    (pool, release, first)
}

fn waiting(pool: &Pool, kind: Kind) -> usize {
    pool.state().queues[kind as usize].count
}

#[tokio::test]
async fn work_for_which_nobody_waits_is_refused_while_some_is_done() {
    let (pool, release, first) = busy(Pool::single()).await;
    let Err(PoolError::Full(full)) = pool.run(None, || 3).await else { panic!("it waits") };
    assert_eq!(full.limit, None);
    drop(release);
    assert!(first.await.unwrap().unwrap());
    assert_eq!(pool.run(None, || 3).await.unwrap(), 3);
}

#[tokio::test]
async fn calls_and_bulk_take_turns_and_what_can_wait_lets_both_go_first() {
    let (pool, release, first) = busy(Pool::new(1, SHORT)).await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = |name| {
        let order = Arc::clone(&order);
        move || order.lock().unwrap().push(name)
    };
    let mut tasks = Vec::new();
    let work = note("idle");
    tasks.push(tokio::spawn({
        let pool = pool.clone();
        async move { pool.run_on(0, Urgency::Idle, move |_| work()).await }
    }));
    for name in ["bulk 1", "bulk 2", "bulk 3"] {
        let (pool, work) = (pool.clone(), note(name));
        tasks.push(tokio::spawn(async move { pool.run_patiently(work).await }));
    }
    // On the one thread of this test each gets as far as it can before the next one starts.
    tokio::task::yield_now().await;
    for name in ["call 1", "call 2"] {
        let (pool, work) = (pool.clone(), note(name));
        tasks.push(tokio::spawn(async move { pool.run(None, work).await }));
    }
    while waiting(&pool, Kind::Call) < 2 || waiting(&pool, Kind::Bulk) < 3 {
        tokio::task::yield_now().await;
    }
    drop(release);
    first.await.unwrap().unwrap();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(*order.lock().unwrap(), ["bulk 1", "call 1", "bulk 2", "call 2", "bulk 3", "idle"]);
}

#[tokio::test]
async fn places_of_those_who_went_away_are_not_kept() {
    let (pool, release, first) = busy(Pool::new(1, SHORT)).await;
    for _ in 0..1000 {
        let gone = pool.run(None, || 1);
        assert!(futures_util::FutureExt::now_or_never(gone).is_none());
    }
    assert_eq!(waiting(&pool, Kind::Call), 0);
    assert!(pool.state().queues[Kind::Call as usize].places.len() < 100);
    let next = tokio::spawn({
        let pool = pool.clone();
        async move { pool.run(None, || 2).await }
    });
    while waiting(&pool, Kind::Call) == 0 {
        tokio::task::yield_now().await;
    }
    drop(release);
    first.await.unwrap().unwrap();
    assert_eq!(next.await.unwrap().unwrap(), 2);
    assert_eq!(pool.state().running, 0);
}

#[tokio::test]
async fn while_memory_is_short_one_runs_and_others_are_refused() {
    let memory = Arc::new(Memory::new(1));
    memory.look();
    if !memory.is_short() {
        return;
    }
    let (pool, release, first) = busy(Pool::sparing(4, SHORT, &memory)).await;
    let Err(PoolError::Full(full)) = pool.run(None, || 3).await else { panic!("it runs or waits") };
    assert_eq!(full.limit, Some(("memory_bytes", "1".into())));
    drop(release);
    first.await.unwrap().unwrap();
    assert_eq!(pool.run(None, || 3).await.unwrap(), 3);
}

const LONG: usize = 1 << 20;
const CALL: Urgency = Urgency::Call(None);

type Order = Arc<Mutex<Vec<&'static str>>>;

/// Work that notes its name and ends.
fn note(pool: &Pool, order: &Order, name: &'static str, bytes: usize, urgency: Urgency) -> JoinHandle<()> {
    let (pool, order) = (pool.clone(), Arc::clone(order));
    tokio::spawn(async move {
        pool.run_on(bytes, urgency, move |_| order.lock().unwrap().push(name)).await.unwrap();
    })
}

/// Work on the only thread, which lends its turn again and again until it is told to end.
async fn lending(
    pool: &Pool,
    order: &Order,
    bytes: usize,
    urgency: Urgency,
) -> (mpsc::Sender<()>, JoinHandle<Result<(), PoolError>>) {
    let (end, ended) = mpsc::channel();
    let order = Arc::clone(order);
    let running = tokio::spawn({
        let pool = pool.clone();
        let work = move |turn: &Turn| {
            while ended.try_recv() == Err(mpsc::TryRecvError::Empty) {
                turn.lend();
                std::thread::yield_now();
            }
            order.lock().unwrap().push("lender");
        };
        async move { pool.run_on(bytes, urgency, work).await }
    });
    while pool.state().running == 0 {
        tokio::task::yield_now().await;
    }
    (end, running)
}

#[tokio::test]
async fn long_work_lets_shorter_work_go_first_and_work_as_long_wait() {
    let (pool, order) = (Pool::new(1, Duration::from_secs(1)), Order::default());
    let (end, lender) = lending(&pool, &order, LONG, CALL).await;
    let as_long = note(&pool, &order, "as long", LONG, CALL);
    for name in ["short", "another", "a third"] {
        note(&pool, &order, name, 100, CALL).await.unwrap();
    }
    note(&pool, &order, "in bulk", LONG / 8, Urgency::Bulk).await.unwrap();
    assert_eq!(pool.state().running, 1, "one works at a time");
    drop(end);
    lender.await.unwrap().unwrap();
    as_long.await.unwrap();
    assert_eq!(*order.lock().unwrap(), ["short", "another", "a third", "in bulk", "lender", "as long"]);
    assert_eq!(pool.state().running, 0);
}

#[tokio::test]
async fn what_nobody_waits_for_lets_all_that_is_no_longer_go_first() {
    let (pool, order) = (Pool::new(1, Duration::from_secs(1)), Order::default());
    let (end, lender) = lending(&pool, &order, 4 * LONG, Urgency::Idle).await;
    let (end_call, call) = lending(&pool, &order, 4 * LONG, CALL).await;
    note(&pool, &order, "short", 100, CALL).await.unwrap();
    let idle = note(&pool, &order, "idle", 100, Urgency::Idle);
    drop(end_call);
    call.await.unwrap().unwrap();
    drop(end);
    lender.await.unwrap().unwrap();
    idle.await.unwrap();
    assert_eq!(*order.lock().unwrap(), ["short", "lender", "lender", "idle"]);
}

#[tokio::test]
async fn a_turn_that_was_lent_comes_back_from_work_that_panics_or_goes_away() {
    let (pool, order) = (Pool::new(1, Duration::from_secs(1)), Order::default());
    let (end, lender) = lending(&pool, &order, LONG, CALL).await;
    let panics = pool.run_on(1, CALL, |_| panic!("it is meant")).await;
    assert!(matches!(panics, Err(PoolError::Died)));
    for _ in 0..100 {
        let gone = pool.run_on(1, CALL, |_| ());
        let _ = futures_util::FutureExt::now_or_never(gone);
    }
    note(&pool, &order, "short", 100, CALL).await.unwrap();
    drop(end);
    lender.await.unwrap().unwrap();
    assert_eq!(*order.lock().unwrap(), ["short", "lender"]);
    assert_eq!(pool.state().running, 0);
}
