//! The HTML itself: parses without a fault, is labelled, and keeps its order.

use std::collections::HashSet;

use scraper::{ElementRef, Html, Selector};

use super::states::every_page;

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn each(check: impl Fn(&str, &Html)) {
    for (name, html) in every_page() {
        check(&name, &Html::parse_document(&html));
    }
}

#[test]
fn pages_parse_without_a_fault() {
    each(|name, page| assert!(page.errors.is_empty(), "{name}: {:?}", page.errors));
}

#[test]
fn headings_begin_at_one_and_skip_none() {
    each(|name, page| {
        // What is wrong with a form is said before anything else.
        let headings = all(page, "h1, h2:not(.summary h2), h3, h4");
        let levels: Vec<u32> = headings.iter().filter_map(|heading| heading.value().name()[1..].parse().ok()).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}: {levels:?}");
        assert_eq!(levels.first(), Some(&1), "{name}: {levels:?}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
    });
}

#[test]
fn every_input_has_a_label() {
    each(|name, page| {
        let labelled: HashSet<&str> = all(page, "label[for]").iter().filter_map(|label| label.attr("for")).collect();
        for input in all(page, "input:not([type=hidden])") {
            let wrapped = input.ancestors().filter_map(ElementRef::wrap).any(|parent| parent.value().name() == "label");
            let named = input.attr("id").is_some_and(|id| labelled.contains(id));
            assert!(wrapped || named, "{name}: {}", input.html());
        }
    });
}

#[test]
fn ids_are_unique_and_what_is_pointed_at_exists() {
    each(|name, page| {
        let ids: Vec<&str> = all(page, "[id]").iter().filter_map(|element| element.attr("id")).collect();
        let unique: HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: {ids:?}");
        for attribute in ["aria-describedby", "aria-labelledby", "for"] {
            for element in all(page, &format!("[{attribute}]")) {
                let targets = element.attr(attribute).unwrap_or_default();
                assert!(targets.split_whitespace().all(|id| unique.contains(id)), "{name}: {targets}");
            }
        }
    });
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    each(|name, page| {
        assert!(all(page, "[style], style").is_empty(), "{name} has an inline style");
        for script in all(page, "script") {
            assert!(script.attr("src").is_some() && script.inner_html().is_empty(), "{name} has an inline script");
        }
        for element in all(page, "*") {
            let handler = element.value().attrs().find(|(attribute, _)| attribute.starts_with("on"));
            assert!(handler.is_none(), "{name}: {handler:?}");
        }
        for loaded in all(page, "[src], link[rel=stylesheet], link[rel=icon]") {
            let address = loaded.attr("src").or_else(|| loaded.attr("href")).unwrap_or_default();
            assert!(address.starts_with('/') && !address.starts_with("//"), "{name} loads {address}");
        }
    });
}

#[test]
fn behind_a_base_path_every_address_of_ours_has_it() {
    for (name, html) in every_page().iter().filter(|(name, _)| name.starts_with("production-")) {
        let page = Html::parse_document(html);
        for element in all(&page, "[href], [src], [action], [data-url]") {
            for attribute in ["href", "src", "action", "data-url"] {
                let address = element.attr(attribute).unwrap_or_default();
                assert!(!address.starts_with('/') || address.starts_with("/members/"), "{name}: {address}");
            }
        }
    }
}

#[test]
fn only_forms_that_ask_for_it_wait_for_a_press() {
    // The link page must never press itself: no refresh, no script that submits.
    let pages = every_page();
    let (_, link) = pages.iter().find(|(name, _)| name == "link-ready").expect("the link page");
    let page = Html::parse_document(link);
    assert!(all(&page, "meta[http-equiv], [data-refresh], [autofocus]").is_empty());
    assert_eq!(all(&page, "form[method=post] button[type=submit]").len(), 1);
}
