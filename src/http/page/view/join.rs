//! Joining: one page, few choices.

use askama::Template;
use jiff::{Timestamp, civil::Date};

use super::field::{Summary, fault_of};
use super::gift::{GiftField, TypedGift};
use super::join_offer::Offer;
use super::{CarriedOver, Chrome, Counter, FieldFault, PlanChoice, PriceChoice, finish};
use crate::text::Texts;

/// The fields in the order of the page, after the prices.
const FIELDS: [&str; 5] = ["recipient", "on", "from", "message", "email"];

/// What a reader comes to pay for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A membership.
    Join,
    /// A contribution, made once.
    Give,
    /// A membership for somebody else.
    Gift,
}

impl Occasion {
    /// The page's path.
    pub fn path(self) -> &'static str {
        match self {
            Occasion::Join => "/join",
            Occasion::Give => "/give",
            Occasion::Gift => "/gift",
        }
    }

    /// The key of its text, here or on the other page.
    fn key(self, join: &'static str, give: &'static str, gift: &'static str) -> &'static str {
        match self {
            Occasion::Join => join,
            Occasion::Give => give,
            Occasion::Gift => gift,
        }
    }

    fn heading_key(self) -> &'static str {
        self.key("join-heading", "give-heading", "gift-heading")
    }

    fn button_key(self) -> &'static str {
        self.key("join-button-any", "give-button-any", "gift-button-any")
    }
}

/// The join page, `GET /join` (and `POST /join` answered with faults), and the page to give once, `/give`.
///
/// The form posts `price`, `email`, amounts of the payer's own, and what [`CarriedOver`] holds to its own path.
#[derive(Clone, Debug)]
pub struct JoinPage {
    /// What for.
    pub occasion: Occasion,
    /// Whether there is a page for another occasion.
    pub others: Vec<Occasion>,
    /// What is asked for a gift.
    pub gift: TypedGift,
    /// The currencies that are sold in, by code, the shown one first; none when there is no choice.
    pub currencies: Vec<String>,
    /// What is sold, as the catalogue orders it.
    pub plans: Vec<PlanChoice>,
    /// The price that is chosen now: its id.
    pub chosen_price: String,
    /// The address as typed, or the member's own.
    pub email: String,
    /// A signed-in member's address is shown and not asked for.
    pub email_fixed: bool,
    /// The campaign that this is for, in one line.
    pub counter: Option<Counter>,
    /// What comes along through the form.
    pub carried: CarriedOver,
    /// Today in the newsroom's zone, for the dates of payment.
    pub today: Date,
    /// Why the reader is back here.
    pub notice: Option<JoinNotice>,
    /// What is wrong with what was sent.
    pub faults: Vec<FieldFault>,
}

/// Why a reader who had left for payment is back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinNotice {
    /// What was given or paid for once still runs, and a membership is billed beside it.
    Runs {
        /// "Supporter".
        plan_title: String,
        /// The first moment without it.
        until: Timestamp,
    },
    /// The bank said no.
    Declined,
    /// The reader came back without paying.
    Cancelled,
    /// The payment page had run out of time.
    Expired,
    /// The payment service does not answer.
    Unavailable,
}

impl JoinNotice {
    /// Title and body.
    fn words(&self, chrome: &Chrome) -> (String, String) {
        let t = chrome.texts;
        let (title, body) = match self {
            JoinNotice::Runs { .. } => ("join-runs-title", "join-runs-body"),
            JoinNotice::Declined => ("welcome-declined-title", "join-declined-body"),
            JoinNotice::Cancelled => ("welcome-cancelled-title", "join-cancelled-body"),
            JoinNotice::Expired => ("welcome-expired-title", "join-expired-body"),
            JoinNotice::Unavailable => ("problem-payment-service-unavailable-title", "join-unavailable-body"),
        };
        let (plan, day) = match self {
            JoinNotice::Runs { plan_title, until } => {
                (plan_title.as_str(), t.last_day(*until, &chrome.time_zone, chrome.now))
            }
            _ => ("", String::new()),
        };
        let say = |key: &str| t.say(key).with("plan", plan).with("day", day.as_str()).text();
        (say(title), say(body))
    }
}

#[derive(Template)]
#[template(path = "join.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a JoinPage,
    /// Its title and body.
    notice: Option<(String, String)>,
    plans: Vec<PlanCard<'a>>,
    offers: Vec<Offer>,
    counter_line: Option<String>,
    email_fault: Option<&'a str>,
    price_fault: Option<&'a str>,
    email_label: &'static str,
    email_hint: &'static str,
    is_gift: bool,
    has_ways: bool,
    summary: Summary,
    sign_in_path: String,
    give_path: Option<String>,
    join_path: Option<String>,
    gift_path: Option<String>,
    gift_whom: Vec<GiftField<'a>>,
    gift_sender: Vec<GiftField<'a>>,
    message_fault: Option<&'a str>,
    shown_currency: Option<&'a str>,
    switches: Vec<Switch<'a>>,
}

/// The way to the same page in another currency.
struct Switch<'a> {
    code: &'a str,
    path: String,
}

struct PlanCard<'a> {
    plan: &'a PlanChoice,
    prices: Vec<PriceRow<'a>>,
    own: Vec<OwnRow<'a>>,
}

struct PriceRow<'a> {
    number: usize,
    id: &'a str,
    words: String,
    saving: Option<String>,
    chosen: bool,
}

/// The field for an amount of the payer's own, below all prices of its plan.
struct OwnRow<'a> {
    number: usize,
    field: &'a str,
    label: String,
    hint: String,
    typed: &'a str,
    fault: Option<&'a str>,
}

impl JoinPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(Page {
            chrome,
            t,
            title: t
                .say(self.occasion.key("join-title", "give-title", "gift-title"))
                .with("newsroom", chrome.theme.newsroom.as_str())
                .text(),
            description: t
                .say(self.occasion.key("join-description", "give-description", "gift-description"))
                .with("newsroom", chrome.theme.newsroom.as_str())
                .text(),
            notice: self.notice.as_ref().map(|notice| notice.words(chrome)),
            view: self,
            plans: self.cards(t),
            offers: self.offers(t),
            counter_line: self.counter.as_ref().map(|counter| counter.line(chrome)),
            email_fault: fault_of(&self.faults, "email"),
            price_fault: fault_of(&self.faults, "price"),
            email_label: self.email_label_key(),
            email_hint: self.occasion.key("join-email-hint", "join-email-hint", "gift-email-hint"),
            is_gift: self.occasion == Occasion::Gift,
            has_ways: self.others.iter().any(|one| *one != self.occasion)
                || self.occasion == Occasion::Gift
                || !self.email_fixed,
            summary: Summary::of(t, &self.faults, &FIELDS, |field| self.place(field, t)),
            sign_in_path: self.sign_in_path(chrome),
            give_path: self.other(Occasion::Give).map(|path| chrome.link(&path)),
            gift_path: self.other(Occasion::Gift).map(|path| chrome.link(&path)),
            gift_whom: self.gift.whom(&self.faults, self.today),
            gift_sender: self.gift.sender(&self.faults),
            message_fault: fault_of(&self.faults, "message"),
            join_path: self.other(Occasion::Join).map(|path| chrome.link(&path)),
            shown_currency: self.currencies.first().map(String::as_str),
            switches: self.switches(chrome),
        })
    }

    fn cards<'a>(&'a self, t: &Texts) -> Vec<PlanCard<'a>> {
        let mut first = 1;
        let card = |plan: &'a PlanChoice| {
            let numbered: Vec<(usize, &PriceChoice)> = (first..).zip(&plan.prices).collect();
            first += plan.prices.len();
            PlanCard {
                plan,
                prices: numbered.iter().map(|(number, choice)| self.row(choice, *number, t)).collect(),
                own: numbered.iter().filter_map(|(number, choice)| own_row(choice, *number, t)).collect(),
            }
        };
        self.plans.iter().map(card).collect()
    }

    fn row<'a>(&self, choice: &'a PriceChoice, number: usize, t: &Texts) -> PriceRow<'a> {
        let saving = choice.saving_minor.filter(|saving| *saving > 0);
        PriceRow {
            number,
            id: &choice.id,
            words: match &choice.own {
                Some(_) => t.say("own-amount").text(),
                None => choice.words(t),
            },
            saving: saving
                .map(|minor| t.say("join-saving").with("money", t.money(minor, &choice.price.currency)).text()),
            chosen: choice.id == self.chosen_price,
        }
    }

    fn email_label_key(&self) -> &'static str {
        self.occasion.key("field-email", "field-email", "gift-your-address")
    }

    /// The id of a field on the page, and what it is called there.
    fn place(&self, field: &str, t: &Texts) -> (String, String) {
        let named = |id: &str, key: &str| (id.to_owned(), t.say(key).text());
        let mut choices = self.plans.iter().flat_map(|plan| &plan.prices);
        match (field, TypedGift::label_key(field)) {
            ("price", _) if self.plans.is_empty() => named("main", "join-choice"),
            ("price", _) => named("price-1", "join-choice"),
            ("email", _) => named("email", self.email_label_key()),
            (_, Some(key)) => named(field, key),
            _ => {
                let own = choices.find(|choice| choice.own.as_ref().is_some_and(|own| own.field == field));
                (field.to_owned(), own.map_or_else(String::new, |choice| own_label(choice, t)))
            }
        }
    }

    fn switches(&self, chrome: &Chrome) -> Vec<Switch<'_>> {
        let others = self.currencies.iter().skip(1);
        let switch = |code: &'_ String| {
            let mut carried = self.carried.clone();
            carried.attribution.push(("currency".to_owned(), code.clone()));
            chrome.link(&carried.path(self.occasion.path()))
        };
        others.map(|code| Switch { code, path: switch(code) }).collect()
    }

    /// The way to the page for the other occasion, if that is the other.
    fn other(&self, occasion: Occasion) -> Option<String> {
        (self.others.contains(&occasion) && occasion != self.occasion).then(|| self.carried.path(occasion.path()))
    }

    /// The way to sign in that leads back to this page.
    fn sign_in_path(&self, chrome: &Chrome) -> String {
        // Return addresses are whole: a path alone is nobody's.
        let here = self.carried.path(&chrome.canonical_url);
        let back = CarriedOver { return_to: Some(here), ..CarriedOver::default() };
        chrome.link(&back.path("/sign-in"))
    }
}

fn own_row<'a>(choice: &'a PriceChoice, number: usize, t: &Texts) -> Option<OwnRow<'a>> {
    choice.own.as_ref().map(|own| OwnRow {
        number,
        field: &own.field,
        label: own_label(choice, t),
        hint: own.hint(&choice.price, t),
        typed: &own.typed,
        fault: own.fault.as_deref(),
    })
}

fn own_label(choice: &PriceChoice, t: &Texts) -> String {
    t.say("own-amount-label").with("currency", choice.price.currency.as_str()).text()
}
