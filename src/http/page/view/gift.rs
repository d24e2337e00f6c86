//! Gifts: what is asked for one, and the page to redeem one on.

use askama::Template;
use jiff::Timestamp;

use super::{Chrome, FieldFault, field::fault_of, finish};
use crate::text::Texts;

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
    pub(super) hint_key: &'static str,
    pub(super) kind: &'static str,
    pub(super) longest: u32,
    pub(super) value: &'a str,
    pub(super) fault: Option<&'a str>,
}

impl TypedGift {
    pub(super) fn fields<'a>(&'a self, faults: &'a [FieldFault]) -> Vec<GiftField<'a>> {
        let field = |name, label_key, hint_key, kind, longest, value| GiftField {
            name,
            label_key,
            hint_key,
            kind,
            longest,
            value,
            fault: fault_of(faults, name),
        };
        vec![
            field("recipient", "gift-recipient", "gift-recipient-hint", "email", 254, self.recipient.as_str()),
            field("on", "gift-on", "gift-on-hint", "date", 10, self.on.as_str()),
            field("from", "gift-from", "gift-from-hint", "text", 100, self.from.as_str()),
        ]
    }
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
