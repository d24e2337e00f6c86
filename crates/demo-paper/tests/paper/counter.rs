//! The true number is in the first byte that leaves the paper, or no number is.

use crate::support::{Fault, Town, paper_at, plain_client, stories, story_behind};

const CAMPAIGN: &str = "/v1/campaigns/25000-members";

fn gated_path() -> String {
    format!("/stories/{}", story_behind("members").slug)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_served_with_the_number() {
    let town = Town::found().await;
    let mut paths = vec!["/".to_owned(), "/about".to_owned(), "/sections/harbour".to_owned(), "/nowhere".to_owned()];
    paths.extend(stories().iter().map(|story| format!("/stories/{}", story.slug)));
    for path in paths {
        let page = town.get(&path).await;
        assert!(
            page.text.contains("<span data-counter=\"count\">24,601</span> readers pay for this newspaper."),
            "{path}"
        );
        assert!(page.text.contains("<span data-counter=\"remaining\">399</span> to go."), "{path}");
        assert!(page.text.contains("Help us reach 25,000 by 31 December, midnight in Lisbon."), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_names_the_number_and_the_least_price() {
    let town = Town::found().await;
    let page = town.get(&gated_path()).await;
    assert!(page.text.contains(
        "Reporting like this is paid for by <span class=\"gate-count\" data-counter=\"count\">24,601</span> readers."
    ));
    assert!(page.text.contains("Join them to read on, from €7 a month."));
    assert!(page.text.contains("Read on as a member"));
    let free = town.get(&format!("/stories/{}", story_behind("registered").slug)).await;
    assert!(free.text.contains("Read on with a free sign-in"));
    assert!(!free.text.contains("€7"));
    let unconfirmed = town.get_as(&format!("/stories/{}", story_behind("registered").slug), &town.token(&[])).await;
    assert!(unconfirmed.text.contains("This story asks for a confirmed e-mail address."));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_readers_are_one_question() {
    let town = Town::found().await;
    town.get("/").await;
    let asked = town.masthead.calls(CAMPAIGN);
    let started = std::time::Instant::now();
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..60 {
        let request = town.http.get(town.url("/about"));
        readers.spawn(async move { request.send().await.expect("an answer").text().await.expect("text") });
    }
    for page in readers.join_all().await {
        assert!(page.contains("24,601"));
    }
    let whole_seconds = u32::try_from(started.elapsed().as_secs()).expect("a short while");
    assert!(town.masthead.calls(CAMPAIGN) - asked <= whole_seconds + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_seen_within_about_a_second_and_no_change_is_a_304() {
    let town = Town::found().await;
    town.get("/").await;
    until(async || {
        town.get("/").await;
        town.masthead.not_modified() > 0
    })
    .await;
    town.masthead.set_count(24_602);
    let started = std::time::Instant::now();
    until(async || town.get("/").await.text.contains("24,602")).await;
    assert!(started.elapsed().as_millis() < 1_500, "{:?}", started.elapsed());
    assert!(town.get("/").await.text.contains("<span data-counter=\"remaining\">398</span> to go."));
}

#[tokio::test(flavor = "multi_thread")]
async fn past_the_goal_the_words_change() {
    let town = Town::found().await;
    town.masthead.set_count(25_012);
    let page = town.get("/").await;
    assert!(page.text.contains("25,012") && page.text.contains("The goal was 25,000, and there is room for you."));
    assert!(!page.text.contains("to go."));
    let bar = "data-counter=\"bar\" data-start=\"23900\" width=\"952\"";
    assert!(page.text.contains(bar), "the bar goes on a little behind the count");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_masthead_the_paper_appears_without_a_number_and_with_its_gates_closed() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", nobody.local_addr().expect("an address"));
    drop(nobody);
    let paper = paper_at(&address).await;
    let http = plain_client();
    for story in stories() {
        let request = http.get(format!("{}/stories/{}", paper.url(), story.slug));
        let page = crate::support::Page::of(request.send().await.expect("an answer")).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.shows(&story.rest), story.gate == "open", "{}", story.slug);
        assert_eq!(page.leaks(&story.rest).is_some(), story.gate == "open", "{}", story.slug);
        assert!(!page.text.contains("class=\"strip\""));
    }
    for path in ["/", "/about", "/feed.xml", "/sections/town"] {
        let page = http.get(format!("{}{path}", paper.url())).send().await.expect("an answer");
        assert_eq!(page.status(), 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_masthead_goes_away_members_read_on_and_the_number_goes() {
    let town = Town::found().await;
    let token = town.token(&["registered", "members"]);
    assert!(town.get_as(&gated_path(), &token).await.shows(&story_behind("members").rest));
    town.masthead.set_fault(Fault::Down);
    until(async || !town.get("/").await.text.contains("class=\"strip\"")).await;
    let page = town.get_as(&gated_path(), &token).await;
    assert!(page.shows(&story_behind("members").rest), "the keys are at hand: tokens verify without Masthead");
    assert!(!page.text.contains("class=\"strip\""));
    town.masthead.set_fault(Fault::Nothing);
    until(async || town.get("/").await.text.contains("24,601")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masthead_that_is_gone_altogether_is_the_same() {
    let town = Town::found().await;
    town.masthead.stop().await;
    let page = town.get(&gated_path()).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.leaks(&story_behind("members").rest), None);
    let token = town.token(&["members"]);
    let unchecked = town.get_as(&gated_path(), &token).await;
    assert_eq!(unchecked.leaks(&story_behind("members").rest), None, "no keys, no reading");
    assert!(unchecked.text.contains("Nothing is wrong with your membership."));
    assert_eq!(town.body_with(&story_behind("members").slug, &token).await.status, 503);
}

/// Tries again until it holds, for five seconds at most.
async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let started = std::time::Instant::now();
    while !holds().await {
        assert!(started.elapsed().as_secs() < 5, "it did not come to hold");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
