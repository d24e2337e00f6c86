//! Fault 61: requests that are cut off at any moment, in the middle of a transaction too. Connections are clean afterwards, and
//! nothing is half written.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use sqlx::Row as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{AppOptions, DatabaseKind, TestApp, TestDatabase, on_both_databases, until};

/// How many requests are cut off.
const REQUESTS: u32 = 900;
/// How many of them are under way at once.
const AT_ONCE: u32 = 30;

/// Sends a request and cuts the wire without a goodbye, after so long.
async fn send_and_reset(port: u16, number: u32) {
    let mut wire = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let body = json!({ "email": format!("reader{number}@example.com") }).to_string();
    let (path, kind) = if number.is_multiple_of(3) { ("/sign-in", "form") } else { ("/v1/sign-in", "json") };
    let (content_type, body) = match kind {
        "form" => ("application/x-www-form-urlencoded", format!("email=reader{number}%40example.com")),
        _ => ("application/json", body),
    };
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\norigin: http://localhost:{port}\r\n\
         content-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    wire.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    // From before the first statement to after the answer: a request takes a few milliseconds.
    let patience = Duration::from_micros(u64::from(number % 60) * 150);
    let mut answer = [0; 64];
    let _ = tokio::time::timeout(patience, wire.read(&mut answer)).await;
    wire.set_zero_linger().unwrap();
}

/// How many connections of this database are inside a transaction.
async fn open_transactions(db: &TestDatabase) -> i64 {
    let mut conn = db.store.read().await.unwrap();
    let select = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                  AND state LIKE 'idle in transaction%'";
    sqlx::query_scalar(select).fetch_one(&mut *conn).await.unwrap()
}

on_both_databases! {
    async fn requests_that_are_cut_off_leave_nothing_behind(db: TestDatabase) {
        let settings = |config: &mut masthead::config::Config| {
            config.limits.sign_in_requests_per_client_hour = 100_000;
            config.limits.sign_in_mails_total_hour = 100_000;
        };
        let app = TestApp::start_with(db, AppOptions { settings: Box::new(settings), ..AppOptions::default() }).await;
        let port = url::Url::parse(&app.base_url).unwrap().port().unwrap();
        for round in 0..REQUESTS / AT_ONCE {
            let wires = (0..AT_ONCE).map(|number| send_and_reset(port, round * AT_ONCE + number));
            futures_util::future::join_all(wires).await;
        }
        // More at once than there are connections: each of them must be of use.
        let asked = (0..40).map(|number| {
            let (http, address) = (app.http.clone(), app.address("/v1/sign-in"));
            async move {
                let body = json!({ "email": format!("after{number}@example.com") });
                http.post(address).json(&body).send().await.unwrap().status()
            }
        });
        let statuses = futures_util::future::join_all(asked).await;
        assert!(statuses.iter().all(|status| *status == StatusCode::ACCEPTED), "{statuses:?}");
        app.mail("after39@example.com", 1).await;
        if app.database.kind == DatabaseKind::Postgres {
            until("no transaction left open", || async { (open_transactions(&app.database).await == 0).then_some(()) }).await;
        }
        let select = "SELECT (SELECT COUNT(*) FROM attempt) AS attempts, (SELECT COUNT(*) FROM outbox) AS messages, \
                      (SELECT COUNT(*) FROM attempt WHERE NOT EXISTS (SELECT 1 FROM outbox \
                       WHERE outbox.payload LIKE '%' || attempt.id || '%')) AS lone";
        let mut conn = app.database.store.read().await.unwrap();
        let row = sqlx::query(select).fetch_one(&mut *conn).await.unwrap();
        let [attempts, messages, lone]: [i64; 3] = ["attempts", "messages", "lone"].map(|column| row.get(column));
        drop(conn);
        assert_eq!((attempts, lone), (messages, 0), "an attempt without its mail, or a mail without its attempt");
        // Some were through before they were cut, and some were not: otherwise nothing was tried.
        let through = attempts - 40;
        assert!(through > 0 && through < i64::from(REQUESTS), "{through} of {REQUESTS} were through");
        app.stop().await;
    }
}
