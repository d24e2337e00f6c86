//! What went wrong, as a page: the same facts as the API's problem document.

use askama::Template;

use super::{Chrome, FieldFault, finish};
use crate::text::Texts;

/// A problem that a browser is answered with.
#[derive(Clone, Debug)]
pub struct ProblemPage {
    /// The HTTP status.
    pub status: u16,
    /// The stable code (`not_found`, `code_expired`, …); decides the words.
    pub code: String,
    /// Faults of single fields, if any.
    pub faults: Vec<FieldFault>,
    /// What to name when asking for help; also in the log.
    pub request_id: String,
    /// After how many seconds to try again.
    pub retry_after_seconds: Option<u64>,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a ProblemPage,
    detail: String,
    ours: bool,
}

impl ProblemPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(Page {
            chrome,
            t,
            title: t.problem_title(&self.code),
            description: String::new(),
            view: self,
            detail: t.problem_detail_after(&self.code, self.retry_after_seconds),
            ours: self.status >= 500,
        })
    }
}
