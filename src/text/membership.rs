//! News of a membership in a sentence: a line of its history.

use jiff::tz::TimeZone;

use super::{Price, Texts};
use crate::domain::{
    mail::Receipt,
    news::{EndCause, News},
    time::Moment,
};

impl Texts {
    /// What happened, as the history says it, days with their year: it is read for years.
    pub fn news(&self, news: &News, zone: &TimeZone) -> String {
        let day = |at: &Moment| self.full_day(at.timestamp(), zone);
        let say = |key: &str, receipt: &Receipt, day: String| {
            let price = Price::from(receipt);
            let phrase = self.say(key).with("plan", receipt.plan.as_str()).with("money", price.money(self));
            phrase.with("price", price.words(self)).with("day", day).text()
        };
        let plain = |key: &str, receipt: &Receipt| say(key, receipt, String::new());
        match news {
            News::TrialStarted { receipt, free_until } => say("history-trial", receipt, day(free_until)),
            News::TrialEnding { receipt, free_until } => say("history-trial-ending", receipt, day(free_until)),
            News::Joined { receipt, .. } => plain("history-joined", receipt),
            News::Renewed { receipt, .. } => plain("history-paid", receipt),
            News::Recovered { receipt, .. } => plain("history-recovered", receipt),
            News::PaymentFailed { receipt, .. } => plain("history-payment-failed", receipt),
            News::FirstPaymentFailed { receipt, .. } => plain("history-first-failed", receipt),
            News::NeedsApproval { receipt, .. } => plain("history-approval", receipt),
            News::CardExpiring { last4, expires_at, .. } => {
                let month = self.month_before(*expires_at);
                self.say("history-card").with("last4", last4.as_str()).with("month", month).text()
            }
            News::Switched { from, to, .. } => {
                let (before, after) = (self.billed(from), self.billed(to));
                self.say("history-switched").with("before", before).with("after", after).text()
            }
            News::PriceMoved { from, to, .. } => {
                let (before, after) = (self.billed(from), self.billed(to));
                self.say("history-price-moved").with("before", before).with("after", after).text()
            }
            News::EndArranged { receipt, ends_at } => say("history-cancelled", receipt, day(ends_at)),
            News::Resumed { receipt } => plain("history-resumed", receipt),
            News::Paused { receipt, .. } => plain("history-paused", receipt),
            News::Unpaused { receipt } => plain("history-unpaused", receipt),
            News::Contributed { receipt, open_until: Some(until), .. } => say("history-opened", receipt, day(until)),
            News::Contributed { receipt, .. } => plain("history-paid", receipt),
            News::ContributionFailed { receipt } => plain("history-contribution-failed", receipt),
            News::GiftBought { receipt, .. } => plain("history-gift-bought", receipt),
            News::GiftRedeemed { receipt } => plain("history-gift-redeemed", receipt),
            News::GiftBegan { receipt, open_until } => say("history-gift-began", receipt, day(open_until)),
            News::GiftEnded { receipt } => plain("history-gift-ended", receipt),
            News::Refunded { receipt, .. } => plain("history-refunded", receipt),
            News::RefundFailed { receipt } => plain("history-refund-failed", receipt),
            News::DisputeOpened { receipt } => plain("history-dispute-opened", receipt),
            News::DisputeWon { receipt } => plain("history-dispute-won", receipt),
            News::DisputeLost { receipt, .. } => plain("history-dispute-lost", receipt),
            News::CustomerDeleted => self.say("history-customer-deleted").text(),
            News::Ended { receipt, cause: EndCause::Unpaid, .. } => plain("history-ended-unpaid", receipt),
            News::Ended { receipt, cause: EndCause::Cancelled, .. } => plain("history-ended", receipt),
        }
    }

    /// A plan with what it costs: "Supporter, €7 a month".
    pub fn billed(&self, receipt: &Receipt) -> String {
        let price = Price::from(receipt).words(self);
        self.say("history-billed").with("plan", receipt.plan.as_str()).with("price", price).text()
    }

    /// The month that ends with a moment: a card says "12/2026" and pays until the first moment of 2027.
    pub fn month_before(&self, end: Moment) -> String {
        let last = end.plus_seconds(-1).in_zone("UTC");
        self.month(last.date())
    }
}
