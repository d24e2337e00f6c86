//! Signing out is a form of ours, here first and then at Masthead.

use crate::support::{Fault, Page, Town, story_behind};

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_forgets_the_reader_and_leads_to_masthead() {
    let town = Town::found().await;
    town.masthead.sign_in(Some(&["registered", "members"]));
    let browser = town.browser();
    browser.follow(town.url("/sign-in")).await;
    let page = browser.post_from(town.paper.url(), &town.url("/sign-out")).await;
    assert_eq!(page.status, 303);
    let to = page.location();
    assert!(to.as_str().starts_with(&format!("{}/sign-out?site=demo-paper&return_to=", town.masthead.url())), "{to}");
    let story = browser.get(town.url(&format!("/stories/{}", story_behind("members").slug))).await;
    assert_eq!(story.status, 200, "no silent renewal either");
    assert_eq!(story.leaks(&story_behind("members").rest), None);
    assert!(!story.text.contains("Sign out"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_websites_form_signs_nobody_out() {
    let town = Town::found().await;
    let url = town.url("/sign-out");
    let refused = [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")];
    for (name, value) in refused {
        let page = Page::of(town.http.post(&url).header(name, value).send().await.expect("an answer")).await;
        assert_eq!(page.status, 403, "{name}: {value}");
        assert!(page.headers.get("set-cookie").is_none());
    }
    assert_eq!(town.get("/sign-out").await.status, 405, "a link or an image signs nobody out either");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_masthead_one_still_leaves_the_paper() {
    let town = Town::found().await;
    town.masthead.set_fault(Fault::Down);
    let page = town.browser().post_from(town.paper.url(), &town.url("/sign-out")).await;
    assert_eq!(page.location().as_str(), town.url("/"));
    assert!(page.header("set-cookie").contains("ledger_token=;"));
}
