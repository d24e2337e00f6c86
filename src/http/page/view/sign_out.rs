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
    /// How long a website's token may outlive the session, in minutes.
    pub token_minutes: i64,
}

/// After signing out.
#[derive(Clone, Copy, Debug)]
pub struct SignedOutPage {
    /// How long a website's token may outlive the session, in minutes.
    pub token_minutes: i64,
}

#[derive(Template)]
#[template(path = "sign_out.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    email: Option<String>,
    return_to: Option<String>,
    token_minutes: i64,
}

impl SignOutPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        page(chrome, "sign-out-title", Some(self.email.clone()), self.return_to.clone(), self.token_minutes)
    }
}

impl SignedOutPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        page(chrome, "signed-out-title", None, None, self.token_minutes)
    }
}

fn page(
    chrome: &Chrome,
    title_key: &str,
    email: Option<String>,
    return_to: Option<String>,
    token_minutes: i64,
) -> String {
    let title = chrome.texts.say(title_key).text();
    finish(Page { chrome, t: chrome.texts, title, description: String::new(), email, return_to, token_minutes })
}
