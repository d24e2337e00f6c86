//! Somebody who is a member already came to join.

use askama::Template;

use super::{Chrome, finish};
use crate::text::Texts;

/// Somebody who is a member already came to join: led to the account.
#[derive(Clone, Debug)]
pub struct AlreadyMemberPage {
    /// The plan that the member has.
    pub plan_title: String,
    /// Back to the story.
    pub return_to: Option<String>,
}

#[derive(Template)]
#[template(path = "already_member.html")]
struct AlreadyPage<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a AlreadyMemberPage,
}

impl AlreadyMemberPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(AlreadyPage { chrome, t, title: t.say("already-title").text(), description: String::new(), view: self })
    }
}
