//! What every answer carries, and what no page does.

use crate::support::{Town, stories, story_behind};

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_guarded() {
    let town = Town::found().await;
    let story = format!("/stories/{}", story_behind("members").slug);
    for path in ["/", &story, "/feed.xml", "/nowhere", "/paper.js", "/sign-in", "/signed-in", "/sign-out"] {
        let page = town.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'; script-src 'self'; style-src 'self'"), "{path}: {policy}");
        assert!(policy.contains(&format!("connect-src 'self' {};", town.masthead.url())), "{path}: {policy}");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!page.header("referrer-policy").is_empty(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_has_inline_code_or_other_hosts_and_each_says_what_it_is() {
    let town = Town::found().await;
    let mut paths = vec!["/".to_owned(), "/about".to_owned(), "/sections/sport".to_owned(), "/nowhere".to_owned()];
    paths.extend(stories().iter().map(|story| format!("/stories/{}", story.slug)));
    for path in paths {
        let page = town.get(&path).await;
        assert!(!page.text.contains(" style=") && !page.text.contains("<style"), "{path}");
        assert!(!page.text.contains(" onclick=") && !page.text.contains("javascript:"), "{path}");
        assert_eq!(page.text.matches("<script").count(), 1 + page.text.matches("ld+json").count(), "{path}");
        assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
        assert!(page.text.contains("The Harbour Ledger is a demonstration. No money moves."), "{path}");
        for address in page.text.split("src=\"").skip(1) {
            assert!(address.starts_with('/'), "{path}: {address:.40}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_name_the_reader_are_not_shared() {
    let town = Town::found().await;
    for path in ["/", "/about", "/sections/harbour"] {
        let page = town.get(path).await;
        assert_eq!(page.header("cache-control"), "private, no-cache", "{path}");
        assert!(page.header("vary").to_lowercase().contains("cookie"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoofed_host_reaches_no_page() {
    let town = Town::found().await;
    let story = format!("/stories/{}", story_behind("members").slug);
    for path in ["/", &story, "/feed.xml", "/sign-in"] {
        let request =
            town.http.get(town.url(path)).header("host", "evil.example").header("x-forwarded-host", "evil.example");
        let page = crate::support::Page::of(request.send().await.expect("an answer")).await;
        assert!(!page.text.contains("evil.example") && !page.header("location").contains("evil.example"), "{path}");
    }
}
