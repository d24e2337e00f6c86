//! Cancelling and withdrawing without signing in: the form, the look before it is sent, and the receipt.

use askama::Template;
use jiff::Timestamp;

use super::{Chrome, FieldFault, field::fault_of, finish};
use crate::{
    domain::cancellation::{Declaration, Kind},
    text::Texts,
};

/// The form, `GET /cancel`; posts its fields to `/cancel`.
#[derive(Clone, Debug, Default)]
pub struct CancelPage {
    /// `kind`, `name`, `email`, `membership`, `on` and `reason`, as typed.
    pub typed: TypedDeclaration,
    /// The plans that are sold, as suggestions.
    pub plans: Vec<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<FieldFault>,
}

/// The form's fields, as typed.
#[derive(Clone, Debug, Default)]
pub struct TypedDeclaration {
    /// `ordinary`, `for_cause` or `withdrawal`.
    pub kind: String,
    /// A name.
    pub name: String,
    /// An address.
    pub email: String,
    /// Which membership.
    pub membership: String,
    /// A date.
    pub on: String,
    /// Why.
    pub reason: String,
}

/// The look before it is sent; its one button posts everything to `/cancel/confirm`.
#[derive(Clone, Debug)]
pub struct CancelCheckPage {
    /// As typed, to be posted again.
    pub typed: TypedDeclaration,
    /// As read.
    pub declaration: Declaration,
    /// Sent with the button: pressed twice, it declares once.
    pub key: String,
}

/// The receipt.
#[derive(Clone, Debug)]
pub struct CancelDonePage {
    /// The address, as typed.
    pub email: String,
    /// What was declared.
    pub declaration: Declaration,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Under which reference.
    pub reference: String,
}

#[derive(Template)]
#[template(path = "cancel.html")]
struct FormPage<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a CancelPage,
    kinds: Vec<KindChoice>,
    kind_fault: Option<&'a str>,
    lines: Vec<Line<'a>>,
    reason_fault: Option<&'a str>,
}

struct KindChoice {
    value: &'static str,
    words: String,
    hint: String,
    chosen: bool,
}

/// One line to type in.
struct Line<'a> {
    name: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    longest: usize,
    is_required: bool,
    label: String,
    hint: Option<String>,
    value: &'a str,
    fault: Option<&'a str>,
    suggests: bool,
}

#[derive(Template)]
#[template(path = "cancel_check.html")]
struct CheckPage<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    facts: Vec<(String, String)>,
    fields: Vec<(&'static str, &'a str)>,
    button: String,
}

#[derive(Template)]
#[template(path = "cancel_done.html")]
struct DonePage<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    facts: Vec<(String, String)>,
    email: &'a str,
}

impl CancelPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(FormPage {
            chrome,
            t,
            title: t.say("cancel-title").text(),
            description: String::new(),
            view: self,
            kinds: self.kinds(t),
            kind_fault: fault_of(&self.faults, "kind"),
            lines: self.lines(t),
            reason_fault: fault_of(&self.faults, "reason"),
        })
    }

    fn kinds(&self, t: &Texts) -> Vec<KindChoice> {
        let choice = |kind: Kind, hint: &str| KindChoice {
            value: kind.as_str(),
            words: t.cancellation_kind(kind),
            hint: t.say(hint).text(),
            chosen: self.typed.kind == kind.as_str(),
        };
        vec![
            choice(Kind::Ordinary, "cancel-kind-ordinary-hint"),
            choice(Kind::ForCause, "cancel-kind-for-cause-hint"),
            choice(Kind::Withdrawal, "cancel-kind-withdrawal-hint"),
        ]
    }

    fn lines(&self, t: &Texts) -> Vec<Line<'_>> {
        let typed = &self.typed;
        let line = |name, kind, autocomplete, longest, label: &str, value| Line {
            name,
            kind,
            autocomplete,
            longest,
            is_required: true,
            label: t.say(label).text(),
            hint: None,
            value,
            fault: fault_of(&self.faults, name),
            suggests: false,
        };
        let hint = |key: &str| Some(t.say(key).text());
        let email = line("email", "email", "email", 254, "field-email", typed.email.as_str());
        let membership = line("membership", "text", "off", 200, "cancel-membership", typed.membership.as_str());
        let on = line("on", "date", "off", 10, "cancel-on", typed.on.as_str());
        vec![
            line("name", "text", "name", 100, "cancel-name", typed.name.as_str()),
            Line { hint: hint("cancel-email-hint"), ..email },
            Line { hint: hint("cancel-membership-hint"), is_required: false, suggests: true, ..membership },
            Line { hint: hint("cancel-on-hint"), is_required: false, ..on },
        ]
    }
}

impl TypedDeclaration {
    fn fields(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("kind", &self.kind),
            ("name", &self.name),
            ("email", &self.email),
            ("membership", &self.membership),
            ("on", &self.on),
            ("reason", &self.reason),
        ]
    }
}

impl CancelCheckPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let button = match self.declaration.kind {
            Kind::Withdrawal => t.say("withdraw-confirm"),
            Kind::Ordinary | Kind::ForCause => t.say("cancel-confirm"),
        };
        let mut fields = self.typed.fields();
        fields.push(("key", &self.key));
        finish(CheckPage {
            chrome,
            t,
            title: t.say("cancel-check-title").text(),
            description: String::new(),
            facts: t.declared(&self.declaration, self.typed.email.trim(), None),
            fields,
            button: button.text(),
        })
    }
}

impl CancelDonePage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let received = (self.received_at, &chrome.time_zone, self.reference.as_str());
        finish(DonePage {
            chrome,
            t,
            title: t.say("cancel-done-title").text(),
            description: String::new(),
            facts: t.declared(&self.declaration, &self.email, Some(received)),
            email: &self.email,
        })
    }
}
