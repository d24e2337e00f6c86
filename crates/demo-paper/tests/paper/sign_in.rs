//! Signing in by `continue`: bound to the browser that left, one use, and never to somewhere else.

use std::collections::HashMap;

use reqwest::Url;

use crate::support::{Fault, Page, Town, story_behind};

fn query(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

fn sets_token(page: &Page) -> bool {
    page.header("set-cookie").contains("ledger_token=e")
}

fn members_path() -> String {
    format!("/stories/{}", story_behind("members").slug)
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_lands_on_the_open_story() {
    let town = Town::found().await;
    town.masthead.sign_in(Some(&["registered", "members"]));
    let browser = town.browser();
    let (page, passed) = browser.follow(town.url(&format!("/sign-in?to={}", members_path()))).await;
    assert_eq!(passed.len(), 3, "Masthead, back, the story: {passed:#?}");
    assert_eq!(page.url.as_str(), town.url(&members_path()));
    assert!(page.shows(&story_behind("members").rest));
    assert!(page.text.contains("You’re one of <strong data-counter=\"count\">24,601</strong>. Thank you."));
    assert!(page.text.contains("Sign out"));
}

#[tokio::test(flavor = "multi_thread")]
async fn masthead_is_asked_with_state_and_a_challenge_only() {
    let town = Town::found().await;
    let page = town.browser().get(town.url(&format!("/sign-in?to={}", members_path()))).await;
    assert_eq!(page.status, 303);
    let to = page.location();
    assert!(to.as_str().starts_with(&format!("{}/v1/continue?", town.masthead.url())));
    let query = query(&to);
    assert_eq!(query["site"], "demo-paper");
    assert_eq!(query["return_to"], town.url("/signed-in"));
    assert_eq!((query["state"].len(), query["code_challenge"].len()), (43, 43));
    assert!(!query.contains_key("prompt"));
    let cookie = page.header("set-cookie");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/signed-in", "Max-Age=1800"] {
        assert!(cookie.contains(flag), "{flag}: {cookie}");
    }
    assert_eq!(page.header("cache-control"), "private, no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_attempts_have_nothing_in_common() {
    let town = Town::found().await;
    let browser = town.browser();
    let first = query(&browser.get(town.url("/sign-in")).await.location());
    let second = query(&browser.get(town.url("/sign-in")).await.location());
    assert_ne!(first["state"], second["state"]);
    assert_ne!(first["code_challenge"], second["code_challenge"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_both_arrive() {
    let town = Town::found().await;
    town.masthead.sign_in(Some(&["registered", "members"]));
    let browser = town.browser();
    let other_path = format!("/stories/{}", story_behind("registered").slug);
    let first = browser.get(town.url(&format!("/sign-in?to={}", members_path()))).await.location();
    let second = browser.get(town.url(&format!("/sign-in?to={other_path}"))).await.location();
    assert_eq!(browser.follow(first).await.0.url.path(), members_path());
    assert_eq!(browser.follow(second).await.0.url.path(), other_path);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_kept_out_of_scripts_and_no_longer_than_it_lasts() {
    let town = Town::found().await;
    town.masthead.sign_in(Some(&["members"]));
    let browser = town.browser();
    let leaving = browser.get(town.url("/sign-in")).await.location();
    let returning = browser.get(leaving).await.location();
    let arrived = browser.get(returning).await;
    let cookies: Vec<_> = arrived.headers.get_all("set-cookie").iter().map(|c| c.to_str().expect("text")).collect();
    let token = cookies.iter().find(|cookie| cookie.starts_with("ledger_token=")).expect("a token");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(token.contains(flag), "{token}");
    }
    let lasts: i64 =
        token.split("Max-Age=").nth(1).and_then(|t| t.split(';').next()).expect("an age").parse().expect("n");
    assert!((590..=600).contains(&lasts), "{lasts}");
    assert!(!arrived.location().as_str().contains("code"), "no code in the address that stays");
    assert_eq!(arrived.header("referrer-policy"), "no-referrer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_this_browser_did_not_leave_for_is_refused() {
    let town = Town::found().await;
    town.masthead.sign_in(Some(&["members"]));
    let (attacker, victim) = (town.browser(), town.browser());
    let leaving = attacker.get(town.url("/sign-in")).await.location();
    let attackers_return = attacker.get(leaving).await.location();
    // The victim has an attempt of her own under way, and follows the attacker's link.
    victim.get(town.url("/sign-in")).await;
    let page = victim.get(attackers_return.as_str()).await;
    assert_eq!(page.status, 400);
    assert!(!sets_token(&page));
    assert_eq!(town.masthead.calls("/v1/continue/exchange"), 0, "the code is not even tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn states_that_are_not_the_cookies_are_refused() {
    let town = Town::found().await;
    town.masthead.sign_in(Some(&["members"]));
    let browser = town.browser();
    let leaving = browser.get(town.url("/sign-in")).await.location();
    let state = query(&leaving)["state"].clone();
    let code = query(&browser.get(leaving).await.location())["code"].clone();
    let mut altered = state.clone();
    altered.replace_range(42..43, if state.ends_with('A') { "B" } else { "A" });
    let tries = [
        format!("code={code}&state={altered}"),
        format!("code={code}"),
        format!("code={code}&state="),
        format!("code={code}&state={}", "x".repeat(43)),
        format!("code={code}&state={}", &state[..12]),
        format!("code={code}&state={state}%00"),
        "state=../../x".to_owned(),
        String::new(),
    ];
    for attempt in tries {
        let page = browser.get(town.url(&format!("/signed-in?{attempt}"))).await;
        assert_eq!(page.status, 400, "{attempt}");
        assert!(!sets_token(&page), "{attempt}");
    }
    assert_eq!(town.masthead.calls("/v1/continue/exchange"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_works_once() {
    let town = Town::found().await;
    town.masthead.sign_in(Some(&["members"]));
    let browser = town.browser();
    let leaving = browser.get(town.url("/sign-in")).await.location();
    let returning = browser.get(leaving).await.location();
    assert!(sets_token(&browser.get(returning.as_str()).await));
    let again = browser.get(returning.as_str()).await;
    assert_eq!(again.status, 400);
    assert!(!sets_token(&again));
    assert_eq!(town.masthead.calls("/v1/continue/exchange"), 1, "the browser has forgotten the attempt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_attempt_cookie_is_refused() {
    let town = Town::found().await;
    let state = "A".repeat(43);
    let payload = format!(
        "{{\"state\":\"{state}\",\"verifier\":\"v\",\"to\":\"/\",\"silent\":false,\"expires_unix_seconds\":99999999999}}"
    );
    use base64::Engine as _;
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(payload);
    for tag in ["", "AAAA", &payload] {
        let cookie = format!("ledger_attempt_{}={payload}.{tag}", &state[..12]);
        let page = town.get_with_cookie(&format!("/signed-in?code=c&state={state}"), &cookie).await;
        assert_eq!(page.status, 400);
    }
    assert_eq!(town.masthead.calls("/v1/continue/exchange"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_does_not_verify_is_not_kept() {
    for fault in [Fault::IssuesExpired, Fault::SignsWithUnpublishedKey, Fault::RefusesCodes] {
        let town = Town::found().await;
        town.masthead.sign_in(Some(&["members"]));
        town.masthead.set_fault(fault);
        let (page, _) = town.browser().follow(town.url("/sign-in")).await;
        assert_eq!(page.status, 400, "{fault:?}");
        assert!(!sets_token(&page), "{fault:?}");
        assert!(page.text.contains("Sign in again"), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_paths_of_ours_are_taken_as_the_end() {
    let town = Town::found().await;
    let tries = [
        "//evil.example",
        "/%5Cevil.example",
        "%5C%5Cevil.example",
        "https://evil.example",
        "//evil.example/%2e%2e",
        "/%09/evil.example",
        "/%0d%0aLocation:%20https://evil.example",
        "/%0a/evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/.//evil.example",
        "@evil.example",
        "evil.example",
        "",
        "%20/",
        "/sign-in",
        "/signed-in",
    ];
    for to in tries {
        let page = town.browser().get(town.url(&format!("/sign-in?to={to}"))).await;
        assert_eq!(page.status, 400, "{to}");
        assert!(page.headers.get("location").is_none(), "{to}");
        assert!(page.headers.get("set-cookie").is_none(), "{to}");
        assert!(!page.text.contains("evil.example"), "{to}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_under_another_name_of_ours_moves_to_the_right_one_first() {
    let town = Town::found().await;
    let request = town.http.get(town.url("/sign-in?to=/about")).header("host", "evil.example");
    let page = Page::of(request.send().await.expect("an answer")).await;
    assert_eq!(page.location().as_str(), town.url("/sign-in?to=%2Fabout"));
    assert!(page.headers.get("set-cookie").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_is_offered_with_the_way_back_to_the_story() {
    let town = Town::found().await;
    let page = town.get(&members_path()).await;
    let href = page.text.split("class=\"button\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let join = Url::parse(&href.expect("a button").replace("&#38;", "&").replace("&amp;", "&")).expect("an address");
    assert_eq!(join.path(), "/join");
    let query = query(&join);
    assert_eq!(query["site"], "demo-paper");
    assert_eq!(query["article"], town.url(&members_path()));
    assert_eq!(query["campaign"], "25000-members");
    // The reader joins, comes back, and reads.
    town.masthead.sign_in(Some(&["registered", "members"]));
    let (story, _) = town.browser().follow(&query["return_to"]).await;
    assert_eq!(story.url.as_str(), town.url(&members_path()));
    assert!(story.shows(&story_behind("members").rest));
}
