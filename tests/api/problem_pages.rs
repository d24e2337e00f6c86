//! The `type` of a problem leads to a page that explains it.

use std::{collections::BTreeMap, fs, path::Path};

use crate::support::{TestApp, TestDatabase, on_both_databases};

/// Every code with its title, as the texts have it.
fn codes() -> BTreeMap<String, String> {
    let texts = include_str!("../../locales/en.ftl").lines();
    let title = |line: &str| {
        let (key, title) = line.strip_prefix("problem-")?.split_once(" = ")?;
        Some((key.strip_suffix("-title")?.to_owned(), title.to_owned()))
    };
    texts.filter_map(title).collect()
}

#[test]
fn every_problem_has_a_page_under_its_title_and_no_page_is_left_over() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/problems");
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let code = path.file_stem().unwrap().to_string_lossy().into_owned();
        let named = format!("Code `{}`, status ", code.replace('-', "_"));
        assert!(text.contains(&named), "{code}.md does not end with its code and status");
        assert!(text.contains("**What to do.**"), "{code}.md does not say what to do");
        let (title, _) = text.split_once('\n').unwrap();
        pages.insert(code, title.trim_start_matches("# ").to_owned());
    }
    assert!(pages.len() > 20, "only {} pages", pages.len());
    assert_eq!(pages, codes());
}

on_both_databases! {
    async fn the_address_of_a_problem_answers(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for (code, title) in codes() {
            let answer = app.browser().get(&format!("/problems/{code}")).await;
            assert_eq!(answer.status(), 200, "/problems/{code}");
            let page = answer.text().await.unwrap();
            assert!(page.contains(&title.replace('\'', "&#39;")) || page.contains(&title), "{code}: {title}");
            assert!(page.contains("What to do."), "{code}");
        }
        assert_eq!(app.browser().get("/problems/nothing").await.status(), 404);
        app.stop().await;
    }
}
