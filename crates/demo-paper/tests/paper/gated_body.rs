//! What is behind a gate reaches nobody without the right: not in a page, a feed, a header or a cache.

use crate::support::{Page, StoryFile, Town, stories, story_behind};
use proptest::prelude::*;
use reqwest::Method;

/// Every address of the site, and some that are none.
fn every_path(stories: &[StoryFile]) -> Vec<String> {
    let mut paths: Vec<String> = [
        "/",
        "/about",
        "/feed.xml",
        "/paper.css",
        "/paper.js",
        "/icon.svg",
        "/robots.txt",
        "/sign-in",
        "/signed-in",
        "/sign-out",
        "/sections/harbour",
        "/sections/town",
        "/sections/trade",
        "/sections/nowhere",
        "/nowhere",
        "/stories",
        "/stories/",
        "/stories/nowhere",
        "/stories/nowhere/body",
        "/stories/../stories",
    ]
    .map(str::to_owned)
    .to_vec();
    for story in stories {
        let slug = &story.slug;
        paths.extend(
            ["", "/", "/body", "/body/", ".md", "?gate=open", "/body?gate=open&token=x"]
                .map(|end| format!("/stories/{slug}{end}")),
        );
        paths.push(format!("//stories/{slug}"));
        paths.push(format!("/STORIES/{slug}"));
        paths.push(format!("/stories/{}", slug.to_uppercase()));
    }
    paths
}

/// Everything a reader without the right may send along.
fn pretences(town: &Town) -> Vec<(&'static str, String)> {
    let mut spoilt = town.token(&["registered", "members"]);
    spoilt.pop();
    let pass = town.pass("members", &town.url(&format!("/stories/{}", story_behind("members").slug)));
    vec![
        ("cookie", String::new()),
        ("cookie", "ledger_token=".to_owned()),
        ("cookie", "ledger_token=x.y.z; ledger_was_signed_in=1; ledger_asked=1".to_owned()),
        ("cookie", "member=1; gates=members; ledger_gates=members".to_owned()),
        ("cookie", format!("ledger_token={spoilt}")),
        ("cookie", format!("ledger_token={pass}")),
        ("cookie", format!("ledger_token={}", town.token(&[]))),
        ("cookie", format!("ledger_token={}", town.token(&["member", "members ", "Members", "*", "open"]))),
        ("range", "bytes=0-100000".to_owned()),
        ("range", "bytes=2000-".to_owned()),
        ("user-agent", "Googlebot/2.1".to_owned()),
        ("authorization", "Bearer x.y.z".to_owned()),
        ("authorization", format!("Bearer {spoilt}")),
        ("authorization", format!("Basic {}", town.token(&["registered", "members"]))),
        ("x-original-uri", "/about".to_owned()),
        ("x-gate", "open".to_owned()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_holds_gated_text_without_the_right() {
    let town = Town::found().await;
    let stories = stories();
    let gated: Vec<String> =
        stories.iter().filter(|story| story.gate != "open").flat_map(|story| story.rest.clone()).collect();
    assert!(gated.len() > 30, "there is something to keep: {}", gated.len());
    for (name, value) in pretences(&town) {
        for path in every_path(&stories) {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
                let request = town.http.request(method.clone(), town.url(&path)).header(name, &value);
                let page = Page::of(request.send().await.expect("an answer")).await;
                assert_eq!(page.leaks(&gated), None, "{method} {path} with {name}: {value}");
                assert!(!page.status.is_server_error() || path == "/sign-in", "{method} {path}: {}", page.status);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_right_every_story_opens_whole() {
    let town = Town::found().await;
    let token = town.token(&["registered", "members"]);
    for story in stories() {
        let page = town.get_as(&format!("/stories/{}", story.slug), &token).await;
        assert!(page.shows(&story.teaser) && page.shows(&story.rest), "{}", story.slug);
        assert!(!page.text.contains("class=\"gate\""), "{}", story.slug);
        let body = town.body_with(&story.slug, &token).await;
        assert!(body.shows(&story.teaser) && body.shows(&story.rest), "{}", story.slug);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_read_open_stories_whole_and_of_the_others_the_teaser() {
    let town = Town::found().await;
    for story in stories() {
        let page = town.get(&format!("/stories/{}", story.slug)).await;
        assert_eq!(page.status, 200);
        assert!(page.shows(&story.teaser), "{}", story.slug);
        assert_eq!(page.shows(&story.rest), story.gate == "open", "{}", story.slug);
        assert_eq!(page.text.contains("class=\"gate\""), story.gate != "open", "{}", story.slug);
        assert_eq!(page.text.contains("\"isAccessibleForFree\":true"), story.gate == "open", "{}", story.slug);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gated_pages_are_kept_by_nobody_even_for_those_they_open_to() {
    let town = Town::found().await;
    for story in stories().iter().filter(|story| story.gate != "open") {
        let path = format!("/stories/{}", story.slug);
        let member = town.token(&["registered", "members"]);
        for page in [town.get(&path).await, town.get_as(&path, &member).await] {
            assert_eq!(page.header("cache-control"), "private, no-store", "{path}");
            assert!(page.header("vary").to_lowercase().contains("cookie"), "{path}");
        }
        for page in [town.get(&format!("{path}/body")).await, town.body_with(&story.slug, &member).await] {
            assert_eq!(page.header("cache-control"), "private, no-store", "{path}");
            assert!(page.header("vary").to_lowercase().contains("authorization"), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_answer_still_varies_by_cookie() {
    let town = Town::found().await;
    let path = format!("/stories/{}", story_behind("members").slug);
    let request = town.http.get(town.url(&path)).header("accept-encoding", "gzip");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let vary: Vec<_> = response.headers().get_all("vary").iter().map(|value| value.to_str().expect("text")).collect();
    assert!(vary.join(",").to_lowercase().contains("cookie"), "{vary:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_carries_open_stories_whole_and_is_well_formed_enough_to_count() {
    let town = Town::found().await;
    let feed = town.get("/feed.xml").await;
    assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8");
    assert_eq!(feed.text.matches("<entry>").count(), 8);
    for story in stories() {
        assert!(feed.shows(&story.teaser), "{}", story.slug);
        assert_eq!(feed.shows(&story.rest), story.gate == "open", "{}", story.slug);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A story opens exactly if its own gate is among the token's, whatever else is.
    #[test]
    fn a_story_opens_exactly_if_its_gate_is_in_the_token(
        gates in proptest::collection::vec("registered|members|open|[a-z ]{0,8}", 0..4),
        place in 0usize..8,
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let town = Town::found().await;
            let story = &stories()[place];
            let gates: Vec<&str> = gates.iter().map(String::as_str).collect();
            let right = story.gate == "open" || gates.contains(&story.gate.as_str());
            let token = town.token(&gates);
            let page = town.get_as(&format!("/stories/{}", story.slug), &token).await;
            prop_assert_eq!(page.shows(&story.rest), right);
            prop_assert_eq!(page.leaks(&story.rest).is_some(), right);
            let body = town.body_with(&story.slug, &token).await;
            prop_assert_eq!(body.status.as_u16(), if right { 200 } else { 403 });
            Ok(())
        })?;
    }
}
