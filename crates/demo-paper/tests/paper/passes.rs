//! A pass opens one story behind one gate; the browser cannot choose another of either.

use proptest::prelude::*;
use serde_json::json;

use crate::support::{Page, Town, access_claims, pass_claims, stories, story_behind};

fn refused(page: &Page, status: u16, code: &str) -> bool {
    page.status == status && page.text.contains(&format!("\"code\":\"{code}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_opens_its_own_story() {
    let town = Town::found().await;
    let story = story_behind("members");
    let article = town.url(&format!("/stories/{}", story.slug));
    let page = town.body_with(&story.slug, &town.pass("members", &article)).await;
    assert_eq!(page.status, 200);
    assert!(page.shows(&story.rest));
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_for_an_easier_gate_or_another_story_opens_nothing() {
    let town = Town::found().await;
    let story = story_behind("members");
    let own = town.url(&format!("/stories/{}", story.slug));
    let other = town.url(&format!("/stories/{}", story_behind("registered").slug));
    let tries = [
        ("registered", own.clone()),
        ("open", own.clone()),
        ("", own.clone()),
        ("members", other),
        ("members", format!("{own}/")),
        ("members", format!("{own}?x=1")),
        ("members", format!("/stories/{}", story.slug)),
        ("members", story.slug.clone()),
        ("members", own.to_uppercase()),
        ("members", own.replace("127.0.0.1", "localhost")),
        ("members", String::new()),
    ];
    for (gate, article) in tries {
        let page = town.body_with(&story.slug, &town.pass(gate, &article)).await;
        assert!(refused(&page, 403, "no_right"), "{gate} {article}: {} {}", page.status, page.text);
        assert_eq!(page.leaks(&story.rest), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_browser_asks_for_beside_the_pass_does_not_matter() {
    let town = Town::found().await;
    let (story, easy) = (story_behind("members"), story_behind("registered"));
    let pass = town.pass("registered", &town.url(&format!("/stories/{}", easy.slug)));
    for query in [format!("?article={}", easy.slug), "?gate=registered".to_owned()] {
        let request = town.http.get(town.url(&format!("/stories/{}/body{query}", story.slug))).bearer_auth(&pass);
        let request =
            request.header("x-gate", "registered").header("x-original-uri", format!("/stories/{}", easy.slug));
        let page = Page::of(request.send().await.expect("an answer")).await;
        assert!(refused(&page, 403, "no_right"), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_two_kinds_of_token_do_not_pass_for_each_other() {
    let town = Town::found().await;
    let story = story_behind("members");
    let article = town.url(&format!("/stories/{}", story.slug));
    let signer = town.masthead.signer();
    let access_as_pass = signer.pass(&access_claims(town.masthead.url(), &["members"]));
    let pass_as_access = signer.access(&pass_claims(town.masthead.url(), "members", &article));
    for token in [access_as_pass, pass_as_access] {
        assert!(refused(&town.body_with(&story.slug, &token).await, 401, "token_invalid"));
    }
    let mut both = pass_claims(town.masthead.url(), "registered", &article);
    both["gates"] = json!(["members"]);
    assert!(refused(&town.body_with(&story.slug, &signer.pass(&both)).await, 403, "no_right"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_the_body_asks_for_one() {
    let town = Town::found().await;
    let story = story_behind("members");
    let page = town.get(&format!("/stories/{}/body", story.slug)).await;
    assert!(refused(&page, 401, "token_missing"));
    assert_eq!(page.header("www-authenticate"), "Bearer");
    assert_eq!(page.header("content-type"), "application/problem+json");
    let in_cookie = town.get_as(&format!("/stories/{}/body", story.slug), &town.token(&["members"])).await;
    assert!(refused(&in_cookie, 401, "token_missing"), "a cookie is sent by any page's script; it does not count");
    assert!(refused(&town.get("/stories/nowhere/body").await, 404, "no_such_story"));
    assert_eq!(town.get(&format!("/stories/{}/body", story_behind("open").slug)).await.status, 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Over all stories: a pass opens the story that it names, behind the gate that the story has, and no other.
    #[test]
    fn a_pass_opens_exactly_what_it_names(gate in "registered|members|open", named in 0usize..8) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let town = Town::found().await;
            let stories = stories();
            let pass = town.pass(&gate, &town.url(&format!("/stories/{}", stories[named].slug)));
            for (place, story) in stories.iter().enumerate() {
                let page = town.body_with(&story.slug, &pass).await;
                let right = story.gate == "open" || (place == named && story.gate == gate);
                prop_assert_eq!(page.status == 200, right, "{}", story.slug);
                prop_assert_eq!(page.leaks(&story.rest).is_some(), right, "{}", story.slug);
            }
            Ok(())
        })?;
    }
}
