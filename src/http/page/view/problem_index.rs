//! Every problem that there is, on one page.

use askama::Template;

use super::{Chrome, finish};
use crate::text::Texts;

/// All problems, `GET /problems`.
#[derive(Clone, Debug)]
pub struct ProblemIndexPage<'a> {
    /// Their codes as they stand in addresses (`code-expired`), in order.
    pub codes: Vec<&'a str>,
}

#[derive(Template)]
#[template(path = "problem_index.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    problems: Vec<Line>,
}

struct Line {
    path: String,
    code: String,
    title: String,
    detail: String,
}

impl ProblemIndexPage<'_> {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let line = |dashed: &&str| {
            let code = dashed.replace('-', "_");
            let path = chrome.link(&format!("/problems/{dashed}"));
            Line { path, title: t.problem_title(&code), detail: t.problem_detail(&code), code }
        };
        let problems = self.codes.iter().map(line).collect();
        let title = t.say("problems-index-title").text();
        finish(Page { chrome, t, title, description: String::new(), problems })
    }
}
