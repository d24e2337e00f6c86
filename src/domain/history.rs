//! The history of a subscription: a pure function of the gateway's objects, of what was stored before and of what is noted already.
//!
//! Most facts have a key that an object of the gateway gives them, so that duplicated, reordered and lost events come to the same
//! history. What no object tells afterwards (a pause, a switch, an end taken back) is seen by what was stored before.

mod money;
#[cfg(test)]
mod tests;

pub(in crate::domain) use money::dispute_facts;
pub use money::then;

use super::{
    cancellation,
    mail::Receipt,
    news::{EndCause, News},
    notice::{Notice, Outcome},
    payment::{InvoiceSnapshot, InvoiceStatus, SubscriptionSnapshot},
    price_move::{MovedBy, TakesHold},
    projection::{self, Projected},
    subscription::{Status, Subscription},
    time::{DAY_MILLIS, Moment, SECOND_MILLIS},
};

/// How long before it ends a free trial is told of, in milliseconds.
const TRIAL_AHEAD_MILLIS: i64 = 3 * DAY_MILLIS;
/// How long before it runs out a card is told of, in milliseconds.
const CARD_AHEAD_MILLIS: i64 = 30 * DAY_MILLIS;
/// An end that comes within this of being asked for came at once, in milliseconds.
const AT_ONCE_MILLIS: i64 = 60 * SECOND_MILLIS;

/// A subscription with all that its history is made of.
#[derive(Clone, Debug)]
pub struct Story<'a> {
    /// What was stored before; none when it is seen for the first time.
    pub before: Option<&'a Subscription>,
    /// What is stored now.
    pub subscription: &'a Subscription,
    /// The gateway's objects.
    pub snapshot: &'a SubscriptionSnapshot,
    /// The right that they give.
    pub right: Option<Projected>,
    /// What is billed.
    pub receipt: Receipt,
    /// What is noted already.
    pub past: &'a [Notice],
    /// How far a declaration of its end has come that its owner made on our own page, and was answered.
    pub declared: Option<cancellation::State>,
    /// Business time.
    pub now: Moment,
}

/// Something that happened, or is to be told later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about: the same thing has the same key.
    pub key: String,
    /// What it says.
    pub news: News,
    /// When it happened.
    pub at: Moment,
    /// When it is told.
    pub due_at: Moment,
    /// Whether no mail is to tell it, since another one does.
    pub is_quiet: bool,
}

impl Fact {
    pub(crate) fn new(key: String, news: News, at: Moment) -> Self {
        Self { key, news, at, due_at: at, is_quiet: false }
    }

    /// The same of a gift: what arrived pays it.
    pub(crate) fn of_gift(self) -> Self {
        match self.news {
            News::Contributed { receipt, payment, .. } => Self { news: News::GiftBought { receipt, payment }, ..self },
            _ => self,
        }
    }

    /// The same, told by another mail or by none when that is so.
    pub(crate) fn quiet_if(self, is_quiet: bool) -> Self {
        Self { is_quiet: self.is_quiet || is_quiet, ..self }
    }
}

impl Story<'_> {
    /// What is not noted yet, in the order in which it happened.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = self.beginnings();
        facts.extend(self.renewals());
        facts.extend(self.failure());
        facts.extend(self.disputes());
        facts.extend(self.switch());
        facts.extend(self.arrangement());
        facts.extend(self.pause());
        facts.extend(self.card());
        facts.extend(self.end());
        facts.retain(|fact| !self.past.iter().any(|notice| notice.key == fact.key));
        facts.sort_by_key(|fact| fact.at);
        facts
    }

    /// What waits to be told, and has become void: by its key, and what becomes of it.
    pub fn voided(&self) -> Vec<(&str, Outcome)> {
        let card = self.card().map(|fact| fact.key);
        let voided = |notice: &Notice| match notice.news {
            News::CardExpiring { .. } => (Some(&notice.key) != card.as_ref()).then_some(Outcome::Dropped),
            // Mail about the money that went back said it.
            News::Ended { cause: EndCause::Cancelled, .. } => {
                projection::is_sent_back(self.snapshot).then_some(Outcome::Kept)
            }
            _ => None,
        };
        let waiting = self.past.iter().filter(|notice| notice.outcome.is_none());
        waiting.filter_map(|notice| Some((notice.key.as_str(), voided(notice)?))).collect()
    }

    fn key(&self, of: &str) -> String {
        format!("{}:{of}", self.snapshot.gateway_id)
    }

    /// What is billed, with another sum.
    fn sum(&self, amount_minor: i64) -> Receipt {
        Receipt { amount_minor, ..self.receipt.clone() }
    }

    /// The invoices that brought money, with when.
    fn paid(&self) -> impl Iterator<Item = (&InvoiceSnapshot, Moment)> {
        let brought =
            |invoice: &&InvoiceSnapshot| invoice.status == InvoiceStatus::Paid && invoice.paid.amount_minor > 0;
        self.snapshot.invoices.iter().filter(brought).filter_map(|invoice| Some((invoice, invoice.paid_at?)))
    }

    fn first_paid(&self) -> Option<(&InvoiceSnapshot, Moment)> {
        self.paid().min_by_key(|(invoice, at)| (*at, &invoice.gateway_id))
    }

    /// The trial and the first payment. Mail that welcomes tells of whichever comes first.
    fn beginnings(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        let free_until = projection::free_at_first(self.snapshot).filter(|_| self.right.is_some());
        if let Some(free_until) = free_until {
            let receipt = self.receipt.clone();
            let started = News::TrialStarted { receipt: receipt.clone(), free_until };
            facts.push(Fact::new(self.key("trial"), started, self.snapshot.created_at).quiet_if(true));
            let told_at = free_until.plus_millis(-TRIAL_AHEAD_MILLIS);
            let goes_on = self.snapshot.status.is_live() && self.snapshot.cancel_at.is_none();
            // Who is welcomed to a shorter one hears its end then.
            if goes_on && told_at > self.snapshot.created_at && self.first_paid().is_none() {
                let key = self.key(&format!("trial_ending:{}", free_until.seconds()));
                facts.push(Fact::new(key, News::TrialEnding { receipt, free_until }, told_at));
            }
        }
        if let Some((invoice, paid_at)) = self.first_paid() {
            let payment = free_until.map(|_| money::payment(invoice, paid_at));
            let joined = News::Joined { receipt: self.receipt.clone(), payment };
            facts.push(Fact::new(self.key("joined"), joined, paid_at).quiet_if(free_until.is_none()));
        }
        facts
    }

    /// Another plan, sum or interval than the one noted last, or a move that is not noted.
    fn switch(&self) -> Option<Fact> {
        if self.snapshot.ended_at.is_some() {
            return None;
        }
        let (from, since) = self.past.iter().rev().find_map(|notice| Some((notice.news.rate()?, notice.at)))?;
        let to = &self.receipt;
        if let Some((key, moved)) = self.price_move() {
            let at_once = moved.takes_hold == TakesHold::Now;
            return Some(Fact::new(key, News::PriceMoved { from: from.clone(), to: to.clone(), at_once }, self.now));
        }
        let is_other_rate =
            (from.amount_minor, &from.currency, from.interval) != (to.amount_minor, &to.currency, to.interval);
        let is_other_price = self.before.is_some_and(|before| before.price_id != self.subscription.price_id);
        // A plan that was only given another title is the same.
        if !is_other_rate && (!is_other_price || from.plan == to.plan) {
            return None;
        }
        let is_bill = |invoice: &&InvoiceSnapshot| {
            invoice.reason.as_deref() == Some(money::CHANGE) && invoice.created_at >= since
        };
        let bill = self.snapshot.invoices.iter().filter(is_bill).max_by_key(|invoice| invoice.created_at);
        let paid_minor = bill
            .filter(|bill| bill.status == InvoiceStatus::Paid && bill.paid.amount_minor > 0)
            .map(|bill| bill.paid.amount_minor);
        let switched = |notice: &&Notice| matches!(notice.news, News::Switched { .. });
        let key = self.key(&format!("switched:{}", self.past.iter().filter(switched).count()));
        let news = News::Switched { from: from.clone(), to: to.clone(), paid_minor };
        Some(Fact::new(key, news, bill.map_or(self.now, |bill| bill.created_at)))
    }

    /// The newsroom moved it to another price: told once for each move, however often and late that is seen.
    fn price_move(&self) -> Option<(String, &MovedBy)> {
        let moved = self.snapshot.moved_by.as_ref()?;
        let key = self.key(&format!("moved:{}", moved.id));
        (!self.past.iter().any(|notice| notice.key == key)).then_some((key, moved))
    }

    /// Arranging the end, and taking that back.
    fn arrangement(&self) -> Option<Fact> {
        let ended_at = self.snapshot.ended_at;
        if ended_at.is_none() && self.snapshot.cancel_at.is_none() {
            self.before?.cancel_at?;
            let receipt = self.receipt.clone();
            let key = self.key(&format!("resumed:{}", self.now.millis()));
            return Some(Fact::new(key, News::Resumed { receipt }, self.now));
        }
        let asked_at = self.snapshot.canceled_at?;
        let paid_until = self.right.and_then(|right| right.window.until);
        let ends_at = self.snapshot.cancel_at.or(paid_until).or(ended_at)?;
        let is_withdrawn = self.declared == Some(cancellation::State::Withdrawn);
        if is_withdrawn || ends_at <= asked_at.plus_millis(AT_ONCE_MILLIS) {
            return None;
        }
        let first = self.key(&format!("end_arranged:{}", asked_at.seconds()));
        let is_noted = self.past.iter().any(|notice| notice.key == first);
        // Another day for the same end is told anew.
        let moved_to = self.before.and_then(|before| before.cancel_at).zip(self.snapshot.cancel_at);
        let key = match moved_to.filter(|(was, is)| is_noted && was != is) {
            Some((_, is)) => format!("{first}:{}", is.seconds()),
            None => first,
        };
        let news = News::EndArranged { receipt: self.receipt.clone(), ends_at };
        let is_told = self.declared == Some(cancellation::State::Arranged) || ends_at <= self.now;
        Some(Fact::new(key, news, asked_at).quiet_if(is_told))
    }

    /// Collecting comes to a standstill, or goes on.
    fn pause(&self) -> Option<Fact> {
        if self.snapshot.ended_at.is_some() {
            return None;
        }
        let receipt = self.receipt.clone();
        let (was, is) = (self.before.is_some_and(Subscription::is_paused), self.subscription.is_paused());
        let (word, news) = match (was, is) {
            (false, true) => {
                let until = self.right.and_then(|right| right.window.until).filter(|until| *until > self.now);
                ("paused", News::Paused { receipt, open_until: until })
            }
            (true, false) => ("unpaused", News::Unpaused { receipt }),
            _ => return None,
        };
        Some(Fact::new(self.key(&format!("{word}:{}", self.now.millis())), news, self.now))
    }

    /// The card that it is billed to runs out.
    fn card(&self) -> Option<Fact> {
        let card = self.snapshot.card.as_ref()?;
        let is_billed = self.snapshot.status.is_live() && self.snapshot.cancel_at.is_none();
        let expires_at = card.expires_at()?;
        if !is_billed || self.subscription.is_paused() || expires_at <= self.now {
            return None;
        }
        let key = self.key(&format!("card:{}:{}-{:02}", card.last4, card.exp_year, card.exp_month));
        let (receipt, last4) = (self.receipt.clone(), card.last4.clone());
        let told_at = expires_at.plus_millis(-CARD_AHEAD_MILLIS);
        Some(Fact::new(key, News::CardExpiring { receipt, last4, expires_at }, told_at))
    }

    /// Who was given the money back, or withdrew, was told so when that happened.
    fn end(&self) -> Option<Fact> {
        let at = self.snapshot.ended_at?;
        if self.has_lapsed() {
            return None;
        }
        let ended_at = self.right.and_then(|right| right.window.until).unwrap_or(at);
        let unpaid = projection::owed(self.snapshot).is_some();
        let cause = if unpaid { EndCause::Unpaid } else { EndCause::Cancelled };
        let is_told = projection::is_sent_back(self.snapshot) || self.declared == Some(cancellation::State::Withdrawn);
        let was_one = projection::is_bought(self.snapshot) || self.snapshot.trial_until.is_some();
        let news = News::Ended { receipt: self.receipt.clone(), ended_at, cause };
        Some(Fact::new(self.key("ended"), news, ended_at).quiet_if(is_told || !was_one))
    }

    /// Whether its end was told when the time for a payment was over.
    fn has_lapsed(&self) -> bool {
        let unpaid = self.snapshot.invoices.iter().filter(|invoice| invoice.status != InvoiceStatus::Paid);
        let keys: Vec<String> = unpaid.map(|invoice| money::lapsed_key(&invoice.gateway_id)).collect();
        let is_told = |notice: &&Notice| matches!(notice.outcome, Some(Outcome::Told | Outcome::Kept));
        self.past.iter().filter(is_told).any(|notice| keys.contains(&notice.key))
    }
}

/// Whether what has become due still holds, by what is stored.
pub fn still_holds(notice: &Notice, subscription: &Subscription) -> bool {
    let status = &subscription.status;
    match &notice.news {
        News::PaymentFailed { .. } | News::Ended { cause: EndCause::Unpaid, .. } => {
            let open_since = subscription.paid_until.is_some_and(|until| until <= notice.at);
            money::is_owing(status) && open_since
        }
        News::TrialEnding { free_until, .. } => {
            let goes_on = matches!(status, Status::Trialing | Status::Active) && subscription.cancel_at.is_none();
            goes_on && [subscription.paid_until, subscription.trial_until].contains(&Some(*free_until))
        }
        News::CardExpiring { .. } => status.is_live() && subscription.cancel_at.is_none() && !subscription.is_paused(),
        _ => true,
    }
}

/// What of a member's history is an open dispute: the bank has the money and has not decided.
pub fn is_disputed(past: &[Notice]) -> bool {
    let opened = past.iter().filter_map(|notice| notice.key.strip_suffix(":opened"));
    let mut open = opened.filter(|id| {
        let decided = [format!("{id}:won"), format!("{id}:lost")];
        !past.iter().any(|notice| decided.contains(&notice.key))
    });
    open.next().is_some()
}
