//! Signing in: the address, the code, and the page that a mailed link opens.

use askama::Template;

use super::field::{Summary, fault_of};
use super::{CarriedOver, Chrome, FieldFault, finish};
use crate::text::Texts;

/// The address form, `GET /sign-in`; posts `email` and what is carried over to `/sign-in`.
#[derive(Clone, Debug, Default)]
pub struct SignInPage {
    /// The address as typed.
    pub email: String,
    /// `site` and `return_to`.
    pub carried: CarriedOver,
    /// What is wrong with what was sent.
    pub faults: Vec<FieldFault>,
    /// The reader has just signed out, or must sign in again: a problem code whose detail is shown (`sign_in_required`,
    /// `link_used`, `code_expired`, …).
    pub notice_code: Option<String>,
}

/// The code form, `GET /sign-in/code`; posts `code` and what is carried over to `/sign-in/code`.
/// "Send it again" posts to `/sign-in/resend`; "Wrong address?" leads to `/sign-in`.
#[derive(Clone, Debug, Default)]
pub struct CodePage {
    /// Where the mail went: "o…@…". The same for known and unknown addresses.
    pub masked_email: String,
    /// Return address and site.
    pub carried: CarriedOver,
    /// What was wrong with the code.
    pub fault: Option<CodeFault>,
    /// The mail has just been sent again.
    pub resent: bool,
    /// How long link and code hold, in minutes.
    pub valid_minutes: i64,
}

/// What was wrong with a code. Wording is kind; what to do now follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeFault {
    /// It is not the one that was mailed.
    Wrong {
        /// How many tries are left.
        tries_left: i64,
    },
    /// Its 15 minutes are over.
    Expired,
    /// It has been used.
    Used,
    /// It was asked for in another browser.
    OtherBrowser,
    /// Five wrong ones.
    TooMany,
    /// Not six digits.
    Malformed,
}

/// What a mailed link opens, `GET /sign-in/link`; its button posts `token` to `/sign-in/link`.
#[derive(Clone, Debug)]
pub struct LinkPage {
    /// What the link still is.
    pub state: LinkState,
    /// Where the mail went, masked; `None` if that is not known any more.
    pub masked_email: Option<String>,
}

/// What a mailed link still is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// The button signs in.
    Ready {
        /// Sent back by the button.
        token: String,
        /// The code to type in the browser where it began, six digits; `None` if this is that browser.
        code: Option<String>,
    },
    /// Its 15 minutes are over.
    Expired,
    /// It has been used.
    Used,
    /// It was never ours, or was cut in half by a mail program.
    Unknown,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct AddressForm<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a SignInPage,
    email_fault: Option<&'a str>,
    summary: Summary,
    notice: Option<String>,
}

impl SignInPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(AddressForm {
            chrome,
            t,
            title: t.say("sign-in-title").text(),
            description: String::new(),
            view: self,
            email_fault: fault_of(&self.faults, "email"),
            summary: Summary::by_name(t, &self.faults, |_| "field-email"),
            notice: self.notice_code.as_deref().map(|code| t.problem_detail(code)),
        })
    }
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodeForm<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a CodePage,
    fault: Option<String>,
    over: bool,
    summary: Summary,
}

impl CodePage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let fault = self.fault.map(|fault| fault_words(fault, t));
        let over = self.fault.is_some_and(is_over);
        // What no code can mend leaves no field to lead to: such a page says it in its title.
        let faults: Vec<FieldFault> = match &fault {
            Some(words) if !over => vec![FieldFault { field: "code".to_owned(), message: words.clone() }],
            _ => Vec::new(),
        };
        finish(CodeForm {
            chrome,
            t,
            title: self.title(t),
            description: String::new(),
            view: self,
            fault,
            over,
            summary: Summary::by_name(t, &faults, |_| "field-code"),
        })
    }

    fn title(&self, t: &Texts) -> String {
        let over = self.fault.and_then(|fault| over_title(fault, t));
        over.unwrap_or_else(|| t.say("code-title").text())
    }
}

/// The problem's own title once no code of this attempt can help.
fn over_title(fault: CodeFault, t: &Texts) -> Option<String> {
    let code = match fault {
        CodeFault::Expired => "code_expired",
        CodeFault::Used => "code_used",
        CodeFault::OtherBrowser => "other_browser",
        CodeFault::TooMany => "too_many_attempts",
        CodeFault::Wrong { .. } | CodeFault::Malformed => return None,
    };
    Some(t.problem_title(code))
}

fn fault_words(fault: CodeFault, t: &Texts) -> String {
    match fault {
        CodeFault::Wrong { tries_left } => t.say("code-fault-wrong").with("tries", tries_left).text(),
        CodeFault::Expired => t.problem_detail("code_expired"),
        CodeFault::Used => t.problem_detail("code_used"),
        CodeFault::OtherBrowser => t.problem_detail("other_browser"),
        CodeFault::TooMany => t.problem_detail("too_many_attempts"),
        CodeFault::Malformed => t.say("code-fault-malformed").text(),
    }
}

/// No further code of this attempt can help.
fn is_over(fault: CodeFault) -> bool {
    !matches!(fault, CodeFault::Wrong { .. } | CodeFault::Malformed)
}

#[derive(Template)]
#[template(path = "sign_in_link.html")]
struct Link<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a LinkPage,
}

impl LinkPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let key = match self.state {
            LinkState::Ready { .. } => "link-title",
            LinkState::Expired => "link-expired-title",
            LinkState::Used => "link-used-title",
            LinkState::Unknown => "link-unknown-title",
        };
        finish(Link { chrome, t, title: t.say(key).text(), description: String::new(), view: self })
    }
}

/// Six digits in two groups, as people read them out: "481 207".
fn spaced(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((first, rest)) => format!("{first} {rest}"),
        None => code.to_owned(),
    }
}
