//! Fault 26: what opens doors is in no log, in no file of the database, and in no address that others see.

use std::fs;

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::header;
use serde_json::{Value, json};

use crate::{demonstration::Demonstration, support::until};

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
