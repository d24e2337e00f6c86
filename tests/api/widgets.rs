//! What other websites put on their pages: the fragment, the frame, the module and its styles.

use reqwest::{Response, StatusCode, header};
use scraper::{Html, Selector};

use crate::{
    expect::{CAMPAIGN, fault, problem},
    support::{AppOptions, TestApp, TestDatabase, on_both_databases},
};

const COUNTER: &str = "public, max-age=1, stale-while-revalidate=5";
const DEMO: &str = include_str!("../../config/demo.toml");

fn text(answer: &Response, name: header::HeaderName) -> String {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
}

fn fragment(query: &str) -> String {
    format!("/v1/campaigns/{CAMPAIGN}/fragment.html{query}")
}

async fn page(app: &TestApp, path: &str) -> Html {
    let answer = app.http.get(app.address(path)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    Html::parse_document(&answer.text().await.unwrap())
}

fn first<'a>(page: &'a Html, selector: &str) -> scraper::ElementRef<'a> {
    let found = page.select(&Selector::parse(selector).unwrap()).next();
    found.unwrap_or_else(|| panic!("no {selector} in {}", page.html()))
}

fn words(page: &Html, selector: &str) -> String {
    let text: String = first(page, selector).text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn has(page: &Html, selector: &str) -> bool {
    page.select(&Selector::parse(selector).unwrap()).next().is_some()
}

on_both_databases! {
    async fn a_fragment_has_the_number_and_what_tells_its_age(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let campaign = app.campaign().await;
        for (query, said) in [
            ("", "24,600 readers pay for this newsroom. Help us reach 25,000 by 31 December, midnight in Lisbon."),
            ("?variant=bar", "400 to go."),
            ("?variant=compact", "400 to go. 24,600 readers pay for this newsroom."),
            ("?variant=text", "24,600 of 25,000 members"),
            ("?variant=compact&for=member", "You’re one of 24,600. Thank you."),
            ("?locale=de-AT", "24,600 readers"),
        ] {
            let html = page(&app, &fragment(query)).await;
            let counter = first(&html, ".masthead-counter");
            assert!(words(&html, ".masthead-counter").contains(said), "{query}: {}", html.html());
            assert_eq!(counter.attr("data-version"), Some(campaign["version"].to_string().as_str()), "{query}");
            assert_eq!(counter.attr("data-as-of"), campaign["as_of"].as_str(), "{query}");
            assert_eq!(counter.attr("lang"), Some("en"), "{query}");
            assert!(!has(&html, "script, style, [style]"), "{query}: nothing that a strict policy refuses");
        }
        let html = page(&app, &fragment("")).await;
        assert_eq!(first(&html, "a.masthead-join").attr("href"), campaign["join_url"].as_str());
        let member = page(&app, &fragment("?for=member")).await;
        assert_eq!(first(&member, "a").attr("href"), Some(app.address("/account").as_str()));
        assert!(!has(&member, ".masthead-join"), "a member is not asked to join");
        assert!(words(&page(&app, &fragment("?style=inline")).await, "style").contains("--mh-day:#0b5c6b"));
        assert!(has(&page(&app, &fragment("?theme=dark")).await, ".masthead-counter.masthead-dark"));
        app.stop().await;
    }

    async fn a_fragment_is_kept_like_the_json_and_changes_with_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let address = app.address(&fragment("?variant=compact"));
        let before = app.http.get(&address).send().await.unwrap();
        let tag = text(&before, header::ETAG);
        // The same tag for the text compressed, which are other bytes: a strong one would be a lie.
        assert!(tag.starts_with("W/\"") && tag.len() > 12, "a weak ETag, not {tag}");
        assert_eq!(text(&before, header::CACHE_CONTROL), COUNTER);
        assert_eq!(text(&before, header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
        assert_eq!(text(&before, header::CONTENT_TYPE), "text/html; charset=utf-8");
        assert!(!text(&before, header::VARY).to_ascii_lowercase().contains("language"), "one copy serves everybody");
        assert!(before.headers().get(header::SET_COOKIE).is_none());
        let same = app.http.get(&address).header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
        assert_eq!((same.status(), text(&same, header::ETAG)), (StatusCode::NOT_MODIFIED, tag.clone()));
        let other = app.http.get(app.address(&fragment(""))).header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
        assert_eq!(other.status(), StatusCode::OK, "another variant is another text");

        app.member("ada@example.com").await;
        app.counted(24_601).await;
        let after = app.http.get(&address).header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
        assert_eq!(after.status(), StatusCode::OK);
        assert!(words(&Html::parse_document(&after.text().await.unwrap()), ".masthead-counter").contains("24,601"));
        app.stop().await;
    }

    async fn what_there_is_not_is_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        problem(browser.get("/v1/campaigns/nothing/fragment.html").await, 404, "unknown_campaign").await;
        assert_eq!(browser.get("/embed/nothing").await.status(), StatusCode::NOT_FOUND);
        for (query, field) in [
            ("?variant=huge", "variant"),
            ("?variant=", "variant"),
            ("?variant=%3Cscript%3E", "variant"),
            ("?theme=sepia", "theme"),
            ("?for=admin", "for"),
            ("?style=link", "style"),
        ] {
            fault(browser.get(&fragment(query)).await, field, "not_allowed").await;
            assert_eq!(browser.get(&format!("/embed/{CAMPAIGN}{query}")).await.status(), 422, "{query}");
        }
        for query in ["?locale=%00", "?locale=%3Cscript%3E", "?locale=xx-nothing", "?locale="] {
            assert_eq!(browser.get(&fragment(query)).await.status(), StatusCode::OK, "{query}");
        }
        app.stop().await;
    }

    async fn the_module_and_its_styles_are_for_every_website(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for (path, media_type, has) in [
            ("/masthead.js", "text/javascript; charset=utf-8", "customElements.define"),
            ("/masthead.css", "text/css; charset=utf-8", "--mh-day:#0b5c6b"),
        ] {
            let ask = || app.http.get(app.address(path)).header(header::ORIGIN, "https://anybody.example");
            let answer = ask().send().await.unwrap();
            assert_eq!(text(&answer, header::CONTENT_TYPE), media_type);
            assert_eq!(text(&answer, header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
            assert_eq!(text(&answer, header::CACHE_CONTROL), "public, max-age=300, stale-while-revalidate=86400");
            let tag = text(&answer, header::ETAG);
            assert!(answer.text().await.unwrap().contains(has), "{path}");
            let again = ask().header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        }
        let small = app.http.get(app.address("/masthead.js")).header(header::ACCEPT_ENCODING, "gzip").send().await.unwrap();
        assert_eq!(text(&small, header::CONTENT_ENCODING), "gzip");
        let size = small.bytes().await.unwrap().len();
        assert!(size < 10_000, "/masthead.js weighs {size} bytes compressed");
        app.stop().await;
    }

    // Fault 46, clickjacking: the frame may be framed and has nothing to press that acts; every other page refuses.
    async fn the_embed_alone_may_be_framed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let answer = app.browser().get(&format!("/embed/{CAMPAIGN}")).await;
        let policy = text(&answer, header::CONTENT_SECURITY_POLICY);
        assert!(policy.contains("frame-ancestors *") && policy.contains("form-action 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.starts_with("default-src 'none'"), "{policy}");
        assert!(answer.headers().get(header::SET_COOKIE).is_none() && answer.headers().get("x-frame-options").is_none());
        assert_eq!(text(&answer, header::CACHE_CONTROL), COUNTER);
        let html = Html::parse_document(&answer.text().await.unwrap());
        assert!(!has(&html, "form, input, button, [style], script:not([src])"), "{}", html.html());
        let links = Selector::parse("a").unwrap();
        assert!(html.select(&links).all(|link| link.attr("target") == Some("_top")) && has(&html, "a"));

        let member = app.member("ada@example.com").await;
        for path in ["/", "/join", "/sign-in", "/account", "/sign-out", "/problems/not-found", "/masthead.js", "/nothing",
            &fragment(""), &format!("/campaigns/{CAMPAIGN}"), "/embed/nothing"]
        {
            let policy = text(&member.get(path).await, header::CONTENT_SECURITY_POLICY);
            assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        }
        app.stop().await;
    }

    // Fault 46: what the newsroom wrote is said, never obeyed.
    async fn hostile_words_stay_words(db: TestDatabase) {
        let hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>\\\" onclick=\\\"alert(3)";
        let newsroom = DEMO
            .replace("title = \"25,000 members by the end of the year\"", &format!("title = \"{hostile}\""))
            .replace("name = \"The Harbour Ledger\"\ntagline", &format!("name = \"{hostile}\"\ntagline"))
            .replace("A second reporter for the islands", hostile)
            .replace("The court desk opens again", hostile);
        let app = TestApp::start_with(db, AppOptions { newsroom, ..AppOptions::default() }).await;
        let embed = page(&app, &format!("/embed/{CAMPAIGN}")).await;
        assert!(words(&embed, "h1").contains("<script>alert(1)</script>"), "said as it is: {}", embed.html());
        for html in [embed, page(&app, &fragment("")).await, page(&app, &fragment("?variant=compact")).await] {
            assert!(!has(&html, "script:not([src]), img, [onclick], [onerror]"), "{}", html.html());
        }
        let module = app.browser().get("/masthead.js").await.text().await.unwrap();
        assert!(!module.contains("alert("), "the module holds none of the newsroom's words");
        app.stop().await;
    }
}
