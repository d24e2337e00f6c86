//! Stopping: what is begun is finished, nothing is left behind; and readiness says so before.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use sqlx::AnyConnection;

use crate::support::{Production, TestDatabase, on_both_databases, until};

/// Longer than anything takes here.
const BOUND: Duration = Duration::from_secs(30);

/// A wire to the payment gateway that keeps every reply back until it is let go.
struct SlowWire {
    url: String,
    kept: Arc<AtomicU32>,
    is_open: Arc<AtomicBool>,
}

impl SlowWire {
    fn start(upstream: &str) -> Self {
        let upstream = upstream.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (kept, is_open) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let wire = Self { url, kept: kept.clone(), is_open: is_open.clone() };
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (upstream, kept, is_open) = (upstream.clone(), kept.clone(), is_open.clone());
                std::thread::spawn(move || carry(&client, &upstream, &kept, &is_open));
            }
        });
        wire
    }

    fn open(&self) {
        self.is_open.store(true, Ordering::SeqCst);
    }
}

fn carry(client: &TcpStream, upstream: &str, kept: &AtomicU32, is_open: &AtomicBool) {
    let Ok(server) = TcpStream::connect(upstream) else { return };
    std::thread::scope(|scope| {
        scope.spawn(|| pump(client, &server, || {}));
        pump(&server, client, || {
            kept.fetch_add(1, Ordering::SeqCst);
            while !is_open.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(5));
            }
        });
    });
}

fn pump(mut from: &TcpStream, mut to: &TcpStream, before_each: impl Fn()) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 {
            break;
        }
        before_each();
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // An end that is gone already needs no closing.
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// How many leases are held, of messages and of customers.
async fn leases(production: &Production) -> i64 {
    let now = masthead::app::wall_clock().millis();
    let mut conn = production.database.store.read().await.unwrap();
    let conn: &mut AnyConnection = &mut conn;
    let count = "SELECT (SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND leased_until > $1) + \
                 (SELECT COUNT(*) FROM gateway_customer WHERE leased_until > $1)";
    sqlx::query_scalar(count).bind(now).fetch_one(conn).await.unwrap()
}

async fn readiness(production: &Production) -> (u16, Value) {
    let answer = production.client().get(production.address("/readyz")).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

on_both_databases! {
    async fn a_request_under_way_is_answered_before_it_stops(db: TestDatabase) {
        let mut production = Production::new(db).await;
        let wire = SlowWire::start(production.sandbox.url());
        production.set("MASTHEAD__PAYMENTS__API_URL", &wire.url);
        let mut running = production.serve(&[]).await;
        let production = Arc::new(production);
        let asking = tokio::spawn({
            let production = production.clone();
            async move { production.check_out(&production.client(), "ada@example.com").await }
        });
        until("a call to the gateway under way", || async { (wire.kept.load(Ordering::SeqCst) > 0).then_some(()) }).await;
        running.signal("TERM");
        // Nobody new is let in.
        let address = format!("127.0.0.1:{}", production.port);
        until("a closed door", || async { TcpStream::connect(&address).err() }).await;
        assert!(!asking.is_finished(), "the request did not wait for the gateway");
        wire.open();
        let answer = asking.await.unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
        assert_eq!(running.wait(BOUND).code(), Some(0), "{}", running.output());
        assert_eq!(leases(&production).await, 0);
        assert!(running.output().contains("\"message\":\"stopped\""), "{}", running.output());
    }

    async fn work_that_does_not_end_is_let_go_of_with_its_lease(db: TestDatabase) {
        let mut production = Production::new(db).await;
        let mut running = production.serve(&["--no-worker"]).await;
        production.pay("ada@example.com").await;
        // From now on the gateway hears and does not answer: whoever fetches the customer holds a lease for as long.
        let wire = SlowWire::start(production.sandbox.url());
        production.set("MASTHEAD__PAYMENTS__API_URL", &wire.url);
        production.set("MASTHEAD__HTTP__STOP_TIMEOUT_SECONDS", "1");
        let mut worker = production.start("worker.log", &["worker"]);
        until("a lease", || async { (leases(&production).await > 0).then_some(()) }).await;
        let began = Instant::now();
        worker.signal("INT");
        assert_eq!(worker.wait(BOUND).code(), Some(0), "{}", worker.output());
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        assert_eq!(leases(&production).await, 0, "{}", worker.output());
        assert!(worker.output().contains("let go"), "{}", worker.output());
        running.kill();
    }

    async fn it_says_that_it_is_not_ready_before_it_stops(db: TestDatabase) {
        let mut production = Production::new(db).await;
        production.set("MASTHEAD__HTTP__DRAIN_SECONDS", "300");
        let mut running = production.serve(&[]).await;
        assert_eq!(readiness(&production).await.0, 200);
        running.signal("TERM");
        let body = until("not being ready", || async {
            let (status, body) = readiness(&production).await;
            (status == 503).then_some(body)
        })
        .await;
        assert_eq!(body["code"], "not_ready");
        assert_eq!(body["errors"].as_array().unwrap().len(), 1, "{body}");
        assert_eq!((&body["errors"][0]["field"], &body["errors"][0]["code"]), (&"process".into(), &"stopping".into()));
        // It serves as before meanwhile, and lives.
        assert!(production.count().await.is_some());
        let alive = production.client().get(production.address("/healthz")).send().await.unwrap();
        assert_eq!((alive.status().as_u16(), alive.headers()["connection"].to_str().unwrap()), (200, "close"));
        // A second word ends it at once.
        running.signal("TERM");
        assert_eq!(running.wait(Duration::from_secs(5)).code(), Some(1), "{}", running.output());
    }
}
