//! A document of ours as a page: what a problem means, and the like.

use askama::Template;

use super::{Chrome, finish};
use crate::text::{Markup, Texts};

/// A document, such as `/problems/code-expired`.
#[derive(Clone, Debug)]
pub struct DocumentPage {
    /// Its heading.
    pub title: String,
    /// Its body, without the heading: headings in it begin at the second level.
    pub body: Markup,
}

#[derive(Template)]
#[template(path = "document.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: &'a str,
    description: String,
    body: &'a Markup,
}

impl DocumentPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        finish(Page { chrome, t: chrome.texts, title: &self.title, description: String::new(), body: &self.body })
    }
}
