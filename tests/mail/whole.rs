//! `masthead serve` with a mail server beside it: somebody asks to sign in, reads the mail, and is signed in.

use serde_json::{Value, json};

use crate::{
    server::{MailServer, Taken},
    support::{Production, TestDatabase, on_both_databases, until},
};

async fn mails_to(server: &MailServer, email: &str, count: usize) -> Vec<Taken> {
    until(&format!("{count} mails to {email}"), || async {
        let mails: Vec<Taken> = server.taken().await.into_iter().filter(|mail| mail.to == [email]).collect();
        (mails.len() >= count).then_some(mails)
    })
    .await
}

/// The six digits and the link of a mail.
fn code_and_link(mail: &Taken, base_url: &str) -> (String, String) {
    let text = mail.text();
    let is_code =
        |line: &str| line.trim().len() == 7 && line.trim().replace(' ', "").bytes().all(|byte| byte.is_ascii_digit());
    let code = text.lines().find(|line| is_code(line)).unwrap_or_else(|| panic!("no code in {text}"));
    let link = text.lines().find(|line| line.starts_with(base_url)).unwrap_or_else(|| panic!("no link in {text}"));
    (code.replace(' ', "").trim().to_owned(), link.trim().to_owned())
}

async fn ask(production: &Production, browser: &reqwest::Client, email: &str) -> u16 {
    let asking = browser.post(production.address("/v1/sign-in")).header("origin", &production.base_url);
    asking.json(&json!({ "email": email })).send().await.unwrap().status().as_u16()
}

async fn verify(production: &Production, browser: &reqwest::Client, code: &str) -> u16 {
    let verifying = browser.post(production.address("/v1/sign-in/verify")).header("origin", &production.base_url);
    verifying.json(&json!({ "code": code })).send().await.unwrap().status().as_u16()
}

on_both_databases! {
    async fn a_code_that_came_by_mail_signs_in(db: TestDatabase) {
        let mut production = Production::new(db).await;
        let auth = json!(["masthead", "open sesame"]);
        let server = MailServer::start(json!({ "tls": "starttls", "auth": auth })).await;
        let port = server.port.to_string();
        let ca_file = server.ca_file().display().to_string();
        for (name, value) in [
            ("HOST", "localhost"),
            ("PORT", &port),
            ("TLS", "starttls"),
            ("USERNAME", "masthead"),
            ("PASSWORD", "open sesame"),
            ("CA_FILE", &ca_file),
        ] {
            production.set(&format!("MASTHEAD__MAIL__{name}"), value);
        }
        let running = production.serve(&[]).await;
        let browser = production.client();
        assert_eq!(ask(&production, &browser, "ada@example.com").await, 202);
        let mail = mails_to(&server, "ada@example.com", 1).await.remove(0);
        assert!(mail.encrypted && mail.signed_in);
        let (code, link) = code_and_link(&mail, &production.base_url);
        let page = browser.get(&link).send().await.unwrap();
        assert_eq!(page.status(), 200, "the link leads to its page");
        assert_eq!(verify(&production, &browser, &code).await, 200);
        let me: Value = browser.get(production.address("/v1/me")).send().await.unwrap().json().await.unwrap();
        assert_eq!(me["email"], "ada@example.com");
        assert!(!running.output().contains("ada@example.com"), "an address is in the log: {}", running.output());
    }

    // Fault 22.
    async fn whoever_is_to_be_flooded_gets_a_few_mails_and_others_get_theirs(db: TestDatabase) {
        let mut production = Production::new(db).await;
        let server = MailServer::plain().await;
        production.set("MASTHEAD__MAIL__PORT", &server.port.to_string());
        let _running = production.serve(&[]).await;
        for number in 0..30 {
            // The same address in other letters, each time from another browser.
            let email = if number % 2 == 0 { "ada@example.com" } else { "ADA@Example.com" };
            let status = ask(&production, &production.client(), email).await;
            assert_eq!(status, 202, "the answer tells nothing");
        }
        assert_eq!(ask(&production, &production.client(), "olena@example.com").await, 202);
        mails_to(&server, "olena@example.com", 1).await;
        let waiting = async || {
            let mut conn = production.database.store.read().await.unwrap();
            masthead::store::outbox::count_waiting(&mut conn).await.unwrap()
        };
        until("an empty outbox", || async { (waiting().await == 0).then_some(()) }).await;
        let flooded = server.taken().await.iter().filter(|mail| mail.to[0].eq_ignore_ascii_case("ada@example.com")).count();
        assert_eq!(flooded, 6, "as [limits] sign_in_mails_per_address_hour says");
    }
}
