//! Back from payment: thanks, patience, or what to do now.

use askama::Template;

use super::{CarriedOver, Chrome, Occasion, finish};
use crate::text::Texts;

/// The page after payment, `GET /welcome`.
#[derive(Clone, Debug)]
pub struct WelcomePage {
    /// How the payment stands, as fetched from the payment service, never as the address says.
    pub state: WelcomeState,
    /// Where the reader came from: the story.
    pub return_to: Option<String>,
    /// The address that we wrote to, as the reader typed it; shown only to the browser that typed it.
    pub email: Option<String>,
    /// What brings the reader back to the same choice.
    pub carried: CarriedOver,
    /// What was paid for.
    pub occasion: Occasion,
}

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WelcomeState {
    /// Paid, and this browser is signed in as the member.
    Paid {
        /// How many there are now, this reader among them; `None` without a campaign that runs.
        count: Option<i64>,
    },
    /// Paid, but the address was known: only the mailed link or code signs in. A second membership is told in the same words,
    /// so that nobody learns whose address this is.
    PaidNotSignedIn,
    /// Paid, but the address has a membership already: this one is cancelled and refunded.
    Duplicate,
    /// The payment service has not told us yet; the page asks again every two seconds.
    Pending,
    /// Accepted and on its way (a bank debit takes days); the stories are open already.
    Settling,
    /// The same for whoever is not signed in here: the stories open after that.
    SettlingNotSignedIn,
    /// A contribution, paid: whoever gave it may have been a member before, or not, and nothing tells.
    Given,
    /// A gift, paid: its code goes out by mail.
    Gifted,
    /// A contribution, on its way.
    GivenSettling,
    /// A gift, on its way.
    GiftSettling,
    /// It was taken, and the payer's bank asks for it back.
    Disputed,
    /// It was taken, and went back.
    SentBack,
    /// The bank said no. Nothing was taken.
    Declined,
    /// The reader came back without paying.
    Cancelled,
    /// The payment page had run out of time.
    Expired,
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    view: &'a WelcomePage,
    heading: String,
    body: String,
    paid: bool,
    given: bool,
    pending: bool,
    over: bool,
    corrects: bool,
    wrote_key: &'static str,
    again: bool,
    join_path: String,
}

impl WelcomePage {
    /// The whole page. While the payment is pending it carries a refresh of two seconds of its own.
    pub fn render(&self, chrome: &Chrome) -> String {
        let t = chrome.texts;
        let (heading, body) = self.words(t);
        finish(Page {
            chrome,
            t,
            title: heading.clone(),
            description: String::new(),
            view: self,
            heading,
            body,
            paid: self.is_theirs(),
            given: self.is_given(),
            over: matches!(self.state, WelcomeState::Disputed | WelcomeState::SentBack),
            corrects: chrome.signed_in && (self.is_given() || self.is_theirs()),
            wrote_key: if self.is_settling() { "welcome-will-write" } else { "welcome-wrote" },
            pending: self.state == WelcomeState::Pending,
            again: matches!(self.state, WelcomeState::Declined | WelcomeState::Cancelled | WelcomeState::Expired),
            join_path: chrome.link(&self.carried.path(self.occasion.path())),
        })
    }

    /// Where the code of the mail that we have sent can be typed.
    fn sign_in_path(&self) -> String {
        CarriedOver { return_to: self.return_to.clone(), ..CarriedOver::default() }.path("/sign-in/code")
    }

    /// Where the address is typed to sign in.
    fn plain_sign_in_path(&self) -> String {
        CarriedOver { return_to: self.return_to.clone(), ..CarriedOver::default() }.path("/sign-in")
    }

    /// Paid or on its way, and this browser is signed in as the member.
    fn is_theirs(&self) -> bool {
        matches!(self.state, WelcomeState::Paid { .. } | WelcomeState::Settling)
    }

    fn is_given(&self) -> bool {
        use WelcomeState::{GiftSettling, Gifted, Given, GivenSettling};
        matches!(self.state, Given | Gifted | GivenSettling | GiftSettling)
    }

    /// The bank has not paid yet, and nobody has been written to.
    fn is_settling(&self) -> bool {
        use WelcomeState::{GiftSettling, GivenSettling, Settling, SettlingNotSignedIn};
        matches!(self.state, Settling | SettlingNotSignedIn | GivenSettling | GiftSettling)
    }

    fn words(&self, t: &Texts) -> (String, String) {
        let plain = |name: &str| {
            let (heading, body) = (format!("welcome-{name}-title"), format!("welcome-{name}-body"));
            (t.say(&heading).text(), t.say(&body).text())
        };
        match self.state {
            WelcomeState::Paid { count } => {
                let heading = t.say("welcome-paid-title").text();
                let body = match count {
                    Some(count) => t.say("welcome-paid-count").with("count", count).text(),
                    None => t.say("welcome-paid-body").text(),
                };
                (heading, body)
            }
            WelcomeState::PaidNotSignedIn => plain("not-signed-in"),
            WelcomeState::Duplicate => plain("duplicate"),
            WelcomeState::Pending => plain("pending"),
            WelcomeState::Settling => plain("settling"),
            WelcomeState::Given => plain("given"),
            WelcomeState::Gifted => plain("gifted"),
            WelcomeState::GivenSettling => plain("given-settling"),
            WelcomeState::GiftSettling => plain("gift-settling"),
            WelcomeState::SettlingNotSignedIn => plain("settling-sign-in"),
            WelcomeState::Disputed => plain("disputed"),
            WelcomeState::SentBack => plain("sent-back"),
            WelcomeState::Declined => plain("declined"),
            WelcomeState::Cancelled => plain("cancelled"),
            WelcomeState::Expired => plain("expired"),
        }
    }
}
