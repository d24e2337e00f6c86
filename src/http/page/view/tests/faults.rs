//! What is wrong with a form is said at the top of its page, heard, and a way to each field.

use scraper::{Html, Selector};

use super::samples::{chrome, fault, join};
use super::states::every_page;
use crate::http::page::view::*;

/// The pages on which a form is shown again, and how many faults each has.
const FAULTY: [(&str, usize); 9] = [
    ("join-faults", 2),
    ("join-own-faults", 2),
    ("gift-faults", 5),
    ("gift-redeem-faults", 1),
    ("cancel-faults", 5),
    ("sign-in-fault", 1),
    ("code-wrong", 1),
    ("code-malformed", 1),
    ("account-fault", 1),
];

fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn title(page: &Html) -> String {
    select(page, "title")[0].text().collect()
}

#[test]
fn a_form_with_faults_begins_with_all_of_them() {
    let pages = every_page();
    for (name, count) in FAULTY {
        let (_, html) = pages.iter().find(|(other, _)| other == name).expect("a page");
        let page = Html::parse_document(html);
        assert!(title(&page).starts_with("Error: "), "{name}: {}", title(&page));
        let first = select(&page, "main > .column > *")[0];
        for (attribute, value) in [("role", "alert"), ("tabindex", "-1"), ("autofocus", "")] {
            assert_eq!(first.attr(attribute), Some(value), "{name}");
        }
        assert_eq!(select(&page, "[autofocus]").len(), 1, "{name}");
        let links = select(&page, ".summary a");
        assert_eq!(links.len(), count, "{name}");
        for link in links {
            let id = link.attr("href").and_then(|href| href.strip_prefix('#')).expect("a place on the page");
            let field = select(&page, &format!("[id='{id}']"));
            assert!(["input", "textarea"].contains(&field[0].value().name()), "{name}: {id}");
            let words: String = link.text().collect();
            assert!(words.contains(": ") && !words.starts_with(':'), "{name}: {words}");
        }
    }
}

#[test]
fn nothing_is_amiss_on_any_other_page() {
    for (name, html) in every_page().iter().filter(|(name, _)| !FAULTY.iter().any(|(faulty, _)| faulty == name)) {
        let page = Html::parse_document(html);
        assert!(select(&page, ".summary").is_empty() && !title(&page).starts_with("Error"), "{name}");
        assert!(select(&page, "[autofocus]").is_empty(), "{name}");
    }
}

#[test]
fn a_fault_where_nothing_is_sold_leads_to_the_page() {
    let page = JoinPage { plans: Vec::new(), faults: vec![fault("price", "unknown")], ..join() };
    let html = page.render(&chrome());
    assert!(html.contains("<a href=\"#main\">Your choice: We do not know this one."), "{html}");
}
