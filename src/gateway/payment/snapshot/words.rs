//! Words that are new to us: of those that Stripe may add to as it likes, and by which something is decided here.

use std::collections::BTreeSet;

use super::Fetched;
use crate::domain::{payment::NewWord, subscription::Status};

const INVOICE: [&str; 5] = ["draft", "open", "paid", "uncollectible", "void"];
const CHARGE: [&str; 3] = ["failed", "pending", "succeeded"];
const DISPUTE: [&str; 8] = [
    "lost",
    "needs_response",
    "prevented",
    "under_review",
    "warning_closed",
    "warning_needs_response",
    "warning_under_review",
    "won",
];
const INTERVAL: [&str; 4] = ["day", "month", "week", "year"];

/// The longest that a word is kept, in characters.
const LONGEST: usize = 60;

impl Fetched {
    /// The words in what was fetched that are new to us.
    pub(super) fn new_words(&self) -> BTreeSet<NewWord> {
        let mut found = BTreeSet::new();
        let mut see = |field: &'static str, word: &str, is_known: bool| {
            if !is_known {
                found.insert(NewWord { field, word: word.chars().take(LONGEST).collect() });
            }
        };
        for subscription in &self.subscriptions {
            let word = subscription.status.as_str();
            see("subscription.status", word, !matches!(Status::parse(word), Status::Other(_)));
            let items = subscription.items.data.iter();
            for recurring in items.filter_map(|item| item.price.recurring.as_ref()) {
                let word = recurring.interval.as_str();
                see("price.recurring.interval", word, INTERVAL.contains(&word));
            }
        }
        for status in self.invoices.iter().filter_map(|invoice| invoice.status.as_ref()) {
            see("invoice.status", status.as_str(), INVOICE.contains(&status.as_str()));
        }
        for fetched in &self.charges {
            let word = fetched.charge.status.as_str();
            see("charge.status", word, CHARGE.contains(&word));
            for dispute in &fetched.disputes {
                see("dispute.status", &dispute.word, DISPUTE.contains(&dispute.word.as_str()));
            }
        }
        found
    }
}
