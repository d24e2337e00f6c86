//! Cancelling and withdrawing without signing in: the form, the look before it is sent, and the receipt.

use askama::Template;
use jiff::{Timestamp, civil::Date};

use super::{
    Chrome, FieldFault,
    field::{Summary, fault_of},
    finish,
};
use crate::{
    domain::cancellation::{Declaration, Kind},
    text::Texts,
};

/// The fields in the order of the page.
const FIELDS: [&str; 6] = ["kind", "name", "email", "membership", "on", "reason"];

/// The form, `GET /cancel`; posts its fields to `/cancel`.
#[derive(Clone, Debug, Default)]
pub struct CancelPage {
    /// `kind`, `name`, `email`, `membership`, `on` and `reason`, as typed.
    pub typed: TypedDeclaration,
    /// The first and the last day that can be named.
    pub days: (Date, Date),
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
    summary: Summary,
    kinds: Vec<KindChoice>,
    kind_fault: Option<&'a str>,
    lines: Vec<Line<'a>>,
    reason_fault: Option<&'a str>,
}

struct KindChoice {
    number: usize,
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
    /// The first and the last day that can be chosen.
    days: Option<(Date, Date)>,
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
            summary: Summary::of(t, &self.faults, &FIELDS, |field| place(field, t)),
            kinds: self.kinds(t),
            kind_fault: fault_of(&self.faults, "kind"),
            lines: self.lines(t),
            reason_fault: fault_of(&self.faults, "reason"),
        })
    }

    fn kinds(&self, t: &Texts) -> Vec<KindChoice> {
        let choice = |number, kind: Kind, hint: &str| KindChoice {
            number,
            value: kind.as_str(),
            words: t.cancellation_kind(kind),
            hint: t.say(hint).text(),
            chosen: self.typed.kind == kind.as_str(),
        };
        vec![
            choice(1, Kind::Ordinary, "cancel-kind-ordinary-hint"),
            choice(2, Kind::ForCause, "cancel-kind-for-cause-hint"),
            choice(3, Kind::Withdrawal, "cancel-kind-withdrawal-hint"),
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
            days: None,
        };
        let hint = |key: &str| Some(t.say(key).text());
        let email = line("email", "email", "email", 254, "field-email", typed.email.as_str());
        let membership = line("membership", "text", "off", 200, "cancel-membership", typed.membership.as_str());
        let on = line("on", "date", "off", 10, "cancel-on", typed.on.as_str());
        vec![
            line("name", "text", "name", 100, "cancel-name", typed.name.as_str()),
            Line { hint: hint("cancel-email-hint"), ..email },
            Line { hint: hint("cancel-membership-hint"), is_required: false, suggests: true, ..membership },
            Line { hint: hint("cancel-on-hint"), is_required: false, days: Some(self.days), ..on },
        ]
    }
}

/// The id of a field on the page, and what it is called there.
fn place(field: &str, t: &Texts) -> (String, String) {
    let (id, key) = match field {
        "kind" => ("kind-1", "cancel-what"),
        "name" => ("name", "cancel-name"),
        "email" => ("email", "field-email"),
        "membership" => ("membership", "cancel-membership"),
        "on" => ("on", "cancel-on"),
        _ => ("reason", "cancel-reason"),
    };
    (id.to_owned(), t.say(key).text())
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
