//! A member's own page: who, which plan, what next, what was.

use askama::Template;
use jiff::Timestamp;

use super::field::{Summary, fault_of};
use super::gift::{GivenGift, gift_words};
use super::{Chrome, FieldFault, OwnAmount, Price, finish};
use crate::{
    domain::{entitlement::Source, news::News},
    text::Texts,
};

/// The account, `GET /account`.
///
/// Forms: a new address posts `email` to `/account/email`; "Manage payment" posts to `/account/billing`; "Sign out" to
/// `/sign-out`.
#[derive(Clone, Debug)]
pub struct AccountPage {
    /// The member's permanent number.
    pub number: i64,
    /// The member's name, if given.
    pub name: Option<String>,
    /// The member's address.
    pub email: String,
    /// A new address that has not answered yet.
    pub pending_email: Option<String>,
    /// The address as typed in the form, when it is shown again with a fault.
    pub typed_email: String,
    /// The new amount as typed in the form, when it is shown again with a fault.
    pub typed_amount: String,
    /// The memberships, the live one first; empty for somebody who only signed in.
    pub memberships: Vec<Membership>,
    /// The memberships that the member gave to others, newest first.
    pub gifts: Vec<GivenGift>,
    /// What happened, newest first.
    pub history: Vec<HistoryLine>,
    /// The years in which anything was paid, newest first.
    pub years: Vec<String>,
    /// What has just been done.
    pub notice: Option<AccountNotice>,
    /// What is wrong with what was sent.
    pub faults: Vec<FieldFault>,
}

/// One membership.
#[derive(Clone, Debug)]
pub struct Membership {
    /// "Supporter".
    pub plan_title: String,
    /// What it costs; `None` for a gift or one that the newsroom gave.
    pub price: Option<Price>,
    /// How it stands.
    pub state: MembershipState,
    /// Whether the billing portal can change it.
    pub has_portal: bool,
    /// Between which amounts the member may choose another; none where the amount is fixed.
    pub own_amount: Option<OwnAmount>,
    /// The payment service's page on which a payment waits to be approved.
    pub approve_url: Option<String>,
}

/// How a membership stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipState {
    /// Paid, and renews.
    Active {
        /// The next payment.
        next_payment_at: Timestamp,
        /// What it takes, in minor units, where that is another sum than the price.
        amount_minor: Option<i64>,
    },
    /// Paid, and ends.
    Ending {
        /// The first moment without it.
        ends_at: Timestamp,
    },
    /// Free at first.
    Trial {
        /// The first payment.
        ends_at: Timestamp,
    },
    /// Nothing is billed for now.
    Paused {
        /// The first moment without it; `None` if it is closed already.
        until: Option<Timestamp>,
    },
    /// The payer's bank asked for the payment and has not decided.
    Suspended,
    /// The last payment failed; access lasts until then.
    PastDue {
        /// The first moment without it.
        grace_until: Timestamp,
    },
    /// Nothing is billed for it by itself: given, paid for once, by bank transfer, or elsewhere.
    Given {
        /// Where it comes from.
        source: Source,
        /// The first moment with it, where that is to come.
        from: Option<Timestamp>,
        /// The first moment without it.
        until: Option<Timestamp>,
    },
    /// The first payment is on its way.
    Settling,
    /// Over.
    Ended {
        /// Since.
        at: Timestamp,
    },
}

/// One line of the membership's history.
#[derive(Clone, Debug)]
pub struct HistoryLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: MembershipChange,
    /// Of which plan.
    pub plan_title: String,
    /// The sum, where one moved.
    pub price: Option<Price>,
}

/// What happened to a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MembershipChange {
    /// A payment arrived.
    Paid,
    /// Money went back.
    Refunded,
    /// A second one was bought, cancelled and sent back.
    Duplicate,
    /// Anything else.
    News(Box<News>),
}

/// What the member has just done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountNotice {
    /// Signed in.
    SignedIn,
    /// Asked for a new address.
    AddressAsked {
        /// Where we wrote to.
        email: String,
    },
    /// The new address answered.
    AddressChanged,
    /// Another amount is billed from the next payment on.
    AmountChanged,
    /// The payment service does not answer; nothing changed.
    PortalUnavailable,
    /// Joined already: the portal changes the plan, a second membership does not.
    AlreadyMember,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a AccountPage,
    notice: Option<String>,
    email_fault: Option<&'a str>,
    amount_fault: Option<&'a str>,
    summary: Summary,
    memberships: Vec<Row<'a>>,
    /// Everything is over, and nothing is left to pay or to cancel: joining again is the way back.
    lapsed: bool,
    /// What was given, and how it stands.
    gifts: Vec<(String, String)>,
    history: Vec<(String, String)>,
}

struct Row<'a> {
    membership: &'a Membership,
    price: Option<String>,
    /// The label and the hint of the field for another amount.
    own: Option<(String, String)>,
    next_label: String,
    next: String,
    warning: Option<String>,
    /// What the way to the portal is called.
    billing: String,
}

impl AccountPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(Page {
            chrome,
            t,
            title: t.say("account-title").text(),
            description: String::new(),
            view: self,
            notice: self.notice.as_ref().map(|notice| notice_words(notice, t)),
            email_fault: fault_of(&self.faults, "email"),
            amount_fault: fault_of(&self.faults, "amount"),
            summary: Summary::by_name(t, &self.faults, |field| match field {
                "amount" => "account-change-amount",
                _ => "account-new-address",
            }),
            memberships: self.memberships.iter().map(|membership| row(membership, chrome)).collect(),
            lapsed: !self.memberships.is_empty() && self.memberships.iter().all(Membership::is_over),
            gifts: self.gifts.iter().map(|gift| gift_words(gift, chrome)).collect(),
            history: self.history.iter().map(|line| history_words(line, chrome)).collect(),
        })
    }
}

impl Membership {
    /// Whether the member is to do something about it.
    fn is_amiss(&self) -> bool {
        matches!(self.state, MembershipState::PastDue { .. } | MembershipState::Suspended)
    }

    fn is_over(&self) -> bool {
        matches!(self.state, MembershipState::Ended { .. }) && !self.has_portal
    }
}

fn row<'a>(membership: &'a Membership, chrome: &Chrome) -> Row<'a> {
    let t = chrome.texts;
    let day = |at: Timestamp| t.day(at, &chrome.time_zone, chrome.now);
    let (key, next) = match membership.state {
        MembershipState::Active { next_payment_at, amount_minor } => {
            // Without a price there is no currency to name a sum in.
            let words = match &membership.price {
                Some(price) => t.next_payment(amount_minor, &price.currency, day(next_payment_at)),
                None => day(next_payment_at),
            };
            ("account-next-payment", words)
        }
        MembershipState::Ending { ends_at } => {
            ("account-ending", t.say("account-ending-day").with("day", day(ends_at)).text())
        }
        MembershipState::Trial { ends_at } => ("account-trial", day(ends_at)),
        MembershipState::Paused { until: Some(until) } => {
            ("account-paused", t.say("account-paused-until").with("day", day(until)).text())
        }
        MembershipState::Paused { until: None } => ("account-paused", t.say("account-paused-plain").text()),
        MembershipState::Suspended => ("account-suspended", t.say("account-suspended-day").text()),
        MembershipState::PastDue { grace_until } => ("account-past-due", day(grace_until)),
        MembershipState::Given { source, from, until } => (given_key(source), given_words(from, until, chrome)),
        MembershipState::Settling => ("account-settling", t.say("account-settling-day").text()),
        MembershipState::Ended { at } => ("account-ended", t.last_day(at, &chrome.time_zone, chrome.now)),
    };
    let warning = match membership.state {
        MembershipState::PastDue { grace_until } if membership.approve_url.is_some() => {
            Some(t.say("account-approve-notice").with("day", day(grace_until)).text())
        }
        MembershipState::PastDue { grace_until } => {
            Some(t.say("account-past-due-notice").with("day", day(grace_until)).text())
        }
        MembershipState::Trial { ends_at } => Some(t.say("account-trial-notice").with("day", day(ends_at)).text()),
        MembershipState::Suspended => Some(t.say("account-suspended-notice").text()),
        _ => None,
    };
    let price = membership.price.as_ref().map(|price| price.words(t));
    let own = membership.own_amount.as_ref().zip(membership.price.as_ref()).map(|(own, price)| {
        let label = t.say("own-amount-label").with("currency", price.currency.as_str()).text();
        (label, format!("{} {}", own.hint(price, t), t.say("account-amount-hint").text()))
    });
    let is_ending = matches!(membership.state, MembershipState::Ending { .. });
    let billing = t.say(if is_ending { "account-billing-ending" } else { "account-billing" }).text();
    Row { membership, price, own, next_label: t.say(key).text(), next, warning, billing }
}

/// What is said of where a right comes from that is not billed here.
fn given_key(source: Source) -> &'static str {
    match source {
        Source::Gift => "account-source-gift",
        Source::Contribution => "account-source-contribution",
        Source::Offline => "account-source-offline",
        Source::External => "account-source-external",
        Source::Subscription | Source::Comp | Source::Group => "account-source-comp",
    }
}

fn given_words(from: Option<Timestamp>, until: Option<Timestamp>, chrome: &Chrome) -> String {
    let t = chrome.texts;
    let from = from.map(|at| t.day(at, &chrome.time_zone, chrome.now));
    let until = until.map(|at| t.last_day(at, &chrome.time_zone, chrome.now));
    let key = match (&from, &until) {
        (None, None) => "account-open",
        (None, Some(_)) => "account-open-until",
        (Some(_), None) => "account-open-from",
        (Some(_), Some(_)) => "account-open-between",
    };
    t.say(key).with("from", from.unwrap_or_default()).with("until", until.unwrap_or_default()).text()
}

fn notice_words(notice: &AccountNotice, t: &Texts) -> String {
    match notice {
        AccountNotice::SignedIn => t.say("account-notice-signed-in").text(),
        AccountNotice::AddressAsked { email } => t.say("account-notice-asked").with("email", email.as_str()).text(),
        AccountNotice::AddressChanged => t.say("account-notice-changed").text(),
        AccountNotice::AmountChanged => t.say("account-notice-amount").text(),
        AccountNotice::PortalUnavailable => t.problem_detail("payment_service_unavailable"),
        AccountNotice::AlreadyMember => t.problem_detail("already_member"),
    }
}

/// The day and the sentence of one line.
fn history_words(line: &HistoryLine, chrome: &Chrome) -> (String, String) {
    let t = chrome.texts;
    let day = t.full_day(line.at, &chrome.time_zone);
    let key = match &line.change {
        // A payment that no plan is known for any more is still a payment.
        MembershipChange::Paid if line.plan_title.is_empty() => "history-paid-sum",
        MembershipChange::Paid => "history-paid",
        MembershipChange::Refunded => "history-refunded",
        MembershipChange::Duplicate => "history-duplicate",
        MembershipChange::News(news) => return (day, t.news(news, &chrome.time_zone)),
    };
    let money = line.price.as_ref().map(|price| price.money(t)).unwrap_or_default();
    let sentence = t.say(key).with("plan", line.plan_title.as_str()).with("money", money).text();
    (day, sentence)
}

/// What the link to a new address opens, `GET /account/confirm-email`; its button posts `token` there.
#[derive(Clone, Debug)]
pub struct ConfirmAddressPage {
    /// What the link still is; a code is not used here.
    pub state: super::LinkState,
    /// The new address; shown because only its owner has the link.
    pub new_email: Option<String>,
}

#[derive(Template)]
#[template(path = "confirm_address.html")]
struct ConfirmPage<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a ConfirmAddressPage,
    token: Option<&'a str>,
}

impl ConfirmAddressPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let token = match &self.state {
            super::LinkState::Ready { token, .. } => Some(token.as_str()),
            _ => None,
        };
        let key = if token.is_some() { "confirm-title" } else { "confirm-over-title" };
        finish(ConfirmPage { chrome, t, title: t.say(key).text(), description: String::new(), view: self, token })
    }
}
