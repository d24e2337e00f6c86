//! Gifts: what is asked for one, and the page to redeem one on.

use askama::Template;
use jiff::{Timestamp, civil::Date};

use super::{
    Chrome, FieldFault,
    field::{Summary, fault_of},
    finish,
};
use crate::{domain::gift::SEND_AHEAD_MAX_DAYS, text::Texts};

/// What is typed for a gift.
#[derive(Clone, Debug, Default)]
pub struct TypedGift {
    /// Whom the code is mailed to.
    pub recipient: String,
    /// How the giver is called there.
    pub from: String,
    /// A message.
    pub message: String,
    /// The day on which it is mailed, such as 2026-12-24.
    pub on: String,
}

/// One field of the form.
pub(super) struct GiftField<'a> {
    pub(super) name: &'static str,
    pub(super) label_key: &'static str,
    pub(super) hint_key: Option<&'static str>,
    pub(super) kind: &'static str,
    pub(super) longest: u32,
    /// The first and the last day that can be chosen.
    pub(super) days: Option<(Date, Date)>,
    pub(super) value: &'a str,
    pub(super) fault: Option<&'a str>,
}

impl TypedGift {
    /// Whom it is for, and when.
    pub(super) fn whom<'a>(&'a self, faults: &'a [FieldFault], today: Date) -> Vec<GiftField<'a>> {
        let latest = today.checked_add(jiff::Span::new().days(SEND_AHEAD_MAX_DAYS)).unwrap_or(Date::MAX);
        let recipient = field("recipient", "gift-recipient", ("email", 254), &self.recipient, faults);
        let on = field("on", "gift-on", ("date", 10), &self.on, faults);
        vec![
            GiftField { hint_key: Some("gift-recipient-hint"), ..recipient },
            GiftField { hint_key: Some("gift-on-hint"), days: Some((today, latest)), ..on },
        ]
    }

    /// Whom it is from, but for the message.
    pub(super) fn sender<'a>(&'a self, faults: &'a [FieldFault]) -> Vec<GiftField<'a>> {
        vec![field("from", "gift-from", ("text", 100), &self.from, faults)]
    }

    /// What a field is called; none for one that is not of the gift.
    pub(super) fn label_key(field: &str) -> Option<&'static str> {
        match field {
            "recipient" => Some("gift-recipient"),
            "on" => Some("gift-on"),
            "from" => Some("gift-from"),
            "message" => Some("gift-message"),
            _ => None,
        }
    }
}

fn field<'a>(
    name: &'static str,
    label_key: &'static str,
    (kind, longest): (&'static str, u32),
    value: &'a str,
    faults: &'a [FieldFault],
) -> GiftField<'a> {
    GiftField { name, label_key, hint_key: None, kind, longest, days: None, value, fault: fault_of(faults, name) }
}

/// The page to redeem a gift on, `GET /gift/redeem`; its form posts `code` there.
#[derive(Clone, Debug, Default)]
pub struct RedeemPage {
    /// The address of whoever is signed in; none asks for it first.
    pub email: Option<String>,
    /// The code as typed.
    pub code: String,
    /// What was redeemed: the plan's title, from when and until when it is open.
    pub opened: Option<(String, Timestamp, Timestamp)>,
    /// What is wrong with what was sent.
    pub faults: Vec<FieldFault>,
}

#[derive(Template)]
#[template(path = "gift_redeem.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a RedeemPage,
    opened: Option<String>,
    code_fault: Option<&'a str>,
    summary: Summary,
    sign_in_path: String,
}

impl RedeemPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let day = |at: Timestamp| t.full_day(at, &chrome.time_zone);
        let opened = self.opened.as_ref().map(|(plan, from, until)| {
            let key = if *from > chrome.now { "gift-opened-later" } else { "gift-opened" };
            t.say(key).with("plan", plan.as_str()).with("from", day(*from)).with("day", day(*until)).text()
        });
        let back = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("return_to", &chrome.canonical_url)
            .finish();
        finish(Page {
            chrome,
            t,
            title: t.say(if opened.is_some() { "gift-opened-title" } else { "gift-redeem-title" }).text(),
            description: String::new(),
            view: self,
            opened,
            code_fault: fault_of(&self.faults, "code"),
            summary: Summary::by_name(t, &self.faults, |_| "gift-code"),
            sign_in_path: chrome.link(&format!("/sign-in?{back}")),
        })
    }
}

/// A membership that the member gave to somebody else.
#[derive(Clone, Debug)]
pub struct GivenGift {
    /// "Supporter".
    pub plan_title: String,
    /// For how many months.
    pub months: i64,
    /// The address that its code is mailed to; none when the giver hands it over.
    pub recipient: Option<String>,
    /// How it stands.
    pub state: GiftState,
}

/// How a gift stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiftState {
    /// Its payment is on its way.
    Settling,
    /// Its code is mailed later.
    Waiting {
        /// When; none in a moment.
        send_at: Option<Timestamp>,
    },
    /// Its code was mailed.
    Sent {
        /// When.
        at: Timestamp,
        /// The first moment at which it can no longer be redeemed.
        redeem_until: Timestamp,
    },
    /// Somebody redeemed it.
    Redeemed {
        /// When.
        at: Timestamp,
    },
    /// Nobody redeemed it in time.
    Expired {
        /// Since when.
        at: Timestamp,
    },
    /// Its money went back, or the newsroom took it back.
    TakenBack,
}

/// What was given to whom, and how it stands.
pub(super) fn gift_words(gift: &GivenGift, chrome: &Chrome) -> (String, String) {
    let t = chrome.texts;
    let key = if gift.recipient.is_some() { "account-gift-for" } else { "account-gift" };
    let what = t.say(key).with("plan", gift.plan_title.as_str()).with("months", gift.months);
    let what = what.with("email", gift.recipient.as_deref().unwrap_or_default()).text();
    let day = |at: Timestamp| t.full_day(at, &chrome.time_zone);
    let say = |key: &str| t.say(key).text();
    let state = match gift.state {
        GiftState::Settling => say("account-gift-settling"),
        GiftState::Waiting { send_at: None } => say("account-gift-soon"),
        GiftState::Waiting { send_at: Some(at) } => t.say("account-gift-waiting").with("day", day(at)).text(),
        GiftState::Sent { at, redeem_until } => {
            t.say("account-gift-sent").with("day", day(at)).with("until", day(redeem_until)).text()
        }
        GiftState::Redeemed { at } => t.say("account-gift-redeemed").with("day", day(at)).text(),
        GiftState::Expired { at } => t.say("account-gift-expired").with("day", day(at)).text(),
        GiftState::TakenBack => say("account-gift-taken-back"),
    };
    (what, state)
}
