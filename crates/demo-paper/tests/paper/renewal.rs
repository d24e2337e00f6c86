//! A reader whose token has ended is asked for silently, once, and never sent in a circle.

use serde_json::json;

use crate::support::{Fault, Page, Town, access_claims, story_behind};

const CONTINUE: &str = "/v1/continue";
const REMEMBERED: &str = "ledger_was_signed_in=1";

fn members_path() -> String {
    format!("/stories/{}", story_behind("members").slug)
}

/// A browser that was signed in and whose token has ended.
async fn lapsed_browser(town: &Town) -> crate::support::Browser {
    let browser = town.browser();
    town.masthead.sign_in(Some(&["registered", "members"]));
    browser.follow(town.url("/sign-in?to=/about")).await;
    browser.forget_token(&town.url("/"));
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lapsed_member_reads_on_without_noticing() {
    let town = Town::found().await;
    let browser = lapsed_browser(&town).await;
    let (page, passed) = browser.follow(town.url(&members_path())).await;
    assert!(page.shows(&story_behind("members").rest));
    assert_eq!(passed.len(), 3, "{passed:#?}");
    assert!(passed[0].query_pairs().any(|pair| pair == ("prompt".into(), "none".into())));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_masthead_no_longer_knows_meets_the_gate_and_is_not_asked_for_again() {
    let town = Town::found().await;
    let browser = lapsed_browser(&town).await;
    town.masthead.sign_in(None);
    let before = town.masthead.calls(CONTINUE);
    for _ in 0..3 {
        let (page, _) = browser.follow(town.url(&members_path())).await;
        assert!(page.text.contains("Read on as a member"));
        assert_eq!(page.leaks(&story_behind("members").rest), None);
    }
    assert_eq!(town.masthead.calls(CONTINUE), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_there_is_no_circle_and_one_question() {
    for fault in [Fault::RefusesCodes, Fault::IssuesExpired, Fault::SignsWithUnpublishedKey] {
        let town = Town::found().await;
        let browser = lapsed_browser(&town).await;
        town.masthead.set_fault(fault);
        let before = town.masthead.calls(CONTINUE);
        for _ in 0..4 {
            let (page, passed) = browser.follow(town.url(&members_path())).await;
            assert_eq!(page.status, 200, "{fault:?}");
            assert!(passed.len() <= 3, "{fault:?}: {passed:#?}");
            assert_eq!(page.leaks(&story_behind("members").rest), None, "{fault:?}");
            assert!(page.text.contains("class=\"gate\""), "{fault:?}");
        }
        assert_eq!(town.masthead.calls(CONTINUE), before + 1, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_or_spoilt_token_in_the_cookie_is_renewed_the_same_way() {
    let town = Town::found().await;
    let mut claims = access_claims(town.masthead.url(), &["members"]);
    claims["iat"] = json!(1_000);
    claims["exp"] = json!(2_000);
    let expired = town.masthead.signer().access(&claims);
    for token in [expired.as_str(), "x.y.z"] {
        let cookie = format!("ledger_token={token}; {REMEMBERED}");
        let page = town.get_with_cookie(&members_path(), &cookie).await;
        assert_eq!(page.status, 303);
        assert!(page.location().as_str().starts_with(&format!("{}{CONTINUE}?", town.masthead.url())));
        assert_eq!(page.header("cache-control"), "private, no-store");
        let asked = town.get_with_cookie(&members_path(), &format!("{cookie}; ledger_asked=1")).await;
        assert_eq!(asked.status, 200, "asked just now");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_sent_anywhere() {
    let town = Town::found().await;
    let open = format!("/stories/{}", story_behind("open").slug);
    assert_eq!(town.get(&members_path()).await.status, 200, "a stranger, or a crawler");
    assert_eq!(town.get_with_cookie(&open, REMEMBERED).await.status, 200, "an open story");
    let front = town.get_with_cookie("/", REMEMBERED).await;
    assert_eq!(front.status, 200, "the front page");
    assert!(!front.text.contains("class=\"strip-join\""), "whoever may be a member is not asked to become one");
    let token = town.token(&["registered"]);
    let cookie = format!("ledger_token={token}; {REMEMBERED}");
    assert_eq!(town.get_with_cookie(&members_path(), &cookie).await.status, 200, "signed in, without the right");
    for (name, value) in [("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch"), ("sec-fetch-mode", "cors")] {
        let request = town.http.get(town.url(&members_path())).header("cookie", REMEMBERED).header(name, value);
        assert_eq!(request.send().await.expect("an answer").status(), 200, "{name}: {value}");
    }
    let head = town.http.head(town.url(&members_path())).header("cookie", REMEMBERED);
    assert_eq!(head.send().await.expect("an answer").status(), 200);
    assert_eq!(town.masthead.calls(CONTINUE), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_a_masthead_that_is_down() {
    let town = Town::found().await;
    town.masthead.set_fault(Fault::Down);
    let page: Page = town.get_with_cookie(&members_path(), REMEMBERED).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Nothing is wrong with your membership."));
    let sign_in = town.get("/sign-in").await;
    assert_eq!(sign_in.status, 503);
    assert!(sign_in.text.contains("Signing in is resting"));
}
