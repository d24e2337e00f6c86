//! The mails with a link and a code.

use askama::Template;

use super::letterhead::{Letterhead, RenderedMail, finish, spaced};
use crate::text::{Price, Texts};

/// Somebody asked to sign in with this address.
#[derive(Clone, Debug)]
pub struct SignInMail {
    /// The absolute address of the link page, with its token.
    pub link: String,
    /// Six digits.
    pub code: String,
    /// How long both hold, in minutes.
    pub valid_minutes: i64,
}

/// A payment arrived for an address that we know: only this mail signs in.
#[derive(Clone, Debug)]
pub struct PaidSignInMail {
    /// The absolute address of the link page, with its token.
    pub link: String,
    /// Six digits.
    pub code: String,
    /// How long both hold, in minutes.
    pub valid_minutes: i64,
    /// The plan that was paid for.
    pub plan_title: String,
    /// What is billed for it.
    pub price: Price,
}

/// The same, sent so late that link and code have run out: the reader asks for new ones.
#[derive(Clone, Debug)]
pub struct PaidLateMail {
    /// The plan that was paid for.
    pub plan_title: String,
    /// What is billed for it.
    pub price: Price,
}

#[derive(Template)]
#[template(path = "mail_paid_late.html")]
struct LateHtml<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    intro: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail_paid_late.txt")]
struct LateText<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    intro: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail_sign_in.html")]
struct Html<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    intro: &'a str,
    link: &'a str,
    code: &'a str,
    valid_minutes: i64,
}

#[derive(Template)]
#[template(path = "mail_sign_in.txt")]
struct Text<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    intro: &'a str,
    link: &'a str,
    code: &'a str,
    valid_minutes: i64,
}

impl SignInMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let subject = t.say("mail-sign-in-subject").with("newsroom", head.newsroom()).text();
        let intro = t.say("mail-sign-in-intro").with("newsroom", head.newsroom()).text();
        with_code(head, subject, intro, &self.link, &self.code, self.valid_minutes)
    }
}

impl PaidSignInMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let (subject, intro) = of_payment(head, &self.plan_title, &self.price);
        with_code(head, subject, intro, &self.link, &self.code, self.valid_minutes)
    }
}

impl PaidLateMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let (subject, intro) = of_payment(head, &self.plan_title, &self.price);
        let preview = t.say("mail-paid-late-preview").text();
        let link = format!("{}/sign-in", head.base_url);
        let html = LateHtml { head, t, subject: &subject, preview: &preview, intro: &intro, link: &link };
        finish(head, &subject, LateText { head, t, intro: &intro, link: &link }, html)
    }
}

/// Subject and first words of the mails about a payment of somebody whom we know.
fn of_payment(head: &Letterhead, plan_title: &str, price: &Price) -> (String, String) {
    let t = head.texts;
    let subject = t.say("mail-paid-sign-in-subject").with("newsroom", head.newsroom()).text();
    let intro = t.say("mail-paid-sign-in-intro").with("newsroom", head.newsroom()).with("plan", plan_title);
    (subject, intro.with("price", price.words(t)).text())
}

fn with_code(
    head: &Letterhead,
    subject: String,
    intro: String,
    link: &str,
    code: &str,
    valid_minutes: i64,
) -> RenderedMail {
    let t = head.texts;
    let code = spaced(code);
    let preview = t.say("mail-code-preview").with("code", code.as_str()).with("minutes", valid_minutes).text();
    let text = Text { head, t, intro: &intro, link, code: &code, valid_minutes };
    let html = Html { head, t, subject: &subject, preview: &preview, intro: &intro, link, code: &code, valid_minutes };
    finish(head, &subject, text, html)
}
