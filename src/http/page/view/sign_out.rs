//! Signing out, asked and done.

use askama::Template;

use super::{Chrome, finish};
use crate::text::Texts;

/// Asks before the session ends, `GET /sign-out`; its button posts to `/sign-out`.
#[derive(Clone, Debug)]
pub struct SignOutPage {
    /// The member's address.
    pub email: String,
    /// Where to go afterwards.
    pub return_to: Option<String>,
}

/// After signing out.
#[derive(Clone, Copy, Debug)]
pub struct SignedOutPage;

#[derive(Template)]
#[template(path = "sign_out.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    email: Option<String>,
    return_to: Option<String>,
}

impl SignOutPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        page(chrome, "sign-out-title", Some(self.email.clone()), self.return_to.clone())
    }
}

impl SignedOutPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        page(chrome, "signed-out-title", None, None)
    }
}

fn page(chrome: &Chrome, title_key: &str, email: Option<String>, return_to: Option<String>) -> String {
    let title = chrome.texts.say(title_key).text();
    finish(Page { chrome, t: chrome.texts, title, description: String::new(), email, return_to })
}
