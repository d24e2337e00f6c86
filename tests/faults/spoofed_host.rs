//! Fault 24: whatever a request says of the host it was sent to, every address that comes back is built on the configured one.

use masthead::domain::email::Email;
use scraper::{Html, Selector};
use serde_json::json;

use crate::support::{AppOptions, PAPER_URL, TestApp, TestDatabase, on_both_databases, raw, until};

const BASE: &str = "https://paper.example/members";
const EVIL: &str = "evil.example";

/// A service that believes to be at [`BASE`]; spoken to by bytes on its own port.
async fn started(db: TestDatabase) -> TestApp {
    TestApp::start_with(db, AppOptions { public_url: Some(BASE.to_owned()), ..AppOptions::default() }).await
}

/// Ways to claim another host: the request's target before the path, and its headers.
fn claims() -> Vec<(String, String)> {
    let host = |name: &str| format!("Host: {name}\r\n");
    let mut claims = vec![
        (String::new(), host(EVIL)),
        (String::new(), host("evil.example:8443")),
        (String::new(), host("paper.example.evil.example")),
        (String::new(), host("paper.example@evil.example")),
        (format!("http://{EVIL}"), host("paper.example")),
        (format!("https://{EVIL}:8443"), host(EVIL)),
        (format!("http://paper.example@{EVIL}"), host("paper.example")),
        (String::new(), format!("{}{}", host("paper.example"), host(EVIL))),
        (String::new(), String::new()),
    ];
    for header in [
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Server: evil.example",
        "X-Forwarded-Proto: http",
        "X-Forwarded-Port: 8443",
        "X-Forwarded-Prefix: //evil.example",
        "X-Host: evil.example",
        "X-Original-Host: evil.example",
        "X-Original-URL: //evil.example/",
        "X-Rewrite-URL: //evil.example/",
        "Forwarded: for=1.2.3.4;host=evil.example;proto=http",
        "Via: 1.1 evil.example",
    ] {
        claims.push((String::new(), format!("{}{header}\r\n", host("paper.example"))));
    }
    claims
}

/// Every absolute address in an answer, headers and all.
fn addresses(answer: &str) -> Vec<&str> {
    let starts = answer.match_indices("http").map(|(at, _)| &answer[at..]);
    let is_address = |rest: &&str| rest.starts_with("http://") || rest.starts_with("https://");
    let end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ';' | ',' | ')' | '&');
    starts.filter(is_address).map(|rest| &rest[..rest.find(end).unwrap_or(rest.len())]).collect()
}

#[track_caller]
fn assert_own(app: &TestApp, answer: &str, said: &str) {
    assert!(!answer.contains("evil"), "{said}: {answer}");
    // Ours below the path, the demonstration's two other servers, and the name of a format.
    let origin_alone = "https://paper.example";
    let known = [BASE, PAPER_URL, app.sandbox.url(), "http://www.w3.org/"];
    for address in addresses(answer) {
        let is_known = address == origin_alone || known.iter().any(|one| address.starts_with(one));
        assert!(is_known, "{said}: {address} in {answer}");
    }
}

fn status(answer: &str) -> u16 {
    answer.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or_default()
}

on_both_databases! {
    async fn no_page_header_or_json_repeats_a_claimed_host(db: TestDatabase) {
        let app = started(db).await;
        let mut answered = 0;
        for (before, headers) in claims() {
            for path in [
                "/members",
                "/members/",
                "/members/join",
                "/members/sign-in",
                "/members/account",
                "/members/v1/campaigns",
                "/members/v1/campaigns/25000-members",
                "/members/v1/me",
                "/members/v1/nothing",
                "/members/v1/authorize-request",
                "/members/problems/not-found",
                "/members/nothing",
                "/elsewhere",
            ] {
                let asks = format!("GET {before}{path} HTTP/1.1\r\n{headers}X-Gate: members\r\nConnection: close\r\n\r\n");
                let answer = raw(app.port, &asks).await;
                assert_own(&app, &answer, &asks);
                // A request may be refused for its form; otherwise it is answered as every other.
                let is_well = matches!(status(&answer), 200 | 303 | 308 | 400 | 401 | 404);
                assert!(is_well, "{asks}: {answer}");
                answered += usize::from(status(&answer) != 400);
            }
        }
        assert!(answered > 200, "only {answered} were answered at all");
        app.stop().await;
    }

    async fn no_mail_and_no_payment_goes_to_a_claimed_host(db: TestDatabase) {
        let app = started(db).await;
        let member = "ada@example.com";
        let price_id = price(&app).await;
        for (at, (before, headers)) in claims().into_iter().enumerate() {
            let send = async |path: &str, kind: &str, body: String| {
                let length = body.len();
                let asks = format!(
                    "POST {before}/members{path} HTTP/1.1\r\n{headers}Content-Type: {kind}\r\nContent-Length: {length}\r\n\
                     Connection: close\r\n\r\n{body}"
                );
                raw(app.port, &asks).await
            };
            let email = format!("reader-{at}@example.com");
            let asked = send("/v1/sign-in", "application/json", json!({ "email": email }).to_string()).await;
            let paid = json!({ "price": price_id, "email": member }).to_string();
            let paid = send("/v1/checkout", "application/json", paid).await;
            let form = send("/sign-in", "application/x-www-form-urlencoded", format!("email=form-{email}")).await;
            for answer in [&asked, &paid, &form] {
                assert_own(&app, answer, &headers);
            }
            if status(&asked) == 202 {
                let address = Email::parse(&email).unwrap();
                let letter = until("the mail", || async { app.mailbox.list(Some(&address)).pop() }).await;
                assert!(letter.text.contains(&format!("{BASE}/sign-in/link?token=")), "{}", letter.text);
                assert_own(&app, &letter.text, &headers);
                assert_links_are_own(&app, &letter.html);
            }
            if status(&paid) == 201 {
                let session = &app.gateway("/v1/checkout/sessions?limit=1").await["data"][0];
                for field in ["success_url", "cancel_url"] {
                    assert!(session[field].as_str().unwrap().starts_with(&format!("{BASE}/")), "{session}");
                }
            }
            assert!(matches!(status(&form), 303 | 400), "{form}");
        }
        app.stop().await;
    }

    async fn cookies_are_bound_to_tls_and_this_host(db: TestDatabase) {
        let app = started(db).await;
        let body = "email=ada%40example.com";
        let asks = format!(
            "POST /members/sign-in HTTP/1.1\r\nHost: {EVIL}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = raw(app.port, &asks).await.to_ascii_lowercase();
        let cookie = answer.lines().find(|line| line.starts_with("set-cookie: ")).expect("a cookie").to_owned();
        assert!(cookie.starts_with("set-cookie: __secure-masthead_attempt="), "{cookie}");
        for part in ["path=/members/", "secure", "httponly", "samesite=lax"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(!cookie.contains("domain"), "{cookie}");
        let paid = json!({ "price": price(&app).await, "email": "ada@example.com" }).to_string();
        let asks = format!(
            "POST /members/v1/checkout HTTP/1.1\r\nHost: {EVIL}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{paid}",
            paid.len()
        );
        let answer = raw(app.port, &asks).await.to_ascii_lowercase();
        let cookie = answer.lines().find(|line| line.starts_with("set-cookie: ")).expect("a cookie").to_owned();
        assert!(cookie.starts_with("set-cookie: __host-masthead_session=") && cookie.contains("path=/;"), "{cookie}");
        app.stop().await;
    }
}

async fn price(app: &TestApp) -> String {
    let answer = raw(app.port, "GET /members/v1/plans HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    let at = answer.find("prc_").expect("a price");
    answer[at..at + 36].to_owned()
}

fn assert_links_are_own(app: &TestApp, html: &str) {
    let page = Html::parse_document(html);
    let selector = Selector::parse("[href], [src]").expect("a selector");
    let links = page.select(&selector).filter_map(|one| one.attr("href").or(one.attr("src")));
    for link in links {
        assert_own(app, link, "a mail's link");
    }
}
