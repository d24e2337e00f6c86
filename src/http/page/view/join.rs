//! Joining: one page, few choices.

use askama::Template;
use jiff::civil::Date;

use super::field::fault_of;
use super::{Chrome, Counter, FieldFault, Interval, Price, finish};
use crate::text::Texts;

/// The join page, `GET /join` (and `POST /join` answered with faults).
///
/// The form posts `price`, `email` and what [`CarriedOver`] holds to `/join`.
#[derive(Clone, Debug)]
pub struct JoinPage {
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
    /// The ways to pay that are enabled, by code: `card`, `apple_pay`, `google_pay`, `bank_debit`, `paypal`.
    pub payment_methods: Vec<String>,
    /// Why the reader is back here.
    pub notice: Option<JoinNotice>,
    /// What is wrong with what was sent.
    pub faults: Vec<FieldFault>,
}

/// Why a reader who had left for payment is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinNotice {
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
    fn title_key(self) -> &'static str {
        match self {
            JoinNotice::Declined => "welcome-declined-title",
            JoinNotice::Cancelled => "welcome-cancelled-title",
            JoinNotice::Expired => "welcome-expired-title",
            JoinNotice::Unavailable => "problem-payment-service-unavailable-title",
        }
    }

    fn body_key(self) -> &'static str {
        match self {
            JoinNotice::Declined => "join-declined-body",
            JoinNotice::Cancelled => "join-cancelled-body",
            JoinNotice::Expired => "join-expired-body",
            JoinNotice::Unavailable => "problem-payment-service-unavailable-detail",
        }
    }
}

/// One plan with its prices.
#[derive(Clone, Debug)]
pub struct PlanChoice {
    /// Its slug.
    pub slug: String,
    /// "Supporter".
    pub title: String,
    /// What it is for, in a sentence or two.
    pub description: String,
    /// Its prices, monthly first.
    pub prices: Vec<PriceChoice>,
}

/// One price of a plan.
#[derive(Clone, Debug)]
pub struct PriceChoice {
    /// Its id, which the form sends.
    pub id: String,
    /// What it costs, and how often.
    pub price: Price,
    /// What a year of it saves against twelve months, in the currency's minor unit.
    pub saving_minor: Option<i64>,
    /// Where the tax is.
    pub tax: Tax,
}

/// Where the tax is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tax {
    /// In the price.
    Inside,
    /// Added at payment.
    OnTop,
    /// There is none.
    None,
}

/// What a form takes along unseen, so that the reader comes back to where he was.
#[derive(Clone, Debug, Default)]
pub struct CarriedOver {
    /// The site's slug.
    pub site: Option<String>,
    /// Where to go back to.
    pub return_to: Option<String>,
    /// The campaign's slug.
    pub campaign: Option<String>,
    /// The article that the reader came from.
    pub article: Option<String>,
    /// `referrer`, `utm_source` and the like, by name.
    pub attribution: Vec<(String, String)>,
}

impl CarriedOver {
    /// Names and values of the hidden fields.
    pub(super) fn fields(&self) -> Vec<(&str, &str)> {
        let named = [
            ("site", &self.site),
            ("return_to", &self.return_to),
            ("campaign", &self.campaign),
            ("article", &self.article),
        ];
        let mut fields: Vec<(&str, &str)> =
            named.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect();
        fields.extend(self.attribution.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        fields
    }

    /// The path with these as its query: the way back to the same choice.
    pub(super) fn path(&self, path: &str) -> String {
        let fields = self.fields();
        if fields.is_empty() {
            return path.to_owned();
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        format!("{path}?{query}")
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
    plans: Vec<PlanCard<'a>>,
    offers: Vec<Offer>,
    counter_line: Option<String>,
    email_fault: Option<&'a str>,
    price_fault: Option<&'a str>,
    sign_in_path: String,
}

struct PlanCard<'a> {
    plan: &'a PlanChoice,
    prices: Vec<PriceRow<'a>>,
}

struct PriceRow<'a> {
    number: usize,
    id: &'a str,
    words: String,
    saving: Option<String>,
    chosen: bool,
}

/// What the button and the promise under it say for one price.
struct Offer {
    number: usize,
    button: String,
    promise: String,
}

impl JoinPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(Page {
            chrome,
            t,
            title: t.say("join-title").with("newsroom", chrome.theme.newsroom.as_str()).text(),
            description: t.say("join-description").with("newsroom", chrome.theme.newsroom.as_str()).text(),
            view: self,
            plans: self.cards(t),
            offers: self.offers(t),
            counter_line: self.counter.as_ref().map(|counter| counter_line(counter, chrome)),
            email_fault: fault_of(&self.faults, "email"),
            price_fault: fault_of(&self.faults, "price"),
            sign_in_path: self.sign_in_path(chrome),
        })
    }

    fn cards<'a>(&'a self, t: &Texts) -> Vec<PlanCard<'a>> {
        let mut number = 0;
        self.plans
            .iter()
            .map(|plan| PlanCard {
                plan,
                prices: plan
                    .prices
                    .iter()
                    .map(|choice| {
                        number += 1;
                        self.row(choice, number, t)
                    })
                    .collect(),
            })
            .collect()
    }

    fn row<'a>(&self, choice: &'a PriceChoice, number: usize, t: &Texts) -> PriceRow<'a> {
        let saving = choice.saving_minor.filter(|saving| *saving > 0);
        PriceRow {
            number,
            id: &choice.id,
            words: choice.price.words(t),
            saving: saving
                .map(|minor| t.say("join-saving").with("money", t.money(minor, &choice.price.currency)).text()),
            chosen: choice.id == self.chosen_price,
        }
    }

    fn offers(&self, t: &Texts) -> Vec<Offer> {
        let choices = self.plans.iter().flat_map(|plan| &plan.prices);
        choices
            .enumerate()
            .map(|(index, choice)| Offer {
                number: index + 1,
                button: t.say("join-button").with("price", choice.price.words(t)).text(),
                promise: self.promise(choice, t),
            })
            .collect()
    }

    /// Exactly what will be taken and when: "€7 today, then €7 on the 23rd of each month. VAT included. …".
    fn promise(&self, choice: &PriceChoice, t: &Texts) -> String {
        let money = choice.price.money(t);
        let when = match choice.price.interval {
            Interval::Month if self.today.day() > 28 => {
                t.say("promise-month-end").with("money", money).with("day", t.day_of_month(self.today.day())).text()
            }
            Interval::Month => {
                t.say("promise-month").with("money", money).with("day", t.day_of_month(self.today.day())).text()
            }
            Interval::Year => t.say("promise-year").with("money", money).with("day", t.civil_day(self.today)).text(),
            Interval::Once => t.say("promise-once").with("money", money).text(),
        };
        let tax = match choice.tax {
            Tax::Inside => Some("promise-tax-inside"),
            Tax::OnTop => Some("promise-tax-on-top"),
            Tax::None => None,
        };
        let cancel = (choice.price.interval != Interval::Once).then_some("promise-cancel");
        let mut sentences = vec![when];
        sentences.extend(tax.into_iter().chain(cancel).map(|key| t.say(key).text()));
        sentences.extend(self.methods(t));
        sentences.join(" ")
    }

    fn methods(&self, t: &Texts) -> Option<String> {
        let names: Vec<String> = self
            .payment_methods
            .iter()
            .map(|code| format!("method-{code}"))
            .filter(|key| t.has(key))
            .map(|key| t.say(&key).text())
            .collect();
        (!names.is_empty()).then(|| t.say("promise-methods").with("methods", t.list_or(&names)).text())
    }

    /// The way to sign in that leads back to this page.
    fn sign_in_path(&self, chrome: &Chrome) -> String {
        let here = self.carried.path("/join");
        let back = CarriedOver { return_to: Some(chrome.link(&here)), ..CarriedOver::default() };
        chrome.link(&back.path("/sign-in"))
    }
}

/// One quiet line above the choices: "399 to go: 24,601 of 25,000 members".
fn counter_line(counter: &Counter, chrome: &Chrome) -> String {
    let key = if counter.nearly && counter.remaining() > 0 { "counter-line-nearly" } else { "counter-line" };
    let phrase = chrome.texts.say(key).with("count", counter.count).with("goal", counter.goal);
    phrase.with("remaining", counter.remaining()).text()
}

/// Somebody who is a member already came to join: led to the account.
#[derive(Clone, Debug)]
pub struct AlreadyMemberPage {
    /// The plan that the member has.
    pub plan_title: String,
    /// Back to the story.
    pub return_to: Option<String>,
}

#[derive(Template)]
#[template(path = "already_member.html")]
struct AlreadyPage<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a AlreadyMemberPage,
}

impl AlreadyMemberPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        finish(AlreadyPage { chrome, t, title: t.say("already-title").text(), description: String::new(), view: self })
    }
}
