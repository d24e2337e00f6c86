//! The answer to a declaration that a contract ends: what it says, when it arrived, and what comes of it.

use askama::Template;

use super::letterhead::{Letterhead, RenderedMail, finish};
use crate::{
    domain::cancellation::{self, Kind, Request, State},
    text::Texts,
};

/// A declaration has arrived. It goes to the address that was typed, which may be somebody else's.
#[derive(Clone, Debug)]
pub struct CancellationMail {
    /// The address that was typed.
    pub email: String,
    /// The declaration, with what came of it.
    pub request: Request,
}

#[derive(Template)]
#[template(path = "mail_cancellation.html")]
struct Html<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    subject: &'a str,
    preview: &'a str,
    facts: &'a [(String, String)],
    outcome: &'a str,
    not_you: &'a str,
    can_undo: bool,
}

#[derive(Template)]
#[template(path = "mail_cancellation.txt")]
struct Text<'a> {
    head: &'a Letterhead,
    t: &'a Texts,
    facts: &'a [(String, String)],
    outcome: &'a str,
    not_you: &'a str,
    can_undo: bool,
}

impl CancellationMail {
    /// The mail.
    pub fn render(&self, head: &Letterhead) -> RenderedMail {
        let t = head.texts;
        let (key, request) = (self.subject_key(), &self.request);
        let subject = t.say(key).with("newsroom", head.newsroom()).text();
        let reference = cancellation::reference(&request.id);
        let received = (request.received_at.timestamp(), &head.time_zone, reference.as_str());
        let facts = t.declared(&request.declaration, &self.email, Some(received));
        let preview = t
            .say("mail-cancel-preview")
            .with("moment", t.full_moment(request.received_at.timestamp(), &head.time_zone))
            .text();
        let (outcome, not_you) = (self.outcome(head), self.not_you(head));
        let can_undo = request.state == State::Arranged;
        let (facts, outcome, not_you) = (facts.as_slice(), outcome.as_str(), not_you.as_str());
        let text = Text { head, t, facts, outcome, not_you, can_undo };
        let html = Html { head, t, subject: &subject, preview: &preview, facts, outcome, not_you, can_undo };
        finish(head, &subject, text, html)
    }

    fn subject_key(&self) -> &'static str {
        match self.request.declaration.kind {
            Kind::Withdrawal => "mail-cancel-subject-withdrawal",
            Kind::Ordinary | Kind::ForCause => "mail-cancel-subject",
        }
    }

    /// What comes of it.
    fn outcome(&self, head: &Letterhead) -> String {
        let t = head.texts;
        let request = &self.request;
        let key = match (request.state, request.declaration.kind) {
            (State::Arranged, Kind::Withdrawal) => "mail-cancel-late",
            (State::Arranged, _) => "mail-cancel-arranged",
            (State::Withdrawn, _) => "mail-cancel-withdrawn",
            (State::Unmatched, _) => "mail-cancel-unmatched",
            (State::Received | State::Open | State::Settled, _) => "mail-cancel-open",
        };
        let day = match request.ends_at {
            Some(at) => t.deadline(at.timestamp(), &head.time_zone, head.now),
            None => t.say("mail-cancel-period-end").text(),
        };
        t.say(key).with("day", day).text()
    }

    /// Anybody may type an address: what that can do, and what to do about it.
    fn not_you(&self, head: &Letterhead) -> String {
        let key = match self.request.state {
            State::Arranged => "mail-cancel-not-you-arranged",
            State::Withdrawn => "mail-cancel-not-you-withdrawn",
            _ => "mail-cancel-not-you",
        };
        head.texts.say(key).text()
    }
}
