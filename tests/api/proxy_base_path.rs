//! Masthead below a path of the newspaper's host, behind a real nginx: everything it says of itself is right under it.

use reqwest::{Response, StatusCode, header};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use url::Url;

use crate::{
    continue_site::{VERIFIER, challenge, exchange, path, query},
    expect::{CAMPAIGN, STORY, good, problem},
    proxy_ground::Behind,
    support::{Browser, Card, Crawled, DatabaseKind, PAPER_URL, TestApp, TestDatabase, crawl, location, until},
};

/// A browser that crawls must not be taken for many: what counts is where things lead.
async fn walk(app: &TestApp, browser: &Browser, from: &str) -> Crawled {
    let base = Url::parse(&format!("{}/", app.base_url)).unwrap();
    let crawled = crawl(&browser.http, &base, from).await;
    for (address, status) in &crawled.own {
        let good = matches!(status.as_u16(), 200 | 204 | 303 | 308);
        // An address that only a form is sent to says so; tests below send them.
        let form = *status == StatusCode::METHOD_NOT_ALLOWED;
        let asks = *status == StatusCode::UNAUTHORIZED && address.contains("/v1/");
        assert!(good || form || asks, "{address} answers {status}");
    }
    let known = [PAPER_URL.to_owned(), app.sandbox.url().to_owned()];
    for (address, found_on) in &crawled.elsewhere {
        let is_known = known.iter().any(|one| address.starts_with(one));
        assert!(is_known, "{found_on} leads out of the base path, to {address}");
    }
    assert_eq!(crawled.wrong_canonical, Vec::<String>::new());
    crawled
}

#[track_caller]
fn assert_found(crawled: &Crawled, base: &str, paths: &[&str]) {
    for path in paths {
        let address = format!("{base}{path}");
        let found = crawled.own.keys().any(|one| one.split('?').next() == Some(address.as_str()));
        assert!(found, "{path} was not found: {:#?}", crawled.own);
    }
}

async fn started() -> Behind {
    Behind::start(TestDatabase::new(DatabaseKind::Sqlite).await).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_that_pages_lead_to_is_there_and_below_the_path() {
    let behind = started().await;
    let app = &behind.app;
    let stranger = walk(app, &app.browser(), "").await;
    let everywhere = ["/", "/join", "/sign-in", "/assets/theme.css", "/assets/favicon.svg", "/dev/mail"];
    assert_found(&stranger, &app.base_url, &everywhere);
    assert_found(&stranger, &app.base_url, &["/v1/campaigns/25000-members"]);
    assert!(stranger.own.len() >= 12, "{stranger:#?}");
    // The newspaper itself is elsewhere, or this would look at nothing.
    assert!(stranger.elsewhere.keys().any(|address| address.starts_with(PAPER_URL)));

    let member = app.member("ada@example.com").await;
    let seen = walk(app, &member, "").await;
    assert_found(&seen, &app.base_url, &["/account", "/account/billing", "/account/email", "/sign-out"]);
    // Mails are pages of the mailbox here: every link in them was followed too.
    assert!(seen.own.keys().any(|address| address.contains("/dev/mail/") && address.ends_with("/html")), "{seen:#?}");
    // What no page leads to.
    for from in
        ["v1/campaigns", "v1/plans", "v1/me", "v1/nothing", ".well-known/jwks.json", "nothing", "campaigns/nothing"]
    {
        let base = Url::parse(&format!("{}/", app.base_url)).unwrap();
        let crawled = crawl(&member.http, &base, from).await;
        assert!(crawled.elsewhere.keys().all(|one| one.starts_with(PAPER_URL) || one.starts_with(app.sandbox.url())));
        let lost: Vec<_> = crawled.own.iter().filter(|(one, status)| **status == 404 && !one.ends_with(from)).collect();
        assert!(lost.is_empty(), "{from}: {lost:?}");
    }
    behind.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_path_without_its_slash_and_beside_it() {
    let behind = started().await;
    let app = &behind.app;
    let own = format!("http://localhost:{}", app.port);
    let direct = app.browser();
    let direct = direct.http;
    for (path, status) in
        [("/", 404), ("/join", 404), ("/membersonly", 404), ("/members/", 200), ("/members//join", 404)]
    {
        let request = direct.get(format!("http://127.0.0.1:{}{path}", app.port));
        assert_eq!(request.send().await.unwrap().status(), status, "{own}{path}");
    }
    let moved = direct.get(format!("http://127.0.0.1:{}/members", app.port)).send().await.unwrap();
    assert_eq!((moved.status(), location(&moved)), (StatusCode::PERMANENT_REDIRECT, format!("{}/", app.base_url)));
    // nginx knows the path too, and says the same.
    let moved = app.browser().get(&format!("{}/members", behind.paper)).await;
    assert_eq!((moved.status().as_u16(), location(&moved).as_str()), (301, "/members/"));
    let front = app.browser().get(&format!("{}/", behind.paper)).await.text().await.unwrap();
    assert!(front.contains("<title>The Paper</title>"), "the paper's own pages stay its own");
    behind.app.stop().await;
}

/// The fields of the form with this action, as a browser would send them, with these filled in.
async fn submit(browser: &Browser, page: Response, action: &str, filled: &[(&str, &str)]) -> Response {
    let url = page.url().clone();
    let html = page.text().await.unwrap();
    let (target, fields) = {
        let html = Html::parse_document(&html);
        let selector = Selector::parse("form").unwrap();
        let of_action = |form: &scraper::ElementRef<'_>| form.attr("action").is_some_and(|one| one.ends_with(action));
        let form = html.select(&selector).find(of_action).unwrap_or_else(|| panic!("{url} has no form for {action}"));
        let target = url.join(form.attr("action").unwrap()).unwrap();
        let inputs = Selector::parse("input[name]").unwrap();
        let sent = |input: &scraper::ElementRef<'_>| match input.attr("type") {
            Some("radio" | "checkbox") => input.attr("checked").is_some(),
            _ => true,
        };
        let value = |input: scraper::ElementRef<'_>| {
            let name = input.attr("name").unwrap().to_owned();
            let given = filled.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            let value = given.or_else(|| input.attr("value").map(str::to_owned)).unwrap_or_default();
            (name, value)
        };
        (target, form.select(&inputs).filter(sent).map(value).collect::<Vec<_>>())
    };
    let origin = url.origin().ascii_serialization();
    browser.http.post(target).header(header::ORIGIN, origin).form(&fields).send().await.unwrap()
}

/// The cookies that an answer sets, by name, with their paths.
fn cookie_paths(answer: &Response) -> Vec<(String, String)> {
    let set = answer.headers().get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let part = |cookie: &str| {
        let name = cookie.split('=').next().unwrap().to_owned();
        let path = cookie.split("; ").find_map(|part| part.strip_prefix("Path=")).unwrap_or_default().to_owned();
        (name, path)
    };
    set.map(part).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_whole_way_works_below_the_path() {
    let behind = started().await;
    let (app, email) = (&behind.app, "ada@example.com");
    let browser = app.browser();
    let story = format!("{}/stories/fog", behind.paper);

    // Join, from the article.
    let joining = format!("/join?site=paper&campaign={CAMPAIGN}&return_to={story}");
    let to_pay = submit(&browser, browser.get(&joining).await, "/join", &[("email", email)]).await;
    assert_eq!(to_pay.status(), StatusCode::SEE_OTHER, "{}", to_pay.text().await.unwrap());
    assert_eq!(cookie_paths(&to_pay), [("masthead_session".to_owned(), "/".to_owned())]);
    assert!(location(&to_pay).starts_with(app.sandbox.url()));
    let session = &app.gateway("/v1/checkout/sessions?limit=1").await["data"][0];
    for field in ["success_url", "cancel_url"] {
        let address = session[field].as_str().unwrap();
        assert!(address.starts_with(&format!("{}/", app.base_url)), "{field}: {address}");
    }
    let welcome = app.pay(&location(&to_pay), email, Card::GOOD).await;
    assert!(welcome.starts_with(&format!("{}/welcome?checkout=", app.base_url)), "{welcome}");
    let thanks = until("the thanks", || async {
        let page = browser.get(&welcome).await.text().await.unwrap();
        page.contains(&story).then_some(page)
    })
    .await;
    assert!(thanks.contains("Back to the story"), "{thanks}");
    assert!(browser.get(&story).await.text().await.unwrap().starts_with("The whole story"));

    // The account, the gateway's portal and back.
    let account = browser.get("/account").await;
    assert_eq!(account.status(), StatusCode::OK);
    let portal = submit(&browser, account, "/account/billing", &[]).await;
    assert!(location(&portal).starts_with(app.sandbox.url()), "{portal:?}");
    let page = app.http.get(location(&portal)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains(&format!("{}/account", app.base_url)), "the portal leads back below the path");

    // Out, and in again by the code.
    let out = submit(&browser, browser.get("/sign-out").await, "/sign-out", &[]).await;
    assert_eq!((out.status(), cookie_paths(&out)), (StatusCode::OK, vec![("masthead_session".into(), "/".into())]));
    let closed = browser.get("/account").await;
    assert!(location(&closed).starts_with(&format!("{}/sign-in?return_to=", app.base_url)), "{closed:?}");
    let before = app.mails(email).await.len();
    let asked = submit(&browser, browser.get(&location(&closed)).await, "/sign-in", &[("email", email)]).await;
    assert_eq!(location(&asked), app.address("/sign-in/code"));
    assert_eq!(cookie_paths(&asked), [("masthead_attempt".to_owned(), "/members/".to_owned())]);
    let mail = app.mail(email, before + 1).await;
    assert!(mail.links.iter().any(|link| link.starts_with(&app.address("/sign-in/link?token="))), "{:?}", mail.links);
    for link in &mail.links {
        assert!(link.starts_with(&format!("{}/", app.base_url)) || link.starts_with(PAPER_URL), "{link}");
    }
    let code = mail.code.unwrap();
    let signed_in = submit(&browser, browser.get("/sign-in/code").await, "/sign-in/code", &[("code", &code)]).await;
    assert_eq!(location(&signed_in), app.address("/account"));
    assert!(browser.me().await.is_some());

    // On to a site on another domain.
    let on = browser.get(&path("demo-paper", STORY, &challenge(VERIFIER))).await;
    let code = query(&location(&on), "code").expect("a code");
    let body = json!({ "site": "demo-paper", "code": code, "code_verifier": VERIFIER, "return_to": STORY });
    let issued = good(exchange(app, &body).await).await;
    assert_eq!(issued["gates"], json!(["members", "registered"]));
    behind.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn addresses_in_json_headers_and_tokens_carry_the_path() {
    let behind = started().await;
    let app = &behind.app;
    let member = app.member("ada@example.com").await;
    let campaign = app.campaign().await;
    assert_eq!(campaign["join_url"], format!("{}/join?campaign={CAMPAIGN}", app.base_url));
    let refused = problem(app.browser().get("/v1/me").await, 401, "sign_in_required").await;
    assert_eq!(refused["type"], format!("{}/problems/sign-in-required", app.base_url));
    assert_eq!(app.http.get(refused["type"].as_str().unwrap()).send().await.unwrap().status(), 200);
    let asked = json!({ "gate": "members", "article": format!("{}/stories/fog", behind.paper) });
    let offer = good(app.browser().post("/v1/access", &asked).await).await;
    assert!(offer["offer"]["join_url"].as_str().unwrap().starts_with(&app.address("/join")), "{offer}");
    let issued = good(member.post("/v1/token", &json!({})).await).await;
    let claims = claims(issued["access_token"].as_str().unwrap());
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(app.base_url), &json!("paper")), "the host's own site");
    let pass = good(member.post("/v1/access", &asked).await).await;
    assert_eq!(self::claims(pass["pass"].as_str().unwrap())["aud"], "paper");
    let not_signed_in = app.browser().get(&path("demo-paper", STORY, &challenge(VERIFIER))).await;
    assert!(location(&not_signed_in).starts_with(&app.address("/sign-in?return_to=")));
    let policy = member.get("/account").await.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    assert!(policy.contains(&format!("form-action 'self' {}", app.sandbox.url())), "{policy}");
    behind.app.stop().await;
}

fn claims(token: &str) -> Value {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}
