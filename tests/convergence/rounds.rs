//! The rounds that are played.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{
    arena::Arena,
    compare::divergences,
    history::Round,
    play::{Played, play},
    support::{DatabaseKind, TestDatabase},
};

/// How many readers live through a round together.
const READERS: usize = 25;
/// How many acts a history has.
const STEPS: usize = 12;
/// How many histories are played unless `CONVERGENCE_HISTORIES` says otherwise, on each database.
const HISTORIES: u64 = 500;
/// How long what is stored may take to be what Stripe's objects say, once all is quiet.
const BOUND: Duration = Duration::from_secs(30);

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")))
}

/// The seeds of the rounds of a database: even ones on one, odd ones on the other, so that no history is played twice.
fn seeds(kind: DatabaseKind) -> Vec<u64> {
    if let Some(seed) = number("CONVERGENCE_SEED") {
        return vec![seed];
    }
    let histories = number("CONVERGENCE_HISTORIES").map_or(HISTORIES, |all| all / 2);
    let odd = u64::from(kind == DatabaseKind::Postgres);
    (0..histories.div_ceil(READERS as u64)).map(|round| round * 2 + odd).collect()
}

async fn check(arena: &Arena, round: &Round, played: &Played) {
    let deadline = Instant::now() + BOUND;
    loop {
        let found = divergences(arena, played).await;
        if found.is_empty() {
            return;
        }
        if Instant::now() > deadline {
            let histories: Vec<String> = round.histories.iter().map(|history| format!("{history:?}")).collect();
            panic!(
                "{} divergences; play this round alone by CONVERGENCE_SEED={}\n{}\n{}\n{round:?}",
                found.len(),
                round.seed,
                found.join("\n"),
                histories.join("\n"),
            );
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Plays rounds in this process; whatever was never carried out in all of them was never tried.
async fn converge(kind: DatabaseKind) {
    let began = Instant::now();
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    let mut events = 0;
    let seeds = seeds(kind);
    for seed in &seeds {
        let round = Round::written(*seed, READERS, STEPS);
        let mut arena = Arena::within(TestDatabase::new(kind).await, *seed).await;
        let played = play(&mut arena, &round).await;
        check(&arena, &round, &played).await;
        events += arena.count_events().await;
        arena.stop().await;
        for (act, times) in played.done {
            *done.entry(act).or_default() += times;
        }
    }
    let histories = i64::try_from(seeds.len() * READERS).unwrap();
    println!("{histories} histories of {events} events in {:.0} s: {done:?}", began.elapsed().as_secs_f64());
    assert!(events >= 20 * histories, "{events} events in {histories} histories");
    if seeds.len() > 3 {
        assert_eq!(done.len(), 21, "every kind of act is carried out at some time: {done:?}");
    }
}

/// Plays rounds with a process that is killed after every step.
async fn converge_killed(kind: DatabaseKind) {
    for seed in [1_000_000, 1_000_001] {
        // Nothing is lost here: see `Arena::read_missed_events`.
        let round = Round { drop: 0, ..Round::written(seed, 8, 8) };
        let mut arena = Arena::process(TestDatabase::new(kind).await).await;
        let played = play(&mut arena, &round).await;
        check(&arena, &round, &played).await;
        arena.stop().await;
    }
}

/// Plays rounds in which nothing is heard of the gateway for three days.
async fn converge_after_outage(kind: DatabaseKind) {
    let mut within: BTreeMap<String, usize> = BTreeMap::new();
    for seed in [2_000_000, 2_000_001] {
        let round = Round::with_outage(seed, READERS);
        let mut arena = Arena::within(TestDatabase::new(kind).await, seed).await;
        let played = play(&mut arena, &round).await;
        check(&arena, &round, &played).await;
        arena.stop().await;
        for (act, times) in played.done_while_deaf {
            *within.entry(act).or_default() += times;
        }
    }
    println!("within the outages: {within:?}");
    for act in ["Refund", "Dispute", "CancelNow", "CancelAtEnd", "Switch", "Rejoin", "Give"] {
        assert!(within.contains_key(act), "no {act} while nothing was heard: {within:?}");
    }
}

macro_rules! on_each {
    ($($name:ident: $kind:ident),+) => {$(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn histories_end_as_stripes_objects_say() {
                converge(DatabaseKind::$kind).await;
            }

            // Fault 3.
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn histories_with_an_outage_of_three_days_end_alike() {
                converge_after_outage(DatabaseKind::$kind).await;
            }

            // Fault 4.
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn histories_with_a_server_that_is_killed_end_alike() {
                converge_killed(DatabaseKind::$kind).await;
            }
        }
    )+};
}

on_each!(sqlite: Sqlite, postgres: Postgres);
