//! Fault 26: what opens doors is in no log, in no file of the database, and in no address that others see.

use std::{fs, process::Command};

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::header;
use serde_json::{Value, json};

use crate::{
    demonstration::Demonstration,
    support::{
        DatabaseKind, Production, TestDatabase, on_both_databases,
        production::{CAMPAIGN, MAIL_PASSWORD, MASTER, SIGNING_SECRET, STRIPE_KEY},
        until,
    },
};

const EMAIL: &str = "grete.meier+harbour@example.org";
const VERIFIER: &str = "a-verifier-that-only-the-paper-knows-0123456789";

/// The value of a cookie that an answer sets.
fn cookie(answer: &reqwest::Response, name: &str) -> String {
    let cookies = answer.headers().get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let named = cookies.filter_map(|cookie| cookie.strip_prefix(&format!("{name}="))).next().expect("the cookie");
    named.split(';').next().unwrap().to_owned()
}

/// Signs in and carries the sign-in to the paper; every secret that came by.
async fn secrets_of_a_walk(running: &Demonstration) -> Vec<(&'static str, String)> {
    let browser = running.client();
    let mut secrets = Vec::new();
    let asked = browser.post(running.address("/v1/sign-in")).json(&json!({ "email": EMAIL })).send().await.unwrap();
    secrets.push(("attempt cookie", cookie(&asked, "masthead_attempt")));
    let mail = until("the mail", || async { running.mails(EMAIL).await.into_iter().next() }).await;
    let code = mail["code"].as_str().unwrap().to_owned();
    let link = mail["links"][0].as_str().unwrap().to_owned();
    let token = link.split_once("token=").unwrap().1.to_owned();
    browser.get(&link).send().await.unwrap();
    let wrong = browser.post(running.address("/v1/sign-in/verify")).json(&json!({ "code": "000000" })).send();
    wrong.await.unwrap();
    let verified =
        browser.post(running.address("/v1/sign-in/verify")).json(&json!({ "code": code })).send().await.unwrap();
    assert_eq!(verified.status(), 200);
    secrets.push(("session cookie", cookie(&verified, "masthead_session")));
    secrets.push(("link", token));
    let issued =
        browser.post(running.address("/v1/token")).json(&json!({ "site": "demo-paper" })).send().await.unwrap();
    let issued: Value = issued.json().await.unwrap();
    secrets.push(("access token", issued["access_token"].as_str().unwrap().rsplit_once('.').unwrap().1.to_owned()));
    let paper = running.paper_url();
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()));
    let query = [
        ("site", "demo-paper"),
        ("return_to", &format!("{paper}/stories/x")),
        ("state", "a-state-of-the-paper"),
        ("code_challenge", &challenge),
    ];
    let back = browser.get(running.address("/v1/continue")).query(&query).send().await.unwrap();
    let back = back.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let carried = url::Url::parse(&back).unwrap();
    let (_, carried) = carried.query_pairs().find(|(key, _)| key == "code").unwrap();
    secrets.push(("continue code", carried.into_owned()));
    secrets
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_in_no_log_and_in_no_file_of_the_database() {
    let mut running = Demonstration::start().await;
    let secrets = secrets_of_a_walk(&running).await;
    let log = running.output();
    assert!(log.contains("/v1/sign-in/verify"), "the log is kept, at its finest: {}", &log[..log.len().min(500)]);
    running.kill();
    let folder = running.folder.path().join("data");
    let mut files: Vec<(String, Vec<u8>)> = vec![("the log".to_owned(), log.into_bytes())];
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("masthead.db") {
            files.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    assert!(files.len() >= 2, "no database in {}", folder.display());
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|run| run == text.as_bytes());
    assert!(files[1..].iter().any(|(_, bytes)| holds(bytes, EMAIL)), "the search finds what is there");
    for (file, bytes) in &files {
        for (name, secret) in &secrets {
            assert!(secret.len() >= 20, "{name} is short: {secret}");
            assert!(!holds(bytes, secret), "{file} holds the {name}");
        }
    }
    assert!(!holds(&files[0].1, EMAIL), "the log holds an address");
    assert!(!holds(&files[0].1, "sk_test_masthead_demo"), "the log holds the payment service's key");
    assert!(!holds(&files[0].1, "whsec_"), "the log holds the webhook's secret");
}

/// The whole database as text.
fn dump(production: &Production) -> Vec<u8> {
    let url = &production.database.url;
    if production.database.kind == DatabaseKind::Postgres {
        let output = Command::new("pg_dump").args(["--inserts", url]).output().expect("pg_dump is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return output.stdout;
    }
    let file = url.trim_start_matches("sqlite://");
    let files = ["", "-wal"].map(|ending| fs::read(format!("{file}{ending}")).unwrap_or_default());
    files.concat()
}

/// Everything that a reader does until they read: what came by that opens doors.
async fn secrets_of_a_member(production: &Production) -> Vec<(&'static str, String)> {
    let browser = production.client();
    let mut secrets = Vec::new();
    let joined = production.check_out(&browser, EMAIL).await;
    let page = joined.json::<Value>().await.unwrap()["checkout_url"].as_str().unwrap().to_owned();
    let card = [
        ("email", EMAIL),
        ("card_number", "4242424242424242"),
        ("card_expiry", "12/34"),
        ("card_cvc", "123"),
        ("name", "A"),
    ];
    assert_eq!(browser.post(page).form(&card).send().await.unwrap().status(), 303);
    let wanted = production.count().await.unwrap();
    until("the payment to be counted", || async { (production.count().await? >= wanted).then_some(()) }).await;
    until("a mail after paying", || async { production.post_office.mails(EMAIL).pop() }).await;
    let before = production.post_office.mails(EMAIL).len();
    let asked = browser.post(production.address("/v1/sign-in")).json(&json!({ "email": EMAIL })).send().await.unwrap();
    secrets.push(("attempt cookie", cookie(&asked, "masthead_attempt")));
    let mail = until("the mail to sign in with", || async {
        let mails = production.post_office.mails(EMAIL);
        mails.into_iter().skip(before).find(|mail| mail.contains("/sign-in/link?token="))
    })
    .await;
    let token = mail.split_once("/sign-in/link?token=").unwrap().1;
    let token: String =
        token.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect();
    browser.get(production.address(&format!("/sign-in/link?token={token}"))).send().await.unwrap();
    let body = json!({ "token": token });
    let verified = browser.post(production.address("/v1/sign-in/verify")).json(&body).send().await.unwrap();
    assert_eq!(verified.status(), 200);
    secrets.push(("session cookie", cookie(&verified, "masthead_session")));
    secrets.push(("link", token));
    let body = json!({ "site": "demo-paper" });
    let issued: Value =
        browser.post(production.address("/v1/token")).json(&body).send().await.unwrap().json().await.unwrap();
    let issued = issued["access_token"].as_str().unwrap();
    secrets.push(("access token", issued.rsplit_once('.').unwrap().1.to_owned()));
    // What goes wrong is told in the log, too: with nothing of what was sent.
    for path in ["/v1/sign-in/verify", "/v1/checkout", "/webhooks/stripe", "/v1/nothing"] {
        let body = json!({ "code": "000000", "token": "x", "email": EMAIL, "price": EMAIL });
        browser.post(production.address(path)).json(&body).send().await.unwrap();
    }
    browser.get(production.address(&format!("/v1/campaigns/{CAMPAIGN}?email={EMAIL}"))).send().await.unwrap();
    secrets
}

on_both_databases! {
    async fn secrets_of_production_are_in_no_log_of_either_form_and_in_no_dump(db: TestDatabase) {
        let mut production = Production::new(db).await;
        production.set("MASTHEAD__LOG__FILTER", "masthead=trace,debug");
        production.set("MASTHEAD__LOG__REQUESTS", "true");
        let mut secrets: Vec<(&str, String)> = vec![
            ("master secret", MASTER.to_owned()),
            ("payment service's key", STRIPE_KEY.to_owned()),
            ("signing secret", SIGNING_SECRET.to_owned()),
            ("mail password", MAIL_PASSWORD.to_owned()),
        ];
        let mut logs = Vec::new();
        for format in ["json", "text"] {
            production.set("MASTHEAD__LOG__FORMAT", format);
            let mut running = production.serve(&[]).await;
            secrets.extend(secrets_of_a_member(&production).await);
            let checked = production.run(&["check-config"]);
            running.signal("TERM");
            running.wait(std::time::Duration::from_secs(30));
            logs.push((format, running.output().into_bytes()));
            logs.push(("check-config", [checked.stdout, checked.stderr].concat()));
        }
        let dump = dump(&production);
        let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|run| run == text.as_bytes());
        assert!(holds(&dump, EMAIL), "the search finds what is there");
        assert!(holds(&logs[0].1, "/v1/sign-in/verify") && holds(&logs[2].1, "/v1/sign-in/verify"), "the log is kept");
        for (name, secret) in &secrets {
            assert!(secret.len() >= 20, "{name} is short: {secret}");
            assert!(!holds(&dump, secret), "the database holds the {name}");
            for (log, bytes) in &logs {
                assert!(!holds(bytes, secret), "{log} holds the {name}");
            }
        }
        for (log, bytes) in &logs {
            for form in [EMAIL, "grete.meier%2Bharbour", "grete.meier"] {
                assert!(!holds(bytes, form), "{log} holds the address as {form}");
            }
        }
    }
}
