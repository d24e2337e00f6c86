//! The guide to backups, followed to the letter, on a service that is being used meanwhile.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use reqwest::header;
use serde_json::{Value, json};

use crate::support::{DatabaseKind, Shell, TestApp, TestDatabase, on_both_databases, recipe};

/// The cookie of a browser that has just signed in.
async fn signed_in(app: &TestApp, email: &str) -> String {
    let browser = app.browser();
    assert_eq!(browser.post("/v1/sign-in", &json!({ "email": email })).await.status(), 202);
    let code = app.mail(email, 1).await.code.unwrap();
    let answer = browser.post("/v1/sign-in/verify", &json!({ "code": code })).await;
    let cookies = answer.headers().get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let pairs: Vec<&str> = cookies.map(|cookie| cookie.split(';').next().unwrap()).collect();
    pairs.join("; ")
}

async fn me(app: &TestApp, cookie: &str) -> Option<Value> {
    let answer = app.http.get(app.address("/v1/me")).header(header::COOKIE, cookie).send().await.unwrap();
    if answer.status() == 200 { Some(answer.json().await.unwrap()) } else { None }
}

async fn key_ids(app: &TestApp) -> Vec<Value> {
    let answer = app.http.get(app.address("/.well-known/jwks.json")).send().await.unwrap();
    let keys: Value = answer.json().await.unwrap();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect()
}

/// Visitors who keep writing until they are told to stop. They come from an address of their own: however long it takes, the
/// budget that they use up is theirs, and a request beyond it is counted, which writes too.
fn visitors(app: &TestApp, stop: &Arc<AtomicBool>, written: &Arc<AtomicUsize>) -> tokio::task::JoinHandle<()> {
    let http = reqwest::Client::builder().no_proxy().local_address(IpAddr::from([127, 0, 0, 2])).build().unwrap();
    let address = format!("http://127.0.0.1:{}/v1/sign-in", app.port);
    let (stop, written) = (Arc::clone(stop), Arc::clone(written));
    tokio::spawn(async move {
        while !stop.load(Ordering::SeqCst) {
            let number = written.fetch_add(1, Ordering::SeqCst);
            let body = json!({ "email": format!("visitor-{number}@example.com") });
            http.post(&address).json(&body).send().await.unwrap();
        }
    })
}

async fn back_up(app: &TestApp, shell: &Shell, block: &str) {
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let visiting = visitors(app, &stop, &written);
    while written.load(Ordering::SeqCst) < 5 {
        tokio::task::yield_now().await;
    }
    tokio::task::block_in_place(|| shell.succeed(block));
    stop.store(true, Ordering::SeqCst);
    visiting.await.unwrap();
}

/// Where the copy is to come back: an SQLite file that is not there yet, or an empty PostgreSQL database.
async fn empty_place(kind: DatabaseKind, shell: &mut Shell) -> (String, Option<TestDatabase>) {
    match kind {
        DatabaseKind::Sqlite => {
            let folder = shell.folder("restored").display().to_string();
            let url = format!("sqlite://{folder}/masthead.db");
            shell.set("DATA", folder);
            (url, None)
        }
        DatabaseKind::Postgres => {
            let place = TestDatabase::empty(kind).await;
            (place.url.clone(), Some(place))
        }
    }
}

on_both_databases! {
    async fn what_is_backed_up_in_use_comes_back_whole(db: TestDatabase) {
        let kind = db.kind;
        let which = if kind == DatabaseKind::Sqlite { "sqlite" } else { "postgres" };
        let app = TestApp::start(db).await;
        app.member("ada@example.com").await;
        app.counted(24_601).await;
        let (cookie, keys) = (signed_in(&app, "ben@example.com").await, key_ids(&app).await);
        let mut shell = Shell::new();
        let backups = shell.folder("backups").display().to_string();
        let data = app.database.url.trim_start_matches("sqlite://").trim_end_matches("/test.db").to_owned();
        shell.set("BACKUP", backups).set("DATABASE_URL", &app.database.url).set("DATA", data);
        let block = recipe("backup.md", &format!("{which}-backup")).replace("$DATA/masthead.db", "$DATA/test.db");
        back_up(&app, &shell, &block).await;
        // What happens after it is what a restore loses.
        let late = signed_in(&app, "late@example.com").await;
        assert!(me(&app, &late).await.is_some());
        let _lost = app.stop().await;

        let (url, _place) = empty_place(kind, &mut shell).await;
        let config = shell.folder("etc").join("masthead.toml");
        std::fs::write(&config, format!("[database]\nurl = \"{url}\"\n")).unwrap();
        shell.set("DATABASE_URL", &url).set("CONFIG", config.display().to_string());
        shell.succeed(&recipe("backup.md", &format!("{which}-restore")));
        let said = shell.succeed(&recipe("backup.md", "check"));
        assert!(said.contains("25000-members: agrees"), "{said}");
        assert!(keys.iter().all(|kid| said.contains(kid.as_str().unwrap())), "{said}");

        let app = TestApp::start(TestDatabase::found(kind, url).await).await;
        assert_eq!((app.campaign().await["count"].as_i64(), key_ids(&app).await), (Some(24_601), keys));
        assert_eq!(me(&app, &cookie).await.expect("still signed in")["email"], "ben@example.com");
        assert!(me(&app, &late).await.is_none());
        let browser = app.browser();
        browser.sign_in(&app, "ada@example.com").await;
        assert_eq!(browser.me().await.unwrap()["entitlements"][0]["plan"], "supporter");
        app.stop().await;
    }

    async fn a_copy_that_is_not_whole_does_not_count(db: TestDatabase) {
        let which = if db.kind == DatabaseKind::Sqlite { "sqlite" } else { "postgres" };
        let mut shell = Shell::new();
        let backups = shell.folder("backups");
        let nowhere = shell.folder("nowhere").display().to_string();
        shell.set("BACKUP", backups.display().to_string()).set("DATA", nowhere);
        shell.set("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing");
        let output = shell.run(&recipe("backup.md", &format!("{which}-backup")).replace("masthead.db\"", "none/x.db\""));
        assert!(!output.status.success());
        let kept: Vec<_> = std::fs::read_dir(backups).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!kept.iter().any(|name| name == "masthead.db" || name == "masthead.dump"), "{kept:?}");
    }
}
